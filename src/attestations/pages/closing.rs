//! HR close somebody's query: with an answer, the outcome of a talk about a connection, or that they have talked.

use actix_web::web;
use serde_json::json;

use crate::assignments::rules::QueryKind;
use crate::attestations::rules::{Closing, Query};
use crate::attestations::{self, Listed, forms};
use crate::courses::Library;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;

/// POST /people/{id}/queries/{query}: closes it, and goes back to the person's page.
pub async fn close(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(i64, i64)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let (person, query) = path.into_inner();
    let listed = query_seen_by_hr(&visit, &viewer, person, query, &library).await?;
    if person == viewer.person {
        return Err(Problem::refused("This is your own. Somebody else in HR has to close it."));
    }
    let closed = match forms::read(&form, &listed.query) {
        Ok(closing) => put_closing(&visit, person, query, closing, &library).await,
        Err(problem) => Err(problem),
    };
    match closed {
        Ok(left) => visit.go_saying(&format!("/people/{person}"), &closed_words(listed.query.kind, &left)),
        Err(Problem::Invalid(complaints)) => {
            let complaints = forms::renamed(complaints, query);
            close_again(&visit, person, &listed, &form, &complaints).await
        }
        Err(problem) => Err(problem),
    }
}

/// `left` is what of the same signature is still open.
fn closed_words(kind: QueryKind, left: &[Query]) -> String {
    let closed = match kind {
        QueryKind::Question => "The answer is on its way, and the question is closed",
        QueryKind::Connection => "It is recorded",
        QueryKind::Disagreement => "It is closed",
    };
    match left.len() {
        0 => format!("{closed}. They can sign now."),
        1 => format!("{closed}. They cannot sign yet: one thing more is open, below."),
        more => format!("{closed}. They cannot sign yet: {} things more are open, below.", text::in_words(more)),
    }
}

async fn query_seen_by_hr(
    visit: &Visit,
    viewer: &Viewer,
    person: i64,
    query: i64,
    library: &web::Data<Library>,
) -> Result<Listed> {
    let (viewer, today, library) = (viewer.clone(), visit.now.day(), library.clone());
    visit
        .read(move |conn| {
            if !people::is_in_hr_scope(conn, &viewer, person, today)? {
                return Err(Problem::NotFound);
            }
            let posts = people::posts_of(conn, &[person])?;
            let answers = viewer.hr_scope().is_some_and(|scope| people::is_answered_by(&scope, &posts, today));
            let all = if answers { attestations::queries_of_person(conn, &library, person)? } else { Vec::new() };
            all.into_iter().find(|listed| listed.query.id == query).ok_or(Problem::NotFound)
        })
        .await
}

/// Gives what of the same signature is still open.
async fn put_closing(
    visit: &Visit,
    person: i64,
    query: i64,
    closing: Closing,
    library: &web::Data<Library>,
) -> Result<Vec<Query>> {
    let library = library.clone();
    visit
        .act_as(visit.actor_as("hr"), move |act| {
            let person = people::person(act.conn, person)?;
            attestations::close_query(act, &library, &person, query, &closing)?;
            let closed = attestations::query_of(act.conn, person.id, query)?;
            attestations::open_queries(act.conn, closed.assignment)
        })
        .await
}

async fn close_again(visit: &Visit, person: i64, listed: &Listed, form: &Form, complaints: &Complaints) -> Answer {
    let name = visit.read(move |conn| Ok(people::person(conn, person)?.name())).await?;
    let view = json!({
        "back_href": format!("/people/{person}"),
        "back_text": format!("Back to {name}"),
        "name": name,
        "queries": [forms::view(person, listed, form, complaints)],
    });
    visit.again("attestations/close-query", &name, view, complaints)
}
