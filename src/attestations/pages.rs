//! What is seen of signing: the statements, the receipt, what stops somebody from confirming one, and HR's closing of a query.

use std::collections::BTreeMap;

use actix_web::web;
use serde::Deserialize;
use serde_json::{Value, json};

use super::rules::{self, Closing, Connection, Known, NotYet, Query, Question, State, Typed};
use super::{Attestation, Listed, Signing, Ticks, forms, sheet};
use crate::assignments::rules::QueryKind;
use crate::assignments::{self, Assignment};
use crate::certificates::Key;
use crate::clock::Day;
use crate::courses::reading::{FilledBy, PolicyChange, Statement};
use crate::courses::{Kind, Library, views};
use crate::http::{Answer, Form, Visit, blocking};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;

/// The slots of a school's card that somebody with a worry needs.
const WHO_TO_TELL: &[&str] = &["dsl", "out-of-hours", "head", "chair", "lado", "whistleblowing-line"];

fn address(slug: &str) -> String {
    format!("/attestations/{slug}")
}

// ── the statements

/// What the page was left with after signing: the answers to the questions on what changed, as places in their lists.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    chose: Option<String>,
}

/// GET /attestations/{slug}
pub async fn show(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    chosen: web::Query<Chosen>,
    library: web::Data<Library>,
) -> Answer {
    let seen = look(&visit, &viewer, &slug, &library).await?;
    if seen.signing.assignment.is_complete(visit.now) || seen.signing.signed.is_some() {
        let view = signed_view(&seen, &viewer, chosen.chose.as_deref().unwrap_or_default());
        return visit.page("attestations/signed", "Signed", view);
    }
    let view = sign_view(&seen, &viewer, &library, visit.now.day(), &Form::default(), &Complaints::default());
    visit.page("attestations/sign", &title(&seen.signing), view)
}

fn title(signing: &Signing) -> String {
    format!("Sign: {}", signing.policy.title)
}

/// All that either page shows.
struct Seen {
    signing: Signing,
    /// What somebody has to do next of all that is theirs: its title and its address.
    next: Option<(String, String)>,
}

async fn look(visit: &Visit, viewer: &Viewer, slug: &str, library: &web::Data<Library>) -> Result<Seen> {
    let (person, now, library, slug) = (viewer.person, visit.now, library.clone(), slug.to_owned());
    visit
        .read(move |conn| {
            let signing = super::signing(conn, &library, person, &slug, now)?;
            let training = assignments::my_training(conn, person, now)?;
            let next =
                training.iter().find(|one| one.id != signing.assignment.id && one.status(now).standing.can_be_done());
            let next =
                next.map(|one| (library.title_or_slug(one.kind, &one.slug), views::address(one.kind, &one.slug)));
            Ok(Seen { signing, next })
        })
        .await
}

fn sign_view(
    seen: &Seen,
    viewer: &Viewer,
    library: &Library,
    today: Day,
    typed: &Form,
    complaints: &Complaints,
) -> Value {
    let signing = &seen.signing;
    let (policy, is_open) = (&signing.policy, signing.is_open());
    let cycle = rules::cycle_words(signing.assignment.cycle);
    let before = signing.signed_before.as_ref().map(|before| before.signed_at.day().long());
    let sets = if is_open { sets_view(library, signing, complaints) } else { Vec::new() };
    json!({
        "kicker": format!("Annual attestation · {cycle}"),
        "heading": if is_open { "Read the policy, then sign" } else { "Signing opens when the rest is done" },
        "sentence": sentence(signing, before.as_deref()),
        "policy_href": format!("/policies/{}", policy.slug),
        "print_href": format!("/policies/{}?print", policy.slug),
        "version": rules::version_line(policy),
        "policy_version": policy.version,
        "blockers": blockers(signing, library),
        "changes_heading": before.map(|day| format!("What changed since you last signed, on {day}")),
        "changes": signing.changes.iter().map(|(_, change)| change_view(library, &policy.slug, change)).collect::<Vec<_>>(),
        "questions": signing.changes.iter().filter_map(|both| question_view(both, typed, complaints)).collect::<Vec<_>>(),
        "is_open": is_open,
        "action": address(&policy.slug),
        "sets": sets,
        "name": viewer.name,
        "today": today.long(),
        "promise": "Your signature is kept with your name, the day, the exact text and each statement. It does not change your contract.",
        "button": (!signing.is_waiting()).then(|| format!("Sign for {cycle}")),
        "waiting": waiting_words(signing),
    })
}

