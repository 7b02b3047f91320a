//! Checks all of the evidence: leaves, root and checkpoints; payloads against their commitments; and the tables that reports
//! rely on against the payloads, both ways.

use std::collections::BTreeMap;

use diesel::prelude::*;
use ed25519_dalek::VerifyingKey;
use serde_json::{Map, Value, json};

use super::log::{commitment, origin, read_head};
use super::tree::{Frontier, Hash, leaf_hash};
use crate::db::Conn;
use crate::problem::Result;
use crate::schema::{checkpoints, evidence_entries};

/// A table that the log answers for, and how its rows are read: id, and columns as they were put into payloads.
pub struct Covered {
    pub table: &'static str,
    pub rows: fn(&mut Conn) -> Result<Vec<(i64, Value)>>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub entries: u64,
    pub checkpoints: u64,
    /// Table, and how many of its rows were compared.
    pub tables: Vec<(&'static str, usize)>,
    /// In plain words; none means intact.
    pub complaints: Vec<String>,
}

type Replayed = BTreeMap<(String, i64), Map<String, Value>>;

pub fn verify(conn: &mut Conn, key: &VerifyingKey, covered: &[Covered]) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut replayed = Replayed::new();
    let origin = origin(conn)?;
    let roots = walk_entries(conn, &origin, &mut verdict, &mut replayed)?;
    check_checkpoints(conn, &origin, key, &roots, &mut verdict)?;
    for table in covered {
        check_table(conn, table, &mut replayed, &mut verdict)?;
    }
    Ok(verdict)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = evidence_entries)]
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

/// Recomputes every leaf and, at each signed size, the root.
fn walk_entries(
    conn: &mut Conn,
    origin: &str,
    verdict: &mut Verdict,
    replayed: &mut Replayed,
) -> Result<BTreeMap<u64, Hash>> {
    use evidence_entries as e;
    let signed: Vec<i64> = checkpoints::table.select(checkpoints::size).load(conn)?;
    let mut roots = BTreeMap::new();
    let mut frontier = Frontier::default();
    roots.insert(0, frontier.root());
    let mut after = -1;
    loop {
        let rows: Vec<EntryRow> = e::table
            .filter(e::position.gt(after))
            .order(e::position)
            .limit(2000)
            .select(EntryRow::as_select())
            .load(conn)?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        for row in &rows {
            if row.position as u64 != frontier.size() {
                verdict.complaints.push(format!("entry {} is missing from the log", frontier.size()));
                return Ok(roots);
            }
            check_entry(row, origin, verdict, replayed)?;
            frontier.push(leaf_hash(&row.leaf));
            if signed.contains(&(frontier.size() as i64)) {
                roots.insert(frontier.size(), frontier.root());
            }
        }
    }
    verdict.entries = frontier.size();
    if read_head(conn).ok().as_ref() != Some(&frontier) {
        verdict.complaints.push("the log's head does not fit its entries".to_owned());
    }
    Ok(roots)
}

fn check_entry(row: &EntryRow, origin: &str, verdict: &mut Verdict, replayed: &mut Replayed) -> Result<()> {
    let position = row.position;
    if leaf_hash(&row.leaf).as_slice() != row.leaf_hash.as_slice() {
        verdict.complaints.push(format!("entry {position}: its bytes do not fit its leaf hash"));
    }
    let Ok(said) = serde_json::from_slice::<Value>(&row.leaf) else {
        verdict.complaints.push(format!("entry {position}: its bytes cannot be read"));
        return Ok(());
    };
    let columns = json!([origin, position, row.entry_id, row.kind, row.recorded_at]);
    if json!([said["log"], said["position"], said["entry"], said["kind"], said["recorded_at"]]) != columns {
        verdict
            .complaints
            .push(format!("entry {position}: its bytes speak of another log, place, entry, kind or time"));
    }
    let identity = (row.identity.as_deref(), row.identity_salt.as_deref());
    let act = (row.act.as_deref(), row.act_salt.as_deref());
    for (tag, kept) in [("identity", identity), ("act", act)] {
        if !fits(tag, kept, &said[tag]) {
            verdict.complaints.push(format!("entry {position}: what it holds of the {tag} is not what was recorded"));
        }
    }
    if let (Some(payload), true) = (act.0, fits("act", act, &said["act"])) {
        replay(&serde_json::from_slice(payload)?, replayed);
    }
    Ok(())
}

