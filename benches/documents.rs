//! Documents, facts to bytes, warm: a certificate, and the governors' report for 5 schools from its figures. CPU, the mean
//! of many in a run, median of 5 runs. `cargo bench --bench documents`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use harness::trust::Trust;
use harness::{RUNS, cpu_of, print_load, print_median};
use seamark::certificates;
use seamark::clock::Clock;
use seamark::reports::{governors, issued};

const AT_ONCE: usize = 200;

fn main() {
    print_load("before");
    let trust = Trust::with_two_years(479);
    let app = trust.app();
    let now = Clock::System.now();
    let held =
        trust.people.iter().find_map(|person| app.read(|conn| certificates::of_person(conn, *person)).unwrap().pop());
    let certificate = held.expect("somebody has a certificate");
    measure("a certificate", || certificates::draw(&certificate, "https://training.example.sch.uk").unwrap());
    let report =
        app.read(|conn| governors::report(conn, &app.library(), "Saltmarsh Academies Trust", None, now)).unwrap();
    measure("the governors' report for 5 schools", || issued::draft(&report).unwrap());
    print_load("after");
}

fn measure(what: &str, draw: impl Fn() -> Vec<u8>) {
    let bytes = draw().len();
    let own = std::process::id();
    let run = |_| {
        let began = cpu_of(own);
        (0..AT_ONCE).for_each(|_| drop(draw()));
        (cpu_of(own) - began) * 1000.0 / AT_ONCE as f64
    };
    let figures: Vec<f64> = (0..RUNS).map(run).collect();
    print_median(&format!("{what}, {:.1} kB", bytes as f64 / 1000.0), "ms CPU", &figures);
}
