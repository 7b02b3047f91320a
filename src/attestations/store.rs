//! The tables of attestations: the only place that writes them.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::assignments::Whom;
use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::each_backend;
use crate::ids;
use crate::problem::Result;
use crate::schema::{assignments, attestations, queries, query_closings, requirements, statement_ticks};

// ── signatures

#[derive(Debug, Clone, PartialEq, Eq, Insertable, Serialize, Queryable, Selectable)]
#[diesel(table_name = attestations)]
pub struct SignatureRow {
    pub assignment_id: i64,
    pub content_version: String,
    pub printed_name: String,
    pub statements: String,
    pub reference: String,
    pub entry_id: String,
    pub signed_at: i64,
}

/// A signature with its id, whose it is, for which cycle, and the policy's slug.
pub type Signature = (i64, SignatureRow, i64, String, String);

pub fn insert_signature(conn: &mut Conn, row: &SignatureRow) -> Result<i64> {
    Ok(diesel::insert_into(attestations::table).values(row).returning(attestations::id).get_result(conn)?)
}

/// Everything that one person ever signed, oldest first.
pub fn signatures_of(conn: &mut Conn, person: i64) -> Result<Vec<Signature>> {
    Ok(attestations::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(assignments::person_id.eq(person))
        .order((attestations::signed_at, attestations::id))
        .select((
            attestations::id,
            SignatureRow::as_select(),
            assignments::person_id,
            assignments::cycle,
            requirements::content_slug,
        ))
        .load(conn)?)
}

pub fn signature_by_reference(conn: &mut Conn, reference: &str) -> Result<Option<Signature>> {
    Ok(attestations::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(attestations::reference.eq(reference))
        .select((
            attestations::id,
            SignatureRow::as_select(),
            assignments::person_id,
            assignments::cycle,
            requirements::content_slug,
        ))
        .first(conn)
        .optional()?)
}

/// The signatures as the evidence log should have them.
pub fn evidence_attestations(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows = attestations::table
        .order(attestations::id)
        .select((attestations::id, SignatureRow::as_select()))
        .load::<(i64, SignatureRow)>(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}

// ── ticks that are kept

/// The statements ticked so far under a version.
pub fn ticks(conn: &mut Conn, assignment: i64, version: &str) -> Result<Vec<String>> {
    Ok(statement_ticks::table
        .filter(statement_ticks::assignment_id.eq(assignment).and(statement_ticks::content_version.eq(version)))
        .order(statement_ticks::id)
        .select(statement_ticks::statement)
        .load(conn)?)
}

/// Puts these ticks in the place of those that were kept.
pub fn replace_ticks(conn: &mut Conn, now: Instant, assignment: i64, version: &str, ticked: &[String]) -> Result<()> {
    forget_ticks(conn, assignment)?;
    let rows: Vec<_> = ticked
        .iter()
        .map(|statement| {
            (
                statement_ticks::assignment_id.eq(assignment),
                statement_ticks::content_version.eq(version),
                statement_ticks::statement.eq(statement.as_str()),
                statement_ticks::ticked_at.eq(now.0),
            )
        })
        .collect();
    if !rows.is_empty() {
        each_backend!(conn, |c| diesel::insert_into(statement_ticks::table).values(&rows).execute(c))?;
    }
    Ok(())
}

pub fn forget_ticks(conn: &mut Conn, assignment: i64) -> Result<()> {
    diesel::delete(statement_ticks::table.filter(statement_ticks::assignment_id.eq(assignment))).execute(conn)?;
    Ok(())
}

// ── queries

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = queries)]
pub struct QueryRow {
    pub id: i64,
    pub assignment_id: i64,
    pub statement: String,
    pub kind: String,
    pub words: String,
    pub opened_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = query_closings)]
pub struct ClosingRow {
    pub query_id: i64,
    pub outcome: String,
    pub words: String,
    pub review_day: Option<String>,
    pub closed_by: Option<i64>,
    pub closed_at: i64,
}

pub type QueryAndClosing = (QueryRow, Option<ClosingRow>);

/// Gives the row as it stands, its id among it.
pub fn insert_query(
    conn: &mut Conn,
    now: Instant,
    assignment: i64,
    statement: &str,
    kind: &str,
    words: &str,
) -> Result<QueryRow> {
    let id = diesel::insert_into(queries::table)
        .values((
            queries::assignment_id.eq(assignment),
            queries::statement.eq(statement),
            queries::kind.eq(kind),
            queries::words.eq(words),
            queries::opened_at.eq(now.0),
        ))
        .returning(queries::id)
        .get_result(conn)?;
    let (statement, kind, words) = (statement.to_owned(), kind.to_owned(), words.to_owned());
    Ok(QueryRow { id, assignment_id: assignment, statement, kind, words, opened_at: now.0 })
}

