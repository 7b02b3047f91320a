//! The start of a course: what is in it, how far one is, when it is due and why.

use serde::Serialize;

use crate::assignments::rules::Status;
use crate::assignments::{self, Assignment};
use crate::attempts::Progress;
use crate::clock::{Day, Instant};
use crate::courses::views::version_line;
use crate::courses::{Course, Kind};
use crate::db::Conn;
use crate::problem::Result;
use crate::text;

/// How somebody stands with a course.
#[derive(Default)]
pub(super) struct Stand {
    /// None for those of whom it is not asked: they may read it all the same.
    asked: Option<Assignment>,
    progress: Progress,
    certificate: Option<String>,
    /// Which of the courses asked of this person it is, and of how many.
    place: Option<(usize, usize)>,
    /// Not asked, but there for whoever likes it: its questions too.
    is_offered: bool,
}

impl Stand {
    pub fn read(conn: &mut Conn, person: i64, slug: &str, is_offered: bool, now: Instant) -> Result<Stand> {
        let Some(asked) = super::assignment_of(conn, person, slug, now)? else {
            return Ok(Stand { is_offered, ..Stand::default() });
        };
        let training = assignments::my_training(conn, person, now)?;
        let is_offered = asked.is_by_choice();
        let courses: Vec<&Assignment> =
            training.iter().filter(|one| one.kind == Kind::Course && !one.is_by_choice()).collect();
        let place = courses.iter().position(|one| one.id == asked.id);
        Ok(Stand {
            place: place.map(|place| (place + 1, courses.len())),
            progress: super::progress_of(conn, asked.id)?,
            certificate: super::certificate_of(conn, person, asked.id)?,
            asked: Some(asked),
            is_offered,
        })
    }

    fn has_read(&self, page: &str) -> bool {
        self.progress.pages_read.contains(page)
    }

    /// Whether all that is left is the questions.
    fn is_at_questions(&self, course: &Course) -> bool {
        self.progress.tries > 0 || course.pages.iter().all(|page| self.has_read(&page.name))
    }
}

#[derive(Serialize)]
pub(super) struct CourseView {
    kicker: String,
    title: String,
    summary: String,
    note: Option<String>,
    start_href: Option<String>,
    start_button: &'static str,
    steps: Vec<Step>,
    outcomes: Vec<String>,
    due: Option<String>,
    why: Option<String>,
    certificate_href: Option<String>,
    print_href: String,
    version: String,
}

#[derive(Serialize)]
struct Step {
    /// What the list shows it as: done, next, or left.
    state: &'static str,
    title: String,
    href: Option<String>,
    detail: Option<String>,
    pill_kind: &'static str,
    pill: String,
}

pub(super) fn view(course: &Course, stand: &Stand, now: Instant) -> CourseView {
    let status = stand.asked.as_ref().map(|asked| asked.status(now));
    let is_done = status.as_ref().is_some_and(|status| status.standing.is_completed());
    let steps = steps(course, stand, is_done);
    let next = steps.iter().find(|step| step.state == "next").and_then(|step| step.href.clone());
    CourseView {
        kicker: kicker(course, stand),
        title: course.title.clone(),
        summary: course.summary.clone(),
        note: course.note.clone(),
        start_href: next.or_else(|| steps.first().and_then(|step| step.href.clone())).filter(|_| !is_done),
        start_button: start_button(stand),
        steps,
        outcomes: course.outcomes.iter().map(|outcome| outcome.text.clone()).collect(),
        due: status.as_ref().map(|status| due(stand, status, is_done, now.day())),
        why: status.map(|status| status.why),
        certificate_href: stand.certificate.clone(),
        print_href: format!("/courses/{}/print", course.slug),
        version: version_line(course),
    }
}

fn kicker(course: &Course, stand: &Stand) -> String {
    let minutes = format!("about {}", text::count(course.minutes as usize, "minute", "minutes"));
    match stand.place {
        Some((place, of)) => format!("Course {place} of {of} · {minutes}"),
        None => format!("Course · {minutes}"),
    }
}

fn start_button(stand: &Stand) -> &'static str {
    match &stand.asked {
        None => "Start reading",
        Some(_) if stand.progress.is_begun() => "Carry on",
        Some(_) => "Start",
    }
}

fn due(stand: &Stand, status: &Status, is_done: bool, today: Day) -> String {
    match status.due {
        _ if stand.is_offered && !is_done => "If you like".to_owned(),
        _ if is_done => "Done".to_owned(),
        Some(day) if day < today => format!("It was due {}", day.short()),
        Some(day) => format!("Due {}", day.short()),
        None => "No due day".to_owned(),
    }
}

fn steps(course: &Course, stand: &Stand, is_done: bool) -> Vec<Step> {
    let at_questions = stand.asked.is_some() && stand.is_at_questions(course);
    let unread = course.pages.iter().find(|page| !stand.has_read(&page.name)).map(|page| page.name.as_str());
    let next = unread.filter(|_| stand.asked.is_some() && !is_done && !at_questions);
    let mut steps: Vec<Step> = course
        .pages
        .iter()
        .map(|page| {
            let (is_read, is_next) = (stand.has_read(&page.name), next == Some(page.name.as_str()));
            let (pill_kind, pill) = match (is_read, is_next) {
                (true, _) => ("done", "Read"),
                (_, true) => ("now", "Next"),
                // Once the questions are passed, nothing is left to read.
                _ if is_done => ("", ""),
                _ => ("none", "To read"),
            };
            Step {
                state: if is_read {
                    "done"
                } else if is_next {
                    "next"
                } else {
                    "left"
                },
                title: page.title.clone(),
                href: Some(format!("/courses/{}/{}", course.slug, page.name)),
                detail: None,
                pill_kind,
                pill: pill.to_owned(),
            }
        })
        .collect();
    let has_questions = stand.asked.is_some() || stand.is_offered;
    steps.extend(has_questions.then(|| questions(course, stand, is_done, at_questions)));
    steps
}

fn questions(course: &Course, stand: &Stand, is_done: bool, at_questions: bool) -> Step {
    let (draw, needed) = (course.quiz.draw, course.quiz.needed(course.quiz.draw));
    let (pill_kind, pill) = match stand.progress.open {
        _ if is_done => ("done", "Done".to_owned()),
        Some((answered, drawn)) => ("now", format!("{answered} of {drawn} answered")),
        None if at_questions => ("now", "Next".to_owned()),
        None => ("none", "Afterwards".to_owned()),
    };
    Step {
        state: if is_done {
            "done"
        } else if at_questions {
            "next"
        } else {
            "left"
        },
        title: "The questions".to_owned(),
        href: (at_questions || stand.is_offered).then(|| super::quiz_href(&course.slug)),
        detail: Some(format!("{}; {needed} right to pass", text::count(draw, "question", "questions"))),
        pill_kind,
        pill,
    }
}
