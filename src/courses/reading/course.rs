//! A course: its outcomes, its short pages, its quiz, and what changed from edition to edition.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::prose::{Prose, picture_type};
use super::quiz::{self, Question, Quiz};
use super::{Block, Complaint, Fragment, Reading, Source, day, gathered};
use crate::clock::Day;
use crate::courses::files::Folder;
use crate::courses::rules;

#[derive(Debug, Clone)]
pub struct Course {
    pub slug: String,
    /// The SHA-256 of its folder.
    pub version: String,
    pub title: String,
    pub summary: String,
    /// Whom it is for, in words.
    pub audience: String,
    /// Worked out from its words and questions, rounded up.
    pub minutes: u32,
    /// What the author says is the most it may take.
    pub minutes_at_most: u32,
    pub note: Option<String>,
    pub outcomes: Vec<Outcome>,
    /// The rules that nobody may get wrong, in words. One without words goes by its clause's name.
    pub gates: Vec<Gate>,
    /// Newest first.
    pub changes: Vec<Change>,
    pub pages: Vec<Page>,
    pub quiz: Quiz,
    /// The pictures that pages show, by file name.
    pub images: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub id: String,
    /// Completes "By the end you can …".
    pub text: String,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub id: String,
    /// Completes "You missed a rule that nobody may get wrong: …".
    pub text: String,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub date: Day,
    pub kind: ChangeKind,
    pub what: String,
    pub line: usize,
}

/// Whom a new edition touches: nobody, those to be told, or those who take the course again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    First,
    Correction,
    Notify,
    Retake,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub name: String,
    pub title: String,
    pub clauses: Vec<String>,
    pub outcome: String,
    pub facts: Vec<String>,
    pub do_text: String,
    pub try_text: String,
    pub try_answer: String,
    pub body: Fragment,
    pub prose: Prose,
    pub lines: PageLines,
}

