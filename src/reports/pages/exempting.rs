//! `/people/{id}/assignments/{assignment}`: exempts somebody from one thing or from all, or asks it again; first it says what
//! that changes.

use actix_web::web;
use serde_json::{Value, json};

use crate::act::Act;
use crate::assignments;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Cycle, Standing};
use crate::certificates::{self, Key};
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::courses::views::title_of;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit};
use crate::people::{Person, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::reports::people::{Sight, row};
use crate::reports::record::exemptions_on;
use crate::reports::roll::Asked;
use crate::reports::words::told_to_another;
use crate::text::too_long;

const FORM: &str = "reports/exempt";
/// In characters.
const LONGEST_REASON: usize = 200;
const PREVIEW: &str = "reports/exempt-preview";

/// Somebody, and the one thing that is looked at.
struct Looked {
    person: Person,
    asked: Asked,
    /// From all at once, as it stands.
    is_exempt_from_all: bool,
}

/// Only for HR of that person, and for what is still asked of them.
fn look(conn: &mut Conn, viewer: &Viewer, (person, assignment): (i64, i64), now: Instant) -> Result<Looked> {
    let row = row(conn, viewer, person, now)?;
    let asked = row.on_roll.asked.into_iter().find(|asked| asked.assignment.id == assignment);
    let asked = asked.filter(|asked| asked.is_left() || asked.standing() == Standing::Exempt);
    let asked = asked.filter(|_| row.seen.sight == Sight::Hr).ok_or(Problem::NotFound)?;
    if person == viewer.person {
        return Err(Problem::refused("This is your own. Somebody else in HR has to change it."));
    }
    let holding = exemptions_on(conn, person, now)?;
    Ok(Looked { person: row.seen.person, asked, is_exempt_from_all: holding.iter().any(|one| one.slug.is_none()) })
}

async fn looked(visit: &Visit, viewer: &Viewer, ids: (i64, i64)) -> Result<Looked> {
    let (viewer, now) = (viewer.clone(), visit.now);
    visit.read(move |conn| look(conn, &viewer, ids, now)).await
}

impl Looked {
    fn address(&self) -> String {
        format!("/people/{}/assignments/{}", self.person.id, self.asked.assignment.id)
    }

    fn title(&self, library: &Library) -> String {
        title_of(library, self.asked.kind(), self.asked.slug())
    }
}

/// What HR typed, read.
struct Wish {
    from_all: bool,
    until: Day,
    reason: String,
}

fn read(form: &Form, today: Day, complaints: &mut Complaints) -> Option<Wish> {
    let until = form.day_if_any("until", "the last day", complaints).unwrap_or(AcademicYear::of(today).last_day());
    if until < today {
        complaints.add("until", "Choose today or a later day");
    }
    if !matches!(form.get("what"), "this" | "all") {
        complaints.add("what", "Choose what they are exempt from");
    }
    match too_long("The reason", form.get("reason"), LONGEST_REASON) {
        Some(complaint) => complaints.add("reason", complaint),
        None if form.get("reason").is_empty() => complaints.add("reason", "Say why, in a few words"),
        None => {}
    }
    let wish = Wish { from_all: form.get("what") == "all", until, reason: form.get("reason").to_owned() };
    complaints.is_empty().then_some(wish)
}

// ── pages

pub async fn show(visit: Visit, viewer: Viewer, ids: web::Path<(i64, i64)>, library: web::Data<Library>) -> Answer {
    let looked = looked(&visit, &viewer, *ids).await?;
    match looked.asked.standing() {
        Standing::Exempt => visit.page(PREVIEW, "Ask again", again_view(&looked, &library)),
        _ => visit.page(FORM, "Exempt", form_view(&looked, &library, &Form::default(), &Complaints::default())),
    }
}

fn form_view(looked: &Looked, library: &Library, typed: &Form, complaints: &Complaints) -> Value {
    let title = looked.title(library);
    let all = typed.get("what") == "all";
    let option = |value: &str, text: &str, is_chosen: bool| json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen });
    json!({
        "back_href": format!("/people/{}", looked.person.id),
        "back_text": format!("Back to {}", looked.person.name()),
        "name": looked.person.name(),
        "heading": format!("{title}: exempt"),
        "why": told_to_another(&looked.asked.status.why),
        "action": looked.address(),
        "what": {
            "options": [option("this", &title, !all), option("all", "Everything", all)],
            "error": complaints.get("what"),
        },
        "until": typed.field("until", complaints),
        "reason": typed.field("reason", complaints),
    })
}

