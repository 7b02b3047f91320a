//! A quiz's rules: enough questions of several kinds, fair options, every clause and outcome asked, gates with variants,
//! and two draws running for everybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Desk, texts};
use crate::courses::reading::{Choice, Course, Question, QuestionKind};
use crate::courses::{Kind, rules};
use crate::people::rules::{Audience, RoleGroup};

const FILE: &str = "quiz.toml";
/// The smallest bank: of a course that all staff or all who look after accounts must take, of a short one, of any other.
const QUESTIONS_FOR_ALL: usize = 24;
const QUESTIONS_OF_A_SHORT_ONE: usize = 10;
const QUESTIONS_AT_LEAST: usize = 16;
/// The minutes that a short course, such as an induction, may claim.
const SHORT: u32 = 10;
const SUITED_AT_LEAST: usize = 12;
const RATIO_AT_MOST: f64 = 1.3;
const ANSWER_CHARACTERS_AT_MOST: usize = 40;

/// `source` is the text of quiz.toml, for the comments in it.
pub fn check(desk: &mut Desk, course: &Course, outcomes: &BTreeSet<&str>, source: &str) {
    let questions = &course.quiz.questions;
    let mut before = BTreeSet::new();
    for question in questions {
        desk.id_is_new(FILE, question.line, &question.id, &mut before);
        check_question(desk, question, outcomes);
    }
    misconceptions(desk, questions, source);
    bank(desk, course);
    right_options(desk, questions);
    cover(desk, course);
    gates(desk, course);
    for group in groups_that_take_it(desk, course) {
        draws(desk, course, group);
    }
}

fn check_question(desk: &mut Desk, question: &Question, outcomes: &BTreeSet<&str>) {
    let line = question.line;
    if question.clauses.is_empty() {
        desk.complain(FILE, line, "a question names the clause that it asks about");
    }
    desk.clauses_exist(FILE, line, &question.clauses);
    if !outcomes.contains(question.outcome.as_str()) {
        desk.complain(FILE, line, format!("the course has no outcome ‘{}’", question.outcome));
    }
    if let Some(word) = word_not_to_ask_with(&question.ask) {
        desk.complain(FILE, line, format!("what is asked turns on the word ‘{word}’"));
    }
    match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => options(desk, question, choices),
        QuestionKind::Order { steps, .. } => {
            if !(3..=5).contains(&steps.len()) {
                desk.complain(FILE, line, "three to five steps can be put in order");
            }
            different(desk, question, steps.iter().map(|step| step.text.as_str()));
        }
        QuestionKind::Match { pairs, .. } => {
            if !(3..=4).contains(&pairs.len()) {
                desk.complain(FILE, line, "three or four prompts can be matched");
            }
            different(desk, question, pairs.iter().map(|pair| pair.prompt.as_str()));
            answers(desk, question);
        }
    }
    let spoken = question.spoken();
    texts::plain(desk, FILE, &spoken);
    texts::sentences(desk, FILE, &spoken);
    texts::easy(desk, FILE, line, &spoken);
}

/// *Not*, *except* and *least* in what is asked trip people up; in the story before it they do no harm. What is asked is
/// each question, or the last sentence where there is none: "Put the steps in order."
fn word_not_to_ask_with(ask: &str) -> Option<&'static str> {
    let sentences = rules::sentences(ask);
    let is_asked = |sentence: &&&str| sentence.trim_end_matches(['”', '"']).ends_with('?');
    let mut asked: Vec<&str> = sentences.iter().filter(is_asked).copied().collect();
    if asked.is_empty() {
        asked.extend(sentences.last());
    }
    let words: Vec<String> = asked.into_iter().flat_map(rules::words).map(plain).collect();
    let said = |wanted: &str| words.iter().any(|word| word == wanted || wanted == "not" && is_a_not(word));
    ["not", "except", "least"].into_iter().find(|word| said(word))
}

fn is_a_not(word: &str) -> bool {
    word.ends_with("n't") || word.ends_with("n’t")
}

fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn options(desk: &mut Desk, question: &Question, choices: &[Choice]) {
    let line = question.line;
    if !(3..=5).contains(&choices.len()) {
        desk.complain(FILE, line, "a question has three to five options");
    }
    if choices.iter().all(|choice| choice.is_right) {
        desk.complain(FILE, line, "at least one option is wrong");
    }
    different(desk, question, choices.iter().map(|choice| choice.text.as_str()));
    let texts: Vec<&str> = choices.iter().map(|choice| choice.text.as_str()).collect();
    if let Some(ratio) = rules::length_ratio(&texts)
        && ratio > RATIO_AT_MOST
    {
        desk.complain(
            FILE,
            line,
            format!("the longest option is {ratio:.2} times the shortest (at most {RATIO_AT_MOST})"),
        );
    }
    for choice in choices {
        let said = choice.text.to_lowercase();
        if said.contains("of the above") || said.contains("all of these") || said.contains("none of these") {
            desk.complain(FILE, choice.line, "an option stands for itself, not for the others");
        }
    }
}

