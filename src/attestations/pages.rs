//! What is seen of signing: the statements, what was signed, and its receipt. `asking` is for what stops somebody from
//! confirming a statement, `closing` for HR's answer, `policies` for the texts.

mod asking;
mod closing;
pub mod policies;

use actix_web::cookie::{Cookie, time};
use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::rules::{self, Closing, Known, Query, State};
use super::{Attestation, Signing, Ticks, sheet};
use crate::assignments::rules::QueryKind;
use crate::assignments::{self, Assignment};
use crate::certificates::Key;
use crate::clock::Day;
use crate::courses::reading::{FilledBy, PolicyChange, Statement};
use crate::courses::{Library, views};
use crate::http::{Answer, Form, Visit, blocking};
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;
pub use asking::{ask, ask_form, choose, not_yet};
pub use closing::close;

fn address(slug: &str) -> String {
    format!("/attestations/{slug}")
}

// ── the statements

/// The cookie that brings the answers to the questions on what changed to the page after signing, which reads it once:
/// the policy's slug, and places in their lists. No answer may stand in an address, which browsers and logs keep.
const CHOSE: &str = "chose";

/// GET /attestations/{slug}
pub async fn show(
    visit: Visit,
    viewer: Viewer,
    slug: web::Path<String>,
    request: HttpRequest,
    library: web::Data<Library>,
) -> Answer {
    let seen = look(&visit, &viewer, &slug, &library).await?;
    if seen.signing.assignment.is_complete(visit.now) || seen.signing.signed.is_some() {
        let chosen = request.cookie(CHOSE);
        let chosen = chosen.as_ref().and_then(|cookie| cookie.value().strip_prefix(&*slug)?.strip_prefix('_'));
        if chosen.is_some() {
            visit.forget(CHOSE);
        }
        let view = signed_view(&seen, &viewer, chosen.unwrap_or_default());
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
    let minutes = signing.policy.minutes;
    format!("About {minutes} minutes, with the reading. You sign the exact text that you can read here.{same}")
}

fn blockers(signing: &Signing, library: &Library) -> Vec<Value> {
    let blocker = |one: &Assignment| {
        json!({
            "title": library.title_or_slug(one.kind, &one.slug),
            "href": views::address(one.kind, &one.slug),
            "detail": text::capital(&views::minutes_of(library, one.kind, &one.slug).about()),
        })
    };
    signing.left.iter().map(blocker).collect()
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
        Ok(chosen) => {
            leave_chosen(&visit, &slug, &chosen);
            visit.go(&address(&slug))
        }
        Err(Problem::Invalid(complaints)) => {
            keep(&visit, &viewer, &slug, &ticks, &library).await?;
            let seen = look(&visit, &viewer, &slug, &library).await?;
            let view = sign_view(&seen, &viewer, &library, visit.now.day(), &form, &complaints);
            visit.again("attestations/sign", &title(&seen.signing), view, &complaints)
        }
        Err(problem) => Err(problem),
    }
}

fn leave_chosen(visit: &Visit, slug: &str, chosen: &[String]) {
    if !chosen.is_empty() {
        let mut cookie = Cookie::new(CHOSE, format!("{slug}_{}", chosen.join("_")));
        cookie.set_max_age(time::Duration::minutes(2));
        visit.keep(cookie);
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

/// Signs, if the questions on what changed are answered; gives what was chosen.
async fn put_signature(
    visit: &Visit,
    viewer: &Viewer,
    signing: &Signing,
    ticks: &Ticks,
    form: &Form,
    library: &web::Data<Library>,
    key: &web::Data<Key>,
) -> Result<Vec<String>> {
    let chosen = chosen_in(signing, form)?;
    let (person, slug, ticks) = (viewer.person, signing.policy.slug.clone(), ticks.clone());
    let (library, key) = (library.clone(), key.clone());
    visit
        .act(move |act| {
            let person = people::person(act.conn, person)?;
            super::sign(act, &library, &key, &person, &slug, &ticks)
        })
        .await?;
    Ok(chosen)
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
