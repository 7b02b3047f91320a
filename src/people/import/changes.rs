//! What an import writes, as plain values, and how it is told to people: field by field, what was and what will be.

use std::fmt;

use super::headings::Column;
use super::known::{Known, Manager, PauseValues, PersonValues, PostValues, Source};
use crate::clock::Day;

/// Every write that a plan asks for. All of them belong to one act.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    pub new_people: Vec<NewPerson>,
    pub people: Vec<PersonChange>,
    pub references: Vec<NewReference>,
    pub posts: Vec<NewPost>,
    pub superseded_posts: Vec<SupersededPost>,
    pub pauses: Vec<NewPause>,
    pub superseded_pauses: Vec<SupersededPause>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPerson {
    pub values: PersonValues,
    /// None for somebody known by their work email alone.
    pub references: Vec<(Source, String)>,
    pub posts: Vec<PostValues>,
    pub pauses: Vec<PauseValues>,
}

/// A known person's names, code and email as they will be, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonChange {
    pub person: i64,
    pub now: PersonValues,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewReference {
    pub person: i64,
    pub source: Source,
    pub reference: String,
}

/// One more post of a known person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPost {
    pub person: i64,
    pub values: PostValues,
}

/// The post's row is superseded by one with these values, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupersededPost {
    pub post: i64,
    pub person: i64,
    pub now: PostValues,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPause {
    pub person: i64,
    pub values: PauseValues,
}

/// The pause's row is superseded by one with these days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupersededPause {
    pub pause: i64,
    pub person: i64,
    pub now: PauseValues,
}

/// One field of a person or post that changes. Empty words mean that there was, or will be, nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub field: Field,
    pub was: String,
    pub now: String,
}

impl Change {
    pub(super) fn added(field: Field, now: impl Into<String>) -> Change {
        Change { field, was: String::new(), now: now.into() }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_blank = |words: &str| if words.is_empty() { "blank".to_owned() } else { words.to_owned() };
        write!(f, "{}: was {}, now {}", self.field, or_blank(&self.was), or_blank(&self.now))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    Column(Column),
    /// A whole post that was not known.
    Post,
    Absence,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Column(column) => column.fmt(f),
            Field::Post => f.write_str("post"),
            Field::Absence => f.write_str("absence"),
        }
    }
}

/// The fields of a person, as words.
pub(super) fn person_fields(values: &PersonValues) -> [(Column, String); 7] {
    [
        (Column::Title, values.title.clone()),
        (Column::Forename, values.forename.clone()),
        (Column::Surname, values.surname.clone()),
        (Column::PreferredForename, values.preferred_forename.clone()),
        (Column::PreferredSurname, values.preferred_surname.clone()),
        (Column::StaffCode, values.staff_code.clone()),
        (Column::WorkEmail, words(values.work_email.as_ref())),
    ]
}

fn post_fields(values: &PostValues, known: &Known) -> [(Column, String); 11] {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    [
        (Column::JobTitle, values.job_title.clone()),
        (Column::RoleGroup, values.role_group.to_string()),
        (Column::EmploymentType, values.employment_type.clone()),
        (Column::Fte, words(values.fte.as_ref())),
        (Column::TermTimeOnly, values.term_time_only.map(yes_or_no).unwrap_or_default()),
        (Column::IsSlt, yes_or_no(values.is_slt)),
        (Column::IsAccountAdmin, yes_or_no(values.is_account_admin)),
        (Column::TakesImages, yes_or_no(values.takes_images)),
        (Column::StartDate, values.from.long()),
        (Column::EndDate, values.until.map(Day::long).unwrap_or_default()),
        (Column::LineManager, manager(values, known)),
    ]
}

fn words(value: Option<&impl fmt::Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn manager(values: &PostValues, known: &Known) -> String {
    let named = values.manager_named.clone();
    match values.manager {
        Manager::Person(id) => {
            known.person(id).map(|place| known.people[place].values.name()).or(named).unwrap_or_default()
        }
        Manager::NewPerson(_) => named.unwrap_or_default(),
        Manager::Nobody => named.map(|named| format!("{named} (not on the staff list)")).unwrap_or_default(),
    }
}

fn differences<const N: usize>(was: [(Column, String); N], now: [(Column, String); N]) -> Vec<Change> {
    was.into_iter()
        .zip(now)
        .filter(|((_, was), (_, now))| was != now)
        .map(|((column, was), (_, now))| Change { field: Field::Column(column), was, now })
        .collect()
}

pub(super) fn person_differences(was: &PersonValues, now: &PersonValues) -> Vec<Change> {
    differences(person_fields(was), person_fields(now))
}

/// None only if nothing differs: a change that reads the same in words is still told.
pub(super) fn post_differences(was: &PostValues, now: &PostValues, known: &Known) -> Vec<Change> {
    let mut changes = differences(post_fields(was, known), post_fields(now, known));
    if changes.is_empty() && was != now {
        let (was, now) = (manager(was, known), manager(now, known));
        changes.push(Change { field: Field::Column(Column::LineManager), was, now });
    }
    changes
}

/// "Teacher at Harbour Primary School from 1 September 2026".
pub(super) fn post_in_words(values: &PostValues, known: &Known) -> String {
    let school = known.school_name(values.school);
    let until = values.until.map(|until| format!(" until {}", until.long())).unwrap_or_default();
    format!("{} at {school} from {}{until}", values.job_title, values.from.long())
}

/// "from 21 September 2026 to 18 December 2026".
pub(super) fn pause_in_words(values: &PauseValues) -> String {
    let until = values.until.map(|until| format!(" to {}", until.long())).unwrap_or_default();
    format!("from {}{until}", values.from.long())
}
