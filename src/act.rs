//! What a writing verb is given: the connection, the instant, and who acts. Its letters go
//! into the outbox, and its evidence entries are gathered and written as the transaction's last statements, the log's head last.

use crate::clock::Instant;
use crate::db::{Conn, Database};
use crate::evidence::{self, Actor, Draft};
use crate::mail::{self, Letter};
use crate::problem::Result;

pub struct Act<'a> {
    pub conn: &'a mut Conn,
    pub now: Instant,
    pub who: &'a Actor,
    entries: Vec<Draft>,
}

impl Act<'_> {
    /// Puts an entry into the evidence log when the act is done; gives the entry's id.
    pub fn record(&mut self, draft: Draft) -> String {
        let id = draft.entry_id.clone();
        self.entries.push(draft);
        id
    }

    /// Puts a letter into the outbox; gives its row's id.
    pub fn post(&mut self, letter: &Letter) -> Result<i64> {
        mail::queue(self.conn, self.now, letter)
    }
}

/// Runs a verb as one act, all or nothing, and answers after its commit.
pub fn perform<T: Send + 'static>(
    database: &Database,
    who: Actor,
    now: Instant,
    verb: impl Fn(&mut Act) -> Result<T> + Send + 'static,
) -> Result<T> {
    database.write(move |conn| run(conn, &who, now, &verb))
}

/// The same inside a transaction that holds more than one act, such as the demo's history.
pub fn run<T>(conn: &mut Conn, who: &Actor, now: Instant, verb: &impl Fn(&mut Act) -> Result<T>) -> Result<T> {
    let (outcome, entries) = gather(conn, who, now, verb)?;
    evidence::append(conn, who, now, &entries)?;
    Ok(outcome)
}

/// Runs a verb and gives the entries that are still to be appended: how much of an act is the log's share can be measured.
pub fn gather<T>(
    conn: &mut Conn,
    who: &Actor,
    now: Instant,
    verb: &impl Fn(&mut Act) -> Result<T>,
) -> Result<(T, Vec<Draft>)> {
    let mut act = Act { conn, now, who, entries: Vec::new() };
    let outcome = verb(&mut act)?;
    Ok((outcome, act.entries))
}
