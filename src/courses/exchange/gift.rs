//! GIFT, the plain-text form of Moodle's questions: how a bank is written in it.

use super::{Exported, as_pairs};
use crate::courses::reading::{Choice, Course, Question, QuestionKind};

pub fn gift(course: &Course) -> Exported {
    let mut exported = Exported { text: format!("// {}\n\n", one_line(&course.title)), ..Exported::default() };
    for question in &course.quiz.questions {
        let text = written(question, &mut exported);
        exported.text.push_str(&text);
    }
    exported
}

fn written(question: &Question, exported: &mut Exported) -> String {
    exported.say_what_is_ours(question);
    if let QuestionKind::Match { spare, .. } = &question.kind {
        exported.say(question, "the reasons of the single pairs are left out");
        for answer in spare {
            exported.say(question, format!("the spare answer ‘{answer}’ is left out: GIFT has no place for it"));
        }
    }
    let mut text = comment(question);
    text.push_str(&format!("::{}::{} {{\n", question.id, escaped(&question.ask)));
    match as_pairs(&question.kind) {
        Some(pairs) => {
            for (prompt, answer) in pairs {
                text.push_str(&format!("={} -> {}\n", arrowless(prompt), arrowless(&answer)));
            }
        }
        None => {
            let choices = question.kind.choices().unwrap_or_default();
            choices.iter().for_each(|choice| text.push_str(&option(choice, choices)));
        }
    }
    if let Some(why) = &question.why {
        text.push_str(&format!("####{}\n", escaped(why)));
    }
    text.push_str("}\n\n");
    text
}

/// "// [id:former-pupil] [tag:P29] outcome: pupil-contact; gate: pupil-contact"
fn comment(question: &Question) -> String {
    let tags: String = question.clauses.iter().map(|clause| format!(" [tag:{clause}]")).collect();
    let gate = question.gate.as_ref().map(|gate| format!("; gate: {gate}")).unwrap_or_default();
    format!("// [id:{}]{tags} outcome: {}{gate}\n", question.id, question.outcome)
}

/// With several right, each is its share and a wrong one takes everything: there as here, only the whole set is right.
fn option(choice: &Choice, all: &[Choice]) -> String {
    let right = all.iter().filter(|choice| choice.is_right).count();
    let mark = match (choice.is_right, right) {
        (true, 1) => "=".to_owned(),
        (false, 1) => "~".to_owned(),
        (true, right) => format!("~%{}%", share(right)),
        (false, _) => "~%-100%".to_owned(),
    };
    format!("{mark}{}#{}\n", escaped(&choice.text), escaped(&choice.reason))
}

/// One of so many equal parts of a hundred, in the digits that Moodle knows.
pub fn share(parts: usize) -> &'static str {
    match parts {
        0 | 1 => "100",
        2 => "50",
        3 => "33.33333",
        4 => "25",
        _ => "20",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if "\\~=#{}:".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An arrow parts a pair and cannot be escaped.
fn arrowless(text: &str) -> String {
    escaped(&text.replace("->", "→"))
}
