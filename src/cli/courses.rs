//! The commands about courses: for authors, and for whoever finds that a question was not fair.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;

use super::tell;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::courses::Library;
use crate::courses::check::{against_command, check_command};
use crate::courses::exchange::{Format, export_command, import_questions};
use crate::courses::figures::figures;
use crate::courses::skeleton;
use crate::courses::trace::{Misses, trace_command};
use crate::db::Target;
use crate::evidence::Actor;
use crate::problem::{Problem, Result};
use crate::{attempts, preview, text};

#[derive(Subcommand)]
pub enum Courses {
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

/// False if what was looked at is not sound.
pub fn obey(what: Courses, config: &Config) -> Result<bool> {
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

fn void_question(app: &App, slug: &str, question: &str, why: &str) -> Result<()> {
    let (library, key) = (app.library(), app.certificate_key.clone());
    let [slug, question, why] = [slug, question, why].map(str::to_owned);
    let named = format!("{slug}, {question}");
    let passed =
        app.act(Actor::shell(), move |act| attempts::void_question(act, &library, &key, &slug, &question, &why))?;
    let passed = text::count(passed, "attempt passes", "attempts pass");
    tell(&format!("✓ {named} counts as right for everybody. {passed} by it, dated the day each was taken."))
}
