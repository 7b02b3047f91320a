//! One connection type for two databases, and the doors to it: `Database::read` for readers, `Database::write` for the
//! writer. What differs between the two is in `sqlite.rs`, `postgres.rs` and under `each_backend!`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{PgConnection, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::problem::{Problem, Result};

mod library;
mod postgres;
mod sqlite;
mod writer;

pub use writer::{GROUP_ACTS, GROUP_MILLISECONDS, WriterOptions};

#[derive(diesel::MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same expression against whichever connection it is, type-checked once for each: for upserts, batch inserts and
/// the other forms that one type for two databases cannot express; and for what runs often, because one type for two
/// databases writes every statement's words out twice each time, only to find that it has been prepared.
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($c) => $query,
            $crate::db::Conn::Postgres($c) => $query,
        }
    };
}

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Where the database is: a SQLite file, or a PostgreSQL URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Target {
    /// `postgres://…` or `postgresql://…` is a URL; anything else is a path.
    pub fn parse(text: &str, folder: &Path) -> Target {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Target::Postgres(text.to_owned())
        } else {
            Target::Sqlite(folder.join(text))
        }
    }
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    doors: Arc<Doors>,
}

enum Doors {
    Sqlite(sqlite::SqliteDoors),
    Postgres(postgres::PostgresDoors),
}

impl Database {
    /// Opens the database, brings its tables up to date, and starts the writer.
    pub fn open(target: &Target, options: WriterOptions) -> Result<Database> {
        let doors = match target {
            Target::Sqlite(path) => Doors::Sqlite(sqlite::SqliteDoors::open(path, options)?),
            Target::Postgres(url) => Doors::Postgres(postgres::PostgresDoors::open(url)?),
        };
        Ok(Database { doors: Arc::new(doors) })
    }

    /// Reads on a connection that cannot write, inside one transaction: everything seen is of one moment.
    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        match &*self.doors {
            Doors::Sqlite(doors) => doors.read(look),
            Doors::Postgres(doors) => doors.read(look),
        }
    }

    /// Reads a few rows at once, on a thread that must not wait. None where it might have to: on PostgreSQL, and while every
    /// reader is busy.
    pub fn glance<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> Option<Result<T>> {
        match &*self.doors {
            Doors::Sqlite(doors) => doors.glance(look),
            Doors::Postgres(_) => None,
        }
    }

    /// Runs one act to its commit: all of it or nothing. The answer, a refusal too, is given only after the commit.
    /// The act may be run again if PostgreSQL found two acts in each other's way.
    pub fn write<T: Send + 'static>(&self, act: impl Fn(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        match &*self.doors {
            Doors::Sqlite(doors) => doors.write(act),
            Doors::Postgres(doors) => doors.write(act),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(&*self.doors, Doors::Sqlite(_))
    }

    /// How many acts wait for SQLite's one writer. On PostgreSQL none does: each has a connection.
    pub fn waiting(&self) -> usize {
        match &*self.doors {
            Doors::Sqlite(doors) => doors.waiting(),
            Doors::Postgres(_) => 0,
        }
    }

    /// A whole copy of a SQLite database while it is in use (`VACUUM INTO`). PostgreSQL has its own tools.
    pub fn copy_to(&self, file: &Path) -> Result<()> {
        let Doors::Sqlite(doors) = &*self.doors else {
            return Err(Problem::refused("PostgreSQL is backed up with pg_dump."));
        };
        doors.copy_to(file)
    }
}

/// Locks the row that an act is about, before it reads it. SQLite has one writer and needs no lock.
pub fn lock_row(conn: &mut Conn, table: &'static str, id: i64) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query(format!("SELECT id FROM {table} WHERE id = $1 FOR UPDATE"))
            .bind::<diesel::sql_types::BigInt, _>(id)
            .execute(postgres)?;
    }
    Ok(())
}

/// The same for many rows, always in one order, so that two acts never wait for each other.
pub fn lock_rows(conn: &mut Conn, table: &'static str, ids: &[i64]) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query(format!("SELECT id FROM {table} WHERE id = ANY($1) ORDER BY id FOR UPDATE"))
            .bind::<diesel::sql_types::Array<diesel::sql_types::BigInt>, _>(ids)
            .execute(postgres)?;
    }
    Ok(())
}

/// Keeps everybody else from writing these tables until the act has ended, once those who are writing have ended theirs;
/// readers go on. SQLite has one writer and needs no lock.
pub fn lock_tables(conn: &mut Conn, tables: &[&'static str]) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        postgres.batch_execute(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", tables.join(", ")))?;
    }
    Ok(())
}

/// Inside one write, the end of one act and the beginning of the next: what SQLite keeps, so that the act alone could be
/// undone, is let go. An act of thousands of statements would search all of it after each.
pub fn next_act(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(sqlite) = conn {
        sqlite.batch_execute("RELEASE act; SAVEPOINT act")?;
    }
    Ok(())
}

/// Tells the database that a bulk change is over, so that it plans the next queries well.
pub fn analyse(conn: &mut Conn) -> Result<()> {
    each_backend!(conn, |c| c.batch_execute("ANALYZE"))?;
    Ok(())
}

/// A server and a command beside it may start at once: one brings the tables up to date, the other waits for it.
fn migrate(conn: &mut Conn) -> Result<()> {
    let ran = match conn {
        Conn::Sqlite(sqlite) => migrate_sqlite(sqlite),
        Conn::Postgres(postgres) => migrate_postgres(postgres),
    };
    ran.map_err(|error| Problem::fault(format!("the database's tables could not be brought up to date: {error}")))
}

type Migrated = diesel::migration::Result<()>;

fn migrate_sqlite(sqlite: &mut SqliteConnection) -> Migrated {
    if !sqlite.has_pending_migration(SQLITE_MIGRATIONS)? {
        return Ok(());
    }
    // What is pending is asked again inside: whoever had the lock before may have done it all.
    sqlite.immediate_transaction(|sqlite| sqlite.run_pending_migrations(SQLITE_MIGRATIONS).map(|_| ()))
}

fn migrate_postgres(postgres: &mut PgConnection) -> Migrated {
    postgres.batch_execute("SELECT pg_advisory_lock(hashtext('seamark migrations'))")?;
    let ran = postgres.run_pending_migrations(POSTGRES_MIGRATIONS).map(|_| ());
    postgres.batch_execute("SELECT pg_advisory_unlock_all()")?;
    ran
}
