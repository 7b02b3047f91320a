//! One person's record, as a viewer may see it: what is asked of them and how it stands, what they signed, what is open, what
//! happened, and what was true on a certain day.

use std::collections::BTreeMap;

use super::people::{Row, Sight, row};
use super::roll::asked_at;
use super::store;
use super::timeline::{Event, timeline};
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::Standing;
use crate::assignments::{self, Whom};
use crate::attempts;
use crate::attestations::{self, Attestation, Listed};
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::db::Conn;
use crate::people::{self, School, Viewer};
use crate::problem::Result;

/// What history is made of.
pub use super::store::{CompletionRow, ExemptionRow};

#[derive(Debug, Clone)]
pub struct Record {
    pub row: Row,
    pub schools: Vec<School>,
    /// By assignment: the completion that stands.
    pub completions: BTreeMap<i64, CompletionRow>,
    /// By assignment: how many tries at its questions.
    pub tries: BTreeMap<i64, usize>,
    pub signed: Vec<Attestation>,
    /// The open ones, oldest first, where they are the viewer's to answer.
    pub queries: Vec<Listed>,
    /// Connections that were recorded with a day to look at them again, where they are the viewer's to know.
    pub to_look_at_again: Vec<Listed>,
    /// Something is open that is another's to answer.
    pub is_asking_elsewhere: bool,
    pub timeline: Vec<Event>,
    pub references: Vec<String>,
    /// By the posts in sight.
    pub managers: Vec<String>,
}

/// A line manager's has how things stand, and nothing else. Not found for whoever may not see them at all.
pub fn record(conn: &mut Conn, library: &Library, viewer: &Viewer, person: i64, now: Instant) -> Result<Record> {
    let row = row(conn, viewer, person, now)?;
    let mut record = Record {
        schools: people::schools(conn)?,
        completions: BTreeMap::new(),
        tries: BTreeMap::new(),
        signed: Vec::new(),
        queries: Vec::new(),
        to_look_at_again: Vec::new(),
        is_asking_elsewhere: false,
        timeline: Vec::new(),
        references: Vec::new(),
        managers: Vec::new(),
        row,
    };
    if record.row.seen.sight == Sight::Hr {
        record.add_what_hr_see(conn, library, viewer)?;
    }
    Ok(record)
}

impl Record {
    fn add_what_hr_see(&mut self, conn: &mut Conn, library: &Library, viewer: &Viewer) -> Result<()> {
        let person = self.row.seen.person.id;
        let standing = store::completions_of(conn, person)?.into_iter().filter(|row| row.superseded_at.is_none());
        self.completions = standing.map(|row| (row.assignment, row)).collect();
        let asked: Vec<i64> = self.row.on_roll.asked.iter().map(|asked| asked.assignment.id).collect();
        let progress = attempts::progress(conn, &asked)?.into_iter();
        self.tries = progress.map(|(assignment, progress)| (assignment, progress.tries)).collect();
        self.signed = attestations::signatures_of(conn, person)?;
        let (open, closed): (Vec<Listed>, Vec<Listed>) =
            attestations::queries_of_person(conn, library, person)?.into_iter().partition(|one| one.query.is_open());
        match self.row.seen.is_answered_here {
            true => {
                self.queries = open;
                self.to_look_at_again = closed.into_iter().filter(|one| one.query.review_day().is_some()).collect();
            }
            false => self.is_asking_elsewhere = !open.is_empty(),
        }
        self.timeline = timeline(conn, library, viewer, &self.row.seen)?;
        self.references = self.references_in_sight(conn)?;
        self.managers = self.managers_in_sight(conn)?;
        Ok(())
    }

    /// A school's own reference is that school's to know.
    fn references_in_sight(&self, conn: &mut Conn) -> Result<Vec<String>> {
        let seen = &self.row.seen;
        let in_sight = |source: &str| match source.strip_prefix("school:") {
            Some(school) => seen.is_whole || seen.posts.iter().any(|record| Some(record.school) == school.parse().ok()),
            None => true,
        };
        let references = store::references_of(conn, seen.person.id)?.into_iter();
        Ok(references.filter(|(source, _)| in_sight(source)).map(|(_, reference)| reference).collect())
    }

    fn managers_in_sight(&self, conn: &mut Conn) -> Result<Vec<String>> {
        let posts = self.row.seen.posts.iter();
        let mut ids: Vec<i64> = posts.filter_map(|record| record.manager).collect();
        ids.dedup();
        Ok(people::people(conn, &ids)?.iter().map(people::Person::name).collect())
    }
}

// ── what was true on a day

/// The answer to: was this done on that day, on which version?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How it stood, by all that was known at that day's end; none if it was not asked.
    pub standing: Option<Standing>,
    pub due: Option<Day>,
    /// What had completed it by then.
    pub completion: Option<CompletionRow>,
    /// The last time that it was completed before, for an earlier cycle.
    pub earlier: Option<CompletionRow>,
    /// Recorded only after that day, though it was done by then.
    pub recorded_later: Option<CompletionRow>,
}

/// How one thing stood at the end of a day, or now for today. The viewer must have been let see the person.
pub fn proof(conn: &mut Conn, person: i64, slug: &str, day: Day, now: Instant) -> Result<Proof> {
    let instant = if day < now.day() { day.end() } else { now };
    let whom = Whom::People(std::slice::from_ref(&person));
    let mut trainings = assignments::facts_of(conn, whom, AcademicYear::of(day))?;
    attestations::add_queries(conn, whom, trainings.iter_mut().flat_map(|training| &mut training.assignments))?;
    let mut asked = trainings.into_iter().flat_map(|training| asked_at(training, instant));
    let asked = asked.rfind(|asked| asked.slug() == slug);
    let rows: Vec<CompletionRow> =
        store::completions_of(conn, person)?.into_iter().filter(|row| row.slug == slug).collect();
    let known = |row: &CompletionRow| {
        row.recorded_at <= instant.0 && row.superseded_at.is_none_or(|superseded| instant.0 < superseded)
    };
    let of_this = |row: &CompletionRow| asked.as_ref().is_some_and(|asked| asked.assignment.id == row.assignment);
    let by_then = |row: &CompletionRow| row.completed_at <= instant.0;
    let find = |is: &dyn Fn(&CompletionRow) -> bool| rows.iter().rfind(|row| is(row)).cloned();
    Ok(Proof {
        standing: asked.as_ref().map(|asked| asked.standing()),
        due: asked.as_ref().and_then(|asked| asked.status.due),
        completion: find(&|row| known(row) && of_this(row)),
        earlier: find(&|row| known(row) && !of_this(row) && by_then(row)),
        recorded_later: find(&|row| of_this(row) && !known(row) && by_then(row) && row.superseded_at.is_none()),
    })
}

/// What exempts somebody today.
pub fn exemptions_on(conn: &mut Conn, person: i64, now: Instant) -> Result<Vec<ExemptionRow>> {
    let today = now.day().to_string();
    let mut rows = store::exemptions_of(conn, person)?;
    rows.retain(|row| {
        let holds = row.from_day <= today && row.until_day.as_ref().is_none_or(|until| today <= *until);
        row.superseded_at.is_none() && holds
    });
    Ok(rows)
}
