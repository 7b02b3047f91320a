//! What happened to one person, newest first: posts, attempts, signatures, certificates, letters, queries, pauses,
//! exemptions, more time, due days. It never tells a mark, and nothing that names a school out of the viewer's sight.

mod on_the_list;

use std::collections::{BTreeMap, BTreeSet};

use super::people::Seen;
use super::store::{self, CompletionRow, DueRow, ExemptionRow, ExtensionRow};
use super::words;
use crate::assignments::Means;
use crate::assignments::rules::QueryKind;
use crate::attestations::rules::{Closing, fingerprint};
use crate::attestations::{self, Listed};
use crate::certificates::{self, Certificate, EndingKind};
use crate::clock::{Day, Instant};
use crate::courses::views::title_of;
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::people::{self, Scope, Viewer};
use crate::problem::{Problem, Result};
use crate::text;

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: Instant,
    pub what: String,
    /// Who did it, by name.
    pub by: Option<String>,
}

/// The same, before the names of those who did it are looked up.
struct Happened {
    at: Instant,
    what: String,
    by: Option<i64>,
}

impl Happened {
    fn new(at: Instant, what: impl Into<String>) -> Happened {
        Happened { at, what: what.into(), by: None }
    }

    fn by(self, by: Option<i64>) -> Happened {
        Happened { by, ..self }
    }
}

/// Everything, newest first.
pub fn timeline(conn: &mut Conn, library: &Library, viewer: &Viewer, seen: &Seen) -> Result<Vec<Event>> {
    let person = seen.person.id;
    let mut happened = on_the_list::on_the_list(conn, viewer.hr_scope().as_ref(), seen)?;
    happened.extend(store::passes_of(conn, person)?.iter().filter_map(|row| of_pass(row, library)));
    happened.extend(store::completions_of(conn, person)?.iter().filter_map(|row| of_completion(row, library)));
    happened.extend(certificates::of_person(conn, person)?.iter().flat_map(of_certificate));
    happened.extend(store::letters_to(conn, person)?.iter().filter_map(of_letter));
    happened.extend(
        attestations::queries_of_person(conn, library, person)?.iter().flat_map(|listed| of_query(listed, seen)),
    );
    for row in store::exemptions_of(conn, person)? {
        happened.extend(of_exemption(&row, library, seen)?);
    }
    happened.extend(of_extensions(&store::extensions_of(conn, person)?, library, seen)?);
    happened.extend(of_due_days(&store::due_days_of(conn, person)?, library)?);
    // What happened in one act keeps its order, the last of it first.
    happened.sort_by_key(|one| one.at);
    happened.reverse();
    with_names(conn, viewer, happened)
}

/// Who did it; of another school's people a school's HR learn nothing, nor their names.
fn with_names(conn: &mut Conn, viewer: &Viewer, happened: Vec<Happened>) -> Result<Vec<Event>> {
    let ids: BTreeSet<i64> = happened.iter().filter_map(|one| one.by).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let scope = viewer.hr_scope();
    let in_sight: BTreeSet<i64> = match &scope {
        Some(Scope::Trust) => ids.iter().copied().collect(),
        Some(scope) => {
            let posts = people::posts_of(conn, &ids)?;
            posts.iter().filter(|record| scope.includes(record.school)).map(|record| record.person).collect()
        }
        None => BTreeSet::new(),
    };
    let names: BTreeMap<i64, String> =
        people::people(conn, &ids)?.into_iter().map(|person| (person.id, person.name())).collect();
    let name = |id: i64| names.get(&id).filter(|_| in_sight.contains(&id)).map(|name| format!("by {name}"));
    Ok(happened.into_iter().map(|one| Event { at: one.at, what: one.what, by: one.by.and_then(name) }).collect())
}

// ── what was done

fn of_pass(row: &store::PassRow, library: &Library) -> Option<Happened> {
    let title = title_of(library, Kind::Course, &row.slug);
    let version = fingerprint(&row.version);
    let at = Instant(row.finished_at?);
    Some(Happened::new(at, format!("Passed {title}, {} try, version {version}", words::ordinal(row.number))))
}

/// What is completed by passing shows as its attempt.
fn of_completion(row: &CompletionRow, library: &Library) -> Option<Happened> {
    let title = title_of(library, Kind::named(&row.kind)?, &row.slug);
    let subject = library.title_or_slug(Kind::named(&row.kind)?, &row.slug);
    let version = fingerprint(&row.version);
    let what = match row.means.as_str() {
        means if means == Means::PassedAttempt.as_str() => return None,
        means if means == Means::Attestation.as_str() => {
            format!("Signed the {}, version {version}", text::within_a_sentence(&subject))
        }
        means if means == Means::SelfCheck.as_str() => {
            format!("Finished the {}", text::within_a_sentence(&subject))
        }
        means if means == Means::TestedOut.as_str() => format!("Tested out of {title}, version {version}"),
        means => format!("Recorded as done: {title} ({means})"),
    };
    Some(Happened::new(Instant(row.recorded_at), what))
}

fn of_certificate(certificate: &Certificate) -> Vec<Happened> {
    let number = &certificate.number;
    let issued = format!("Certificate {number} issued: {}", certificate.title);
    let ended = certificate.ending.as_ref().map(|ending| {
        let what = match ending.kind {
            EndingKind::Replaced => "replaced by a newer one",
            EndingKind::Withdrawn => "withdrawn",
        };
        Happened::new(ending.at, format!("Certificate {number} {what}"))
    });
    [Some(Happened::new(certificate.issued, issued)), ended].into_iter().flatten().collect()
}

