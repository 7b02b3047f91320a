//! Back-up and restore. Neither overwrites anything.

use std::path::{Path, PathBuf};

use super::tell;
use crate::app::{App, ServerLock};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Target;
use crate::keys;
use crate::problem::{Problem, Result};

pub fn back_up(config: &Config, file: &Path) -> Result<()> {
    if let Target::Postgres(_) = &config.database {
        return tell(&format!(
            "PostgreSQL has its own tool for this. With your database's URL, run:\n  pg_dump --format=custom --file={} \"postgres://…\"\nand keep a copy of {} in a safe place.",
            file.display(),
            config.keys_folder().display()
        ));
    }
    if let Target::Sqlite(database) = &config.database
        && !database.exists()
    {
        return Err(Problem::refused(format!(
            "There is no database at {}, so there is nothing to back up. Is this the right folder?",
            database.display()
        )));
    }
    if file.exists() {
        return Err(Problem::refused(format!("{} is there already, and a back-up never overwrites.", file.display())));
    }
    let unfinished = file.with_extension("unfinished");
    // SQLite copies into an empty file; made by itself, it would be there for everybody to read.
    let _ = std::fs::remove_file(&unfinished);
    keys::private_file(&unfinished)?;
    App::build(config.clone(), Clock::System)?.desk.database.copy_to(&unfinished)?;
    keys::name_durably(&unfinished, file)?;
    tell(&format!(
        "✓ Backed up to {}. The keys are not in it: keep a copy of {} in a safe place.",
        file.display(),
        config.keys_folder().display()
    ))
}

pub fn restore(config: &Config, file: &Path) -> Result<()> {
    let Target::Sqlite(database) = &config.database else {
        return tell(&format!(
            "With the URL of a new, empty database, run:\n  pg_restore --dbname=\"postgres://…\" {}\nThen put your copy of the keys in place, and run `seamark evidence verify`.",
            file.display()
        ));
    };
    for remains in [database.clone(), beside(database, "-wal"), beside(database, "-shm")] {
        if remains.exists() {
            return Err(Problem::refused(format!(
                "{} is there already, and a restore never overwrites. Move it away first.",
                remains.display()
            )));
        }
    }
    let bytes = std::fs::read(file).map_err(|error| Problem::refused(format!("{}: {error}", file.display())))?;
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(Problem::refused(format!("{} is not a back-up of Seamark.", file.display())));
    }
    keys::private_folder(&config.data)?;
    let _lock = ServerLock::take(&config.database)?;
    let keys_are_here = config.keys_folder().join("evidence.key").exists();
    keys::write_durably(database, &bytes)?;
    let entries = App::build(config.clone(), Clock::System)
        .and_then(|app| app.read(crate::evidence::size))
        .inspect_err(|_| drop(std::fs::remove_file(database)))?;
    tell(&format!("✓ Restored, with {entries} entries in the evidence log. Run `seamark evidence verify` next."))?;
    if !keys_are_here {
        tell(&format!(
            "✗ There were no keys in {}, so new ones were made. Put your own copy there before you start the server: \
             what was signed before cannot be checked with new ones.",
            config.keys_folder().display()
        ))?;
    }
    Ok(())
}

/// SQLite's own files beside a database: left over from another, they would be read into the one that is restored.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
