//! Settings that live in the database because pages change them: name and value, superseded and never changed.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::settings;

pub const TRUST_NAME: &str = "trust_name";
/// The evidence log's name, fixed at set-up.
pub const LOG_ORIGIN: &str = "log_origin";
/// The public address, such as https://training.example.sch.uk.
pub const ADDRESS: &str = "address";
pub const MAIL_FROM: &str = "mail_from";
/// Where answers to letters go, if not to where they come from.
pub const MAIL_REPLY: &str = "mail_reply";
/// Where letters go: `smtp://…`, `smtps://…`, `folder:PATH`; empty means they wait.
pub const MAIL_TO: &str = "mail_to";

pub fn read(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(each_backend!(conn, |c| settings::table
        .filter(settings::name.eq(name).and(settings::superseded_at.is_null()))
        .select(settings::value)
        .first(c)
        .optional())?)
}

/// All that hold now, by name.
pub fn all(conn: &mut Conn) -> Result<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = settings::table
        .filter(settings::superseded_at.is_null())
        .select((settings::name, settings::value))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Sets a value; the one that held before is kept as superseded. Nothing happens if it is the same.
pub fn write(conn: &mut Conn, now: Instant, by: Option<i64>, name: &str, value: &str) -> Result<()> {
    if read(conn, name)?.as_deref() == Some(value) {
        return Ok(());
    }
    diesel::update(settings::table.filter(settings::name.eq(name).and(settings::superseded_at.is_null())))
        .set(settings::superseded_at.eq(now.0))
        .execute(conn)?;
    diesel::insert_into(settings::table)
        .values((
            settings::name.eq(name),
            settings::value.eq(value),
            settings::recorded_by.eq(by),
            settings::recorded_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}
