//! `/overview`: HR's first look: the five groups, school by requirement, this year against last, who is furthest behind.

use actix_web::web;
use serde_json::{Value, json};

use crate::assignments::Requirement;
use crate::assignments::calendar::AcademicYear;
use crate::clock::{Day, Instant};
use crate::courses::views::Filled;
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::http::{Answer, Visit, blocking};
use crate::people::{self, School, Scope, Viewer};
use crate::problem::{Problem, Result};
use crate::reports::figures::{Band, Figures, Measure, Rate, figures, figures_by_school};
use crate::reports::governors::column_name;
use crate::reports::overview::{self, Behind, Review, furthest_behind};
use crate::reports::standings::{Comparison, Latest, Shown, Standings};
use crate::reports::words::days_of;
use crate::text;

/// So many of those who are furthest behind are listed; the rest are a link away.
const FURTHEST: usize = 10;

#[derive(serde::Deserialize)]
pub struct Asked {
    /// A school's URN; empty for all in the viewer's scope.
    #[serde(default)]
    school: String,
}

pub async fn show(
    visit: Visit,
    viewer: Viewer,
    asked: web::Query<Asked>,
    latest: web::Data<Latest>,
    library: web::Data<Library>,
) -> Answer {
    let whole = viewer.hr_scope().ok_or(Problem::NotFound)?;
    let (desk, now) = (visit.desk.clone(), visit.now);
    let (schools, shown, behind, filled, reviews) = blocking(move || {
        let mut schools = desk.database.read(crate::people::schools)?;
        schools.retain(|school| whole.includes(school.id));
        let scope = narrowed(whole, &schools, &asked.school)?;
        let shown = latest.shown(&desk.database, &scope, now)?;
        let behind = desk.database.read(|conn| furthest_behind(conn, &shown.standings, FURTHEST))?;
        let filled = desk.database.read(|conn| cards_of(conn, &shown.standings.schools))?;
        let reviews = desk.database.read(|conn| overview::reviews(conn, &scope, now.day()))?;
        Ok((schools, shown, behind, filled, reviews))
    })
    .await?;
    let mut view = view(&library, &schools, &shown, &behind);
    view["empty_slots"] = empty_slots(&library, &filled).into();
    view["reviews"] = reviews_view(&reviews, now.day());
    visit.page("reports/overview", "Overview", view)
}

/// Each school with what it has filled in of its card.
fn cards_of(conn: &mut Conn, schools: &[School]) -> Result<Vec<(String, Filled)>> {
    schools.iter().map(|school| Ok((school.name.clone(), people::cards(conn, Some(school.id))?))).collect()
}

/// The lines that a school still has to fill in. Until then a safe sentence stands there.
fn empty_slots(library: &Library, schools: &[(String, Filled)]) -> Vec<Value> {
    let empty = |filled: &Filled| -> Vec<String> {
        let needed = library.cards.0.iter().filter(|card| card.needed);
        needed.filter(|card| !filled.contains_key(&card.slot)).map(|card| card.label.clone()).collect()
    };
    let rows = schools.iter().map(|(school, filled)| (school, empty(filled)));
    rows.filter(|(_, slots)| !slots.is_empty())
        .map(|(school, slots)| json!({ "school": school, "count": text::count(slots.len(), "empty line", "empty lines"), "slots": slots.join(" · ") }))
        .collect()
}

/// How many arrangements are to be looked at again, and the next of them; null where there are none.
fn reviews_view(reviews: &[Review], today: Day) -> Value {
    let Some(first) = reviews.first() else { return Value::Null };
    let due = reviews.iter().filter(|review| review.day <= today).count();
    let next = match (due, reviews.len()) {
        (0, 1) => format!(", on {}", first.day.long()),
        (0, _) => format!(", the next on {}", first.day.long()),
        (_, 1) => format!(", since {}", first.day.long()),
        _ => format!(", {due} of them now"),
    };
    let row = |review: &Review| {
        json!({
            "name": review.person.listed_name(),
            "href": format!("/people/{}#look-again", review.person.id),
            "day": review.day.long(),
            "is_due": review.day <= today,
        })
    };
    json!({
        "sentence": format!("{}{next}.", text::count(reviews.len(), "arrangement to look at again", "arrangements to look at again")),
        "rows": reviews.iter().take(FURTHEST).map(row).collect::<Vec<_>>(),
    })
}

