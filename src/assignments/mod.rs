//! Assignments, the spine: who has what to do, in which cycle, by which day, and how it stands. A requirement asks,
//! `reconcile` makes assignments of it, evidence of every kind ends in `complete`, and `rules::status` judges the facts.

pub mod calendar;
pub mod pages;
pub mod rules;
mod calendars;
mod extensions;
mod programme;
mod reconciling;
mod requirements;
mod store;
mod training;

use serde_json::Value;

pub use calendars::{
    CalendarChange, calendar_of, calendars, calendars_as_at, calendars_if, change_calendar, confirm_calendar,
    days_of_year, evidence_term_dates, in_working_hours, replace_term_dates, set_term_date, term_dates_of,
};
pub use extensions::{Extension, Wish, end_extension, evidence_extensions, extend, extensions};
pub use programme::{is_offered, programme, take_up};
pub use reconciling::{
    BATCH, DueMove, Foreseen, NewlyAsked, Reconciled, Rules, Withdrawal, reconcile, reconcile_and_tell, standing_rules,
    unreconciled, wanted_if, would_reconcile, would_reconcile_if,
};
pub use requirements::{
    Asking, Requirement, Terms, add_requirement, ask_for, change_requirement, evidence_requirement_terms,
    evidence_requirements, requirements, requirements_as_at,
};
pub use training::{Assignment, Training, Whom, assignment, assignment_for, assignments_of, facts_of, my_training};

use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::people::Person;
use crate::problem::{Problem, Result};
use store::{CompletionRow, ExemptionRow};

// ── completing

/// By what an assignment was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    PassedAttempt,
    /// A refresher, by somebody who passed the same course the year before.
    TestedOut,
    Attestation,
    SelfCheck,
    /// A certificate from somewhere else that HR accepted.
    ExternalEvidence,
    /// HR saw it done, as in a group session.
    WitnessedRecord,
}

impl Means {
    pub fn as_str(self) -> &'static str {
        match self {
            Means::PassedAttempt => "passed attempt",
            Means::TestedOut => "tested out",
            Means::Attestation => "attestation",
            Means::SelfCheck => "self-check",
            Means::ExternalEvidence => "external evidence",
            Means::WitnessedRecord => "witnessed record",
        }
    }
}

/// What closes an assignment. It keeps the version of the content that it was done on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub means: Means,
    pub content_version: String,
    /// When it was done; it is recorded at the act's own time.
    pub at: Instant,
    pub connection_recorded: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the act's entry has to carry the completion's row: see `in_entry`"]
pub enum Completed {
    Now(CompletionRecord),
    /// Something else closed it before. Nothing was written.
    AlreadyComplete,
}

/// A completion as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionRecord {
    pub id: i64,
    row: CompletionRow,
}

impl Completed {
    /// The entry of the act that brought the completion about, with the completion's row in it.
    pub fn in_entry(&self, entry: Draft) -> Result<Draft> {
        match self {
            Completed::Now(record) => entry.row("completions", record.id, &record.row),
            Completed::AlreadyComplete => Ok(entry),
        }
    }

    pub fn is_new(&self) -> bool {
        matches!(self, Completed::Now(_))
    }
}

/// Completes an assignment: the one verb in which all evidence ends. What was begun while it was asked may still be
/// completed after it was withdrawn or its cycle has closed. At most one completion stands.
pub fn complete(act: &mut Act, assignment: i64, completion: &Completion) -> Result<Completed> {
    lock_row(act.conn, "assignments", assignment)?;
    if store::is_complete(act.conn, assignment)? {
        return Ok(Completed::AlreadyComplete);
    }
    let row = CompletionRow {
        assignment_id: assignment,
        means: completion.means.as_str().to_owned(),
        content_version: completion.content_version.clone(),
        completed_at: completion.at.0,
        connection_recorded: completion.connection_recorded,
        recorded_at: act.now.0,
        superseded_at: None,
    };
    let id = store::insert_completion(act.conn, &row)?;
    Ok(Completed::Now(CompletionRecord { id, row }))
}

