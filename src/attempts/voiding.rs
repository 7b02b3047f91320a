//! Voiding: a question that was not fair counts as right for everybody, from its first day on. Nobody loses a pass by it, and
//! an attempt that passes by it is dated the day it was taken.

use serde_json::{Value, json};

use super::store::{self, VoidedRow};
use super::{Attempt, attempt};
use crate::act::Act;
use crate::assignments::{self, Completion, Means};
use crate::certificates::{self, Key};
use crate::clock::Instant;
use crate::courses::{Course, Kind, Library};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::people;
use crate::problem::{Problem, Result};

/// The longest reason, in characters.
const LONGEST_WHY: usize = 300;

/// A question that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidedQuestion {
    pub slug: String,
    pub question: String,
    pub why: String,
    pub at: Instant,
}

/// All of them, newest first.
pub fn voided_questions(conn: &mut Conn) -> Result<Vec<VoidedQuestion>> {
    let read = |(_, row): (i64, VoidedRow)| VoidedQuestion {
        slug: row.slug,
        question: row.question,
        why: row.why,
        at: Instant(row.voided_at),
    };
    Ok(store::voided(conn)?.into_iter().map(read).collect())
}

/// Voids a question of the course in use; gives how many attempts pass by it. It is never drawn again.
pub fn void_question(
    act: &mut Act,
    library: &Library,
    key: &Key,
    slug: &str,
    question: &str,
    why: &str,
) -> Result<usize> {
    let course = library.course(slug).ok_or_else(|| Problem::refused(format!("There is no course {slug}.")))?;
    if course.quiz.question(question).is_none() {
        return Err(Problem::refused(format!("{slug} has no question {question}.")));
    }
    if why.trim().is_empty() || why.chars().count() > LONGEST_WHY {
        return Err(Problem::refused(format!("Say why, in at most {LONGEST_WHY} characters.")));
    }
    if store::voided_of(act.conn, slug)?.iter().any(|voided| voided == question) {
        return Err(Problem::refused("This question was voided before."));
    }
    let row = VoidedRow {
        slug: slug.to_owned(),
        question: question.to_owned(),
        why: why.trim().to_owned(),
        voided_by: act.who.person,
        voided_at: act.now.0,
    };
    let id = store::insert_voided(act.conn, &row)?;
    let entry = Draft::new("question-voided")?.under(Kind::Course.as_str(), slug, &course.version);
    let entry = entry.row("voided_questions", id, &row)?;
    act.record(entry);
    let mut passed = 0;
    for id in store::that_missed(act.conn, slug, question)? {
        let attempt = attempt(act.conn, id)?;
        let course = library.course_at(act.conn, slug, &attempt.content_version)?;
        passed += usize::from(mark_again(act, key, &attempt, &course)?);
    }
    Ok(passed)
}

/// True if the attempt passes now and did not before.
fn mark_again(act: &mut Act, key: &Key, attempt: &Attempt, course: &Course) -> Result<bool> {
    let tally = attempt.tally(course)?;
    let (had_passed, passes) = (attempt.passed == Some(true), tally.is_passed());
    store::mark_again(act.conn, attempt.id, tally.right, had_passed || passes)?;
    let Some(finished) = attempt.finished.filter(|_| passes && !had_passed) else { return Ok(false) };
    let completion = Completion {
        means: Means::PassedAttempt,
        content_version: attempt.content_version.clone(),
        at: finished,
        connection_recorded: false,
    };
    let person = people::person(act.conn, attempt.person)?;
    let entry = Draft::new("attempt-passed")?
        .about(&person.pseudonym, person.identity())
        .under(Kind::Course.as_str(), &attempt.slug, &attempt.content_version)
        .changed("attempts", attempt.id, json!({ "passed": true }));
    let (completed, entry) = assignments::complete_earlier(act, attempt.assignment, &completion, entry)?;
    act.record(entry);
    if completed.is_new() {
        certificates::after_completion(act, key, attempt.assignment, &course.title, Some(course.minutes))?;
    }
    Ok(true)
}

/// For `evidence verify`: the voided questions as the log should have them.
pub fn evidence_voided_questions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_voided(conn)
}
