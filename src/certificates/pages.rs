//! What is seen of certificates: one's own, their PDFs, and the public page on which anybody can check one.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use serde_json::{Value, json};

use super::rules::{self, is_without_end};
use super::{Certificate, CertificateKind, Claims, Key, Number, State, Visitors};
use crate::assignments::calendar::AcademicYear;
use crate::clock::Day;
use crate::http::security::visitor_address;
use crate::http::{Answer, Form, Visit, blocking, field};
use crate::people::Viewer;
use crate::problem::{Complaints, Problem};
use crate::text::{count, initials};

const CHECK: &str = "Check a certificate";

// ── one's own

pub async fn list(visit: Visit, viewer: Viewer) -> Answer {
    let held = visit.read(move |conn| super::of_person(conn, viewer.person)).await?;
    let heading = match held.len() {
        0 => "You have no certificates yet".to_owned(),
        some => format!("You have {}", count(some, "certificate", "certificates")),
    };
    let view = json!({
        "heading": heading,
        "sentence": "One for each course, and one for the year when everything is done.",
        "years": years(&held, visit.now.day()),
    });
    visit.page("certificates/list", "Certificates", view)
}

/// The latest year first; within it, the newest.
fn years(held: &[Certificate], today: Day) -> Vec<Value> {
    let mut years: Vec<AcademicYear> = held.iter().map(year_of).collect();
    years.sort_by(|one, other| other.cmp(one));
    years.dedup();
    let of_year = |year: AcademicYear| {
        let lines: Vec<Value> =
            held.iter().filter(|held| year_of(held) == year).map(|held| line(held, today)).collect();
        json!({ "year": year.long(), "certificates": lines })
    };
    years.into_iter().map(of_year).collect()
}

fn year_of(certificate: &Certificate) -> AcademicYear {
    rules::year_of(certificate.cycle, certificate.completed)
}

fn line(certificate: &Certificate, today: Day) -> Value {
    let (pill_kind, pill) = match certificate.state(today) {
        State::Valid => ("done", "Valid"),
        State::Expired => ("none", "Expired"),
        State::Replaced { .. } => ("none", "Replaced"),
        State::Withdrawn { .. } => ("late", "Withdrawn"),
    };
    json!({
        "title": certificate.title,
        "day": certificate.completed.long(),
        "until": until(certificate.valid_until),
        "number": certificate.number.as_str(),
        "pill_kind": pill_kind,
        "pill": pill,
        "href": format!("/certificates/{}.pdf", certificate.number),
    })
}

fn until(day: Day) -> String {
    if is_without_end(day) { "without end".to_owned() } else { day.long() }
}

pub async fn pdf(visit: Visit, viewer: Viewer, number: web::Path<String>) -> Answer {
    let number = Number::parse(&number).ok_or(Problem::NotFound)?;
    let name = format!("{number}.pdf");
    let today = visit.now.day();
    let certificate = visit.read(move |conn| super::seen_by(conn, &viewer, &number, today)).await?;
    let house = visit.house();
    let bytes = blocking(move || super::draw(&certificate, &house.address)).await?;
    visit.file("application/pdf", &name, bytes)
}

// ── anybody's to check

pub async fn verify_form(visit: Visit) -> Answer {
    visit.page("certificates/verify-form", CHECK, json!({ "number": field("", None) }))
}

/// Takes a number, or a token from inside a PDF.
pub async fn verify_asked(
    visit: Visit,
    request: HttpRequest,
    form: Form,
    key: web::Data<Key>,
    visitors: web::Data<Visitors>,
) -> Answer {
    if !may_ask(&visit, &request, &visitors) {
        return too_many(&visit);
    }
    let typed = form.get("number");
    if typed.contains('.') && !typed.contains('/') {
        return verify_token(&visit, &key, typed).await;
    }
    if let Some(number) = Number::parse(typed) {
        return show(&visit, number, None).await;
    }
    let mut complaints = Complaints::default();
    complaints.add(
        "number",
        match typed {
            "" => "Type a certificate’s number, or paste its code.",
            _ => "That is no number of ours. Check each letter: there is no I, L, O or U in it.",
        },
    );
    let view = json!({ "number": form.field("number", &complaints) });
    visit.again("certificates/verify-form", CHECK, view, &complaints)
}

/// Where a certificate's QR code leads.
pub async fn verify(
    visit: Visit,
    request: HttpRequest,
    number: web::Path<String>,
    visitors: web::Data<Visitors>,
) -> Answer {
    if !may_ask(&visit, &request, &visitors) {
        return too_many(&visit);
    }
    match Number::parse(&number) {
        Some(number) => show(&visit, number, None).await,
        None => show_unknown(&visit),
    }
}

