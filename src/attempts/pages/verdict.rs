//! The verdict on one answer: right or wrong, and why, for what was chosen. No option is named that was not chosen.

use serde::Serialize;

use crate::attempts::Attempt;
use crate::attempts::rules::{self, MarkedRow};
use crate::courses::views::{ClauseLink, clause_links};
use crate::courses::{Course, Library, QuestionKind};
use crate::problem::{Problem, Result};

#[derive(Serialize)]
pub(super) struct VerdictView {
    is_right: bool,
    heading: &'static str,
    about: String,
    /// Of a question with options: those that were chosen.
    chosen: Vec<Row>,
    /// Of an order or of pairs: every one of them.
    rows: Vec<Row>,
    column: Option<&'static str>,
    why: Option<String>,
    clauses: Vec<ClauseLink>,
    /// Where to say that the question seems wrong; none in a refresher.
    doubt_href: Option<String>,
}

#[derive(Serialize)]
struct Row {
    text: String,
    mark: Option<String>,
    reason: String,
}

pub(super) fn view(library: &Library, course: &Course, attempt: &Attempt, place: usize) -> Result<VerdictView> {
    let question = attempt.question(course, place)?;
    let answer = attempt.answers.get(place).ok_or(Problem::NotFound)?;
    let rows = rules::mark(question, &answer.chosen).rows;
    let heading = heading(&question.kind, answer.is_right, &rows);
    let is_whole = question.kind.choices().is_none();
    let one_right = matches!(question.kind, QuestionKind::OneRight(_));
    let rows: Vec<Row> = rows.into_iter().map(|row| seen(row, one_right)).collect();
    let (chosen, rows) = if is_whole { (Vec::new(), rows) } else { (rows, Vec::new()) };
    Ok(VerdictView {
        is_right: answer.is_right,
        heading,
        about: format!("Question {}: {}", place + 1, question.ask),
        chosen,
        rows,
        column: column(&question.kind),
        // The reason for the whole could name an option that was not chosen.
        why: question.why.clone().filter(|_| is_whole || answer.is_right),
        clauses: clause_links(library, &question.clauses),
        doubt_href: (attempt.assignment != 0)
            .then(|| format!("/courses/{}/quiz/{}/{}/opinion", attempt.slug, attempt.id, place + 1)),
    })
}

fn heading(kind: &QuestionKind, is_right: bool, rows: &[MarkedRow]) -> &'static str {
    match kind {
        _ if is_right => "That’s right",
        QuestionKind::OneRight(_) => "Not this one",
        QuestionKind::SeveralRight(_) if rows.iter().all(|row| row.is_right) => "Not all of them",
        _ => "Not quite",
    }
}

fn column(kind: &QuestionKind) -> Option<&'static str> {
    match kind {
        QuestionKind::Order { .. } => Some("The right order"),
        QuestionKind::Match { .. } => Some("What goes together"),
        _ => None,
    }
}

fn seen(row: MarkedRow, one_right: bool) -> Row {
    let mark = match (&row.given, row.is_right) {
        (_, true) => "right".to_owned(),
        (Some(given), false) => format!("yours: {given}"),
        (None, false) => "not this one".to_owned(),
    };
    Row { text: row.text, mark: Some(mark).filter(|_| !one_right), reason: row.reason }
}
