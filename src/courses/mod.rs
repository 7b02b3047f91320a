//! Courses, policies and checklists: read from files, checked, versioned, and kept for ever once anybody has seen them.
//! `Library` holds what is in use; `reading` says what an author may write, and `check` whether it is good enough.

pub mod check;
mod difference;
pub mod exchange;
pub mod figures;
pub mod files;
mod loading;
pub mod pages;
pub mod reading;
pub mod rules;
mod sign_offs;
pub mod skeleton;
mod store;
pub mod trace;
pub mod views;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::problem::{Problem, Result};

pub use difference::{Difference, Edit, Touches};
use files::Folder;
pub use loading::LastSound;
pub use reading::{
    Card, Cards, Change, ChangeKind, Checklist, Choice, Complaint, Course, Every, Facts, Fragment, Glossary, Page,
    Policy, Programme, Question, QuestionKind, Refresher, Required, Statement, StatementSet,
};
use reading::{Reading, gathered};
pub use sign_offs::{Passage, Reader, SignOff, evidence_sign_offs, passages, sign_off, sign_offs};

/// What people read, sign or go through: three kinds of content, each in a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Course,
    Policy,
    Checklist,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Course, Kind::Policy, Kind::Checklist];

    /// The word for it in rows and entries.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Course => "course",
            Kind::Policy => "policy",
            Kind::Checklist => "checklist",
        }
    }

    /// None if there is no such kind.
    pub fn named(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn folder(self) -> &'static str {
        match self {
            Kind::Course => "modules",
            Kind::Policy => "policies",
            Kind::Checklist => "checklists",
        }
    }

    pub fn of_folder(folder: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.folder() == folder)
    }
}

/// The checklist of everybody's own settings; others are about the school's accounts.
pub const PRIVACY_CHECK: &str = "privacy-check";

#[derive(Debug, Clone)]
enum Content {
    Course(Arc<Course>),
    Policy(Arc<Policy>),
    Checklist(Arc<Checklist>),
}

/// One version of one thing, with the bytes that it was read from.
#[derive(Debug, Clone)]
struct Held {
    content: Content,
    folder: Folder,
}

/// All sound content in use now, and the way to any version that was ever stored.
#[derive(Debug, Default)]
pub struct Library {
    held: BTreeMap<(Kind, String), Held>,
    pub glossary: Glossary,
    pub cards: Cards,
    pub facts: Facts,
    pub programme: Programme,
    /// What was wrong when the content was loaded.
    pub complaints: Vec<Complaint>,
    /// What questions still need that came in from elsewhere; nothing draws them.
    pub drafts: Vec<Complaint>,
    /// Older versions, read from the database when somebody asked for them.
    older: Mutex<BTreeMap<(Kind, String, String), Content>>,
}

/// How many older versions stay in memory.
const OLDER_AT_MOST: usize = 32;

impl Library {
    /// The content of one folder alone.
    pub fn of(folder: &Folder) -> (Library, Vec<Complaint>) {
        let (library, mut complaints) = Library::read(folder);
        complaints.extend(check::library(&library));
        complaints.extend(check::strays(folder));
        library.finish(complaints)
    }

    fn finish(mut self, mut complaints: Vec<Complaint>) -> (Library, Vec<Complaint>) {
        complaints.sort();
        complaints.dedup();
        self.complaints = complaints.clone();
        (self, complaints)
    }

    /// Reads whatever can be read; complaints are about what cannot.
    fn read(folder: &Folder) -> (Library, Vec<Complaint>) {
        let mut wrong = Vec::new();
        let mut library = Library {
            glossary: gathered(Glossary::read(folder), &mut wrong).unwrap_or_default(),
            cards: gathered(Cards::read(folder), &mut wrong).unwrap_or_default(),
            facts: gathered(Facts::read(folder), &mut wrong).unwrap_or_default(),
            programme: gathered(Programme::read(folder), &mut wrong).unwrap_or_default(),
            ..Library::default()
        };
        for kind in Kind::ALL {
            for slug in folder.folders_in(kind.folder()) {
                let place = format!("{}/{slug}", kind.folder());
                match read_content(kind, &slug, &folder.under(&place)) {
                    Ok(held) => {
                        if let Content::Course(course) = &held.content {
                            let drafts = exchange::waiting(course, &folder.under(&place));
                            library.drafts.extend(drafts.into_iter().map(|draft| below(&place, draft)));
                        }
                        library.held.insert((kind, slug), held);
                    }
                    Err(complaints) => wrong.extend(complaints.into_iter().map(|complaint| below(&place, complaint))),
                }
            }
        }
        (library, wrong)
    }

    pub fn course(&self, slug: &str) -> Option<Arc<Course>> {
        match &self.held.get(&(Kind::Course, slug.to_owned()))?.content {
            Content::Course(course) => Some(course.clone()),
            _ => None,
        }
    }

    pub fn policy(&self, slug: &str) -> Option<Arc<Policy>> {
        match &self.held.get(&(Kind::Policy, slug.to_owned()))?.content {
            Content::Policy(policy) => Some(policy.clone()),
            _ => None,
        }
    }