fn may_ask(visit: &Visit, request: &HttpRequest, visitors: &Visitors) -> bool {
    visitors.may_ask(visitor_address(request, &visit.desk.config.trusted_proxies))
}

fn too_many(visit: &Visit) -> Answer {
    let view = json!({
        "why": "Many certificates were checked from your address in a short time.",
        "wait": "one minute",
    });
    let mut answer = visit.render(429, "faults/too-many", "Please wait a little", view, &Complaints::default())?;
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
    Ok(answer)
}

async fn verify_token(visit: &Visit, key: &Key, typed: &str) -> Answer {
    // However it was copied, a token has no white space in it.
    let token: String = typed.split_whitespace().collect();
    let read = key.read(&token).and_then(|claims| Some((Number::parse(&claims.number)?, claims)));
    match read {
        Some((number, claims)) => show(visit, number, Some(claims)).await,
        None => show_forged(visit),
    }
}

async fn show(visit: &Visit, number: Number, signed: Option<Claims>) -> Answer {
    let found = visit.read(move |conn| super::by_number(conn, &number)).await;
    match found {
        Ok(certificate) => show_found(visit, &certificate, signed.as_ref()),
        Err(Problem::NotFound) => show_unknown(visit),
        Err(problem) => Err(problem),
    }
}

fn show_found(visit: &Visit, certificate: &Certificate, signed: Option<&Claims>) -> Answer {
    let state = certificate.state(visit.now.day());
    let heading = match state {
        State::Valid => "This certificate is valid",
        State::Expired => "This certificate has expired",
        State::Replaced { .. } => "This certificate has been replaced",
        State::Withdrawn { .. } => "This certificate has been withdrawn",
    };
    let view = json!({
        "kind": if state == State::Valid { "right" } else { "wrong" },
        "heading": heading,
        "sentence": sentence(certificate, state),
        "rows": known(certificate),
        "signed": signed.map(printed_words).unwrap_or_default(),
        "issuer": certificate.trust,
    });
    visit.page("certificates/verify-result", heading, view)
}

fn sentence(certificate: &Certificate, state: State) -> String {
    let trust = &certificate.trust;
    let what = match certificate.kind {
        CertificateKind::Course => "course",
        CertificateKind::Year => "year",
    };
    match state {
        State::Valid if is_without_end(certificate.valid_until) => {
            format!("It was issued by {trust} and holds without end.")
        }
        State::Valid => format!("It was issued by {trust} and holds until {}.", certificate.valid_until.long()),
        State::Expired => format!("It was genuine, and held until {}.", certificate.valid_until.long()),
        State::Replaced { on } => {
            format!("A newer one was issued to the same person for the same {what} on {}.", on.long())
        }
        State::Withdrawn { on } => format!("The trust took it back on {}. It does not count.", on.long()),
    }
}

/// What anybody who has the number may know: of the holder, the initials alone.
fn known(certificate: &Certificate) -> Vec<Value> {
    let what = match certificate.kind {
        CertificateKind::Course => "Course",
        CertificateKind::Year => "For",
    };
    vec![
        row("Number", certificate.number.as_str()),
        row("Holder’s initials", &initials(&certificate.printed_name)),
        row(what, &certificate.title),
        row("Issued by", &certificate.trust),
        row("Completed", &certificate.completed.long()),
        row("Valid until", &until(certificate.valid_until)),
    ]
}

/// The printed words that a token answers for. Whoever has the token has the paper, and the name with it.
fn printed_words(claims: &Claims) -> Vec<Value> {
    vec![
        row("Name as printed", &claims.name),
        row("Has completed", &claims.course),
        row("Number", &claims.number),
        row("Completed", &claims.completed.long()),
        row("Valid until", &until(claims.valid_until)),
        row("Issued by", &claims.iss),
    ]
}

fn row(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "href": null, "action": null })
}

fn show_unknown(visit: &Visit) -> Answer {
    let sentence = "No certificate with this number was issued here. Check the number, letter by letter.";
    show_nothing(visit, 404, "We know no such certificate", sentence)
}

fn show_forged(visit: &Visit) -> Answer {
    let sentence = "We did not sign this code, or something in it was changed. Copy the whole code and try again. \
                    If it still fails, do not trust the paper.";
    show_nothing(visit, 422, "This code is not genuine", sentence)
}

fn show_nothing(visit: &Visit, status: u16, heading: &str, sentence: &str) -> Answer {
    let issuer = &visit.house().trust;
    let view = json!({
        "kind": "wrong", "heading": heading, "sentence": sentence, "rows": [], "signed": [], "issuer": issuer,
    });
    visit.render(status, "certificates/verify-result", heading, view, &Complaints::default())
}
