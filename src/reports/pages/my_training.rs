//! `/`: one ordered list, what comes next and how long it takes, and pages of their own for nothing to do and all done.

use actix_web::web;
use serde::Serialize;
use serde_json::json;

use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Cycle, Standing};
use crate::clock::{Day, Instant};
use crate::courses::rules::minutes_of_questions;
use crate::courses::views::{self, Minutes, title_of};
use crate::courses::{Course, Kind, Library};
use crate::http::{Answer, Visit};
use crate::people::Viewer;
use crate::people::rules::AccessRole;
use crate::reports::my_training::{self, Item, MyTraining, my_training};
use crate::reports::words::{Pill, due_in};
use crate::text;

const CONCERN: &str = "If a post, message or account worries you, tell the designated safeguarding lead today. \
                       You don’t need to finish the training first.";

pub async fn show(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let (person, now) = (viewer.person, visit.now);
    let training = visit.desk.glance(move |conn| my_training(conn, person, now)).await?;
    match (training.total(), training.done()) {
        (0, _) => nothing(&visit, &viewer, &library, &training),
        (total, done) if total == done => all_done(&visit, &viewer, &library, &training),
        _ => under_way(&visit, &viewer, &library, &training),
    }
}

// ── something to do

#[derive(Serialize)]
struct UnderWay<'t> {
    kicker: String,
    heading: String,
    next: Option<Next>,
    sentence: Option<&'static str>,
    ring: Ring,
    steps: Vec<Step<'t>>,
    whys: Vec<Why<'t>>,
    offers: Vec<Offer>,
    may_refresh: bool,
    concern: &'static str,
}

#[derive(Serialize)]
struct Next {
    title: String,
    minutes: String,
    href: String,
    button: String,
    due_lead: &'static str,
    due_day: Option<String>,
}

#[derive(Serialize)]
struct Why<'t> {
    titles: String,
    why: &'t str,
}

fn under_way(visit: &Visit, viewer: &Viewer, library: &Library, training: &MyTraining) -> Answer {
    let (done, total) = (training.done(), training.total());
    let forename = &viewer.forename;
    let next = training.next();
    let refresher = refresher(library, training);
    let view = UnderWay {
        kicker: kicker(visit.now),
        heading: match done {
            0 => format!("{} to do, {forename}", text::count(total, "thing", "things")),
            _ => format!("You’re {done} of {total} done, {forename}"),
        },
        next: match refresher {
            Some(Way::GoOn(questions)) => Some(rest_of_refresher(questions)),
            _ => next.map(|item| next_thing(item, library, training, visit.now.day())),
        },
        sentence: next.is_none().then(|| why_nothing_now(training)),
        ring: ring(training),
        steps: steps(library, training, visit.now),
        whys: whys(library, training),
        offers: offers(library, training, visit.now),
        may_refresh: refresher == Some(Way::Begin),
        concern: CONCERN,
    };
    visit.page("reports/my-training", "My training", view)
}

fn next_thing(item: &Item, library: &Library, training: &MyTraining, today: Day) -> Next {
    let title = title_of(library, item.assignment.kind, &item.assignment.slug);
    let (due_lead, due_day) = due_of(item, training, today);
    Next {
        minutes: minutes_left(item, library).about(),
        href: next_href(item, library),
        button: views::button_to(library, item.assignment.kind, &item.assignment.slug, item.progress.is_begun()),
        title,
        due_lead,
        due_day: due_day.map(Day::weekday_and_day),
    }
}

/// Where the button leads: straight to the page or the quiz that comes next.
fn next_href(item: &Item, library: &Library) -> String {
    let slug = &item.assignment.slug;
    match (item.assignment.kind, library.course(slug)) {
        (Kind::Course, Some(course)) => {
            format!("/courses/{slug}/{}", item.progress.next_page(&course).unwrap_or("quiz"))
        }
        _ => href(item),
    }
}

/// When this is due, or everything that is left if that is one day.
fn due_of(item: &Item, training: &MyTraining, today: Day) -> (&'static str, Option<Day>) {
    let due = item.status.due;
    let mut left = training.items.iter().filter(|one| one.status.standing.is_to_do());
    match due {
        Some(day) if day < today => ("It was due on", due),
        Some(_) if left.clone().count() > 1 && left.all(|one| one.status.due == due) => ("Everything is due by", due),
        _ => ("It is due by", due),
    }
}

