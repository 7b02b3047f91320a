//! The command line: reads the words, builds the program, calls the same verbs as the pages, and says how it went.

use std::ffi::OsString;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{self, App, ServerLock};
use crate::assignments::rules::{DueRule, Every};
use crate::assignments::{self, Asking, Terms};
use crate::clock::{Clock, Day};
use crate::config::Config;
use crate::courses::check::{against_command, check_command};
use crate::courses::exchange::{Format, export_command, import_questions};
use crate::courses::figures::figures;
use crate::courses::skeleton;
use crate::courses::trace::{Misses, trace_command};
use crate::courses::{Kind, Library};
use crate::db::Target;
use crate::evidence::{Actor, verify};
use crate::identity::{self, rules::LinkKind};
use crate::people;
use crate::people::import::{ImportCommand, import_command};
use crate::people::rules::{Audience, Urn, WorkEmail};
use crate::problem::{FaultKind, Problem, Result};
use crate::reports::{governors, issued};
use crate::{attempts, certificates, demo, doctor, preview, rounds, server, setup, text};

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
        what: Courses,
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
enum Courses {
    /// Makes a question that was not fair count as right for everybody. It is never drawn again.
    Void {
        /// The course, such as data-protection.
        slug: String,
        /// The question's id in its quiz.toml.
        question: String,
        /// The reason, as the evidence log keeps it.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Says what is wrong in which file and line.
    Check {
        /// A folder whose content is laid over the built-in one, instead of what the settings say.
        folder: Option<PathBuf>,
        /// Lists the facts that nobody has confirmed, too.
        #[arg(long)]
        facts: bool,
        /// An earlier state of the folder: says whom each change since then would touch.
        #[arg(long, value_name = "DIR")]
        against: Option<PathBuf>,
    },
    /// The figures of all courses, as a table in Markdown.
    Figures {
        /// A folder whose content is laid over the built-in one, instead of what the settings say.
        folder: Option<PathBuf>,
    },
    /// Starts a new course: whole in its shape, with what is still to be written marked.
    New {
        slug: String,
        /// The folder of your own courses, instead of what the settings say.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Shows one course in a browser on this machine, and again whenever a file is saved.
    Preview {
        /// The course's folder, such as my-courses/modules/our-course.
        course: PathBuf,
        /// Where to listen; this machine only.
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
    /// Writes a course's questions for another program, and says what that has no place for.
    Export {
        slug: String,
        /// gift or moodle-xml
        #[arg(long = "as", value_name = "FORMAT")]
        format: Format,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// A folder of your own courses, instead of what the settings say.
        #[arg(long, value_name = "DIR")]
        courses: Option<PathBuf>,
    },
    /// Puts the questions of a GIFT file among a course's drafts, which are never drawn.
    ImportQuestions {
        file: PathBuf,
        /// The course's folder, such as my-courses/modules/our-course.
        course: PathBuf,
    },
    /// Each clause of the policy: taught where, asked by what, signed by what, missed how often.
    Trace {
        /// A folder whose content is laid over the built-in one, instead of what the settings say.
        folder: Option<PathBuf>,
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
            start_logging("warn");
            show_demo(&demo::Asked { listen, seed, today, people, courses }).map(|()| true)
        }
        Command::Serve { listen, courses } => {
            let mut config = load()?;
            config.courses = courses.or(config.courses);
            config.listen = listen.unwrap_or(config.listen);
            serve(config).map(|()| true)
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
        Command::Courses { what } => courses(what, &load()?),
        Command::Report { what: Reports::Governors { school, as_at, out } } => {
            draft_governors_report(&build()?, school.as_deref(), as_at, &out).map(|()| true)
        }
        Command::Certificates { what: Certificates::Export { school, out } } => {
            export_certificates(&build()?, school.as_deref(), &out).map(|()| true)
        }
        Command::Evidence { what: Evidence::Verify } => verify_evidence(&build()?),
        Command::Backup { file } => back_up(&load()?, &file).map(|()| true),
        Command::Restore { file } => restore(&load()?, &file).map(|()| true),
        Command::Doctor => {
            let findings = doctor::examine(&load()?);
            findings.iter().try_for_each(|finding| tell(&finding.to_string()))?;
            Ok(findings.iter().all(|finding| finding.is_well))
        }
    }
}

fn courses(what: Courses, config: &Config) -> Result<bool> {
    let or_set = |folder: Option<PathBuf>| folder.or(config.courses.clone());
    let (said, sound) = match what {
        Courses::Check { folder, facts, against } => match against {
            Some(earlier) => against_command(or_set(folder).as_deref(), &earlier),
            None => check_command(or_set(folder).as_deref(), facts),
        },
        Courses::Trace { folder } => {
            let (library, _) = Library::load(or_set(folder).as_deref());
            trace_command(&library, &misses(config, &library)?)
        }
        Courses::Void { slug, question, why } => {
            return void_question(&App::build(config.clone(), Clock::System)?, &slug, &question, &why).map(|()| true);
        }
        Courses::Figures { folder } => (figures(&Library::load(or_set(folder).as_deref()).0), true),
        Courses::New { slug, into } => (begin_course(&slug, or_set(into))?, true),
        Courses::Preview { course, listen } => (preview::preview(&course, listen)?, true),
        Courses::Export { slug, format, out, courses } => {
            let (library, _) = Library::load(or_set(courses).as_deref());
            (export_command(&library, &slug, format, &out)?, true)
        }
        Courses::ImportQuestions { file, course } => import_questions(&file, &course)?,
    };
    tell(said.trim_end()).map(|()| sound)
}

fn begin_course(slug: &str, directory: Option<PathBuf>) -> Result<String> {
    let none = || Problem::refused("Say where with --into DIR, or set `courses` in seamark.toml.");
    let directory = directory.ok_or_else(none)?;
    let (library, _) = Library::load(directory.exists().then_some(directory.as_path()));
    let place = skeleton::begin(&library, &directory, slug, Clock::System.now().day())?;
    Ok(format!(
        "✓ {} is begun. Search it for ‘{}’. Then:\n  seamark courses preview {0}\n  seamark courses check {2}",
        place.display(),
        skeleton::MARK,
        directory.display()
    ))
}

/// What the database knows of missed clauses; nothing, where there is no database.
fn misses(config: &Config, library: &Library) -> Result<Misses> {
    match &config.database {
        Target::Sqlite(file) if !file.exists() => Ok(Misses::new()),
        _ => {
            App::build(config.clone(), Clock::System)?.read(|conn| attempts::misses(conn, |slug| library.course(slug)))
        }
    }
}

fn tell(words: &str) -> Result<()> {
    // A reader that has gone away (`seamark … | head`) is no fault.
    let _ = writeln!(std::io::stdout(), "{words}");
    Ok(())
}

/// Makes the demo's trust, says where to go, and serves until stopped; then the database goes.
fn show_demo(asked: &demo::Asked) -> Result<()> {
    let listener = TcpListener::bind(asked.listen)
        .map_err(|error| Problem::refused(format!("{} cannot be listened on: {error}", asked.listen)))?;
    let listening = listener.local_addr()?;
    let folder = std::env::temp_dir().join(format!("seamark-demo-{}", crate::ids::random_id()?));
    let served = demo::make(asked, &folder, listening).and_then(|app| {
        demo::announce(&app, listening);
        run_server(app, listener)
    });
    let _ = std::fs::remove_dir_all(&folder);
    served
}

fn serve(config: Config) -> Result<()> {
    start_logging(&config.log);
    crate::keys::private_folder(&config.data)?;
    let _lock = ServerLock::take(&config.database)?;
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| Problem::refused(format!("{} cannot be listened on: {error}", config.listen)))?;
    let app = App::to_serve(config, Clock::System)?;
    print_setup_address(&app)?;
    run_server(app, listener)
}

/// Serves until told to stop (SIGTERM, Ctrl-C), then finishes what is under way.
pub fn run_server(app: App, listener: TcpListener) -> Result<()> {
    let rounds = rounds::start(&app)?;
    let listening = listen_for_hangups(&app)?;
    let served =
        actix_web::rt::System::new().block_on(async { server::serve(app, listener)?.await.map_err(Problem::from) });
    listening.close();
    rounds.stop();
    served
}

/// SIGHUP takes the folder of courses into use as it is now.
fn listen_for_hangups(app: &App) -> Result<signal_hook::iterator::Handle> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
    let (listening, app) = (signals.handle(), app.clone());
    std::thread::spawn(move || {
        for _ in signals.forever() {
            match app.reload(Actor::shell()) {
                Ok(library) => tracing::info!(complaints = library.complaints.len(), "courses are read again"),
                Err(problem) => tracing::error!(cause = %problem, "courses could not be read again"),
            }
        }
    });
    Ok(listening)
}

/// Log lines are JSON, one a line, without personal data.
pub fn start_logging(what: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(what).unwrap_or_default();
    let lines = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = lines.try_init();
}

fn print_setup_address(app: &App) -> Result<()> {
    let now = app.desk.clock.now();
    let code = app.desk.database.write(move |conn| setup::fresh_code(conn, now))?;
    let Some(code) = code else { return Ok(()) };
    let listen = app.desk.config.listen;
    let address = app.desk.config.address.clone().unwrap_or_else(|| format!("http://{listen}"));
    tell(&format!(
        "Seamark is not set up yet. Open this address within a day; it works once:\n  {address}/setup?code={code}"
    ))
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

fn void_question(app: &App, slug: &str, question: &str, why: &str) -> Result<()> {
    let (library, key) = (app.library(), app.certificate_key.clone());
    let [slug, question, why] = [slug, question, why].map(str::to_owned);
    let named = format!("{slug}, {question}");
    let passed =
        app.act(Actor::shell(), move |act| attempts::void_question(act, &library, &key, &slug, &question, &why))?;
    let passed = text::count(passed, "attempt passes", "attempts pass");
    tell(&format!("✓ {named} counts as right for everybody. {passed} by it, dated the day each was taken."))
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

fn back_up(config: &Config, file: &Path) -> Result<()> {
    if let Target::Postgres(_) = &config.database {
        return tell(&format!(
            "PostgreSQL has its own tool for this. With your database's URL, run:\n  pg_dump --format=custom --file={} \"postgres://…\"\nand keep a copy of {} in a safe place.",
            file.display(),
            config.keys_folder().display()
        ));
    }
    if let Target::Sqlite(database) = &config.database
        && !database.exists()
    {
        return Err(Problem::refused(format!(
            "There is no database at {}, so there is nothing to back up. Is this the right folder?",
            database.display()
        )));
    }
    if file.exists() {
        return Err(Problem::refused(format!("{} is there already, and a back-up never overwrites.", file.display())));
    }
    let unfinished = file.with_extension("unfinished");
    let _ = std::fs::remove_file(&unfinished);
    App::build(config.clone(), Clock::System)?.desk.database.copy_to(&unfinished)?;
    std::fs::File::open(&unfinished)?.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    tell(&format!(
        "✓ Backed up to {}. The keys are not in it: keep a copy of {} in a safe place.",
        file.display(),
        config.keys_folder().display()
    ))
}

fn restore(config: &Config, file: &Path) -> Result<()> {
    let Target::Sqlite(database) = &config.database else {
        return tell(&format!(
            "With the URL of a new, empty database, run:\n  pg_restore --dbname=\"postgres://…\" {}\nThen put your copy of the keys in place, and run `seamark evidence verify`.",
            file.display()
        ));
    };
    for remains in [database.clone(), beside(database, "-wal"), beside(database, "-shm")] {
        if remains.exists() {
            return Err(Problem::refused(format!(
                "{} is there already, and a restore never overwrites. Move it away first.",
                remains.display()
            )));
        }
    }
    let bytes = std::fs::read(file).map_err(|error| Problem::refused(format!("{}: {error}", file.display())))?;
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(Problem::refused(format!("{} is not a back-up of Seamark.", file.display())));
    }
    crate::keys::private_folder(&config.data)?;
    let _lock = ServerLock::take(&config.database)?;
    let keys_are_here = config.keys_folder().join("evidence.key").exists();
    crate::keys::write_durably(database, &bytes)?;
    let entries = App::build(config.clone(), Clock::System)
        .and_then(|app| app.read(crate::evidence::size))
        .inspect_err(|_| drop(std::fs::remove_file(database)))?;
    tell(&format!("✓ Restored, with {entries} entries in the evidence log. Run `seamark evidence verify` next."))?;
    if !keys_are_here {
        tell(&format!(
            "✗ There were no keys in {}, so new ones were made. Put your own copy there before you start the server: \
             what was signed before cannot be checked with new ones.",
            config.keys_folder().display()
        ))?;
    }
    Ok(())
}

/// SQLite's own files beside a database: left over from another, they would be read into the one that is restored.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
