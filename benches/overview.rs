//! HR's overview with 10,000 people and two years, while people save 100 quiz answers a second (of which every eighth
//! finishes an attempt, so that the figures change all the time); and how long a start takes on that database.
//! `cargo bench --bench overview [-- --people 10000]`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::browser::Browser;
use harness::program::Program;
use harness::trust::{Seat, ToSend, Trust, begin_all, sign_in};
use harness::{RUNS, milliseconds, number, print_load, print_median, share};
use seamark::app::App;
use seamark::identity::rules::LinkKind;
use seamark::people::rules::AccessRole;
use seamark::{assignments, identity};

const ACTS_A_SECOND: usize = 100;
const SECONDS_A_RUN: usize = 20;
const WRITERS: usize = 4;

fn main() {
    let people = number("--people", 10_000);
    print_load("before making the trust");
    let began = Instant::now();
    let trust = Trust::with_two_years(people);
    println!("{people} people and two years, made in {:.0} s", began.elapsed().as_secs_f64());
    let app = trust.app();
    let hr = hr(&app);
    let mut work = work(&app, &trust, ACTS_A_SECOND * SECONDS_A_RUN * RUNS);
    drop(app);
    print_load("before");
    let mut figures: HashMap<&str, Vec<f64>> = HashMap::new();
    for _ in 0..RUNS {
        let (program, ready) = Program::start_until_ready(&mut trust.command(&["serve"]), &trust.address);
        let others = Others::start(&program, work.split_off(work.len() - ACTS_A_SECOND * SECONDS_A_RUN));
        let first = look(&mut Browser::signed_in(&trust.address, &hr.cookie));
        let seen = look_often(&program, &hr);
        let (acts, slow) = others.stop();
        let mut note = |what, figure| figures.entry(what).or_default().push(figure);
        note("ready", milliseconds(ready));
        note("first", first);
        note("p50", share(&seen, 0.5));
        note("p99", share(&seen, 0.99));
        note("acts", acts);
        note("slow", slow);
        note("resident", program.resident() as f64 / 1024.0);
    }
    let print = |what, unit, name| print_median(what, unit, &figures[name]);
    print("from start to ready on this database", "ms", "ready");
    print("the overview, first after a start", "ms", "first");
    print("the overview, p50", "ms", "p50");
    print("the overview, p99", "ms", "p99");
    print("acts a second meanwhile", "", "acts");
    print("their p99", "ms", "slow");
    print("resident", "MiB", "resident");
    print_load("after");
}

/// HR of the whole trust, signed in with all their rights.
fn hr(app: &App) -> Seat {
    let grants = app.read(identity::grants).unwrap();
    let hr = grants.iter().find(|grant| grant.role == AccessRole::HR && grant.school.is_none()).unwrap();
    sign_in(app, &[hr.person], LinkKind::Asked).remove(0)
}

/// So many answers to be sent by people who have something to do, each with how they are signed in.
fn work(app: &App, trust: &Trust, many: usize) -> Vec<(Arc<Seat>, ToSend)> {
    let now = app.desk.clock.now();
    let has_to = |person: &&i64| {
        let training = app.read(|conn| assignments::my_training(conn, **person, now)).unwrap();
        training.iter().filter(|one| !one.is_complete(now)).count() >= 2
    };
    let busy: Vec<i64> = trust.people.iter().filter(has_to).copied().collect();
    let mut answers = begin_all(app, &busy).concat();
    assert!(answers.len() >= many, "only {} answers to send", answers.len());
    answers.truncate(many);
    let mut people: Vec<i64> = answers.iter().map(|answer| answer.person).collect();
    people.dedup();
    let seats = sign_in(app, &people, LinkKind::Letter).into_iter();
    let seats: HashMap<i64, Arc<Seat>> = seats.map(|seat| (seat.person, Arc::new(seat))).collect();
    // Taken from the end.
    answers.into_iter().rev().map(|answer| (seats[&answer.person].clone(), answer)).collect()
}

fn look(browser: &mut Browser) -> f64 {
    let began = Instant::now();
    let page = browser.opens("/overview").unwrap();
    assert_eq!(page.status, 200);
    milliseconds(began.elapsed())
}

/// One after another, ten a second.
fn look_often(program: &Program, hr: &Seat) -> Vec<f64> {
    let mut browser = Browser::signed_in(&program.address, &hr.cookie);
    let began = Instant::now();
    let mut seen = Vec::new();
    while began.elapsed() < Duration::from_secs(SECONDS_A_RUN as u64 - 3) {
        seen.push(look(&mut browser));
        std::thread::sleep(Duration::from_millis(100));
    }
    seen
}

/// People at work: so many acts a second, each at its moment.
struct Others {
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<Vec<f64>>>,
    began: Instant,
}

impl Others {
    fn start(program: &Program, work: Vec<(Arc<Seat>, ToSend)>) -> Others {
        let (stop, began) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let work = Arc::new(Mutex::new(work));
        let writer = |number: usize| {
            let (stop, work, address) = (stop.clone(), work.clone(), program.address.clone());
            std::thread::spawn(move || {
                let mut took = Vec::new();
                let every = Duration::from_secs_f64(WRITERS as f64 / ACTS_A_SECOND as f64);
                let mut next = began + every.mul_f64(number as f64 / WRITERS as f64);
                while !stop.load(Ordering::Relaxed) {
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                    next += every;
                    let Some((seat, answer)) = work.lock().unwrap().pop() else { break };
                    took.push(send(&address, &seat, &answer));
                }
                took
            })
        };
        Others { threads: (0..WRITERS).map(writer).collect(), stop, began }
    }

    /// Acts a second, and their p99.
    fn stop(self) -> (f64, f64) {
        self.stop.store(true, Ordering::Relaxed);
        let took: Vec<f64> = self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        (took.len() as f64 / self.began.elapsed().as_secs_f64(), share(&took, 0.99))
    }
}

fn send(address: &str, seat: &Seat, answer: &ToSend) -> f64 {
    let mut fields = answer.fields.clone();
    fields.push(("token".to_owned(), seat.token.clone()));
    let began = Instant::now();
    let page = Browser::signed_in(address, &seat.cookie).posts(&answer.path(), &fields).unwrap();
    assert!(page.status < 500, "{} gave {}", answer.path(), page.status);
    milliseconds(began.elapsed())
}
