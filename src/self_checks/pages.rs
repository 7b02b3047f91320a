//! What is seen of the self-check: one page with everything in it, whose tick boxes have no name, so that nothing but
//! *I have finished* can ever be sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assignments::rules::Standing;
use crate::assignments::{self, Assignment};
use crate::certificates::Key;
use crate::clock::{Day, Instant};
use crate::courses::reading::{Group, Item};
use crate::courses::{Checklist, Kind, Library};
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};
use crate::text;

const ADDRESS: &str = "/self-check";

/// A path in an app's menus is out of date, perhaps, when nobody has looked at it for so many days.
const STALE_DAYS: i64 = 365;

/// The slots of a school's card that this page shows.
const WHO_TO_TELL: &[&str] = &["dsl", "head"];

#[derive(Debug, Deserialize)]
pub struct Asked {
    /// There right after *I have finished*.
    finished: Option<String>,
}

/// What the page rests on.
struct Seen {
    assignment: Option<Assignment>,
    checklist: Arc<Checklist>,
    /// The school's own words for its card.
    filled: BTreeMap<String, String>,
    /// What is next of all that somebody has to do: its title and its address.
    next: Option<(String, String)>,
}

impl Seen {
    fn finished(&self, now: Instant) -> Option<Day> {
        let assignment = self.assignment.as_ref().filter(|assignment| assignment.is_complete(now))?;
        assignment.facts.completions.iter().map(|row| row.what.at.day()).max()
    }
}

/// GET /self-check: the list, as often as anybody likes.
pub async fn show(visit: Visit, viewer: Viewer, asked: web::Query<Asked>, library: web::Data<Library>) -> Answer {
    let seen = look(&visit, &viewer, &library).await?;
    match (seen.finished(visit.now), &asked.finished) {
        (Some(day), Some(_)) => visit.page("self_checks/done", "Self-check finished", done_view(&seen, day)),
        (finished, _) => {
            let view = check_view(&seen, &library, visit.now.day(), finished);
            visit.page("self_checks/check", "My privacy check", view)
        }
    }
}

async fn look(visit: &Visit, viewer: &Viewer, library: &web::Data<Library>) -> Result<Seen> {
    let (person, school, now, library) = (viewer.person, viewer.school, visit.now, library.clone());
    visit
        .read(move |conn| {
            let assignment = super::asked_of(conn, person, now)?;
            let checklist = match &assignment {
                Some(assignment) => library.checklist(&assignment.slug),
                None => library.checklists().into_iter().next(),
            };
            let training = assignments::my_training(conn, person, now)?;
            let next = training.iter().find(|one| is_to_do(one, now) && one.kind != Kind::Checklist);
            Ok(Seen {
                checklist: checklist.ok_or(Problem::NotFound)?,
                filled: people::cards(conn, school)?,
                next: next.map(|one| (title_of(&library, one), address_of(one))),
                assignment,
            })
        })
        .await
}

fn is_to_do(assignment: &Assignment, now: Instant) -> bool {
    let standing = assignment.status(now).standing;
    matches!(standing, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due | Standing::Paused)
}

fn title_of(library: &Library, assignment: &Assignment) -> String {
    library.title(assignment.kind, &assignment.slug).unwrap_or_else(|| assignment.slug.clone())
}

fn address_of(assignment: &Assignment) -> String {
    match assignment.kind {
        Kind::Course => format!("/courses/{}", assignment.slug),
        Kind::Policy => format!("/attestations/{}", assignment.slug),
        Kind::Checklist => ADDRESS.to_owned(),
    }
}

fn check_view(seen: &Seen, library: &Library, today: Day, finished: Option<Day>) -> Value {
    let checklist = &seen.checklist;
    let words = |slot: &str| library.cards.words(slot, &seen.filled);
    let cards = library.cards.0.iter().filter(|card| WHO_TO_TELL.contains(&card.slot.as_str()));
    let is_asked = seen.assignment.is_some() && finished.is_none();
    let platforms = checklist.groups.iter().enumerate().map(|(place, group)| platform(group, place == 0, today));
    json!({
        "kicker": "Self-check · 20 to 30 minutes",
        "heading": "Check your own privacy settings",
        "intro_html": checklist.intro.fragment.fill(words),
        "pupil_note": "Has a pupil of the school sent you messages? Keep them, and tell one of these people before you \
            remove anything.",
        "cards": cards.map(|card| json!({ "label": card.label, "text": words(&card.slot) })).collect::<Vec<_>>(),
        "platforms": platforms.collect::<Vec<_>>(),
        "action": is_asked.then_some(ADDRESS),
        "edition": checklist.version,
        "finished": finished.map(|day| format!("You finished this on {}. There is nothing to send.", day.long())),
        "version": edition_line(checklist),
    })
}

fn platform(group: &Group, is_open: bool, today: Day) -> Value {
    json!({
        "name": group.name,
        "count": text::count(group.items.len(), "check", "checks"),
        "is_open": is_open,
        "items": group.items.iter().map(|item| item_view(group, item, today)).collect::<Vec<_>>(),
    })
}

fn item_view(group: &Group, item: &Item, today: Day) -> Value {
    let help = item.help.as_ref().map(|help| match &group.vendor {
        Some(vendor) => format!("{vendor}: {help}"),
        None => help.clone(),
    });
    json!({
        "id": item.id,
        "look_for": item.look_for,
        "prefer": item.prefer,
        "why": item.why,
        "path": (!item.path.is_empty()).then(|| item.path.join(" › ")),
        "path_note": path_note(item.last_checked, today),
        "help": help,
    })
}

fn path_note(last_checked: Option<Day>, today: Day) -> String {
    match last_checked {
        None => "may change; not yet checked".to_owned(),
        Some(day) if today.days_since(day) > STALE_DAYS => {
            format!("last checked on {}; may be out of date", day.long())
        }
        Some(day) => format!("may change; checked on {}", day.long()),
    }
}

/// "Edition 4f1e 22c0 of 1 September 2026"
fn edition_line(checklist: &Checklist) -> String {
    let (first, second) = (checklist.version.get(..4), checklist.version.get(4..8));
    let day = checklist.changes.first().map(|change| format!(" of {}", change.date.long())).unwrap_or_default();
    format!("Edition {} {}{day}", first.unwrap_or_default(), second.unwrap_or_default())
}

fn done_view(seen: &Seen, day: Day) -> Value {
    let (next_href, next_button) = match &seen.next {
        Some((title, href)) => (href.clone(), format!("Carry on: {title}")),
        None => ("/".to_owned(), "Go to My training".to_owned()),
    };
    json!({
        "heading": "That’s done",
        "panel": format!("Finished on {}", day.long()),
        "sentence": "We have recorded the date and the edition of the list. Nothing about your answers was sent.",
        "next_href": next_href,
        "next_button": next_button,
    })
}

/// POST /self-check. The button itself says which edition of the list was on the page.
pub async fn finish(
    visit: Visit,
    viewer: Viewer,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let (person, version) = (viewer.person, form.get("edition").to_owned());
    visit
        .act(move |act| {
            let person = people::person(act.conn, person)?;
            let assignment = super::asked_of(act.conn, person.id, act.now)?.ok_or(Problem::NotFound)?;
            super::finish(act, &library, &key, &person, &assignment, &version)
        })
        .await?;
    visit.go(&format!("{ADDRESS}?finished"))
}