/// What somebody asked for themselves, such as a link to sign in, is their own business.
fn of_letter(row: &store::LetterRow) -> Option<Happened> {
    let what = match row.kind.as_str() {
        "reminder" => "A reminder was sent",
        "attestation-receipt" => "A receipt was sent",
        "query-settled" => "A letter was sent to say that what they asked about is settled",
        _ => return None,
    };
    Some(Happened::new(Instant(row.sent_at?), what).by(row.chased_by))
}

/// That something was asked or declared, and how it was settled; never the words. What came of a connection is for whoever
/// answers for the person.
fn of_query(listed: &Listed, seen: &Seen) -> Vec<Happened> {
    let query = &listed.query;
    let opened = match query.kind {
        QueryKind::Question => "Asked a question about a statement",
        QueryKind::Connection => "Declared a connection",
        QueryKind::Disagreement => "Did not agree with a statement",
    };
    let closed = query.closed.as_ref().map(|closed| {
        let what = match &closed.closing {
            Closing::Answer(_) => "The question was answered".to_owned(),
            Closing::ConnectionRecorded { .. } if !seen.is_answered_here => "The connection was recorded".to_owned(),
            Closing::ConnectionRecorded { outcome, .. } => {
                format!("Connection recorded: {}", text::within_a_sentence(outcome.words()))
            }
            Closing::Discussed => "It was talked over".to_owned(),
        };
        Happened::new(closed.at, what).by(closed.by)
    });
    [Some(Happened::new(query.opened, opened)), closed].into_iter().flatten().collect()
}

// ── what was arranged

/// A reason may name any school: it is told only where all of the person is in sight.
fn of_exemption(row: &ExemptionRow, library: &Library, seen: &Seen) -> Result<Vec<Happened>> {
    let from = read_day(&row.from_day)?;
    let until = row.until_day.as_deref().map(read_day).transpose()?;
    let what = match (row.kind.as_deref().and_then(Kind::named), &row.slug) {
        (Some(kind), Some(slug)) => words::subject_of(library, kind, slug),
        _ => "everything".to_owned(),
    };
    let reason = if seen.is_whole { format!(": {}", row.reason) } else { String::new() };
    let given = Happened::new(Instant(row.recorded_at), format!("Exempt from {what}, {}{reason}", span(from, until)));
    let ended =
        row.superseded_at.map(|at| Happened::new(Instant(at), format!("Exemption from {what} changed or ended")));
    Ok([Some(given.by(row.given_by)), ended].into_iter().flatten().collect())
}

/// More time, given together and told together; what was given in the place of other time tells its end too.
fn of_extensions(rows: &[ExtensionRow], library: &Library, seen: &Seen) -> Result<Vec<Happened>> {
    let mut given: BTreeMap<(i64, &str, &str, Option<i64>), Vec<String>> = BTreeMap::new();
    let mut ended: BTreeMap<(i64, &str), Vec<String>> = BTreeMap::new();
    for row in rows {
        let Some(kind) = Kind::named(&row.kind) else { continue };
        let subject = words::subject_of(library, kind, &row.slug);
        let until = row.until_day.as_str();
        if let Some(at) = row.superseded_at {
            ended.entry((at, until)).or_default().push(subject.clone());
        }
        given.entry((row.recorded_at, until, &row.reason, row.given_by)).or_default().push(subject);
    }
    let mut happened = Vec::new();
    for ((at, until, reason, by), what) in given {
        let reason = if seen.is_whole { format!(": {reason}") } else { String::new() };
        let said = format!("More time for {}, until {}{reason}", things(&what), read_day(until)?.long());
        happened.push(Happened::new(Instant(at), said).by(by));
    }
    for ((at, until), what) in ended {
        let until = read_day(until)?.long();
        let said = format!("More time for {}, until {until}, changed or taken back", things(&what));
        happened.push(Happened::new(Instant(at), said));
    }
    Ok(happened)
}

/// Up to three by name.
fn things(what: &[String]) -> String {
    if what.len() > 3 { format!("{} things", what.len()) } else { crate::text::list(what) }
}

/// A due day that was moved; the first one of each is no event. Those moved together are told together.
fn of_due_days(rows: &[DueRow], library: &Library) -> Result<Vec<Happened>> {
    let mut first = BTreeSet::new();
    let mut moved: BTreeMap<(i64, Day), Vec<String>> = BTreeMap::new();
    let mut latest: BTreeMap<i64, &str> = BTreeMap::new();
    for row in rows {
        let is_first = first.insert(row.assignment);
        let is_same = latest.insert(row.assignment, &row.due_day) == Some(row.due_day.as_str());
        let Some(kind) = Kind::named(&row.kind).filter(|_| !is_first && !is_same) else { continue };
        let together = moved.entry((row.recorded_at, read_day(&row.due_day)?)).or_default();
        together.push(words::subject_of(library, kind, &row.slug));
    }
    let told = moved.into_iter().map(|((at, day), what)| {
        Happened::new(Instant(at), format!("Due day moved to {}: {}", day.long(), things(&what)))
    });
    Ok(told.collect())
}

fn span(from: Day, until: Option<Day>) -> String {
    match until {
        Some(until) => format!("from {} until {}", from.long(), until.long()),
        None => format!("from {}", from.long()),
    }
}

fn read_day(text: &str) -> Result<Day> {
    text.parse().map_err(Problem::fault)
}
