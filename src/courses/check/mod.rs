//! Whether content is good enough to be shown: every rule of the authors' guide that can be worked out, each complaint with
//! file and line. `report` is what `seamark courses check` prints.

mod course;
mod policy;
mod quiz;
mod report;
mod shared;
mod texts;

use std::collections::BTreeSet;

use super::files::Folder;
use super::reading::is_slug;
use super::{Complaint, Content, Kind, Library, skeleton};

pub(super) use policy::unsigned_by;
pub(super) use quiz::RightOptions;
pub(super) use report::page_grades;
pub use report::{against_command, check_command};
pub use texts::GRADE_AT_MOST;

/// Everything that is wrong with what could be read.
pub(super) fn library(library: &Library) -> Vec<Complaint> {
    let mut desk = Desk::of(library);
    shared::check(&mut desk);
    for ((kind, slug), held) in &library.held {
        desk.place = format!("{}/{slug}/", kind.folder());
        if !is_slug(slug) {
            desk.complain(&format!("{}.toml", kind.as_str()), 1, NO_SLUG);
        }
        match &held.content {
            Content::Course(course) => {
                let quiz = held.folder.bytes("quiz.toml").unwrap_or_default();
                course::check(&mut desk, course, std::str::from_utf8(quiz).unwrap_or_default());
            }
            Content::Policy(policy) => policy::check(&mut desk, policy),
            Content::Checklist(checklist) => policy::check_checklist(&mut desk, checklist),
        }
        unused_files(&mut desk, *kind, &held.content, &held.folder);
        still_to_be_written(&mut desk, &held.folder);
    }
    desk.complaints
}

const NO_SLUG: &str = "the folder's name has small letters, digits and hyphens: it is part of an address";

/// Files beside the folders of content that nothing reads: a slip, such as a page that was saved one folder too high.
pub(super) fn strays(folder: &Folder) -> Vec<Complaint> {
    let is_shared = |path: &str| SHARED.contains(&path);
    let is_content = |path: &str| {
        let parts: Vec<&str> = path.splitn(3, '/').collect();
        parts.len() == 3 && Kind::of_folder(parts[0]).is_some()
    };
    let strays = folder.paths().filter(|path| !is_shared(path) && !is_content(path));
    strays.map(|path| Complaint { file: path.to_owned(), line: 1, what: "nothing uses this file".to_owned() }).collect()
}

/// What all content shares, and the term dates that another room reads.
const SHARED: &[&str] = &["programme.toml", "glossary.toml", "cards.toml", "facts.toml", "calendar-england.toml"];

/// What a check needs to know of the rest of the library, and the complaints so far.
struct Desk<'a> {
    library: &'a Library,
    /// Every clause of every policy.
    clauses: BTreeSet<&'a str>,
    /// The folder that is being checked, with a slash at its end; empty for what all share.
    place: String,
    complaints: Vec<Complaint>,
}

impl<'a> Desk<'a> {
    fn of(library: &'a Library) -> Desk<'a> {
        let policies = library.held.values().filter_map(|held| match &held.content {
            Content::Policy(policy) => Some(policy),
            _ => None,
        });
        let clauses = policies.flat_map(|policy| policy.clauses.keys().map(String::as_str)).collect();
        Desk { library, clauses, place: String::new(), complaints: Vec::new() }
    }

    fn complain(&mut self, file: &str, line: usize, what: impl Into<String>) {
        self.complaints.push(Complaint { file: format!("{}{file}", self.place), line, what: what.into() });
    }

    /// Complains unless every clause is in a policy.
    fn clauses_exist(&mut self, file: &str, line: usize, clauses: &[String]) {
        for clause in clauses {
            if !self.clauses.contains(clause.as_str()) {
                self.complain(file, line, format!("no policy has a clause {clause}"));
            }
        }
    }

    /// Complains about an id that is badly made or was there before.
    fn id_is_new(&mut self, file: &str, line: usize, id: &str, before: &mut BTreeSet<String>) {
        if !before.insert(id.to_owned()) {
            self.complain(file, line, format!("‘{id}’ is there twice"));
        }
        let made_well = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !made_well {
            self.complain(file, line, format!("‘{id}’ is no id: letters, digits and hyphens"));
        }
    }

    /// Newest first, and the oldest is the first edition.
    fn changes(&mut self, file: &str, changes: &[super::reading::Change]) {
        use super::reading::ChangeKind;
        if changes.last().is_none_or(|change| change.kind != ChangeKind::First) {
            self.complain(
                file,
                changes.last().map_or(1, |change| change.line),
                "the last [[change]] is of kind \"first\"",
            );
        }
        for pair in changes.windows(2) {
            if pair[0].date < pair[1].date {
                self.complain(file, pair[1].line, "changes stand newest first");
            }
            if pair[0].kind == ChangeKind::First {
                self.complain(file, pair[0].line, "only the oldest [[change]] is of kind \"first\"");
            }
        }
    }
}

/// The marks of a new course, each in its line.
fn still_to_be_written(desk: &mut Desk, folder: &Folder) {
    for path in folder.paths() {
        let text = folder.bytes(path).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        for (place, line) in text.lines().enumerate() {
            if line.contains(skeleton::MARK) {
                desk.complain(path, place + 1, "this is still to be written");
            }
        }
    }
}

/// A file that nothing refers to is a slip: a page that was never listed, a picture that nobody sees.
fn unused_files(desk: &mut Desk, kind: Kind, content: &Content, folder: &Folder) {
    for path in folder.paths() {
        let used = match content {
            Content::Course(course) => {
                let page = |page: &super::Page| {
                    path == format!("pages/{}.md", page.name)
                        || page.prose.images.iter().any(|image| image.what == path)
                };
                matches!(path, "course.toml" | "quiz.toml") || course.pages.iter().any(page)
            }
            Content::Policy(policy) => {
                let set = |set: &super::StatementSet| path == format!("statements/{}.toml", set.name);
                matches!(path, "policy.toml" | "clauses.toml" | "text.md") || policy.statement_sets.iter().any(set)
            }
            Content::Checklist(checklist) => {
                path == "checklist.toml" || checklist.groups.iter().any(|group| path == format!("{}.toml", group.file))
            }
        };
        if !used {
            desk.complain(path, 1, format!("nothing in this {} uses this file", kind.as_str()));
        }
    }
}
