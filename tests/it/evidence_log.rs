//! The evidence log: what an entry is, what a checkpoint says, and that nobody changes either unseen.

use std::sync::{Arc, Mutex};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use seamark::act::Act;
use seamark::db::Conn;
use seamark::each_backend;
use seamark::evidence::checkpoint::{self, Checkpoint, opened};
use seamark::evidence::tree::{Frontier, Hash, leaf_hash};
use seamark::evidence::verify::{Covered, Verdict, verify};
use seamark::evidence::{self, Actor, Draft, canonical};
use seamark::ids::{hex, sha256, unhex};
use seamark::problem::{Problem, Result};
use seamark::schema::{checkpoints, evidence_entries as entries, evidence_head};
use serde_json::{Value, json};

use crate::house::{House, ORIGIN};

// ── the tree

/// The definition in RFC 6962, section 2.1, word for word.
fn tree_hash(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [leaf] => sha256(&[&[0], leaf.as_slice()].concat()),
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(left);
            sha256(&[&[1], tree_hash(left).as_slice(), tree_hash(right).as_slice()].concat())
        }
    }
}

fn frontier_of(leaves: &[Vec<u8>]) -> Frontier {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
    frontier
}

#[test]
fn roots_are_those_that_the_reference_programs_of_rfc_6962_find() {
    let leaves: Vec<Vec<u8>> =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .iter()
            .map(|leaf| unhex(leaf).unwrap())
            .collect();
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(hex(&frontier_of(&leaves[..size]).root()), *root, "{size} leaves");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_head_of_a_log_has_the_root_of_its_whole_tree(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..80),
        kept_at in 0usize..80,
    ) {
        let kept_at = kept_at.min(leaves.len());
        let kept = frontier_of(&leaves[..kept_at]);
        let mut grown = Frontier::from_bytes(kept_at as u64, &kept.to_bytes()).unwrap();
        prop_assert_eq!(&grown, &kept);
        leaves[kept_at..].iter().for_each(|leaf| grown.push(leaf_hash(leaf)));
        prop_assert_eq!(grown.root(), tree_hash(&leaves));
        prop_assert_eq!(grown.size(), leaves.len() as u64);
        prop_assert_eq!(grown.to_bytes().len(), 32 * leaves.len().count_ones() as usize);
    }

    #[test]
    fn bytes_are_the_same_however_the_value_was_made(value in any_value()) {
        let bytes = canonical(&value);
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(canonical(&read), bytes);
    }
}

#[test]
fn a_head_that_does_not_fit_its_size_is_refused() {
    let bytes = frontier_of(&[vec![1], vec![2], vec![3]]).to_bytes();
    assert!(Frontier::from_bytes(3, &bytes).is_some());
    assert!([0, 1, 2, 4, 7].iter().all(|size| Frontier::from_bytes(*size, &bytes).is_none()));
    assert!(Frontier::from_bytes(3, &bytes[1..]).is_none());
}

