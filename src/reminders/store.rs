//! The tables of reminders: chases, and whom each wrote to.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::rules::Last;
use crate::clock::Instant;
use crate::db::Conn;
use crate::each_backend;
use crate::mail::outbox::{FAILED, SENT, TRIES, UNCERTAIN};
use crate::problem::Result;
use crate::schema::{chase_letters, chases, outbox, people};

pub const KIND: &str = "reminder";

pub fn insert_chase(conn: &mut Conn, now: Instant, by: Option<i64>, letters: usize) -> Result<i64> {
    Ok(diesel::insert_into(chases::table)
        .values((chases::chased_by.eq(by), chases::chased_at.eq(now.0), chases::letters.eq(letters as i64)))
        .returning(chases::id)
        .get_result(conn)?)
}

/// Person and outbox row of each letter.
pub fn insert_letters(conn: &mut Conn, chase: i64, letters: &[(i64, i64)]) -> Result<()> {
    let rows: Vec<_> = letters
        .iter()
        .map(|(person, row)| {
            (chase_letters::chase_id.eq(chase), chase_letters::person_id.eq(*person), chase_letters::outbox_id.eq(*row))
        })
        .collect();
    for some in rows.chunks(500) {
        each_backend!(conn, |c| diesel::insert_into(chase_letters::table).values(some).execute(c))?;
    }
    Ok(())
}

/// How the last reminder to each of these people went, and how many they had.
pub fn last_reminders(conn: &mut Conn, people: &[i64]) -> Result<BTreeMap<i64, (Last, usize)>> {
    let mut found: BTreeMap<i64, (Last, usize)> = BTreeMap::new();
    for some in people.chunks(500) {
        type Row = (i64, Option<String>, String, String, i32, Option<i64>);
        let rows: Vec<Row> = outbox::table
            .inner_join(people::table.on(outbox::person_id.eq(people::id.nullable())))
            .filter(outbox::kind.eq(KIND).and(outbox::person_id.eq_any(some)))
            .order(outbox::id)
            .select((
                people::id,
                people::work_email,
                outbox::recipient,
                outbox::state,
                outbox::attempts,
                outbox::sent_at,
            ))
            .load(conn)?;
        for (person, email, recipient, state, attempts, sent) in rows {
            let last = match (state.as_str(), sent) {
                (SENT, Some(at)) => Last::Left(Instant(at).day()),
                // Given up after many tries, it is our mail that failed; and a corrected address deserves a new letter.
                (FAILED, _) if attempts >= TRIES || email.as_ref() != Some(&recipient) => continue,
                (FAILED, _) => Last::CameBack,
                (UNCERTAIN | WITHDRAWN, _) => continue,
                _ => Last::OnItsWay,
            };
            let entry = found.entry(person).or_insert((Last::None, 0));
            *entry = (last, entry.1 + 1);
        }
    }
    Ok(found)
}

/// Nobody needs it any more, so it stays here.
pub const WITHDRAWN: &str = "withdrawn";
