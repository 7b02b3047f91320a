//! The questions of a course. The tables that are present say what kind a question is, so none can contradict its kind.

use serde::Deserialize;
use toml::Spanned;

use super::{Block, Complaint, Reading, Source};
use crate::courses::files::Folder;
use crate::people::rules::RoleGroup;

#[derive(Debug, Clone)]
pub struct Quiz {
    /// How many questions an attempt has.
    pub draw: usize,
    /// Per cent of the draw that must be right, rounded up, besides every gate.
    pub pass: u32,
    /// In the order of the file; an attempt refers to them by id.
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone)]
pub struct Question {
    /// Stable for ever: past answers refer to it.
    pub id: String,
    pub ask: String,
    pub clauses: Vec<String>,
    pub outcome: String,
    /// The rule that nobody may get wrong; questions of the same gate are variants of one rule.
    pub gate: Option<String>,
    /// Empty: everybody.
    pub suits: Vec<RoleGroup>,
    pub kind: QuestionKind,
    /// The reason for the whole, where there is one.
    pub why: Option<String>,
    pub line: usize,
}

/// Options, steps and answers are known by their places here, from 0; what is sent to a browser is a shuffled position.
#[derive(Debug, Clone)]
pub enum QuestionKind {
    OneRight(Vec<Choice>),
    SeveralRight(Vec<Choice>),
    Order {
        /// In the right order.
        steps: Vec<Step>,
        /// Places of steps that may change places with one another.
        either_way: Vec<Vec<usize>>,
    },
    Match {
        pairs: Vec<Pair>,
        /// Answers that belong to no prompt.
        spare: Vec<String>,
    },
}