/// The school that was chosen, if it is in the viewer's scope.
fn narrowed(whole: Scope, schools: &[School], urn: &str) -> Result<Scope> {
    if urn.is_empty() {
        return Ok(whole);
    }
    let school = schools.iter().find(|school| school.urn.as_str() == urn).ok_or(Problem::NotFound)?;
    Ok(Scope::Schools(vec![school.id]))
}

fn view(library: &Library, schools: &[School], shown: &Shown, behind: &[Behind]) -> Value {
    let standings = &shown.standings;
    let all = figures(&standings.people);
    let chosen = match standings.schools.as_slice() {
        [one] if schools.len() > 1 => Some(one),
        _ => None,
    };
    json!({
        "kicker": kicker(shown.as_of),
        "heading": heading(all.up_to_date_rate(), chosen),
        "report_href": "/reports",
        "report_text": "Governors’ report",
        "chase_href": (all.overdue > 0).then_some("/chase"),
        "chase_text": format!("Chase {}", people_words(all.overdue)),
        "schools": (schools.len() > 1).then(|| school_choice(schools, chosen)),
        "cards": cards(&all, chosen),
        "heat": heat(library, standings),
        "trend": trend(&shown.comparison, all.up_to_date_rate()),
        "chase_action": "/chase/preview",
        "furthest": behind.iter().map(|one| furthest(library, standings, one)).collect::<Vec<_>>(),
        "when": "One letter each, in their own working hours. None go out in holidays, at weekends or in evenings.",
    })
}

fn kicker(as_of: Instant) -> String {
    let year = AcademicYear::of(as_of.day()).long();
    format!("Academic year {year} · as of {}, {}", as_of.day().short(), as_of.time())
}

fn heading(rate: Rate, chosen: Option<&School>) -> String {
    let of = chosen.map(|school| format!(" at {}", school.name)).unwrap_or_default();
    match rate.percent() {
        Some(percent) => format!("{percent}% of staff{of} are up to date"),
        None => format!("Nobody{of} has anything to do yet"),
    }
}

fn people_words(count: u32) -> String {
    text::count(count as usize, "person", "people")
}

fn school_choice(schools: &[School], chosen: Option<&School>) -> Value {
    let option = |value: &str, text: &str, is_chosen: bool| json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen });
    let all = option("", "All schools", chosen.is_none());
    let each = schools
        .iter()
        .map(|school| option(school.urn.as_str(), &school.name, chosen.is_some_and(|chosen| chosen.id == school.id)));
    json!({ "options": std::iter::once(all).chain(each).collect::<Vec<_>>(), "error": null })
}

// ── the five groups

fn cards(all: &Figures, chosen: Option<&School>) -> Vec<Value> {
    let within = chosen.map(|school| format!("&school={}", school.urn.as_str())).unwrap_or_default();
    let card = |label: &str, count: u32, note: String, kind: &str, status: &str| {
        json!({
            "label": label,
            "count": text::thousands(i64::from(count)),
            "note": note,
            "kind": kind,
            "href": format!("/people?status={status}{within}"),
        })
    };
    let long = text::thousands(i64::from(all.overdue_over_30_days));
    vec![
        card(
            "Up to date",
            all.up_to_date,
            format!("of {} who count", people_words(all.counted())),
            "done",
            "up-to-date",
        ),
        card("Overdue", all.overdue, format!("{long} for more than 30 days"), "late", "overdue"),
        card("Waiting", all.waiting, "a question or a talk is open".to_owned(), "now", "waiting"),
        card(
            "On the way",
            all.on_the_way,
            format!("{} due within 14 days", all.due_within_14_days),
            "due",
            "on-the-way",
        ),
        card("Not counted", all.not_counted(), not_counted(all), "none", "not-counted"),
    ]
}

