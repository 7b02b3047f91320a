//! A trust on a database of its own: either a school with so many teachers, or the demo's two years.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use seamark::act::Act;
use seamark::app::App;
use seamark::assignments;
use seamark::attempts::{self, Attempt};
use seamark::clock::{Clock, Instant};
use seamark::config::Config;
use seamark::courses::Library;
use seamark::db::Target;
use seamark::demo::{self, answers};
use seamark::evidence::Actor;
use seamark::identity::{self, Opening, rules::LinkKind};
use seamark::people::rules::{PostFlags, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::Result;
use seamark::setup::{self, NewTrust};
use seamark::{rounds, settings};

use super::program::Program;

pub struct Trust {
    /// Where it is served.
    pub address: String,
    pub library: Library,
    /// Those who have training to do.
    pub people: Vec<i64>,
    folder: PathBuf,
    database: String,
}

impl Trust {
    /// One school with so many teachers; SQLite unless a PostgreSQL URL is given.
    pub fn of_one_school(staff: usize, database: Option<&str>) -> Trust {
        let mut trust = Trust::empty(database.unwrap_or("seamark.db"));
        let app = trust.app();
        trust.set_up(&app);
        let made = app.act(Actor::system(), move |act| (0..staff).map(|number| add(act, number)).collect());
        trust.people = made.unwrap();
        rounds::run(&app, "assignments").unwrap();
        trust
    }

    /// The demo's trust with its two years, as they stand today.
    pub fn with_two_years(people: usize) -> Trust {
        let mut trust = Trust::empty("demo.db");
        let yesterday = Clock::System.now().day().plus(-1);
        let listening = trust.address.parse().unwrap();
        let asked = demo::Asked { listen: listening, seed: 26, today: yesterday, people, courses: None };
        let target = Target::Sqlite(trust.folder.join("demo.db"));
        drop(demo::make_on(&asked, &trust.folder, target, listening).unwrap());
        let app = trust.app();
        // The demo catches its letters; here they wait.
        app.act(Actor::system(), |act| settings::write(act.conn, act.now, None, settings::MAIL_TO, "")).unwrap();
        rounds::run(&app, "assignments").unwrap();
        trust.people = app.read(people::everybody).unwrap().iter().map(|person| person.id).collect();
        trust
    }

    fn empty(database: &str) -> Trust {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("seamark-bench-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (library, _) = Library::load(None);
        let address = format!("127.0.0.1:{port}");
        Trust { address, library, people: Vec::new(), folder, database: database.to_owned() }
    }

    fn set_up(&self, app: &App) {
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
    }

    /// The program's own parts on this database, in this process.
    pub fn app(&self) -> App {
        App::build(Config::read("", &self.settings()).unwrap(), Clock::System).unwrap()
    }

    pub fn settings(&self) -> BTreeMap<String, String> {
        let said = |name: &str, value: String| (format!("SEAMARK_{name}"), value);
        BTreeMap::from([
            said("DATA", self.folder.display().to_string()),
            said("DATABASE", self.database.clone()),
            said("LISTEN", self.address.clone()),
            said("ADDRESS", format!("http://{}", self.address)),
            said("LOG", "error".to_owned()),
        ])
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// `seamark` with these settings.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seamark"));
        command.args(words).envs(self.settings());
        command
    }

    /// This very bench with these settings, as another server on the same database.
    pub fn bench_itself(&self, word: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(word).envs(self.settings());
        command
    }

    pub fn serve(&self) -> Program {
        Program::start(&mut self.command(&["serve"]), &self.address)
    }
}

impl Drop for Trust {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn add(act: &mut Act, number: usize) -> Result<i64> {
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
    Ok(person.id)
}

// ── people at work

/// Somebody signed in: the cookie that says so, and the token that their forms carry.
#[derive(Clone)]
pub struct Seat {
    pub person: i64,
    pub cookie: String,
    pub token: String,
}

/// Signs people in, by a link of this kind.
pub fn sign_in(app: &App, people: &[i64], kind: LinkKind) -> Vec<Seat> {
    let (keyring, ids) = (app.keyring.clone(), people.to_vec());
    let cookies: Vec<String> = app
        .act(Actor::system(), move |act| {
            let open = |person: &i64| {
                let link = identity::make_link(act, *person, kind)?;
                match identity::open_session(act, &keyring, &link, false)? {
                    Opening::Opened { cookie, .. } => Ok(cookie),
                    Opening::Spent(_) => panic!("a fresh link was spent"),
                }
            };
            ids.iter().map(open).collect()
        })
        .unwrap();
    let now = app.desk.clock.now();
    let token =
        |cookie: &str| app.read(|conn| identity::recognise(conn, &app.keyring, cookie, now)).unwrap().form_token;
    let seat = |(person, cookie): (&i64, String)| Seat { person: *person, token: token(&cookie), cookie };
    people.iter().zip(cookies).map(seat).collect()
}

pub fn own(person: &Person) -> Actor {
    Actor {
        person: Some(person.id),
        pseudonym: Some(person.pseudonym.clone()),
        capacity: "self",
        method: "link".to_owned(),
    }
}

/// An answer to be sent: to which question of which attempt, and what.
#[derive(Clone)]
pub struct ToSend {
    pub person: i64,
    pub slug: String,
    pub attempt: i64,
    pub place: usize,
    pub fields: Vec<(String, String)>,
}

impl ToSend {
    pub fn path(&self) -> String {
        format!("/courses/{}/quiz/{}/{}", self.slug, self.attempt, self.place + 1)
    }
}

/// Begins an attempt at every course that these people have to do; gives each attempt's right answers, in order.
pub fn begin_all(app: &App, people: &[i64]) -> Vec<Vec<ToSend>> {
    let mut begun = Vec::new();
    for some in people.chunks(50) {
        let (some, app_then) = (some.to_vec(), app.clone());
        let made = app.act(Actor::system(), move |act| {
            let each = some.iter().map(|person| begin(act, &app_then, *person));
            Ok(each.collect::<Result<Vec<_>>>()?.concat())
        });
        begun.extend(made.unwrap());
    }
    begun
}

fn begin(act: &mut Act, app: &App, person: i64) -> Result<Vec<Vec<ToSend>>> {
    let now: Instant = act.now;
    let mut begun = Vec::new();
    for assignment in assignments::my_training(act.conn, person, now)? {
        let Some(course) = app.library().course(&assignment.slug).filter(|_| !assignment.is_complete(now)) else {
            continue;
        };
        let attempt: Attempt = attempts::begin_or_resume(act, &assignment, &course)?;
        let answer = |place: usize| {
            let fields = answers::sent(attempt.question(&course, place)?, &attempt.shown(&course, place)?, true);
            Ok(ToSend { person, slug: attempt.slug.clone(), attempt: attempt.id, place, fields })
        };
        begun.push((attempt.answers.len()..attempt.drawn.len()).map(answer).collect::<Result<_>>()?);
    }
    Ok(begun)
}