/// POST: what it would change, before it happens.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    ids: web::Path<(i64, i64)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let looked = looked(&visit, &viewer, *ids).await?;
    let mut complaints = Complaints::default();
    let Some(wish) = read(&form, visit.now.day(), &mut complaints) else {
        return visit.again(FORM, "Exempt", form_view(&looked, &library, &form, &complaints), &complaints);
    };
    let (name, until) = (looked.person.name(), wish.until.long());
    let what = if wish.from_all { "anything".to_owned() } else { format!("this: {}", looked.title(&library)) };
    let view = json!({
        "back_href": looked.address(),
        "back_text": "Back",
        "kicker": name,
        "heading": "This changes no due date and mails nobody",
        "sentence": format!(
            "From today until {until} {name} does not have to do {what}. It counts in no figure. They will see why: {}.",
            wish.reason.trim_end_matches('.')
        ),
        "warning": null,
        "caption": "",
        "touched": [],
        "action": format!("{}/exempt", looked.address()),
        "values": [
            { "name": "what", "value": form.get("what") },
            { "name": "until", "value": wish.until.slashed() },
            { "name": "reason", "value": wish.reason },
        ],
        "button": format!("Exempt {}", looked.person.known_as()),
        "second": null,
    });
    visit.page(PREVIEW, "Exempt", view)
}

fn again_view(looked: &Looked, library: &Library) -> Value {
    let name = looked.person.name();
    let due = looked.asked.status.due.map(|day| format!(" It is due on {}.", day.long())).unwrap_or_default();
    let sentence = match looked.is_exempt_from_all {
        true => format!("{name} is exempt from everything. From today all of it is asked of them again.{due}"),
        false => format!("From today this is asked of {name} again: {}.{due}", looked.title(library)),
    };
    json!({
        "back_href": format!("/people/{}", looked.person.id),
        "back_text": format!("Back to {name}"),
        "kicker": name,
        "heading": "This changes no due date and mails nobody",
        "sentence": sentence,
        "warning": null,
        "caption": "",
        "touched": [],
        "action": format!("{}/again", looked.address()),
        "values": [],
        "button": "Ask again",
        "second": null,
    })
}

// ── acts

pub async fn exempt(
    visit: Visit,
    viewer: Viewer,
    ids: web::Path<(i64, i64)>,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let before = looked(&visit, &viewer, *ids).await?;
    let mut complaints = Complaints::default();
    let Some(wish) = read(&form, visit.now.day(), &mut complaints) else {
        return visit.again(FORM, "Exempt", form_view(&before, &library, &form, &complaints), &complaints);
    };
    let ids = *ids;
    let verb = move |act: &mut Act| {
        let looked = look(act.conn, &viewer, ids, act.now)?;
        let requirement = (!wish.from_all).then_some(looked.asked.assignment.requirement);
        let today = act.now.day();
        assignments::exempt(act, &looked.person, requirement, &wish.reason, today, Some(wish.until))?;
        // What was left may have been all that kept the year's certificate back.
        certificates::issue_for_year(act, &key, looked.person.id, Cycle::Year(AcademicYear::of(today)))?;
        Ok(format!("/people/{}", looked.person.id))
    };
    let leads_to = visit.act_once(&form, "hr", verb).await?;
    visit.go_saying(&leads_to, "It is recorded.")
}

/// Ends what exempts them from this one thing today, and what exempts them from all.
pub async fn ask_again(visit: Visit, viewer: Viewer, ids: web::Path<(i64, i64)>, form: Form) -> Answer {
    let ids = *ids;
    let verb = move |act: &mut Act| {
        let looked = look(act.conn, &viewer, ids, act.now)?;
        let holding = exemptions_on(act.conn, looked.person.id, act.now)?;
        let of_this = |slug: &Option<String>| slug.as_deref().is_none_or(|slug| slug == looked.asked.slug());
        for exemption in holding.iter().filter(|one| of_this(&one.slug)) {
            assignments::end_exemption(act, &looked.person, exemption.id, act.now.day().plus(-1))?;
        }
        Ok(format!("/people/{}", looked.person.id))
    };
    let leads_to = visit.act_once(&form, "hr", verb).await?;
    visit.go_saying(&leads_to, "It is asked of them again.")
}