fn answers(desk: &mut Desk, question: &Question) {
    let QuestionKind::Match { pairs, .. } = &question.kind else { return };
    let answers = question.kind.answers();
    if answers.len() > 5 {
        desk.complain(FILE, question.line, "at most five answers can be chosen from");
    }
    if answers.len() <= pairs.len() && pairs.len() == BTreeSet::from_iter(pairs.iter().map(|pair| &pair.answer)).len() {
        desk.complain(FILE, question.line, "without a `spare` answer the last pair is free");
    }
    for answer in answers {
        if answer.chars().count() > ANSWER_CHARACTERS_AT_MOST {
            desk.complain(
                FILE,
                question.line,
                format!("an answer of more than {ANSWER_CHARACTERS_AT_MOST} characters: {answer}"),
            );
        }
    }
}

fn different<'t>(desk: &mut Desk, question: &Question, texts: impl Iterator<Item = &'t str>) {
    let mut seen = BTreeSet::new();
    for text in texts {
        if !seen.insert(text.trim().to_lowercase()) {
            desk.complain(FILE, question.line, format!("‘{text}’ is there twice"));
        }
    }
}

/// A comment between the question before and this one's options names the misconception that the wrong ones rest on.
fn misconceptions(desk: &mut Desk, questions: &[Question], source: &str) {
    let lines: Vec<&str> = source.lines().collect();
    let mut after = 0;
    for question in questions {
        let own = lines.get(after..question.line).unwrap_or_default();
        let named = own.iter().any(|line| line.starts_with('#') && line.contains("isconception"));
        if question.kind.choices().is_some() && !named {
            desk.complain(
                FILE,
                question.line,
                "no comment above it names the misconception that its wrong options rest on",
            );
        }
        after = question.line;
    }
}

fn bank(desk: &mut Desk, course: &Course) {
    let questions = &course.quiz.questions;
    let at_least = smallest_bank(desk, course);
    if questions.len() < at_least {
        desk.complain(FILE, 1, format!("{} questions (at least {at_least})", questions.len()));
    }
    let one_right = questions.iter().filter(|question| matches!(question.kind, QuestionKind::OneRight(_))).count();
    if (questions.len() - one_right) * 5 < questions.len() {
        desk.complain(FILE, 1, "at least a fifth of the questions are of another kind than one right");
    }
}

fn smallest_bank(desk: &Desk, course: &Course) -> usize {
    let administrators = Audience { account_administrators: true, ..Audience::default() };
    let for_all = desk.library.programme.requires.iter().any(|required| {
        let is_it = required.kind == Kind::Course && required.slug == course.slug;
        is_it && (required.who.staff || required.who == administrators)
    });
    match (for_all, course.minutes_at_most) {
        (true, _) => QUESTIONS_FOR_ALL,
        (false, 0..=SHORT) => QUESTIONS_OF_A_SHORT_ONE,
        (false, _) => QUESTIONS_AT_LEAST,
    }
}

/// In at most three of ten is the right option the single longest, and in at most three the single shortest.
fn right_options(desk: &mut Desk, questions: &[Question]) {
    let shares = RightOptions::of(questions);
    for (times, extreme) in [(shares.longest, "longest"), (shares.shortest, "shortest")] {
        if times * 10 > shares.questions * 3 {
            let what =
                format!("the right option is the {extreme} in {times} of {} (at most 30 per cent)", shares.questions);
            desk.complain(FILE, 1, what);
        }
    }
}

/// How often the right option of the one-right questions gives itself away by its length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RightOptions {
    pub questions: usize,
    pub longest: usize,
    pub shortest: usize,
}

impl RightOptions {
    pub fn of(questions: &[Question]) -> RightOptions {
        let mut shares = RightOptions::default();
        for question in questions {
            let QuestionKind::OneRight(choices) = &question.kind else { continue };
            let texts: Vec<&str> = choices.iter().map(|choice| choice.text.as_str()).collect();
            let is_right = |place: Option<usize>| place.is_some_and(|place| choices[place].is_right);
            shares.questions += 1;
            shares.longest += usize::from(is_right(rules::single_longest(&texts)));
            shares.shortest += usize::from(is_right(rules::single_shortest(&texts)));
        }
        shares
    }
}

/// Every clause that a page teaches is asked twice, every outcome at least once.
fn cover(desk: &mut Desk, course: &Course) {
    for clause in course.clauses() {
        let asked = course.quiz.questions.iter().filter(|question| question.clauses.contains(&clause)).count();
        if asked < 2 {
            let times = if asked == 0 { "never" } else { "once" };
            desk.complain(FILE, 1, format!("{clause} is taught, and asked {times} (at least twice)"));
        }
    }
    for outcome in &course.outcomes {
        if !course.quiz.questions.iter().any(|question| question.outcome == outcome.id) {
            desk.complain("course.toml", outcome.line, format!("no question asks for ‘{}’", outcome.id));
        }
    }
}