fn not_counted(all: &Figures) -> String {
    let parts = [
        (all.paused, "away"),
        (all.exempt_from_all, "exempt"),
        (all.newcomers, "new"),
        (all.nothing_asked, "with nothing asked"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if said.is_empty() { "nobody is away, exempt or new".to_owned() } else { text::list(&said) }
}

// ── school by requirement

fn heat(library: &Library, standings: &Standings) -> Value {
    let by_school = figures_by_school(&standings.people);
    let rows = standings.schools.iter().filter_map(|school| {
        let figures = by_school.get(&school.id)?;
        let cells = standings
            .asked_of_all_staff()
            .map(|asked| cell(Measure::judging(&asked.slug), figures.requirement_rate(asked.id())));
        Some(json!({ "school": school.name, "cells": cells.collect::<Vec<_>>() }))
    });
    json!({
        "caption": "Share of staff who are done, by school and requirement",
        "columns": standings.asked_of_all_staff().map(|asked| column_name(library, asked)).collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "key": Band::ALL.map(|band| json!({ "level": band.as_str(), "text": band.meaning() })),
    })
}

/// Judged as in the report for governors.
fn cell(measure: Measure, rate: Rate) -> Value {
    let Some((percent, band)) = rate.percent().zip(measure.band(rate)) else {
        return json!({ "text": "–", "level": "none", "word": "nobody" });
    };
    json!({ "text": format!("{percent}%"), "level": band.as_str(), "word": band.as_str() })
}

// ── this year against last

/// The chart's corners, in its own units.
const LEFT: f64 = 38.0;
const RIGHT: f64 = 332.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 180.0;

fn trend(comparison: &Comparison, now: Rate) -> Value {
    let year = comparison.this_year.last().map(|(day, _)| AcademicYear::of(*day));
    let shown = days_shown(&comparison.this_year);
    let place = |(day, rate): &(Day, Rate)| {
        let x = LEFT + (RIGHT - LEFT) * f64::from(day_of_year(*day)) / f64::from(shown);
        (x, BOTTOM - (BOTTOM - TOP) * f64::from(rate.percent().unwrap_or_default()) / 100.0)
    };
    let last: Vec<&(Day, Rate)> = comparison.last_year.iter().filter(|(day, _)| day_of_year(*day) <= shown).collect();
    // The figure stands clear of the dashes: below the line while last year is above it.
    let then = figures(&comparison.year_ago).up_to_date_rate().percent();
    let below = then > now.percent();
    let (now_x, now_y) = comparison.this_year.last().map(place).unwrap_or((LEFT, BOTTOM));
    json!({
        "sentence": sentence(comparison, now),
        "months": months(year, shown),
        "now_points": points(comparison.this_year.iter().map(place)),
        "last_points": points(last.iter().map(|point| place(point))),
        "now_x": now_x.round(),
        "now_y": now_y.round(),
        "figure": percent(Some(now)),
        "figure_x": now_x.clamp(LEFT + 16.0, RIGHT - 16.0).round(),
        "figure_y": if below { (now_y + 24.0).round() } else { (now_y - 12.0).round() },
        "weeks": weeks(comparison, shown),
    })
}

fn sentence(comparison: &Comparison, now: Rate) -> String {
    let Some(percent) = now.percent() else { return "There is nothing to count yet.".to_owned() };
    let now = format!("{percent}% of staff are up to date now.");
    match figures(&comparison.year_ago).up_to_date_rate().percent() {
        Some(then) => format!("{now} On this day last year it was {then}%."),
        None => format!("{now} There are no figures for last year."),
    }
}

/// Days since 1 September.
fn day_of_year(day: Day) -> u32 {
    u32::try_from(day.days_since(AcademicYear::of(day).first_day())).unwrap_or_default()
}

/// To a month after the latest point, and to Christmas at least.
fn days_shown(this_year: &[(Day, Rate)]) -> u32 {
    let latest = this_year.last().map(|(day, _)| day_of_year(*day)).unwrap_or_default();
    (latest + 31).clamp(122, 365)
}

fn months(year: Option<AcademicYear>, shown: u32) -> Vec<Value> {
    let Some(year) = year else { return Vec::new() };
    let firsts = (0..12).map(|month| year.day((8 + month) % 12 + 1, 1));
    let every = if shown > 200 { 2 } else { 1 };
    firsts
        .step_by(every)
        .filter(|day| day_of_year(*day) + 10 < shown)
        .map(|day| {
            let x = LEFT + (RIGHT - LEFT) * f64::from(day_of_year(day)) / f64::from(shown);
            json!({ "x": x.round(), "text": day.0.format("%b").to_string() })
        })
        .collect()
}

fn points(places: impl Iterator<Item = (f64, f64)>) -> Option<String> {
    let places: Vec<String> = places.map(|(x, y)| format!("{x:.0},{y:.0}")).collect();
    (!places.is_empty()).then(|| places.join(" "))
}

fn percent(rate: Option<Rate>) -> String {
    rate.and_then(Rate::percent).map_or_else(|| "–".to_owned(), |percent| format!("{percent}%"))
}

/// One line a week; the latest has today's day.
fn weeks(comparison: &Comparison, shown: u32) -> Vec<Value> {
    let on =
        |line: &[(Day, Rate)], day: u32| line.iter().find(|(of, _)| day_of_year(*of) == day).map(|(_, rate)| *rate);
    let mut days: Vec<(u32, Day)> =
        comparison.last_year.iter().chain(&comparison.this_year).map(|(day, _)| (day_of_year(*day), *day)).collect();
    days.sort_by_key(|(place, _)| *place);
    days.dedup_by_key(|(place, _)| *place);
    days.retain(|(place, _)| *place <= shown);
    days.into_iter()
        .map(|(place, day)| {
            json!({
                "week": day.short(),
                "now": percent(on(&comparison.this_year, place)),
                "last": percent(on(&comparison.last_year, place)),
            })
        })
        .collect()
}

// ── who is furthest behind

fn furthest(library: &Library, standings: &Standings, one: &Behind) -> Value {
    let schools: Vec<String> = one.schools.iter().filter_map(|id| school_name(&standings.schools, *id)).collect();
    json!({
        "id": one.person.id.to_string(),
        "name": one.person.listed_name(),
        "href": format!("/people/{}", one.person.id),
        "school": text::list(&schools),
        "outstanding": outstanding(library, standings, &one.left),
        "pill_kind": "late",
        "pill": days_of(one.days),
        "reminded": reminded(one.reminded),
        "manager": one.manager.as_ref().map_or_else(|| "–".to_owned(), |manager| manager.name()),
        "is_ticked": one.can_be_reminded,
    })
}

fn school_name(schools: &[School], id: i64) -> Option<String> {
    schools.iter().find(|school| school.id == id).map(|school| school.name.clone())
}

/// "Data protection, signed", or "4 courses, self-check, signed" where it would be long.
fn outstanding(library: &Library, standings: &Standings, left: &[i64]) -> String {
    let asked: Vec<&Requirement> =
        left.iter().filter_map(|id| standings.requirements.iter().find(|asked| asked.id() == *id)).collect();
    let courses: Vec<String> =
        asked.iter().filter(|one| one.kind == Kind::Course).map(|one| column_name(library, one)).collect();
    let mut said = match courses.len() {
        0..=2 => courses,
        many => vec![format!("{many} courses")],
    };
    let of_kind = |kind: Kind| asked.iter().filter(|one| one.kind == kind).count();
    for (kind, one, many) in [(Kind::Checklist, "self-check", "self-checks"), (Kind::Policy, "signature", "signatures")]
    {
        match of_kind(kind) {
            0 => {}
            1 => said.push(one.to_owned()),
            more => said.push(format!("{more} {many}")),
        }
    }
    text::capital(&said.join(", "))
}

fn reminded(sent: Option<(usize, Instant)>) -> String {
    match sent {
        None => "not this year".to_owned(),
        Some((1, at)) => format!("once, on {}", at.day().short()),
        Some((times, at)) => format!("{times} times, last on {}", at.day().short()),
    }
}
