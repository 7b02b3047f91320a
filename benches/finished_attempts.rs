//! Finished attempts a second on PostgreSQL: 16 clients each send the last answer of an attempt, which passes it, completes
//! the assignment and issues its certificate. The floor, in the same run: the same transactions without the evidence log.
//! `cargo bench --bench finished_attempts [-- --database postgres://…]`; without a URL, on a PostgreSQL of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use std::sync::Mutex;
use std::time::Instant;

use harness::postgres::Postgres;
use harness::trust::{ToSend, Trust, begin_all, own};
use harness::{RUNS, median, milliseconds, number, print_load, print_median, said, share};
use seamark::act::{self, Act};
use seamark::app::App;
use seamark::evidence::Actor;
use seamark::problem::Result;
use seamark::{attempts, people};

const ATTEMPTS_A_RUN: usize = 1000;
/// Each of the staff has so many courses.
const COURSES: usize = 5;

fn main() {
    let clients = number("--clients", 16);
    let postgres = said("--database").is_none().then(Postgres::start);
    let database = said("--database").or(postgres.as_ref().map(|own| own.database("attempts"))).unwrap();
    let staff = (2 * RUNS * ATTEMPTS_A_RUN).div_ceil(COURSES);
    let trust = Trust::of_one_school(staff, Some(&database));
    let app = trust.app();
    let lasts = answered_but_for_the_last(&app, &trust.people);
    assert!(lasts.len() >= 2 * RUNS * ATTEMPTS_A_RUN, "only {} attempts", lasts.len());
    print_load("before");
    println!("{clients} clients, {RUNS} runs of {ATTEMPTS_A_RUN} attempts");
    let mut figures: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut waits: Vec<f64> = Vec::new();
    for (run, some) in lasts.chunks(ATTEMPTS_A_RUN).take(2 * RUNS).enumerate() {
        let with_log = run % 2 == 0;
        let (a_second, p99) = finish_all(&app, some, clients, with_log);
        figures[run % 2].push(a_second);
        waits.extend(with_log.then_some(p99));
    }
    print_median("with the log: finished attempts a second", "", &figures[0]);
    print_median("with the log: p99", "ms", &waits);
    print_median("without the log: finished attempts a second", "", &figures[1]);
    println!("{:.0}% of those without the log", 100.0 * median(&figures[0]) / median(&figures[1]));
    print_load("after");
}

/// Every attempt with all its answers but the last; gives the last ones, spread so that no person's stand together.
fn answered_but_for_the_last(app: &App, people: &[i64]) -> Vec<ToSend> {
    let attempts = begin_all(app, people);
    let lasts: Vec<ToSend> = attempts.iter().map(|answers| answers.last().unwrap().clone()).collect();
    for some in attempts.chunks(100) {
        let (some, app_then) = (some.to_vec(), app.clone());
        app.act(Actor::system(), move |act| {
            let but_for_the_last = some.iter().flat_map(|answers| &answers[..answers.len() - 1]);
            but_for_the_last.into_iter().try_for_each(|one| send(act, &app_then, one))
        })
        .unwrap();
    }
    let courses = lasts.iter().take_while(|last| last.person == lasts[0].person).count();
    (0..courses).flat_map(|course| lasts.iter().skip(course).step_by(courses).cloned()).collect()
}

fn send(act: &mut Act, app: &App, one: &ToSend) -> Result<()> {
    attempts::answer(act, &app.library(), &app.certificate_key, one.person, one.attempt, one.place, &one.fields)
        .map(|_| ())
}

/// Attempts a second, and the p99 of one.
fn finish_all(app: &App, lasts: &[ToSend], clients: usize, with_log: bool) -> (f64, f64) {
    let left = Mutex::new(lasts.iter());
    let took = Mutex::new(Vec::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                loop {
                    let Some(last) = left.lock().unwrap().next() else { return };
                    let began = Instant::now();
                    finish(app, last, with_log);
                    took.lock().unwrap().push(milliseconds(began.elapsed()));
                }
            });
        }
    });
    (lasts.len() as f64 / began.elapsed().as_secs_f64(), share(&took.into_inner().unwrap(), 0.99))
}

fn finish(app: &App, last: &ToSend, with_log: bool) {
    let (app_then, last) = (app.clone(), last.clone());
    let now = app.desk.clock.now();
    let written = app.desk.database.write(move |conn| {
        let who = own(&people::person(conn, last.person)?);
        let verb = |act: &mut Act| send(act, &app_then, &last);
        match with_log {
            true => act::run(conn, &who, now, &verb),
            false => act::gather(conn, &who, now, &verb).map(|_| ()),
        }
    });
    written.unwrap();
}
