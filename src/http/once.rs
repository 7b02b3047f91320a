//! Forms that may arrive twice: the once-key is kept for 7 days with the address that the first arrival led to.

use diesel::prelude::*;

use crate::act::Act;
use crate::clock::Instant;
use crate::db::Conn;
use crate::problem::{Problem, Result};
use crate::schema::once_keys;

const KEPT_DAYS: i64 = 7;

/// Runs the verb unless this key has been here before; gives where to go next, the same both times.
pub fn only(act: &mut Act, once: &str, verb: &impl Fn(&mut Act) -> Result<String>) -> Result<String> {
    let person = act.who.person.unwrap_or_default();
    if once.len() != 32 {
        return Err(Problem::refused("This form was not whole. Open the page again and send it once more."));
    }
    let before: Option<(i64, String)> = once_keys::table
        .filter(once_keys::once.eq(once))
        .select((once_keys::person_id, once_keys::leads_to))
        .first(act.conn)
        .optional()?;
    match before {
        Some((by, leads_to)) if by == person => return Ok(leads_to),
        Some(_) => return Err(Problem::NotFound),
        None => {}
    }
    // The key goes in first, so that PostgreSQL makes a second arrival wait for the first.
    let id: i64 = diesel::insert_into(once_keys::table)
        .values((
            once_keys::once.eq(once),
            once_keys::person_id.eq(person),
            once_keys::leads_to.eq(""),
            once_keys::kept_until.eq(kept_until(act).0),
        ))
        .returning(once_keys::id)
        .get_result(act.conn)?;
    let leads_to = verb(act)?;
    diesel::update(once_keys::table.find(id)).set(once_keys::leads_to.eq(&leads_to)).execute(act.conn)?;
    Ok(leads_to)
}

/// A form that nobody may be tied to leaves no exact time either: its key is kept to the end of a week.
fn kept_until(act: &Act) -> Instant {
    match act.who.person {
        Some(_) => act.now.plus_days(KEPT_DAYS),
        None => act.now.day().monday().plus(7 + KEPT_DAYS).start(),
    }
}

/// Forgets keys that have been kept long enough; gives how many.
pub fn forget_old(conn: &mut Conn, now: Instant) -> Result<usize> {
    Ok(diesel::delete(once_keys::table.filter(once_keys::kept_until.lt(now.0))).execute(conn)?)
}
