//! `/reports` and `/governors`: what was issued and its PDFs; for HR, drawing a draft and issuing.

use actix_web::web;
use serde_json::{Value, json};

use crate::clock::Day;
use crate::courses::Library;
use crate::http::{Answer, Form, Visit, blocking, field};
use crate::keys::Secret;
use crate::people::rules::AccessRole;
use crate::people::{self, School, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::reports::governors::{self, Report};
use crate::reports::issued::{self, Issued};
use crate::text;

const PAGE: &str = "reports/reports";
const TITLE: &str = "Reports";

/// What governors ask wherever they are, whatever the figures say.
const QUESTIONS: [&str; 4] = [
    "Has everybody who should have done it done it, and how do we know that the staff list is right?",
    "Which groups have not finished, and what is being done about it?",
    "Is it getting better than on the same day last year?",
    "Do staff understand it, or did they only click through?",
];

// ── /reports

pub async fn show(visit: Visit, viewer: Viewer) -> Answer {
    let form = Form::default();
    let view = list(&visit, &viewer, &form, &Complaints::default()).await?;
    visit.page(PAGE, TITLE, view)
}

/// What was chosen on the form.
struct Chosen {
    /// None: the whole trust.
    school: Option<i64>,
    /// None: this moment.
    day: Option<Day>,
}

/// Draws a draft to read, or issues the report.
pub async fn make(
    visit: Visit,
    viewer: Viewer,
    form: Form,
    library: web::Data<Library>,
    log_key: web::Data<Secret>,
) -> Answer {
    let scope = viewer.hr_scope().ok_or(Problem::NotFound)?;
    let schools = visit.read(people::schools).await?;
    let mut complaints = Complaints::default();
    let chosen = chosen(&form, &scope, &schools, visit.now.day(), &mut complaints)?;
    if !complaints.is_empty() {
        let view = list(&visit, &viewer, &form, &complaints).await?;
        return visit.again(PAGE, TITLE, view, &complaints);
    }
    let report = read(&visit, library, &chosen).await?;
    match form.get("do") {
        "issue" => issue(&visit, &form, report, log_key).await,
        _ => draft(&visit, report).await,
    }
}

fn chosen(form: &Form, scope: &Scope, schools: &[School], today: Day, complaints: &mut Complaints) -> Result<Chosen> {
    let school = match form.get("school") {
        "" if *scope == Scope::Trust => None,
        urn => Some(schools.iter().find(|school| school.urn.as_str() == urn).ok_or(Problem::NotFound)?.id),
    };
    if school.is_some_and(|school| !scope.includes(school)) {
        return Err(Problem::NotFound);
    }
    let day = form.day_if_any("day", "the day", complaints);
    if day.is_some_and(|day| day > today) {
        complaints.add("day", "That day has not come yet.");
    }
    Ok(Chosen { school, day })
}

async fn read(visit: &Visit, library: web::Data<Library>, chosen: &Chosen) -> Result<Report> {
    let (school, as_at) = (chosen.school, governors::as_at(chosen.day, visit.now));
    let house = visit.house();
    visit.read(move |conn| governors::report(conn, &library, &house.trust, school, as_at)).await
}

async fn draft(visit: &Visit, report: Report) -> Answer {
    let name = format!("governors-report-draft-{}-{}.pdf", plain_name(report.scope()), report.as_at.day());
    let bytes = blocking(move || issued::draft(&report)).await?;
    visit.file("application/pdf", &name, bytes)
}

/// "Harbour Academy" as part of a file's name: harbour-academy
fn plain_name(scope: &str) -> String {
    let plain: String = text::searchable(scope).chars().filter(|letter| letter.is_ascii()).collect();
    plain.replace(' ', "-")
}

async fn issue(visit: &Visit, form: &Form, report: Report, log_key: web::Data<Secret>) -> Answer {
    let leads_to = visit
        .act_once(form, "hr", move |act| {
            let number = issued::issue(act, &log_key, &report)?;
            Ok(format!("/reports#{number}"))
        })
        .await?;
    let number = leads_to.split_once('#').map(|(_, number)| number).unwrap_or_default();
    visit.go_saying("/reports", &format!("Report {number} is issued. Governors can read it from now on."))
}

async fn list(visit: &Visit, viewer: &Viewer, form: &Form, complaints: &Complaints) -> Result<Value> {
    let who = viewer.clone();
    let roles = [AccessRole::HR, AccessRole::Auditor];
    let (schools, reports) =
        visit.read(move |conn| Ok((people::schools(conn)?, issued::seen_by(conn, &who, &roles)?))).await?;
    let scope = viewer.hr_scope();
    let exports = json!([{ "href": "/people.csv", "text": "Everybody and how they stand (CSV)", "note": "as of now" }]);
    Ok(json!({
        "can_issue": scope.is_some(),
        "school": scope.as_ref().map(|scope| school_choice(scope, &schools, form.get("school"))),
        "day": field(form.get("day"), complaints.get("day")),
        "issued": lines(&reports, &schools),
        "opinions_href": scope.is_some().then_some("/opinions"),
        "exports": scope.is_some().then_some(exports),
    }))
}

fn school_choice(scope: &Scope, schools: &[School], chosen: &str) -> Value {
    let option =
        |value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": value == chosen });
    let whole = (*scope == Scope::Trust).then(|| option("", "The whole trust"));
    let each = schools.iter().filter(|school| scope.includes(school.id));
    let each = each.map(|school| option(school.urn.as_str(), &school.name));
    json!({ "options": whole.into_iter().chain(each).collect::<Vec<_>>(), "error": null })
}

fn lines(reports: &[Issued], schools: &[School]) -> Vec<Value> {
    let line = |report: &Issued| {
        json!({
            "number": report.number,
            "href": format!("/reports/{}.pdf", report.number),
            "scope": text::capital(scope_of(report, schools)),
            "as_at": report.as_at.day().long(),
            "issued": report.issued_at.day().long(),
            "headline": report.headline,
        })
    };
    reports.iter().map(line).collect()
}

/// Of whom a report tells, within a sentence.
fn scope_of<'s>(report: &Issued, schools: &'s [School]) -> &'s str {
    let name = |id: i64| schools.iter().find(|school| school.id == id).map(|school| school.name.as_str());
    report.school.and_then(name).unwrap_or("the trust")
}

/// The bytes as they were issued.
pub async fn pdf(visit: Visit, viewer: Viewer, number: web::Path<String>) -> Answer {
    let name = format!("governors-report-{number}.pdf");
    let bytes = visit.read(move |conn| issued::document(conn, &viewer, &number)).await?;
    visit.file("application/pdf", &name, bytes)
}

// ── /governors

pub async fn governors(visit: Visit, viewer: Viewer) -> Answer {
    let roles = [AccessRole::Governor, AccessRole::HR];
    let (schools, reports) =
        visit.read(move |conn| Ok((people::schools(conn)?, issued::seen_by(conn, &viewer, &roles)?))).await?;
    let of_the_trust = reports.iter().find(|report| report.school.is_none());
    let heading = match of_the_trust.or(reports.first()) {
        Some(latest) => format!("The latest report of {}: {}", scope_of(latest, &schools), latest.headline),
        None => "No report has been issued yet".to_owned(),
    };
    let view = json!({ "heading": heading, "issued": lines(&reports, &schools), "questions": QUESTIONS });
    visit.page("reports/governors", "Reports for governors", view)
}
