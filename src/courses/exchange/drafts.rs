//! Drafts: questions that came in and are not whole yet. They stand in a file of their own beside quiz.toml, which is no part of
//! a course's version, and nothing draws them.

use super::gift_reading::{Draft, DraftKind};
use crate::courses::files::Folder;
use crate::courses::reading::{Complaint, Course, Question, QuestionKind, read_questions};
use crate::text::count;

/// The file's name in a course's folder.
pub const DRAFTS: &str = "drafts.toml";

const HEAD: &str = "# Drafts: never drawn. Give each its clauses, its outcome and a reason for every option, then move it into quiz.toml.\n";

/// The text of the file with more drafts in it; no id is used twice.
pub fn added(before: &str, drafts: &[Draft], taken: &[String]) -> String {
    let mut text = if before.trim().is_empty() { HEAD.to_owned() } else { before.trim_end().to_owned() + "\n" };
    let mut taken = taken.to_vec();
    for draft in drafts {
        let wanted = draft.id.clone().unwrap_or_else(|| "imported".to_owned());
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let id = std::iter::once(wanted.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(wanted);
        text.push_str(&written(&id, draft));
        taken.push(id);
    }
    text
}

fn written(id: &str, draft: &Draft) -> String {
    let clauses: Vec<String> = draft.clauses.iter().map(|clause| quoted(clause)).collect();
    let mut text = String::from("\n# Misconception: …\n[[question]]\n");
    text.push_str(&format!("id = {}\nask = {}\n", quoted(id), quoted(&draft.ask)));
    text.push_str(&format!("clauses = [{}]\noutcome = \"\"\n", clauses.join(", ")));
    match &draft.kind {
        DraftKind::Choices { right, wrong } => {
            text.push_str(&rows("right", right));
            text.push_str(&rows("wrong", wrong));
        }
        DraftKind::Pairs(pairs) => {
            let lines =
                pairs.iter().map(|(prompt, answer)| format!("  [{}, {}, \"\"],\n", quoted(prompt), quoted(answer)));
            text.push_str(&format!("pairs = [\n{}]\n", lines.collect::<String>()));
        }
    }
    if let Some(why) = &draft.why {
        text.push_str(&format!("why = {}\n", quoted(why)));
    }
    text
}

fn rows(name: &str, rows: &[(String, String)]) -> String {
    let lines = rows.iter().map(|(text, reason)| format!("  [{}, {}],\n", quoted(text), quoted(reason)));
    format!("{name} = [\n{}]\n", lines.collect::<String>())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What each draft of a course still needs, by line. A file that cannot be read is said, and does no harm.
pub fn waiting(course: &Course, folder: &Folder) -> Vec<Complaint> {
    if folder.bytes(DRAFTS).is_none() {
        return Vec::new();
    }
    match read_questions(folder, DRAFTS) {
        Err(complaints) => complaints,
        Ok(drafts) => drafts.iter().map(|draft| needs(course, draft)).collect(),
    }
}

fn needs(course: &Course, draft: &Question) -> Complaint {
    let mut lacks = Vec::new();
    if draft.clauses.is_empty() {
        lacks.push("clauses".to_owned());
    }
    if !course.outcomes.iter().any(|outcome| outcome.id == draft.outcome) {
        lacks.push("an outcome".to_owned());
    }
    match reasons(&draft.kind).iter().filter(|reason| reason.trim().is_empty()).count() {
        0 => {}
        missing => lacks.push(count(missing, "reason", "reasons")),
    }
    let what = match lacks.is_empty() {
        true => "is whole: move it into quiz.toml".to_owned(),
        false => format!("still needs {}", lacks.join(", ")),
    };
    Complaint {
        file: DRAFTS.to_owned(),
        line: draft.line,
        what: format!("a draft, never drawn: ‘{}’ {what}", draft.id),
    }
}

fn reasons(kind: &QuestionKind) -> Vec<&str> {
    match kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => {
            choices.iter().map(|choice| choice.reason.as_str()).collect()
        }
        QuestionKind::Order { steps, .. } => steps.iter().map(|step| step.reason.as_str()).collect(),
        QuestionKind::Match { pairs, .. } => pairs.iter().map(|pair| pair.reason.as_str()).collect(),
    }
}
