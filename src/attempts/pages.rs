//! What is seen on the way through a course: its start, its pages, its questions one at a time, and how it went.

mod course;
pub mod opinions;
pub mod past;
mod question;
pub mod refresher;
mod result;
mod verdict;

use std::sync::Arc;

use actix_web::web;

use super::{Attempt, HelpAsked, Progress};
use crate::act::Act;
use crate::assignments::{self, Assignment};
use crate::certificates::{self, Key};
use crate::clock::Instant;
use crate::courses::views::page_view;
use crate::courses::{Course, Kind, Library};
use crate::db::Conn;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};

const MARKS_NOTE: &str =
    "Your answers and marks are yours. HR see that you passed, the day, the version and the number of tries.";

fn course_href(slug: &str) -> String {
    format!("/courses/{slug}")
}

fn quiz_href(slug: &str) -> String {
    format!("/courses/{slug}/quiz")
}

/// The assignment that somebody is in; none for those who only want to read.
fn assignment_of(conn: &mut Conn, person: i64, slug: &str, now: Instant) -> Result<Option<Assignment>> {
    match assignments::assignment_for(conn, person, Kind::Course, slug, now) {
        Ok(assignment) => Ok(Some(assignment)),
        Err(Problem::NotFound) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The same; what is offered is taken up with the first page that is read or with the questions.
fn asked_or_taken_up(act: &mut Act, library: &Library, person: i64, slug: &str) -> Result<Option<Assignment>> {
    match assignment_of(act.conn, person, slug, act.now)? {
        None if is_offered(library, slug) => {
            assignments::take_up(act, &library.programme, person, Kind::Course, slug).map(Some)
        }
        found => Ok(found),
    }
}

fn is_offered(library: &Library, slug: &str) -> bool {
    assignments::is_offered(&library.programme, Kind::Course, slug)
}

fn progress_of(conn: &mut Conn, assignment: i64) -> Result<Progress> {
    Ok(super::progress(conn, &[assignment])?.remove(&assignment).unwrap_or_default())
}

// ── the course and its pages

/// GET /courses/{slug}
pub async fn start(visit: Visit, viewer: Viewer, slug: web::Path<String>, library: web::Data<Library>) -> Answer {
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let is_offered = is_offered(&library, &slug);
    let (person, now, slug) = (viewer.person, visit.now, slug.into_inner());
    let stand = visit.read(move |conn| course::Stand::read(conn, person, &slug, is_offered, now)).await?;
    visit.page("courses/course", &course.title, course::view(&course, &stand, now))
}

/// GET /courses/{slug}/{page}
pub async fn page(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String)>,
    library: web::Data<Library>,
) -> Answer {
    let (slug, page) = path.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let (place, page) = course.page(&page).map(|(place, page)| (place, page.title.clone())).ok_or(Problem::NotFound)?;
    let now = visit.now;
    let is_offered = is_offered(&library, &slug);
    let (filled, asked) = visit
        .read(move |conn| {
            let asked = assignment_of(conn, viewer.person, &slug, now)?;
            let progress = asked.as_ref().map(|asked| progress_of(conn, asked.id)).transpose()?;
            let open = asked.map_or(is_offered, |asked| !asked.is_complete(now));
            Ok((people::cards(conn, viewer.school)?, (open, progress.unwrap_or_default())))
        })
        .await?;
    let (is_open, progress) = asked;
    let is_read = |name: &str| progress.pages_read.contains(name);
    let mut view = page_view(&library, &course, place, &filled, is_read).ok_or(Problem::NotFound)?;
    if place + 1 == course.pages.len() && !is_open {
        view.button = "Back to the course".to_owned();
    }
    visit.page("courses/page", &page, view)
}

/// POST /courses/{slug}/{page}: read; on to what comes next.
pub async fn next(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String)>,
    _form: Form,
    library: web::Data<Library>,
) -> Answer {
    let (slug, page) = path.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let place = course.page(&page).map(|(place, _)| place).ok_or(Problem::NotFound)?;
    let following = course.pages.get(place + 1).map(|page| format!("/courses/{slug}/{}", page.name));
    let shelf = library.clone();
    let is_open = visit
        .act(move |act| {
            let Some(asked) = asked_or_taken_up(act, &shelf, viewer.person, &slug)? else { return Ok(false) };
            super::read_page(act, asked.id, &page)?;
            Ok(!asked.is_complete(act.now))
        })
        .await?;
    let at_the_end = if is_open { quiz_href(&course.slug) } else { course_href(&course.slug) };
    visit.go(&following.unwrap_or(at_the_end))
}

