//! The tables of attempts: pages read, attempts and answers. The only place that writes them.

pub mod opinions;
pub mod refreshers;

use diesel::dsl::count;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Instant;
use crate::courses::Kind;
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::{answers, assignments, attempts, page_reads, requirements, voided_questions};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    pub assignment_id: i64,
    pub content_version: String,
    pub number: i32,
    pub seed: i64,
    /// The ids of its questions, as JSON.
    pub drawn: String,
    pub started_at: i64,
    pub finished_at: Option<i64>,
    pub right_answers: Option<i32>,
    pub passed: Option<bool>,
}

/// What the evidence log has of a finished attempt. The marks are the person's own and are not in it.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = attempts)]
pub struct FinishedRow {
    pub assignment_id: i64,
    pub content_version: String,
    pub number: i32,
    pub started_at: i64,
    pub finished_at: Option<i64>,
    pub passed: Option<bool>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = answers)]
pub struct AnswerRow {
    pub attempt_id: i64,
    pub place: i32,
    pub question: String,
    /// As JSON.
    pub chosen: String,
    pub is_right: bool,
    pub answered_at: i64,
}

/// An attempt with what its assignment says of it.
#[derive(Debug, Clone, Queryable)]
pub struct Found {
    pub id: i64,
    pub row: AttemptRow,
    pub person: i64,
    pub slug: String,
    pub closes_day: String,
}

/// An attempt in few words.
#[derive(Debug, Clone, Queryable)]
pub struct Begun {
    pub assignment: i64,
    pub number: i32,
    pub drawn: String,
    pub finished_at: Option<i64>,
    pub answers: i64,
}

// ── pages read