    pub fn checklist(&self, slug: &str) -> Option<Arc<Checklist>> {
        match &self.held.get(&(Kind::Checklist, slug.to_owned()))?.content {
            Content::Checklist(checklist) => Some(checklist.clone()),
            _ => None,
        }
    }

    /// By slug.
    pub fn courses(&self) -> Vec<Arc<Course>> {
        self.slugs(Kind::Course).filter_map(|slug| self.course(slug)).collect()
    }

    /// By slug, addenda after the policies that they add to.
    pub fn policies(&self) -> Vec<Arc<Policy>> {
        let mut policies: Vec<Arc<Policy>> = self.slugs(Kind::Policy).filter_map(|slug| self.policy(slug)).collect();
        policies.sort_by_key(|policy| policy.adds_to.is_some());
        policies
    }

    /// The policies in use that add to this one for a school.
    pub fn addenda(&self, slug: &str) -> Vec<Arc<Policy>> {
        self.policies().into_iter().filter(|policy| policy.adds_to.as_deref() == Some(slug)).collect()
    }

    pub fn checklists(&self) -> Vec<Arc<Checklist>> {
        self.slugs(Kind::Checklist).filter_map(|slug| self.checklist(slug)).collect()
    }

    fn slugs(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.held.keys().filter(move |(held, _)| *held == kind).map(|(_, slug)| slug.as_str())
    }

    /// The title of what is in use under a slug.
    pub fn title(&self, kind: Kind, slug: &str) -> Option<String> {
        self.held.get(&(kind, slug.to_owned())).map(|held| held.content.title().to_owned())
    }

    /// The title in use, or the slug of what is not in use any more.
    pub fn title_or_slug(&self, kind: Kind, slug: &str) -> String {
        self.title(kind, slug).unwrap_or_else(|| slug.to_owned())
    }

    /// The version in use under a slug.
    pub fn version(&self, kind: Kind, slug: &str) -> Option<String> {
        self.held.get(&(kind, slug.to_owned())).map(|held| held.content.version().to_owned())
    }

    /// What the policy in use calls a clause: "Pupils and former pupils" for P29.
    pub fn clause_name(&self, clause: &str) -> Option<String> {
        let named = |policy: Arc<Policy>| policy.clauses.get(clause).map(|found| found.name.clone());
        self.policies().into_iter().find_map(named)
    }

    /// The slug of the policy in use that has a clause.
    pub fn policy_of_clause(&self, clause: &str) -> Option<String> {
        self.policies().into_iter().find(|policy| policy.clauses.contains_key(clause)).map(|policy| policy.slug.clone())
    }

    /// A course at a version that is in use or was ever stored; *not found* if it never was.
    pub fn course_at(&self, conn: &mut Conn, slug: &str, version: &str) -> Result<Arc<Course>> {
        match self.content_at(conn, Kind::Course, slug, version)? {
            Content::Course(course) => Ok(course),
            _ => Err(Problem::NotFound),
        }
    }

    pub fn policy_at(&self, conn: &mut Conn, slug: &str, version: &str) -> Result<Arc<Policy>> {
        match self.content_at(conn, Kind::Policy, slug, version)? {
            Content::Policy(policy) => Ok(policy),
            _ => Err(Problem::NotFound),
        }
    }

    pub fn checklist_at(&self, conn: &mut Conn, slug: &str, version: &str) -> Result<Arc<Checklist>> {
        match self.content_at(conn, Kind::Checklist, slug, version)? {
            Content::Checklist(checklist) => Ok(checklist),
            _ => Err(Problem::NotFound),
        }
    }

    fn content_at(&self, conn: &mut Conn, kind: Kind, slug: &str, version: &str) -> Result<Content> {
        let in_use = self.held.get(&(kind, slug.to_owned())).map(|held| &held.content);
        if let Some(content) = in_use.filter(|content| content.version() == version) {
            return Ok(content.clone());
        }
        let name = (kind, slug.to_owned(), version.to_owned());
        if let Some(content) = self.older.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(content.clone());
        }
        let stored = store::find(conn, kind, slug, version)?.ok_or(Problem::NotFound)?;
        let read = read_content(kind, slug, &Folder::from_archive(&stored.archive)?);
        let content = read.map_err(|wrong| unreadable(kind, slug, version, &wrong))?.content;
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        if older.len() >= OLDER_AT_MOST {
            older.clear();
        }
        older.insert(name, content.clone());
        Ok(content)
    }
}

impl Content {
    fn title(&self) -> &str {
        match self {
            Content::Course(course) => &course.title,
            Content::Policy(policy) => &policy.title,
            Content::Checklist(checklist) => &checklist.title,
        }
    }

    /// Its changes, newest first.
    fn changes(&self) -> Vec<Edit> {
        match self {
            Content::Course(course) => course.changes.iter().map(Edit::of).collect(),
            Content::Policy(policy) => policy.changes.iter().map(Edit::of_policy).collect(),
            Content::Checklist(checklist) => checklist.changes.iter().map(Edit::of).collect(),
        }
    }

