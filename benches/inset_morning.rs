//! INSET morning: so many staff walk the whole year's journey at once, over HTTP, against the program as it is served.
//!
//! `cargo bench --bench inset_morning -- --staff 1000 --at-once 100 [--kill] [--postgres | --database postgres://…]`
//! (`--postgres` starts a PostgreSQL of its own.)
//!
//! Each finished walker is replaced by the next; nobody thinks; one connection each. Prints journeys a minute, requests a
//! journey, p50, p95 and p99 by step, and errors; then proves that everything acknowledged is there. With `--kill` the
//! server is ended with `kill -9` at five random moments and started again, and the same is proved, and the log too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;
#[path = "inset_morning/journey.rs"]
mod journey;
#[path = "inset_morning/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::postgres::Postgres;
use harness::{is_said, number, print_load, said, share};
use journey::{Acknowledged, Walker};
use server::Server;

struct Asked {
    staff: usize,
    at_once: usize,
    kill: bool,
}

fn main() {
    let asked = Asked { staff: number("--staff", 100), at_once: number("--at-once", 100), kill: is_said("--kill") };
    let postgres = is_said("--postgres").then(Postgres::start);
    let database = said("--database").or(postgres.as_ref().map(|postgres| postgres.database("inset_morning")));
    let server = Arc::new(Server::prepare(asked.staff, database.as_deref()));
    print_load("before");
    let began = Instant::now();
    let seen = walk_all(&asked, &server);
    let took = began.elapsed();
    print_figures(&asked, &seen, took);
    println!("server: {:.1} s of CPU, {} MiB resident", server.cpu(), server.resident() / 1024);
    print_load("after");
    prove(&server, &seen);
}

#[derive(Default)]
struct Seen {
    /// Milliseconds by step.
    took: BTreeMap<&'static str, Vec<f64>>,
    requests: usize,
    errors: Vec<String>,
    acknowledged: Vec<Acknowledged>,
}

fn walk_all(asked: &Asked, server: &Arc<Server>) -> Seen {
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(Seen::default());
    let left = AtomicUsize::new(asked.staff);
    std::thread::scope(|scope| {
        if asked.kill {
            let (server, left) = (server.clone(), &left);
            scope.spawn(move || kill_now_and_then(&server, left));
        }
        for _ in 0..asked.at_once.min(asked.staff) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::SeqCst);
                    if place >= asked.staff {
                        return;
                    }
                    let mut walker = Walker::new(server, place, asked.kill);
                    walker.walk();
                    left.fetch_sub(1, Ordering::SeqCst);
                    let mut seen = seen.lock().unwrap();
                    seen.requests += walker.requests();
                    seen.errors.append(&mut walker.errors);
                    seen.acknowledged.push(walker.acknowledged);
                    for (step, mut took) in walker.took {
                        seen.took.entry(step).or_default().append(&mut took);
                    }
                }
            });
        }
    });
    seen.into_inner().unwrap()
}

fn kill_now_and_then(server: &Server, left: &AtomicUsize) {
    for round in 0..5u64 {
        std::thread::sleep(Duration::from_millis(1500 + (server.number() * (round + 3)) % 2500));
        if left.load(Ordering::SeqCst) == 0 {
            return;
        }
        server.kill();
        server.start();
    }
}

fn print_figures(asked: &Asked, seen: &Seen, took: Duration) {
    let journeys = seen.acknowledged.iter().filter(|one| one.signed).count();
    println!(
        "{journeys} of {} journeys in {:.1} s: {:.0} a minute",
        asked.staff,
        took.as_secs_f64(),
        journeys as f64 * 60.0 / took.as_secs_f64()
    );
    println!(
        "{:.0} requests a journey, {:.0} a second",
        seen.requests as f64 / asked.staff as f64,
        seen.requests as f64 / took.as_secs_f64()
    );
    println!("{:<16}{:>8}{:>10}{:>10}{:>10}", "step", "number", "p50 ms", "p95 ms", "p99 ms");
    for (step, times) in &seen.took {
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|part| share(times, part));
        println!("{step:<16}{:>8}{p50:>10.1}{p95:>10.1}{p99:>10.1}", times.len());
    }
    println!("errors: {}", seen.errors.len());
    seen.errors.iter().take(10).for_each(|error| println!("  {error}"));
}

/// Everything that a page confirmed is in the database that is left, and the log is intact.
fn prove(server: &Server, seen: &Seen) {
    server.kill();
    let lost = server.lost(&seen.acknowledged);
    println!("acknowledged and not found: {}", lost.len());
    lost.iter().take(10).for_each(|what| println!("  {what}"));
    println!("{}", server.verify());
    if !lost.is_empty() || (!seen.errors.is_empty()) {
        std::process::exit(1);
    }
}