fn sentence(signing: &Signing, signed_before: Option<&str>) -> String {
    if !signing.is_open() {
        let first = text::count(signing.left.len(), "thing comes", "things come");
        return format!("{first} first. You can read the policy at any time.");
    }
    let same = match signed_before {
        Some(day) if signing.changes.is_empty() => format!(" Nothing has changed since you last signed, on {day}."),
        _ => String::new(),
    };
    format!("About 5 minutes. You sign the exact text that you can read here.{same}")
}

fn blockers(signing: &Signing, library: &Library) -> Vec<Value> {
    let blocker = |(place, one): (usize, &Assignment)| {
        let minutes = match one.kind {
            Kind::Course => library.course(&one.slug).map(|course| course.minutes),
            _ => Some(20),
        };
        json!({
            "number": (place + 1).to_string(),
            "title": library.title_or_slug(one.kind, &one.slug),
            "href": views::address(one.kind, &one.slug),
            "detail": minutes.map(|minutes| format!("About {minutes} minutes")).unwrap_or_default(),
        })
    };
    signing.left.iter().enumerate().map(blocker).collect()
}

fn change_view(library: &Library, slug: &str, change: &PolicyChange) -> Value {
    let names: Vec<String> =
        change.clauses.iter().map(|clause| library.clause_name(clause).unwrap_or_else(|| clause.clone())).collect();
    let anchor = change.clauses.first().map(|clause| format!("#{clause}")).unwrap_or_default();
    json!({
        "title": text::list(&names),
        "href": format!("/policies/{slug}{anchor}"),
        "was": change.was,
        "now": change.now.as_deref().unwrap_or("The wording is new. Open the clause to read it."),
    })
}

/// The name of the field of a change's question.
fn field_of(place: usize) -> String {
    format!("change-{place}")
}

/// The question on a change. Its options stand in the order of the alphabet, so that their place tells nothing.
fn question_view((place, change): &(usize, PolicyChange), typed: &Form, complaints: &Complaints) -> Option<Value> {
    let question = change.question.as_ref()?;
    let name = field_of(*place);
    let mut options: Vec<(usize, &str)> =
        question.choices.iter().map(|choice| choice.text.as_str()).enumerate().collect();
    options.sort_by_key(|(_, text)| text.to_lowercase());
    let options = options.into_iter().map(|(choice, text)| {
        let value = choice.to_string();
        let is_chosen = typed.get(&name) == value;
        json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen })
    });
    let error = complaints.get(&name);
    Some(
        json!({ "ask": question.ask, "field": { "options": options.collect::<Vec<_>>(), "error": error }, "name": name }),
    )
}

/// The statements, each set under its title; one set alone needs none.
fn sets_view(library: &Library, signing: &Signing, complaints: &Complaints) -> Vec<Value> {
    let sets: Vec<&[(Statement, State)]> =
        signing.statements.chunk_by(|(one, _), (other, _)| one.set == other.set).collect();
    let title = |name: &str| signing.policy.statement_set(name).map(|set| set.title.clone());
    let is_one = sets.len() == 1;
    let view = |set: &&[(Statement, State)]| {
        let name = set.first().map(|(statement, _)| statement.set.as_str()).unwrap_or_default();
        let statements: Vec<Value> = set.iter().map(|both| statement_view(library, both, complaints)).collect();
        json!({ "title": title(name).filter(|_| !is_one), "statements": statements })
    };
    sets.iter().map(view).collect()
}

