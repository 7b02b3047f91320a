//! `/people/{id}/assignments/{assignment}/later`: gives somebody more time for one thing or for all that is open, or takes it
//! back; first it says which due days move.

use std::collections::BTreeMap;

use actix_web::web;
use serde_json::{Value, json};

use super::foreseen::{PREVIEW, PREVIEW_TITLE, Preview, What, title};
use crate::assignments::rules::{Cycle, Standing};
use crate::assignments::{self, Assignment, Extension, Requirement, Whom, Wish};
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Person, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text::too_long;

const FORM: &str = "assignments/extend";
const TITLE: &str = "More time";
const LONGEST_REASON: usize = 200;

/// Somebody, what is open for them, and the one thing that is looked at.
struct Looked {
    scope: Scope,
    person: Person,
    open: Vec<Assignment>,
    one: Assignment,
    /// What stands for that one.
    standing: Option<Extension>,
    requirements: Vec<Requirement>,
}

/// Only for HR of that person, and for what is still asked of them.
fn look(conn: &mut Conn, viewer: &Viewer, (person, assignment): (i64, i64), now: Instant) -> Result<Looked> {
    let scope = viewer.hr_scope().ok_or(Problem::NotFound)?;
    let person = people::visible_to(conn, &scope, person, now.day())?;
    let mut open = assignments::my_training(conn, person.id, now)?;
    open.retain(|one| is_open(one, now));
    let one = open.iter().find(|one| one.id == assignment).cloned().ok_or(Problem::NotFound)?;
    if person.id == viewer.person {
        return Err(Problem::refused("This is your own. Somebody else in HR has to change it."));
    }
    let extensions = assignments::extensions(conn, Whom::People(&[person.id]))?;
    let standing = extensions.into_iter().find(|standing| (standing.requirement, standing.cycle) == of(&one));
    Ok(Looked { scope, person, open, one, standing, requirements: assignments::requirements(conn)? })
}

fn is_open(one: &Assignment, now: Instant) -> bool {
    let standing = one.status(now).standing;
    standing.is_to_do() || standing == Standing::Paused
}

fn of(one: &Assignment) -> (i64, Cycle) {
    (one.requirement, one.cycle)
}

impl Looked {
    fn address(&self) -> String {
        format!("/people/{}/assignments/{}/later", self.person.id, self.one.id)
    }

    fn title(&self, library: &Library) -> String {
        let asked = self.requirements.iter().find(|one| one.id() == self.one.requirement);
        asked.map_or_else(|| self.one.slug.clone(), |asked| title(library, asked))
    }

    fn home(&self) -> (String, String) {
        (format!("/people/{}", self.person.id), format!("Back to {}", self.person.name()))
    }
}

async fn looked(visit: &Visit, viewer: &Viewer, ids: (i64, i64)) -> Result<Looked> {
    let (viewer, now) = (viewer.clone(), visit.now);
    visit.read(move |conn| look(conn, &viewer, ids, now)).await
}

// ── the form

pub async fn show(visit: Visit, viewer: Viewer, ids: web::Path<(i64, i64)>, library: web::Data<Library>) -> Answer {
    let looked = looked(&visit, &viewer, *ids).await?;
    visit.page(FORM, TITLE, form_view(&looked, &library, visit.now, &Form::default(), &Complaints::default()))
}

fn form_view(looked: &Looked, library: &Library, now: Instant, typed: &Form, complaints: &Complaints) -> Value {
    let (back_href, back_text) = looked.home();
    let title = looked.title(library);
    let all = typed.get("what") == "all";
    let option = |value: &str, text: &str, is_chosen: bool| json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen });
    let due = looked.one.status(now).due.map(|due| format!("It is due on {}.", due.long()));
    let standing = looked.standing.as_ref().map(|standing| {
        format!("More time was given on {}, until {}.", standing.recorded.day().long(), standing.until.long())
    });
    json!({
        "back_href": back_href,
        "back_text": back_text,
        "name": looked.person.name(),
        "heading": format!("{title}: more time"),
        "due": due,
        "standing": standing,
        "action": looked.address(),
        "what": {
            "options": [option("this", &title, !all), option("all", "Everything that is open", all)],
            "error": complaints.get("what"),
        },
        "until": typed.field("until", complaints),
        "reason": typed.field("reason", complaints),
    })
}