/// Each gate has variants, all for one outcome: they are one rule. Words for one that nobody asks are a slip.
fn gates(desk: &mut Desk, course: &Course) {
    let asked = by_gate(&course.quiz.questions);
    let mut before = BTreeSet::new();
    for gate in &course.gates {
        desk.id_is_new("course.toml", gate.line, &gate.id, &mut before);
        texts::line(desk, "course.toml", gate.line, &gate.text);
        if !asked.contains_key(gate.id.as_str()) {
            desk.complain("course.toml", gate.line, format!("no question asks for the gate ‘{}’", gate.id));
        }
    }
    for (gate, variants) in asked {
        let line = variants.first().map_or(1, |question| question.line);
        if variants.len() < 2 {
            desk.complain(FILE, line, format!("the gate ‘{gate}’ has one question (at least two)"));
        }
        if variants.iter().any(|question| question.outcome != variants[0].outcome) {
            desk.complain(FILE, line, format!("the questions of the gate ‘{gate}’ have different outcomes"));
        }
    }
}

fn by_gate(questions: &[Question]) -> BTreeMap<&str, Vec<&Question>> {
    let mut gates: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        if let Some(gate) = &question.gate {
            gates.entry(gate).or_default().push(question);
        }
    }
    gates
}

/// The role groups that the programme asks to take a course; all staff, if it names nobody by role group.
fn groups_that_take_it(desk: &Desk, course: &Course) -> Vec<RoleGroup> {
    let programme = &desk.library.programme;
    let mine = programme.requires.iter().chain(&programme.offers);
    let mine: Vec<_> = mine.filter(|r| r.kind == Kind::Course && r.slug == course.slug).collect();
    let takes = |group: RoleGroup| {
        mine.iter().any(|required| {
            let by_flag = required.who.account_administrators || required.who.takes_images || required.who.staff;
            required.who.role_groups.contains(&group)
                || required.who.short_stay && matches!(group, RoleGroup::Supply | RoleGroup::Trainee)
                || required.who.leadership && group == RoleGroup::Leadership
                || by_flag && group.is_staff()
        })
    };
    let all = RoleGroup::ALL.iter().copied();
    if mine.is_empty() {
        all.filter(|group| group.is_staff()).collect()
    } else {
        all.filter(|group| takes(*group)).collect()
    }
}

/// Whether a role group can be given two draws running: each time another question of each gate and at least one for each
/// outcome that suits them, and for the rest none that was in the last, unless the course is a short one. Once what suits
/// them has run out, the others fill the draw.
fn draws(desk: &mut Desk, course: &Course, group: RoleGroup) {
    let questions = &course.quiz.questions;
    let suited: Vec<&Question> = questions.iter().filter(|question| question.suits(group)).collect();
    if suited.len() < SUITED_AT_LEAST.min(questions.len()) {
        desk.complain(
            FILE,
            1,
            format!("{} questions could happen to the role group {group} (at least {SUITED_AT_LEAST})", suited.len()),
        );
    }
    if let Some(why) = why_no_two_draws(course, &suited) {
        desk.complain(FILE, 1, format!("the role group {group} cannot be given two draws running: {why}"));
    }
}

fn why_no_two_draws(course: &Course, suited: &[&Question]) -> Option<String> {
    let draw = course.quiz.draw;
    let gates: BTreeSet<&str> = course.quiz.questions.iter().filter_map(|question| question.gate.as_deref()).collect();
    for gate in &gates {
        let variants = suited.iter().filter(|question| question.gate.as_deref() == Some(gate)).count();
        if variants < 2 {
            return Some(format!("the gate ‘{gate}’ has too few questions for them"));
        }
    }
    let plain: Vec<&&Question> = suited.iter().filter(|question| question.gate.is_none()).collect();
    let by_gates: BTreeSet<&str> =
        suited.iter().filter(|question| question.gate.is_some()).map(|question| question.outcome.as_str()).collect();
    let others: Vec<&str> =
        course.outcomes.iter().map(|outcome| outcome.id.as_str()).filter(|id| !by_gates.contains(id)).collect();
    for outcome in &others {
        if plain.iter().filter(|question| question.outcome == *outcome).count() < 2 {
            return Some(format!("the outcome ‘{outcome}’ has too few questions for them"));
        }
    }
    if gates.len() + others.len() > draw {
        return Some(format!("{} gates and outcomes do not fit into {draw} questions", gates.len() + others.len()));
    }
    let bank = &course.quiz.questions;
    let beside = bank.iter().filter(|question| question.gate.is_none()).count();
    let times = if course.minutes_at_most <= SHORT { 1 } else { 2 };
    let needed = times * (draw - gates.len());
    (beside < needed).then(|| format!("{beside} questions beside the gates, and {needed} are needed"))
}
