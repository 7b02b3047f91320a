//! Somebody's own past tries: a list, and each exactly as it was, with what their school's card said that day.

use std::cmp::Reverse;

use actix_web::web;
use serde_json::{Value, json};

use super::{MARKS_NOTE, own, result};
use crate::assignments;
use crate::attempts::refreshers::{self, Refresher};
use crate::attempts::rules::{self, ordinal};
use crate::attempts::{self, Attempt, PastAttempt};
use crate::clock::Instant;
use crate::courses::views::{card_lines, is_contact, print_view, version_line};
use crate::courses::{Course, Kind, Library, QuestionKind};
use crate::http::{Answer, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};

/// GET /attempts: those at courses and at what one still knew, newest first.
pub async fn list(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let (person, shelf) = (viewer.person, library.clone());
    let (attempts, refreshers) = visit
        .read(move |conn| {
            Ok((attempts::own_attempts(conn, person)?, refreshers::own_refreshers(conn, &shelf, person)?))
        })
        .await?;
    let mut rows: Vec<(Instant, Value)> =
        attempts.iter().map(|one| (one.finished, attempt_row(&library, one))).collect();
    for refresher in &refreshers {
        if let Some(finished) = refresher.attempt.finished {
            rows.push((finished, refresher_row(refresher, finished)?));
        }
    }
    rows.sort_by_key(|(finished, _)| Reverse(*finished));
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    visit.page("attempts/past", "Your past tries", json!({ "attempts": rows, "marks_note": MARKS_NOTE }))
}

fn attempt_row(library: &Library, one: &PastAttempt) -> Value {
    json!({
        "title": library.title_or_slug(Kind::Course, &one.slug),
        "href": format!("/attempts/{}", one.id),
        "finished": one.finished.long(),
        "mark": format!("{} of {}", one.right, one.drawn),
        "pill_kind": if one.passed { "done" } else { "none" },
        "pill": if one.passed { "Passed" } else { "Not yet" },
        "state": if one.passed { "done" } else { "left" },
    })
}

fn refresher_row(refresher: &Refresher, finished: Instant) -> Result<Value> {
    let sum = refresher.sum()?;
    Ok(json!({
        "title": refresher.course.title,
        "href": format!("/attempts/refreshers/{}", refresher.attempt.id),
        "finished": finished.long(),
        "mark": format!("{} of {}", sum.right, sum.asked),
        "pill_kind": if sum.is_passed() { "done" } else { "none" },
        "pill": if sum.is_passed() { "Passed" } else { "Finished" },
        "state": if sum.is_passed() { "done" } else { "left" },
    }))
}

/// GET /attempts/{attempt}
pub async fn one(visit: Visit, viewer: Viewer, attempt: web::Path<i64>, library: web::Data<Library>) -> Answer {
    let (attempt, course) = own(&visit, &library, viewer.person, *attempt).await?;
    let (of, now) = (attempt.assignment, visit.now);
    let is_open = visit
        .read(move |conn| {
            let assignment = assignments::assignment(conn, of)?;
            // The right answers are not named while tries remain.
            Ok(!assignment.is_complete(now) && now.day() <= assignment.facts.closes)
        })
        .await?;
    let tally = attempt.tally(&course)?;
    let pages = format!("/attempts/{}/pages", attempt.id);
    show(
        &visit,
        &viewer,
        &library,
        Past { course: &course, attempt: &attempt, right: tally.right, is_open, pages: Some(pages) },
    )
    .await
}

/// GET /attempts/refreshers/{refresher}: of this cycle or an earlier one. There is one go, so the right answers are named.
pub async fn refresher(visit: Visit, viewer: Viewer, id: web::Path<i64>, library: web::Data<Library>) -> Answer {
    let (person, shelf) = (viewer.person, library.clone());
    let own = visit.read(move |conn| refreshers::own_refreshers(conn, &shelf, person)).await?;
    let refresher = own.into_iter().find(|one| one.attempt.id == *id).ok_or(Problem::NotFound)?;
    let right = refresher.sum()?.right;
    let past = Past { course: &refresher.course, attempt: &refresher.attempt, right, is_open: false, pages: None };
    show(&visit, &viewer, &library, past).await
}

