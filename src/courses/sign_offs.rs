//! Who read a version for safeguarding, data protection or employment and found it good; and what each of them has to read.
//! Sign-offs are no part of a version: the same words stay the same version, whoever has read them.

use serde_json::Value;

use super::{Kind, Library, store};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::people::Person;
use crate::problem::{Problem, Result};

pub use super::reading::Reader;

/// One reader's word for one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    pub kind: Kind,
    pub slug: String,
    pub version: String,
    pub reader: Reader,
    pub person: i64,
    pub day: Day,
    pub recorded: Instant,
}

/// Records that somebody read the version in use. Said twice of one day, it is recorded once.
pub fn sign_off(
    act: &mut Act,
    library: &Library,
    (kind, slug): (Kind, &str),
    reader: Reader,
    person: &Person,
    day: Day,
) -> Result<()> {
    let version = library.version(kind, slug).ok_or(Problem::NotFound)?;
    if day > act.now.day() {
        return Err(Problem::invalid("day", "Choose today, or a day that is past"));
    }
    let stored = store::find(act.conn, kind, slug, &version)?.map(|stored| Instant(stored.stored_at).day());
    if let Some(stored) = stored.filter(|stored| day < *stored) {
        let why = format!("This version is of {}: choose that day or a later one", stored.long());
        return Err(Problem::invalid("day", why));
    }
    let row = store::SignOffRow {
        kind: kind.as_str().to_owned(),
        slug: slug.to_owned(),
        version: version.clone(),
        reader: reader.as_str().to_owned(),
        person_id: person.id,
        signed_day: day.to_string(),
        recorded_at: act.now.0,
    };
    if store::sign_offs_of(act.conn)?.into_iter().any(|(_, before)| is_same(&before, &row)) {
        return Ok(());
    }
    let id = store::insert_sign_off(act.conn, &row)?;
    let entry = Draft::new("content-signed-off")?.about(&person.pseudonym, person.identity());
    let entry = entry.under(kind.as_str(), slug, &version).fact("reader", reader.as_str()).fact("day", day.to_string());
    act.record(entry.row("sign_offs", id, &row)?);
    Ok(())
}

fn is_same(before: &store::SignOffRow, row: &store::SignOffRow) -> bool {
    let what = |row: &store::SignOffRow| {
        let by = (row.person_id, row.signed_day.clone());
        (row.kind.clone(), row.slug.clone(), row.version.clone(), row.reader.clone(), by)
    };
    what(before) == what(row)
}

/// All of them, newest first: by the day of the reading, and of one day what was recorded last.
pub fn sign_offs(conn: &mut Conn) -> Result<Vec<SignOff>> {
    let mut found: Vec<SignOff> =
        store::sign_offs_of(conn)?.into_iter().map(|(_, row)| read(row)).collect::<Result<_>>()?;
    found.sort_by_key(|sign_off| std::cmp::Reverse(sign_off.day));
    Ok(found)
}

fn read(row: store::SignOffRow) -> Result<SignOff> {
    let unreadable = || Problem::fault(format!("a sign-off of {} cannot be read", row.slug));
    Ok(SignOff {
        kind: Kind::named(&row.kind).ok_or_else(unreadable)?,
        reader: Reader::named(&row.reader).ok_or_else(unreadable)?,
        day: row.signed_day.parse().map_err(Problem::fault)?,
        slug: row.slug,
        version: row.version,
        person: row.person_id,
        recorded: Instant(row.recorded_at),
    })
}

/// For `evidence verify`: the rows as the log should have them.
pub fn evidence_sign_offs(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::sign_offs_of(conn)?.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}

/// A place that one of the three readers should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What it is in: a course's title, or the policy's.
    pub title: String,
    /// The page, section or statement.
    pub place: String,
    pub href: String,
    /// The clauses for which it is theirs to read.
    pub clauses: Vec<String>,
}

/// What a reader has to read: sections of a policy whose clause names them, pages that teach those clauses, and the
/// statements that sign them.
pub fn passages(library: &Library, reader: Reader) -> Vec<Passage> {
    let theirs = |clauses: &[String]| -> Vec<String> {
        let is_theirs = |clause: &&String| {
            library
                .policies()
                .iter()
                .any(|policy| policy.clauses.get(*clause).is_some_and(|c| c.readers.contains(&reader)))
        };
        clauses.iter().filter(is_theirs).cloned().collect()
    };
    let mut found = Vec::new();
    let mut add = |title: &str, place: &str, href: String, clauses: Vec<String>| {
        if !clauses.is_empty() {
            found.push(Passage { title: title.to_owned(), place: place.to_owned(), href, clauses });
        }
    };
    for policy in library.policies() {
        for section in &policy.sections {
            let href = format!("/policies/{}#{}", policy.slug, section.id);
            add(&policy.title, &section.heading, href, theirs(std::slice::from_ref(&section.id)));
        }
        for set in &policy.statement_sets {
            for statement in &set.statements {
                // What it signs, in the policy's words: the page for signing is everybody's own.
                let clauses = theirs(&statement.clauses);
                let clause = clauses.first().map(|clause| format!("#{clause}")).unwrap_or_default();
                let href = format!("/policies/{}{clause}", policy.slug);
                add(&format!("Statements: {}", set.title), &statement.text, href, clauses);
            }
        }
    }
    for course in library.courses() {
        for page in &course.pages {
            let href = format!("/courses/{}/print", course.slug);
            add(&course.title, &page.title, href, theirs(&page.clauses));
        }
    }
    found
}
