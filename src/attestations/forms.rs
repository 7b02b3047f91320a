//! What HR fill in to close a query: as a page shows it (`parts/query`), and as it comes back.

use serde_json::{Value, json};

use super::Listed;
use super::rules::{Closing, Connection, Outcome, Query};
use crate::assignments::rules::QueryKind;
use crate::http::{Form, field};
use crate::problem::{Complaints, Problem, Result};

/// The names of a query's fields: several queries may stand on one page.
fn name_of(field: &str, query: i64) -> String {
    format!("{field}-{query}")
}

/// One query and the form that closes it. `typed` and `complaints` are empty at first.
pub fn view(person: i64, listed: &Listed, typed: &Form, complaints: &Complaints) -> Value {
    let query = &listed.query;
    let [answer, outcome, review] = ["answer", "outcome", "review"].map(|field| name_of(field, query.id));
    let error = |name: &str| complaints.get(name);
    let outcomes: Vec<Value> = Outcome::ALL
        .into_iter()
        .map(|one| {
            let is_chosen = typed.get(&outcome) == one.as_str();
            json!({ "value": one.as_str(), "text": one.words(), "note": null, "is_chosen": is_chosen })
        })
        .collect();
    json!({
        "heading": heading(query.kind),
        "asked": asked(query),
        "statement": listed.statement,
        "question": (query.kind == QueryKind::Question).then_some(&query.words),
        "action": format!("/people/{person}/queries/{}", query.id),
        "is_question": query.kind == QueryKind::Question,
        "is_connection": query.kind == QueryKind::Connection,
        "is_disagreement": query.kind == QueryKind::Disagreement,
        "answer": field(typed.get(&answer), error(&answer)),
        "outcome": { "options": outcomes, "error": error(&outcome) },
        "review_day": field(typed.get(&review), error(&review)),
        "answer_name": answer,
        "outcome_name": outcome,
        "review_name": review,
        "button": button(query.kind),
    })
}

fn heading(kind: QueryKind) -> &'static str {
    match kind {
        QueryKind::Question => "A question to answer",
        QueryKind::Connection => "A connection to talk about",
        QueryKind::Disagreement => "A talk to have",
    }
}

fn asked(query: &Query) -> String {
    let day = query.opened.day().short();
    match query.kind {
        QueryKind::Question => format!("Asked on {day}"),
        QueryKind::Connection => {
            let kind = Connection::named(&query.words).map(Connection::words).unwrap_or("Another kind");
            format!("Declared on {day}. {kind}.")
        }
        QueryKind::Disagreement => format!("Said on {day} that they do not agree"),
    }
}

fn button(kind: QueryKind) -> &'static str {
    match kind {
        QueryKind::Question => "Send the answer and close it",
        QueryKind::Connection => "Record it and close",
        QueryKind::Disagreement => "We have talked: close it",
    }
}

/// How HR closed a query, by the form that came back.
pub fn read(form: &Form, query: &Query) -> Result<Closing> {
    let named = |field: &str| name_of(field, query.id);
    match query.kind {
        QueryKind::Question => Ok(Closing::Answer(form.get(&named("answer")).replace("\r\n", "\n"))),
        QueryKind::Disagreement => Ok(Closing::Discussed),
        QueryKind::Connection => {
            let mut complaints = Complaints::default();
            let review_day = form.day_if_any(&named("review"), "the review day", &mut complaints);
            let outcome = Outcome::named(form.get(&named("outcome")));
            if outcome.is_none() {
                complaints.add(&named("outcome"), "Choose what was agreed");
            }
            complaints.into_result()?;
            outcome.map(|outcome| Closing::ConnectionRecorded { outcome, review_day }).ok_or(Problem::NotFound)
        }
    }
}

/// A verb's complaints under the names of this query's fields.
pub fn renamed(complaints: Complaints, query: i64) -> Complaints {
    let own = |(field, words): (String, String)| match field.as_str() {
        "answer" | "review" | "outcome" => (name_of(&field, query), words),
        _ => (field, words),
    };
    Complaints(complaints.0.into_iter().map(own).collect())
}
