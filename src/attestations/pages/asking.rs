//! "I can't confirm this yet": a question, a connection to declare, or "I don't agree". What looks like a worry is sent to nobody.

use std::collections::BTreeMap;

use actix_web::web;
use serde_json::{Value, json};

use super::{address, look};
use crate::assignments::rules::QueryKind;
use crate::attestations;
use crate::attestations::rules::{self, Connection, NotYet, Question, State, Typed};
use crate::courses::Library;
use crate::courses::reading::Statement;
use crate::http::{Answer, Form, Visit};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};

/// The slots of a school's card that somebody with a worry needs.
const WHO_TO_TELL: &[&str] = &["dsl", "out-of-hours", "head", "chair", "lado", "whistleblowing-line"];

/// GET /attestations/{slug}/{statement}
pub async fn not_yet(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String)>,
    library: web::Data<Library>,
) -> Answer {
    let statement = askable(&visit, &viewer, &path.0, &path.1, &library).await?;
    let view = not_yet_view(&path.0, &statement, &Complaints::default());
    visit.page("attestations/not-yet", "I can’t confirm this yet", view)
}

/// POST /attestations/{slug}/{statement}: on to the form of the kind that was chosen.
pub async fn choose(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let statement = askable(&visit, &viewer, &path.0, &path.1, &library).await?;
    if let Some(kind) = rules::kind_named(form.get("kind")) {
        return visit.go(&format!("{}/{}/{}", address(&path.0), statement.id, rules::kind_word(kind)));
    }
    let mut complaints = Complaints::default();
    complaints.add("kind", "Choose what stops you");
    let view = not_yet_view(&path.0, &statement, &complaints);
    visit.again("attestations/not-yet", "I can’t confirm this yet", view, &complaints)
}

/// The statement, if the viewer may say now that they cannot confirm it.
async fn askable(
    visit: &Visit,
    viewer: &Viewer,
    slug: &str,
    statement: &str,
    library: &web::Data<Library>,
) -> Result<Statement> {
    let seen = look(visit, viewer, slug, library).await?;
    let (statement, state) = seen.signing.statement(statement)?;
    let is_askable = seen.signing.is_open() && matches!(state, State::ToTick { .. });
    is_askable.then(|| statement.clone()).ok_or(Problem::NotFound)
}

fn not_yet_view(slug: &str, statement: &Statement, complaints: &Complaints) -> Value {
    let kinds = [QueryKind::Question, QueryKind::Connection, QueryKind::Disagreement];
    let offered = kinds.into_iter().filter(|kind| *kind != QueryKind::Connection || statement.declare);
    let options = offered.map(|kind| {
        let (text, note) = match kind {
            QueryKind::Question => ("I have a question", "HR answer within 5 working days."),
            QueryKind::Connection => ("I have a connection to declare", "You say only what kind it is. No names."),
            QueryKind::Disagreement => ("I don’t agree", "HR ask you for a talk."),
        };
        json!({ "value": rules::kind_word(kind), "text": text, "note": note, "is_chosen": false })
    });
    json!({
        "back_href": address(slug),
        "statement": statement.text,
        "action": format!("{}/{}", address(slug), statement.id),
        "kind": { "options": options.collect::<Vec<_>>(), "error": complaints.get("kind") },
    })
}

/// GET /attestations/{slug}/{statement}/{kind}
pub async fn ask_form(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String, String)>,
    library: web::Data<Library>,
) -> Answer {
    let asking = asking(&visit, &viewer, &path, &library).await?;
    let view = asking.view(&Form::default(), &Complaints::default());
    visit.page("attestations/query", asking.title(), view)
}

/// POST /attestations/{slug}/{statement}/{kind}. What looks like a worry stops here: it goes into no act, row or log.
pub async fn ask(
    visit: Visit,
    viewer: Viewer,
    path: web::Path<(String, String, String)>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let asking = asking(&visit, &viewer, &path, &library).await?;
    match asking.read(&form) {
        Ok(Said::NotYet(why)) => open_query(&visit, &viewer, &form, asking, why, &library).await,
        Ok(Said::Worry) => {
            let cards = who_to_tell(&visit, &viewer, &library).await?;
            visit.page("attestations/tell-somebody", "This has not been sent", asking.worry_view(&form, cards))
        }
        Ok(Said::PupilNow) => {
            let cards = who_to_tell(&visit, &viewer, &library).await?;
            visit.page("attestations/tell-somebody", "Tell your school today", asking.pupil_now_view(cards))
        }
        Err(complaints) => {
            let view = asking.view(&form, &complaints);
            visit.again("attestations/query", asking.title(), view, &complaints)
        }
    }
}

/// One statement and the kind of query that somebody is writing about it.
struct Asking {
    slug: String,
    statement: Statement,
    kind: QueryKind,
}

/// What came of a form.
enum Said {
    NotYet(NotYet),
    /// A question that looks like a worry about somebody.
    Worry,
    /// A pupil of now, not family, is in touch: that does not wait in a queue.
    PupilNow,
}

async fn asking(
    visit: &Visit,
    viewer: &Viewer,
    (slug, statement, kind): &(String, String, String),
    library: &web::Data<Library>,
) -> Result<Asking> {
    let kind = rules::kind_named(kind).ok_or(Problem::NotFound)?;
    let statement = askable(visit, viewer, slug, statement, library).await?;
    if kind == QueryKind::Connection && !statement.declare {
        return Err(Problem::NotFound);
    }
    Ok(Asking { slug: slug.clone(), statement, kind })
}

