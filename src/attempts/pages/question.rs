//! One question a page. Options go out by their shuffled position; nothing here knows which is right.

use serde::Serialize;
use serde_json::{Value, json};

use super::verdict::{self, VerdictView};
use super::{MARKS_NOTE, course_href, quiz_href};
use crate::attempts::Attempt;
use crate::attempts::rules::{ANSWER, ordinal, positions, prompt_field, step_field};
use crate::courses::rules::minutes_of_questions;
use crate::courses::views::{Progress, Segment};
use crate::courses::{Course, Library, Question, QuestionKind};
use crate::http::Form;
use crate::problem::{Complaints, Result};
use crate::text;

/// Before the first question.
pub(super) fn start(course: &Course) -> Value {
    let (draw, needed) = (course.quiz.draw, course.quiz.needed(course.quiz.draw));
    let minutes = minutes_of_questions(draw) as usize;
    json!({
        "back_href": course_href(&course.slug),
        "back_text": format!("Back to {}", course.title),
        "course_title": course.title,
        "heading": format!(
            "{}, about {}",
            text::count(draw, "question", "questions"),
            text::count(minutes, "minute", "minutes")
        ),
        "facts": [
            format!("Get {needed} of {draw} right to pass.{}", rules_to_get_right(course)),
            "There is no time limit. Stop whenever you like, and come back to the same question.".to_owned(),
            "The first answer counts. You see at once whether it was right, and why.".to_owned(),
            "You can try as often as you want, with other questions each time.".to_owned(),
        ],
        "action": quiz_href(&course.slug),
        "button": "Start the questions",
        "marks_note": MARKS_NOTE,
    })
}

fn rules_to_get_right(course: &Course) -> String {
    let rules: Vec<&str> = course.gates.iter().map(|gate| gate.text.as_str()).collect();
    match rules.as_slice() {
        [] => String::new(),
        [rule] => format!(" One rule nobody may get wrong: {rule}."),
        rules => format!(" Some rules nobody may get wrong: {}.", rules.join("; ")),
    }
}

#[derive(Serialize)]
pub(super) struct QuestionView {
    #[serde(skip)]
    pub template: &'static str,
    back_href: String,
    back_text: String,
    verdict: Option<VerdictView>,
    progress: Progress,
    pub kicker: String,
    question: String,
    hint: &'static str,
    action: String,
    button: &'static str,
    #[serde(flatten)]
    parts: Parts,
}

impl QuestionView {
    /// The same for a question that is not one course's.
    pub fn going_to(self, action: String, back_href: &str, back_text: &str) -> QuestionView {
        QuestionView { action, back_href: back_href.to_owned(), back_text: back_text.to_owned(), ..self }
    }
}

/// What can be chosen, by the kind of question.
#[derive(Serialize)]
#[serde(untagged)]
enum Parts {
    Options { options: Vec<Choosable> },
    Steps { steps: Vec<StepView> },
    Prompts { prompts: Vec<PromptView> },
}

#[derive(Serialize)]
struct Choosable {
    value: usize,
    text: String,
    is_chosen: bool,
}

#[derive(Serialize)]
struct StepView {
    name: String,
    text: String,
    places: Vec<Choosable>,
    error: Option<String>,
}

#[derive(Serialize)]
struct PromptView {
    name: String,
    text: String,
    answers: Vec<Choosable>,
    error: Option<String>,
}

/// The next question of an open attempt, with the verdict on an earlier one; and what was chosen, if it has to be mended.
pub(super) fn view(
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    verdict_on: Option<usize>,
    form: &Form,
    complaints: &Complaints,
) -> Result<QuestionView> {
    let (place, count) = (attempt.answers.len(), attempt.drawn.len());
    let question = attempt.question(course, place)?;
    let shown = attempt.shown(course, place)?;
    let (template, hint) = template_and_hint(&question.kind);
    let kicker = format!("Question {} of {count}", place + 1);
    Ok(QuestionView {
        template,
        back_href: course_href(&course.slug),
        back_text: format!("Back to {}", course.title),
        verdict: verdict_on.map(|on| verdict::view(library, course, attempt, on)).transpose()?,
        progress: Progress {
            sentence: kicker.clone(),
            segments: (0..count).map(|at| Segment { is_done: at < place, is_now: at == place }).collect(),
        },
        kicker,
        question: question.ask.clone(),
        hint,
        action: format!("{}/{}/{}", quiz_href(&course.slug), attempt.id, place + 1),
        button: "Answer",
        parts: parts(question, &shown, form, complaints),
    })
}

fn template_and_hint(kind: &QuestionKind) -> (&'static str, &'static str) {
    match kind {
        QuestionKind::OneRight(_) => ("attempts/question-one", "Choose one answer."),
        QuestionKind::SeveralRight(_) => ("attempts/question-several", "Choose all that apply."),
        QuestionKind::Order { .. } => ("attempts/question-order", "Give each step a different place."),
        QuestionKind::Match { .. } => ("attempts/question-match", "Choose one answer for each."),
    }
}

fn parts(question: &Question, shown: &[usize], form: &Form, complaints: &Complaints) -> Parts {
    let error = |name: &str| complaints.get(name).map(str::to_owned);
    match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => {
            let texts = shown.iter().map(|place| choices[*place].text.clone());
            Parts::Options { options: choosable(texts, form, ANSWER) }
        }
        QuestionKind::Order { steps, .. } => {
            let step = |(position, place): (usize, &usize)| {
                let name = step_field(position);
                StepView {
                    text: steps[*place].text.clone(),
                    places: choosable((0..steps.len()).map(ordinal), form, &name),
                    error: error(&name),
                    name,
                }
            };
            Parts::Steps { steps: shown.iter().enumerate().map(step).collect() }
        }
        QuestionKind::Match { pairs, .. } => {
            let answers = question.kind.answers();
            let prompt = |(prompt, text): (usize, &String)| {
                let name = prompt_field(prompt);
                let texts = shown.iter().map(|place| answers[*place].to_owned());
                PromptView { text: text.clone(), answers: choosable(texts, form, &name), error: error(&name), name }
            };
            Parts::Prompts { prompts: pairs.iter().map(|pair| &pair.prompt).enumerate().map(prompt).collect() }
        }
    }
}

fn choosable(texts: impl ExactSizeIterator<Item = String>, form: &Form, field: &str) -> Vec<Choosable> {
    let chosen = positions(&form.0, field, texts.len());
    let choosable = texts.enumerate().map(|(position, text)| Choosable {
        value: position + 1,
        text,
        is_chosen: chosen.contains(&position),
    });
    choosable.collect()
}
