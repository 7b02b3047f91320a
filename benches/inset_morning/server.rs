//! The program as it is served, in a process of its own on a database of its own, and what is proved of it afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use seamark::app::App;
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::courses::Library;
use seamark::evidence::Actor;
use seamark::identity::{self, rules::LinkKind};
use seamark::people::rules::{PostFlags, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost};
use seamark::setup::{self, NewTrust};
use seamark::{assignments, attempts, rounds};

use super::journey::Acknowledged;

pub struct Server {
    pub address: String,
    pub people: Vec<i64>,
    /// Several for each: a kill may take the answer to the first away.
    pub links: Vec<Vec<String>>,
    pub courses: Vec<String>,
    pub policy: String,
    pub library: Library,
    folder: PathBuf,
    database: Option<String>,
    child: Mutex<Option<Child>>,
}

impl Server {
    /// A trust of one school with so many staff, a link for each, and the program serving it.
    pub fn prepare(staff: usize, database: Option<&str>) -> Server {
        let folder = std::env::temp_dir().join(format!("seamark-inset-{}", std::process::id()));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let (library, _) = Library::load(None);
        let mut server = Server {
            address,
            people: Vec::new(),
            links: Vec::new(),
            courses: library
                .programme
                .requires
                .iter()
                .filter(|one| one.who.staff && library.course(&one.slug).is_some())
                .map(|one| one.slug.clone())
                .collect(),
            policy: library.policies()[0].slug.clone(),
            library,
            folder,
            database: database.map(str::to_owned),
            child: Mutex::new(None),
        };
        server.people_the_trust(staff);
        server.start();
        server
    }

    fn app(&self) -> App {
        App::build(Config::read("", &self.settings()).unwrap(), Clock::System).unwrap()
    }

    fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::from([
            ("SEAMARK_DATA".to_owned(), self.folder.display().to_string()),
            ("SEAMARK_LISTEN".to_owned(), self.address.clone()),
            ("SEAMARK_ADDRESS".to_owned(), format!("http://{}", self.address)),
            ("SEAMARK_LOG".to_owned(), "error".to_owned()),
        ]);
        settings.extend(self.database.clone().map(|url| ("SEAMARK_DATABASE".to_owned(), url)));
        settings
    }

    fn people_the_trust(&mut self, staff: usize) {
        let app = self.app();
        let urn = Urn::parse("100001").unwrap();
        let new = NewTrust {
            name: "INSET morning".to_owned(),
            schools: vec![(urn.clone(), "Harbour Academy".to_owned())],
            address: format!("http://{}", self.address),
            mail_from: "training@example.org".to_owned(),
            mail_to: String::new(),
            administrator: NewPerson {
                forename: "Iris".to_owned(),
                surname: "Bell".to_owned(),
                ..NewPerson::default()
            },
            administrator_school: urn,
        };
        let library = app.library();
        app.act(Actor::system(), move |act| setup::set_up(act, &library, &new).map(|_| ())).unwrap();
        let made = app
            .act(Actor::system(), move |act| (0..staff).map(|number| add(act, number)).collect::<Result<Vec<_>, _>>());
        (self.people, self.links) = made.unwrap().into_iter().unzip();
        rounds::run(&app, "assignments").unwrap();
    }

    pub fn start(&self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_seamark"))
            .arg("serve")
            .envs(self.settings())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(&self.address).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "the server did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        *self.child.lock().unwrap() = Some(child);
    }

    /// `kill -9`.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap().take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn stop(&self) {
        self.kill();
    }

    /// Something that differs from run to run.
    pub fn number(&self) -> u64 {
        u64::from(std::process::id())
    }

    fn pid(&self) -> u32 {
        self.child.lock().unwrap().as_ref().unwrap().id()
    }

    /// Seconds of CPU since the last start.
    pub fn cpu(&self) -> String {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
        let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        format!("{:.1} s", (ticks(12) + ticks(13)) / 100.0)
    }

    /// KiB.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// What was acknowledged and is not in the database that is left.
    pub fn lost(&self, seen: &[Acknowledged]) -> Vec<String> {
        let app = self.app();
        let now = app.desk.clock.now();
        let mut lost = Vec::new();
        for one in seen {
            let training = app.read(|conn| assignments::my_training(conn, one.person, now)).unwrap();
            let done: BTreeSet<&str> =
                training.iter().filter(|item| item.is_complete(now)).map(|item| item.slug.as_str()).collect();
            lost.extend(
                one.passed
                    .iter()
                    .filter(|slug| !done.contains(slug.as_str()))
                    .map(|slug| format!("{} passed {slug}", one.person)),
            );
            if one.signed && !done.contains(self.policy.as_str()) {
                lost.push(format!("{} signed", one.person));
            }
            if one.checked && done.len() < one.passed.len() + 1 {
                lost.push(format!("{} finished the self-check", one.person));
            }
            for (address, answers) in &one.answers {
                let Some(attempt) = address.rsplit('/').next().and_then(|id| id.parse().ok()) else { continue };
                let held = app.read(|conn| attempts::attempt(conn, attempt)).map_or(0, |attempt| attempt.answers.len());
                if held < *answers {
                    lost.push(format!("{} answered {answers} in {address}, {held} are there", one.person));
                }
            }
        }
        lost
    }

    /// The verdict of `seamark evidence verify`.
    pub fn verify(&self) -> String {
        let said = Command::new(env!("CARGO_BIN_EXE_seamark"))
            .args(["evidence", "verify"])
            .envs(self.settings())
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&said.stdout).into_owned();
        let troubles = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.success(), "the evidence log is not intact:\n{words}{troubles}");
        words
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn add(act: &mut seamark::act::Act, number: usize) -> seamark::problem::Result<(i64, Vec<String>)> {
    let email = WorkEmail::parse(&format!("teacher{number}@example.org")).unwrap();
    let new = NewPerson {
        forename: "Teacher".to_owned(),
        surname: format!("Number {number}"),
        work_email: Some(email),
        ..NewPerson::default()
    };
    let school = people::schools(act.conn)?[0].id;
    let person = people::add_person(act, &new)?;
    let post = NewPost {
        school,
        job_title: "Teacher".to_owned(),
        role_group: RoleGroup::Teacher,
        employment_type: "permanent".to_owned(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: act.now.day().plus(-300),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::add_post(act, &person, &post)?;
    let links = (0..6).map(|_| identity::make_link(act, person.id, LinkKind::Letter));
    Ok((person.id, links.collect::<Result<_, _>>()?))
}
