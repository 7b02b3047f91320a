//! Who is known at a list's schools but not in the list: for HR to look at. Nobody is removed by an import.

use std::collections::HashSet;

use super::known::{Known, KnownPost, Source};
use super::posts::PostSaid;
use crate::clock::Day;
use crate::people::rules::{RoleGroup, WorkEmail};
use crate::text::searchable;

/// A known person whom the list leaves out, or whose other post it leaves out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    pub person: i64,
    pub name: String,
    /// "Nair, Priya": they stand in this order.
    pub listed_name: String,
    pub work_email: Option<WorkEmail>,
    pub references: Vec<String>,
    /// In the list, but not with these posts.
    pub is_in_the_list: bool,
    pub posts: Vec<MissingPost>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingPost {
    pub post: i64,
    pub school: i64,
    pub job_title: String,
    pub from: Day,
}

/// What a list speaks of: its schools, and which kinds of people. A list without governors says nothing about governors.
pub(super) struct Scope {
    schools: HashSet<i64>,
    kinds: HashSet<Kind>,
    today: Day,
}

#[derive(PartialEq, Eq, Hash)]
enum Kind {
    Staff,
    Other(RoleGroup),
}

fn kind(group: RoleGroup) -> Kind {
    if group.is_staff() && group != RoleGroup::Supply { Kind::Staff } else { Kind::Other(group) }
}

impl Scope {
    pub fn of<'a>(posts: impl Iterator<Item = &'a PostSaid<'a>>, source: Source, today: Day) -> Scope {
        let (mut schools, mut kinds) = (HashSet::new(), HashSet::new());
        for post in posts {
            schools.insert(post.school.id);
            kinds.insert(kind(post.role.or_office()));
        }
        if let Source::School(id) = source {
            schools.insert(id);
        }
        Scope { schools, kinds, today }
    }

    fn speaks_of(&self, post: &KnownPost) -> bool {
        let values = &post.values;
        self.schools.contains(&values.school)
            && self.kinds.contains(&kind(values.role_group))
            && values.from <= self.today
            && !values.has_ended(self.today)
    }
}

/// In the order of their names. `found` are the people whom some row may be about, by place; `paired` the posts that a row speaks of, by id; `unsure`
/// the people of whom some row was rejected or waits for HR: their posts are not counted against them.
pub(super) fn missing(
    known: &Known,
    scope: &Scope,
    found: &HashSet<usize>,
    unsure: &HashSet<usize>,
    paired: &HashSet<i64>,
) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (place, person) in known.people.iter().enumerate().filter(|(place, _)| !unsure.contains(place)) {
        let posts: Vec<MissingPost> = person
            .posts
            .iter()
            .filter(|post| !paired.contains(&post.id) && scope.speaks_of(post))
            .map(|post| MissingPost {
                post: post.id,
                school: post.values.school,
                job_title: post.values.job_title.clone(),
                from: post.values.from,
            })
            .collect();
        if !posts.is_empty() {
            let is_in_the_list = found.contains(&place);
            missing.push(Missing {
                person: person.id,
                name: person.values.name(),
                listed_name: person.values.listed_name(),
                work_email: person.values.work_email.clone(),
                references: known.references_in_sight(person),
                is_in_the_list,
                posts,
            });
        }
    }
    missing.sort_by_cached_key(|missing| (searchable(&missing.listed_name), missing.person));
    missing
}
