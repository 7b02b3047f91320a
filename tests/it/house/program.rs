//! The built program as whoever runs it sees it: started on a folder of its own, with commands beside it, and stopped.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use seamark::app::App;
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::db::Target;
use seamark::evidence::Actor;
use seamark::people::NewPerson;
use seamark::people::rules::{Urn, WorkEmail};
use seamark::setup::{self, NewTrust};

use super::Home;
use crate::inset_morning::harness::browser::Browser;

pub const IRIS: &str = "iris.bell@saltmarsh.example";

pub struct Program {
    pub settings: BTreeMap<String, String>,
    home: Home,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub words: String,
    pub troubles: String,
}

impl Program {
    /// A folder with settings and nothing else.
    pub fn new() -> Program {
        let home = Home::new();
        let listen = free_address();
        let database = match &home.target {
            Target::Sqlite(file) => file.display().to_string(),
            Target::Postgres(url) => url.clone(),
        };
        let said = [
            ("SEAMARK_DATA", home.folder().join("data").display().to_string()),
            ("SEAMARK_DATABASE", database),
            ("SEAMARK_ADDRESS", format!("http://{listen}")),
            ("SEAMARK_LISTEN", listen),
            ("SEAMARK_LOG", "info".to_owned()),
        ];
        Program { settings: said.map(|(name, value)| (name.to_owned(), value)).into(), home }
    }

    /// With a trust of one school, whose administrator is Iris Bell.
    pub fn set_up() -> Program {
        let program = Program::new();
        let app = program.app();
        let urn = Urn::parse("100001").unwrap();
        let new = NewTrust {
            name: "Saltmarsh Academies Trust".to_owned(),
            schools: vec![(urn.clone(), "Harbour Academy".to_owned())],
            address: program.url(""),
            mail_from: "training@saltmarsh.example".to_owned(),
            mail_to: String::new(),
            administrator: NewPerson {
                forename: "Iris".to_owned(),
                surname: "Bell".to_owned(),
                work_email: Some(WorkEmail::parse(IRIS).unwrap()),
                ..NewPerson::default()
            },
            administrator_school: urn,
        };
        let library = app.library();
        app.act(Actor::system(), move |act| setup::set_up(act, &library, &new).map(|_| ())).unwrap();
        program
    }

    pub fn with(mut self, name: &str, value: &str) -> Program {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same program in this process, on the same database.
    pub fn app(&self) -> App {
        App::build(Config::read("", &self.settings).unwrap(), Clock::System).unwrap()
    }

    pub fn listens_at(&self) -> &str {
        &self.settings["SEAMARK_LISTEN"]
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listens_at())
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        PathBuf::from(&self.settings["SEAMARK_DATABASE"])
    }

    pub fn folder(&self) -> &Path {
        self.home.folder()
    }

    /// Runs a command to its end.
    pub fn says(&self, words: &[&str]) -> Said {
        let done = self.command(words).output().unwrap();
        Said {
            code: done.status.code(),
            words: String::from_utf8(done.stdout).unwrap(),
            troubles: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// Starts `seamark serve` and waits until it answers.
    pub fn serves(&self) -> Serving {
        let serving = Serving::start(self.command(&["serve"]));
        let began = Instant::now();
        while TcpStream::connect(self.listens_at()).is_err() {
            assert!(serving.is_running() && began.elapsed() < Duration::from_secs(60), "the server did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(Browser::new(self.listens_at()).opens("/readyz").unwrap().status, 200);
        serving
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = seamark(words);
        command.envs(&self.settings).current_dir(self.folder());
        command
    }
}

/// The built program with nothing in its environment.
pub fn seamark(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seamark"));
    command.env_clear().args(words);
    command
}

pub fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A server that runs, until it is stopped or the test ends.
pub struct Serving {
    child: Mutex<Child>,
    stdout: Mutex<BufReader<ChildStdout>>,
}

impl Serving {
    pub fn start(mut command: Command) -> Serving {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Serving { child: Mutex::new(child), stdout: Mutex::new(stdout) }
    }

    pub fn is_running(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_none()
    }

    /// The next line that it prints; empty once it has ended.
    pub fn line(&self) -> String {
        let mut line = String::new();
        self.stdout.lock().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// `kill -TERM`: gives its exit code and its log.
    pub fn stops(self) -> (Option<i32>, String) {
        let pid = self.child.lock().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.ends()
    }

    /// `kill -9`.
    pub fn kill(self) {
        self.child.lock().unwrap().kill().unwrap();
        self.ends();
    }

    fn ends(self) -> (Option<i32>, String) {
        let mut log = String::new();
        let mut child = self.child.lock().unwrap();
        std::io::Read::read_to_string(child.stderr.as_mut().unwrap(), &mut log).unwrap();
        (child.wait().unwrap().code(), log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}
