//! `seamark demo`: a made-up trust on a throw-away database, with a finished year behind it and a year under way.
//! Its mail is caught and shown; nothing can leave.

pub mod answers;
mod history;
mod names;
pub mod pages;
mod trust;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::app::{App, Player, Stage};
use crate::assignments::calendar::AcademicYear;
use crate::clock::{Clock, Day, Instant};
use crate::config::Config;
use crate::db::{Target, WriterOptions};
use crate::evidence::Actor;
use crate::mail::{Delivery, Transport};
use crate::people::rules::{AccessRole, Urn, WorkEmail};
use crate::people::{self, NewPerson, Person};
use crate::problem::{Problem, Result};
use crate::reports::{governors, issued};
use crate::setup::NewTrust;
use crate::{assignments, courses, identity, rounds, setup};
use history::Cast;

/// What `seamark demo` was told.
#[derive(Debug, Clone)]
pub struct Asked {
    pub listen: SocketAddr,
    pub seed: u64,
    /// The clock starts at 9:14 on this day.
    pub today: Day,
    /// People with a current post: 20 to 10,000.
    pub people: usize,
    /// A folder of courses to lay over the built-in ones.
    pub courses: Option<PathBuf>,
}

/// Says where to go.
pub fn announce(app: &App, listening: SocketAddr) {
    println!("Seamark demo: {}, {}.", trust::TRUST, app.desk.clock.now().long());
    for player in app.stage.iter().flat_map(|stage| &stage.players) {
        println!("{:<15}http://{listening}/demo/{}", player.role, player.role);
    }
    println!("{:<15}http://{listening}/demo/outbox", "letters");
    println!("Press Ctrl-C to stop. Everything here is made up, and goes when you stop.");
}

/// The made-up trust in a folder, ready to be served. Used by the tests and the benches too.
pub fn make(asked: &Asked, folder: &Path, listening: SocketAddr) -> Result<App> {
    make_on(asked, folder, Target::Sqlite(folder.join("demo.db")), listening)
}

/// The same on a database of one's own.
pub fn make_on(asked: &Asked, folder: &Path, database: Target, listening: SocketAddr) -> Result<App> {
    if !(20..=10_000).contains(&asked.people) {
        return Err(Problem::refused("`--people` takes a number from 20 to 10,000."));
    }
    let now = asked.today.at_minute(9 * 60 + 14);
    let address = format!("http://{listening}");
    let mut config = Config::read("", &Default::default())?;
    config.data = folder.to_owned();
    config.database = database;
    config.courses = asked.courses.clone();
    config.address = Some(address.clone());
    let caught = Delivery::default();
    let transport = Transport::Memory(caught.clone());
    let clock = Clock::running_from(now);
    let mut app = App::build_with(config, clock, WriterOptions::default(), Some(transport))?;
    let mut random = ChaCha8Rng::seed_from_u64(asked.seed);
    let made = trust::people(&mut random, asked.people - 1, asked.today);
    let administrator = found(&app, &address, AcademicYear::of(asked.today).previous())?;
    crate::app::read_house(&app.desk)?;
    let cast = play(&app, &mut random, &made, now)?;
    bring_up_to_date(&app, now)?;
    let players = cast_players(&app, &made, &cast, administrator, now)?;
    issue_report(&app, &players, now)?;
    rounds::run(&app, "checkpoint")?;
    app.stage = Some(Stage { players, caught });
    // Making history took a while; the day begins when it is ready.
    app.desk.clock.set(now);
    Ok(app)
}

