//! A checklist: what everybody looks at, then each app's own items. What anybody ticks is sent nowhere.

use serde::Deserialize;
use toml::Spanned;

use super::course::{Change, ChangeKind};
use super::prose::Prose;
use super::{Block, Complaint, Reading, Source, day, gathered};
use crate::clock::Day;
use crate::courses::files::Folder;

#[derive(Debug, Clone)]
pub struct Checklist {
    pub slug: String,
    /// The SHA-256 of its folder.
    pub version: String,
    pub title: String,
    pub intro: Prose,
    /// Newest first.
    pub changes: Vec<Change>,
    /// `everywhere` first, then by file name.
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone)]
pub struct Group {
    /// The file's name without `.toml`.
    pub file: String,
    pub name: String,
    /// Whose help pages describe the settings.
    pub vendor: Option<String>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub look_for: String,
    /// Where in the app's menus; always shown as "may change".
    pub path: Vec<String>,
    pub prefer: String,
    pub why: String,
    /// The title of the vendor's help page.
    pub help: Option<String>,
    /// None: nobody has looked yet.
    pub last_checked: Option<Day>,
    pub clauses: Vec<String>,
    /// The policy itself asks for it.
    pub must: bool,
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChecklist {
    title: String,
    intro: Spanned<String>,
    change: Vec<WrittenChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChange {
    date: Spanned<toml::value::Datetime>,
    kind: ChangeKind,
    what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGroup {
    name: String,
    vendor: Option<String>,
    item: Vec<WrittenItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenItem {
    id: Spanned<String>,
    look_for: String,
    #[serde(default)]
    path: Vec<String>,
    prefer: String,
    why: String,
    help: Option<String>,
    last_checked: Option<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    clauses: Vec<String>,
    #[serde(default)]
    must: bool,
}

impl Checklist {
    pub fn read(slug: &str, folder: &Folder) -> Reading<Checklist> {
        let source = Source::open(folder, "checklist.toml")?;
        let written: WrittenChecklist = source.toml()?;
        let mut wrong = Vec::new();
        let mut paths: Vec<&str> = folder.paths().filter(|path| is_group(path)).collect();
        paths.sort_by_key(|path| *path != "everywhere.toml");
        let groups = paths.into_iter().filter_map(|path| gathered(read_group(folder, path), &mut wrong)).collect();
        let changes = written.change.into_iter().filter_map(|change| {
            let line = source.line_of(&change.date);
            let date = day_or_complaint(&source, &change.date, &mut wrong)?;
            Some(Change { date, kind: change.kind, what: change.what, line })
        });
        let changes = changes.collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let lines_before = source.line_of(&written.intro);
        Ok(Checklist {
            slug: slug.to_owned(),
            version: folder.version(),
            title: written.title,
            intro: Prose::read(written.intro.get_ref(), lines_before, ""),
            changes,
            groups,
        })
    }
}

fn is_group(path: &str) -> bool {
    path.ends_with(".toml") && path != "checklist.toml" && !path.contains('/')
}

fn read_group(folder: &Folder, path: &str) -> Reading<Group> {
    let source = Source::open(folder, path)?;
    let written: WrittenGroup = source.toml()?;
    let mut wrong = Vec::new();
    let items = written.item.into_iter().map(|item| read_item(&source, item, &mut wrong)).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let file = path.trim_end_matches(".toml").to_owned();
    Ok(Group { file, name: written.name, vendor: written.vendor, items })
}

fn read_item(source: &Source, written: WrittenItem, wrong: &mut Vec<Complaint>) -> Item {
    Item {
        line: source.line_of(&written.id),
        id: written.id.into_inner(),
        look_for: written.look_for,
        path: written.path,
        prefer: written.prefer,
        why: written.why,
        help: written.help,
        last_checked: written.last_checked.and_then(|date| day_or_complaint(source, &date, wrong)),
        clauses: written.clauses,
        must: written.must,
    }
}

fn day_or_complaint(
    source: &Source,
    written: &Spanned<toml::value::Datetime>,
    wrong: &mut Vec<Complaint>,
) -> Option<Day> {
    let day = day(written.get_ref());
    if day.is_none() {
        wrong.push(source.complaint_at(source.line_of(written), "a date is written 2026-09-01"));
    }
    day
}

impl Item {
    /// All that is read aloud of it; menu names are the vendor's words and left out.
    pub fn spoken(&self) -> Vec<Block> {
        let texts = [&self.look_for, &self.prefer, &self.why];
        texts.into_iter().map(|text| Block { line: self.line, text: text.clone() }).collect()
    }
}
