//! A PostgreSQL of a bench's own, with its usual, durable settings, in a folder that goes with it.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Postgres {
    server: Child,
    programs: PathBuf,
    folder: tempfile::TempDir,
}

impl Postgres {
    pub fn start() -> Postgres {
        let programs = newest_programs();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(folder.path(), Some(user()), None).unwrap();
        let data = folder.path().join("data");
        let made = program(&programs, "initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb");
        let server = program(&programs, "postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=100"])
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let postgres = Postgres { server, programs, folder };
        while !postgres.answers() {
            std::thread::sleep(Duration::from_millis(50));
        }
        postgres
    }

    fn answers(&self) -> bool {
        let mut asked = program(&self.programs, "pg_isready");
        asked.arg("-q").arg("-h").arg(self.folder.path()).current_dir("/").status().unwrap().success()
    }

    /// The URL of a new, empty database.
    pub fn database(&self, name: &str) -> String {
        let mut made = program(&self.programs, "createdb");
        let made = made.args(["-U", "postgres", "-h"]).arg(self.folder.path()).arg(name).current_dir("/").status();
        assert!(made.unwrap().success(), "createdb");
        format!("postgres://postgres@{}/{name}", self.folder.path().display().to_string().replace('/', "%2F"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = program(&self.programs, "pg_ctl")
            .args(["stop", "-m", "immediate", "-s", "-D"])
            .arg(self.folder.path().join("data"))
            .current_dir("/")
            .status();
        let _ = stopped;
        let _ = self.server.wait();
    }
}

/// PostgreSQL will not run as root.
fn program(programs: &Path, name: &str) -> Command {
    let mut command = Command::new(programs.join(name));
    command.uid(user());
    command
}

fn newest_programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is not installed");
    let mut versions: Vec<PathBuf> = installed.map(|entry| entry.unwrap().path()).collect();
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    versions.pop().expect("PostgreSQL is not installed").join("bin")
}

/// The user `postgres`, for root; whoever runs the bench otherwise.
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    let own = std::fs::metadata("/proc/self").unwrap().uid();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let postgres = accounts.lines().find(|line| line.starts_with("postgres:"));
    let id = postgres.and_then(|line| line.split(':').nth(2)?.parse().ok());
    if own == 0 { id.expect("a user `postgres`") } else { own }
}
