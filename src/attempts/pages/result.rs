//! How an attempt went: passed, with every answer and what comes next; or not yet, with the pages worth another look.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::verdict::{self, VerdictView};
use super::{MARKS_NOTE, course_href, quiz_href};
use crate::assignments::rules::Standing;
use crate::assignments::{self, Assignment};
use crate::attempts::rules::{self, Chosen, MarkedRow, Tally, ordinal};
use crate::attempts::{Attempt, HELPER_SLOT, HelpCall, Progress};
use crate::clock::Instant;
use crate::courses::{Course, Kind, Library, Question, QuestionKind, views};
use crate::db::Conn;
use crate::people::Person;
use crate::problem::Result;

// ── not yet

pub(super) fn failed(
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    verdict_on: Option<usize>,
) -> Result<Value> {
    let tally = attempt.tally(course)?;
    let missed = missed(course, attempt)?;
    let reread = rules::read_first(course, &missed);
    let read_first: Vec<Value> = reread
        .iter()
        .map(|reread| {
            json!({
                "title": reread.page.title,
                "href": format!("{}/{}", course_href(&course.slug), reread.page.name),
                "clauses": clause_names(library, &reread.clauses).join(", "),
            })
        })
        .collect();
    Ok(json!({
        "verdict": shown_verdict(library, course, attempt, verdict_on)?,
        "course_title": course.title,
        "heading": format!("Not yet: {} of {}", tally.right, tally.drawn),
        "sentence": format!("{} Nothing is lost: you can try again now or later.", short_of(&tally, &rule_missed(library, course, &missed))),
        "read_first": read_first,
        "action": quiz_href(&course.slug),
        "help_action": null,
        "help_sentence": null,
        "marks_note": MARKS_NOTE,
    }))
}

/// What there is to say of help.
pub(super) enum Help {
    /// They have asked, and that holds for some days.
    Asked(HelpCall),
    /// Whom a button would tell.
    From(Person),
    /// Nobody whom we could write to: whom to ask, in a whole sentence.
    Ask(String),
}

impl Help {
    pub fn on_the_card(library: &Library, filled: &BTreeMap<String, String>) -> Help {
        let words = library.cards.words(HELPER_SLOT, filled);
        let is_filled = filled.get(HELPER_SLOT).is_some_and(|own| !own.trim().is_empty());
        Help::Ask(match is_filled {
            true => format!("Here is who to ask for help with this: {}.", words.trim_end_matches('.')),
            false => words,
        })
    }
}

/// Adds the offer of help: a button that tells somebody, or else whom to ask.
pub(super) fn offer_help(view: &mut Value, course: &Course, help: &Help) {
    view["help_sentence"] = match help {
        Help::Asked(call) => asked_before(call),
        Help::From(helper) => format!(
            "Press the button, and we tell {} that help would be welcome. Nothing about your answers or tries is sent.",
            helper.name()
        ),
        Help::Ask(words) => words.clone(),
    }
    .into();
    let has_button = matches!(help, Help::From(_));
    view["help_action"] = has_button.then(|| format!("{}/help", quiz_href(&course.slug))).into();
}

pub(super) fn asked_before(call: &HelpCall) -> String {
    let told = if call.is_told { "has been told" } else { "will be told" };
    format!("You asked for help on {}. {} {told}.", call.day.short(), call.helper)
}

pub(super) fn missed<'a>(course: &'a Course, attempt: &Attempt) -> Result<Vec<&'a Question>> {
    let places = (0..attempt.answers.len()).filter(|place| !attempt.counts_as_right(*place));
    places.map(|place| attempt.question(course, place)).collect()
}

/// What was not enough.
fn short_of(tally: &Tally, rule: &str) -> String {
    match (tally.right >= tally.needed, tally.missed_gates.is_empty()) {
        (true, _) => format!("You have enough right, but you missed {rule}."),
        (false, true) => format!("You need {} of {}.", tally.needed, tally.drawn),
        (false, false) => format!("You need {} of {}, and you missed {rule}.", tally.needed, tally.drawn),
    }
}