struct Past<'a> {
    course: &'a Course,
    attempt: &'a Attempt,
    right: usize,
    /// Tries remain.
    is_open: bool,
    /// Where the pages stand as they were.
    pages: Option<String>,
}

async fn show(visit: &Visit, viewer: &Viewer, library: &Library, past: Past<'_>) -> Answer {
    let Past { course, attempt, right, is_open, pages } = past;
    let (person, finished) = (viewer.person, attempt.finished.ok_or(Problem::NotFound)?);
    let filled = visit.read(move |conn| people::cards_as_at(conn, person, finished)).await?;
    let used = |slot: &str| course.pages.iter().any(|page| page.prose.slots.iter().any(|used| used.what == slot));
    let questions = (0..attempt.answers.len()).map(|place| question(course, attempt, place, is_open));
    let view = json!({
        "course_title": course.title,
        "heading": format!("{right} of {} on {}", attempt.answers.len(), finished.day().long()),
        "version": version_line(course),
        "pages_href": pages,
        "questions": questions.collect::<Result<Vec<Value>>>()?,
        "cards_heading": format!("Who to tell, as your school’s card said on {}", finished.day().long()),
        "cards": card_lines(library, &filled, |slot| slot == "dsl" || is_contact(slot) && used(slot)),
        "marks_note": MARKS_NOTE,
    });
    visit.page("attempts/past-one", &format!("Your try at {}", course.title), view)
}

/// GET /attempts/{attempt}/pages: the course's pages as they were read for this try.
pub async fn pages(visit: Visit, viewer: Viewer, attempt: web::Path<i64>, library: web::Data<Library>) -> Answer {
    let (attempt, course) = own(&visit, &library, viewer.person, *attempt).await?;
    let finished = attempt.finished.ok_or(Problem::NotFound)?;
    let filled = visit.read(move |conn| people::cards_as_at(conn, viewer.person, finished)).await?;
    let mut view = print_view(&library, &course, &filled, &visit.house().trust);
    view.back_href = format!("/attempts/{}", attempt.id);
    view.back_text = "Back to your try".to_owned();
    visit.page("courses/print", &format!("{}, as it was", course.title), view)
}

/// A question as it was shown, with what was chosen of it and why it was right or not.
fn question(course: &Course, attempt: &Attempt, place: usize, is_open: bool) -> Result<Value> {
    let (question, shown) = (attempt.question(course, place)?, attempt.shown(course, place)?);
    let chosen = &attempt.answers[place].chosen.0;
    let row = |text: &str, yours: Option<String>| json!({ "text": text, "yours": yours });
    let rows: Vec<Value> = match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => shown
            .iter()
            .map(|at| row(&choices[*at].text, chosen.contains(at).then(|| "your choice".to_owned())))
            .collect(),
        QuestionKind::Order { steps, .. } => shown
            .iter()
            .map(|at| row(&steps[*at].text, chosen.get(*at).map(|given| format!("you put it {}", ordinal(*given)))))
            .collect(),
        QuestionKind::Match { pairs, .. } => {
            let answers = question.kind.answers();
            let given = |at: usize| chosen.get(at).and_then(|answer| answers.get(*answer));
            let of_pair = |(at, pair): (usize, &crate::courses::reading::Pair)| {
                row(&pair.prompt, given(at).map(|answer| format!("you chose: {answer}")))
            };
            pairs.iter().enumerate().map(of_pair).collect()
        }
    };
    let is_right = attempt.counts_as_right(place);
    let marked = rules::mark(question, &attempt.answers[place].chosen).rows;
    let is_choice = question.kind.choices().is_some();
    let may_tell = is_right || !is_open || !is_choice;
    let right = if is_right || is_open { Vec::new() } else { result::right(&question.kind, &marked) };
    let reasons: Vec<String> = marked.into_iter().map(|row| row.reason).filter(|reason| !reason.is_empty()).collect();
    Ok(json!({
        "number": place + 1,
        "ask": question.ask,
        "is_right": is_right,
        "is_voided": attempt.is_voided(place),
        "rows": rows,
        "reasons": if is_choice { reasons } else { Vec::new() },
        "why": question.why.clone().filter(|_| may_tell),
        "right": right,
    }))
}
