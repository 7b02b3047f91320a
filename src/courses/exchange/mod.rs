//! Questions to and from other programs: GIFT in and out, Moodle XML out. What cannot be carried over is said line by line;
//! what comes in is a draft, and nothing draws a draft.

mod drafts;
mod gift;
mod gift_reading;
mod moodle;

use std::path::Path;

use super::files::Folder;
use super::reading::{Complaint, Course, Question, QuestionKind, is_slug};
use super::{Kind, Library};
use crate::problem::{Problem, Result};
use crate::text::count;

pub use drafts::{DRAFTS, waiting};
pub use gift::gift;
pub use gift_reading::{Draft, DraftKind, Imported, read_gift};
pub use moodle::moodle_xml;

/// A file for another program, and what it could not take.
#[derive(Debug, Clone, Default)]
pub struct Exported {
    pub text: String,
    /// "quiz.toml:41: …", in the order of the file.
    pub left_out: Vec<Complaint>,
}

impl Exported {
    fn say(&mut self, question: &Question, what: impl Into<String>) {
        let what = format!("{}: {}", question.id, what.into());
        self.left_out.push(Complaint { file: "quiz.toml".to_owned(), line: question.line, what });
    }

    /// Says what no other program has a place for.
    fn say_what_is_ours(&mut self, question: &Question) {
        if let Some(gate) = &question.gate {
            self.say(question, format!("that nobody may get it wrong (the gate ‘{gate}’) is only a comment there"));
        }
        if !question.suits.is_empty() {
            self.say(question, "whom it suits is left out");
        }
        let QuestionKind::Order { either_way, .. } = &question.kind else { return };
        self.say(question, "putting in order becomes matching each step with its place");
        if !either_way.is_empty() {
            self.say(question, "that some steps may change places is left out: only one order counts there");
        }
        self.say(question, "the reasons of the single steps are left out");
    }
}

/// The question as pairs, if it is about an order or about pairs: other programs know only matching.
fn as_pairs(kind: &QuestionKind) -> Option<Vec<(&str, String)>> {
    match kind {
        QuestionKind::Order { steps, .. } => {
            let places = ["1st", "2nd", "3rd", "4th", "5th"];
            Some(steps.iter().zip(places).map(|(step, place)| (step.text.as_str(), place.to_owned())).collect())
        }
        QuestionKind::Match { pairs, .. } => {
            Some(pairs.iter().map(|pair| (pair.prompt.as_str(), pair.answer.clone())).collect())
        }
        _ => None,
    }
}

/// The formats that a bank can leave in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Gift,
    MoodleXml,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> std::result::Result<Format, String> {
        match word {
            "gift" => Ok(Format::Gift),
            "moodle-xml" => Ok(Format::MoodleXml),
            _ => Err("a format is gift or moodle-xml".to_owned()),
        }
    }
}

pub fn export(course: &Course, format: Format) -> Exported {
    match format {
        Format::Gift => gift(course),
        Format::MoodleXml => moodle_xml(course),
    }
}

/// Writes a bank to a file; gives what to say.
pub fn export_command(library: &Library, slug: &str, format: Format, out: &Path) -> Result<String> {
    let course = library.course(slug).ok_or_else(|| Problem::refused(format!("There is no course ‘{slug}’.")))?;
    let exported = export(&course, format);
    std::fs::write(out, &exported.text).map_err(|error| Problem::refused(format!("{}: {error}", out.display())))?;
    let mut said: Vec<String> = exported.left_out.iter().map(ToString::to_string).collect();
    let questions = count(course.quiz.questions.len(), "question", "questions");
    said.push(format!("✓ {}: {questions} of {}.", out.display(), course.title));
    Ok(said.join("\n"))
}

/// Puts the questions of a GIFT file among a course's drafts; gives what to say, and whether all were taken.
pub fn import_questions(file: &Path, course: &Path) -> Result<(String, bool)> {
    let bytes = std::fs::read(file).map_err(|error| Problem::refused(format!("{}: {error}", file.display())))?;
    let text = String::from_utf8(bytes).map_err(|_| Problem::refused("This is no UTF-8 text."))?;
    if !course.join(format!("{}.toml", Kind::Course.as_str())).is_file() {
        let why = format!("{} is no course: it has no course.toml.", course.display());
        return Err(Problem::refused(why));
    }
    let imported = read_gift(&text);
    let place = course.join(DRAFTS);
    let before = std::fs::read_to_string(&place).unwrap_or_default();
    let taken = ids_in(&Folder::on_disk(course)?);
    std::fs::write(&place, drafts::added(&before, &imported.drafts, &taken))?;
    let mut said: Vec<String> =
        imported.said.iter().map(|(line, what)| format!("{}:{line}: {what}", file.display())).collect();
    said.push(format!(
        "{} into {}. A draft is never drawn: give it clauses, an outcome and reasons, then move it into quiz.toml.",
        count(imported.drafts.len(), "draft", "drafts"),
        place.display()
    ));
    Ok((said.join("\n"), imported.all_taken))
}

/// The ids that a course's questions and drafts have already.
fn ids_in(course: &Folder) -> Vec<String> {
    let texts = ["quiz.toml", DRAFTS].into_iter().filter_map(|path| std::str::from_utf8(course.bytes(path)?).ok());
    let ids =
        texts.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("id")?.trim_start().strip_prefix('='));
    ids.map(|id| id.trim().trim_matches('"').to_owned()).collect()
}

/// A name made of words: small letters and digits joined by hyphens.
fn slug_of(words: &str) -> Option<String> {
    if is_slug(words) {
        return Some(words.to_owned());
    }
    let spaced: String =
        words.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let slug = spaced.split_whitespace().take(6).collect::<Vec<_>>().join("-");
    is_slug(&slug).then_some(slug)
}
