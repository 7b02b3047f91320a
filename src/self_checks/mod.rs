//! Self-checks: a person's run through the privacy checklist. That it was done, when, and on which version: nothing else
//! exists, because the page has no way to send anything else.

pub mod pages;
mod store;

use serde_json::Value;

use crate::act::Act;
use crate::assignments::{self, Assignment, Completion, Means};
use crate::certificates;
use crate::clock::Instant;
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::people::Person;
use crate::problem::{Problem, Result};
use store::SelfCheckRow;

/// The self-check that somebody is asked for: the one still to do, or else the last that they did. None for somebody who
/// is not asked for it; they may read the list all the same.
pub fn asked_of(conn: &mut Conn, person: i64, slug: &str, now: Instant) -> Result<Option<Assignment>> {
    match assignments::assignment_for(conn, person, Kind::Checklist, slug, now) {
        Ok(assignment) => Ok(Some(assignment)),
        Err(Problem::NotFound) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// *I have finished*: records the day and the version of the checklist that was shown. A second arrival changes nothing.
pub fn finish(
    act: &mut Act,
    library: &Library,
    key: &certificates::Key,
    person: &Person,
    assignment: &Assignment,
    version: &str,
) -> Result<()> {
    if assignment.person != person.id || assignment.kind != Kind::Checklist {
        return Err(Problem::NotFound);
    }
    let checklist = library.checklist_at(act.conn, &assignment.slug, version)?;
    let completion = Completion {
        means: Means::SelfCheck,
        content_version: version.to_owned(),
        at: act.now,
        connection_recorded: false,
    };
    let completed = assignments::complete(act, assignment.id, &completion)?;
    if !completed.is_new() {
        return Ok(());
    }
    let row = SelfCheckRow { assignment_id: assignment.id, content_version: version.to_owned(), done_at: act.now.0 };
    let id = store::insert(act.conn, &row)?;
    let entry = Draft::new("self-check")?
        .about(&person.pseudonym, person.identity())
        .under(Kind::Checklist.as_str(), &assignment.slug, version)
        .fact("cycle", assignment.cycle.to_string())
        .row("self_checks", id, &row)?;
    let entry = completed.in_entry(entry)?;
    act.record(entry);
    certificates::after_completion(act, key, assignment.id, &checklist.title, None)?;
    Ok(())
}

/// For `evidence verify`: the self-checks as the log should have them.
pub fn evidence_self_checks(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_self_checks(conn)
}
