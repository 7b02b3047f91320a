//! `/people/{id}`: one person: what is asked and how it stands, what they signed, what is open, what happened, and what was true
//! on a certain day.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, web};
use serde_json::{Value, json};

use super::people::row_pill;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::Standing;
use crate::assignments::{self, Means};
use crate::attestations::rules::{Closing, fingerprint};
use crate::attestations::{Listed, forms};
use crate::clock::{Day, Instant};
use crate::courses::views::title_of;
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::ids;
use crate::people::rules::WorkEmail;
use crate::people::{PostRecord, Viewer};
use crate::problem::{Complaints, Result};
use crate::reports::people::Sight;
use crate::reports::record::{CompletionRow, Proof, Record, proof, record};
use crate::reports::roll::Asked;
use crate::reports::words::{Pill, job, pill, pill_for_manager, told_to_another};
use crate::text::{self, count};

/// So many lines of the timeline stand on the page at first.
const RECENT: usize = 20;

pub async fn show(
    visit: Visit,
    viewer: Viewer,
    id: web::Path<i64>,
    request: HttpRequest,
    library: web::Data<Library>,
) -> Answer {
    let (asked, now, id) = (Form::parse(request.query_string().as_bytes()), visit.now, *id);
    let looked = visit.read(move |conn| {
        let record = record(conn, &library, &viewer, id, now)?;
        let mut complaints = Complaints::default();
        let proof = match record.row.seen.sight {
            Sight::Hr => Some(proof_view(conn, &record, &asked, &library, now, &mut complaints)?),
            Sight::Manager => None,
        };
        Ok((view(&record, &asked, proof, &library, now)?, record.row.seen.person.name(), complaints))
    });
    let (view, name, complaints) = looked.await?;
    match complaints.is_empty() {
        true => visit.page("reports/person", &name, view),
        false => visit.again("reports/person", &name, view, &complaints),
    }
}

fn view(record: &Record, asked: &Form, proof: Option<Value>, library: &Library, now: Instant) -> Result<Value> {
    let (seen, today) = (&record.row.seen, now.day());
    let (person, is_hr) = (&seen.person, seen.sight == Sight::Hr);
    let address = format!("/people/{}", person.id);
    let Pill { kind, words } = row_pill(&record.row, today);
    // Nobody who has left goes away any more.
    let is_here = seen.posts.iter().any(|record| record.post.until.is_none_or(|until| today <= until));
    let away = is_here.then(|| ("Away", format!("{address}/pause")));
    let links = away.into_iter().chain([("Correct or leave", format!("{address}/correct"))]);
    let links = links.filter(|_| is_hr).map(|(text, href)| json!({ "text": text, "href": href }));
    let all = asked.has("older") || record.timeline.len() <= RECENT;
    let shown = if all { record.timeline.len() } else { RECENT };
    let timeline = record.timeline.iter().take(shown);
    Ok(json!({
        "back_href": "/people",
        "back_text": if is_hr { "Back to people" } else { "Back to my team" },
        "kicker": kicker(record, today),
        "name": person.name(),
        "forename": person.known_as(),
        "pill_kind": kind,
        "pill": words,
        "links": links.collect::<Vec<_>>(),
        "chase_href": (is_hr && can_be_reminded(record, today)).then(|| format!("/chase?person={}", person.id)),
        "is_hr": is_hr,
        "queries": queries(record)?,
        "look_again": record.to_look_at_again.iter().rev().filter_map(|one| look_again(one, today)).collect::<Vec<_>>(),
        "is_asking_elsewhere": record.is_asking_elsewhere,
        "year": AcademicYear::of(today).long(),
        "nothing_asked": if is_here { "Nothing is asked this year yet." } else { "Nothing is asked any more." },
        "assignments": record.row.on_roll.asked.iter().map(|asked| line(record, asked, library)).collect::<Vec<_>>(),
        "signed": signed(record, library),
        "timeline": timeline.map(|event| json!({
            "when": format!("{}, {}", event.at.day().long(), event.at.time()),
            "what": event.what,
            "by": event.by,
        })).collect::<Vec<_>>(),
        "older_href": (!all).then(|| format!("{address}?older=1")),
        "facts": facts(record, today),
        "proof": proof,
    }))
}

fn kicker(record: &Record, today: Day) -> String {
    let seen = &record.row.seen;
    let said = seen.main_post(today).map(|post| match school_of(record, post) {
        Some(school) => format!("{} · {school}", job(post)),
        None => job(post),
    });
    said.unwrap_or_else(|| "No post".to_owned())
}