/// What HR typed, read.
#[derive(Clone)]
struct Typed {
    all: bool,
    until: Day,
    reason: String,
}

fn read(form: &Form, today: Day, complaints: &mut Complaints) -> Option<Typed> {
    let until = form.day("until", "the new day", complaints);
    if until.is_some_and(|until| until < today) {
        complaints.add("until", "Choose today or a later day");
    }
    if !matches!(form.get("what"), "this" | "all") {
        complaints.add("what", "Choose what there is more time for");
    }
    match too_long("The reason", form.get("reason"), LONGEST_REASON) {
        Some(complaint) => complaints.add("reason", complaint),
        None if form.get("reason").is_empty() => complaints.add("reason", "Say why, in a few words"),
        None => {}
    }
    let until = until.filter(|_| complaints.is_empty())?;
    Some(Typed { all: form.get("what") == "all", until, reason: form.get("reason").to_owned() })
}

/// What would have more time by this: whatever would otherwise be due earlier, and is not asked anew before that day.
fn wish(conn: &mut Conn, looked: &Looked, typed: &Typed, now: Instant) -> Result<Wish> {
    let asked: Vec<(i64, Cycle)> = match typed.all {
        true => looked.open.iter().map(of).collect(),
        false => vec![of(&looked.one)],
    };
    let asked: Vec<(i64, Cycle)> = asked.into_iter().filter(|(_, cycle)| typed.until <= cycle.last_day()).collect();
    if asked.is_empty() {
        let last = looked.one.cycle.last_day();
        return Err(Problem::invalid("until", format!("Choose {} or an earlier day", last.long())));
    }
    let (without, with) = (asked.clone(), asked.clone());
    let person = looked.person.id;
    let before = dues(assignments::wanted_if(conn, person, now, move |facts| {
        facts.extensions.retain(|of, _| !without.contains(of));
    })?);
    let until = typed.until;
    let after = dues(assignments::wanted_if(conn, person, now, move |facts| {
        facts.extensions.extend(with.into_iter().map(|of| (of, until)));
    })?);
    let gains = |of: &(i64, Cycle)| before.get(of) < after.get(of);
    let what: Vec<(i64, Cycle)> = asked.into_iter().filter(gains).collect();
    match (what.is_empty(), before.get(&of(&looked.one))) {
        (true, Some(due)) => {
            Err(Problem::invalid("until", format!("That is no more time: it is due on {} anyway", due.long())))
        }
        (true, None) => Err(Problem::NotFound),
        _ => Ok(Wish { what, until, reason: typed.reason.clone() }),
    }
}

fn dues(wanted: Vec<assignments::rules::Wanted>) -> BTreeMap<(i64, Cycle), Day> {
    wanted.into_iter().map(|wanted| ((wanted.requirement, wanted.cycle), wanted.due)).collect()
}

// ── the preview