/// Which of the rules that nobody may get wrong were missed: "a rule that nobody may get wrong: where pictures of pupils may go".
pub(super) fn rule_missed(library: &Library, course: &Course, missed: &[&Question]) -> String {
    let mut rules: Vec<String> = Vec::new();
    for question in missed.iter().filter(|question| question.gate.is_some()) {
        let clause = || clause_names(library, &question.clauses).into_iter().next();
        let rule = course.rule_of(question).map(str::to_owned).or_else(clause).unwrap_or_default();
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    match rules.as_slice() {
        [rule] => format!("a rule that nobody may get wrong: {rule}"),
        rules => format!("rules that nobody may get wrong: {}", rules.join("; ")),
    }
}

fn clause_names(library: &Library, clauses: &[String]) -> Vec<String> {
    clauses.iter().filter_map(|clause| library.clause_name(clause)).collect()
}

pub(super) fn shown_verdict(
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    on: Option<usize>,
) -> Result<Option<VerdictView>> {
    on.map(|on| verdict::view(library, course, attempt, on)).transpose()
}

// ── passed

/// What comes after a course that is done.
pub(super) struct Onward {
    /// How many things of how many that are asked; none after a course that was taken up by choice.
    done: Option<(usize, usize)>,
    /// Its button and address.
    next: Option<(String, String)>,
}

impl Onward {
    /// After this assignment of theirs was passed.
    pub fn read(conn: &mut Conn, library: &Library, person: i64, passed: i64, now: Instant) -> Result<Onward> {
        let training = assignments::my_training(conn, person, now)?;
        let standing = |one: &Assignment| one.status(now).standing;
        let asked: Vec<&Assignment> =
            training.iter().filter(|one| !one.is_by_choice() && standing(one) != Standing::Exempt).collect();
        let to_do: Vec<&Assignment> = asked.iter().copied().filter(|one| !standing(one).is_completed()).collect();
        let next = match next_of(&to_do, now) {
            Some(next) => Some(named(conn, library, next)?),
            None => None,
        };
        let is_asked = asked.iter().any(|one| one.id == passed);
        let done = is_asked.then(|| (asked.len() - to_do.len(), asked.len()));
        Ok(Onward { done, next })
    }

    fn sentence(&self, title: &str) -> String {
        match self.done {
            None | Some((_, 1)) => format!("{title} is done."),
            Some((done, total)) => format!("{title} is done. That makes {done} of your {total} things."),
        }
    }
}

/// The first that can be done now; signing only when nothing else is left.
fn next_of<'a>(to_do: &[&'a Assignment], now: Instant) -> Option<&'a Assignment> {
    let open = |one: &&&Assignment| {
        matches!(one.status(now).standing, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due)
    };
    let before_signing = to_do.iter().filter(open).find(|one| one.kind != Kind::Policy);
    let waits = to_do.iter().any(|one| one.kind != Kind::Policy);
    before_signing.or_else(|| to_do.iter().filter(open).find(|_| !waits)).copied()
}

fn named(conn: &mut Conn, library: &Library, next: &Assignment) -> Result<(String, String)> {
    let (kind, slug) = (next.kind, next.slug.as_str());
    let progress = super::progress_of(conn, next.id)?;
    let href = match (kind, library.course(slug)) {
        (Kind::Course, Some(course)) => next_in(&course, &progress),
        _ => views::address(kind, slug),
    };
    Ok((views::button_to(library, kind, slug, progress.is_begun()), href))
}

/// The first page not read, or else the questions.
fn next_in(course: &Course, progress: &Progress) -> String {
    let unread = course.pages.iter().find(|page| !progress.pages_read.contains(&page.name));
    match unread.filter(|_| progress.tries == 0) {
        Some(page) => format!("/courses/{}/{}", course.slug, page.name),
        None => quiz_href(&course.slug),
    }
}

