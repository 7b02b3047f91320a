//! What content has to do with people: how many have completed it in the cycle under way, and how often each clause is missed.

use crate::attempts;
use crate::clock::Day;
use crate::courses::trace::{Missed, Misses};
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::problem::Result;

use super::store;

/// How many people have completed it in a cycle that is under way, so that a change can touch them.
pub fn completed_now(conn: &mut Conn, kind: Kind, slug: &str, today: Day) -> Result<u64> {
    let people = store::completed_now(conn, kind.as_str(), slug, today)?;
    Ok(u64::try_from(people).unwrap_or_default())
}

/// How often each clause was missed, by the questions in use that ask it and are not voided. An answer counts for each of its
/// question's clauses.
pub fn misses(conn: &mut Conn, library: &Library) -> Result<Misses> {
    let voided = attempts::voided_questions(conn)?;
    let is_voided = |slug: &str, question: &str| voided.iter().any(|one| one.slug == slug && one.question == question);
    let mut misses = Misses::new();
    for (slug, question, is_right, answers) in store::answers_by_question(conn)? {
        if is_voided(&slug, &question) {
            continue;
        }
        let course = library.course(&slug);
        let Some(question) = course.as_ref().and_then(|course| course.quiz.question(&question)) else { continue };
        let answers = u64::try_from(answers).unwrap_or_default();
        for clause in &question.clauses {
            let missed: &mut Missed = misses.entry(clause.clone()).or_default();
            missed.answers += answers;
            missed.wrong += if is_right { 0 } else { answers };
        }
    }
    Ok(misses)
}
