//! Letters: a verb posts one into the outbox, in its own act; the sender renders and sends it later, and says so in the log.

pub mod outbox;
mod transport;

use diesel::prelude::*;
use serde_json::Value;

pub use transport::{Delivery, MailFault, Ready, Transport};

use crate::clock::Instant;
use crate::db::Conn;
use crate::ids;
use crate::problem::Result;
use crate::schema::outbox as table;

/// A letter before it is written out: its kind names the template, its values fill it.
#[derive(Debug, Clone)]
pub struct Letter {
    pub kind: &'static str,
    pub person: Option<i64>,
    pub recipient: String,
    pub recipient_name: String,
    /// Never holds a sign-in link: that is made at the moment of sending.
    pub values: Value,
    /// Not sent before this instant.
    pub not_before: Instant,
}

/// Puts the letter into the outbox; gives the row's id.
pub fn queue(conn: &mut Conn, now: Instant, letter: &Letter) -> Result<i64> {
    Ok(diesel::insert_into(table::table)
        .values((
            table::kind.eq(letter.kind),
            table::person_id.eq(letter.person),
            table::recipient.eq(&letter.recipient),
            table::recipient_name.eq(&letter.recipient_name),
            table::letter_values.eq(letter.values.to_string()),
            table::message_id.eq(ids::random_id()?),
            table::state.eq(outbox::WAITING),
            table::queued_at.eq(now.0),
            table::not_before.eq(letter.not_before.0),
            table::attempts.eq(0),
        ))
        .returning(table::id)
        .get_result(conn)?)
}