/// Keeps the first time.
pub fn insert_page_read(conn: &mut Conn, assignment: i64, page: &str, now: Instant) -> Result<()> {
    let row = (page_reads::assignment_id.eq(assignment), page_reads::page.eq(page), page_reads::read_at.eq(now.0));
    each_backend!(conn, |c| {
        diesel::insert_into(page_reads::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(())
}

/// Assignment and page.
pub fn pages_read(conn: &mut Conn, assignments: &[i64]) -> Result<Vec<(i64, String)>> {
    Ok(page_reads::table
        .filter(page_reads::assignment_id.eq_any(assignments))
        .select((page_reads::assignment_id, page_reads::page))
        .load(conn)?)
}

// ── attempts

type Joined = diesel::dsl::InnerJoin<attempts::table, diesel::dsl::InnerJoin<assignments::table, requirements::table>>;

fn with_assignment() -> Joined {
    attempts::table.inner_join(assignments::table.inner_join(requirements::table))
}

macro_rules! found {
    () => {
        (
            attempts::id,
            AttemptRow::as_select(),
            assignments::person_id,
            requirements::content_slug,
            assignments::closes_day,
        )
    };
}

pub fn attempt(conn: &mut Conn, id: i64) -> Result<Found> {
    Ok(each_backend!(conn, |c| with_assignment().filter(attempts::id.eq(id)).select(found!()).first(c))?)
}

pub fn latest_of_assignment(conn: &mut Conn, assignment: i64) -> Result<Option<Found>> {
    Ok(each_backend!(conn, |c| with_assignment()
        .filter(attempts::assignment_id.eq(assignment))
        .order(attempts::number.desc())
        .select(found!())
        .first(c)
        .optional())?)
}

/// What somebody's last attempt at a course drew, in whichever year it was, as JSON.
pub fn last_drawn(conn: &mut Conn, person: i64, slug: &str) -> Result<Option<String>> {
    Ok(each_backend!(conn, |c| with_assignment()
        .filter(assignments::person_id.eq(person))
        .filter(requirements::content_kind.eq(Kind::Course.as_str()).and(requirements::content_slug.eq(slug)))
        .order(attempts::id.desc())
        .select(attempts::drawn)
        .first(c)
        .optional())?)
}

/// Everything that somebody ever began, oldest first.
pub fn attempts_of(conn: &mut Conn, person: i64) -> Result<Vec<Found>> {
    Ok(with_assignment().filter(assignments::person_id.eq(person)).order(attempts::id).select(found!()).load(conn)?)
}

pub fn insert_attempt(conn: &mut Conn, row: &AttemptRow) -> Result<i64> {
    Ok(each_backend!(conn, |c| diesel::insert_into(attempts::table).values(row).returning(attempts::id).get_result(c))?)
}

/// Finishes an attempt; gives its row as the log has it.
pub fn finish(conn: &mut Conn, id: i64, now: Instant, right_answers: usize, passed: bool) -> Result<FinishedRow> {
    let finished = (
        attempts::finished_at.eq(now.0),
        attempts::right_answers.eq(right_answers as i32),
        attempts::passed.eq(passed),
    );
    Ok(each_backend!(conn, |c| diesel::update(attempts::table.find(id))
        .set(finished)
        .returning(FinishedRow::as_returning())
        .get_result(c))?)
}

pub fn begun(conn: &mut Conn, assignments: &[i64]) -> Result<Vec<Begun>> {
    Ok(attempts::table
        .left_join(answers::table)
        .filter(attempts::assignment_id.eq_any(assignments))
        .group_by((attempts::assignment_id, attempts::number, attempts::drawn, attempts::finished_at))
        .select((
            attempts::assignment_id,
            attempts::number,
            attempts::drawn,
            attempts::finished_at,
            count(answers::id.nullable()),
        ))
        .load(conn)?)
}

// ── answers

pub fn insert_answer(conn: &mut Conn, row: &AnswerRow) -> Result<()> {
    each_backend!(conn, |c| diesel::insert_into(answers::table).values(row).execute(c))?;
    Ok(())
}

/// In the order of the questions.
pub fn answers_of(conn: &mut Conn, attempt: i64) -> Result<Vec<AnswerRow>> {
    Ok(each_backend!(conn, |c| answers::table
        .filter(answers::attempt_id.eq(attempt))
        .order(answers::place)
        .select(AnswerRow::as_select())
        .load(c))?)
}

/// Course, question, whether the answers were right, and how many such answers there are: of all that were ever given.
pub fn answers_by_question(conn: &mut Conn) -> Result<Vec<(String, String, bool, i64)>> {
    Ok(answers::table
        .inner_join(attempts::table.inner_join(assignments::table.inner_join(requirements::table)))
        .group_by((requirements::content_slug, answers::question, answers::is_right))
        .select((requirements::content_slug, answers::question, answers::is_right, diesel::dsl::count_star()))
        .load(conn)?)
}

// ── voided questions

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = voided_questions, treat_none_as_default_value = false)]
pub struct VoidedRow {
    pub slug: String,
    pub question: String,
    pub why: String,
    pub voided_by: Option<i64>,
    pub voided_at: i64,
}

pub fn insert_voided(conn: &mut Conn, row: &VoidedRow) -> Result<i64> {
    Ok(diesel::insert_into(voided_questions::table).values(row).returning(voided_questions::id).get_result(conn)?)
}

/// The ids of a course's voided questions.
pub fn voided_of(conn: &mut Conn, slug: &str) -> Result<Vec<String>> {
    Ok(voided_questions::table
        .filter(voided_questions::slug.eq(slug))
        .order(voided_questions::id)
        .select(voided_questions::question)
        .load(conn)?)
}

/// All of them, newest first.
pub fn voided(conn: &mut Conn) -> Result<Vec<(i64, VoidedRow)>> {
    Ok(voided_questions::table
        .order(voided_questions::id.desc())
        .select((voided_questions::id, VoidedRow::as_select()))
        .load(conn)?)
}

/// The finished attempts at a course in which this question was answered wrongly.
pub fn that_missed(conn: &mut Conn, slug: &str, question: &str) -> Result<Vec<i64>> {
    Ok(with_assignment()
        .inner_join(answers::table)
        .filter(requirements::content_kind.eq(Kind::Course.as_str()).and(requirements::content_slug.eq(slug)))
        .filter(answers::question.eq(question).and(answers::is_right.eq(false)))
        .filter(attempts::finished_at.is_not_null())
        .order(attempts::id)
        .select(attempts::id)
        .load(conn)?)
}

/// What a finished attempt came to after all.
pub fn mark_again(conn: &mut Conn, id: i64, right_answers: usize, passed: bool) -> Result<()> {
    diesel::update(attempts::table.find(id))
        .set((attempts::right_answers.eq(right_answers as i32), attempts::passed.eq(passed)))
        .execute(conn)?;
    Ok(())
}

// ── for `evidence verify`

pub fn evidence_voided(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    voided(conn)?.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}

/// Finished attempts as the log should have them; what is still open proves nothing yet.
pub fn evidence_attempts(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<(i64, FinishedRow)> = attempts::table
        .filter(attempts::finished_at.is_not_null())
        .select((attempts::id, FinishedRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}