fn school_of<'r>(record: &'r Record, post: &PostRecord) -> Option<&'r str> {
    record.schools.iter().find(|school| school.id == post.school).map(|school| school.name.as_str())
}

fn can_be_reminded(record: &Record, today: Day) -> bool {
    let to_do = record.row.on_roll.asked.iter().any(|asked| asked.standing().is_to_do());
    to_do && record.row.seen.has_post_on(today) && record.row.seen.person.work_email.is_some()
}

/// Each open query with the form that closes it, and a once-key of its own.
fn queries(record: &Record) -> Result<Vec<Value>> {
    let person = record.row.seen.person.id;
    let mut views = Vec::new();
    for listed in &record.queries {
        let mut view = forms::view(person, listed, &Form::default(), &Complaints::default());
        view["once"] = ids::random_id()?.into();
        views.push(view);
    }
    Ok(views)
}

/// What was agreed about a connection, and when somebody wants to look at it again.
fn look_again(listed: &Listed, today: Day) -> Option<Value> {
    let closed = listed.query.closed.as_ref()?;
    let Closing::ConnectionRecorded { outcome, review_day: Some(day) } = &closed.closing else { return None };
    Some(json!({
        "statement": listed.statement,
        "agreed": format!("{}. Recorded on {}.", outcome.words(), closed.at.day().long()),
        "day": day.long(),
        "is_due": *day <= today,
    }))
}

// ── what is asked

fn line(record: &Record, asked: &Asked, library: &Library) -> Value {
    let is_hr = record.row.seen.sight == Sight::Hr;
    let Pill { kind, words } = if is_hr { pill(asked.standing()) } else { pill_for_manager(asked.standing()) };
    // The tries of somebody who has not passed are their own.
    let tries = record.tries.get(&asked.assignment.id).copied().filter(|_| asked.standing().is_completed());
    let tries = tries.unwrap_or_default();
    json!({
        "title": title_of(library, asked.kind(), asked.slug()),
        "pill_kind": kind,
        "pill": words,
        "why": why(record, asked),
        "detail": (tries > 0).then(|| count(tries, "try", "tries")),
        "links": change_links(record, asked),
    })
}

/// What HR can change about one thing that is asked.
fn change_links(record: &Record, asked: &Asked) -> Vec<Value> {
    let (person, assignment) = (record.row.seen.person.id, asked.assignment.id);
    let address = format!("/people/{person}/assignments/{assignment}");
    let later = ("More time", format!("{address}/later"));
    let links = match asked.standing() {
        Standing::Exempt => vec![("Ask again", address)],
        _ if asked.is_left() && asked.standing().is_waiting() => vec![("Exempt", address)],
        _ if asked.is_left() => vec![("Exempt", address), later],
        _ => Vec::new(),
    };
    links.into_iter().map(|(text, href)| json!({ "text": text, "href": href })).collect()
}

fn why(record: &Record, asked: &Asked) -> String {
    let completion = record.completions.get(&asked.assignment.id);
    match (asked.standing(), completion) {
        (Standing::Completed { .. }, Some(row)) => format!("{}.", done_words(row)),
        // A reason may name any school: it is told only where all of the person is in sight.
        (Standing::Exempt, _) if !record.row.seen.is_whole => "They do not have to do this.".to_owned(),
        (Standing::Exempt, _) => match asked.status.why.split_once(": ") {
            Some((said, reason)) => format!("{}: {reason}", told_to_another(said)),
            None => told_to_another(&asked.status.why),
        },
        _ => told_to_another(&asked.status.why),
    }
}

/// "Passed on 9 October 2026, version 7c1e 90ab 44d0 1f7e"
fn done_words(row: &CompletionRow) -> String {
    let did = match row.means.as_str() {
        means if means == Means::PassedAttempt.as_str() => "Passed",
        means if means == Means::TestedOut.as_str() => "Tested out",
        means if means == Means::Attestation.as_str() => "Signed",
        means if means == Means::SelfCheck.as_str() => "Finished",
        _ => "Recorded as done",
    };
    let on = format!("{did} on {}", Instant(row.completed_at).day().long());
    if row.version.is_empty() { on } else { format!("{on}, version {}", fingerprint(&row.version)) }
}

fn signed(record: &Record, library: &Library) -> Vec<Value> {
    let newest_first = record.signed.iter().rev();
    newest_first
        .map(|signed| {
            json!({
                "title": library.title_or_slug(Kind::Policy, &signed.slug),
                "version": fingerprint(&signed.version),
                "day": signed.signed_at.day().long(),
                "href": format!("/attestations/{}/receipt.pdf?of={}", signed.slug, signed.reference),
            })
        })
        .collect()
}