/// All that is left waits for somebody, stands still, or is not open yet.
fn why_nothing_now(training: &MyTraining) -> &'static str {
    let any = |is: fn(Standing) -> bool| training.items.iter().any(|item| is(item.status.standing));
    if any(Standing::is_waiting) {
        "There is nothing for you to do now. What you asked or told us is with HR, and nothing is late while it is."
    } else if any(|standing| standing == Standing::Paused) {
        "There is nothing for you to do now. Your training stands still while you are away."
    } else {
        "There is nothing for you to do now. What comes next is not open yet."
    }
}

/// Why each thing that is left is due when it is; what follows on one another for the same reason is said in one breath.
fn whys<'t>(library: &Library, training: &'t MyTraining) -> Vec<Why<'t>> {
    let closed = |item: &&Item| item.is_done() || item.status.standing == Standing::Exempt;
    let open: Vec<&Item> = training.items.iter().filter(|item| !closed(item)).collect();
    let alike = open.chunk_by(|one, next| one.status.why == next.status.why);
    alike
        .map(|items| {
            let title = |item: &&Item| title_of(library, item.assignment.kind, &item.assignment.slug);
            let titles: Vec<String> = items.iter().map(title).collect();
            Why { titles: text::list(&titles), why: &items[0].status.why }
        })
        .collect()
}

// ── all done

#[derive(Serialize)]
struct AllDone<'t> {
    kicker: String,
    heading: String,
    sentence: &'static str,
    certificate_href: Option<String>,
    ring: Ring,
    steps: Vec<Step<'t>>,
    next_time: String,
    offers: Vec<Offer>,
    concern: &'static str,
}

fn all_done(visit: &Visit, viewer: &Viewer, library: &Library, training: &MyTraining) -> Answer {
    let view = AllDone {
        kicker: kicker(visit.now),
        heading: format!("All done, {}. Thank you", viewer.forename),
        sentence: "You are up to date with everything for this year.",
        certificate_href: training.year_certificate.as_ref().map(|number| certificate_href(number)),
        ring: ring(training),
        steps: steps(library, training, visit.now),
        next_time: next_time(training),
        offers: offers(library, training, visit.now),
        concern: CONCERN,
    };
    visit.page("reports/my-training-done", "My training", view)
}

fn next_time(training: &MyTraining) -> String {
    let yearly = training.items.iter().any(|item| matches!(item.assignment.cycle, Cycle::Year(_)));
    let closes = training.items.iter().map(|item| item.assignment.facts.closes).min();
    match closes.filter(|_| yearly) {
        Some(day) => format!("The next year opens on {}. We will write to you when it is time.", day.next().long()),
        None => "We will write to you when something has to be done again.".to_owned(),
    }
}

// ── nothing to do

/// For somebody of whom nothing is asked, such as a governor: where they can go instead.
fn nothing(visit: &Visit, viewer: &Viewer, library: &Library, training: &MyTraining) -> Answer {
    let links: &[(AccessRole, &str, &str)] = &[
        (AccessRole::Governor, "/governors", "Read the governors’ reports"),
        (AccessRole::HR, "/overview", "See how the training goes"),
        (AccessRole::Administrator, "/settings", "Look after the settings"),
        (AccessRole::Auditor, "/reports", "Read the reports"),
    ];
    let mut theirs: Vec<_> = links
        .iter()
        .filter(|(role, ..)| viewer.has(*role))
        .map(|(_, href, text)| json!({ "href": href, "text": text }))
        .collect();
    if viewer.manages {
        theirs.push(json!({ "href": "/people", "text": "See how your team is doing" }));
    }
    let exempt = training.items.first().map(|item| item.status.why.as_str());
    let view = json!({
        "kicker": kicker(visit.now),
        "heading": format!("Nothing to do, {}", viewer.forename),
        "sentence": exempt.unwrap_or("You have no training to do at the moment."),
        "links": theirs,
        "next_time": "If something is set for you, we will write to you on a working day.",
        "offers": offers(library, training, visit.now),
        "concern": CONCERN,
    });
    visit.page("reports/my-training-nothing", "My training", view)
}

