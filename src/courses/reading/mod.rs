//! What an author wrote, as values: unknown keys are refused, and every complaint names its file and line.

mod checklist;
mod course;
mod policy;
mod prose;
mod quiz;
mod shelf;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::clock::Day;

pub use checklist::{Checklist, Group, Item};
pub use course::{Change, ChangeKind, Course, Gate, Outcome, Page};
pub use policy::{
    Binds, ChangeQuestion, Clause, FilledBy, Policy, PolicyChange, Reader, Section, Statement, StatementSet,
};
pub use prose::{Block, Found, Fragment, Piece, Prose, TERM_MARK, TermUse, escape, picture_type};
pub use quiz::{Choice, Pair, Question, QuestionKind, Quiz, Step, read_questions};
pub use shelf::{Card, Cards, Due, Every, Fact, FactKind, Facts, Glossary, Programme, Refresher, Required};

use super::files::Folder;

/// What is wrong, where: a path below the courses folder, a line counted from 1, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Either the whole value, or everything that keeps it from being one.
pub type Reading<T> = std::result::Result<T, Vec<Complaint>>;

/// One text while it is being read, and where its lines are in its file.
pub(super) struct Source<'a> {
    pub path: &'a str,
    pub text: &'a str,
    lines: Lines,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// How many lines of the file stand before the text.
    before: usize,
    ends: Vec<usize>,
}

impl Lines {
    pub fn of(text: &str, before: usize) -> Lines {
        Lines { before, ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// The line in the file of a place in the text, counted from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.before + self.ends.partition_point(|end| *end < offset) + 1
    }
}

impl<'a> Source<'a> {
    /// The text of a file in a folder.
    pub fn open(folder: &'a Folder, path: &'a str) -> Reading<Source<'a>> {
        let complain = |what: &str| vec![Complaint { file: path.to_owned(), line: 1, what: what.to_owned() }];
        let bytes = folder.bytes(path).ok_or_else(|| complain("there is no such file"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| complain("this is no UTF-8 text"))?;
        let source = Source::part(path, text, 0);
        match text.find(|c: char| c.is_control() && c != '\n' && c != '\t') {
            Some(at) => Err(vec![source.complaint(at, "there is a character here that cannot be seen")]),
            None => Ok(source),
        }
    }

    /// A part of a file, with so many lines before it.
    pub fn part(path: &'a str, text: &'a str, lines_before: usize) -> Source<'a> {
        Source { path, text, lines: Lines::of(text, lines_before) }
    }

    pub fn line(&self, offset: usize) -> usize {
        self.lines.line(offset)
    }

    /// How many lines of the file stand before this text.
    pub fn lines_before(&self) -> usize {
        self.lines.before
    }

    /// The line of a key at the top of a TOML text; the first line if it is not there.
    pub fn line_of_key(&self, key: &str) -> usize {
        let starts = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        self.lines.before + self.text.lines().position(starts).unwrap_or_default() + 1
    }

    pub fn complaint(&self, offset: usize, what: impl Into<String>) -> Complaint {
        self.complaint_at(self.line(offset), what)
    }

    pub fn complaint_at(&self, line: usize, what: impl Into<String>) -> Complaint {
        Complaint { file: self.path.to_owned(), line, what: what.into() }
    }

    pub fn toml<T: DeserializeOwned>(&self) -> Reading<T> {
        toml::from_str(self.text).map_err(|error| {
            let offset = error.span().map(|span| span.start).unwrap_or_default();
            vec![self.complaint(offset, plainly(error.message()))]
        })
    }

    pub fn line_of<T>(&self, value: &Spanned<T>) -> usize {
        self.line(value.span().start)
    }
}

/// The TOML reader's message on one line.
fn plainly(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ")
}

/// The value, with what is wrong with it put among the complaints.
pub(super) fn gathered<T>(reading: Reading<T>, complaints: &mut Vec<Complaint>) -> Option<T> {
    match reading {
        Ok(value) => Some(value),
        Err(wrong) => {
            complaints.extend(wrong);
            None
        }
    }
}

/// A TOML date such as 2026-09-01, without a time.
pub(super) fn day(date: &toml::value::Datetime) -> Option<Day> {
    if date.time.is_some() {
        return None;
    }
    date.date.and_then(|date| Day::new(i32::from(date.year), u32::from(date.month), u32::from(date.day)))
}

/// A name that may stand in an address and in a row: small letters and digits in words joined by hyphens.
pub fn is_slug(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.len() <= 60 && name.split('-').all(word)
}
