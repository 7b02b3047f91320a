//! Extensions: HR gives somebody more time for one thing in one cycle. An extension is superseded, never changed, and never
//! brings a due day forward.

use serde_json::{Value, json};

use super::rules::Cycle;
use super::store::{self, ExtensionRow};
use super::{Whom, about, read_day, reconcile};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::people::Person;
use crate::problem::{Problem, Result};

/// An extension that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub id: i64,
    pub person: i64,
    pub requirement: i64,
    pub cycle: Cycle,
    /// As it was given: the due day that comes of it is a working day.
    pub until: Day,
    pub reason: String,
    pub given_by: Option<i64>,
    pub recorded: Instant,
}

/// More time that somebody is to be given, for each of these requirements and cycles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub what: Vec<(i64, Cycle)>,
    pub until: Day,
    /// HR's own note: it goes to nobody else.
    pub reason: String,
}

/// Gives more time, in the place of what was given before. The due days follow in the same act.
pub fn extend(act: &mut Act, person: &Person, wish: &Wish) -> Result<()> {
    if wish.reason.trim().is_empty() {
        return Err(Problem::invalid("reason", "Say why, in a few words."));
    }
    if wish.until < act.now.day() {
        return Err(Problem::invalid("until", "Choose today or a later day."));
    }
    if wish.what.iter().any(|(_, cycle)| cycle.last_day() < wish.until) {
        return Err(Problem::invalid("until", "Choose a day before it is asked anew."));
    }
    lock_row(act.conn, "people", person.id)?;
    let mut entry = about("extension-given", person)?;
    for (requirement, cycle) in &wish.what {
        entry = supersede(act, person, *requirement, *cycle, entry)?.1;
        let row = ExtensionRow {
            person_id: person.id,
            requirement_id: *requirement,
            cycle: cycle.to_string(),
            until_day: wish.until.to_string(),
            reason: wish.reason.trim().to_owned(),
            given_by: act.who.person,
            recorded_at: act.now.0,
            superseded_at: None,
        };
        let id = store::insert_extension(act.conn, &row)?;
        entry = entry.row("extensions", id, &row)?;
    }
    act.record(entry);
    reconcile(act, &[person.id]).map(drop)
}

/// Takes back the time that was given: the due day is again what it would be without it.
pub fn end_extension(act: &mut Act, person: &Person, requirement: i64, cycle: Cycle) -> Result<()> {
    lock_row(act.conn, "people", person.id)?;
    let (stood, entry) = supersede(act, person, requirement, cycle, about("extension-ended", person)?)?;
    if !stood {
        return Err(Problem::NotFound);
    }
    act.record(entry);
    reconcile(act, &[person.id]).map(drop)
}

/// Whether one stood, and the entry with its end.
fn supersede(act: &mut Act, person: &Person, requirement: i64, cycle: Cycle, entry: Draft) -> Result<(bool, Draft)> {
    let stood = store::supersede_extension(act.conn, act.now, person.id, requirement, &cycle.to_string())?;
    let ended = json!({ "superseded_at": act.now.0 });
    Ok(match stood {
        Some(id) => (true, entry.changed("extensions", id, ended)),
        None => (false, entry),
    })
}

/// The extensions that stand for these people, those whose day is past too.
pub fn extensions(conn: &mut Conn, whom: Whom) -> Result<Vec<Extension>> {
    let read = |(id, row): (i64, ExtensionRow)| {
        Ok(Extension {
            id,
            person: row.person_id,
            requirement: row.requirement_id,
            cycle: row.cycle.parse().map_err(Problem::fault)?,
            until: read_day(&row.until_day)?,
            reason: row.reason,
            given_by: row.given_by,
            recorded: Instant(row.recorded_at),
        })
    };
    store::extensions_of(conn, whom.people())?.into_iter().map(read).collect()
}

/// For `evidence verify`: the extensions as the log should have them.
pub fn evidence_extensions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_extensions(conn)
}