#[derive(Serialize)]
pub(super) struct AnswerView {
    question: String,
    is_right: bool,
    /// It counts as right, whatever was answered.
    is_voided: bool,
    /// What `yours` is: “You chose”.
    lead: &'static str,
    yours: Vec<String>,
    reason: Option<String>,
    right: Vec<String>,
}

pub(super) fn passed(
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    verdict_on: Option<usize>,
    certificate_href: Option<String>,
    onward: &Onward,
) -> Result<Value> {
    let tally = attempt.tally(course)?;
    let back = || ("Back to My training".to_owned(), "/".to_owned());
    let (next_button, next_href) = onward.next.clone().unwrap_or_else(back);
    Ok(json!({
        "verdict": shown_verdict(library, course, attempt, verdict_on)?,
        "course_title": course.title,
        "heading": format!("You passed: {} of {}", tally.right, tally.drawn),
        "sentence": onward.sentence(&course.title),
        "next_href": next_href,
        "next_button": next_button,
        "certificate_href": certificate_href,
        "opinion_href": format!("{}/opinion", course_href(&course.slug)),
        "answers": answers(course, attempt)?,
        "marks_note": MARKS_NOTE,
    }))
}

/// Every answer, with the right one.
pub(super) fn answers(course: &Course, attempt: &Attempt) -> Result<Vec<AnswerView>> {
    (0..attempt.answers.len()).map(|place| answer_view(course, attempt, place)).collect()
}

fn answer_view(course: &Course, attempt: &Attempt, place: usize) -> Result<AnswerView> {
    let question = attempt.question(course, place)?;
    let answer = &attempt.answers[place];
    let rows = rules::mark(question, &answer.chosen).rows;
    Ok(AnswerView {
        question: question.ask.clone(),
        is_right: attempt.counts_as_right(place),
        is_voided: attempt.is_voided(place),
        lead: lead(&question.kind),
        yours: yours(question, &answer.chosen, &rows),
        reason: reason(question, &rows),
        right: if attempt.counts_as_right(place) { Vec::new() } else { right(&question.kind, &rows) },
    })
}

fn lead(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::OneRight(_) | QuestionKind::SeveralRight(_) => "You chose",
        QuestionKind::Order { .. } => "Your order",
        QuestionKind::Match { .. } => "Your pairs",
    }
}

fn yours(question: &Question, chosen: &Chosen, rows: &[MarkedRow]) -> Vec<String> {
    match &question.kind {
        QuestionKind::OneRight(_) | QuestionKind::SeveralRight(_) => texts(rows),
        QuestionKind::Order { steps, .. } => {
            let mut given: Vec<(usize, &str)> =
                steps.iter().zip(&chosen.0).map(|(step, place)| (*place, step.text.as_str())).collect();
            given.sort_unstable();
            given.into_iter().map(|(place, step)| format!("{}: {step}", ordinal(place))).collect()
        }
        QuestionKind::Match { pairs, .. } => pairs
            .iter()
            .zip(rows)
            .map(|(pair, row)| format!("{}: {}", pair.prompt, row.given.as_deref().unwrap_or_default()))
            .collect(),
    }
}

fn texts(rows: &[MarkedRow]) -> Vec<String> {
    rows.iter().map(|row| row.text.clone()).collect()
}

/// That for the whole, or else those for what was chosen.
fn reason(question: &Question, rows: &[MarkedRow]) -> Option<String> {
    let of_choices = || rows.iter().map(|row| row.reason.as_str()).collect::<Vec<_>>().join(" ");
    question.why.clone().or_else(|| question.kind.choices().map(|_| of_choices()))
}

/// What would have been right: the options, the order or the pairs.
pub(super) fn right(kind: &QuestionKind, rows: &[MarkedRow]) -> Vec<String> {
    match kind.choices() {
        Some(choices) => choices.iter().filter(|choice| choice.is_right).map(|choice| choice.text.clone()).collect(),
        None => texts(rows),
    }
}