#[derive(Debug, Clone)]
pub struct Choice {
    pub text: String,
    pub reason: String,
    pub is_right: bool,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Step {
    pub text: String,
    pub reason: String,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Pair {
    pub prompt: String,
    pub answer: String,
    pub reason: String,
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuiz {
    question: Vec<Spanned<WrittenQuestion>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuestion {
    id: Spanned<String>,
    ask: String,
    clauses: Vec<String>,
    outcome: String,
    gate: Option<String>,
    suits: Option<Vec<RoleGroup>>,
    right: Option<Vec<Spanned<(String, String)>>>,
    wrong: Option<Vec<Spanned<(String, String)>>>,
    steps: Option<Vec<Spanned<(String, String)>>>,
    either_way: Option<Vec<Vec<usize>>>,
    pairs: Option<Vec<Spanned<(String, String, String)>>>,
    spare: Option<Vec<String>>,
    why: Option<String>,
}

/// The questions in a file: the bank's, or drafts that are not whole yet.
pub fn read_questions(folder: &Folder, path: &str) -> Reading<Vec<Question>> {
    let source = Source::open(folder, path)?;
    let written: WrittenQuiz = source.toml()?;
    let (mut questions, mut wrong) = (Vec::new(), Vec::new());
    for question in written.question {
        match read_question(&source, question.into_inner()) {
            Ok(question) => questions.push(question),
            Err(complaint) => wrong.push(complaint),
        }
    }
    if wrong.is_empty() { Ok(questions) } else { Err(wrong) }
}

fn read_question(source: &Source, mut written: WrittenQuestion) -> Result<Question, Complaint> {
    let line = source.line_of(&written.id);
    let kind = kind_of(source, &mut written).map_err(|what| source.complaint_at(line, what))?;
    Ok(Question {
        id: written.id.into_inner(),
        ask: written.ask,
        clauses: written.clauses,
        outcome: written.outcome,
        gate: written.gate,
        suits: written.suits.unwrap_or_default(),
        kind,
        why: written.why,
        line,
    })
}

fn kind_of(source: &Source, written: &mut WrittenQuestion) -> Result<QuestionKind, &'static str> {
    let choices = (written.right.take(), written.wrong.take());
    let order = (written.steps.take(), written.either_way.take());
    let pairing = (written.pairs.take(), written.spare.take());
    match (choices, order, pairing) {
        ((Some(right), Some(wrong)), (None, None), (None, None)) if !right.is_empty() => {
            let several = right.len() > 1;
            let right = right.into_iter().map(|row| choice(source, row, true));
            let choices = right.chain(wrong.into_iter().map(|row| choice(source, row, false))).collect();
            Ok(if several { QuestionKind::SeveralRight(choices) } else { QuestionKind::OneRight(choices) })
        }
        ((None, None), (Some(steps), either_way), (None, None)) => {
            let either_way = places(either_way.unwrap_or_default(), steps.len())?;
            Ok(QuestionKind::Order { steps: steps.into_iter().map(|row| step(source, row)).collect(), either_way })
        }
        ((None, None), (None, None), (Some(pairs), spare)) => Ok(QuestionKind::Match {
            pairs: pairs.into_iter().map(|row| pair(source, row)).collect(),
            spare: spare.unwrap_or_default(),
        }),
        _ => Err("a question has `right` and `wrong`, or `steps`, or `pairs`"),
    }
}

/// Written from 1; kept from 0.
fn places(groups: Vec<Vec<usize>>, steps: usize) -> Result<Vec<Vec<usize>>, &'static str> {
    let mut seen = Vec::new();
    for place in groups.iter().flatten() {
        if *place == 0 || *place > steps || seen.contains(place) {
            return Err("`either_way` names places of steps, from 1, each once");
        }
        seen.push(*place);
    }
    if groups.iter().any(|group| group.len() < 2) {
        return Err("`either_way` names at least two places together");
    }
    Ok(groups.into_iter().map(|group| group.into_iter().map(|place| place - 1).collect()).collect())
}

pub(super) fn choice(source: &Source, row: Spanned<(String, String)>, is_right: bool) -> Choice {
    let line = source.line_of(&row);
    let (text, reason) = row.into_inner();
    Choice { text, reason, is_right, line }
}

fn step(source: &Source, row: Spanned<(String, String)>) -> Step {
    let line = source.line_of(&row);
    let (text, reason) = row.into_inner();
    Step { text, reason, line }
}

fn pair(source: &Source, row: Spanned<(String, String, String)>) -> Pair {
    let line = source.line_of(&row);
    let (prompt, answer, reason) = row.into_inner();
    Pair { prompt, answer, reason, line }
}

impl Quiz {
    /// The same without these questions.
    pub fn without(&self, ids: &[String]) -> Quiz {
        let mut quiz = self.clone();
        quiz.questions.retain(|question| !ids.contains(&question.id));
        quiz
    }

    /// How many of so many drawn questions must be right.
    pub fn needed(&self, drawn: usize) -> usize {
        (drawn * self.pass as usize).div_ceil(100)
    }

    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}

impl Question {
    /// Whether it could happen to somebody of this role group.
    pub fn suits(&self, group: RoleGroup) -> bool {
        self.suits.is_empty() || self.suits.contains(&group)
    }

    /// All that is read aloud of it: what is asked, the options with their reasons, the reason for the whole.
    pub fn spoken(&self) -> Vec<Block> {
        let mut spoken = vec![Block { line: self.line, text: self.ask.clone() }];
        let mut say = |line: usize, texts: &[&String]| {
            spoken.extend(texts.iter().map(|text| Block { line, text: (*text).clone() }));
        };
        match &self.kind {
            QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => {
                choices.iter().for_each(|choice| say(choice.line, &[&choice.text, &choice.reason]));
            }
            QuestionKind::Order { steps, .. } => {
                steps.iter().for_each(|step| say(step.line, &[&step.text, &step.reason]));
            }
            QuestionKind::Match { pairs, spare } => {
                pairs.iter().for_each(|pair| say(pair.line, &[&pair.prompt, &pair.answer, &pair.reason]));
                spare.iter().for_each(|answer| say(self.line, &[answer]));
            }
        }
        if let Some(why) = &self.why {
            say(self.line, &[why]);
        }
        spoken
    }
}

impl QuestionKind {
    pub fn choices(&self) -> Option<&[Choice]> {
        match self {
            QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => Some(choices),
            _ => None,
        }
    }

    /// The answers of a matching question, each once: those of the pairs, then the spare ones.
    pub fn answers(&self) -> Vec<&str> {
        let QuestionKind::Match { pairs, spare } = self else { return Vec::new() };
        let mut answers: Vec<&str> = Vec::new();
        for answer in pairs.iter().map(|pair| pair.answer.as_str()).chain(spare.iter().map(String::as_str)) {
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        answers
    }
}