    fn version(&self) -> &str {
        match self {
            Content::Course(course) => &course.version,
            Content::Policy(policy) => &policy.version,
            Content::Checklist(checklist) => &checklist.version,
        }
    }

    /// The day of the newest change after which everybody signs again or takes the course again.
    fn asks_again_on(&self) -> Option<Day> {
        let retakes = |changes: &[Change]| {
            changes.iter().filter(|change| change.kind == ChangeKind::Retake).map(|change| change.date).max()
        };
        match self {
            Content::Course(course) => retakes(&course.changes),
            Content::Checklist(checklist) => retakes(&checklist.changes),
            Content::Policy(policy) => {
                policy.changes.iter().filter(|change| change.material).map(|change| change.date).max()
            }
        }
    }
}

/// Puts every version in use among the stored ones, each new one with an entry, before anybody sees it, and notes from when
/// on it is in use. May be run again.
pub fn store_contents(act: &mut Act, library: &Library) -> Result<()> {
    let before: BTreeMap<(Kind, String), String> = loading::used_last(act.conn)?;
    for ((kind, slug), held) in &library.held {
        let (version, title) = (held.content.version(), held.content.title());
        let was = before.get(&(*kind, slug.clone())).map(String::as_str);
        if was != Some(version) {
            store::use_from(act.conn, *kind, slug, version, act.now)?;
        }
        if store::has(act.conn, *kind, slug, version)? {
            if was.is_some_and(|was| was != version) {
                act.record(Draft::new("content-back-in-use")?.under(kind.as_str(), slug, version));
            }
            continue;
        }
        let archive = held.folder.archive();
        let asks_again_on = held.content.asks_again_on();
        if store::keep(act.conn, (*kind, slug, version), title, &archive, asks_again_on, act.now)? {
            let entry = Draft::new("content-version")?.under(kind.as_str(), slug, version);
            act.record(entry.fact("title", title).fact("bytes", archive.len()));
        }
    }
    for ((kind, slug), version) in before.iter().filter(|(name, _)| !library.held.contains_key(name)) {
        store::use_from(act.conn, *kind, slug, NO_VERSION, act.now)?;
        act.record(Draft::new("content-out-of-use")?.under(kind.as_str(), slug, version));
    }
    Ok(())
}

/// Stands in the place of a version where nothing is in use under a slug any more.
const NO_VERSION: &str = "";

/// A change that opened the next round for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub kind: Kind,
    pub slug: String,
    /// The day that the change names; the day on which its version came into use, if that was later.
    pub day: Day,
    pub recorded: Instant,
}

/// The changes, oldest first, that opened a round: what was in a thing's first version opened none.
pub fn openings(conn: &mut Conn) -> Result<Vec<Opening>> {
    let mut newest: BTreeMap<(String, String), Option<Day>> = BTreeMap::new();
    let mut found = Vec::new();
    for (kind, slug, asks_again_on, stored_at) in store::askings(conn)? {
        let asks: Option<Day> = asks_again_on.map(|day| day.parse()).transpose().map_err(Problem::fault)?;
        let recorded = Instant(stored_at);
        let known = newest.entry((kind.clone(), slug.clone())).or_insert(asks);
        if let Some(day) = asks.filter(|_| asks > *known) {
            *known = asks;
            let kind = Kind::named(&kind).ok_or_else(|| Problem::fault(format!("no such kind: {kind}")))?;
            found.push(Opening { kind, slug, day: day.max(recorded.day()), recorded });
        }
    }
    Ok(found)
}

/// One stored version, for a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: String,
    pub title: String,
    pub stored_at: Instant,
}

/// All stored versions of one thing, newest first.
pub fn versions(conn: &mut Conn, kind: Kind, slug: &str) -> Result<Vec<Version>> {
    let stored = store::versions(conn, kind, slug)?;
    Ok(stored
        .into_iter()
        .map(|(version, title, stored_at)| Version { version, title, stored_at: Instant(stored_at) })
        .collect())
}

fn read_content(kind: Kind, slug: &str, folder: &Folder) -> Reading<Held> {
    // Drafts are no part of a version: what nobody can be asked changes nothing for anybody.
    let folder = folder.without(exchange::DRAFTS);
    let content = match kind {
        Kind::Course => Content::Course(Arc::new(Course::read(slug, &folder)?)),
        Kind::Policy => Content::Policy(Arc::new(Policy::read(slug, &folder)?)),
        Kind::Checklist => Content::Checklist(Arc::new(Checklist::read(slug, &folder)?)),
    };
    Ok(Held { content, folder })
}

fn unreadable(kind: Kind, slug: &str, version: &str, wrong: &[Complaint]) -> Problem {
    let wrong: Vec<String> = wrong.iter().map(Complaint::to_string).collect();
    Problem::fault(format!("stored {} {slug} {version} cannot be read: {}", kind.as_str(), wrong.join("; ")))
}

fn below(place: &str, complaint: Complaint) -> Complaint {
    Complaint { file: format!("{place}/{}", complaint.file), ..complaint }
}