fn statement_view(library: &Library, (statement, state): &(Statement, State), complaints: &Complaints) -> Value {
    let clauses: Vec<Value> = statement.clauses.iter().filter_map(|clause| clause_link(library, clause)).collect();
    let settled = match state {
        State::ToTick { settled, .. } => settled.as_ref().and_then(settled_view),
        _ => None,
    };
    let complained = complaints.get(&statement.id).is_some();
    json!({
        "id": statement.id,
        "text": statement.text,
        "clauses": clauses,
        "is_fact": matches!(state, State::Fact(..) | State::ConnectionRecorded(_)),
        "fact": fact_words(state),
        "is_ticked": matches!(state, State::ToTick { ticked: true, .. }),
        "error": complained.then_some("Tick this, or choose “I can’t confirm this yet”"),
        "state": match state { State::Waiting(query) => Some(waiting_state(query)), _ => None },
        "settled": settled,
        "can_ask": matches!(state, State::ToTick { .. }),
    })
}

fn clause_link(library: &Library, clause: &str) -> Option<Value> {
    let policy = library.policy_of_clause(clause)?;
    Some(json!({ "text": library.clause_name(clause)?, "href": format!("/policies/{policy}#{clause}") }))
}

fn fact_words(state: &State) -> Option<String> {
    match state {
        State::Fact(FilledBy::Courses, Known::Done(day)) => Some(format!("You passed the last one on {}.", day.long())),
        State::Fact(FilledBy::SelfCheck, Known::Done(day)) => {
            Some(format!("You finished the self-check on {}. We do not have your answers.", day.long()))
        }
        State::Fact(_, Known::Exempt) => Some("You do not have to do this, so it does not count here.".to_owned()),
        State::Fact(_, Known::NotAsked) => Some("This is not asked of you, so it does not count here.".to_owned()),
        State::ConnectionRecorded(at) => {
            Some(format!("A connection was talked over and recorded on {}.", at.day().long()))
        }
        State::ToTick { .. } | State::Waiting(_) => None,
    }
}

fn waiting_state(query: &Query) -> String {
    let day = query.opened.day().short();
    match query.kind {
        QueryKind::Question => format!("Your question went to HR on {day}"),
        QueryKind::Connection => format!("You told us of a connection on {day}"),
        QueryKind::Disagreement => format!("You said on {day} that you don’t agree"),
    }
}

/// What was asked, and what came of it.
fn settled_view(query: &Query) -> Option<Value> {
    let closed = query.closed.as_ref()?;
    let (asked, day) = (query.opened.day().short(), closed.at.day().short());
    let (asked, answer) = match &closed.closing {
        Closing::Answer(words) => {
            (format!("You asked on {asked}: {}", query.words), format!("HR answered on {day}: {words}"))
        }
        _ => (format!("You said on {asked} that you don’t agree."), format!("It was talked over by {day}.")),
    };
    Some(json!({ "asked": asked, "answer": answer }))
}

fn waiting_words(signing: &Signing) -> Option<String> {
    let kinds = signing.statements.iter().filter_map(|(_, state)| match state {
        State::Waiting(query) => Some(query.kind),
        _ => None,
    });
    let settled = kinds.map(|kind| match kind {
        QueryKind::Question => "your question is answered",
        QueryKind::Connection => "your connection has been talked over",
        QueryKind::Disagreement => "you have talked about it",
    });
    let mut settled: Vec<String> = settled.map(str::to_owned).collect();
    settled.dedup();
    let when = (!settled.is_empty()).then(|| text::list(&settled))?;
    Some(format!(
        "Everything else is kept. When {when}, we write to your work email, and you can sign then. Until then you are not late."
    ))
}

// ── signing