/// POST: whose due days would move, and where to.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    ids: web::Path<(i64, i64)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let seen = looked(&visit, &viewer, *ids).await?;
    if form.get("take_back") == "yes" {
        return preview_end(visit, seen, library).await;
    }
    let mut complaints = Complaints::default();
    let Some(typed) = read(&form, visit.now.day(), &mut complaints) else {
        return visit.again(FORM, TITLE, form_view(&seen, &library, visit.now, &form, &complaints), &complaints);
    };
    let (viewer, ids, now, content, meant) = (viewer.clone(), *ids, visit.now, library.clone(), typed.clone());
    let foreseen = visit.read(move |conn| {
        let looked = look(conn, &viewer, ids, now)?;
        let wish = wish(conn, &looked, &meant, now)?;
        foresee(conn, &looked, now, &content, move |extensions| {
            extensions.extend(wish.what.iter().map(|of| (*of, wish.until)));
        })
    });
    let preview = match foreseen.await {
        Err(Problem::Invalid(complaints)) => {
            return visit.again(FORM, TITLE, form_view(&seen, &library, visit.now, &form, &complaints), &complaints);
        }
        foreseen => foreseen?,
    };
    let what = What {
        back_href: seen.address(),
        back_text: "Back".to_owned(),
        kicker: format!("{}: more time, until {}", seen.person.name(), typed.until.long()),
        action: format!("{}/give", seen.address()),
        values: vec![("what", form.get("what").to_owned()), ("until", typed.until.slashed()), ("reason", typed.reason)],
    };
    visit.page(PREVIEW, PREVIEW_TITLE, preview.view(what))
}

fn foresee(
    conn: &mut Conn,
    looked: &Looked,
    now: Instant,
    library: &Library,
    suppose: impl FnOnce(&mut BTreeMap<(i64, Cycle), Day>),
) -> Result<Preview> {
    let foreseen =
        assignments::would_reconcile_if(conn, looked.person.id, now, |facts| suppose(&mut facts.extensions))?;
    Preview::of(conn, &foreseen, &looked.requirements, library, &looked.scope, now.day())
}

async fn preview_end(visit: Visit, seen: Looked, library: web::Data<Library>) -> Answer {
    let standing = seen.standing.clone().ok_or(Problem::NotFound)?;
    let what = What {
        back_href: seen.address(),
        back_text: "Back".to_owned(),
        kicker: format!(
            "{}: no more time for this: {}, until {}",
            seen.person.name(),
            seen.title(&library),
            standing.until.long()
        ),
        action: format!("{}/end", seen.address()),
        values: Vec::new(),
    };
    let (now, of) = (visit.now, (standing.requirement, standing.cycle));
    let preview = visit
        .read(move |conn| foresee(conn, &seen, now, &library, |extensions| extensions.retain(|given, _| *given != of)));
    visit.page(PREVIEW, PREVIEW_TITLE, preview.await?.view(what))
}

// ── acts

pub async fn give(
    visit: Visit,
    viewer: Viewer,
    ids: web::Path<(i64, i64)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let seen = looked(&visit, &viewer, *ids).await?;
    let mut complaints = Complaints::default();
    let Some(typed) = read(&form, visit.now.day(), &mut complaints) else {
        return visit.again(FORM, TITLE, form_view(&seen, &library, visit.now, &form, &complaints), &complaints);
    };
    let ids = *ids;
    let done = visit.act_once(&form, "hr", move |act| {
        let looked = look(act.conn, &viewer, ids, act.now)?;
        let wish = wish(act.conn, &looked, &typed, act.now)?;
        assignments::extend(act, &looked.person, &wish)?;
        Ok(format!("/people/{}", looked.person.id))
    });
    match done.await {
        Ok(leads_to) => visit.go_saying(&leads_to, "More time is given."),
        Err(Problem::Invalid(complaints)) => {
            visit.again(FORM, TITLE, form_view(&seen, &library, visit.now, &form, &complaints), &complaints)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn end(visit: Visit, viewer: Viewer, ids: web::Path<(i64, i64)>, form: Form) -> Answer {
    let ids = *ids;
    let done = visit.act_once(&form, "hr", move |act| {
        let looked = look(act.conn, &viewer, ids, act.now)?;
        let (requirement, cycle) = of(&looked.one);
        assignments::end_extension(act, &looked.person, requirement, cycle)?;
        Ok(format!("/people/{}", looked.person.id))
    });
    visit.go_saying(&done.await?, "The time that was given is taken back.")
}