impl Asking {
    fn title(&self) -> &'static str {
        match self.kind {
            QueryKind::Question => "Ask a question",
            QueryKind::Connection => "Declare a connection",
            QueryKind::Disagreement => "I don’t agree",
        }
    }

    fn action(&self) -> String {
        format!("{}/{}/{}", address(&self.slug), self.statement.id, rules::kind_word(self.kind))
    }

    fn read(&self, form: &Form) -> std::result::Result<Said, Complaints> {
        let complaint = |field: &str, words: &str| {
            let mut complaints = Complaints::default();
            complaints.add(field, words);
            complaints
        };
        match self.kind {
            QueryKind::Disagreement => Ok(Said::NotYet(NotYet::Disagreement)),
            QueryKind::Question => match Question::read(form.get("question"), form.get("mistaken") == "yes") {
                Typed::Question(question) => Ok(Said::NotYet(NotYet::Question(question))),
                Typed::Worry => Ok(Said::Worry),
                Typed::Complaint(words) => Err(complaint("question", &words)),
            },
            QueryKind::Connection => match (form.get("contact"), Connection::named(form.get("connection"))) {
                ("pupil", _) => Ok(Said::PupilNow),
                ("no" | "family", Some(connection)) => Ok(Said::NotYet(NotYet::Connection(connection))),
                (contact, connection) => Err(connection_complaints(contact, connection)),
            },
        }
    }

    fn view(&self, typed: &Form, complaints: &Complaints) -> Value {
        let option = |name: &str, value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": typed.get(name) == value });
        let connections: Vec<Value> =
            Connection::ALL.into_iter().map(|one| option("connection", one.as_str(), one.words())).collect();
        let contacts =
            [("no", "No"), ("family", "Yes, and they are family"), ("pupil", "Yes, and they are not family")]
                .map(|(value, text)| option("contact", value, text));
        let (what_follows, button) = match self.kind {
            QueryKind::Question => {
                ("HR answer within 5 working days. Until then you are not late.", "Send my question")
            }
            QueryKind::Connection => {
                ("HR see the kind and the day. Until it is settled you are not late.", "Declare it")
            }
            QueryKind::Disagreement => {
                ("Your other ticks are kept. Until you have talked you are not late.", "Tell HR that I don’t agree")
            }
        };
        json!({
            "back_href": format!("{}/{}", address(&self.slug), self.statement.id),
            "heading": self.title(),
            "statement": self.statement.text,
            "action": self.action(),
            "is_question": self.kind == QueryKind::Question,
            "is_connection": self.kind == QueryKind::Connection,
            "is_disagreement": self.kind == QueryKind::Disagreement,
            "question": typed.field("question", complaints),
            "connection": { "options": connections, "error": complaints.get("connection") },
            "contact": { "options": contacts, "error": complaints.get("contact") },
            "what_follows": what_follows,
            "button": button,
        })
    }

    /// The text goes back to its writer's own screen, and nowhere else.
    fn worry_view(&self, form: &Form, cards: Vec<Value>) -> Value {
        json!({
            "back_href": address(&self.slug),
            "heading": "This may need somebody today",
            "not_sent": "This has not been sent to anybody, and we have not kept it.",
            "sentence": "Some of your words may be about somebody who is at risk. HR may not read a question for days, \
                so this form is not the way. If a child is in danger now, ring 999 first. Then tell one of these people today.",
            "cards": cards,
            "action": self.action(),
            "question": form.field("question", &Complaints::default()),
        })
    }

    fn pupil_now_view(&self, cards: Vec<Value>) -> Value {
        json!({
            "back_href": address(&self.slug),
            "heading": "Tell your school today",
            "not_sent": "This has not been sent to anybody, and we have not kept it.",
            "sentence": "A pupil who is not family is in touch with you now. Keep the messages and remove nothing yet. \
                Tell the head or the designated safeguarding lead today. To tell them is the right thing to do.",
            "cards": cards,
            "action": null,
            "question": null,
        })
    }
}

fn connection_complaints(contact: &str, connection: Option<Connection>) -> Complaints {
    let mut complaints = Complaints::default();
    if connection.is_none() {
        complaints.add("connection", "Choose what kind of connection it is");
    }
    if !matches!(contact, "no" | "family") {
        complaints.add("contact", "Say whether you are in touch now");
    }
    complaints
}

async fn open_query(
    visit: &Visit,
    viewer: &Viewer,
    form: &Form,
    asking: Asking,
    why: NotYet,
    library: &web::Data<Library>,
) -> Answer {
    let said = match why.kind() {
        QueryKind::Question => "Your question has gone to HR.",
        QueryKind::Connection => "You have declared a connection. A senior leader will talk with you.",
        QueryKind::Disagreement => "HR know that you don’t agree, and will ask you for a talk.",
    };
    let (person, library, Asking { slug, statement, .. }) = (viewer.person, library.clone(), asking);
    let next = visit
        .act_once(form, "self", move |act| {
            let person = people::person(act.conn, person)?;
            attestations::open_query(act, &library, &person, &slug, &statement.id, &why)?;
            Ok(address(&slug))
        })
        .await?;
    visit.go_saying(&next, said)
}

async fn who_to_tell(visit: &Visit, viewer: &Viewer, library: &Library) -> Result<Vec<Value>> {
    let school = viewer.school;
    let filled: BTreeMap<String, String> = visit.read(move |conn| people::cards(conn, school)).await?;
    let cards = library.cards.0.iter().filter(|card| WHO_TO_TELL.contains(&card.slot.as_str()));
    Ok(cards.map(|card| json!({ "label": card.label, "text": library.cards.words(&card.slot, &filled) })).collect())
}
