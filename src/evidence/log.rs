//! Appending: the log's head is read and written in the act's transaction, as its last statements; no copy survives it.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::tree::{Frontier, leaf_hash};
use super::{Draft, FORMAT, canonical};
use crate::clock::Instant;
use crate::db::{Conn, lock_row};
use crate::each_backend;
use crate::ids;
use crate::problem::{Problem, Result};
use crate::schema::{evidence_entries, evidence_head};
use crate::settings;

/// Who did it: a pseudonym (none for the program itself), in what capacity, and how we knew that it was them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: Option<i64>,
    pub pseudonym: Option<String>,
    /// `self`, `hr`, `administrator`, `manager`, `governor` or `system`.
    pub capacity: &'static str,
    /// `link`, `shell`, `setup`, or `system`.
    pub method: String,
}

impl Actor {
    pub fn system() -> Actor {
        Actor { person: None, pseudonym: None, capacity: "system", method: "system".to_owned() }
    }

    /// Whoever has the shell.
    pub fn shell() -> Actor {
        Actor { person: None, pseudonym: None, capacity: "administrator", method: "shell".to_owned() }
    }
}

#[derive(Insertable)]
#[diesel(table_name = evidence_entries, treat_none_as_default_value = false)]
struct EntryRow {
    position: i64,
    entry_id: String,
    kind: String,
    recorded_at: i64,
    leaf: Vec<u8>,
    leaf_hash: Vec<u8>,
    identity: Option<Vec<u8>>,
    identity_salt: Option<Vec<u8>>,
    act: Option<Vec<u8>>,
    act_salt: Option<Vec<u8>>,
}

/// Gives the drafts their places. Call it last: from here to the commit, PostgreSQL keeps every other act waiting.
pub fn append(conn: &mut Conn, actor: &Actor, now: Instant, drafts: &[Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let origin = origin(conn)?;
    lock_row(conn, "evidence_head", 1)?;
    let mut frontier = read_head(conn)?;
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let row = entry_row(&origin, actor, now, draft, frontier.size())?;
        frontier.push(leaf_hash(&row.leaf));
        rows.push(row);
    }
    insert(conn, &rows)?;
    let head = (evidence_head::size.eq(frontier.size() as i64), evidence_head::frontier.eq(frontier.to_bytes()));
    each_backend!(conn, |c| diesel::update(evidence_head::table.find(1)).set(head).execute(c))?;
    Ok(())
}

/// From so many on, rows go in together.
const MANY: usize = 8;

/// A statement for one row is prepared once; one for many is written anew each time.
fn insert(conn: &mut Conn, rows: &[EntryRow]) -> Result<()> {
    if rows.len() < MANY {
        for row in rows {
            each_backend!(conn, |c| diesel::insert_into(evidence_entries::table).values(row).execute(c))?;
        }
        return Ok(());
    }
    for some in rows.chunks(500) {
        each_backend!(conn, |c| diesel::insert_into(evidence_entries::table).values(some).execute(c))?;
    }
    Ok(())
}

/// The log's name, fixed at set-up: the first line of every checkpoint.
pub fn origin(conn: &mut Conn) -> Result<String> {
    settings::read(conn, settings::LOG_ORIGIN)?.ok_or_else(|| Problem::fault("the log has no name: set-up is not done"))
}

/// How many entries the log holds.
pub fn size(conn: &mut Conn) -> Result<u64> {
    Ok(evidence_head::table.find(1).select(evidence_head::size).first::<i64>(conn)? as u64)
}

/// When the last entry was recorded.
pub fn last_recorded(conn: &mut Conn) -> Result<Option<Instant>> {
    let last: Option<i64> = evidence_entries::table
        .order(evidence_entries::position.desc())
        .select(evidence_entries::recorded_at)
        .first(conn)
        .optional()?;
    Ok(last.map(Instant))
}

pub(super) fn read_head(conn: &mut Conn) -> Result<Frontier> {
    let head = evidence_head::table.find(1).select((evidence_head::size, evidence_head::frontier));
    let (size, bytes): (i64, Vec<u8>) = each_backend!(conn, |c| head.first(c))?;
    Frontier::from_bytes(size as u64, &bytes)
        .ok_or_else(|| Problem::fault("the evidence log's head does not fit its size"))
}

fn entry_row(origin: &str, actor: &Actor, now: Instant, draft: &Draft, position: u64) -> Result<EntryRow> {
    let identity = draft.subject.as_ref().map(|subject| commit("identity", &subject.identity)).transpose()?;
    let act = commit("act", &draft.payload())?;
    let leaf = canonical(&json!({
        "format": FORMAT,
        "log": origin,
        "position": position,
        "entry": draft.entry_id,
        "kind": draft.kind,
        "recorded_at": now.0,
        "software": env!("CARGO_PKG_VERSION"),
        "subject": draft.subject.as_ref().map(|subject| subject.pseudonym.clone()),
        "identity": identity.as_ref().map(|made| made.commitment.clone()),
        "actor": { "pseudonym": actor.pseudonym, "capacity": actor.capacity, "method": actor.method },
        "content": draft.content,
        "act": act.commitment,
    }));
    let (identity, identity_salt) = identity.map(|made| (made.payload, made.salt)).unzip();
    Ok(EntryRow {
        position: position as i64,
        entry_id: draft.entry_id.clone(),
        kind: draft.kind.to_owned(),
        recorded_at: now.0,
        leaf_hash: leaf_hash(&leaf).to_vec(),
        leaf,
        identity,
        identity_salt,
        act: Some(act.payload),
        act_salt: Some(act.salt),
    })
}

struct Committed {
    commitment: String,
    payload: Vec<u8>,
    salt: Vec<u8>,
}

fn commit(tag: &str, payload: &Value) -> Result<Committed> {
    let payload = canonical(payload);
    let salt = ids::random::<32>()?.to_vec();
    Ok(Committed { commitment: commitment(tag, &salt, &payload), payload, salt })
}

/// SHA-256(tag ‖ 0x00 ‖ salt ‖ payload): with the 256-bit salt gone, nobody can guess what it held.
pub(super) fn commitment(tag: &str, salt: &[u8], payload: &[u8]) -> String {
    ids::hex(&ids::sha256(&[tag.as_bytes(), &[0], salt, payload].concat()))
}

/// A line of somebody's history: position, kind, when, and what was done.
#[derive(Debug, Clone)]
pub struct EntryLine {
    pub position: i64,
    pub entry_id: String,
    pub kind: String,
    pub recorded_at: Instant,
    pub act: Value,
}

/// The entries that these ids name, in the log's order.
pub fn entries_about(conn: &mut Conn, entry_ids: &[String]) -> Result<Vec<EntryLine>> {
    use evidence_entries as e;
    type Row = (i64, String, String, i64, Option<Vec<u8>>);
    let rows: Vec<Row> = e::table
        .filter(e::entry_id.eq_any(entry_ids))
        .order(e::position)
        .select((e::position, e::entry_id, e::kind, e::recorded_at, e::act))
        .load(conn)?;
    rows.into_iter()
        .map(|(position, entry_id, kind, recorded_at, act)| {
            let act = act.map(|bytes| serde_json::from_slice(&bytes)).transpose()?.unwrap_or(Value::Null);
            Ok(EntryLine { position, entry_id, kind, recorded_at: Instant(recorded_at), act })
        })
        .collect()
}
