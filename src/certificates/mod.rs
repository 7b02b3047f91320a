//! Certificates: issued for a completion, numbered, signed, and verifiable by anybody who holds one.
//! What is printed is frozen when one is issued; its PDF is drawn whenever somebody asks, and always the same.

pub mod export;
pub mod pages;
pub mod rules;
pub mod sheet;
mod store;
mod token;
mod visitors;

use std::collections::BTreeMap;

use serde_json::Value;

pub use export::Shelved;
pub use rules::{CertificateKind, Ending, EndingKind, Number, State};
pub use sheet::CertificateFacts;
pub use token::{Claims, Key};
pub use visitors::Visitors;

use crate::act::Act;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Cycle, Standing};
use crate::assignments::{self, Whom};
use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::evidence::Draft;
use crate::ids;
use crate::pdf::clean;
use crate::people::rules::{Post, main_post};
use crate::people::{self, Person, Scope, Viewer};
use crate::problem::{Problem, Result};
use crate::settings;
use store::{Asked, CertificateRow, EndingRow, Found};

/// A certificate, in the words that were frozen when it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub id: i64,
    pub number: Number,
    pub person: i64,
    pub assignment: Option<i64>,
    pub kind: CertificateKind,
    pub cycle: Cycle,
    pub title: String,
    pub printed_name: String,
    pub trust: String,
    pub school: Option<String>,
    pub content_version: String,
    pub completed: Day,
    /// The last day on which it holds.
    pub valid_until: Day,
    /// Learning time.
    pub minutes: Option<u32>,
    /// Its signed form.
    pub token: String,
    pub issued: Instant,
    pub ending: Option<Ending>,
}

impl Certificate {
    pub fn state(&self, day: Day) -> State {
        rules::state(self.valid_until, self.ending.as_ref(), day)
    }
}

/// A certificate to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCertificate {
    pub person: i64,
    /// For a course: the assignment that was completed.
    pub assignment: Option<i64>,
    pub kind: CertificateKind,
    pub cycle: Cycle,
    pub title: String,
    pub content_version: String,
    pub completed: Day,
    pub valid_until: Day,
    pub minutes: Option<u32>,
}

/// What a completion brought its person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issued {
    pub course: Option<Certificate>,
    pub year: Option<Certificate>,
}

// ── issuing

/// Issues a certificate. One that the person holds for the same course or year, in the same cycle, is replaced.
pub fn issue(act: &mut Act, key: &Key, new: &NewCertificate) -> Result<Certificate> {
    store::wait_for_turn(act.conn, new.person)?;
    let person = people::person(act.conn, new.person)?;
    let asked = new.assignment.map(|assignment| store::asked_by(act.conn, assignment)).transpose()?;
    let replaced = held_for_the_same(act.conn, new, asked.as_ref().map(|asked| asked.requirement))?;
    let row = new_row(act, key, &person, new)?;
    let id = store::insert_certificate(act.conn, &row)?;
    let mut entry = about("certificate-issued", &person)?.row("certificates", id, &row)?;
    if let Some(Asked { kind, slug, .. }) = &asked {
        entry = entry.under(kind, slug, &new.content_version);
    }
    for old in replaced {
        entry = end(act, old, EndingKind::Replaced, Some(&row.number), entry)?;
    }
    act.record(entry);
    read((id, row, None))
}

/// Those that a new one takes the place of.
fn held_for_the_same(conn: &mut Conn, new: &NewCertificate, requirement: Option<i64>) -> Result<Vec<i64>> {
    let held = store::standing(conn, new.person, new.kind.as_str(), &new.cycle.to_string())?;
    let is_the_same = |row: &CertificateRow, asked: Option<i64>| match new.kind {
        CertificateKind::Year => true,
        CertificateKind::Course => asked == requirement && (asked.is_some() || row.title == clean(&new.title)),
    };
    Ok(held.into_iter().filter(|(_, row, asked)| is_the_same(row, *asked)).map(|(id, ..)| id).collect())
}

fn new_row(act: &mut Act, key: &Key, person: &Person, new: &NewCertificate) -> Result<CertificateRow> {
    let number = Number::of(act.now, &ids::random_crockford()?);
    let trust = settings::read(act.conn, settings::TRUST_NAME)?.unwrap_or_default();
    let school = school_of(act.conn, person.id, act.now.day())?.unwrap_or_default();
    let claims = Claims {
        iss: clean(&trust),
        iat: act.now.0.div_euclid(1000),
        number: number.to_string(),
        name: clean(&person.name()),
        course: clean(&new.title),
        version: new.content_version.clone(),
        completed: new.completed,
        valid_until: new.valid_until,
    };
    Ok(CertificateRow {
        token: key.sign(&claims)?,
        number: claims.number,
        person_id: new.person,
        assignment_id: new.assignment,
        kind: new.kind.as_str().to_owned(),
        cycle: new.cycle.to_string(),
        title: claims.course,
        printed_name: claims.name,
        trust_name: claims.iss,
        school_name: clean(&school),
        content_version: claims.version,
        completed_day: new.completed.to_string(),
        valid_until: new.valid_until.to_string(),
        minutes: new.minutes.and_then(|minutes| i32::try_from(minutes).ok()),
        issued_at: act.now.0,
    })
}

