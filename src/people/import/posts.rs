//! Which of a person's known posts a row speaks of, and what that post then is. What a row leaves blank stays as it was.

use std::collections::HashMap;

use super::known::{KnownPause, KnownPost, KnownSchool, Manager, PauseValues, PostValues};
use super::names::fold;
use super::rows::ImportedRow;
use crate::people::rules::{RoleGroup, Urn};

/// A row's post at one school.
#[derive(Clone, Copy, Debug)]
pub(super) struct PostSaid<'a> {
    /// The row's place in the list.
    pub place: usize,
    pub row: &'a ImportedRow,
    pub school: &'a KnownSchool,
    /// Named among the additional schools: the row's share of full time is not for this one.
    pub is_additional: bool,
    pub manager: Manager,
    pub role: Role,
}

/// The role group that a row says or its job title speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Said(RoleGroup),
    OfTitle(RoleGroup),
    /// Neither the row nor its job title tells.
    Unclear,
}

impl Role {
    /// Where nothing tells, office: all staff's requirements, and working all year.
    pub fn or_office(self) -> RoleGroup {
        match self {
            Role::Said(group) | Role::OfTitle(group) => group,
            Role::Unclear => RoleGroup::Office,
        }
    }
}

/// Role groups by job title and school, each found once.
#[derive(Default)]
pub(super) struct Roles<'a>(HashMap<(&'a str, &'a str), Option<RoleGroup>>);

impl<'a> Roles<'a> {
    pub fn of(&mut self, row: &'a ImportedRow, urn: &'a Urn) -> Role {
        if let Some(group) = row.role_group {
            return Role::Said(group);
        }
        let title = self.0.entry((&row.job_title, urn.as_str()));
        let title = *title.or_insert_with(|| RoleGroup::of_job_title(&row.job_title, urn));
        title.map_or(Role::Unclear, Role::OfTitle)
    }
}

impl PostSaid<'_> {
    /// The post as it will be: what the row says over what was known, if anything was.
    pub fn over(&self, was: Option<&PostValues>) -> PostValues {
        let row = self.row;
        let (manager, manager_named) = self.manager_over(was);
        PostValues {
            school: self.school.id,
            job_title: row.job_title.clone(),
            role_group: self.role_group_over(was),
            employment_type: match (row.employment_type, was) {
                (Some(said), _) => said.to_string(),
                (None, was) => was.map(|was| was.employment_type.clone()).unwrap_or_default(),
            },
            fte: row.fte.filter(|_| !self.is_additional).or(was.and_then(|was| was.fte)),
            term_time_only: row.term_time_only.or(was.and_then(|was| was.term_time_only)),
            is_slt: row.is_slt.unwrap_or(was.is_some_and(|was| was.is_slt)),
            is_account_admin: row.is_account_admin.unwrap_or(was.is_some_and(|was| was.is_account_admin)),
            takes_images: row.takes_images.unwrap_or(was.is_some_and(|was| was.takes_images)),
            from: row.from,
            until: row.until.or(was.and_then(|was| was.until)),
            manager,
            manager_named,
        }
    }

    /// A role group that follows from the title is news only if the title is: HR may have put it right by hand.
    fn role_group_over(&self, was: Option<&PostValues>) -> RoleGroup {
        match (self.role, was) {
            (Role::Said(group), _) => group,
            (Role::OfTitle(_), Some(was)) if was.job_title == self.row.job_title => was.role_group,
            (Role::Unclear, Some(was)) => was.role_group,
            (role, _) => role.or_office(),
        }
    }

    fn manager_over(&self, was: Option<&PostValues>) -> (Manager, Option<String>) {
        let (was, was_named) = was.map_or((Manager::Nobody, None), |was| (was.manager, was.manager_named.clone()));
        let same_words = was_named == self.row.line_manager;
        match (self.manager, &self.row.line_manager) {
            (_, None) => (was, was_named),
            (Manager::Nobody, Some(_)) if same_words => (was, was_named),
            (manager, Some(_)) if manager == was && manager != Manager::Nobody => (was, was_named),
            (manager, Some(named)) => (manager, Some(named.clone())),
        }
    }
}

/// For each post that is said, the known one that it is, if any: the likest first, and none twice.
pub(super) fn pair_posts<'k>(said: &[PostSaid], known: &'k [KnownPost]) -> Vec<Option<&'k KnownPost>> {
    type Alike = fn(&PostSaid, &PostValues) -> bool;
    const LIKEST_FIRST: [Alike; 5] = [
        |said, known| said.over(None) == *known,
        |said, known| said.over(Some(known)) == *known,
        |said, known| said.row.from == known.from && same_title(said, known),
        |said, known| said.row.from == known.from,
        // a start put right; after an end, the same title is a new post
        |said, known| same_title(said, known) && known.until.is_none_or(|until| said.row.from <= until),
    ];
    let mut pairs = vec![None; said.len()];
    let mut left: Vec<&KnownPost> = known.iter().collect();
    for alike in LIKEST_FIRST {
        for (post, pair) in said.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let found =
                left.iter().position(|known| known.values.school == post.school.id && alike(post, &known.values));
            *pair = found.map(|found| left.remove(found));
        }
    }
    pairs
}

fn same_title(said: &PostSaid, known: &PostValues) -> bool {
    fold(&said.row.job_title) == fold(&known.job_title)
}

/// The same for pauses: equal ones, then those that begin together or overlap.
pub(super) fn pair_pauses<'k>(said: &[PauseValues], known: &'k [KnownPause]) -> Vec<Option<&'k KnownPause>> {
    let mut pairs = vec![None; said.len()];
    let mut left: Vec<&KnownPause> = known.iter().collect();
    for alike in [|said: &PauseValues, known: &PauseValues| said == known, overlap] {
        for (pause, pair) in said.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let found = left.iter().position(|known| alike(pause, &known.values));
            *pair = found.map(|found| left.remove(found));
        }
    }
    pairs
}

fn overlap(one: &PauseValues, other: &PauseValues) -> bool {
    let begins_within =
        |a: &PauseValues, b: &PauseValues| b.from <= a.from && b.until.is_none_or(|until| a.from <= until);
    begins_within(one, other) || begins_within(other, one)
}
