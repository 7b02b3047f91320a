//! The tables of refreshers.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::AnswerRow;
use crate::clock::Instant;
use crate::db::Conn;
use crate::problem::Result;
use crate::schema::{refresher_answers, refreshers};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refreshers, treat_none_as_default_value = false)]
pub struct RefresherRow {
    pub person_id: i64,
    pub cycle: String,
    /// The versions of the courses by slug, as JSON.
    pub content_versions: String,
    pub seed: i64,
    /// Slug and id of each question, as JSON.
    pub drawn: String,
    pub started_at: i64,
    pub finished_at: Option<i64>,
}

/// What the evidence log has of a finished refresher; what was answered is the person's own.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = refreshers)]
pub struct FinishedRefresherRow {
    pub person_id: i64,
    pub cycle: String,
    pub content_versions: String,
    pub started_at: i64,
    pub finished_at: Option<i64>,
}

/// Newest first; at most one a cycle.
pub fn of_person(conn: &mut Conn, person: i64) -> Result<Vec<(i64, RefresherRow)>> {
    Ok(refreshers::table
        .filter(refreshers::person_id.eq(person))
        .order(refreshers::id.desc())
        .select((refreshers::id, RefresherRow::as_select()))
        .load(conn)?)
}

pub fn insert(conn: &mut Conn, row: &RefresherRow) -> Result<i64> {
    Ok(diesel::insert_into(refreshers::table).values(row).returning(refreshers::id).get_result(conn)?)
}

pub fn insert_answer(conn: &mut Conn, row: &AnswerRow) -> Result<()> {
    diesel::insert_into(refresher_answers::table)
        .values((
            refresher_answers::refresher_id.eq(row.attempt_id),
            refresher_answers::place.eq(row.place),
            refresher_answers::question.eq(&row.question),
            refresher_answers::chosen.eq(&row.chosen),
            refresher_answers::is_right.eq(row.is_right),
            refresher_answers::answered_at.eq(row.answered_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// In the order of the questions.
pub fn answers_of(conn: &mut Conn, refresher: i64) -> Result<Vec<AnswerRow>> {
    let found: Vec<(i64, i32, String, String, bool, i64)> = refresher_answers::table
        .filter(refresher_answers::refresher_id.eq(refresher))
        .order(refresher_answers::place)
        .select((
            refresher_answers::refresher_id,
            refresher_answers::place,
            refresher_answers::question,
            refresher_answers::chosen,
            refresher_answers::is_right,
            refresher_answers::answered_at,
        ))
        .load(conn)?;
    let row = |(attempt_id, place, question, chosen, is_right, answered_at)| AnswerRow {
        attempt_id,
        place,
        question,
        chosen,
        is_right,
        answered_at,
    };
    Ok(found.into_iter().map(row).collect())
}

pub fn finish(conn: &mut Conn, id: i64, now: Instant) -> Result<FinishedRefresherRow> {
    diesel::update(refreshers::table.find(id)).set(refreshers::finished_at.eq(now.0)).execute(conn)?;
    Ok(refreshers::table.find(id).select(FinishedRefresherRow::as_select()).first(conn)?)
}

/// Finished refreshers as the log should have them.
pub fn evidence_refreshers(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<(i64, FinishedRefresherRow)> = refreshers::table
        .filter(refreshers::finished_at.is_not_null())
        .select((refreshers::id, FinishedRefresherRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}
