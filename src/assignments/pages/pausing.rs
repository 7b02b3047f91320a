//! `/people/{id}/pause`: somebody's time away: the days, and no reason. It is entered, corrected and taken off by hand; first it
//! says which due days move.

use actix_web::web;
use serde_json::{Value, json};

use super::foreseen::{PREVIEW, PREVIEW_TITLE, Preview, What};
use crate::assignments;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Absence, Standing};
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Consequences, Pause, PauseChange, Person, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text::count;

const FORM: &str = "assignments/pause";
const TITLE: &str = "Away";

/// Somebody whom this viewer may see, and the time away that touches this academic year or comes later.
struct Looked {
    scope: Scope,
    person: Person,
    pauses: Vec<Pause>,
}

fn look(conn: &mut Conn, viewer: &Viewer, person: i64, today: Day) -> Result<Looked> {
    let scope = viewer.hr_scope().ok_or(Problem::NotFound)?;
    let person = people::visible_to(conn, &scope, person, today)?;
    let mut pauses = standing(conn, person.id)?;
    let began = AcademicYear::of(today).first_day();
    pauses.retain(|pause| pause.until.is_none_or(|until| began <= until));
    pauses.sort_by_key(|pause| pause.from);
    Ok(Looked { scope, person, pauses })
}

fn standing(conn: &mut Conn, person: i64) -> Result<Vec<Pause>> {
    let pauses = people::pauses_of(conn, &[person])?.into_iter().map(|(_, pause)| pause);
    Ok(pauses.filter(|pause| pause.superseded.is_none()).collect())
}

async fn looked(visit: &Visit, viewer: &Viewer, person: i64) -> Result<Looked> {
    let (viewer, today) = (viewer.clone(), visit.now.day());
    visit.read(move |conn| look(conn, &viewer, person, today)).await
}

impl Looked {
    fn address(&self) -> String {
        format!("/people/{}/pause", self.person.id)
    }
}

// ── the form

pub async fn show(visit: Visit, viewer: Viewer, person: web::Path<i64>) -> Answer {
    let looked = looked(&visit, &viewer, *person).await?;
    visit.page(FORM, TITLE, view(&looked, &Form::default(), &Complaints::default()))
}

fn view(looked: &Looked, typed: &Form, complaints: &Complaints) -> Value {
    let standing = looked.pauses.iter().map(|pause| {
        let id = pause.what.to_string();
        let is_it = typed.get("pause") == id;
        let held = Form(vec![
            ("pause_from".to_owned(), pause.from.slashed()),
            ("pause_to".to_owned(), pause.until.map(|last| last.next().slashed()).unwrap_or_default()),
        ]);
        let (typed, complaints) = if is_it { (typed, complaints) } else { (&held, &Complaints::default()) };
        json!({
            "id": id,
            "words": span(pause.from, pause.until),
            "is_open": is_it,
            "pause_from": typed.field("pause_from", complaints),
            "pause_to": typed.field("pause_to", complaints),
        })
    });
    let (nothing, fine) = (Form::default(), Complaints::default());
    let (typed, complaints) = if typed.has("pause") { (&nothing, &fine) } else { (typed, complaints) };
    json!({
        "back_href": format!("/people/{}", looked.person.id),
        "back_text": format!("Back to {}", looked.person.name()),
        "name": looked.person.name(),
        "action": looked.address(),
        "standing": standing.collect::<Vec<_>>(),
        "pause_from": typed.field("pause_from", complaints),
        "pause_to": typed.field("pause_to", complaints),
    })
}

/// The form again; what is wrong with the days of a pause that stands is under that pause's own fields.
fn again(visit: &Visit, looked: &Looked, form: &Form, complaints: &Complaints) -> Answer {
    let mut errors = Complaints::default();
    for (field, words) in &complaints.0 {
        let of = if form.has("pause") { format!("-{}", form.get("pause")) } else { String::new() };
        errors.add(&format!("{field}{of}"), words);
    }
    visit.again(FORM, TITLE, view(looked, form, complaints), &errors)
}

/// What HR typed; the form asks for the day of the return, and the fact keeps the last day away.
fn read(form: &Form, pauses: &[Pause], complaints: &mut Complaints) -> Result<Option<PauseChange>> {
    let is_it = |pause: &&Pause| pause.what.to_string() == form.get("pause");
    let standing = pauses.iter().find(is_it).map(|pause| pause.what);
    if form.has("pause") && standing.is_none() {
        return Err(Problem::refused("This time away was changed meanwhile. Open the page again."));
    }
    if form.get("take_off") == "yes" {
        return standing.map(|pause| Some(PauseChange::TakeOff(pause))).ok_or(Problem::NotFound);
    }
    let from = form.day("pause_from", "the first day away", complaints);
    let back = form.day_if_any("pause_to", "the day they are back", complaints);
    if from.zip(back).is_some_and(|(from, back)| back <= from) {
        complaints.add("pause_to", "The day they are back must lie after the first day away");
    }
    let until = back.map(|back| back.plus(-1));
    let from = from.filter(|_| complaints.is_empty());
    Ok(from.map(|from| PauseChange::Set { instead_of: standing, from, until }))
}