/// POST /attestations/{slug}: signs; or keeps the ticks, to go on later or to say what stops one.
pub async fn sign(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
    key: web::Data<Key>,
) -> Answer {
    let statements = form.all("statement").into_iter().map(str::to_owned).collect();
    let ticks = Ticks { version: form.get("version").to_owned(), statements };
    if form.has("not-yet") {
        keep(&visit, &viewer, &slug, &ticks, &library).await?;
        return visit.go(&format!("{}/{}", address(&slug), id_of(form.get("not-yet"))?));
    }
    if form.has("keep") {
        keep(&visit, &viewer, &slug, &ticks, &library).await?;
        return visit.go_saying(&address(&slug), "Your ticks are kept.");
    }
    let seen = look(&visit, &viewer, &slug, &library).await?;
    match put_signature(&visit, &viewer, &seen.signing, &ticks, &form, &library, &key).await {
        Ok(chosen) => visit.go(&format!("{}{chosen}", address(&slug))),
        Err(Problem::Invalid(complaints)) => {
            keep(&visit, &viewer, &slug, &ticks, &library).await?;
            let seen = look(&visit, &viewer, &slug, &library).await?;
            let view = sign_view(&seen, &viewer, &library, visit.now.day(), &form, &complaints);
            visit.again("attestations/sign", &title(&seen.signing), view, &complaints)
        }
        Err(problem) => Err(problem),
    }
}

/// An id as statements have them; nothing else may go into an address.
fn id_of(text: &str) -> Result<&str> {
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_id.then_some(text).ok_or(Problem::NotFound)
}

async fn keep(visit: &Visit, viewer: &Viewer, slug: &str, ticks: &Ticks, library: &web::Data<Library>) -> Result<()> {
    let (person, slug, ticks, library) = (viewer.person, slug.to_owned(), ticks.clone(), library.clone());
    visit.act(move |act| super::keep_ticks(act, &library, person, &slug, &ticks)).await
}

/// Signs, if the questions on what changed are answered; gives the end of the address that explains them.
async fn put_signature(
    visit: &Visit,
    viewer: &Viewer,
    signing: &Signing,
    ticks: &Ticks,
    form: &Form,
    library: &web::Data<Library>,
    key: &web::Data<Key>,
) -> Result<String> {
    let chosen = chosen_in(signing, form)?;
    let (person, slug, ticks) = (viewer.person, signing.policy.slug.clone(), ticks.clone());
    let (library, key) = (library.clone(), key.clone());
    visit
        .act(move |act| {
            let person = people::person(act.conn, person)?;
            super::sign(act, &library, &key, &person, &slug, &ticks)
        })
        .await?;
    Ok(if chosen.is_empty() { String::new() } else { format!("?chose={}", chosen.join("_")) })
}

/// What was chosen on each change, as "0.2"; a complaint about each question that has no answer.
fn chosen_in(signing: &Signing, form: &Form) -> Result<Vec<String>> {
    let mut complaints = Complaints::default();
    let mut chosen = Vec::new();
    for (place, change) in &signing.changes {
        let Some(question) = &change.question else { continue };
        match form.get(&field_of(*place)).parse::<usize>() {
            Ok(choice) if choice < question.choices.len() => chosen.push(format!("{place}.{choice}")),
            _ => complaints.add(&field_of(*place), "Choose an answer about what changed. It is not marked."),
        }
    }
    complaints.into_result()?;
    Ok(chosen)
}

// ── signed

fn signed_view(seen: &Seen, viewer: &Viewer, chosen: &str) -> Value {
    let signing = &seen.signing;
    let cycle = rules::cycle_words(signing.assignment.cycle);
    let (next_href, next_button) = match &seen.next {
        Some((title, href)) => (href.clone(), format!("Carry on: {title}")),
        None => ("/".to_owned(), "Go to My training".to_owned()),
    };
    json!({
        "heading": format!("Signed. Thank you, {}", viewer.forename),
        "panel": match seen.next {
            Some(_) => format!("The {} is signed for {cycle}", signing.policy.title),
            None => format!("You are up to date for {cycle}"),
        },
        "sentence": match signing.signed {
            Some(_) => "We send a receipt to your work email. You can also keep it from here.",
            None => "HR recorded that you signed it. Ask them if you would like to see it.",
        },
        "next_href": next_href,
        "next_button": next_button,
        "receipt_href": signing.signed.as_ref().map(|_| format!("{}/receipt.pdf", address(&signing.policy.slug))),
        "rows": signing.signed.as_ref().map(|signed| rows(signing, signed)).unwrap_or_default(),
        "explained": explained(signing, chosen),
    })
}