/// The way past the modules for whoever did them last year.
#[derive(PartialEq, Eq)]
enum Way {
    Begin,
    /// Begun, with so many questions in all.
    GoOn(usize),
}

fn refresher(library: &Library, training: &MyTraining) -> Option<Way> {
    let written = library.programme.refresher.as_ref()?;
    let way = if training.refresher.is_some() { Way::GoOn(written.draw) } else { Way::Begin };
    training.may_refresh(&written.modules).then_some(way)
}

/// Questions that were begun come before everything else: what they show need not be done.
fn rest_of_refresher(questions: usize) -> Next {
    Next {
        title: "show what you still know".to_owned(),
        minutes: Minutes::from(minutes_of_questions(questions)).about(),
        href: "/refresher".to_owned(),
        button: "Carry on with the questions".to_owned(),
        due_lead: "",
        due_day: None,
    }
}

// ── what is offered

#[derive(Serialize)]
struct Offer {
    /// What the list shows it as: done or offered.
    state: &'static str,
    title: String,
    href: String,
    detail: String,
    link_href: Option<String>,
    link_text: Option<&'static str>,
    pill_kind: &'static str,
    pill: &'static str,
}

/// The courses that nobody has to take. One that is asked of this person is in their list already.
fn offers(library: &Library, training: &MyTraining, now: Instant) -> Vec<Offer> {
    let is_asked = |slug: &str| training.items.iter().any(|item| item.assignment.slug == slug);
    let offered = library.programme.offers.iter().filter(|line| line.kind == Kind::Course && !is_asked(&line.slug));
    let courses = offered.filter_map(|line| library.course(&line.slug));
    courses
        .map(|course| {
            let taken_up = training.chosen.iter().find(|item| item.assignment.slug == course.slug);
            offer(&course, taken_up, now, |item| to_be_done(item, library, training))
        })
        .collect()
}

fn offer(course: &Course, taken_up: Option<&Item>, now: Instant, to_be_done: impl Fn(&Item) -> String) -> Offer {
    let done = taken_up.filter(|item| item.is_done());
    let (link_href, link_text) = done.and_then(link).unzip();
    let (pill_kind, pill) = match taken_up {
        Some(item) if item.is_done() => ("done", "Done"),
        Some(_) => ("now", "In progress"),
        None => ("none", "If you like"),
    };
    Offer {
        state: if done.is_some() { "done" } else { "offered" },
        title: course.title.clone(),
        href: format!("/courses/{}", course.slug),
        detail: match taken_up {
            Some(item) if item.is_done() => done_on(item, now),
            Some(item) if item.progress.is_begun() => to_be_done(item),
            _ => format!("{} About {}.", course.summary, text::count(course.minutes as usize, "minute", "minutes")),
        },
        link_href,
        link_text,
        pill_kind,
        pill,
    }
}

// ── the list

#[derive(Serialize)]
struct Ring {
    done: usize,
    total: usize,
    has_some: bool,
    sentence: String,
}

fn ring(training: &MyTraining) -> Ring {
    let (done, total) = (training.done(), training.total());
    Ring { done, total, has_some: done > 0, sentence: format!("{done} of {total} complete") }
}

#[derive(Serialize)]
struct Step<'t> {
    /// What the list shows it as: done, next, or left.
    state: &'static str,
    title: String,
    href: Option<String>,
    detail: std::borrow::Cow<'t, str>,
    when: String,
    link_href: Option<String>,
    link_text: Option<&'static str>,
    pill_kind: &'static str,
    pill: String,
}

fn steps<'t>(library: &Library, training: &'t MyTraining, now: Instant) -> Vec<Step<'t>> {
    let next = training.next().map(|item| item.assignment.id);
    training.items.iter().map(|item| step(item, library, training, now, next)).collect()
}

fn step<'t>(item: &'t Item, library: &Library, training: &'t MyTraining, now: Instant, next: Option<i64>) -> Step<'t> {
    let (is_done, kind) = (item.is_done(), item.assignment.kind);
    let Pill { kind: pill_kind, words } = pill(item);
    let to_do = item.status.standing.is_to_do();
    let (link_href, link_text) = link(item).filter(|_| is_done).unzip();
    Step {
        state: match is_done {
            true => "done",
            false if next == Some(item.assignment.id) => "next",
            false => "left",
        },
        title: title_of(library, kind, &item.assignment.slug),
        href: (item.status.standing != Standing::Exempt).then(|| href(item)),
        detail: match (is_done, to_do) {
            (true, _) => done_on(item, now).into(),
            (false, true) => to_be_done(item, library, training).into(),
            (false, false) => item.status.why.as_str().into(),
        },
        when: if to_do { format!("{} min", minutes_left(item, library)) } else { String::new() },
        link_href,
        link_text,
        pill_kind,
        pill: words,
    }
}

