//! How an attempt went: passed, with every answer and what comes next; or not yet, with the pages worth another look.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::verdict::{self, VerdictView};
use super::{MARKS_NOTE, course_href, quiz_href};
use crate::assignments::rules::Standing;
use crate::assignments::{self, Assignment};
use crate::attempts::rules::{self, Chosen, MarkedRow, ordinal};
use crate::attempts::{Attempt, HELPER_SLOT, Progress};
use crate::clock::{Day, Instant};
use crate::courses::{Course, Kind, Library, Question, QuestionKind, views};
use crate::db::Conn;
use crate::people::Person;
use crate::problem::Result;
use crate::text;

// ── not yet

pub(super) fn failed(
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    verdict_on: Option<usize>,
) -> Result<Value> {
    let tally = attempt.tally(course)?;
    let missed = missed(course, attempt)?;
    let gates: Vec<&Question> = missed.iter().copied().filter(|question| question.gate.is_some()).collect();
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
        "sentence": format!(
            "You need {} of {}{}. Nothing is lost: you can try again now or later.",
            tally.needed,
            tally.drawn,
            gates_missed(library, &gates)
        ),
        "read_first": read_first,
        "action": quiz_href(&course.slug),
        "help_action": null,
        "help_sentence": null,
        "marks_note": MARKS_NOTE,
    }))
}

/// What there is to say of help.
pub(super) enum Help {
    /// They asked on this day.
    Asked(Day),
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
        Help::Asked(day) => asked_on(*day),
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

pub(super) fn asked_on(day: Day) -> String {
    format!("You asked for help on {}.", day.short())
}

pub(super) fn missed<'a>(course: &'a Course, attempt: &Attempt) -> Result<Vec<&'a Question>> {
    let places = (0..attempt.answers.len()).filter(|place| !attempt.counts_as_right(*place));
    places.map(|place| attempt.question(course, place)).collect()
}

/// ", and the question about pupils and former pupils right"
fn gates_missed(library: &Library, gates: &[&Question]) -> String {
    match (gates.len(), text::list(&rules_of(library, gates))) {
        (0, _) => String::new(),
        (1, about) if !about.is_empty() => format!(", and the question about {about} right in any case"),
        (_, about) if !about.is_empty() => format!(", and the questions about {about} right in any case"),
        _ => ", and the rules that nobody may get wrong".to_owned(),
    }
}

/// What the rules that nobody may get wrong are about: “Pupils and former pupils”.
pub(super) fn rules_of(library: &Library, gates: &[&Question]) -> Vec<String> {
    let names = gates.iter().filter_map(|question| clause_names(library, &question.clauses).into_iter().next());
    names.map(|name| format!("“{name}”")).collect()
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
    /// Its name and address.
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
    let title = library.title_or_slug(next.kind, &next.slug);
    let href = match (next.kind, library.course(&next.slug)) {
        (Kind::Course, Some(course)) => next_in(&course, &super::progress_of(conn, next.id)?),
        (kind, _) => views::address(kind, &next.slug),
    };
    Ok((title, href))
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
    yours: String,
    reason: Option<String>,
    right: Option<String>,
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
    let (next_button, next_href) = match &onward.next {
        Some((title, href)) => (format!("Carry on with {title}"), href.clone()),
        None => ("Back to My training".to_owned(), "/".to_owned()),
    };
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
        yours: yours(question, &answer.chosen, &rows),
        reason: reason(question, &rows),
        right: (!attempt.counts_as_right(place)).then(|| right(&question.kind, &rows)),
    })
}

fn yours(question: &Question, chosen: &Chosen, rows: &[MarkedRow]) -> String {
    match &question.kind {
        QuestionKind::OneRight(_) | QuestionKind::SeveralRight(_) => format!("You chose: {}", texts(rows)),
        QuestionKind::Order { steps, .. } => {
            let mut given: Vec<(usize, &str)> =
                steps.iter().zip(&chosen.0).map(|(step, place)| (*place, step.text.as_str())).collect();
            given.sort_unstable();
            let given = given.into_iter().map(|(place, step)| format!("{}: {step}", ordinal(place)));
            format!("Your order: {}", given.collect::<Vec<_>>().join("; "))
        }
        QuestionKind::Match { pairs, .. } => {
            let given = pairs
                .iter()
                .zip(rows)
                .map(|(pair, row)| format!("“{}” with “{}”", pair.prompt, row.given.as_deref().unwrap_or_default()));
            format!("You matched {}", text::list(&given.collect::<Vec<_>>()))
        }
    }
}

fn texts(rows: &[MarkedRow]) -> String {
    rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// That for the whole, or else those for what was chosen.
fn reason(question: &Question, rows: &[MarkedRow]) -> Option<String> {
    let of_choices = || rows.iter().map(|row| row.reason.as_str()).collect::<Vec<_>>().join(" ");
    question.why.clone().or_else(|| question.kind.choices().map(|_| of_choices()))
}

/// What would have been right: the options, the order or the pairs.
pub(super) fn right(kind: &QuestionKind, rows: &[MarkedRow]) -> String {
    match kind.choices() {
        Some(choices) => {
            let right = choices.iter().filter(|choice| choice.is_right).map(|choice| choice.text.as_str());
            right.collect::<Vec<_>>().join("; ")
        }
        None => texts(rows),
    }
}
