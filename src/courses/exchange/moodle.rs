//! Moodle XML: how a bank is written in it. Everything that GIFT has no place for but Moodle does is here: spare answers.

use std::fmt::Write;

use super::gift::share;
use super::{Exported, as_pairs};
use crate::courses::reading::{Choice, Course, Question, QuestionKind, escape};

pub fn moodle_xml(course: &Course) -> Exported {
    let mut exported =
        Exported { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n".to_owned(), ..Exported::default() };
    for question in &course.quiz.questions {
        exported.say_what_is_ours(question);
        if let QuestionKind::Match { .. } = &question.kind {
            exported.say(question, "the reasons of the single pairs are left out");
        }
        let text = written(question);
        exported.text.push_str(&text);
    }
    exported.text.push_str("</quiz>\n");
    exported
}

fn written(question: &Question) -> String {
    let pairs = as_pairs(&question.kind);
    let kind = if pairs.is_some() { "matching" } else { "multichoice" };
    let mut text = format!("<question type=\"{kind}\">\n<name>{}</name>\n", said(&question.id));
    let _ = writeln!(text, "<questiontext format=\"plain_text\">{}</questiontext>", said(&question.ask));
    let why = question.why.as_deref().unwrap_or_default();
    let _ = writeln!(text, "<generalfeedback format=\"plain_text\">{}</generalfeedback>", said(why));
    let _ = writeln!(text, "<defaultgrade>1</defaultgrade>\n<penalty>0</penalty>\n<hidden>0</hidden>");
    let _ = writeln!(text, "<idnumber>{}</idnumber>\n<shuffleanswers>true</shuffleanswers>", escape(&question.id));
    match pairs {
        Some(pairs) => {
            pairs.iter().for_each(|(prompt, answer)| text.push_str(&subquestion(prompt, answer)));
            if let QuestionKind::Match { spare, .. } = &question.kind {
                spare.iter().for_each(|answer| text.push_str(&subquestion("", answer)));
            }
        }
        None => text.push_str(&options(question.kind.choices().unwrap_or_default())),
    }
    let tags = question.clauses.iter().map(|clause| format!("<tag>{}</tag>", said(clause)));
    let _ = writeln!(text, "<tags>{}</tags>\n</question>", tags.collect::<String>());
    text
}

fn said(text: &str) -> String {
    format!("<text>{}</text>", escape(text))
}

fn subquestion(prompt: &str, answer: &str) -> String {
    format!("<subquestion format=\"plain_text\">{}<answer>{}</answer></subquestion>\n", said(prompt), said(answer))
}

fn options(choices: &[Choice]) -> String {
    let right = choices.iter().filter(|choice| choice.is_right).count();
    let mut text = format!("<single>{}</single>\n<answernumbering>none</answernumbering>\n", right == 1);
    for choice in choices {
        let fraction = match (choice.is_right, right) {
            (true, right) => share(right),
            (false, 1) => "0",
            (false, _) => "-100",
        };
        let reason = format!("<feedback format=\"plain_text\">{}</feedback>", said(&choice.reason));
        let _ = writeln!(
            text,
            "<answer fraction=\"{fraction}\" format=\"plain_text\">{}{reason}</answer>",
            said(&choice.text)
        );
    }
    text
}
