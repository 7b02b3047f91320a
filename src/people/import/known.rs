//! What is known before an import: schools, people, their posts and pauses, as plain values that can be looked up.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::cells::{Fte, SchoolSaid};
use super::headings::{Column, NotAStaffList};
use super::names::fold;
use super::rows::{ImportedRow, StaffList};
use crate::clock::Day;
use crate::people::rules::{PostFlags, RoleGroup, Urn, WorkEmail};
use crate::people::{NewPost, Person, PostRecord};

/// Whom a reference belongs to: two schools may give the same number to different people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    Trust,
    School(i64),
}

impl Source {
    /// The source of a list's references: the trust, if each row names its school; else the school that was chosen.
    pub fn of(list: &StaffList, chosen: Option<i64>) -> Result<Source, NotAStaffList> {
        match (list.headings.name_the_school(), chosen) {
            (true, _) => Ok(Source::Trust),
            (false, Some(school)) => Ok(Source::School(school)),
            (false, None) => Err(NotAStaffList(
                "This list does not say which school it is for: choose the school, then send it again.".to_owned(),
            )),
        }
    }
}

/// `trust`, or `school:` and the school's id.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Trust => f.write_str("trust"),
            Source::School(id) => write!(f, "school:{id}"),
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        if text == "trust" {
            return Ok(Source::Trust);
        }
        let id = text.strip_prefix("school:").and_then(|id| id.parse().ok());
        id.map(Source::School).ok_or_else(|| format!("‘{text}’ is not a source of references"))
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KnownSchool {
    pub id: i64,
    pub urn: Urn,
    pub name: String,
    /// Seven digits, where it is known.
    pub laestab: Option<String>,
    /// What lists may call it too, such as the trust's name for its central team.
    pub other_names: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KnownPerson {
    pub id: i64,
    pub references: Vec<(Source, String)>,
    pub values: PersonValues,
    /// All that were not superseded, past ones too.
    pub posts: Vec<KnownPost>,
    pub pauses: Vec<KnownPause>,
}

/// What is blank is empty.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PersonValues {
    pub title: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
    pub staff_code: String,
    pub work_email: Option<WorkEmail>,
}

impl PersonValues {
    /// What a row says of its person.
    pub(super) fn said(row: &ImportedRow) -> PersonValues {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        PersonValues {
            title: text(&row.title),
            forename: row.forename.clone(),
            surname: row.surname.clone(),
            preferred_forename: text(&row.preferred_forename),
            preferred_surname: text(&row.preferred_surname),
            staff_code: text(&row.staff_code),
            work_email: row.work_email.clone(),
        }
    }

    /// The name as it is printed: preferred names first, never both.
    pub fn name(&self) -> String {
        let or =
            |preferred: &str, legal: &str| if preferred.is_empty() { legal.to_owned() } else { preferred.to_owned() };
        let (forename, surname) =
            (or(&self.preferred_forename, &self.forename), or(&self.preferred_surname, &self.surname));
        format!("{forename} {surname}")
    }

    /// "Nair, Priya", for lists in order.
    pub fn listed_name(&self) -> String {
        let or = |preferred: &'_ str, legal: &'_ str| if preferred.is_empty() { legal } else { preferred }.to_owned();
        format!("{}, {}", or(&self.preferred_surname, &self.surname), or(&self.preferred_forename, &self.forename))
    }