/// Whether a payload and its salt are those that the leaf committed to: both, or neither.
fn fits(tag: &str, kept: (Option<&[u8]>, Option<&[u8]>), said: &Value) -> bool {
    match kept {
        (Some(payload), Some(salt)) => said == &Value::String(commitment(tag, salt, payload)),
        (None, None) => said.is_null(),
        _ => false,
    }
}

fn replay(act: &Value, replayed: &mut Replayed) {
    for row in act["rows"].as_array().into_iter().flatten() {
        let (Some(table), Some(id), Some(set)) = (row["table"].as_str(), row["id"].as_i64(), row["set"].as_object())
        else {
            continue;
        };
        let columns = replayed.entry((table.to_owned(), id)).or_default();
        columns.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

fn check_checkpoints(
    conn: &mut Conn,
    origin: &str,
    key: &VerifyingKey,
    roots: &BTreeMap<u64, Hash>,
    verdict: &mut Verdict,
) -> Result<()> {
    let notes: Vec<(i64, Vec<u8>, Vec<u8>, String)> = checkpoints::table
        .order(checkpoints::size)
        .select((checkpoints::size, checkpoints::root, checkpoints::frontier, checkpoints::note))
        .load(conn)?;
    for (size, kept_root, frontier, note) in notes {
        verdict.checkpoints += 1;
        match super::checkpoint::opened(&note, origin, key) {
            None => verdict.complaints.push(format!("the checkpoint at {size} was not signed with this log's key")),
            Some((stated, root)) if stated != size as u64 || roots.get(&stated) != Some(&root) => {
                verdict.complaints.push(format!("the log no longer agrees with its checkpoint at {size}"));
            }
            Some((stated, root)) => {
                let kept = Frontier::from_bytes(stated, &frontier).map(|frontier| frontier.root());
                if kept != Some(root) || kept_root != root {
                    verdict
                        .complaints
                        .push(format!("what was kept with the checkpoint at {size} is not what was signed"));
                }
            }
        }
    }
    Ok(())
}

fn check_table(conn: &mut Conn, covered: &Covered, replayed: &mut Replayed, verdict: &mut Verdict) -> Result<()> {
    let table = covered.table;
    let rows = (covered.rows)(conn)?;
    verdict.tables.push((table, rows.len()));
    for (id, row) in rows {
        match replayed.remove(&(table.to_owned(), id)) {
            None => verdict.complaints.push(format!("{table} {id} was never recorded in the log")),
            Some(recorded) => verdict.complaints.extend(differences(table, id, &recorded, &row)),
        }
    }
    let gone: Vec<i64> = replayed.keys().filter(|(of, _)| of == table).map(|(_, id)| *id).collect();
    verdict.complaints.extend(gone.iter().map(|id| format!("{table} {id} is in the log but no longer in the table")));
    Ok(())
}

fn differences(table: &str, id: i64, recorded: &Map<String, Value>, row: &Value) -> Vec<String> {
    let empty = Map::new();
    let row = row.as_object().unwrap_or(&empty);
    let mut names: Vec<&String> = recorded.keys().chain(row.keys()).collect();
    names.sort();
    names.dedup();
    let null = Value::Null;
    names
        .into_iter()
        .filter(|name| recorded.get(*name).unwrap_or(&null) != row.get(*name).unwrap_or(&null))
        .map(|name| format!("{table} {id}: {name} is not what the log recorded"))
        .collect()
}
