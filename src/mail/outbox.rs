//! The outbox's rows: waiting, sending, sent, uncertain (the server may or may not have taken it), or failed.

use diesel::prelude::*;
use serde_json::Value;

use crate::clock::Instant;
use crate::db::Conn;
use crate::problem::Result;
use crate::schema::outbox;

pub const WAITING: &str = "waiting";
pub const SENDING: &str = "sending";
pub const SENT: &str = "sent";
pub const UNCERTAIN: &str = "uncertain";
pub const FAILED: &str = "failed";

/// After so many tries a letter is given up and shown to HR.
pub const TRIES: i32 = 12;
/// Many times as long as a mail server is waited for.
pub const MINUTES_IN_HAND: i64 = 10;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Row {
    pub id: i64,
    pub kind: String,
    pub person_id: Option<i64>,
    pub recipient: String,
    pub recipient_name: String,
    pub letter_values: String,
    pub message_id: String,
    pub state: String,
    pub queued_at: i64,
    pub not_before: i64,
    pub attempts: i32,
    pub sent_at: Option<i64>,
    pub subject: Option<String>,
    pub copy: Option<String>,
    pub problem: Option<String>,
}

impl Row {
    pub fn values(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.letter_values)?)
    }
}

/// Letters whose time has come, oldest first.
pub fn due(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<Row>> {
    Ok(outbox::table
        .filter(outbox::state.eq(WAITING).and(outbox::not_before.le(now.0)))
        .order((outbox::not_before, outbox::id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// Takes a letter for sending. False if somebody else took it first. A hand that has not said after a while what became of it
/// is taken to have stopped.
pub fn take(conn: &mut Conn, id: i64, now: Instant) -> Result<bool> {
    let taken = diesel::update(outbox::table.filter(outbox::id.eq(id).and(outbox::state.eq(WAITING))))
        .set((
            outbox::state.eq(SENDING),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::not_before.eq(now.plus_minutes(MINUTES_IN_HAND).0),
        ))
        .execute(conn)?;
    Ok(taken == 1)
}

/// The server has it. `copy` is the letter as stored, without its sign-in link.
pub fn mark_sent(conn: &mut Conn, id: i64, now: Instant, subject: &str, copy: &str) -> Result<()> {
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(SENT),
            outbox::sent_at.eq(now.0),
            outbox::subject.eq(subject),
            outbox::copy.eq(copy),
            outbox::problem.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// The server did not take it: it waits again, for 1, 2, 4 … minutes (at most 6 hours), or is given up.
pub fn mark_refused(conn: &mut Conn, row: &Row, now: Instant, problem: &str, for_good: bool) -> Result<()> {
    let tries = row.attempts + 1;
    let minutes = (1i64 << row.attempts.clamp(0, 9)).min(360);
    let state = if for_good || tries >= TRIES { FAILED } else { WAITING };
    diesel::update(outbox::table.find(row.id))
        .set((outbox::state.eq(state), outbox::not_before.eq(now.plus_minutes(minutes).0), outbox::problem.eq(problem)))
        .execute(conn)?;
    Ok(())
}

/// It may not leave yet: it waits until then. One that another hand has taken is left alone.
pub fn postpone(conn: &mut Conn, id: i64, until: Instant) -> Result<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id).and(outbox::state.eq(WAITING))))
        .set(outbox::not_before.eq(until.0))
        .execute(conn)?;
    Ok(())
}

/// It will not leave at all; `state` is the room's own word for why. One that another hand has taken is left alone.
pub fn withdraw(conn: &mut Conn, id: i64, state: &str) -> Result<()> {
    diesel::update(outbox::table.filter(outbox::id.eq(id).and(outbox::state.eq(WAITING))))
        .set(outbox::state.eq(state))
        .execute(conn)?;
    Ok(())
}

/// The person's address has been corrected since: it goes to the one that they have now.
pub fn readdress(conn: &mut Conn, id: i64, recipient: &str) -> Result<()> {
    diesel::update(outbox::table.find(id)).set(outbox::recipient.eq(recipient)).execute(conn)?;
    Ok(())
}

/// The server may or may not have it, and it must not arrive twice.
pub fn mark_uncertain(conn: &mut Conn, id: i64, problem: &str) -> Result<()> {
    diesel::update(outbox::table.find(id))
        .set((outbox::state.eq(UNCERTAIN), outbox::problem.eq(problem)))
        .execute(conn)?;
    Ok(())
}

/// Whether a letter was left on its way by a hand that had until now.
pub fn is_any_left(conn: &mut Conn, now: Instant) -> Result<bool> {
    let left = outbox::state.eq(SENDING).and(outbox::not_before.le(now.0));
    Ok(diesel::select(diesel::dsl::exists(outbox::table.filter(left))).get_result(conn)?)
}

/// Letters that were on their way when a server stopped. Reminders are not sent twice, so they stay uncertain; links and receipts
/// go again under the same message id. Those that another server has in hand are its own.
pub fn recover(conn: &mut Conn, now: Instant, once_only: &[&str]) -> Result<()> {
    let left = || outbox::state.eq(SENDING).and(outbox::not_before.le(now.0));
    diesel::update(outbox::table.filter(left().and(outbox::kind.eq_any(once_only))))
        .set(outbox::state.eq(UNCERTAIN))
        .execute(conn)?;
    diesel::update(outbox::table.filter(left())).set(outbox::state.eq(WAITING)).execute(conn)?;
    Ok(())
}

/// The newest letters, for the demo's outbox and for HR.
pub fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<Row>> {
    Ok(outbox::table.order(outbox::id.desc()).limit(limit).select(Row::as_select()).load(conn)?)
}

/// The letters of one kind that were posted at an instant or after it, oldest first.
pub fn queued_since(conn: &mut Conn, kind: &str, since: Instant) -> Result<Vec<Row>> {
    Ok(outbox::table
        .filter(outbox::kind.eq(kind).and(outbox::queued_at.ge(since.0)))
        .order(outbox::id)
        .select(Row::as_select())
        .load(conn)?)
}

/// When the last letter left.
pub fn last_sent(conn: &mut Conn) -> Result<Option<Instant>> {
    let last: Option<Option<i64>> = outbox::table
        .filter(outbox::sent_at.is_not_null())
        .order(outbox::sent_at.desc())
        .select(outbox::sent_at)
        .first(conn)
        .optional()?;
    Ok(last.flatten().map(Instant))
}

/// One person's letters, newest first.
pub fn to_person(conn: &mut Conn, person: i64) -> Result<Vec<Row>> {
    Ok(outbox::table
        .filter(outbox::person_id.eq(person))
        .order(outbox::id.desc())
        .select(Row::as_select())
        .load(conn)?)
}
