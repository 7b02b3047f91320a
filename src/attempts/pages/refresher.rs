//! `/refresher`: for whoever did the modules last year, the questions that show what they still know, and what is left then.

use actix_web::web;
use serde_json::{Value, json};

use super::{MARKS_NOTE, question, result};
use crate::attempts::refreshers::{self, Module, Refresher};
use crate::attempts::rules::refreshing::Sum;
use crate::certificates::Key;
use crate::clock::Instant;
use crate::courses::Library;
use crate::http::{Answer, Form, Visit};
use crate::people::Viewer;
use crate::problem::{Complaints, Problem, Result};
use crate::text;

const ADDRESS: &str = "/refresher";

/// Where somebody stands with it.
struct Seen {
    refresher: Option<Refresher>,
    /// None for somebody who may have none, and for whom nothing is left.
    modules: Option<Vec<Module>>,
}

impl Seen {
    /// The slugs of the modules that are left to do.
    fn left(&self, now: Instant) -> Vec<String> {
        let left = self.modules.iter().flatten().filter(|module| module.is_left(now));
        left.map(|module| module.course.slug.clone()).collect()
    }
}

async fn look(visit: &Visit, viewer: &Viewer, library: &web::Data<Library>) -> Result<Seen> {
    let (person, now, library) = (viewer.person, visit.now, library.clone());
    visit
        .read(move |conn| {
            Ok(Seen {
                refresher: refreshers::refresher(conn, &library, person, now)?,
                modules: refreshers::modules(conn, &library, person, now)?,
            })
        })
        .await
}

/// GET /refresher: how to begin, the question that comes next, or how it went.
pub async fn show(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let seen = look(&visit, &viewer, &library).await?;
    match (&seen.refresher, &seen.modules) {
        (Some(refresher), _) => {
            let last = refresher.attempt.answers.len().checked_sub(1);
            on(&visit, &library, refresher, &seen.left(visit.now), last)
        }
        (None, Some(modules)) => {
            let view = start(&library, modules);
            visit.page("attempts/refresher-start", "What you still know", view)
        }
        (None, None) => visit.go("/"),
    }
}

/// POST /refresher: begins, or goes on with what is open.
pub async fn begin(visit: Visit, viewer: Viewer, form: Form, library: web::Data<Library>) -> Answer {
    let leads_to = visit
        .act_once(&form, "self", move |act| {
            refreshers::begin_or_resume(act, &library, viewer.person)?;
            Ok(ADDRESS.to_owned())
        })
        .await?;
    visit.go(&leads_to)
}

/// GET /refresher/{question}: the verdict on this answer, and what comes after it.
pub async fn after(visit: Visit, viewer: Viewer, number: web::Path<usize>, library: web::Data<Library>) -> Answer {
    let seen = look(&visit, &viewer, &library).await?;
    let refresher = seen.refresher.as_ref().ok_or(Problem::NotFound)?;
    match number.checked_sub(1).filter(|place| *place < refresher.attempt.answers.len()) {
        Some(place) => on(&visit, &library, refresher, &seen.left(visit.now), Some(place)),
        None => visit.go(ADDRESS),
    }
}

/// POST /refresher/{question}
pub async fn answer(
    visit: Visit,
    viewer: Viewer,
    number: web::Path<usize>,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let (number, shelf, sent) = (number.into_inner(), library.clone(), form.0.clone());
    let place = number.checked_sub(1).ok_or(Problem::NotFound)?;
    let person = viewer.person;
    let answered = visit.act(move |act| refreshers::answer(act, &shelf, &key, person, place, &sent)).await;
    match answered {
        Ok(_) => visit.go(&format!("{ADDRESS}/{number}")),
        Err(Problem::Invalid(complaints)) => {
            let seen = look(&visit, &viewer, &library).await?;
            let refresher = seen.refresher.as_ref().ok_or(Problem::NotFound)?;
            ask(&visit, &library, refresher, place.checked_sub(1), Some((&form, &complaints)))
        }
        Err(problem) => Err(problem),
    }
}

/// The verdict on one answer, then the next question or the result.
fn on(visit: &Visit, library: &Library, refresher: &Refresher, left: &[String], verdict_on: Option<usize>) -> Answer {
    if !refresher.is_finished() {
        return ask(visit, library, refresher, verdict_on, None);
    }
    let view = finished(library, refresher, left, verdict_on)?;
    visit.page("attempts/refresher-result", "What you still know", view)
}

