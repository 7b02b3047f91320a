//! The `contents` table: the bytes that people saw.

use diesel::prelude::*;

use super::Kind;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::contents;

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