/// Completes an assignment as of an earlier instant: a completion that stands but came later gives way to it.
pub fn complete_earlier(
    act: &mut Act,
    assignment: i64,
    completion: &Completion,
    entry: Draft,
) -> Result<(Completed, Draft)> {
    lock_row(act.conn, "assignments", assignment)?;
    let mut entry = entry;
    if let Some((id, standing)) = store::standing_completion(act.conn, assignment)? {
        if standing.completed_at <= completion.at.0 {
            return Ok((Completed::AlreadyComplete, entry));
        }
        store::supersede_completion(act.conn, act.now, id)?;
        entry = entry.changed("completions", id, serde_json::json!({ "superseded_at": act.now.0 }));
    }
    let completed = complete(act, assignment, completion)?;
    let entry = completed.in_entry(entry)?;
    Ok((completed, entry))
}

/// For `evidence verify`: the completions as the log should have them.
pub fn evidence_completions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_completions(conn)
}

// ── exemptions

/// Somebody need not do one requirement, or any (`None`), from a day, for a reason that they may read.
pub fn exempt(
    act: &mut Act,
    person: &Person,
    requirement: Option<i64>,
    reason: &str,
    from: Day,
    until: Option<Day>,
) -> Result<i64> {
    if reason.trim().is_empty() {
        return Err(Problem::invalid("reason", "Say why, in a few words. They will see it."));
    }
    if until.is_some_and(|until| until < from) {
        return Err(Problem::invalid("until", "The last day must not lie before the first."));
    }
    let row = ExemptionRow {
        person_id: person.id,
        requirement_id: requirement,
        reason: reason.trim().to_owned(),
        from_day: from.to_string(),
        until_day: until.map(|day| day.to_string()),
        given_by: act.who.person,
        recorded_at: act.now.0,
        superseded_at: None,
    };
    let entry = about("exemption-given", person)?;
    let (id, entry) = put_exemption(act, &row, entry)?;
    act.record(entry);
    Ok(id)
}

/// Ends an exemption after its last day; if that lies before its first, the exemption is taken back altogether.
pub fn end_exemption(act: &mut Act, person: &Person, exemption: i64, last_day: Day) -> Result<()> {
    lock_row(act.conn, "exemptions", exemption)?;
    let standing = store::exemption(act.conn, person.id, exemption)?;
    store::supersede_exemption(act.conn, act.now, exemption)?;
    let ended = serde_json::json!({ "superseded_at": act.now.0 });
    let mut entry = about("exemption-ended", person)?.changed("exemptions", exemption, ended);
    let last_day = last_day.to_string();
    if standing.from_day <= last_day {
        let row = ExemptionRow { until_day: Some(last_day), recorded_at: act.now.0, ..standing };
        entry = put_exemption(act, &row, entry)?.1;
    }
    act.record(entry);
    Ok(())
}

fn put_exemption(act: &mut Act, row: &ExemptionRow, entry: Draft) -> Result<(i64, Draft)> {
    let id = store::insert_exemption(act.conn, row)?;
    Ok((id, entry.row("exemptions", id, row)?))
}

fn about(kind: &'static str, person: &Person) -> Result<Draft> {
    Ok(Draft::new(kind)?.about(&person.pseudonym, person.identity()))
}

/// An exemption that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    pub id: i64,
    pub person: i64,
    /// None: from all.
    pub requirement: Option<i64>,
    pub reason: String,
    pub from: Day,
    pub until: Option<Day>,
    pub given_by: Option<i64>,
    pub recorded: Instant,
}

/// The exemptions that stand for these people, past and future ones too.
pub fn exemptions(conn: &mut Conn, whom: Whom) -> Result<Vec<Exemption>> {
    let rows = store::exemptions_of(conn, whom.people())?.into_iter().filter(|(_, row)| row.superseded_at.is_none());
    let read = |(id, row): (i64, ExemptionRow)| {
        Ok(Exemption {
            id,
            person: row.person_id,
            requirement: row.requirement_id,
            reason: row.reason,
            from: read_day(&row.from_day)?,
            until: row.until_day.as_deref().map(read_day).transpose()?,
            given_by: row.given_by,
            recorded: Instant(row.recorded_at),
        })
    };
    rows.map(read).collect()
}

/// For `evidence verify`: the exemptions as the log should have them.
pub fn evidence_exemptions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_exemptions(conn)
}

// ── reading rows

fn read_day(text: &str) -> Result<Day> {
    text.parse().map_err(Problem::fault)
}