// ── on the staff list

fn facts(record: &Record, today: Day) -> Vec<Value> {
    let seen = &record.row.seen;
    let is_hr = seen.sight == Sight::Hr;
    let mut facts: Vec<(&str, String)> = Vec::new();
    if is_hr {
        let email = seen.person.work_email.as_ref().map(WorkEmail::as_str);
        facts.push(("Work email", email.unwrap_or("None").to_owned()));
        if !record.references.is_empty() {
            facts.push(("Staff reference", record.references.join(", ")));
        }
        if !record.managers.is_empty() {
            facts.push(("Line manager", record.managers.join(", ")));
        }
    }
    for post in seen.posts_on(today) {
        let school = school_of(record, post).unwrap_or_default();
        let until = post.post.until.map(|day| format!(" until {}", day.long())).unwrap_or_default();
        facts.push(("Post", format!("{}, {school}, from {}{until}", job(post), post.post.from.long())));
    }
    if let Some(main) = seen.main_post(today) {
        facts.push(("Role group", text::capital(main.post.role_group.as_str())));
        let works = if main.post.is_term_time_only() { "Term time" } else { "All year" };
        facts.push(("Works", works.to_owned()));
    }
    let extra: BTreeSet<&str> = seen.posts_on(today).flat_map(|record| record.post.extra_jobs()).collect();
    if !extra.is_empty() {
        facts.push(("Also", text::capital(&extra.into_iter().collect::<Vec<_>>().join("; "))));
    }
    facts.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

// ── on a certain day

fn proof_view(
    conn: &mut Conn,
    record: &Record,
    asked: &Form,
    library: &Library,
    now: Instant,
    complaints: &mut Complaints,
) -> Result<Value> {
    let (person, slug) = (record.row.seen.person.id, asked.get("what"));
    let requirements = assignments::requirements(conn)?;
    let options: Vec<Value> = requirements
        .iter()
        .map(|one| {
            let text = title_of(library, one.kind, &one.slug);
            json!({ "value": one.slug, "text": text, "note": null, "is_chosen": one.slug == slug })
        })
        .collect();
    let day = match asked.has("day") {
        true => read_past_day(asked.get("day"), now.day(), complaints),
        false => None,
    };
    let is_asked = requirements.iter().any(|one| one.slug == slug);
    let found = match day.filter(|_| is_asked) {
        Some(day) => Some((day, proof(conn, person, slug, day, now)?)),
        None => None,
    };
    let said = found.map(|(day, proof)| proof_words(&proof, day));
    let (answer, detail) = said.unzip();
    Ok(json!({
        "action": format!("/people/{person}#certain-day"),
        "what": { "options": options, "error": null },
        "day": field(asked.get("day"), complaints.get("day")),
        "answer": answer,
        "detail": detail,
    }))
}

fn read_past_day(text: &str, today: Day, complaints: &mut Complaints) -> Option<Day> {
    let day = Day::read_british(text);
    match day {
        None => complaints.add("day", Day::complaint(text, "the day")),
        Some(day) if day > today => complaints.add("day", "Choose today or an earlier day"),
        Some(_) => return day,
    }
    None
}

/// The answer in a word or two, and what it rests on.
fn proof_words(proof: &Proof, day: Day) -> (&'static str, String) {
    let (answer, mut said) = match (proof.standing, &proof.completion) {
        (Some(Standing::Completed { .. }), Some(row)) => {
            ("Yes.", vec![format!("{}. It held on {}.", done_words(row), day.long())])
        }
        (Some(Standing::Completed { .. }), None) => ("Yes.", Vec::new()),
        (Some(Standing::Exempt), _) => ("Exempt.", vec![format!("It was not asked of them on {}.", day.long())]),
        (Some(standing), _) => {
            let due = proof.due.map(|due| format!(", due on {}", due.long())).unwrap_or_default();
            ("No.", vec![format!("On {} it was {}{due}.", day.long(), standing.as_str())])
        }
        (None, _) => ("Not asked.", vec![format!("Nothing was asked of them here on {}.", day.long())]),
    };
    if let Some(row) = &proof.recorded_later {
        let recorded = Instant(row.recorded_at).day().long();
        said.push(format!("It was recorded later, on {recorded}: {}.", done_words(row)));
    }
    if let (true, Some(row)) = (answer != "Yes.", &proof.earlier) {
        said.push(format!("The time before: {}.", done_words(row)));
    }
    (answer, said.join(" "))
}