/// The name of the main post's school; none for somebody without a current post.
fn school_of(conn: &mut Conn, person: i64, day: Day) -> Result<Option<String>> {
    let standing = people::posts_of(conn, &[person])?.into_iter().filter(|record| record.superseded.is_none());
    let posts: Vec<Post> = standing.map(|record| record.post).collect();
    let Some(main) = main_post(&posts, day) else { return Ok(None) };
    let schools = people::schools(conn)?;
    Ok(schools.into_iter().find(|school| school.urn == main.school).map(|school| school.name))
}

/// Issues what a completion has earned: the course's certificate, and the year's once nothing is left of it. Attempts,
/// attestations and self-checks call it right after `assignments::complete`, in the same act, if the completion is new.
/// The title and the minutes are the course's; for anything but a course they do not count.
pub fn after_completion(
    act: &mut Act,
    key: &Key,
    assignment: i64,
    title: &str,
    minutes: Option<u32>,
) -> Result<Issued> {
    let asked = store::asked_by(act.conn, assignment)?;
    let cycle: Cycle = asked.cycle.parse().map_err(Problem::fault)?;
    let course = match Kind::named(&asked.kind) {
        Some(Kind::Course) => Some(issue_for_course(act, key, &asked, cycle, title, minutes)?),
        _ => None,
    };
    Ok(Issued { course, year: issue_for_year(act, key, asked.person, cycle)? })
}

fn issue_for_course(
    act: &mut Act,
    key: &Key,
    asked: &Asked,
    cycle: Cycle,
    title: &str,
    minutes: Option<u32>,
) -> Result<Certificate> {
    let (content_version, completed_at) = store::completion_of(act.conn, asked.assignment)?;
    let completed = Instant(completed_at).day();
    let new = NewCertificate {
        person: asked.person,
        assignment: Some(asked.assignment),
        kind: CertificateKind::Course,
        cycle,
        title: title.to_owned(),
        content_version,
        completed,
        valid_until: valid_until(act.conn, cycle, completed, &[asked.requirement])?,
        minutes,
    };
    issue(act, key, &new)
}

/// The year's certificate, if everything that is asked in this academic year is complete or exempt. Nothing is issued twice
/// for the same completions, so whoever gives the exemption that leaves nothing to do may call it too.
pub fn issue_for_year(act: &mut Act, key: &Key, person: i64, cycle: Cycle) -> Result<Option<Certificate>> {
    let Cycle::Year(year) = cycle else { return Ok(None) };
    store::wait_for_turn(act.conn, person)?;
    let Some(whole) = whole_year(act.conn, person, year, act.now)? else { return Ok(None) };
    if is_held(act.conn, person, cycle, &whole.content_version, whole.completed)? {
        return Ok(None);
    }
    let new = NewCertificate {
        person,
        assignment: None,
        kind: CertificateKind::Year,
        cycle,
        title: rules::title_of_year(year),
        content_version: whole.content_version,
        completed: whole.completed,
        valid_until: valid_until(act.conn, cycle, whole.completed, &whole.requirements)?,
        minutes: minutes_of_courses(act.conn, person, cycle)?,
    };
    issue(act, key, &new).map(Some)
}

/// Brings people's assignments to what should be. What is no longer asked may have been all that kept somebody's certificate
/// of the year back. `people` are at most `assignments::BATCH`.
pub fn bring_up_to_date(act: &mut Act, key: &Key, people: &[i64]) -> Result<()> {
    let (_, relieved) = assignments::reconcile_and_tell(act, people)?;
    let year = Cycle::Year(AcademicYear::of(act.now.day()));
    for person in relieved {
        issue_for_year(act, key, person, year)?;
    }
    Ok(())
}

/// A year of which nothing is left to do.
struct WholeYear {
    requirements: Vec<i64>,
    content_version: String,
    /// The day of the last completion.
    completed: Day,
}

