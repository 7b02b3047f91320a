//! Both databases end in the same tables, and `src/schema.rs` says what they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use seamark::db::{Conn, Database, Target, WriterOptions};
use seamark::problem::Result;

use crate::house::House;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, query: &str) -> Result<Vec<String>> {
    let found: Vec<Line> = diesel::sql_query(query).load(conn)?;
    let mut lines: Vec<String> = found.into_iter().map(|line| line.line).collect();
    lines.sort();
    Ok(lines)
}

/// "posts.until Nullable<Text>", as `src/schema.rs` would have it.
fn columns(conn: &mut Conn) -> Result<Vec<String>> {
    let found = lines(conn, if let Conn::Sqlite(_) = conn { SQLITE_COLUMNS } else { POSTGRES_COLUMNS })?;
    Ok(found.iter().map(|line| in_diesels_words(line)).collect())
}

const SQLITE_COLUMNS: &str = "
    SELECT m.name || '.' || c.name || ' '
        || CASE WHEN c.pk > 0 AND c.type = 'INTEGER' THEN 'BIGINT' ELSE c.type END
        || CASE WHEN c.\"notnull\" THEN '' ELSE ' NULL' END AS line
    FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '__diesel_schema_migrations'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name || '.' || column_name || ' ' || upper(data_type)
        || CASE is_nullable WHEN 'YES' THEN ' NULL' ELSE '' END AS line
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

fn in_diesels_words(line: &str) -> String {
    let (column, kind) = line.split_once(' ').unwrap();
    let (kind, nullable) = kind.strip_suffix(" NULL").map_or((kind, false), |kind| (kind, true));
    let kind = match kind {
        "BIGINT" => "BigInt",
        "INTEGER" => "Integer",
        "TEXT" => "Text",
        "BLOB" | "BYTEA" => "Binary",
        "BOOLEAN" => "Bool",
        other => panic!("{column} is {other}, which the two databases do not share"),
    };
    if nullable { format!("{column} Nullable<{kind}>") } else { format!("{column} {kind}") }
}

/// "settings (name) unique where superseded_at is null", "settings (id) key", "outbox (person_id)".
fn indexes(conn: &mut Conn) -> Result<Vec<String>> {
    let found = lines(conn, if let Conn::Sqlite(_) = conn { SQLITE_INDEXES } else { POSTGRES_INDEXES })?;
    Ok(found.iter().map(|line| line.to_lowercase().replace(['\n', ';'], " ").trim().to_owned()).collect())
}

const SQLITE_INDEXES: &str = "
    SELECT m.name || ' (' || (SELECT group_concat(name, ', ' ORDER BY seqno) FROM pragma_index_info(i.name)) || ')'
        || CASE WHEN i.\"unique\" THEN ' unique' ELSE '' END
        || CASE WHEN i.partial THEN (
            SELECT ' where' || substr(made.sql, instr(made.sql, ' WHERE ') + 6) FROM sqlite_master made WHERE made.name = i.name
        ) ELSE '' END AS line
    FROM sqlite_master m, pragma_index_list(m.name) i
    WHERE m.type = 'table' AND m.name <> '__diesel_schema_migrations' AND i.origin <> 'pk'
    UNION ALL
    SELECT m.name || ' (' || (SELECT group_concat(name, ', ' ORDER BY pk) FROM pragma_table_info(m.name) WHERE pk > 0) || ') key'
    FROM sqlite_master m
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '__diesel_schema_migrations'";

const POSTGRES_INDEXES: &str = "
    SELECT t.relname || ' (' || (
            SELECT string_agg(a.attname, ', ' ORDER BY k.place)
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
        ) || ')'
        || CASE WHEN i.indisprimary THEN ' key' WHEN i.indisunique THEN ' unique' ELSE '' END
        || coalesce(' where ' || btrim(pg_get_expr(i.indpred, i.indrelid), '()'), '') AS line
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = 'public' AND t.relname <> '__diesel_schema_migrations'";

/// "posts.person_id to people"
fn bonds(conn: &mut Conn) -> Result<Vec<String>> {
    lines(conn, if let Conn::Sqlite(_) = conn { SQLITE_BONDS } else { POSTGRES_BONDS })
}

const SQLITE_BONDS: &str = "
    SELECT m.name || '.' || b.\"from\" || ' to ' || b.\"table\" || ', ' || lower(b.on_delete) AS line
    FROM sqlite_master m, pragma_foreign_key_list(m.name) b WHERE m.type = 'table'";

const POSTGRES_BONDS: &str = "
    SELECT t.relname || '.' || a.attname || ' to ' || f.relname || ', '
        || CASE c.confdeltype WHEN 'a' THEN 'no action' ELSE c.confdeltype::text END AS line
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f'";

/// The same lines, read from `src/schema.rs`.
fn schema_file() -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema.rs")).unwrap();
    let mut table = "";
    let mut columns = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, rest)) = line.split_once(" (")
            && rest.ends_with(") {")
        {
            table = name;
        } else if !line.starts_with("diesel::")
            && let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ")
        {
            columns.push(format!("{table}.{column} {kind}"));
        }
    }
    columns.sort();
    columns
}

fn migrations(database: &str) -> BTreeMap<String, Vec<String>> {
    let names = |folder: &Path| {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    names(&folder).into_iter().map(|name| (name.clone(), names(&folder.join(name)))).collect()
}

fn assert_same(one: &[String], other: &[String]) {
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    assert_eq!((without(one, other), without(other, one)), (vec![], vec![]));
    assert_eq!(one.len(), other.len());
}

#[test]
fn the_migrations_have_the_same_names() {
    let sqlite = migrations("sqlite");
    assert_eq!(sqlite, migrations("postgres"));
    assert!(sqlite.values().all(|files| files == &["down.sql", "up.sql"]));
}

#[test]
fn the_code_knows_the_tables_as_they_are() {
    let house = House::new();
    let columns = house.read(columns);
    assert!(columns.len() > 200, "{columns:?}");
    assert_same(&columns, &schema_file());
}

#[test]
fn both_databases_end_in_the_same_tables() {
    let house = House::new();
    let file = Target::Sqlite(house.folder().join("other.db"));
    let sqlite = Database::open(&file, WriterOptions::default()).unwrap();
    for look in [columns, indexes, bonds] {
        let here = house.read(look);
        assert!(here.len() > 20, "{here:?}");
        assert_same(&here, &sqlite.read(look).unwrap());
    }
}
