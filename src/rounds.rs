//! Scheduled things, one line each. The server runs them; `seamark rounds run NAME` does for those who prefer cron.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::evidence::{self, Actor, checkpoint};
use crate::mail::outbox;
use crate::problem::{Problem, Result};
use crate::{assignments, certificates, clock, http, identity, people, postman};

pub struct Round {
    pub name: &'static str,
    pub what: &'static str,
    every: Duration,
    /// Gives a line for the log; empty if there was nothing to do.
    run: fn(&App) -> Result<String>,
}

pub const ROUNDS: &[Round] = &[
    Round { name: "letters", what: "sends the letters that are due", every: Duration::from_secs(2), run: letters },
    Round {
        name: "assignments",
        what: "brings assignments to what should be",
        every: Duration::from_secs(5),
        run: reconcile,
    },
    Round { name: "checkpoint", what: "signs the evidence log", every: Duration::from_secs(30), run: sign_log },
    Round { name: "tidy", what: "forgets what has run out", every: Duration::from_secs(3600), run: tidy },
];

/// Runs one round now.
pub fn run(app: &App, name: &str) -> Result<String> {
    let round = ROUNDS.iter().find(|round| round.name == name);
    let round =
        round.ok_or_else(|| Problem::refused(format!("There is no round ‘{name}’: see `seamark rounds list`.")))?;
    (round.run)(app)
}

fn letters(app: &App) -> Result<String> {
    Ok(said(postman::send_due(app)?, "letters sent"))
}

/// In batches of at most 500 people, until nobody is left: it can be stopped at any moment and goes on where it was.
fn reconcile(app: &App) -> Result<String> {
    let mut all = 0;
    loop {
        let now = app.desk.clock.now();
        let people = app.read(|conn| assignments::unreconciled(conn, now, 500))?;
        if people.is_empty() {
            return Ok(said(all, "people reconciled"));
        }
        all += people.len();
        let key = app.certificate_key.clone();
        app.act(Actor::system(), move |act| certificates::bring_up_to_date(act, &key, &people))?;
    }
}

fn sign_log(app: &App) -> Result<String> {
    let now = app.desk.clock.now();
    let signed = app.read(checkpoint::latest)?.map_or(0, |last| last.size);
    if app.read(evidence::size)? == signed {
        return Ok(String::new());
    }
    let key = app.evidence_key.clone();
    let made = app.desk.database.write(move |conn| checkpoint::sign(conn, &key.signing_key(), now))?;
    Ok(format!("checkpoint at {}", made.size))
}

fn tidy(app: &App) -> Result<String> {
    let now = app.desk.clock.now();
    app.desk.database.write(move |conn| {
        http::once::forget_old(conn, now)?;
        people::import::forget_old(conn, now)?;
        identity::forget_old(conn, now)
    })?;
    Ok(String::new())
}

fn said(number: usize, what: &str) -> String {
    if number == 0 { String::new() } else { format!("{number} {what}") }
}

/// The rounds, running beside the server until it is told to stop.
pub struct Running {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

pub fn start(app: &App) -> Result<Running> {
    if app.desk.database.is_sqlite() {
        // It has one server: whatever is on its way was left by the one before.
        app.desk.database.write(|conn| outbox::recover(conn, clock::Instant(i64::MAX), postman::ONCE_ONLY))?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let threads = ROUNDS
        .iter()
        .map(|round| {
            let (app, stop) = (app.clone(), stop.clone());
            Ok(std::thread::Builder::new()
                .name(round.name.to_owned())
                .spawn(move || keep_running(&app, round, &stop))?)
        })
        .collect::<Result<_>>()?;
    Ok(Running { stop, threads })
}

fn keep_running(app: &App, round: &Round, stop: &AtomicBool) {
    let mut next = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if Instant::now() < next {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        }
        next = Instant::now() + round.every;
        if !app.desk.house().set_up {
            continue;
        }
        match (round.run)(app) {
            Ok(line) if line.is_empty() => {}
            Ok(line) => tracing::info!(round = round.name, "{line}"),
            Err(problem) => tracing::error!(round = round.name, cause = %problem, "a round failed; it will run again"),
        }
    }
}

impl Running {
    /// Waits for what is under way.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| {
            let _ = thread.join();
        });
    }
}
