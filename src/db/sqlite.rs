//! SQLite: every pragma set and asserted on every connection, a pool of readers that cannot write, one writer thread.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::sql_types::{BigInt, Text};

use super::writer::{Writer, WriterOptions};
use super::{Conn, library, migrate};
use crate::problem::{FaultKind, Problem, Result};

/// Older libraries can corrupt a database in WAL mode when two connections write and checkpoint at once.
const OLDEST_SOUND: (u32, u32, u32) = (3, 51, 3);
const READERS: u32 = 8;

pub struct SqliteDoors {
    readers: Pool<Readers>,
    writer: Writer,
    path: PathBuf,
    copying: Mutex<()>,
}

impl SqliteDoors {
    pub fn open(path: &Path, options: WriterOptions) -> Result<SqliteDoors> {
        let mut first = Conn::Sqlite(connect(path, false)?);
        migrate(&mut first)?;
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .test_on_check_out(false)
            .build(Readers { path: path.to_owned() })
            .map_err(|error| Problem::fault(format!("readers: {error}")))?;
        let again = path.to_owned();
        let writer = Writer::start(first, options, move || Ok(Conn::Sqlite(connect(&again, false)?)))?;
        Ok(SqliteDoors { readers, writer, path: path.to_owned(), copying: Mutex::new(()) })
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.readers.get().map_err(|error| Problem::busy(format!("no reader free: {error}")))?;
        read_on(&mut conn, look)
    }

    pub fn glance<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Option<Result<T>> {
        self.readers.try_get().map(|mut conn| read_on(&mut conn, look))
    }

    pub fn write<T: Send + 'static>(&self, act: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer.write(act)
    }

    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub fn copy_to(&self, file: &Path) -> Result<()> {
        let _one_at_a_time = self.copying.lock();
        let mut conn = connect(&self.path, false)?;
        let name = file.to_str().ok_or_else(|| Problem::refused("The back-up's file name must be plain text."))?;
        diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(&mut conn)?;
        Ok(())
    }
}

fn read_on<T>(conn: &mut Conn, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    begin(conn, "BEGIN DEFERRED")?;
    let seen = look(conn);
    begin(conn, "ROLLBACK")?;
    seen
}

fn begin(conn: &mut Conn, words: &str) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => Ok(sqlite.batch_execute(words)?),
        Conn::Postgres(_) => Err(Problem::fault("a SQLite door held a PostgreSQL connection")),
    }
}

struct Readers {
    path: PathBuf,
}

impl ManageConnection for Readers {
    type Connection = Conn;
    type Error = Problem;

    fn connect(&self) -> Result<Conn> {
        Ok(Conn::Sqlite(connect(&self.path, true)?))
    }

    fn is_valid(&self, _: &mut Conn) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Conn) -> bool {
        std::thread::panicking()
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// How long we wait for another process that is just closing the database or putting it right after a crash: SQLite then
/// answers *busy* at once, whatever the busy timeout says.
const PATIENCE: Duration = Duration::from_secs(10);

fn connect(path: &Path, only_reading: bool) -> Result<SqliteConnection> {
    library::tell_once();
    let began = Instant::now();
    loop {
        match connect_once(path, only_reading) {
            Err(problem) if problem.fault_kind() == Some(FaultKind::Busy) && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome,
        }
    }
}

fn connect_once(path: &Path, only_reading: bool) -> Result<SqliteConnection> {
    let name = path.to_str().ok_or_else(|| Problem::fault("the database's path must be plain text"))?;
    let mut conn = SqliteConnection::establish(name)
        .map_err(|error| Problem::fault(format!("the database {name} could not be opened: {error}")))?;
    assert_version(&mut conn)?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 2000;",
    )?;
    // In KiB. The readers are many, and what they let go of is still with the operating system.
    conn.batch_execute(match only_reading {
        true => "PRAGMA query_only = ON; PRAGMA cache_size = -6000",
        false => "PRAGMA cache_size = -16000",
    })?;
    assert_pragmas(&mut conn, only_reading)?;
    Ok(conn)
}

fn assert_version(conn: &mut SqliteConnection) -> Result<()> {
    let found: Version = diesel::sql_query("SELECT sqlite_version() AS version").get_result(conn)?;
    let mut parts = found.version.split('.').map(|part| part.parse().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version < OLDEST_SOUND {
        return Err(Problem::fault(format!("SQLite {} is older than 3.51.3 and cannot be trusted", found.version)));
    }
    Ok(())
}

fn assert_pragmas(conn: &mut SqliteConnection, only_reading: bool) -> Result<()> {
    let journal: Journal = diesel::sql_query("PRAGMA journal_mode").get_result(conn)?;
    if journal.journal_mode != "wal" {
        return Err(Problem::fault(format!("SQLite keeps a {} journal, not a write-ahead log", journal.journal_mode)));
    }
    let wanted =
        [("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("query_only", i64::from(only_reading))];
    for (pragma, value) in wanted {
        let words = format!("SELECT {pragma} AS value FROM pragma_{pragma}");
        let found: Setting = diesel::sql_query(words).get_result(conn)?;
        if found.value != value {
            return Err(Problem::fault(format!("SQLite did not take PRAGMA {pragma} = {value}")));
        }
    }
    Ok(())
}