fn found(app: &App, address: &str, first_year: AcademicYear) -> Result<Person> {
    let urn = |text: &str| Urn::parse(text).map_err(Problem::fault);
    let schools = trust::SCHOOLS
        .iter()
        .map(|school| Ok((urn(school.urn)?, school.name.to_owned())))
        .collect::<Result<Vec<_>>>()?;
    let new = NewTrust {
        name: trust::TRUST.to_owned(),
        schools,
        address: address.to_owned(),
        mail_from: "Saltmarsh training <training@saltmarsh.example>".to_owned(),
        mail_to: "memory:demo".to_owned(),
        administrator: NewPerson {
            forename: "Iris".to_owned(),
            surname: "Bell".to_owned(),
            work_email: Some(WorkEmail::parse("iris.bell@saltmarsh.example").map_err(Problem::fault)?),
            ..NewPerson::default()
        },
        administrator_school: urn("SALTMARSH")?,
    };
    let library = app.library();
    let at = first_year.first_day().plus(-10).at_minute(600);
    crate::act::perform(&app.desk.database, Actor::system(), at, move |act| {
        let administrator = setup::set_up(act, &library, &new)?;
        fill_cards(act, &library)?;
        Ok(administrator)
    })
}

fn fill_cards(act: &mut crate::act::Act, library: &courses::Library) -> Result<()> {
    let lines = [
        ("dsl", "Jo Marsh, 01632 960123"),
        ("out-of-hours", "The duty leader, 01632 960199"),
        ("head", "The headteacher, through the school office"),
        ("chair", "The chair of governors, chair@saltmarsh.example"),
        ("lado", "The council’s LADO desk, 01632 960177"),
        ("press", "Sam Tide, communications, 01632 960150"),
        ("data-protection", "dpo@saltmarsh.example, 01632 960145"),
        ("hr", "hr@saltmarsh.example"),
        ("it", "IT desk, extension 200"),
        ("helper", "Your line manager or the training team"),
        ("online-safety-help", "The trust’s online safety adviser, 01632 960160"),
        ("wellbeing", "Staff support, 01632 960170, day and night"),
    ];
    for school in people::schools(act.conn)? {
        // One school has not filled in its card, so that everybody can see what is said then.
        if school.name.starts_with("Harbour") {
            continue;
        }
        for (slot, words) in lines.iter().filter(|(slot, _)| library.cards.0.iter().any(|card| card.slot == *slot)) {
            people::set_card(act, Some(school.id), slot, words)?;
        }
    }
    Ok(())
}

/// So many events go into one transaction.
const EVENTS_AT_ONCE: usize = 1000;

fn play(app: &App, random: &mut ChaCha8Rng, made: &[trust::MadePerson], now: Instant) -> Result<Cast> {
    let events = history::events(random, made, &app.library().programme, now);
    let mut cast = Cast::new(app, made)?;
    let this_year = AcademicYear::of(now.day());
    let autumns = [this_year.previous(), this_year].map(|year| year.first_day().at_minute(60));
    let places = autumns.map(|autumn| events.partition_point(|event| event.at < autumn));
    cast = play_part(app, made, cast, &events[..places[0]])?;
    open_year(app, &cast, autumns[0])?;
    cast = play_part(app, made, cast, &events[places[0]..places[1]])?;
    open_year(app, &cast, autumns[1])?;
    play_part(app, made, cast, &events[places[1]..])
}

fn play_part(app: &App, made: &[trust::MadePerson], mut cast: Cast, events: &[history::Event]) -> Result<Cast> {
    for some in events.chunks(EVENTS_AT_ONCE) {
        cast = play_some(app, made, cast, some)?;
    }
    Ok(cast)
}

fn play_some(app: &App, made: &[trust::MadePerson], cast: Cast, events: &[history::Event]) -> Result<Cast> {
    let (app_then, made, events) = (app.clone(), made.to_vec(), events.to_vec());
    let cast = std::sync::Mutex::new(Some(cast));
    app.desk.database.write(move |conn| {
        let taken = cast.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let mut cast = taken.ok_or_else(|| Problem::fault("the demo's history was run twice"))?;
        history::live(conn, &app_then, &made, &mut cast, &events)?;
        Ok(cast)
    })
}

