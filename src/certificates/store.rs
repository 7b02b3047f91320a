//! The tables of certificates: the only place that writes them.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Day;
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::{assignments, certificate_endings, certificates, completions, requirements};

/// A certificate as its row has it; also as the evidence log has it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = certificates)]
pub struct CertificateRow {
    pub number: String,
    pub person_id: i64,
    pub assignment_id: Option<i64>,
    pub kind: String,
    pub cycle: String,
    pub title: String,
    pub printed_name: String,
    pub trust_name: String,
    /// Empty for somebody without a current post.
    pub school_name: String,
    pub content_version: String,
    pub completed_day: String,
    pub valid_until: String,
    pub minutes: Option<i32>,
    pub token: String,
    pub issued_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = certificate_endings)]
pub struct EndingRow {
    pub certificate_id: i64,
    pub kind: String,
    pub replaced_by: Option<String>,
    pub ended_by: Option<i64>,
    pub ended_at: i64,
}

pub type Found = (i64, CertificateRow, Option<EndingRow>);

/// From here to the commit, nobody else issues a certificate to this person: of two acts that complete somebody's last two
/// assignments at once, the second sees that the year is whole. PostgreSQL alone needs it. It is no row's lock, because those
/// of people come before those of assignments, and this one comes after.
pub fn wait_for_turn(conn: &mut Conn, person: i64) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('certificates of ' || $1, 0))")
            .bind::<BigInt, _>(person)
            .execute(postgres)?;
    }
    Ok(())
}

pub fn insert_certificate(conn: &mut Conn, row: &CertificateRow) -> Result<i64> {
    Ok(each_backend!(conn, |c| diesel::insert_into(certificates::table)
        .values(row)
        .returning(certificates::id)
        .get_result(c))?)
}

pub fn insert_ending(conn: &mut Conn, row: &EndingRow) -> Result<i64> {
    Ok(diesel::insert_into(certificate_endings::table)
        .values(row)
        .returning(certificate_endings::id)
        .get_result(conn)?)
}

/// The newest first.
pub fn of_person(conn: &mut Conn, person: i64) -> Result<Vec<Found>> {
    Ok(certificates::table
        .left_join(certificate_endings::table)
        .filter(certificates::person_id.eq(person))
        .order((certificates::issued_at.desc(), certificates::id.desc()))
        .select((certificates::id, CertificateRow::as_select(), Option::<EndingRow>::as_select()))
        .load(conn)?)
}

/// Those that have not ended and are valid on a day.
pub fn in_force(conn: &mut Conn, day: Day) -> Result<Vec<Found>> {
    Ok(certificates::table
        .left_join(certificate_endings::table)
        .filter(certificate_endings::id.nullable().is_null().and(certificates::valid_until.ge(day.to_string())))
        .order(certificates::id)
        .select((certificates::id, CertificateRow::as_select(), Option::<EndingRow>::as_select()))
        .load(conn)?)
}

pub fn by_number(conn: &mut Conn, number: &str) -> Result<Found> {
    Ok(certificates::table
        .left_join(certificate_endings::table)
        .filter(certificates::number.eq(number))
        .select((certificates::id, CertificateRow::as_select(), Option::<EndingRow>::as_select()))
        .first(conn)?)
}

/// A person's certificates of one kind and cycle that have not ended, each with the requirement that it is for.
pub fn standing(
    conn: &mut Conn,
    person: i64,
    kind: &str,
    cycle: &str,
) -> Result<Vec<(i64, CertificateRow, Option<i64>)>> {
    Ok(each_backend!(conn, |c| certificates::table
        .left_join(certificate_endings::table)
        .left_join(assignments::table)
        .filter(certificates::person_id.eq(person).and(certificates::kind.eq(kind)))
        .filter(certificates::cycle.eq(cycle).and(certificate_endings::id.nullable().is_null()))
        .order(certificates::id)
        .select((certificates::id, CertificateRow::as_select(), assignments::requirement_id.nullable()))
        .load(c))?)
}

/// What an assignment asks, and of whom.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Asked {
    pub assignment: i64,
    pub person: i64,
    pub cycle: String,
    pub requirement: i64,
    pub kind: String,
    pub slug: String,
}

pub fn asked_by(conn: &mut Conn, assignment: i64) -> Result<Asked> {
    Ok(each_backend!(conn, |c| assignments::table
        .inner_join(requirements::table)
        .filter(assignments::id.eq(assignment))
        .select((
            assignments::id,
            assignments::person_id,
            assignments::cycle,
            requirements::id,
            requirements::content_kind,
            requirements::content_slug,
        ))
        .first(c))?)
}

/// The version that an assignment was completed on, and when.
pub fn completion_of(conn: &mut Conn, assignment: i64) -> Result<(String, i64)> {
    Ok(each_backend!(conn, |c| completions::table
        .filter(completions::assignment_id.eq(assignment).and(completions::superseded_at.is_null()))
        .select((completions::content_version, completions::completed_at))
        .first(c))?)
}

/// Kind, slug, version and instant of what completed these assignments.
pub fn completions_of(conn: &mut Conn, assignments: &[i64]) -> Result<Vec<(String, String, String, i64)>> {
    Ok(completions::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(completions::assignment_id.eq_any(assignments).and(completions::superseded_at.is_null()))
        .select((
            requirements::content_kind,
            requirements::content_slug,
            completions::content_version,
            completions::completed_at,
        ))
        .load(conn)?)
}

/// The certificates as the evidence log should have them.
pub fn evidence_certificates(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<(i64, CertificateRow)> = certificates::table
        .order(certificates::id)
        .select((certificates::id, CertificateRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}

/// Their endings as the evidence log should have them.
pub fn evidence_endings(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<(i64, EndingRow)> = certificate_endings::table
        .order(certificate_endings::id)
        .select((certificate_endings::id, EndingRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}
