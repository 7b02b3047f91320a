//! Looks at everything that must be well, one line each: a tick, or what to do.

use std::fmt;
use std::path::Path;

use crate::app::App;
use crate::assignments::calendar::AcademicYear;
use crate::clock::{Clock, Instant};
use crate::config::Config;
use crate::problem::{Problem, Result};
use crate::{assignments, evidence, people, text};

pub struct Finding {
    pub is_well: bool,
    words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.is_well { "✓" } else { "✗" }, self.words)
    }
}

fn well(words: impl Into<String>) -> Finding {
    Finding { is_well: true, words: words.into() }
}

fn ill(words: impl Into<String>) -> Finding {
    Finding { is_well: false, words: words.into() }
}

pub fn examine(config: &Config) -> Vec<Finding> {
    let app = match App::build(config.clone(), Clock::System) {
        Ok(app) => app,
        Err(problem) => return vec![ill(format!("database: {problem}. Check `data` and `database` in the settings."))],
    };
    let looks: [fn(&App) -> Result<Finding>; 6] = [database, setup, mail, clock, courses, term_dates];
    let mut findings: Vec<Finding> =
        looks.iter().map(|look| look(&app).unwrap_or_else(|problem| ill(problem.to_string()))).collect();
    findings.push(disk(config));
    findings.extend(config.metrics_token_file.as_deref().map(figures));
    findings
}

fn database(app: &App) -> Result<Finding> {
    let entries = app.read(evidence::size)?;
    let kind = if app.desk.database.is_sqlite() { "SQLite" } else { "PostgreSQL" };
    Ok(well(format!("database: {kind} answers; the evidence log has {entries} entries")))
}

fn setup(app: &App) -> Result<Finding> {
    let house = app.desk.house();
    Ok(match (house.set_up, house.address.starts_with("https://")) {
        (false, _) => {
            ill("settings: the trust is not set up. Start `seamark serve` and open the address that it prints.")
        }
        (true, false) => ill("settings: the public address is not https. Set `address` to one that is."),
        (true, true) => well(format!("settings: {} at {}", house.trust, house.address)),
    })
}

fn mail(app: &App) -> Result<Finding> {
    let waiting = app.read(|conn| crate::mail::outbox::due(conn, app.desk.clock.now(), 1000))?.len();
    let transport = match app.transport() {
        Err(problem) => return Ok(ill(format!("mail: {problem}"))),
        Ok(transport) if transport.is_none() => {
            return Ok(ill("mail: no way out is set, so letters wait. Set `mail_to`."));
        }
        Ok(transport) => transport,
    };
    Ok(match (transport.reach(), waiting) {
        (Err(why), _) => ill(format!("mail: the way out is closed ({why}). Check `mail_to`.")),
        (Ok(()), 0..=100) => well("mail: the way out is open"),
        (Ok(()), waiting) => ill(format!("mail: {waiting} letters are overdue. Is the server running?")),
    })
}

fn clock(app: &App) -> Result<Finding> {
    let now = app.desk.clock.now();
    let last = app.read(evidence::last_recorded)?.unwrap_or(Instant(0));
    Ok(if last.0 > now.0 + 2000 {
        ill("clock: the last entry of the evidence log lies in the future. Is this machine's clock right?")
    } else {
        well(format!("clock: {}", now.long()))
    })
}

fn courses(app: &App) -> Result<Finding> {
    let library = app.library();
    Ok(match &library.complaints[..] {
        [] => well("courses: all sound"),
        [first, others @ ..] => {
            let more = if others.is_empty() { String::new() } else { format!(" And {} more.", others.len()) };
            ill(format!(
                "courses: the last sound ones stay in use. {first}.{more} Run `seamark courses check` with your folder."
            ))
        }
    })
}

fn term_dates(app: &App) -> Result<Finding> {
    let now = app.desk.clock.now();
    let in_half_a_year = now.plus_days(180).day();
    let calendars = app.read(assignments::calendars)?;
    if !calendars.trust().knows_terms(in_half_a_year) {
        return Ok(ill("term dates: not known for the next six months. Enter them on the calendar page."));
    }
    let schools = app.read(people::schools)?;
    let mut years = vec![AcademicYear::of(now.day()), AcademicYear::of(in_half_a_year)];
    years.dedup();
    let is_open =
        |year: &AcademicYear| schools.iter().any(|school| calendars.of(&school.urn).is_to_be_confirmed(*year));
    let open: Vec<String> = years.iter().filter(|year| is_open(year)).map(|year| year.long()).collect();
    Ok(match open.is_empty() {
        true => well("term dates: known for the next six months, and confirmed by the trust"),
        false => ill(format!(
            "term dates: to be confirmed by the trust for {}. Until then usual dates for England hold, which nobody has \
             checked. Look at them on the calendar page, change what differs, and confirm the rest.",
            text::list(&open)
        )),
    })
}

fn disk(config: &Config) -> Finding {
    let probe = config.data.join("probe");
    let written = crate::keys::write_durably(&probe, &vec![0; 1 << 20]).map_err(|problem: Problem| problem.to_string());
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => well(format!("disk: {} can be written", config.data.display())),
        Err(why) => ill(format!("disk: {} cannot be written: {why}", config.data.display())),
    }
}

fn figures(token_file: &Path) -> Finding {
    match std::fs::read_to_string(token_file) {
        Ok(token) if token.trim().is_empty() => {
            ill(format!("figures: {} is empty. Put a long random token in it.", token_file.display()))
        }
        Ok(_) => well("figures: /metrics is there for whoever has the token"),
        Err(error) => ill(format!("figures: {}: {error}. Check `metrics_token_file`.", token_file.display())),
    }
}