/// The lines of a page's front matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageLines {
    pub title: usize,
    pub clauses: usize,
    pub outcome: usize,
    pub facts: usize,
    pub do_text: usize,
    pub try_text: usize,
    pub try_answer: usize,
    pub body: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCourse {
    title: String,
    summary: String,
    #[serde(rename = "for")]
    audience: String,
    minutes: u32,
    note: Option<String>,
    pages: Vec<Spanned<String>>,
    quiz: WrittenDraw,
    outcome: Vec<WrittenLine>,
    #[serde(default)]
    gate: Vec<WrittenLine>,
    change: Vec<WrittenChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDraw {
    draw: Spanned<usize>,
    pass: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLine {
    id: Spanned<String>,
    text: String,
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
struct WrittenPage {
    title: String,
    clauses: Vec<String>,
    outcome: String,
    facts: Vec<String>,
    #[serde(rename = "do")]
    do_text: String,
    #[serde(rename = "try")]
    try_text: String,
    answer: String,
}

impl Course {
    /// Reads a course from its folder; the complaints' paths begin there.
    pub fn read(slug: &str, folder: &Folder) -> Reading<Course> {
        let source = Source::open(folder, "course.toml")?;
        let written: WrittenCourse = source.toml()?;
        let version = folder.version();
        let mut wrong = Vec::new();

        let images = format!("/courses/{slug}/images/{version}/");
        let pages = written.pages.iter().filter_map(|name| {
            let listed = source.line_of(name);
            gathered(Page::read(name.get_ref(), folder, &images, &source, listed), &mut wrong)
        });
        let pages: Vec<Page> = pages.collect();
        let changes = gathered(changes(&source, &written.change), &mut wrong).unwrap_or_default();
        let draw = gathered(draw(&source, &written.quiz), &mut wrong);
        let questions = gathered(quiz::read_questions(folder, "quiz.toml"), &mut wrong);
        let (Some((draw, pass)), Some(questions), true) = (draw, questions, wrong.is_empty()) else {
            return Err(wrong);
        };

        let outcomes = written.outcome.into_iter().map(|outcome| Outcome {
            line: source.line_of(&outcome.id),
            id: outcome.id.into_inner(),
            text: outcome.text,
        });
        let gates = written.gate.into_iter().map(|gate| Gate {
            line: source.line_of(&gate.id),
            id: gate.id.into_inner(),
            text: gate.text,
        });
        let quiz = Quiz { draw, pass, questions };
        Ok(Course {
            slug: slug.to_owned(),
            version,
            title: written.title,
            summary: written.summary,
            audience: written.audience,
            minutes: rules::minutes(pages.iter().map(Page::words).sum(), pages.len(), quiz.draw),
            minutes_at_most: written.minutes,
            note: written.note,
            outcomes: outcomes.collect(),
            gates: gates.collect(),
            changes,
            pages,
            quiz,
            images: pictures(folder),
        })
    }

    /// The rule that this question stands for, in words, if nobody may get it wrong.
    pub fn rule_of(&self, question: &Question) -> Option<&str> {
        let id = question.gate.as_deref()?;
        self.gates.iter().find(|gate| gate.id == id).map(|gate| gate.text.as_str())
    }

    pub fn page(&self, name: &str) -> Option<(usize, &Page)> {
        self.pages.iter().enumerate().find(|(_, page)| page.name == name)
    }

    /// The day of this edition: that of its newest change.
    pub fn edition(&self) -> Option<Day> {
        self.changes.first().map(|change| change.date)
    }

    /// The clauses that its pages teach, sorted, each once.
    pub fn clauses(&self) -> Vec<String> {
        let mut clauses: Vec<String> = self.pages.iter().flat_map(|page| page.clauses.clone()).collect();
        clauses.sort();
        clauses.dedup();
        clauses
    }
}

impl Page {
    fn read(name: &str, folder: &Folder, images: &str, course: &Source, listed: usize) -> Reading<Page> {
        let path = format!("pages/{name}.md");
        if !super::is_slug(name) {
            return Err(vec![course.complaint_at(listed, format!("‘{name}’ is no page's name"))]);
        }
        if folder.bytes(&path).is_none() {
            return Err(vec![course.complaint_at(listed, format!("there is no {path}"))]);
        }
        let source = Source::open(folder, &path)?;
        let (front, body) = split_front_matter(&source)?;
        let written: WrittenPage = front.toml()?;
        let prose = Prose::read(body.text, body.lines_before(), images);
        Ok(Page {
            name: name.to_owned(),
            title: written.title,
            clauses: written.clauses,
            outcome: written.outcome,
            facts: written.facts,
            do_text: written.do_text,
            try_text: written.try_text,
            try_answer: written.answer,
            body: prose.fragment.clone(),
            lines: PageLines {
                title: front.line_of_key("title"),
                clauses: front.line_of_key("clauses"),
                outcome: front.line_of_key("outcome"),
                facts: front.line_of_key("facts"),
                do_text: front.line_of_key("do"),
                try_text: front.line_of_key("try"),
                try_answer: front.line_of_key("answer"),
                body: body.lines_before() + 1,
            },
            prose,
        })
    }

    /// All that is read aloud of the page, in order.
    pub fn spoken(&self) -> Vec<Block> {
        let front = |text: &str, line: usize| Block { line, text: text.to_owned() };
        let mut spoken = vec![front(&self.title, self.lines.title)];
        spoken.extend(self.prose.blocks.iter().cloned());
        spoken.push(front(&self.try_text, self.lines.try_text));
        spoken.push(front(&self.try_answer, self.lines.try_answer));
        spoken.push(front(&self.do_text, self.lines.do_text));
        spoken
    }

    pub fn words(&self) -> usize {
        self.spoken().iter().map(|block| rules::count_words(&block.text)).sum()
    }
}

/// TOML between two lines of `+++`, then Markdown.
fn split_front_matter<'a>(source: &Source<'a>) -> Reading<(Source<'a>, Source<'a>)> {
    let missing = || vec![source.complaint(0, "a page begins with +++, its front matter, and +++ again")];
    let inner = source.text.strip_prefix("+++\n").ok_or_else(missing)?;
    let (front, body) = inner.split_once("\n+++\n").ok_or_else(missing)?;
    let lines_before = front.matches('\n').count() + 3;
    Ok((Source::part(source.path, front, 1), Source::part(source.path, body, lines_before)))
}

fn draw(source: &Source, written: &WrittenDraw) -> Reading<(usize, u32)> {
    let mut wrong: Vec<Complaint> = Vec::new();
    let (draw, pass) = (*written.draw.get_ref(), *written.pass.get_ref());
    if draw == 0 || draw > 50 {
        wrong.push(source.complaint_at(source.line_of(&written.draw), "from 1 to 50 questions can be drawn"));
    }
    if pass == 0 || pass > 100 {
        wrong.push(source.complaint_at(source.line_of(&written.pass), "the pass mark is a per cent from 1 to 100"));
    }
    if wrong.is_empty() { Ok((draw, pass)) } else { Err(wrong) }
}

fn changes(source: &Source, written: &[WrittenChange]) -> Reading<Vec<Change>> {
    let mut wrong = Vec::new();
    let mut changes = Vec::new();
    for change in written {
        let line = source.line_of(&change.date);
        match day(change.date.get_ref()) {
            Some(date) => changes.push(Change { date, kind: change.kind, what: change.what.clone(), line }),
            None => wrong.push(source.complaint_at(line, "a date is written 2026-09-01")),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(wrong) }
}

fn pictures(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let images = folder.under("images");
    let shown = images.paths().filter(|name| picture_type(name).is_some());
    shown.filter_map(|name| Some((name.to_owned(), images.bytes(name)?.to_vec()))).collect()
}
