//! What is seen of a self-check: one page with everything in it, whose tick boxes have no name, so that nothing but
//! *I have finished* can ever be sent. The school accounts' list has a page of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assignments::{self, Assignment};
use crate::certificates::Key;
use crate::clock::{Day, Instant};
use crate::courses::reading::{Group, Item};
use crate::courses::views::{address, minutes_of, words};
use crate::courses::{Checklist, Kind, Library, PRIVACY_CHECK};
use crate::http::{Answer, Form, Visit};
use crate::ids;
use crate::people::{self, Viewer};
use crate::problem::{Problem, Result};
use crate::text;

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

/// GET /self-check: everybody's own settings, as often as they like.
pub async fn show(visit: Visit, viewer: Viewer, asked: web::Query<Asked>, library: web::Data<Library>) -> Answer {
    show_list(&visit, &viewer, PRIVACY_CHECK, &asked, &library).await
}

/// GET /self-check/{slug}: another list, such as the school accounts'.
pub async fn show_other(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
    library: web::Data<Library>,
) -> Answer {
    show_list(&visit, &viewer, &slug, &asked, &library).await
}

async fn show_list(visit: &Visit, viewer: &Viewer, slug: &str, asked: &Asked, library: &web::Data<Library>) -> Answer {
    let seen = look(visit, viewer, slug, library).await?;
    match (seen.finished(visit.now), &asked.finished) {
        (Some(day), Some(_)) => visit.page("self_checks/done", "Self-check finished", done_view(&seen, day)),
        (finished, _) => {
            let mut view = check_view(&seen, library, visit.now.day(), finished);
            view["remember"] = remember(visit, viewer, slug).into();
            let title = if slug == PRIVACY_CHECK { "My privacy check" } else { &seen.checklist.title };
            visit.page("self_checks/check", title, view)
        }
    }
}

/// Under which name this browser may keep the ticks, if its person asks for that; none on a shared computer. The name
/// tells nobody who it is.
fn remember(visit: &Visit, viewer: &Viewer, slug: &str) -> Option<String> {
    let is_own = visit.guest.as_ref().is_some_and(|guest| !guest.shared_computer);
    let whose = ids::hex(&ids::sha256(viewer.pseudonym.as_bytes())[..6]);
    is_own.then(|| format!("{slug}-{whose}"))
}

async fn look(visit: &Visit, viewer: &Viewer, slug: &str, library: &web::Data<Library>) -> Result<Seen> {
    let (person, school, now, library) = (viewer.person, viewer.school, visit.now, library.clone());
    let checklist = library.checklist(slug).ok_or(Problem::NotFound)?;
    visit
        .read(move |conn| {
            let assignment = super::asked_of(conn, person, &checklist.slug, now)?;
            let training = assignments::my_training(conn, person, now)?;
            let next = training.iter().find(|one| one.status(now).standing.can_be_done() && one.slug != checklist.slug);
            Ok(Seen {
                filled: people::cards(conn, school)?,
                next: next.map(|one| (library.title_or_slug(one.kind, &one.slug), address(one.kind, &one.slug))),
                assignment,
                checklist,
            })
        })
        .await
}

fn check_view(seen: &Seen, library: &Library, today: Day, finished: Option<Day>) -> Value {
    let checklist = &seen.checklist;
    let in_slot = |slot: &str| library.cards.words(slot, &seen.filled);
    let cards = library.cards.0.iter().filter(|card| WHO_TO_TELL.contains(&card.slot.as_str()));
    let is_asked = seen.assignment.is_some() && finished.is_none();
    let is_own = checklist.slug == PRIVACY_CHECK;
    let pupil_note = "Has a pupil of the school sent you messages? Keep them, and tell one of these people before you \
        remove anything.";
    let minutes = minutes_of(library, Kind::Checklist, &checklist.slug);
    let platforms = checklist.groups.iter().enumerate().map(|(place, group)| platform(group, place == 0, today));
    json!({
        "kicker": format!("Self-check · {minutes} minutes"),
        "heading": if is_own { "Check your own privacy settings" } else { &checklist.title },
        "intro_html": checklist.intro.fragment.fill(in_slot),
        "words": words(library, checklist.intro.terms.iter()),
        "pupil_note": is_own.then_some(pupil_note),
        "cards": cards.map(|card| json!({ "label": card.label, "text": in_slot(&card.slot) })).collect::<Vec<_>>(),
        "platforms": platforms.collect::<Vec<_>>(),
        "action": is_asked.then(|| address(Kind::Checklist, &checklist.slug)),
        "print_title": if is_own { "My privacy list" } else { &checklist.title },
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
        "again_href": address(Kind::Checklist, &seen.checklist.slug),
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
    finish_list(&visit, viewer.person, PRIVACY_CHECK, &form, library, key).await
}

/// POST /self-check/{slug}
pub async fn finish_other(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    finish_list(&visit, viewer.person, &slug, &form, library, key).await
}

async fn finish_list(
    visit: &Visit,
    person: i64,
    slug: &str,
    form: &Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let (version, list) = (form.get("edition").to_owned(), slug.to_owned());
    visit
        .act(move |act| {
            let person = people::person(act.conn, person)?;
            let assignment = super::asked_of(act.conn, person.id, &list, act.now)?.ok_or(Problem::NotFound)?;
            super::finish(act, &library, &key, &person, &assignment, &version)
        })
        .await?;
    visit.go(&format!("{}?finished", address(Kind::Checklist, slug)))
}