/// None while something is left, and for somebody who has left: what is no longer asked of them was not done.
fn whole_year(conn: &mut Conn, person: i64, year: AcademicYear, now: Instant) -> Result<Option<WholeYear>> {
    if is_something_left(conn, person, year, now)? {
        return Ok(None);
    }
    let Some(training) = assignments::facts_of(conn, Whom::People(&[person]), year)?.pop() else { return Ok(None) };
    let mut asked = training.asked_at(now);
    asked.retain(|assignment| assignment.cycle == Cycle::Year(year));
    let standings: Vec<Standing> = asked.iter().map(|assignment| assignment.status(now).standing).collect();
    if !rules::is_whole(&standings) || school_of(conn, person, now.day())?.is_none() {
        return Ok(None);
    }
    let ids: Vec<i64> = asked.iter().map(|assignment| assignment.id).collect();
    let done = store::completions_of(conn, &ids)?;
    let last = done.iter().map(|(.., at)| Instant(*at).day()).max();
    let contents: Vec<_> = done.into_iter().map(|(kind, slug, version, _)| (kind, slug, version)).collect();
    Ok(last.map(|completed| WholeYear {
        requirements: asked.iter().map(|assignment| assignment.requirement).collect(),
        content_version: rules::version_of_year(&contents),
        completed,
    }))
}

/// The answer that nearly every completion gets, from far fewer rows than all that is known of the year.
fn is_something_left(conn: &mut Conn, person: i64, year: AcademicYear, now: Instant) -> Result<bool> {
    let standing = assignments::my_training(conn, person, now)?.into_iter();
    let mut standings = standing.filter(|one| one.cycle == Cycle::Year(year)).map(|one| one.status(now).standing);
    Ok(standings.any(|standing| !rules::is_closed(standing)))
}

/// Whether somebody holds the year's certificate for these very completions.
fn is_held(conn: &mut Conn, person: i64, cycle: Cycle, content_version: &str, completed: Day) -> Result<bool> {
    let held = store::standing(conn, person, CertificateKind::Year.as_str(), &cycle.to_string())?;
    let completed = completed.to_string();
    Ok(held.iter().any(|(_, row, _)| row.content_version == content_version && row.completed_day == completed))
}

/// Until the first of these requirements is due in the next cycle.
fn valid_until(conn: &mut Conn, cycle: Cycle, completed: Day, of: &[i64]) -> Result<Day> {
    let asked = assignments::requirements(conn)?;
    let dues = asked.into_iter().filter(|requirement| of.contains(&requirement.id())).map(|found| found.rule.due);
    let first = dues.map(|due| rules::valid_until(cycle, completed, due)).min();
    Ok(first.unwrap_or_else(|| rules::valid_until(cycle, completed, Default::default())))
}

/// The learning time of the courses that somebody holds a certificate for; none if it is known of none.
fn minutes_of_courses(conn: &mut Conn, person: i64, cycle: Cycle) -> Result<Option<u32>> {
    let held = store::standing(conn, person, CertificateKind::Course.as_str(), &cycle.to_string())?;
    let minutes: u32 = held.iter().filter_map(|(_, row, _)| u32::try_from(row.minutes?).ok()).sum();
    Ok(Some(minutes).filter(|minutes| *minutes > 0))
}

// ── holding, showing, proving

/// Everything that somebody was ever issued, the newest first.
pub fn of_person(conn: &mut Conn, person: i64) -> Result<Vec<Certificate>> {
    store::of_person(conn, person)?.into_iter().map(read).collect()
}

pub fn by_number(conn: &mut Conn, number: &Number) -> Result<Certificate> {
    read(store::by_number(conn, number.as_str())?)
}

/// The same for whoever may have it: its holder, and HR for the people in their scope. A school's HR get it without the
/// holder's school, which may be another.
pub fn seen_by(conn: &mut Conn, viewer: &Viewer, number: &Number, today: Day) -> Result<Certificate> {
    let certificate = by_number(conn, number)?;
    if certificate.person == viewer.person {
        return Ok(certificate);
    }
    if !people::is_in_hr_scope(conn, viewer, certificate.person, today)? {
        return Err(Problem::NotFound);
    }
    let sees_all = viewer.hr_scope() == Some(Scope::Trust);
    Ok(if sees_all { certificate } else { Certificate { school: None, ..certificate } })
}

/// The certificates in force, each beside the school where its holder's main post is or was: of the whole trust, or of one
/// school's people, on whose certificates no other school is named. In the order of schools, names and numbers.
pub fn shelf(conn: &mut Conn, school: Option<i64>, today: Day) -> Result<Vec<Shelved>> {
    let scope = school.map_or(Scope::Trust, |school| Scope::Schools(vec![school]));
    let schools: BTreeMap<i64, String> =
        people::schools(conn)?.into_iter().map(|school| (school.id, school.name)).collect();
    let people: BTreeMap<i64, (Person, Option<i64>)> = people::everybody_in(conn, &scope, today)?
        .into_iter()
        .map(|(person, home)| (person.id, (person, home)))
        .collect();
    let mut shelf = Vec::new();
    for certificate in store::in_force(conn, today)?.into_iter().map(read) {
        let certificate = certificate?;
        let Some((person, home)) = people.get(&certificate.person) else { continue };
        let stands = school.or(*home).and_then(|school| schools.get(&school)).cloned().unwrap_or_default();
        let printed = certificate.school.clone().filter(|name| school.is_none() || *name == stands);
        shelf.push(Shelved {
            school: stands,
            surname: person.known_surname().to_owned(),
            forename: person.known_as().to_owned(),
            certificate: Certificate { school: printed, ..certificate },
        });
    }
    shelf.sort_by_cached_key(|one| (one.school.clone(), one.path()));
    Ok(shelf)
}