    /// Every way to write the whole name, folded.
    pub(super) fn folded_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for forename in [&self.forename, &self.preferred_forename].into_iter().filter(|name| !name.is_empty()) {
            for surname in [&self.surname, &self.preferred_surname].into_iter().filter(|name| !name.is_empty()) {
                names.push(fold(&format!("{forename}{surname}")));
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KnownPost {
    pub id: i64,
    pub values: PostValues,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PostValues {
    pub school: i64,
    pub job_title: String,
    pub role_group: RoleGroup,
    /// Empty where nothing says.
    pub employment_type: String,
    pub fte: Option<Fte>,
    pub term_time_only: Option<bool>,
    pub is_slt: bool,
    pub is_account_admin: bool,
    pub takes_images: bool,
    pub from: Day,
    /// The last day in post, if it ends.
    pub until: Option<Day>,
    pub manager: Manager,
    /// The line manager as the list writes it, whoever that is.
    pub manager_named: Option<String>,
}

impl PostValues {
    pub(super) fn has_ended(&self, today: Day) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

impl From<&Person> for PersonValues {
    fn from(person: &Person) -> PersonValues {
        PersonValues {
            title: person.title.clone(),
            forename: person.forename.clone(),
            surname: person.surname.clone(),
            preferred_forename: person.preferred_forename.clone(),
            preferred_surname: person.preferred_surname.clone(),
            staff_code: person.staff_code.clone(),
            work_email: person.work_email.clone(),
        }
    }
}

impl From<&PostRecord> for KnownPost {
    fn from(record: &PostRecord) -> KnownPost {
        let PostFlags { leadership, account_administrator, takes_images } = record.post.flags;
        let values = PostValues {
            school: record.school,
            job_title: record.job_title.clone(),
            role_group: record.post.role_group,
            employment_type: record.employment_type.clone(),
            fte: record.fte_basis_points.map(Fte),
            term_time_only: record.post.term_time_only,
            is_slt: leadership,
            is_account_admin: account_administrator,
            takes_images,
            from: record.post.from,
            until: record.post.until,
            manager: record.manager.map_or(Manager::Nobody, Manager::Person),
            manager_named: record.manager_named.clone(),
        };
        KnownPost { id: record.post.id, values }
    }
}

impl PostValues {
    /// The post to be recorded; `new_people` are the ids that `Changes::new_people` were given, in its order.
    pub fn to_record(&self, new_people: &[i64]) -> NewPost {
        let manager = match self.manager {
            Manager::Nobody => None,
            Manager::Person(id) => Some(id),
            Manager::NewPerson(place) => new_people.get(place).copied(),
        };
        NewPost {
            school: self.school,
            job_title: self.job_title.clone(),
            role_group: self.role_group,
            employment_type: self.employment_type.clone(),
            fte_basis_points: self.fte.map(|fte| fte.0),
            term_time_only: self.term_time_only,
            flags: PostFlags {
                leadership: self.is_slt,
                account_administrator: self.is_account_admin,
                takes_images: self.takes_images,
            },
            from: self.from,
            until: self.until,
            manager,
            manager_named: self.manager_named.clone(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Manager {
    /// None named, or nobody known by that name.
    Nobody,
    Person(i64),
    /// Somebody new in the same list: their place in `Changes::new_people`.
    NewPerson(usize),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KnownPause {
    pub id: i64,
    pub values: PauseValues,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PauseValues {
    pub from: Day,
    pub until: Option<Day>,
}

/// Everything that a plan relies on. People are named by their place in it.
#[derive(Clone, Debug)]
pub struct Known {
    pub(super) schools: Vec<KnownSchool>,
    pub(super) people: Vec<KnownPerson>,
    by_id: HashMap<i64, usize>,
    by_reference: HashMap<(Source, String), usize>,
    by_bare_reference: HashMap<(Source, String), usize>,
    by_email: HashMap<WorkEmail, usize>,
    by_name: HashMap<String, Vec<usize>>,
    school_by_name: HashMap<String, Option<usize>>,
    school_by_id: HashMap<i64, usize>,
    taken: Taken,
}

/// What belongs to people whom the one who imports may not see: nothing is told of them but that it is taken.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Taken {
    pub emails: BTreeSet<WorkEmail>,
    pub references: BTreeSet<(Source, String)>,
}

impl Known {
    /// In any order: the same facts make the same `Known`.
    pub fn new(mut schools: Vec<KnownSchool>, mut people: Vec<KnownPerson>) -> Known {
        schools.sort_by_key(|school| school.id);
        people.sort_by_key(|person| person.id);
        for person in &mut people {
            person.references.sort_unstable();
            person.posts.sort_by_key(|post| post.id);
            person.pauses.sort_by_key(|pause| pause.id);
        }
        let mut known = Known {
            schools,
            people,
            by_id: HashMap::new(),
            by_reference: HashMap::new(),
            by_bare_reference: HashMap::new(),
            by_email: HashMap::new(),
            by_name: HashMap::new(),
            school_by_name: HashMap::new(),
            school_by_id: HashMap::new(),
            taken: Taken::default(),
        };
        known.index_people();
        known.index_schools();
        known
    }

    /// The same for somebody who may see only these schools and people, while others have taken some emails and references.
    pub fn beside(self, taken: Taken) -> Known {
        Known { taken, ..self }
    }

    pub(super) fn is_taken(&self, email: Option<&WorkEmail>, reference: Option<(Source, &str)>) -> Option<Column> {
        let has_reference = |(source, text): (Source, &str)| self.taken.references.contains(&(source, text.to_owned()));
        if reference.is_some_and(has_reference) {
            return Some(Column::StaffRef);
        }
        email.filter(|email| self.taken.emails.contains(email)).map(|_| Column::WorkEmail)
    }

    fn index_people(&mut self) {
        for (place, person) in self.people.iter().enumerate() {
            self.by_id.insert(person.id, place);
            for (source, reference) in &person.references {
                self.by_reference.insert((*source, reference.clone()), place);
                self.by_bare_reference.insert((*source, bare(reference)), place);
            }
            if let Some(email) = &person.values.work_email {
                self.by_email.insert(email.clone(), place);
            }
            for name in person.values.folded_names() {
                self.by_name.entry(name).or_default().push(place);
            }
        }
    }

    fn index_schools(&mut self) {
        for (place, school) in self.schools.iter().enumerate() {
            self.school_by_id.insert(school.id, place);
            let names = std::iter::once(&school.name).chain(&school.other_names).map(|name| fold(name));
            let numbers = school.laestab.iter().cloned().chain([fold(school.urn.as_str())]);
            for name in names.chain(numbers) {
                // a name that two schools share names neither
                let entry = self.school_by_name.entry(name).or_insert(Some(place));
                *entry = entry.filter(|other| *other == place);
            }
        }
    }

    /// Changes whenever anything does that a plan relies on. Compare it again, in the transaction that writes.
    pub fn fingerprint(&self) -> String {
        let mut digest = Digester(Sha256::new());
        self.schools.hash(&mut digest);
        self.people.hash(&mut digest);
        self.taken.hash(&mut digest);
        digest.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn person(&self, id: i64) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn with_reference(&self, source: Source, reference: &str) -> Option<usize> {
        self.by_reference.get(&(source, reference.to_owned())).copied()
    }

    /// Whose reference it is, but for zeros at its start.
    pub(super) fn with_bare_reference(&self, source: Source, reference: &str) -> Option<usize> {
        self.by_bare_reference.get(&(source, bare(reference))).copied()
    }

    pub(super) fn with_email(&self, email: &WorkEmail) -> Option<usize> {
        self.by_email.get(email).copied()
    }

    /// Everybody whose whole name, legal or preferred, folds to this.
    pub(super) fn named(&self, folded: &str) -> &[usize] {
        self.by_name.get(folded).map_or(&[], Vec::as_slice)
    }

    pub(super) fn school_said(&self, said: &SchoolSaid) -> Option<&KnownSchool> {
        let name = match said {
            SchoolSaid::Urn(urn) => fold(urn.as_str()),
            SchoolSaid::Laestab(number) => number.clone(),
            SchoolSaid::Name(name) => fold(name),
        };
        let place = self.school_by_name.get(&name).copied().flatten()?;
        self.schools.get(place)
    }

    pub(super) fn school(&self, id: i64) -> Option<&KnownSchool> {
        self.schools.get(*self.school_by_id.get(&id)?)
    }

    /// "Priya Nair, Teacher at Fairhaven Primary": whom a row may be about.
    pub fn described(&self, id: i64) -> String {
        let Some(person) = self.person(id).map(|place| &self.people[place]) else { return String::new() };
        let posts = person.posts.iter().map(|post| {
            let PostValues { job_title, school, .. } = &post.values;
            format!(", {job_title} at {}", self.school_name(*school))
        });
        let mark = self.mark(id).map(|mark| format!(", {mark}"));
        std::iter::once(person.values.name()).chain(posts).chain(mark).collect()
    }

    /// What tells somebody from others of their name: their work email, or else the trust's reference for them.
    pub fn mark(&self, id: i64) -> Option<String> {
        let person = self.person(id).map(|place| &self.people[place])?;
        let references = person.references.iter().filter(|(source, _)| *source == Source::Trust);
        let mut references = references.map(|(_, reference)| format!("reference {reference}"));
        person.values.work_email.as_ref().map(ToString::to_string).or_else(|| references.next())
    }

    /// A school's own reference is that school's to know.
    pub(super) fn references_in_sight(&self, person: &KnownPerson) -> Vec<String> {
        let in_sight = |source: &Source| match source {
            Source::Trust => true,
            Source::School(id) => self.school(*id).is_some(),
        };
        person.references.iter().filter(|(source, _)| in_sight(source)).map(|(_, text)| text.clone()).collect()
    }

    pub(super) fn school_name(&self, id: i64) -> &str {
        self.school(id).map_or("another school", |school| &school.name)
    }
}

fn bare(reference: &str) -> String {
    reference.trim_start_matches('0').to_lowercase()
}

/// Feeds what `Hash` writes into SHA-256, so that two different states do not meet by chance.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Unused: the digest is read whole.
    fn finish(&self) -> u64 {
        0
    }
}