pub fn insert_closing(conn: &mut Conn, row: &ClosingRow) -> Result<i64> {
    Ok(diesel::insert_into(query_closings::table).values(row).returning(query_closings::id).get_result(conn)?)
}

/// The queries as the evidence log should have them.
pub fn evidence_queries(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<QueryRow> = queries::table.order(queries::id).select(QueryRow::as_select()).load(conn)?;
    Ok(rows.iter().map(|row| (row.id, query_as_recorded(row))).collect())
}

pub fn evidence_query_closings(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<(i64, ClosingRow)> = query_closings::table
        .order(query_closings::id)
        .select((query_closings::id, ClosingRow::as_select()))
        .load(conn)?;
    Ok(rows.iter().map(|(id, row)| (*id, closing_as_recorded(row))).collect())
}

/// Words that may have to be erased one day are not in the log; their hash proves them while they are kept.
pub fn query_as_recorded(row: &QueryRow) -> Value {
    json!({
        "assignment_id": row.assignment_id,
        "statement": row.statement,
        "kind": row.kind,
        "words_sha256": hash_of(&row.words),
        "opened_at": row.opened_at,
    })
}

pub fn closing_as_recorded(row: &ClosingRow) -> Value {
    json!({
        "query_id": row.query_id,
        "outcome": row.outcome,
        "words_sha256": hash_of(&row.words),
        "review_day": row.review_day,
        "closed_by": row.closed_by,
        "closed_at": row.closed_at,
    })
}

fn hash_of(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| ids::hex(&ids::sha256(words.as_bytes())))
}

/// Every query about one assignment, oldest first.
pub fn queries_about(conn: &mut Conn, assignment: i64) -> Result<Vec<QueryAndClosing>> {
    Ok(queries::table
        .left_join(query_closings::table)
        .filter(queries::assignment_id.eq(assignment))
        .order((queries::opened_at, queries::id))
        .select((QueryRow::as_select(), Option::<ClosingRow>::as_select()))
        .load(conn)?)
}

/// Every query of one person, oldest first, with the slug of the policy that it is about.
pub fn queries_of_person(conn: &mut Conn, person: i64) -> Result<Vec<(QueryRow, Option<ClosingRow>, String)>> {
    Ok(queries::table
        .left_join(query_closings::table)
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(assignments::person_id.eq(person))
        .order((queries::opened_at, queries::id))
        .select((QueryRow::as_select(), Option::<ClosingRow>::as_select(), requirements::content_slug))
        .load(conn)?)
}

/// Whose matters are to be looked at again, and on which days; those of days before the first are left out.
pub fn review_days(conn: &mut Conn, since: Day) -> Result<Vec<(i64, String)>> {
    let rows: Vec<(i64, Option<String>)> = query_closings::table
        .inner_join(queries::table.inner_join(assignments::table))
        .filter(query_closings::review_day.ge(since.to_string()))
        .select((assignments::person_id, query_closings::review_day))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(person, day)| Some((person, day?))).collect())
}

/// One query of one person; none if it is not theirs.
pub fn query_of_person(conn: &mut Conn, person: i64, query: i64) -> Result<Option<QueryAndClosing>> {
    Ok(queries::table
        .left_join(query_closings::table)
        .inner_join(assignments::table)
        .filter(queries::id.eq(query).and(assignments::person_id.eq(person)))
        .select((QueryRow::as_select(), Option::<ClosingRow>::as_select()))
        .first(conn)
        .optional()?)
}

/// What status needs of queries: assignment, kind, opened and closed.
pub fn query_spans(conn: &mut Conn, whom: Whom) -> Result<Vec<(i64, String, i64, Option<i64>)>> {
    let all = queries::table
        .left_join(query_closings::table)
        .inner_join(assignments::table)
        .order(queries::id)
        .select((queries::assignment_id, queries::kind, queries::opened_at, query_closings::closed_at.nullable()));
    match whom {
        Whom::All => Ok(all.load(conn)?),
        Whom::People(people) => {
            let mut found = Vec::new();
            for some in people.chunks(500) {
                found.extend(
                    all.filter(assignments::person_id.eq_any(some)).load::<(i64, String, i64, Option<i64>)>(conn)?,
                );
            }
            Ok(found)
        }
    }
}

/// The slug of the policy that an assignment asks somebody to sign, and whose it is.
pub fn policy_of(conn: &mut Conn, assignment: i64) -> Result<(String, i64)> {
    Ok(assignments::table
        .inner_join(requirements::table)
        .filter(assignments::id.eq(assignment).and(requirements::content_kind.eq(Kind::Policy.as_str())))
        .select((requirements::content_slug, assignments::person_id))
        .first(conn)?)
}
