//! The command line: reads the words, builds the program, calls the same verbs as the pages, and says how it went.

mod copies;
mod courses;
mod serving;

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{self, App};
use crate::assignments::rules::{DueRule, Every};
use crate::assignments::{self, Asking, Terms};
use crate::clock::{Clock, Day};
use crate::config::Config;
use crate::courses::Kind;
use crate::evidence::{Actor, verify};
use crate::identity::{self, rules::LinkKind};
use crate::people;
use crate::people::import::{ImportCommand, import_command};
use crate::people::rules::{Audience, Urn, WorkEmail};
use crate::problem::{FaultKind, Problem, Result};
use crate::reports::{governors, issued};
use crate::{certificates, demo, doctor, rounds, text};

/// Training and attestation for the staff of schools and multi-academy trusts.
#[derive(Parser)]
#[command(name = "seamark", version)]
struct CommandLine {
    /// The settings file; `seamark.toml` in this folder unless said otherwise.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A made-up trust on a throw-away database, with a year behind it and a year under way.
    Demo {
        /// Where to listen.
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// The same seed gives the same trust.
        #[arg(long, value_name = "N", default_value_t = 26)]
        seed: u64,
        /// The day it is, such as 2026-11-24; the clock starts at 9:14 and runs on.
        #[arg(long, value_name = "DAY", default_value = "2026-11-24", value_parser = |text: &str| text.parse::<Day>())]
        today: Day,
        /// How many people have a post today: 20 to 10,000.
        #[arg(long, value_name = "N", default_value_t = 479)]
        people: usize,
        /// A folder of your own courses, laid over the built-in ones.
        #[arg(long, value_name = "DIR")]
        courses: Option<PathBuf>,
    },
    /// Serves the real thing. The first start prints a one-time address of the set-up page.
    Serve {
        /// Where to listen, instead of what the settings say.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        /// A folder of your own courses, laid over the built-in ones, instead of what the settings say. After a change there
        /// send SIGHUP, or press the button on the settings page.
        #[arg(long, value_name = "DIR")]
        courses: Option<PathBuf>,
    },
    /// Makes a sign-in link for somebody, good once within 15 minutes.
    Link { email: String },
    /// The staff list.
    Staff {
        #[command(subcommand)]
        what: Staff,
    },
    /// The scheduled work, for those who prefer cron.
    Rounds {
        #[command(subcommand)]
        what: Rounds,
    },
    /// What people are asked to do.
    Requirements {
        #[command(subcommand)]
        what: Requirements,
    },
    /// Courses, policies and checklists.
    Courses {
        #[command(subcommand)]
        what: courses::Courses,
    },
    /// Reports as PDFs.
    Report {
        #[command(subcommand)]
        what: Reports,
    },
    /// Certificates.
    Certificates {
        #[command(subcommand)]
        what: Certificates,
    },
    /// The evidence log.
    Evidence {
        #[command(subcommand)]
        what: Evidence,
    },
    /// Copies the database into a file while it is in use.
    Backup { file: PathBuf },
    /// Puts a back-up where there is no database yet.
    Restore { file: PathBuf },
    /// Looks at settings, database, mail, clock, courses and disk, and says what to do.
    Doctor,
}

#[derive(Subcommand)]
enum Staff {
    /// Shows what a list from a school's own system would change; with --apply, changes it.
    Import {
        file: PathBuf,
        /// The school that a list without a school column is for.
        #[arg(long, value_name = "URN")]
        school: Option<String>,
        #[arg(long)]
        apply: bool,
    },
}

#[derive(Subcommand)]
enum Rounds {
    /// Lists the rounds.
    List,
    /// Runs one now.
    Run { name: String },
}

#[derive(Subcommand)]
enum Requirements {
    /// Shows whom it would touch to ask all staff for something new each year; with --apply, asks them.
    Add {
        /// Such as policies/oak-primary-addendum or modules/first-aid.
        what: String,
        /// Only the staff of these schools.
        #[arg(long, value_name = "URN")]
        school: Vec<Urn>,
        #[arg(long)]
        apply: bool,
    },
}