// ── the questions

/// Somebody's way through the questions of a course, as it stands.
struct Walk {
    assignment: Assignment,
    attempt: Option<Attempt>,
    /// The course in the attempt's version, or else in the one in use.
    course: Arc<Course>,
}

fn walk(conn: &mut Conn, library: &Library, person: i64, slug: &str, now: Instant) -> Result<Walk> {
    let assignment = assignments::assignment_for(conn, person, Kind::Course, slug, now)?;
    let attempt = super::latest(conn, assignment.id)?;
    let course = match &attempt {
        Some(attempt) => library.course_at(conn, slug, &attempt.content_version)?,
        None => library.course(slug).ok_or(Problem::NotFound)?,
    };
    Ok(Walk { assignment, attempt, course })
}

/// GET /courses/{slug}/quiz: how to begin, the question that comes next, or how it went.
pub async fn quiz(visit: Visit, viewer: Viewer, slug: web::Path<String>, library: web::Data<Library>) -> Answer {
    let slug = slug.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let (person, now, shelf, of) = (viewer.person, visit.now, library.clone(), slug.clone());
    let walk = match visit.read(move |conn| walk(conn, &shelf, person, &of, now)).await {
        Err(Problem::NotFound) if is_offered(&library, &slug) => {
            return visit.page("attempts/start", "The questions", question::start(&course));
        }
        Err(Problem::NotFound) => return visit.go(&course_href(&slug)),
        found => found?,
    };
    match walk.attempt {
        Some(attempt) => {
            let last = attempt.answers.len().checked_sub(1);
            show(&visit, &viewer, &library, &walk.course, &attempt, last).await
        }
        None if walk.assignment.is_complete(now) => visit.go(&course_href(&slug)),
        None => visit.page("attempts/start", "The questions", question::start(&walk.course)),
    }
}

/// POST /courses/{slug}/quiz: begins, or goes on with what is open.
pub async fn begin(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let slug = slug.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let leads_to = visit
        .act_once(&form, "self", move |act| {
            let assignment = asked_or_taken_up(act, &library, viewer.person, &slug)?.ok_or(Problem::NotFound)?;
            super::begin_or_resume(act, &assignment, &course)?;
            Ok(quiz_href(&slug))
        })
        .await?;
    visit.go(&leads_to)
}

/// An attempt and a question's place in it, counted from 1.
type OneQuestion = web::Path<(String, i64, usize)>;

/// POST /courses/{slug}/quiz/{attempt}/{question}
pub async fn answer(
    visit: Visit,
    viewer: Viewer,
    path: OneQuestion,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let (slug, attempt, number) = path.into_inner();
    let place = number.checked_sub(1).ok_or(Problem::NotFound)?;
    let (shelf, sent) = (library.clone(), form.0.clone());
    let answered = visit.act(move |act| super::answer(act, &shelf, &key, viewer.person, attempt, place, &sent)).await;
    match answered {
        Ok(_) => visit.go(&format!("/courses/{slug}/quiz/{attempt}/{number}")),
        Err(Problem::Invalid(complaints)) => {
            let (attempt, course) = own(&visit, &library, viewer.person, attempt).await?;
            ask(&visit, &library, &course, &attempt, place.checked_sub(1), Some((&form, &complaints)))
        }
        Err(problem) => Err(problem),
    }
}

/// GET /courses/{slug}/quiz/{attempt}/{question}: the verdict on this answer, and what comes after it.
pub async fn after(visit: Visit, viewer: Viewer, path: OneQuestion, library: web::Data<Library>) -> Answer {
    let (slug, attempt, number) = path.into_inner();
    let (attempt, course) = own(&visit, &library, viewer.person, attempt).await?;
    if attempt.slug != slug {
        return Err(Problem::NotFound);
    }
    match number.checked_sub(1).filter(|place| *place < attempt.answers.len()) {
        Some(place) => show(&visit, &viewer, &library, &course, &attempt, Some(place)).await,
        None => visit.go(&quiz_href(&slug)),
    }
}

