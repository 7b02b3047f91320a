//! Checkpoints: the log's size and root, signed as a note in the C2SP forms tlog-checkpoint and signed-note (Ed25519).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

use super::log::{origin, read_head};
use super::tree::{Frontier, Hash};
use crate::clock::Instant;
use crate::db::{Conn, lock_row};
use crate::ids;
use crate::problem::{Problem, Result};
use crate::schema::{checkpoints, evidence_entries};

/// A signed statement that the log had this size and root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: u64,
    pub root: Hash,
    /// The whole note, signature and all: safe to print and publish.
    pub note: String,
}

impl Checkpoint {
    /// The first 8 bytes of the root as four groups: "5b1f a9c0 77d2 3e48", for a footer.
    pub fn short_root(&self) -> String {
        let digits = ids::hex(&self.root[..8]);
        [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..16]].join(" ")
    }
}

/// Signs the log as it stands, unless that is signed already. The entries since the last checkpoint are read back, hashed
/// again and added to what that checkpoint signed: neither a flipped bit nor another history must be signed.
pub fn sign(conn: &mut Conn, key: &SigningKey, now: Instant) -> Result<Checkpoint> {
    let origin = origin(conn)?;
    lock_row(conn, "evidence_head", 1)?;
    let head = read_head(conn)?;
    let last = latest(conn)?;
    let signed = last.as_ref().map(|last| signed_frontier(conn, last, &origin, key)).transpose()?.unwrap_or_default();
    if read_back(conn, signed)? != head {
        return Err(Problem::fault("the evidence log's entries do not add up to its head: nothing was signed"));
    }
    if let Some(last) = last
        && last.size == head.size()
    {
        return Ok(last);
    }
    let root = head.root();
    let note = signed_note(&origin, head.size(), &root, key);
    diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::size.eq(head.size() as i64),
            checkpoints::root.eq(root.to_vec()),
            checkpoints::frontier.eq(head.to_bytes()),
            checkpoints::note.eq(&note),
            checkpoints::signed_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(Checkpoint { size: head.size(), root, note })
}

pub fn latest(conn: &mut Conn) -> Result<Option<Checkpoint>> {
    let row: Option<(i64, Vec<u8>, String)> = checkpoints::table
        .order(checkpoints::size.desc())
        .select((checkpoints::size, checkpoints::root, checkpoints::note))
        .first(conn)
        .optional()?;
    row.map(|(size, root, note)| {
        let root = Hash::try_from(root).map_err(|_| Problem::fault("a checkpoint's root is no hash"))?;
        Ok(Checkpoint { size: size as u64, root, note })
    })
    .transpose()
}

/// The frontier that was kept with a checkpoint, if it is the one that this key signed.
fn signed_frontier(conn: &mut Conn, last: &Checkpoint, origin: &str, key: &SigningKey) -> Result<Frontier> {
    let bytes: Vec<u8> =
        checkpoints::table.filter(checkpoints::size.eq(last.size as i64)).select(checkpoints::frontier).first(conn)?;
    Frontier::from_bytes(last.size, &bytes)
        .filter(|kept| opened(&last.note, origin, &key.verifying_key()) == Some((kept.size(), kept.root())))
        .ok_or_else(|| Problem::fault("the last checkpoint is not what was signed: nothing was signed"))
}

/// Hashes all entries from where the frontier ends.
fn read_back(conn: &mut Conn, mut frontier: Frontier) -> Result<Frontier> {
    loop {
        let next = frontier.size() as i64;
        let leaves: Vec<Vec<u8>> = evidence_entries::table
            .filter(evidence_entries::position.ge(next))
            .order(evidence_entries::position)
            .limit(5000)
            .select(evidence_entries::leaf)
            .load(conn)?;
        if leaves.is_empty() {
            return Ok(frontier);
        }
        leaves.iter().for_each(|leaf| frontier.push(super::tree::leaf_hash(leaf)));
    }
}

fn signed_note(origin: &str, size: u64, root: &Hash, key: &SigningKey) -> String {
    let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root));
    let signature = key.sign(text.as_bytes()).to_bytes();
    let line = STANDARD.encode([&key_hash(origin, &key.verifying_key())[..], &signature].concat());
    format!("{text}\n\u{2014} {origin} {line}\n")
}

/// The first four bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key), as signed-note has it for Ed25519.
fn key_hash(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = ids::sha256(&[name.as_bytes(), b"\n\x01", key.as_bytes()].concat());
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The size and root that a note states, if this key signed it for this log.
pub fn opened(note: &str, origin: &str, key: &VerifyingKey) -> Option<(u64, Hash)> {
    let (text, signatures) = note.split_once("\n\n")?;
    let text = format!("{text}\n");
    let line = signatures.strip_suffix('\n')?.strip_prefix(&format!("\u{2014} {origin} "))?;
    let signed = STANDARD.decode(line).ok()?;
    let (hash, signature) = signed.split_first_chunk::<4>()?;
    if hash != &key_hash(origin, key) {
        return None;
    }
    key.verify(text.as_bytes(), &Signature::from_slice(signature).ok()?).ok()?;
    let mut lines = text.lines();
    if lines.next()? != origin {
        return None;
    }
    let size = lines.next()?.parse().ok()?;
    let root = Hash::try_from(STANDARD.decode(lines.next()?).ok()?).ok()?;
    lines.next().is_none().then_some((size, root))
}