#[derive(Subcommand)]
enum Reports {
    /// A draft of the governors' report. The page *Reports* issues it.
    Governors {
        /// One school instead of the whole trust.
        #[arg(long, value_name = "URN")]
        school: Option<String>,
        /// As it stood at the end of this day, such as 2026-11-20, instead of now.
        #[arg(long, value_name = "DAY", value_parser = |text: &str| text.parse::<Day>())]
        as_at: Option<Day>,
        /// Where the PDF goes; what is there already is overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum Certificates {
    /// Every certificate in force as a PDF, for the shelf, with an index.
    Export {
        /// One school's people instead of the whole trust's.
        #[arg(long, value_name = "URN")]
        school: Option<String>,
        /// Where the ZIP goes; what is there already is never overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum Evidence {
    /// Checks all of the log, and the tables that reports rely on, against each other.
    Verify,
}

/// 0 if all is well, 1 if something was wrong, 2 if the words could not be understood.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let line = match CommandLine::try_parse_from(words) {
        Ok(line) => line,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match obey(line) {
        Ok(sound) => ExitCode::from(u8::from(!sound)),
        Err(problem) => {
            say_problem(&problem);
            ExitCode::from(1)
        }
    }
}

fn say_problem(problem: &Problem) {
    let words = match problem {
        Problem::NotFound => "There is no such thing.".to_owned(),
        Problem::Fault(fault) if fault.kind == FaultKind::Busy => {
            format!("The database is busy ({}). Try again in a moment.", fault.cause)
        }
        other => other.to_string(),
    };
    eprintln!("{words}");
}

/// False if what was looked at is not sound.
fn obey(line: CommandLine) -> Result<bool> {
    let load = || Config::load(line.config.as_deref());
    let build = || App::build(load()?, Clock::System);
    match line.command {
        Command::Demo { listen, seed, today, people, courses } => {
            serving::show_demo(&demo::Asked { listen, seed, today, people, courses }).map(|()| true)
        }
        Command::Serve { listen, courses } => {
            let mut config = load()?;
            config.courses = courses.or(config.courses);
            config.listen = listen.unwrap_or(config.listen);
            serving::serve(config).map(|()| true)
        }
        Command::Link { email } => link(&build()?, &email).map(|()| true),
        Command::Staff { what: Staff::Import { file, school, apply } } => {
            import(&build()?, &file, school.as_deref(), apply)
        }
        Command::Rounds { what: Rounds::List } => list_rounds().map(|()| true),
        Command::Rounds { what: Rounds::Run { name } } => {
            let said = rounds::run(&build()?, &name)?;
            tell(if said.is_empty() { "Nothing to do." } else { &said }).map(|()| true)
        }
        Command::Requirements { what: Requirements::Add { what, school, apply } } => {
            ask_for(&build()?, &what, &school, apply).map(|()| true)
        }
        Command::Courses { what } => courses::obey(what, &load()?),
        Command::Report { what: Reports::Governors { school, as_at, out } } => {
            draft_governors_report(&build()?, school.as_deref(), as_at, &out).map(|()| true)
        }
        Command::Certificates { what: Certificates::Export { school, out } } => {
            export_certificates(&build()?, school.as_deref(), &out).map(|()| true)
        }
        Command::Evidence { what: Evidence::Verify } => verify_evidence(&build()?),
        Command::Backup { file } => copies::back_up(&load()?, &file).map(|()| true),
        Command::Restore { file } => copies::restore(&load()?, &file).map(|()| true),
        Command::Doctor => {
            let findings = doctor::examine(&load()?);
            findings.iter().try_for_each(|finding| tell(&finding.to_string()))?;
            Ok(findings.iter().all(|finding| finding.is_well))
        }
    }
}

fn tell(words: &str) -> Result<()> {
    // A reader that has gone away (`seamark … | head`) is no fault.
    let _ = writeln!(std::io::stdout(), "{words}");
    Ok(())
}

fn link(app: &App, email: &str) -> Result<()> {
    let email = WorkEmail::parse(email).map_err(Problem::refused)?;
    let person = app.read(|conn| people::person_by_email(conn, &email))?;
    let person = person.ok_or_else(|| Problem::refused(format!("Nobody on the staff list has the email {email}.")))?;
    let token = app.act(Actor::shell(), move |act| identity::make_link(act, person.id, LinkKind::Shell))?;
    tell(&format!("{}/sign-in/link/{token}", app.desk.house().address))
}

/// After applying, assignments are brought to what should be at once; a running server would do it within seconds.
fn import(app: &App, file: &Path, school: Option<&str>, apply: bool) -> Result<bool> {
    let bytes = std::fs::read(file).map_err(|error| Problem::refused(format!("{}: {error}", file.display())))?;
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let command = ImportCommand { file_name: &file_name, bytes: &bytes, school, apply };
    let (words, sound) = import_command(&app.desk.database, app.desk.clock.now(), &command)?;
    if apply {
        rounds::run(app, "assignments")?;
    }
    tell(words.trim_end()).map(|()| sound)
}

/// After applying, assignments are brought to what should be at once; a running server would do it within seconds.
fn ask_for(app: &App, what: &str, schools: &[Urn], apply: bool) -> Result<()> {
    let no_such = || Problem::refused(format!("There is no {what} among the content in use."));
    let (kind, slug) =
        what.split_once('/').and_then(|(folder, slug)| Some((Kind::of_folder(folder)?, slug))).ok_or_else(no_such)?;
    let title = app.library().title(kind, slug).ok_or_else(no_such)?;
    let now = app.desk.clock.now();
    schools.iter().try_for_each(|urn| school_called(app, urn.as_str()).map(drop))?;
    let audience = Audience { schools: schools.to_vec(), short_stay: kind == Kind::Policy, ..Audience::all_staff() };
    let due = DueRule::default();
    let terms = Terms { audience, every: Every::AcademicYear, due, from: now.day(), until: None };
    let asking = Asking { kind, slug: slug.to_owned(), terms };
    let foreseen = app.read(|conn| {
        let mut rules = assignments::standing_rules(conn)?;
        rules.requirements = asking.foreseen(rules.requirements)?;
        let everybody: Vec<i64> = people::everybody(conn)?.into_iter().map(|person| person.id).collect();
        assignments::would_reconcile(conn, &everybody, &rules, now)
    })?;
    let people = text::count(foreseen.people.len(), "person", "people");
    if !apply {
        return tell(&format!("This would ask {people} for “{title}”. To ask them, run it again with --apply."));
    }
    app.act(Actor::shell(), move |act| assignments::ask_for(act, &asking).map(drop))?;
    rounds::run(app, "assignments")?;
    tell(&format!("✓ “{title}” is asked of {people} from today. Nobody was written to."))
}

fn list_rounds() -> Result<()> {
    rounds::ROUNDS.iter().try_for_each(|round| tell(&format!("{:<12} {}", round.name, round.what)))
}

fn draft_governors_report(app: &App, urn: Option<&str>, day: Option<Day>, out: &Path) -> Result<()> {
    let now = app.desk.clock.now();
    if day.is_some_and(|day| day > now.day()) {
        return Err(Problem::refused("That day has not come yet."));
    }
    let school = urn.map(|urn| school_called(app, urn)).transpose()?;
    let trust = app.desk.house().trust.clone();
    let as_at = governors::as_at(day, now);
    let report = app.read(|conn| governors::report(conn, &app.library(), &trust, school, as_at))?;
    std::fs::write(out, issued::draft(&report)?)
        .map_err(|error| Problem::refused(format!("{}: {error}", out.display())))?;
    tell(&format!("✓ {}: {}, as at {}. A draft: it has no number.", out.display(), report.headline, as_at.long()))
}

/// A file that was begun and could not be finished is taken away again.
fn export_certificates(app: &App, urn: Option<&str>, out: &Path) -> Result<()> {
    let school = urn.map(|urn| school_called(app, urn)).transpose()?;
    let today = app.desk.clock.now().day();
    let shelf = app.read(|conn| certificates::shelf(conn, school, today))?;
    let file = std::fs::File::create_new(out).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::refused(format!("{} is there already, and an export never overwrites.", out.display()))
        }
        _ => Problem::refused(format!("{}: {error}", out.display())),
    })?;
    let written =
        certificates::export::write(&shelf, &app.desk.house().address, &file).and_then(|()| Ok(file.sync_all()?));
    written.inspect_err(|_| drop(std::fs::remove_file(out)))?;
    let people = shelf.iter().map(|one| one.certificate.person).collect::<std::collections::BTreeSet<_>>().len();
    tell(&format!(
        "✓ {}: {} of {}, with {} to find them by.",
        out.display(),
        text::count(shelf.len(), "certificate", "certificates"),
        text::count(people, "person", "people"),
        certificates::export::INDEX
    ))
}

fn school_called(app: &App, urn: &str) -> Result<i64> {
    let found = app.read(people::schools)?.into_iter().find(|school| school.urn.as_str() == urn);
    found.map(|school| school.id).ok_or_else(|| Problem::refused(format!("No school here has the URN {urn}.")))
}

fn verify_evidence(app: &App) -> Result<bool> {
    let key = app.evidence_key.signing_key().verifying_key();
    let verdict = app.read(|conn| verify::verify(conn, &key, &app::covered()))?;
    tell(&format!("{} entries, {} checkpoints", verdict.entries, verdict.checkpoints))?;
    for (table, rows) in &verdict.tables {
        tell(&format!("  {table}: {rows} rows compared with the log"))?;
    }
    for complaint in &verdict.complaints {
        tell(&format!("✗ {complaint}"))?;
    }
    if verdict.complaints.is_empty() {
        tell("✓ Intact: nothing was changed, removed or added behind the log’s back.")?;
    }
    Ok(verdict.complaints.is_empty())
}
