//! Misses: how often each clause is missed, over all that was ever answered in attempts.

use std::sync::Arc;

use super::{store, voided_questions};
use crate::courses::Course;
use crate::courses::trace::Misses;
use crate::db::Conn;
use crate::problem::Result;

/// How often each clause was missed, by the questions that ask it and are not voided. An answer counts for each of its
/// question's clauses. `course` finds the courses that are looked at, by slug.
pub fn misses(conn: &mut Conn, course: impl Fn(&str) -> Option<Arc<Course>>) -> Result<Misses> {
    let voided = voided_questions(conn)?;
    let is_voided = |slug: &str, question: &str| voided.iter().any(|one| one.slug == slug && one.question == question);
    let mut misses = Misses::new();
    for (slug, question, is_right, answers) in store::answers_by_question(conn)? {
        if is_voided(&slug, &question) {
            continue;
        }
        let course = course(&slug);
        let Some(question) = course.as_ref().and_then(|course| course.quiz.question(&question)) else { continue };
        let answers = u64::try_from(answers).unwrap_or_default();
        for clause in &question.clauses {
            let missed = misses.entry(clause.clone()).or_default();
            missed.answers += answers;
            missed.wrong += if is_right { 0 } else { answers };
        }
    }
    Ok(misses)
}
