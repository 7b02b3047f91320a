//! Bringing in a staff list of 10,000: the dry run, how long the writer is held, until every assignment exists, and how long
//! other acts wait meanwhile. `cargo bench --bench import -- [PEOPLE]`; SQLite, each run on a database of its own, median of 5.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use seamark::app::App;
use seamark::clock::{Clock, Day};
use seamark::config::Config;
use seamark::evidence::Actor;
use seamark::identity::{self, rules::LinkKind};
use seamark::people::import::{Decisions, Import, Outcome, apply, dry_run};
use seamark::people::rules::{Urn, WorkEmail};
use seamark::people::{self, NewPerson, Scope};
use seamark::{assignments, rounds, settings};

const RUNS: usize = 5;
const SCHOOLS: usize = 20;

fn main() {
    let people = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_000);
    println!("{people} people, {RUNS} runs, load {}", load());
    let runs: Vec<Vec<(String, f64)>> = (0..RUNS).map(|_| run(people)).collect();
    for (place, (what, _)) in runs[0].iter().enumerate() {
        let mut figures: Vec<f64> = runs.iter().map(|run| run[place].1).collect();
        figures.sort_by(f64::total_cmp);
        println!("{what:<58} {:>8.0} ms   ({:.0} to {:.0})", figures[RUNS / 2], figures[0], figures[RUNS - 1]);
    }
    println!("load {}", load());
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

/// A new list, and then the same list with everybody's job title changed.
fn run(people: usize) -> Vec<(String, f64)> {
    let folder = tempfile::tempdir().unwrap();
    let app = trust(folder.path());
    let mut figures = import(&app, &list(people, "Teacher", "01/09/2024"), "new");
    figures.extend(import(&app, &list(people, "Lead teacher", "01/09/2024"), "changed"));
    figures
}

fn import(app: &App, file: &[u8], what: &str) -> Vec<(String, f64)> {
    let today: Day = app.desk.clock.now().day();
    let looked = Stopwatch::now();
    let run = app.read(|conn| dry_run(conn, file, None, &Scope::Trust, &Decisions::new(), today)).unwrap().unwrap();
    let looked = looked.elapsed();
    let import = Import {
        plan: run.plan,
        scope: Scope::Trust,
        file_name: "staff.csv".to_owned(),
        file_hash: run.file_hash,
        school: None,
    };
    let others = Others::start(app);
    let (held, assigned) = (Stopwatch::now(), Stopwatch::now());
    let outcome = app.act(Actor::shell(), move |act| apply(act, &import)).unwrap();
    let held = held.elapsed();
    assert!(matches!(outcome, Outcome::Applied(_)));
    rounds::run(app, "assignments").unwrap();
    let assigned = assigned.elapsed();
    let line = |words: &str, time: Duration| (format!("{what}: {words}"), time.as_secs_f64() * 1000.0);
    vec![
        line("dry run", looked),
        line("writer held, commit included", held),
        line("until every assignment exists", assigned),
        line("other acts meanwhile, p99", others.stop()),
    ]
}

fn trust(folder: &std::path::Path) -> App {
    let said = BTreeMap::from([("SEAMARK_DATA".to_owned(), folder.to_str().unwrap().to_owned())]);
    let app = App::build(Config::read("", &said).unwrap(), Clock::System).unwrap();
    let library = app.library();
    app.act(Actor::system(), move |act| {
        settings::write(act.conn, act.now, None, settings::TRUST_NAME, "Saltmarsh Academies Trust")?;
        settings::write(act.conn, act.now, None, settings::LOG_ORIGIN, "saltmarsh.example/evidence/1")?;
        for school in 0..SCHOOLS {
            people::add_school(act, &Urn::parse(&urn(school)).unwrap(), &format!("School {school}"))?;
        }
        seamark::courses::store_contents(act, &library)?;
        assignments::programme(act, &library.programme, act.now.day())?;
        let email = WorkEmail::parse("other@saltmarsh.example").ok();
        let other =
            NewPerson { forename: "Jo".into(), surname: "Lee".into(), work_email: email, ..NewPerson::default() };
        people::add_person(act, &other).map(drop)
    })
    .unwrap();
    app
}

fn urn(school: usize) -> String {
    (100_001 + school).to_string()
}

fn list(people: usize, job: &str, start: &str) -> Vec<u8> {
    let mut rows =
        String::from("staff_ref,title,forename,surname,work_email,school_urn,job_title,start_date,line_manager_ref\n");
    for person in 0..people {
        let (school, manager) = (urn(person % SCHOOLS), person % SCHOOLS);
        let (forename, surname) = (word(person), word(person / 7 + 3));
        let _ = writeln!(
            rows,
            "{person:06},Ms,{forename},{surname},p{person}@saltmarsh.example,{school},{job},{start},{manager:06}"
        );
    }
    rows.into_bytes()
}

/// A name of its own for each number.
fn word(number: usize) -> String {
    let letters = (0..5).map(|place| char::from(b'a' + (number / 26_usize.pow(place) % 26) as u8));
    let letters: String = letters.collect();
    letters[..1].to_uppercase() + &letters[1..]
}

/// Somebody else at work: small acts, one after another, each timed.
struct Others {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<Vec<Duration>>>,
}

impl Others {
    fn start(app: &App) -> Others {
        let stop = Arc::new(AtomicBool::new(false));
        let other = WorkEmail::parse("other@saltmarsh.example").unwrap();
        let person = app.read(|conn| people::person_by_email(conn, &other)).unwrap().unwrap().id;
        let threads = (0..4)
            .map(|_| {
                let (app, stop) = (app.clone(), stop.clone());
                thread::spawn(move || {
                    let mut waits = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let began = Stopwatch::now();
                        app.act(Actor::system(), move |act| identity::make_link(act, person, LinkKind::Asked)).unwrap();
                        waits.push(began.elapsed());
                        thread::sleep(Duration::from_millis(40));
                    }
                    waits
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(200));
        Others { stop, threads }
    }

    fn stop(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        let mut waits: Vec<Duration> = self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        waits.sort();
        waits[(waits.len() * 99).div_ceil(100).min(waits.len()) - 1]
    }
}