// ── the bytes

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[a-zA-Ze\u{301}\u{308}\u{212B}\u{1100}-\u{1112}]{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn canonical_bytes_have_sorted_names_no_spaces_and_composed_letters() {
    let cases = [
        (json!({"b": 1, "a": [true, null, "x y"]}), r#"{"a":[true,null,"x y"],"b":1}"#),
        (json!({"Z": 1, "a": 2, "é": 3, "10": 4, "9": 5}), r#"{"10":4,"9":5,"Z":1,"a":2,"é":3}"#),
        (json!("Zoe\u{308} e\u{301}"), "\"Zoë é\""),
        (json!({"e\u{301}": 1, "f": 2}), r#"{"f":2,"é":1}"#),
        (json!("\u{212B} \"quoted\" \\ \n\u{1}/"), "\"Å \\\"quoted\\\" \\\\ \\n\\u0001/\""),
        (json!([-7, 0, i64::MAX, i64::MIN]), "[-7,0,9223372036854775807,-9223372036854775808]"),
        (json!({}), "{}"),
    ];
    for (value, bytes) in cases {
        assert_eq!(String::from_utf8(canonical(&value)).unwrap(), bytes);
    }
}

// ── entries

fn hr() -> Actor {
    Actor { person: Some(2), pseudonym: Some("22".repeat(16)), capacity: "hr", method: "link".into() }
}

/// Somebody has done something.
fn done(number: i64) -> Result<Draft> {
    let identity = json!({"name": "Zoe\u{308} Penrose", "school": "Saltmarsh Primary"});
    let draft = Draft::new("self_check.done")?.about(&"11".repeat(16), identity).fact("number", number);
    draft.under("checklist", "privacy-check", &"ab".repeat(32)).row("self_checks", number, &json!({"done": number}))
}

fn record(act: &mut Act, numbers: std::ops::Range<i64>) -> Result<Vec<String>> {
    numbers.map(|number| Ok(act.record(done(number)?))).collect()
}

/// A house whose log has five entries, signed at three and at five.
fn house_with_a_log() -> House {
    let house = House::new();
    let key = house.log_key.signing_key();
    house.try_act(hr(), |act| record(act, 0..3)).unwrap();
    sign(&house, &key).unwrap();
    house.act(|act| record(act, 3..4));
    house.act(|act| Ok(act.record(Draft::new("programme.started")?)));
    sign(&house, &key).unwrap();
    house
}

fn sign(house: &House, key: &SigningKey) -> Result<Checkpoint> {
    let (key, now) = (key.clone(), house.now());
    house.database.write(move |conn| checkpoint::sign(conn, &key, now))
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = entries)]
struct Entry {
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

fn log(house: &House) -> Vec<Entry> {
    house.read(|conn| Ok(entries::table.order(entries::position).select(Entry::as_select()).load(conn)?))
}

fn head(conn: &mut Conn) -> Result<(i64, Vec<u8>)> {
    Ok(evidence_head::table.select((evidence_head::size, evidence_head::frontier)).first(conn)?)
}

fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn an_entry_says_what_happened_and_commits_to_the_rest() {
    let house = House::new();
    let id = house.try_act(hr(), |act| record(act, 7..8)).unwrap().remove(0);
    let entry = log(&house).remove(0);
    let said = read(&entry.leaf);
    assert_eq!(entry.leaf, canonical(&said));
    assert_eq!(entry.leaf_hash, leaf_hash(&entry.leaf));
    assert_eq!(
        said,
        json!({
            "format": 1,
            "log": ORIGIN,
            "position": 0,
            "entry": id,
            "kind": "self_check.done",
            "recorded_at": house.now().0,
            "software": env!("CARGO_PKG_VERSION"),
            "subject": "11".repeat(16),
            "actor": {"pseudonym": "22".repeat(16), "capacity": "hr", "method": "link"},
            "content": {"kind": "checklist", "slug": "privacy-check", "version": "ab".repeat(32)},
            "identity": commitment("identity", &entry.identity_salt, &entry.identity),
            "act": commitment("act", &entry.act_salt, &entry.act),
        })
    );
    assert_eq!(entry.identity.unwrap(), r#"{"name":"Zoë Penrose","school":"Saltmarsh Primary"}"#.as_bytes());
    let act = read(&entry.act.unwrap());
    assert_eq!(act, json!({"number": 7, "rows": [{"table": "self_checks", "id": 7, "set": {"done": 7}}]}));
    assert_eq!((entry.position, entry.entry_id, entry.kind), (0, id, "self_check.done".to_owned()));
    assert_eq!(entry.recorded_at, house.now().0);
}

/// SHA-256(tag ‖ 0x00 ‖ salt ‖ payload)
fn commitment(tag: &str, salt: &Option<Vec<u8>>, payload: &Option<Vec<u8>>) -> String {
    hex(&sha256(&[tag.as_bytes(), &[0], salt.as_ref().unwrap(), payload.as_ref().unwrap()].concat()))
}

#[test]
fn an_entry_about_nobody_has_no_identity() {
    let house = house_with_a_log();
    let entry = log(&house).remove(4);
    let said = read(&entry.leaf);
    assert_eq!((&said["subject"], &said["identity"], &said["content"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(said["actor"], json!({"pseudonym": null, "capacity": "system", "method": "system"}));
    assert_eq!((entry.identity, entry.identity_salt), (None, None));
    assert_eq!(entry.act.unwrap(), b"{}");
}

#[test]
fn no_two_payloads_share_a_salt_and_no_two_entries_an_id() {
    let log = log(&house_with_a_log());
    let mut salts: Vec<_> = log.iter().flat_map(|entry| [&entry.identity_salt, &entry.act_salt]).flatten().collect();
    assert!(salts.iter().all(|salt| salt.len() == 32));
    salts.sort();
    salts.dedup();
    assert_eq!(salts.len(), 9);
    let mut ids: Vec<_> = log.iter().map(|entry| &entry.entry_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    assert!(ids.iter().all(|id| unhex(id).unwrap().len() == 16));
}

#[test]
fn the_entries_of_one_act_stand_together_in_order_and_at_one_time() {
    let house = House::new();
    let ids = house.act(|act| record(act, 0..1200));
    let log = log(&house);
    assert_eq!(log.iter().map(|entry| entry.entry_id.clone()).collect::<Vec<_>>(), ids);
    assert!(log.iter().enumerate().all(|(place, entry)| entry.position == place as i64));
    assert!(log.iter().all(|entry| entry.recorded_at == house.now().0));
    let leaves: Vec<Vec<u8>> = log.into_iter().map(|entry| entry.leaf).collect();
    let frontier = frontier_of(&leaves);
    assert_eq!(frontier.root(), tree_hash(&leaves));
    assert_eq!(house.read(head), (1200, frontier.to_bytes()));
    assert_eq!(house.read(evidence::size), 1200);
}

#[test]
fn an_act_that_is_refused_leaves_no_trace_in_the_log() {
    let house = house_with_a_log();
    let before = (house.read(head), log(&house).len());
    let refused = house.try_act(hr(), |act| {
        record(act, 10..20)?;
        Err::<(), _>(Problem::refused("Not now."))
    });
    assert!(matches!(refused, Err(Problem::Refused(_))));
    let panicked = house.try_act(hr(), |act| -> Result<()> {
        record(act, 10..20)?;
        std::panic::resume_unwind(Box::new("a hole"))
    });
    panicked.unwrap_err();
    house.act(|_| Ok(()));
    assert_eq!((house.read(head), log(&house).len()), before);
    assert_intact(&house);
}

#[test]
fn entries_made_at_once_have_places_without_a_gap() {
    let house = House::new();
    thread::scope(|scope| {
        for worker in 0..8 {
            let house = &house;
            scope.spawn(move || {
                (0..10).for_each(|turn| drop(house.act(move |act| record(act, turn..turn + 1 + worker % 3))))
            });
        }
    });
    let many = (0..8).map(|worker| 10 * (1 + worker % 3)).sum::<usize>();
    let log = log(&house);
    assert_eq!(log.len(), many);
    assert!(log.iter().enumerate().all(|(place, entry)| entry.position == place as i64));
    assert_eq!(complaints(&house), [""; 0]);
}

#[test]
fn a_receipts_entry_is_found_again() {
    let house = House::new();
    let ids = house.act(|act| record(act, 0..4));
    let asked = [ids[3].clone(), ids[1].clone(), "none".to_owned()];
    let lines = house.read(|conn| evidence::entries_about(conn, &asked));
    assert_eq!(lines.iter().map(|line| line.position).collect::<Vec<_>>(), [1, 3]);
    assert_eq!((lines[0].act["number"].clone(), lines[0].recorded_at), (json!(1), house.now()));
}

// ── checkpoints

#[test]
fn a_checkpoint_is_a_note_that_others_can_read() {
    let house = house_with_a_log();
    let signed = house.read(checkpoint::latest).unwrap();
    let leaves: Vec<Vec<u8>> = log(&house).into_iter().map(|entry| entry.leaf).collect();
    assert_eq!((signed.size, signed.root), (5, tree_hash(&leaves)));
    let lines: Vec<&str> = signed.note.split('\n').collect();
    assert_eq!((lines[0], lines[1], lines[3], lines.len()), (ORIGIN, "5", "", 6));
    assert!(lines[4].starts_with(&format!("\u{2014} {ORIGIN} ")));
    let key = house.log_key.signing_key().verifying_key();
    assert_eq!(opened(&signed.note, ORIGIN, &key), Some((5, signed.root)));
    assert_eq!(signed.short_root().replace(' ', ""), hex(&signed.root[..8]));
}

#[test]
fn a_checkpoint_names_its_key_as_the_notes_of_others_do() {
    // The example key of the signed-note format's first program: name, number and halves are known.
    let seed = unhex("810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173").unwrap();
    let house = House::new();
    let key = SigningKey::try_from(seed.as_slice()).unwrap();
    house.act(|act| {
        seamark::settings::write(act.conn, act.now, None, seamark::settings::LOG_ORIGIN, "PeterNeumann")?;
        Ok(act.record(Draft::new("programme.started")?))
    });
    let signed = sign(&house, &key).unwrap();
    assert!(signed.note.contains("\n\n\u{2014} PeterNeumann x08go"), "{}", signed.note);
}

#[test]
fn a_checkpoint_opens_only_whole_and_with_its_own_key_and_log() {
    let house = house_with_a_log();
    let note = house.read(checkpoint::latest).unwrap().note;
    let key = house.log_key.signing_key().verifying_key();
    assert!(opened(&note, ORIGIN, &key).is_some());
    assert_eq!(opened(&note, "elsewhere.example/evidence/1", &key), None);
    assert_eq!(opened(&note, ORIGIN, &SigningKey::from_bytes(&[8; 32]).verifying_key()), None);
    assert_eq!(opened(&format!("{note}\n"), ORIGIN, &key), None);
    for place in 0..note.len() {
        for bit in 0..8 {
            let mut bytes = note.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            if let Ok(other) = String::from_utf8(bytes) {
                assert_eq!(opened(&other, ORIGIN, &key), None, "byte {place}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_log_is_signed_once_for_each_size() {
    let house = house_with_a_log();
    let key = house.log_key.signing_key();
    let signed = house.read(checkpoint::latest).unwrap();
    house.it_is("2026-11-25", "08:00");
    assert_eq!(sign(&house, &key).unwrap(), signed);
    house.act(|act| record(act, 9..10));
    assert_eq!(sign(&house, &key).unwrap().size, 6);
    let sizes: Vec<i64> =
        house.read(|conn| Ok(checkpoints::table.order(checkpoints::size).select(checkpoints::size).load(conn)?));
    assert_eq!(sizes, [3, 5, 6]);
    assert_intact(&house);
}

#[test]
fn what_does_not_add_up_is_not_signed() {
    let meddlings: [fn(&mut Conn) -> Result<()>; 5] = [
        |conn| flip(conn, "leaf", 5, 40),
        |conn| run(conn, "UPDATE evidence_head SET size = 7"),
        |conn| run(conn, "DELETE FROM evidence_entries WHERE position = 5"),
        |conn| {
            let other = frontier_of(&vec![b"another history".to_vec(); 5]).to_bytes();
            diesel::update(checkpoints::table.filter(checkpoints::size.eq(5)))
                .set(checkpoints::frontier.eq(other))
                .execute(conn)?;
            Ok(())
        },
        |conn| run(conn, "UPDATE checkpoints SET note = replace(note, '5', '6') WHERE size = 5"),
    ];
    let house = house_with_a_log();
    house.act(|act| record(act, 9..10));
    for (place, meddling) in meddlings.into_iter().enumerate() {
        let now = house.now();
        let answer = house.database.write(move |conn| {
            meddling(conn)?;
            let key = SigningKey::from_bytes(&[7; 32]);
            let signed = checkpoint::sign(conn, &key, now);
            Err::<(), _>(Problem::refused(if signed.is_ok() { "signed" } else { "not signed" }))
        });
        assert_eq!(answer.unwrap_err().to_string(), "not signed", "{place}");
    }
    assert_eq!(sign(&house, &house.log_key.signing_key()).unwrap().size, 6);
}

// ── verifying

fn verdict(conn: &mut Conn, covered: &[Covered]) -> Result<Verdict> {
    let key = seamark::keys::Secret([7; 32]).signing_key().verifying_key();
    verify(conn, &key, covered)
}

fn complaints(house: &House) -> Vec<String> {
    house.read(|conn| verdict(conn, &[])).complaints
}

fn assert_intact(house: &House) {
    assert_eq!(complaints(house), [""; 0]);
}

/// What `verify` says after somebody with the database's password was there; what they did is undone.
fn complaints_after(house: &House, meddle: impl Fn(&mut Conn) -> Result<()> + Send + 'static) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    let undone = house.database.write(move |conn| {
        meddle(conn)?;
        *hearing.lock().unwrap() = verdict(conn, &[])?.complaints;
        Err::<(), _>(Problem::NotFound)
    });
    assert!(matches!(undone, Err(Problem::NotFound)), "{undone:?}");
    std::mem::take(&mut heard.lock().unwrap())
}

fn run(conn: &mut Conn, statement: &str) -> Result<()> {
    Ok(each_backend!(conn, |c| c.batch_execute(statement))?)
}

/// Changes one bit of one column.
fn flip(conn: &mut Conn, column: &str, position: i64, place: usize) -> Result<()> {
    #[derive(QueryableByName)]
    struct Bytes {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        bytes: Vec<u8>,
    }
    let query = format!("SELECT {column} AS bytes FROM evidence_entries WHERE position = $1");
    let mut found: Bytes = diesel::sql_query(query).bind::<BigInt, _>(position).get_result(conn)?;
    let length = found.bytes.len();
    found.bytes[place % length] ^= 1 << (place % 7);
    diesel::sql_query(format!("UPDATE evidence_entries SET {column} = $1 WHERE position = $2"))
        .bind::<diesel::sql_types::Binary, _>(found.bytes)
        .bind::<BigInt, _>(position)
        .execute(conn)?;
    Ok(())
}

#[test]
fn a_log_that_nobody_touched_is_intact() {
    let house = house_with_a_log();
    let verdict = house.read(|conn| verdict(conn, &[]));
    assert_eq!(verdict, Verdict { entries: 5, checkpoints: 2, tables: vec![], complaints: vec![] });
}

#[test]
fn a_log_without_entries_is_intact() {
    assert_eq!(House::new().read(|conn| verdict(conn, &[])), Verdict::default());
}

#[test]
fn no_bit_of_an_entry_changes_unseen() {
    let house = house_with_a_log();
    for column in ["leaf", "leaf_hash", "identity", "identity_salt", "act", "act_salt"] {
        for place in (0..700).step_by(if column == "leaf" { 11 } else { 47 }) {
            let heard = complaints_after(&house, move |conn| flip(conn, column, 1, place));
            assert!(heard.iter().any(|words| words.contains("entry 1:")), "{column} {place}: {heard:?}");
        }
    }
    assert_intact(&house);
}

#[test]
fn no_meddling_with_the_log_goes_unseen() {
    let house = house_with_a_log();
    let cases = [
        ("UPDATE evidence_entries SET kind = 'self_check.undone' WHERE position = 1", "entry 1: its bytes speak of another"),
        ("UPDATE evidence_entries SET recorded_at = recorded_at - 1 WHERE position = 1", "entry 1: its bytes speak of another"),
        ("UPDATE evidence_entries SET entry_id = 'other' WHERE position = 1", "entry 1: its bytes speak of another"),
        ("UPDATE evidence_entries SET identity = NULL, identity_salt = NULL WHERE position = 1", "entry 1: what it holds of the identity"),
        ("UPDATE evidence_entries SET identity_salt = NULL WHERE position = 1", "entry 1: what it holds of the identity"),
        ("UPDATE evidence_entries SET identity = act WHERE position = 4", "entry 4: what it holds of the identity"),
        ("UPDATE evidence_entries SET act = NULL WHERE position = 1", "entry 1: what it holds of the act"),
        ("DELETE FROM evidence_entries WHERE position = 0", "entry 0 is missing"),
        ("DELETE FROM evidence_entries WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM evidence_entries WHERE position = 4", "the log's head does not fit"),
        ("DELETE FROM evidence_entries WHERE position = 4", "no longer agrees with its checkpoint at 5"),
        ("DELETE FROM evidence_entries", "no longer agrees with its checkpoint at 3"),
        ("UPDATE evidence_head SET size = 4", "the log's head does not fit"),
        ("UPDATE evidence_head SET frontier = (SELECT leaf FROM evidence_entries WHERE position = 0)", "the log's head does not fit"),
        ("UPDATE evidence_entries SET position = -1 WHERE position = 1;
          UPDATE evidence_entries SET position = 1 WHERE position = 2;
          UPDATE evidence_entries SET position = 2 WHERE position = -1", "entry 1: its bytes speak of another"),
        ("INSERT INTO evidence_entries (position, entry_id, kind, recorded_at, leaf, leaf_hash, identity, identity_salt, act, act_salt)
          SELECT 5, 'more', kind, recorded_at, leaf, leaf_hash, identity, identity_salt, act, act_salt
          FROM evidence_entries WHERE position = 3", "entry 5: its bytes speak of another"),
        ("UPDATE checkpoints SET size = 4 WHERE size = 3", "no longer agrees with its checkpoint at 4"),
        ("UPDATE checkpoints SET root = frontier WHERE size = 3", "what was kept with the checkpoint at 3"),
        ("UPDATE checkpoints SET frontier = root WHERE size = 3", "what was kept with the checkpoint at 3"),
        ("UPDATE checkpoints SET note = replace(note, 'e', 'f') WHERE size = 3", "the checkpoint at 3 was not signed"),
        ("UPDATE checkpoints SET note = (SELECT c.note FROM checkpoints c WHERE c.size = 5) WHERE size = 3", "checkpoint at 3"),
        ("UPDATE settings SET value = 'elsewhere.example' WHERE name = 'log_origin'", "the checkpoint at 3 was not signed"),
    ];
    for (meddling, complaint) in cases {
        let heard = complaints_after(&house, move |conn| run(conn, meddling));
        assert!(heard.iter().any(|words| words.contains(complaint)), "{meddling}: {heard:?}");
    }
    assert_intact(&house);
}

#[test]
fn a_log_made_anew_in_itself_without_fault_betrays_itself_by_its_checkpoints() {
    let house = house_with_a_log();
    let now = house.now();
    let heard = complaints_after(&house, move |conn| {
        run(conn, "DELETE FROM evidence_entries; UPDATE evidence_head SET size = 0, frontier = ''")?;
        let drafts: Vec<Draft> = (0..5).map(done).collect::<Result<_>>()?;
        evidence::append(conn, &hr(), now, &drafts)
    });
    let agrees_no_more = |size| format!("the log no longer agrees with its checkpoint at {size}");
    assert_eq!(heard, [agrees_no_more(3), agrees_no_more(5)]);
}

#[derive(QueryableByName)]
struct Boat {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    name: String,
}

fn boats(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows: Vec<Boat> = diesel::sql_query("SELECT id, name FROM boats ORDER BY id").load(conn)?;
    Ok(rows.into_iter().map(|boat| (boat.id, json!({"name": boat.name, "sold": null}))).collect())
}

#[test]
fn a_table_that_the_log_answers_for_is_compared_both_ways() {
    let house = House::new();
    house.act(|act| {
        run(act.conn, "CREATE TABLE boats (id BIGINT PRIMARY KEY, name TEXT NOT NULL)")?;
        run(act.conn, "INSERT INTO boats (id, name) VALUES (1, 'Dora'), (2, 'Ebb')")?;
        let named = Draft::new("boats.named")?.row("boats", 1, &json!({"name": "Ada"}))?;
        act.record(named.row("boats", 2, &json!({"name": "Ebb"}))?);
        Ok(act.record(Draft::new("boat.renamed")?.changed("boats", 1, json!({"name": "Dora"}))))
    });
    let covered = [Covered { table: "boats", rows: boats }];
    let hear = |meddling: &'static str| {
        house.act(move |act| run(act.conn, meddling));
        house.read(|conn| verdict(conn, &covered))
    };
    let intact = hear("SELECT 1");
    assert_eq!((intact.tables, intact.complaints), (vec![("boats", 2)], vec![]));
    assert_eq!(
        hear("UPDATE boats SET name = 'Ada' WHERE id = 1").complaints,
        ["boats 1: name is not what the log recorded"]
    );
    assert_eq!(
        hear("UPDATE boats SET name = 'Dora' WHERE id = 1; DELETE FROM boats WHERE id = 2").complaints,
        ["boats 2 is in the log but no longer in the table"]
    );
    assert_eq!(
        hear("INSERT INTO boats (id, name) VALUES (2, 'Ebb'), (3, 'Flo')").complaints,
        ["boats 3 was never recorded in the log"]
    );
}
