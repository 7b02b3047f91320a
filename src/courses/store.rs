//! The `contents` table, with the bytes that people saw; which of them was in use from when on; and who signed them off.

use diesel::prelude::*;
use serde::Serialize;

use super::Kind;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::{content_uses, contents, sign_offs};

/// A version as it was stored: its title, when it was first stored, and its folder's archive.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct StoredContent {
    pub title: String,
    pub stored_at: i64,
    pub archive: Vec<u8>,
}

/// True if the version was not there yet.
pub(super) fn keep(
    conn: &mut Conn,
    (kind, slug, version): (Kind, &str, &str),
    title: &str,
    archive: &[u8],
    asks_again_on: Option<Day>,
    now: Instant,
) -> Result<bool> {
    let row = (
        contents::kind.eq(kind.as_str()),
        contents::slug.eq(slug),
        contents::version.eq(version),
        contents::title.eq(title),
        contents::files.eq(archive),
        contents::stored_at.eq(now.0),
        contents::asks_again_on.eq(asks_again_on.map(|day| day.to_string())),
    );
    let rows = each_backend!(conn, |c| {
        diesel::insert_into(contents::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(rows == 1)
}

pub(super) fn has(conn: &mut Conn, kind: Kind, slug: &str, version: &str) -> Result<bool> {
    let found: Option<i64> = contents::table
        .filter(contents::kind.eq(kind.as_str()).and(contents::slug.eq(slug)).and(contents::version.eq(version)))
        .select(contents::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

pub(super) fn find(conn: &mut Conn, kind: Kind, slug: &str, version: &str) -> Result<Option<StoredContent>> {
    let found = contents::table
        .filter(contents::kind.eq(kind.as_str()).and(contents::slug.eq(slug)).and(contents::version.eq(version)))
        .select((contents::title, contents::stored_at, contents::files))
        .first(conn)
        .optional()?;
    Ok(found)
}

/// Kind, slug, day of the newest change that asks again, and when it was stored: of every version, oldest first.
pub(super) fn askings(conn: &mut Conn) -> Result<Vec<(String, String, Option<String>, i64)>> {
    let found = contents::table
        .order(contents::id)
        .select((contents::kind, contents::slug, contents::asks_again_on, contents::stored_at))
        .load(conn)?;
    Ok(found)
}

/// All versions of one thing, newest first: version, title, and when it was first stored.
pub(super) fn versions(conn: &mut Conn, kind: Kind, slug: &str) -> Result<Vec<(String, String, i64)>> {
    let found = contents::table
        .filter(contents::kind.eq(kind.as_str()).and(contents::slug.eq(slug)))
        .order(contents::id.desc())
        .select((contents::version, contents::title, contents::stored_at))
        .load(conn)?;
    Ok(found)
}

/// Kind, slug and version of all that was ever stored.
pub(super) fn known(conn: &mut Conn) -> Result<Vec<(String, String, String)>> {
    Ok(contents::table.select((contents::kind, contents::slug, contents::version)).load(conn)?)
}

// ── what is in use

/// Kind, slug and version, in the order in which they came into use.
pub(super) fn uses(conn: &mut Conn) -> Result<Vec<(String, String, String)>> {
    let found = content_uses::table
        .order(content_uses::id)
        .select((content_uses::kind, content_uses::slug, content_uses::version))
        .load(conn)?;
    Ok(found)
}

pub(super) fn use_from(conn: &mut Conn, kind: Kind, slug: &str, version: &str, now: Instant) -> Result<()> {
    diesel::insert_into(content_uses::table)
        .values((
            content_uses::kind.eq(kind.as_str()),
            content_uses::slug.eq(slug),
            content_uses::version.eq(version),
            content_uses::used_from.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}

// ── sign-offs

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = sign_offs)]
pub struct SignOffRow {
    pub kind: String,
    pub slug: String,
    pub version: String,
    pub reader: String,
    pub person_id: i64,
    pub signed_day: String,
    pub recorded_at: i64,
}

pub(super) fn insert_sign_off(conn: &mut Conn, row: &SignOffRow) -> Result<i64> {
    let id = diesel::insert_into(sign_offs::table).values(row).returning(sign_offs::id).get_result(conn)?;
    Ok(id)
}

/// All, newest first.
pub(super) fn sign_offs_of(conn: &mut Conn) -> Result<Vec<(i64, SignOffRow)>> {
    let found =
        sign_offs::table.order(sign_offs::id.desc()).select((sign_offs::id, SignOffRow::as_select())).load(conn)?;
    Ok(found)
}
