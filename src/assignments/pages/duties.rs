//! `/people/{id}/duties`: what somebody's jobs include; first it says what will be asked of them, due when, and what no longer.

use actix_web::web;

use super::foreseen::{PREVIEW, PREVIEW_TITLE, Preview, What, overdue_at_once};
use crate::act::Act;
use crate::assignments::{self, Foreseen};
use crate::clock::Instant;
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Consequences, Duties, Person, PostRecord, Scope, Viewer};
use crate::problem::{Problem, Result};

/// What the second button sends: after the change, straight on to giving more time.
const MORE_TIME: &str = "more_time";

/// Somebody whom this viewer may see, and their jobs that these duties would change.
struct Looked {
    scope: Scope,
    person: Person,
    changed: Vec<PostRecord>,
}

fn look(conn: &mut Conn, viewer: &Viewer, person: i64, duties: Duties, now: Instant) -> Result<Looked> {
    let scope = viewer.hr_scope().ok_or(Problem::NotFound)?;
    let person = people::visible_to(conn, &scope, person, now.day())?;
    let changed = duties.unlike(conn, &scope, person.id, now.day())?;
    Ok(Looked { scope, person, changed })
}

/// What would follow of it.
fn foresee(conn: &mut Conn, looked: &Looked, duties: Duties, now: Instant) -> Result<Foreseen> {
    assignments::would_reconcile_if(conn, looked.person.id, now, |facts| {
        let changes = |post: i64| looked.changed.iter().any(|record| record.post.id == post);
        for post in facts.posts.iter_mut().filter(|post| changes(post.id)) {
            *post = duties.supposed(post);
        }
    })
}

/// POST: what would be asked, and what no longer.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    person: web::Path<i64>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let (id, now, duties) = (*person, visit.now, Duties::ticked(&form.all("duties")));
    let is_own = id == viewer.person;
    let looked = visit.read(move |conn| {
        let looked = look(conn, &viewer, id, duties, now)?;
        let foreseen = foresee(conn, &looked, duties, now)?;
        let asked = assignments::requirements(conn)?;
        let preview = Preview::of(conn, &foreseen, &asked, &library, &looked.scope, now.day())?;
        Ok((looked, preview, foreseen))
    });
    let (looked, preview, foreseen) = looked.await?;
    let (address, name) = (format!("/people/{id}"), looked.person.name());
    if looked.changed.is_empty() {
        return visit.go_saying(&address, "Nothing was changed: their job includes just this already.");
    }
    let what = What {
        back_href: format!("{address}/correct"),
        back_text: "Back".to_owned(),
        kicker: format!("{name}: what the job includes"),
        action: format!("{address}/duties/apply"),
        values: form.all("duties").into_iter().map(|ticked| ("duties", ticked.to_owned())).collect(),
    };
    let is_late = overdue_at_once(&foreseen, now.day()) > 0 && !is_own;
    let second = is_late.then_some((MORE_TIME, "Make this change, then give more time"));
    let warning = preview.warning.clone().map(|warning| match is_late {
        true => format!("{warning} Their days count from when the job began. You can give more time straight after."),
        false => warning,
    });
    let preview = Preview { warning, second, button: "Make this change".to_owned(), ..preview };
    visit.page(PREVIEW, PREVIEW_TITLE, preview.view(what))
}

pub async fn apply(
    visit: Visit,
    viewer: Viewer,
    person: web::Path<i64>,
    form: Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let (id, duties, then_more_time) = (*person, Duties::ticked(&form.all("duties")), form.has(MORE_TIME));
    let done = visit.act_once(&form, "hr", move |act| {
        let looked = look(act.conn, &viewer, id, duties, act.now)?;
        let before = overdue(act, id)?;
        people::set_duties(act, &looked.scope, &looked.person, duties)?;
        consequences.follow(act, id)?;
        let late = overdue(act, id)?.into_iter().find(|one| !before.contains(one)).filter(|_| then_more_time);
        Ok(late.map_or_else(|| format!("/people/{id}"), |one| format!("/people/{id}/assignments/{one}/later")))
    });
    visit.go_saying(&done.await?, "Saved.")
}

/// What is overdue of theirs, by assignment.
fn overdue(act: &mut Act, person: i64) -> Result<Vec<i64>> {
    let asked = assignments::my_training(act.conn, person, act.now)?;
    let late = asked.iter().filter(|one| one.status(act.now).standing.is_overdue());
    Ok(late.map(|one| one.id).collect())
}