/// POST /courses/{slug}/quiz/help: tells the helper, and nobody else, that help would be welcome.
pub async fn ask_for_help(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let slug = slug.into_inner();
    let course = library.course(&slug).ok_or(Problem::NotFound)?;
    let told = visit
        .act_once(&form, "self", move |act| {
            let assignment = assignments::assignment_for(act.conn, viewer.person, Kind::Course, &course.slug, act.now)?;
            Ok(match super::ask_for_help(act, &assignment, &course)? {
                HelpAsked::Now(helper) => format!("We will tell {helper} that help would be welcome."),
                HelpAsked::Before(call) => result::asked_before(&call),
            })
        })
        .await?;
    visit.go_saying(&quiz_href(&slug), &told)
}

async fn own(visit: &Visit, library: &web::Data<Library>, person: i64, attempt: i64) -> Result<(Attempt, Arc<Course>)> {
    let shelf = library.clone();
    visit
        .read(move |conn| {
            let attempt = super::own_attempt(conn, person, attempt)?;
            let course = shelf.course_at(conn, &attempt.slug, &attempt.content_version)?;
            Ok((attempt, course))
        })
        .await
}

/// The verdict on one answer, then the next question or the result.
async fn show(
    visit: &Visit,
    viewer: &Viewer,
    library: &web::Data<Library>,
    course: &Arc<Course>,
    attempt: &Attempt,
    verdict_on: Option<usize>,
) -> Answer {
    match attempt.passed {
        None => ask(visit, library, course, attempt, verdict_on, None),
        Some(true) => passed(visit, library, course, attempt, verdict_on).await,
        Some(false) => failed(visit, viewer, library, course, attempt, verdict_on).await,
    }
}

fn ask(
    visit: &Visit,
    library: &Library,
    course: &Course,
    attempt: &Attempt,
    verdict_on: Option<usize>,
    mended: Option<(&Form, &Complaints)>,
) -> Answer {
    let none = (Form::default(), Complaints::default());
    let (form, complaints) = mended.unwrap_or((&none.0, &none.1));
    let view = question::view(library, course, attempt, verdict_on, form, complaints)?;
    let (template, title) = (view.template, view.kicker.clone());
    match mended {
        Some(_) => visit.again(template, &title, view, complaints),
        None => visit.page(template, &title, view),
    }
}

async fn failed(
    visit: &Visit,
    viewer: &Viewer,
    library: &web::Data<Library>,
    course: &Arc<Course>,
    attempt: &Attempt,
    verdict_on: Option<usize>,
) -> Answer {
    let mut view = result::failed(library, course, attempt, verdict_on)?;
    if attempt.may_ask_for_help() {
        let (person, school, today) = (viewer.person, viewer.school, visit.now.day());
        let (shelf, slug) = (library.clone(), course.slug.clone());
        let help = visit
            .read(move |conn| {
                if let Some(call) = super::asked_for_help(conn, person, &slug, today)? {
                    return Ok(result::Help::Asked(call));
                }
                Ok(match super::helper(conn, person, today)? {
                    Some(helper) => result::Help::From(helper),
                    None => result::Help::on_the_card(&shelf, &people::cards(conn, school)?),
                })
            })
            .await?;
        result::offer_help(&mut view, course, &help);
    }
    visit.page("attempts/result-failed", "Not yet", view)
}

async fn passed(
    visit: &Visit,
    library: &web::Data<Library>,
    course: &Arc<Course>,
    attempt: &Attempt,
    verdict_on: Option<usize>,
) -> Answer {
    let (person, assignment, now, shelf) = (attempt.person, attempt.assignment, visit.now, library.clone());
    let (certificate, onward) = visit
        .read(move |conn| {
            Ok((
                certificate_of(conn, person, assignment)?,
                result::Onward::read(conn, &shelf, person, assignment, now)?,
            ))
        })
        .await?;
    let view = result::passed(library, course, attempt, verdict_on, certificate, &onward)?;
    visit.page("attempts/result-passed", "You passed", view)
}

/// The address of the certificate that an assignment brought, if it stands.
fn certificate_of(conn: &mut Conn, person: i64, assignment: i64) -> Result<Option<String>> {
    let held = certificates::of_person(conn, person)?;
    let its = held.into_iter().find(|held| held.assignment == Some(assignment) && held.ending.is_none());
    Ok(its.map(|certificate| format!("/certificates/{}.pdf", certificate.number)))
}