/// As the person reads it: what is in progress is said so, unless it is late.
fn pill(item: &Item) -> Pill {
    match item.status.standing {
        Standing::Completed { .. } => Pill::new("done", "Done"),
        Standing::Exempt => Pill::new("none", "Not needed"),
        Standing::QueryOpen | Standing::DiscussionNeeded => Pill::new("now", "With HR"),
        Standing::Paused => Pill::new("none", "Paused"),
        Standing::EndedUndone => Pill::new("none", "Ended"),
        Standing::Overdue { days: 1 } => Pill::new("late", "1 day late"),
        Standing::Overdue { days } => Pill::new("late", format!("{days} days late")),
        Standing::DueSoon { .. } | Standing::Due if item.progress.is_begun() => Pill::new("now", "In progress"),
        Standing::DueSoon { days } => Pill::new("due", due_in(days)),
        Standing::Due => Pill::new("none", "Not started"),
        Standing::NotDue => Pill::new("none", format!("Opens {}", item.assignment.facts.opens.short())),
    }
}

fn done_on(item: &Item, now: Instant) -> String {
    let at = item.assignment.facts.completions.first().map(|completion| completion.what.at.day());
    let this_year = AcademicYear::of(now.day());
    let day = at.map(|day| if AcademicYear::of(day) == this_year { day.short() } else { day.long() });
    let day = day.unwrap_or_default();
    match item.assignment.kind {
        Kind::Course => format!("Completed on {day}"),
        Kind::Checklist => format!("Finished on {day} · your answers are not kept"),
        Kind::Policy => format!("Signed on {day}"),
    }
}

fn to_be_done(item: &Item, library: &Library, training: &MyTraining) -> String {
    match (item.assignment.kind, library.course(&item.assignment.slug)) {
        (Kind::Course, Some(course)) => {
            let (read, pages) = (item.progress.pages_read(&course), course.pages.len());
            let questions = text::count(course.quiz.draw, "question", "questions");
            let asked_again = if item.assignment.round > 1 { "It has changed. " } else { "" };
            match &item.progress {
                progress if progress.quiz_is_open => "All that is left is in the questions".to_owned(),
                progress if progress.tries > 0 => "Not passed yet. Try the questions again when you like".to_owned(),
                _ if read == 0 => format!("{asked_again}{}, then {questions}", text::count(pages, "page", "pages")),
                _ => format!("{read} of {} read, then {questions}", text::count(pages, "page", "pages")),
            }
        }
        (Kind::Checklist, _) => "Private: your answers never leave your screen".to_owned(),
        (Kind::Policy, _) if !training.signing_is_open(item) => "Opens when the rest is done".to_owned(),
        (Kind::Policy, _) if item.assignment.round > 1 => {
            "It has changed. Read what is new, and sign it again".to_owned()
        }
        (Kind::Policy, _) => "Read it, tick each statement, and sign".to_owned(),
        (Kind::Course, None) => String::new(),
    }
}

fn minutes_left(item: &Item, library: &Library) -> Minutes {
    my_training::minutes_left(library, item.assignment.kind, &item.assignment.slug, &item.progress)
}

fn href(item: &Item) -> String {
    views::address(item.assignment.kind, &item.assignment.slug)
}

/// What somebody has of something done.
fn link(item: &Item) -> Option<(String, &'static str)> {
    match item.assignment.kind {
        Kind::Course => item.certificate.as_ref().map(|number| (certificate_href(number), "Certificate")),
        Kind::Checklist => Some((href(item), "Look again")),
        Kind::Policy => Some((format!("{}/receipt.pdf", href(item)), "Receipt")),
    }
}

fn certificate_href(number: &str) -> String {
    format!("/certificates/{number}.pdf")
}

fn kicker(now: Instant) -> String {
    format!("Academic year {}", AcademicYear::of(now.day()).long())
}
