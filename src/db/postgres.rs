//! PostgreSQL 15 or newer: a pool; each act its own transaction at READ COMMITTED; deadlocks are tried again three times.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::sql_types::Integer;

use super::writer::panic_words;
use super::{Conn, migrate};
use crate::problem::{FaultKind, Problem, Result};

const CONNECTIONS: u32 = 16;
/// Without a pause, an act takes its first row again before the other act has woken, and both are where they were.
const PAUSES_AFTER_DEADLOCK: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(60), Duration::from_millis(180)];
const OLDEST: i32 = 150_000;

pub struct PostgresDoors {
    pool: Pool<Connections>,
}

impl PostgresDoors {
    pub fn open(url: &str) -> Result<PostgresDoors> {
        let mut first = connect(url)?;
        assert_version(&mut first)?;
        migrate(&mut Conn::Postgres(first))?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .build(Connections { url: url.to_owned() })
            .map_err(|error| Problem::fault(format!("connections: {error}")))?;
        Ok(PostgresDoors { pool })
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.connection()?;
        say(&mut conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let seen = look(&mut conn);
        say(&mut conn, "ROLLBACK")?;
        seen
    }

    pub fn write<T>(&self, act: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
        let mut pauses = PAUSES_AFTER_DEADLOCK.iter();
        loop {
            let outcome = self.write_once(&act);
            let deadlock = matches!(&outcome, Err(problem) if problem.fault_kind() == Some(FaultKind::Deadlock));
            match pauses.next() {
                Some(pause) if deadlock => std::thread::sleep(*pause),
                _ => return outcome,
            }
        }
    }

    fn write_once<T>(&self, act: &impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.connection()?;
        say(&mut conn, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
        let outcome = catch_unwind(AssertUnwindSafe(|| act(&mut conn)))
            .unwrap_or_else(|panic| Err(Problem::fault(format!("an act panicked: {}", panic_words(&*panic)))));
        // COMMIT after a failed statement would quietly undo the act; a SELECT in front of it says so.
        let ended = match outcome {
            Ok(answer) => say(&mut conn, "SELECT 1; COMMIT").map(|()| answer),
            Err(problem) => Err(problem),
        };
        if ended.is_err() {
            // If even this fails, the pool finds the connection broken before it is used again.
            let _ = say(&mut conn, "ROLLBACK");
        }
        ended
    }

    fn connection(&self) -> Result<PooledConnection<Connections>> {
        self.pool.get().map_err(|error| Problem::busy(format!("no connection free: {error}")))
    }
}

fn say(conn: &mut Conn, words: &str) -> Result<()> {
    match conn {
        Conn::Postgres(postgres) => Ok(postgres.batch_execute(words)?),
        Conn::Sqlite(_) => Err(Problem::fault("a PostgreSQL door held a SQLite connection")),
    }
}

struct Connections {
    url: String,
}

impl ManageConnection for Connections {
    type Connection = Conn;
    type Error = Problem;

    fn connect(&self) -> Result<Conn> {
        Ok(Conn::Postgres(connect(&self.url)?))
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        say(conn, "SELECT 1")
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::connection::TransactionManager;
        let Conn::Postgres(postgres) = conn else { return true };
        std::thread::panicking() || diesel::connection::AnsiTransactionManager::is_broken_transaction_manager(postgres)
    }
}

fn connect(url: &str) -> Result<PgConnection> {
    let mut conn = PgConnection::establish(url)
        .map_err(|_| Problem::fault("PostgreSQL did not let us in: check `database` in the settings"))?;
    conn.batch_execute(
        "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '10s';
         SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning; SET TIME ZONE 'UTC';",
    )?;
    Ok(conn)
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Integer)]
    version: i32,
}

fn assert_version(conn: &mut PgConnection) -> Result<()> {
    let found: Version =
        diesel::sql_query("SELECT current_setting('server_version_num')::int4 AS version").get_result(conn)?;
    if found.version < OLDEST {
        return Err(Problem::fault(format!("PostgreSQL {} is older than 15", found.version / 10_000)));
    }
    Ok(())
}
