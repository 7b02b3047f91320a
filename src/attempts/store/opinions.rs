//! The table of opinions: counts, and nobody's rows.

use diesel::prelude::*;

use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::opinions;

/// Course, version, week, what it is about, what was said, and how often.
pub type OpinionRow = (String, String, String, String, String, i32);

pub fn count_one(conn: &mut Conn, slug: &str, version: &str, week: &str, about: &str, said: &str) -> Result<()> {
    let row = (
        opinions::slug.eq(slug),
        opinions::content_version.eq(version),
        opinions::week.eq(week),
        opinions::about.eq(about),
        opinions::said.eq(said),
        opinions::times.eq(1),
    );
    each_backend!(conn, |c| {
        diesel::insert_into(opinions::table)
            .values(row)
            .on_conflict((opinions::slug, opinions::content_version, opinions::week, opinions::about, opinions::said))
            .do_update()
            .set(opinions::times.eq(opinions::times + 1))
            .execute(c)
    })?;
    Ok(())
}

pub fn opinions(conn: &mut Conn) -> Result<Vec<OpinionRow>> {
    Ok(opinions::table
        .order((opinions::slug, opinions::about, opinions::said, opinions::week))
        .select((
            opinions::slug,
            opinions::content_version,
            opinions::week,
            opinions::about,
            opinions::said,
            opinions::times,
        ))
        .load(conn)?)
}