fn span(from: Day, until: Option<Day>) -> String {
    match until {
        Some(until) if until == from => format!("on {}", from.long()),
        Some(until) => format!("from {} until {}", from.long(), until.long()),
        None => format!("from {}, nobody knows yet until when", from.long()),
    }
}

// ── the preview

/// POST: which due days move.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    person: web::Path<i64>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let looked = looked(&visit, &viewer, *person).await?;
    let mut complaints = Complaints::default();
    let Some(change) = read(&form, &looked.pauses, &mut complaints)? else {
        return again(&visit, &looked, &form, &complaints);
    };
    if changes_nothing(&change, &looked.pauses) {
        return visit.go_saying(&looked.address(), "Nothing was changed: these are the days that stand already.");
    }
    let (now, person, scope, meant) = (visit.now, looked.person.id, looked.scope.clone(), change.clone());
    let preview = visit.read(move |conn| {
        let before = standing(conn, person)?;
        let away: Vec<Absence> =
            meant.spans_after(&before).into_iter().map(|(from, until)| Absence { from, until }).collect();
        let today = today(conn, person, &before, &away, now)?;
        let foreseen = assignments::would_reconcile_if(conn, person, now, |facts| facts.absences = away)?;
        let asked = assignments::requirements(conn)?;
        let preview = Preview::of(conn, &foreseen, &asked, &library, &scope, now.day())?;
        let moved = (!foreseen.people.is_empty()).then(|| preview.sentence.clone());
        Ok((preview, today, moved))
    });
    let (preview, today, moved) = preview.await?;
    let clock = match &change {
        PauseChange::Set { from, until, .. } => {
            format!("The clock stands still {}, and no letters go out on those days.", span(*from, *until))
        }
        PauseChange::TakeOff(_) => "The clock runs on those days as on any other.".to_owned(),
    };
    let values = form.typed();
    let what = What {
        back_href: looked.address(),
        back_text: "Back".to_owned(),
        kicker: format!("{}: away", looked.person.name()),
        action: format!("{}/apply", looked.address()),
        values: values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
    };
    let today = today.map(|today| today.words(&looked.person.name()));
    let sentence: Vec<String> = [Some(clock), today, moved].into_iter().flatten().collect();
    let preview = Preview { sentence: sentence.join(" "), ..preview };
    visit.page(PREVIEW, PREVIEW_TITLE, preview.view(what))
}

fn changes_nothing(change: &PauseChange, standing: &[Pause]) -> bool {
    match change {
        PauseChange::Set { instead_of: Some(id), from, until } => {
            standing.iter().any(|pause| (pause.what, pause.from, pause.until) == (*id, *from, *until))
        }
        PauseChange::Set { .. } | PauseChange::TakeOff(_) => false,
    }
}

/// What a change of the days away does at once.
enum Today {
    /// They were overdue by so many days, or by none.
    Paused {
        overdue: i64,
    },
    PausedNoLonger,
}

impl Today {
    fn words(&self, name: &str) -> String {
        match self {
            Today::Paused { overdue: 0 } => format!("From today {name} shows as “Paused”."),
            Today::Paused { overdue } => {
                let days = count(usize::try_from(*overdue).unwrap_or_default(), "day", "days");
                format!("From today {name} shows as “Paused”, no longer as “Overdue {days}”.")
            }
            Today::PausedNoLonger => format!("From today {name} no longer shows as “Paused”."),
        }
    }
}

fn today(conn: &mut Conn, person: i64, before: &[Pause], after: &[Absence], now: Instant) -> Result<Option<Today>> {
    let holds = |from: Day, until: Option<Day>| from <= now.day() && until.is_none_or(|until| now.day() <= until);
    let was = before.iter().any(|pause| holds(pause.from, pause.until));
    let is = after.iter().any(|away| holds(away.from, away.until));
    if was == is {
        return Ok(None);
    }
    let asked = if is { assignments::my_training(conn, person, now)? } else { Vec::new() };
    let overdue = asked.iter().map(|one| match one.status(now).standing {
        Standing::Overdue { days } => days,
        _ => 0,
    });
    Ok(Some(if is { Today::Paused { overdue: overdue.max().unwrap_or_default() } } else { Today::PausedNoLonger }))
}

// ── the act

pub async fn apply(
    visit: Visit,
    viewer: Viewer,
    person: web::Path<i64>,
    form: Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let id = *person;
    let (typed, seeing) = (form.clone(), viewer.clone());
    let done = visit.act_once(&form, "hr", move |act| {
        let looked = look(act.conn, &seeing, id, act.now.day())?;
        let mut complaints = Complaints::default();
        let change = read(&typed, &looked.pauses, &mut complaints)?;
        let change = change.ok_or(Problem::Invalid(complaints))?;
        people::change_pauses(act, &looked.person, &change)?;
        consequences.follow(act, id)?;
        Ok(format!("/people/{id}"))
    });
    match done.await {
        Ok(leads_to) => visit.go_saying(&leads_to, "Saved."),
        Err(Problem::Invalid(complaints)) => {
            let looked = looked(&visit, &viewer, id).await?;
            again(&visit, &looked, &form, &complaints)
        }
        Err(problem) => Err(problem),
    }
}