fn ask(
    visit: &Visit,
    library: &Library,
    refresher: &Refresher,
    verdict_on: Option<usize>,
    mended: Option<(&Form, &Complaints)>,
) -> Answer {
    let none = (Form::default(), Complaints::default());
    let (form, complaints) = mended.unwrap_or((&none.0, &none.1));
    let view = question::view(library, &refresher.course, &refresher.attempt, verdict_on, form, complaints)?;
    let action = format!("{ADDRESS}/{}", refresher.attempt.answers.len() + 1);
    let view = view.going_to(action, "/", "Back to My training");
    let (template, title) = (view.template, view.kicker.clone());
    match mended {
        Some(_) => visit.again(template, &title, view, complaints),
        None => visit.page(template, &title, view),
    }
}

fn start(library: &Library, modules: &[Module]) -> Value {
    let (draw, pass) = library.programme.refresher.as_ref().map_or((0, 0), |written| (written.draw, written.pass));
    let needed = (draw * pass as usize).div_ceil(100);
    let changes = modules.iter().flat_map(|module| {
        module
            .changes()
            .into_iter()
            .map(|change| json!({ "title": module.course.title, "what": change.what, "day": change.date.long() }))
    });
    json!({
        "heading": "You did these courses last year",
        "sentence": format!(
            "Answer {}, and you need not take again what you still know.",
            text::count(draw, "question", "questions")
        ),
        "facts": [
            "A course without a wrong answer is done for this year. Your certificate says that you tested out.".to_owned(),
            "You take the others in the ordinary way, as often as you want.".to_owned(),
            format!("All are done with {needed} of {draw} right, as long as you miss no rule that nobody may get wrong."),
            "You have one go a year. There is no time limit. Stop whenever you like, and come back to the same question.".to_owned(),
            "You still do the privacy check, read what has changed, and sign.".to_owned(),
        ],
        "changes": changes.collect::<Vec<_>>(),
        "action": ADDRESS,
        "button": "Start the questions",
        "marks_note": MARKS_NOTE,
    })
}

fn finished(library: &Library, refresher: &Refresher, left: &[String], verdict_on: Option<usize>) -> Result<Value> {
    let sum = refresher.sum()?;
    let (attempt, course) = (&refresher.attempt, &refresher.course);
    let rows: Vec<Value> = library
        .programme
        .refresher
        .iter()
        .flat_map(|written| &written.modules)
        .filter_map(|slug| refresher.modules.iter().find(|module| module.slug == *slug))
        .map(|module| {
            let is_left = left.contains(&module.slug);
            json!({
                "title": module.title,
                "href": is_left.then(|| format!("/courses/{}", module.slug)),
                "pill_kind": if is_left { "due" } else { "done" },
                "pill": if is_left { "To take" } else { "Done" },
                "state": if is_left { "left" } else { "done" },
            })
        })
        .collect();
    let missed = result::missed(course, attempt)?;
    let rule = result::rule_missed(library, course, &missed);
    Ok(json!({
        "verdict": result::shown_verdict(library, course, attempt, verdict_on)?,
        "heading": format!("{} of {} right", sum.right, sum.asked),
        "sentence": sentence(&sum, &rule, rows.len(), left.len()),
        "modules": rows,
        "answers": result::answers(course, attempt)?,
        "marks_note": MARKS_NOTE,
    }))
}

/// How it went, why, and what is left of so many modules.
fn sentence(sum: &Sum, rule: &str, modules: usize, left: usize) -> String {
    if sum.missed.is_empty() {
        return "Nothing missed: all these courses are done for this year.".to_owned();
    }
    if sum.is_passed() {
        return "That was enough: all these courses are done for this year.".to_owned();
    }
    let why = why_not_all(sum, rule);
    if left == 0 {
        return format!(
            "{why} But what you missed is in courses that are done for this year already, so you have nothing to take \
             again. Please read your answers below."
        );
    }
    let done = if left < modules { " The courses in which you missed nothing are done." } else { "" };
    format!("{why}{done} Please take {} again.", text::count(left, "course", "courses"))
}

/// Too few right, or a rule missed that nobody may get wrong.
fn why_not_all(sum: &Sum, rule: &str) -> String {
    match (sum.right >= sum.needed, sum.missed_a_gate) {
        (true, _) => format!("You got enough right, but you missed {rule}."),
        (false, true) => format!("You needed {} right, and you missed {rule}.", sum.needed),
        (false, false) => format!("You needed {} right for all the courses to be done at once.", sum.needed),
    }
}