/// The first of September: everybody's assignments for the new year.
fn open_year(app: &App, cast: &Cast, at: Instant) -> Result<()> {
    let listed: Vec<i64> = cast.people.iter().flatten().map(|person| person.id).collect();
    for some in listed.chunks(500) {
        let some = some.to_vec();
        crate::act::perform(&app.desk.database, Actor::system(), at, move |act| {
            assignments::reconcile(act, &some).map(|_| ())
        })?;
    }
    Ok(())
}

/// At the instant at which the day begins: what the round did some seconds later would lie ahead of it.
fn bring_up_to_date(app: &App, now: Instant) -> Result<()> {
    loop {
        let people = app.read(|conn| assignments::unreconciled(conn, now, 500))?;
        if people.is_empty() {
            return Ok(());
        }
        crate::act::perform(&app.desk.database, Actor::system(), now, move |act| {
            assignments::reconcile(act, &people).map(|_| ())
        })?;
    }
}

fn cast_players(
    app: &App,
    made: &[trust::MadePerson],
    cast: &Cast,
    administrator: Person,
    now: Instant,
) -> Result<Vec<Player>> {
    let leads =
        |title: &'static str| made.iter().position(|person| person.job_title == title && person.is_here_on(now.day()));
    let named = |place: Option<usize>| place.and_then(|place| cast.people[place].clone()).ok_or(Problem::NotFound);
    let manager = named(leads("Headteacher"))?;
    let hr = named(leads("HR Manager"))?;
    let governor = named(leads("Head of Governance"))?;
    let taken = [manager.id, hr.id, governor.id];
    let staff = named(busy(app, made, cast, &taken, now)?)?;
    let grants = [(hr.clone(), AccessRole::HR), (governor.clone(), AccessRole::Governor)];
    let given = crate::clock::Day::new(now.day().year(), 9, 1).unwrap_or(now.day()).min(now.day());
    crate::act::perform(&app.desk.database, Actor::system(), now, move |act| {
        grants.iter().try_for_each(|(person, role)| identity::grant(act, person, *role, None, given, None).map(|_| ()))
    })?;
    let player = |role, person: &Person, lands| Player { role, person: person.id, name: person.name(), lands };
    Ok(vec![
        player("staff", &staff, "/"),
        player("manager", &manager, "/people"),
        player("hr", &hr, "/overview"),
        player("governor", &governor, "/governors"),
        player("administrator", &administrator, "/settings"),
    ])
}

/// The governors have one report to read: HR issued it this morning, as things stood ten days ago.
fn issue_report(app: &App, players: &[Player], now: Instant) -> Result<()> {
    let hr = players.iter().find(|player| player.role == "hr").map(|player| player.person);
    let hr = app.read(|conn| people::person(conn, hr.ok_or(Problem::NotFound)?))?;
    let who =
        Actor { person: Some(hr.id), pseudonym: Some(hr.pseudonym.clone()), capacity: "hr", method: "link".to_owned() };
    let as_at = now.plus_days(-10).day().end();
    let report = app.read(|conn| governors::report(conn, &app.library(), trust::TRUST, None, as_at))?;
    let key = app.evidence_key.clone();
    crate::act::perform(&app.desk.database, who, now, move |act| issued::issue(act, &key, &report).map(|_| ()))
}

/// A teacher who is in the middle of things: some done, some to do.
fn busy(app: &App, made: &[trust::MadePerson], cast: &Cast, taken: &[i64], now: Instant) -> Result<Option<usize>> {
    let mut fallback = None;
    for (place, person) in made.iter().enumerate().skip(3) {
        let Some(listed) = &cast.people[place] else { continue };
        if !person.is_here_on(now.day()) || person.email.is_none() || taken.contains(&listed.id) {
            continue;
        }
        fallback.get_or_insert(place);
        let training = app.read(|conn| assignments::my_training(conn, listed.id, now))?;
        let done = training.iter().filter(|one| one.is_complete(now)).count();
        if (2..=4).contains(&done) && training.len() == 7 {
            return Ok(Some(place));
        }
    }
    Ok(fallback)
}