/// What its PDF is drawn from (`sheet::draw`). `address` is the public one, without a slash at its end.
pub fn facts(certificate: &Certificate, address: &str) -> CertificateFacts {
    CertificateFacts {
        trust: certificate.trust.clone(),
        school: certificate.school.clone().filter(|school| *school != certificate.trust),
        printed_name: certificate.printed_name.clone(),
        title: certificate.title.clone(),
        kind: certificate.kind,
        completed: certificate.completed,
        valid_until: certificate.valid_until,
        minutes: certificate.minutes,
        number: certificate.number.to_string(),
        verify_address: format!("{address}/verify/{}", certificate.number),
        token: certificate.token.clone(),
        issued: certificate.issued,
    }
}

/// Its PDF, drawn on demand: the same bytes each time.
pub fn draw(certificate: &Certificate, address: &str) -> Result<Vec<u8>> {
    let drawn = sheet::draw(&facts(certificate, address));
    drawn.map_err(|fault| Problem::fault(format!("certificate {}: {fault}", certificate.number)))
}

// ── ending

/// Takes a certificate back: it proves nothing from now on. One that has ended already stays as it is.
pub fn withdraw(act: &mut Act, number: &Number) -> Result<()> {
    let person = by_number(act.conn, number)?.person;
    store::wait_for_turn(act.conn, person)?;
    let certificate = by_number(act.conn, number)?;
    if let Some(ending) = &certificate.ending {
        let (how, day) = (ending.kind.as_str(), ending.at.day().long());
        return Err(Problem::refused(format!("This certificate was {how} on {day} already.")));
    }
    let person = people::person(act.conn, person)?;
    let entry = about("certificate-withdrawn", &person)?.fact("number", number.as_str());
    let entry = end(act, certificate.id, EndingKind::Withdrawn, None, entry)?;
    act.record(entry);
    Ok(())
}

fn end(act: &mut Act, certificate: i64, kind: EndingKind, replaced_by: Option<&String>, entry: Draft) -> Result<Draft> {
    let row = EndingRow {
        certificate_id: certificate,
        kind: kind.as_str().to_owned(),
        replaced_by: replaced_by.cloned(),
        ended_by: act.who.person,
        ended_at: act.now.0,
    };
    let id = store::insert_ending(act.conn, &row)?;
    entry.row("certificate_endings", id, &row)
}

fn about(kind: &'static str, person: &Person) -> Result<Draft> {
    Ok(Draft::new(kind)?.about(&person.pseudonym, person.identity()))
}

// ── evidence

/// For `evidence verify`: the certificates as the log should have them.
pub fn evidence_certificates(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_certificates(conn)
}

/// For `evidence verify`: how certificates ended, as the log should have it.
pub fn evidence_certificate_endings(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_endings(conn)
}

// ── reading rows

fn read((id, row, ending): Found) -> Result<Certificate> {
    Ok(Certificate {
        id,
        number: read_number(&row.number)?,
        person: row.person_id,
        assignment: row.assignment_id,
        kind: CertificateKind::named(&row.kind).ok_or_else(|| unreadable(&row.kind))?,
        cycle: row.cycle.parse().map_err(Problem::fault)?,
        title: row.title,
        printed_name: row.printed_name,
        trust: row.trust_name,
        school: Some(row.school_name).filter(|name| !name.is_empty()),
        content_version: row.content_version,
        completed: row.completed_day.parse().map_err(Problem::fault)?,
        valid_until: row.valid_until.parse().map_err(Problem::fault)?,
        minutes: row.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        token: row.token,
        issued: Instant(row.issued_at),
        ending: ending.map(read_ending).transpose()?,
    })
}

fn read_ending(row: EndingRow) -> Result<Ending> {
    Ok(Ending {
        kind: EndingKind::named(&row.kind).ok_or_else(|| unreadable(&row.kind))?,
        replaced_by: row.replaced_by.as_deref().map(read_number).transpose()?,
        at: Instant(row.ended_at),
    })
}

fn read_number(text: &str) -> Result<Number> {
    Number::parse(text).ok_or_else(|| unreadable(text))
}

fn unreadable(text: &str) -> Problem {
    Problem::fault(format!("a certificate's row says ‘{text}’"))
}
