//! The few rules of the house that a tangle would break for good: who may name whom, who may touch what, who writes where.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A file of the program: where it is below `src`, and what it says, without comments.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), code: text.lines().map(|line| without_comment(line) + "\n").collect() }
    }

    /// The module of `lib.rs` that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is(&self, name: &str) -> bool {
        self.path.ends_with(&format!("/{name}.rs")) || self.path.contains(&format!("/{name}/"))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
    }

    fn without_spaces(&self) -> String {
        self.code.split_whitespace().collect()
    }

    /// A complaint for each of the words or paths that this file must not name.
    fn names_any(&self, forbidden: &[&str]) -> Vec<String> {
        let named = |name: &&&str| match name.contains("::") {
            true => self.code.contains(**name),
            false => self.words().any(|word| word == **name),
        };
        forbidden.iter().filter(named).map(|name| format!("{} names {name}", self.path)).collect()
    }
}

/// Addresses in strings hold `://`; they stay.
fn without_comment(line: &str) -> String {
    let comment = line.match_indices("//").find(|(place, _)| !line[..*place].ends_with(':'));
    comment.map_or(line, |(place, _)| &line[..place]).to_owned()
}

fn source_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else {
            let below = path.strip_prefix(source_folder()).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((below, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    texts(source_folder()).iter().map(|(path, text)| Source::new(path, text)).collect()
}

/// The modules in `lib.rs`, bottom to top, under the heads *ground*, *rooms* and *roof*.
fn contents() -> Vec<(&'static str, String)> {
    let text = fs::read_to_string(source_folder().join("lib.rs")).unwrap();
    let mut floor = "";
    let mut modules = Vec::new();
    for line in text.lines() {
        floor =
            ["ground", "rooms", "roof"].into_iter().find(|name| line.contains(&format!("── {name}"))).unwrap_or(floor);
        if let Some(name) = line.strip_prefix("pub mod ") {
            modules.push((floor, name.trim_end_matches(';').to_owned()));
        }
    }
    modules
}

fn is_in_a_room(source: &Source) -> bool {
    contents().iter().any(|(floor, name)| *floor == "rooms" && name == source.module())
}

fn room_files(name: &str) -> Vec<Source> {
    sources().into_iter().filter(|source| is_in_a_room(source) && source.is(name)).collect()
}

fn assert_none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

// ── the order of rooms

/// The modules that a file names by `crate::x` or in `crate::{x, y}`.
fn modules_named(source: &Source) -> BTreeSet<String> {
    let first_word = |text: &str| text.chars().take_while(|l| l.is_alphanumeric() || *l == '_').collect::<String>();
    let code = source.without_spaces();
    let mut named = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        let rest = &code[place + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => named.extend(top_of_list(list).into_iter().map(first_word)),
            None => drop(named.insert(first_word(rest))),
        }
    }
    named
}

/// The members of a list whose opening brace is gone, up to its closing one; inner lists stay with their heads.
fn top_of_list(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (place, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(&list[start..place]);
                start = place + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}

fn names_one_below(source: &Source, order: &[String]) -> Vec<String> {
    let Some(own) = order.iter().position(|name| name == source.module()) else { return Vec::new() };
    let named = modules_named(source);
    let below = order[own + 1..].iter().filter(|name| named.contains(*name));
    below.map(|name| format!("{} names {name}, which stands below it in lib.rs", source.path)).collect()
}

#[test]
fn no_module_names_one_below_it() {
    let order: Vec<String> = contents().into_iter().map(|(_, name)| name).collect();
    assert_none(sources().iter().flat_map(|source| names_one_below(source, &order)).collect());
}

#[test]
fn a_module_that_names_one_below_it_is_found() {
    let order = ["people", "courses", "reports"].map(String::from);
    let found = |text: &str| names_one_below(&Source::new("courses/mod.rs", text), &order).len();
    assert_eq!(found("use crate::people::Person;\n// crate::reports is drawn later"), 0);
    assert_eq!(found("use crate::reports::figures;"), 1);
    assert_eq!(found("fn draw() { crate::reports::draw() }"), 1);
    assert_eq!(found("use crate::{\n    people::{self, reports_to},\n    reports::Figures,\n};"), 1);
    assert_eq!(found("use crate::{people::{reports}, courses};"), 0);
}

#[test]
fn every_file_belongs_to_a_module_that_lib_rs_lists() {
    let listed: BTreeSet<String> = contents().into_iter().map(|(_, name)| name).collect();
    assert!(listed.len() > 20);
    let strangers = sources().into_iter().filter(|source| !["lib", "main"].contains(&source.module()));
    assert_none(strangers.filter(|source| !listed.contains(source.module())).map(|source| source.path).collect());
}

// ── what a file's name says it may touch

const IMPURE: [&str; 20] = [
    "diesel",
    "Conn",
    "Database",
    "Act",
    "Clock",
    "SystemTime",
    "actix_web",
    "handlebars",
    "getrandom",
    "OsRng",
    "from_os_rng",
    "thread_rng",
    "rand::rng",
    "ids::random",
    "crate::mail",
    "crate::config",
    "std::fs",
    "std::env",
    "std::net",
    "std::io",
];

#[test]
fn rules_are_pure() {
    let rules = room_files("rules");
    assert!(rules.len() > 3);
    assert_none(rules.iter().flat_map(|source| source.names_any(&IMPURE)).collect());
}

#[test]
fn rules_that_reach_out_are_found() {
    let found = |text: &str| Source::new("people/rules.rs", text).names_any(&IMPURE).len();
    assert_eq!(found("fn due(day: Day) -> Day { day.next() } // diesel would be wrong here"), 0);
    assert_eq!(found("fn due(conn: &mut Conn) {}"), 1);
    assert_eq!(found("use rand_chacha::ChaCha8Rng;\nlet id = ids::random_id();"), 1);
}

#[test]
fn doors_know_nothing_of_the_web_the_environment_or_the_clock() {
    let doors: Vec<Source> =
        sources().into_iter().filter(|s| is_in_a_room(s) && s.path == format!("{}/mod.rs", s.module())).collect();
    assert!(doors.len() > 3);
    let forbidden = ["actix_web", "handlebars", "Clock", "SystemTime", "crate::config", "std::env"];
    assert_none(doors.iter().flat_map(|source| source.names_any(&forbidden)).collect());
}

#[test]
fn stores_know_nothing_of_the_web_settings_or_the_clock() {
    let forbidden = ["actix_web", "handlebars", "Clock", "SystemTime", "crate::config", "std::env"];
    assert_none(room_files("store").iter().flat_map(|source| source.names_any(&forbidden)).collect());
    let open = |source: &Source| source.code.contains("pub mod store") || source.code.contains("pub(crate) mod store");
    assert_none(sources().into_iter().filter(open).map(|source| format!("{} opens its store", source.path)).collect());
}

#[test]
fn pages_ask_verbs_and_not_the_database() {
    let pages = room_files("pages");
    assert!(!pages.is_empty());
    assert_none(pages.iter().flat_map(|source| source.names_any(&["diesel", "crate::schema"])).collect());
}

#[test]
fn no_room_names_anothers_pages() {
    let rooms = sources().into_iter().filter(is_in_a_room);
    let names_pages = |source: &Source| {
        let code = source.without_spaces();
        contents().iter().any(|(_, name)| name != source.module() && code.contains(&format!("{name}::pages")))
    };
    assert_none(rooms.filter(names_pages).map(|source| source.path).collect());
}

#[test]
fn only_the_doors_of_the_database_begin_transactions() {
    let begins = |source: &Source| {
        source.module() != "db" && [".transaction(", "\"BEGIN", "\"COMMIT"].iter().any(|way| source.code.contains(way))
    };
    assert_none(sources().into_iter().filter(begins).map(|source| source.path).collect());
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent = texts(source_folder()).into_iter().filter(|(_, text)| !text.starts_with("//! "));
    assert_none(silent.map(|(path, _)| path).collect());
}

// ── one writer for each table

/// The tables that a file writes; something that is no table's plain name is given as it stands.
fn written_by(source: &Source, tables: &BTreeSet<String>) -> BTreeSet<String> {
    let code = source.without_spaces();
    let mut written = BTreeSet::new();
    for way in ["insert_into(", "diesel::update(", "diesel::delete("] {
        for (place, _) in code.match_indices(way) {
            let target = &code[place + way.len()..];
            let name = target.split("::table").next().unwrap_or(target);
            let name = name.rsplit("::").next().unwrap_or(name);
            written.insert(renamed(&source.code, name).chars().take(40).collect());
        }
    }
    let statements = |table: &&String| {
        ["INSERT INTO", "UPDATE", "DELETE FROM"].iter().any(|way| {
            let way = format!("{way} {table}");
            source
                .code
                .match_indices(&way)
                .any(|(at, _)| !source.code[at + way.len()..].starts_with(char::is_alphanumeric))
        })
    };
    written.extend(tables.iter().filter(statements).cloned());
    written
}

/// What a name stands for where the file says `use schema::outbox as table`.
fn renamed(code: &str, name: &str) -> String {
    let ending = format!(" as {name};");
    let found = code.lines().find_map(|line| line.trim().strip_suffix(&ending)?.strip_prefix("use "));
    found.map_or(name, |path| path.rsplit("::").next().unwrap_or(path)).to_owned()
}

fn tables() -> BTreeSet<String> {
    let text = fs::read_to_string(source_folder().join("schema.rs")).unwrap();
    let heads = text.lines().filter_map(|line| line.strip_suffix(") {")?.trim().split_once(" ("));
    heads.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn each_table_has_one_writer() {
    let tables = tables();
    assert!(tables.len() > 30);
    let mut complaints = Vec::new();
    let mut writers: BTreeMap<String, String> = BTreeMap::new();
    for source in sources() {
        for table in written_by(&source, &tables) {
            let writer =
                if is_in_a_room(&source) { format!("{}/store", source.module()) } else { source.module().into() };
            if !tables.contains(&table) {
                complaints.push(format!("{} writes {table}, which does not say what table that is", source.path));
            }
            if is_in_a_room(&source) && !source.is("store") {
                complaints.push(format!("{} writes {table}: that is its room's store's to do", source.path));
            }
            let first = writers.entry(table.clone()).or_insert(writer.clone());
            if *first != writer {
                complaints.push(format!("{table} is written by {first} and by {writer}"));
            }
        }
    }
    assert!(writers.len() > 10);
    assert_none(complaints);
}

#[test]
fn writers_are_found_however_they_write() {
    let tables = ["posts", "people", "outbox"].map(String::from).into();
    let written = |text: &str| -> Vec<String> {
        written_by(&Source::new("people/store.rs", text), &tables).into_iter().collect()
    };
    assert_eq!(written("diesel::insert_into(posts::table)\n.values(row)"), ["posts"]);
    assert_eq!(written("diesel::update(\n    schema::people::table\n.find(7))"), ["people"]);
    assert_eq!(written("use crate::schema::outbox as o;\ndiesel::delete(o::table.find(1))"), ["outbox"]);
    assert_eq!(written("sql_query(\"UPDATE people SET title = ''\")"), ["people"]);
    assert_eq!(written("diesel::update(whatever).set(row)"), ["whatever).set(row)"]);
    assert_eq!(written("posts::table.load(conn) // diesel::delete(posts::table)"), [""; 0]);
}