fn rows(signing: &Signing, signed: &Attestation) -> Vec<Value> {
    let row = |key: &str, value: String| json!({ "key": key, "value": value, "href": null, "action": null });
    let statements = text::count(signed.statements.len(), "statement", "statements");
    vec![
        row("Signed", signed.signed_at.long()),
        row("Text", format!("{}, version {}, {statements}", signing.policy.title, rules::fingerprint(&signed.version))),
        row("Receipt number", signed.reference.clone()),
    ]
}

/// Each question on a change with the reason for the option that was chosen. Nothing of it is kept.
fn explained(signing: &Signing, chosen: &str) -> Vec<Value> {
    let explain = |both: &str| {
        let (place, choice) = both.split_once('.')?;
        let question = signing.policy.changes.get(place.parse::<usize>().ok()?)?.question.as_ref()?;
        let choice = question.choices.get(choice.parse::<usize>().ok()?)?;
        let reason = format!("You chose: {}. {}", choice.text.trim_end_matches('.'), choice.reason);
        Some(json!({ "question": question.ask, "reason": reason }))
    };
    chosen.split('_').filter_map(explain).collect()
}

#[derive(Debug, Deserialize)]
pub struct ReceiptAsked {
    /// The reference of an earlier signature, or of somebody's in HR's scope.
    of: Option<String>,
}

/// GET /attestations/{slug}/receipt.pdf: the latest signature's, or with `?of=` another's.
pub async fn receipt(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    asked: web::Query<ReceiptAsked>,
    library: web::Data<Library>,
) -> Answer {
    let (trust, today, of) = (visit.house().trust.clone(), visit.now.day(), asked.into_inner().of);
    let facts = visit
        .read(move |conn| {
            let signed = match &of {
                Some(reference) => super::signature_seen_by(conn, &viewer, reference, today)?,
                None => super::last_signature(conn, viewer.person, &slug)?,
            };
            let is_of_policy = signed.slug == *slug;
            is_of_policy.then_some(()).ok_or(Problem::NotFound)?;
            super::receipt(conn, &library, &trust, &signed)
        })
        .await?;
    let name = format!("receipt-{}.pdf", facts.reference);
    let drawn = blocking(move || {
        sheet::draw(&facts).map_err(|fault| Problem::fault(format!("receipt {}: {fault}", facts.reference)))
    });
    visit.file("application/pdf", &name, drawn.await?)
}

// ── "I can't confirm this yet"

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
                Typed::Complaint(words) => Err(complaint("question", words)),
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
                Tell the head or the safeguarding lead today. To tell them is the right thing to do.",
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
            super::open_query(act, &library, &person, &slug, &statement.id, &why)?;
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

// ── HR

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
        Ok(()) => visit.go_saying(&format!("/people/{person}"), closed_words(&listed)),
        Err(Problem::Invalid(complaints)) => {
            let complaints = forms::renamed(complaints, query);
            close_again(&visit, person, &listed, &form, &complaints).await
        }
        Err(problem) => Err(problem),
    }
}

fn closed_words(listed: &Listed) -> &'static str {
    match listed.query.kind {
        QueryKind::Question => "The answer is on its way, and the question is closed.",
        QueryKind::Connection => "It is recorded, and they can sign now.",
        QueryKind::Disagreement => "It is closed, and they can sign now.",
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
            let all = if answers { super::queries_of_person(conn, &library, person)? } else { Vec::new() };
            all.into_iter().find(|listed| listed.query.id == query).ok_or(Problem::NotFound)
        })
        .await
}

async fn put_closing(
    visit: &Visit,
    person: i64,
    query: i64,
    closing: Closing,
    library: &web::Data<Library>,
) -> Result<()> {
    let library = library.clone();
    visit
        .act_as(visit.actor_as("hr"), move |act| {
            let person = people::person(act.conn, person)?;
            super::close_query(act, &library, &person, query, &closing)
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
