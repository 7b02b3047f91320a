//! A database for each test, copied from one whose tables are made once: a SQLite file, or, if `SEAMARK_TEST_DATABASE` is
//! `postgres`, a database of its own on the server at `SEAMARK_TEST_POSTGRES` (`./test postgres` starts one).

use std::env;
use std::fs;
use std::path::Path;
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use seamark::db::{Database, Target, WriterOptions};
use tempfile::TempDir;

/// Where one test's database and files are; all of it goes when the test ends.
pub struct Home {
    pub target: Target,
    folder: TempDir,
}

impl Home {
    pub fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let target = if on_postgres() { new_on_server() } else { new_file(folder.path()) };
        Home { target, folder }
    }

    /// Before anything has made its tables.
    pub fn without_tables() -> Home {
        let home = Home::new();
        match &home.target {
            Target::Sqlite(file) => fs::remove_file(file).unwrap(),
            Target::Postgres(url) => {
                let name = url.rsplit_once('/').unwrap().1;
                on_server(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
                on_server(&format!("CREATE DATABASE {name}")).unwrap();
            }
        }
        home
    }

    pub fn open(&self, options: WriterOptions) -> Database {
        Database::open(&self.target, options).unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Target::Postgres(url) = &self.target
            && let Some((_, name)) = url.rsplit_once('/')
        {
            let dropped = on_server(&format!("DROP DATABASE {name} WITH (FORCE)"));
            assert!(dropped.is_ok() || std::thread::panicking(), "{name} could not be dropped: {dropped:?}");
        }
    }
}

pub fn on_postgres() -> bool {
    match env::var("SEAMARK_TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("SEAMARK_TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

fn new_file(folder: &Path) -> Target {
    static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = MIGRATED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let first = Target::Sqlite(folder.path().join("first.db"));
        let copy = folder.path().join("copy.db");
        Database::open(&first, WriterOptions::default()).unwrap().copy_to(&copy).unwrap();
        fs::read(copy).unwrap()
    });
    let file = folder.join("seamark.db");
    fs::write(&file, bytes).unwrap();
    Target::Sqlite(file)
}

fn new_on_server() -> Target {
    static MIGRATED: OnceLock<String> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let template = MIGRATED.get_or_init(|| {
        let name = format!("seamark_template_{}", process::id());
        on_server(&format!("CREATE DATABASE {name}")).unwrap();
        drop(Database::open(&Target::Postgres(url_of(&name)), WriterOptions::default()).unwrap());
        name
    });
    let name = format!("seamark_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    copy_when_nobody_is_in(template, &name);
    Target::Postgres(url_of(&name))
}

/// A connection to the template that was just closed may linger for a moment.
fn copy_when_nobody_is_in(template: &str, name: &str) {
    let mut tries = 0;
    while let Err(error) = on_server(&format!("CREATE DATABASE {name} TEMPLATE {template}")) {
        tries += 1;
        assert!(tries < 100 && error.to_string().contains("being accessed"), "{error}");
        sleep(Duration::from_millis(50));
    }
}

fn on_server(statement: &str) -> diesel::QueryResult<()> {
    PgConnection::establish(&server()).unwrap().batch_execute(statement)
}

fn server() -> String {
    env::var("SEAMARK_TEST_POSTGRES").expect("start the tests with `./test postgres`, or name a server's URL")
}

fn url_of(name: &str) -> String {
    let server = server();
    let (before, _) = server.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}
