//! Somebody's training: their assignments, each with all the facts that its status rests on.

use std::collections::{BTreeMap, HashMap};

use super::calendar::AcademicYear;
use super::read_day;
use super::rules::{self, Cycle, Due, Facts, Status};
use super::store::{self, AssignmentRow, CompletionRow, DueRow, ExemptionRow, Span};
use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::facts::Fact;
use crate::people;
use crate::problem::{Problem, Result};

/// One person, one requirement, one cycle, one round, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub id: i64,
    pub person: i64,
    pub requirement: i64,
    pub kind: Kind,
    pub slug: String,
    pub place: i32,
    pub cycle: Cycle,
    pub round: i32,
    pub recorded: Instant,
    /// Without queries: the room that keeps them puts them in.
    pub facts: Facts,
}

impl Assignment {
    pub fn status(&self, instant: Instant) -> Status {
        rules::status(&self.facts, instant)
    }

    pub fn is_complete(&self, instant: Instant) -> bool {
        self.status(instant).standing.is_completed()
    }

    /// Taken up because somebody liked to: asked of nobody, and in no figure.
    pub fn is_by_choice(&self) -> bool {
        matches!(self.cycle, Cycle::Choice(_))
    }

    /// Recorded by then, and standing or completed by then.
    fn is_asked_at(&self, instant: Instant) -> bool {
        let withdrawn = self.facts.withdrawn.is_some_and(|withdrawn| withdrawn <= instant);
        self.recorded <= instant && (!withdrawn || self.is_complete(instant))
    }
}

/// Everything that one person was ever asked in an academic year, withdrawn assignments and superseded facts included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    pub person: i64,
    /// In the order of *My training*; rounds in their order.
    pub assignments: Vec<Assignment>,
}

impl Training {
    /// What was asked as at an instant: of each requirement's cycle the latest round. What somebody took up by choice is not
    /// asked.
    pub fn asked_at(&self, instant: Instant) -> Vec<&Assignment> {
        let asked = |one: &&Assignment| !one.is_by_choice() && one.is_asked_at(instant);
        latest_rounds(self.assignments.iter().filter(asked))
    }
}

fn latest_rounds<'a>(assignments: impl Iterator<Item = &'a Assignment>) -> Vec<&'a Assignment> {
    let mut latest: Vec<&Assignment> = Vec::new();
    for assignment in assignments {
        match latest.iter_mut().find(|one| (one.requirement, one.cycle) == (assignment.requirement, assignment.cycle)) {
            Some(one) if one.round > assignment.round => {}
            Some(one) => *one = assignment,
            None => latest.push(assignment),
        }
    }
    latest
}

#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    All,
    People(&'a [i64]),
}

impl<'a> Whom<'a> {
    pub(super) fn people(self) -> Option<&'a [i64]> {
        match self {
            Whom::All => None,
            Whom::People(people) => Some(people),
        }
    }
}

// ── many people, any instant

/// The training of each person who was asked anything in an academic year, by person. Cycles that are no academic years
/// count where they touch it.
pub fn facts_of(conn: &mut Conn, whom: Whom, year: AcademicYear) -> Result<Vec<Training>> {
    let span = Span { people: whom.people(), first: year.first_day().to_string(), last: year.last_day().to_string() };
    let mut assignments = read_assignments(conn, &span)?;
    add_dues_and_completions(conn, &span, &mut assignments)?;
    add_reprieves(conn, &span, &mut assignments)?;
    Ok(by_person(assignments))
}

/// One person's assignments of an academic year, withdrawn ones too.
pub fn assignments_of(conn: &mut Conn, person: i64, year: AcademicYear) -> Result<Vec<Assignment>> {
    let found = facts_of(conn, Whom::People(&[person]), year)?;
    Ok(found.into_iter().flat_map(|training| training.assignments).collect())
}

fn read_assignments(conn: &mut Conn, span: &Span) -> Result<Vec<Assignment>> {
    let asked: HashMap<i64, store::RequirementRow> = store::all_requirements(conn)?.into_iter().collect();
    let mut found = Vec::new();
    for (id, row) in store::assignments_in(conn, span)? {
        let asked =
            asked.get(&row.requirement_id).ok_or_else(|| Problem::fault("an assignment without requirement"))?;
        found.push(read_assignment(id, &row, asked)?);
    }
    found.sort_unstable_by_key(|one| (one.person, one.place, one.requirement, one.facts.opens, one.round, one.id));
    Ok(found)
}

fn add_dues_and_completions(conn: &mut Conn, span: &Span, assignments: &mut [Assignment]) -> Result<()> {
    let places: HashMap<i64, usize> = assignments.iter().map(|assignment| assignment.id).zip(0..).collect();
    for row in store::due_dates_in(conn, span)? {
        if let Some(place) = places.get(&row.assignment_id) {
            assignments[*place].facts.dues.push(read_due(row)?);
        }
    }
    for row in store::completions_in(conn, span)? {
        if let Some(place) = places.get(&row.assignment_id) {
            assignments[*place].facts.completions.push(read_completion(&row));
        }
    }
    Ok(())
}

fn add_reprieves(conn: &mut Conn, span: &Span, assignments: &mut [Assignment]) -> Result<()> {
    let mut exemptions: BTreeMap<i64, Vec<(Option<i64>, Fact<String>)>> = BTreeMap::new();
    for (_, row) in store::exemptions_of(conn, span.people)? {
        exemptions.entry(row.person_id).or_default().push((row.requirement_id, read_exemption(row)?));
    }
    let mut pauses: BTreeMap<i64, Vec<Fact<()>>> = BTreeMap::new();
    let rows = match span.people {
        Some(people) => people::pauses_of(conn, people)?,
        None => people::all_pauses(conn)?,
    };
    for (person, pause) in rows {
        let people::Pause { from, until, recorded, superseded, .. } = pause;
        pauses.entry(person).or_default().push(Fact { what: (), from, until, recorded, superseded });
    }
    for assignment in assignments {
        let theirs = exemptions.get(&assignment.person).into_iter().flatten();
        let of_this = theirs.filter(|(of, _)| of.is_none_or(|of| of == assignment.requirement));
        assignment.facts.exemptions.extend(of_this.map(|(_, fact)| fact.clone()));
        assignment.facts.pauses.extend(pauses.get(&assignment.person).into_iter().flatten().cloned());
    }
    Ok(())
}

fn by_person(assignments: Vec<Assignment>) -> Vec<Training> {
    let mut found: Vec<Training> = Vec::new();
    for assignment in assignments {
        match found.last_mut().filter(|training| training.person == assignment.person) {
            Some(training) => training.assignments.push(assignment),
            None => found.push(Training { person: assignment.person, assignments: vec![assignment] }),
        }
    }
    found
}

// ── one person, now

/// What one person has to do and has done in the cycles under way, each requirement's latest round, in order. Only what is
/// known now. Two statements.
pub fn my_training(conn: &mut Conn, person: i64, now: Instant) -> Result<Vec<Assignment>> {
    let standing = store::standing_of(conn, person, now.day())?;
    let reprieves = store::reprieves_of(conn, person)?;
    let mut found = Vec::with_capacity(standing.len());
    for (id, row, asked, due, completion) in standing {
        let mut assignment = read_assignment(id, &row, &asked)?;
        assignment.facts.dues.extend(due.map(read_due).transpose()?);
        assignment.facts.completions.extend(completion.as_ref().map(read_completion));
        for reprieve in &reprieves {
            add_reprieve(&mut assignment, reprieve)?;
        }
        found.push(assignment);
    }
    let latest: Vec<i64> = latest_rounds(found.iter()).into_iter().map(|assignment| assignment.id).collect();
    found.retain(|assignment| latest.contains(&assignment.id));
    Ok(found)
}

fn add_reprieve(assignment: &mut Assignment, reprieve: &store::Reprieve) -> Result<()> {
    let (_, is_exemption, requirement, reason, from, until, recorded_at) = reprieve;
    if requirement.is_some_and(|requirement| requirement != assignment.requirement) {
        return Ok(());
    }
    let (from, until) = (read_day(from)?, until.as_deref().map(read_day).transpose()?);
    let (recorded, superseded) = (Instant(*recorded_at), None);
    match is_exemption {
        true => assignment.facts.exemptions.push(Fact { what: reason.clone(), from, until, recorded, superseded }),
        false => assignment.facts.pauses.push(Fact { what: (), from, until, recorded, superseded }),
    }
    Ok(())
}

/// The assignment that somebody is in when they open this course, policy or checklist: the one still to do, or else the
/// latest that they have done. Not found for somebody of whom it is not asked.
pub fn assignment_for(conn: &mut Conn, person: i64, kind: Kind, slug: &str, now: Instant) -> Result<Assignment> {
    let of_this = |one: &Assignment| one.kind == kind && one.slug == slug;
    let found: Vec<Assignment> = my_training(conn, person, now)?.into_iter().filter(of_this).collect();
    let to_do = found.iter().find(|one| !one.is_complete(now));
    to_do.or(found.last()).cloned().ok_or(Problem::NotFound)
}

/// An assignment by its id, whether it still stands or not; with its dues, completions and all.
pub fn assignment(conn: &mut Conn, id: i64) -> Result<Assignment> {
    let row = store::assignment(conn, id)?;
    let span = Span { people: Some(&[row.person_id]), first: row.opens_day.clone(), last: row.closes_day.clone() };
    let mut found: Vec<Assignment> = read_assignments(conn, &span)?.into_iter().filter(|one| one.id == id).collect();
    add_dues_and_completions(conn, &span, &mut found)?;
    add_reprieves(conn, &span, &mut found)?;
    found.pop().ok_or(Problem::NotFound)
}

// ── reading rows

fn read_assignment(id: i64, row: &AssignmentRow, asked: &store::RequirementRow) -> Result<Assignment> {
    let cycle: Cycle = row.cycle.parse().map_err(Problem::fault)?;
    let opens = read_day(&row.opens_day)?;
    // What somebody took up by choice is never late and holds nothing up: it stands like what they are exempt from.
    let by_choice = matches!(cycle, Cycle::Choice(_)).then(|| Fact {
        what: "you chose it yourself".to_owned(),
        from: opens,
        until: None,
        recorded: Instant(row.recorded_at),
        superseded: None,
    });
    Ok(Assignment {
        id,
        person: row.person_id,
        requirement: row.requirement_id,
        kind: asked.kind()?,
        slug: asked.content_slug.clone(),
        place: asked.place,
        cycle,
        round: row.round,
        recorded: Instant(row.recorded_at),
        facts: Facts {
            opens,
            closes: read_day(&row.closes_day)?,
            withdrawn: row.superseded_at.map(Instant),
            dues: Vec::new(),
            completions: Vec::new(),
            exemptions: by_choice.into_iter().collect(),
            queries: Vec::new(),
            pauses: Vec::new(),
        },
    })
}

fn read_due(row: DueRow) -> Result<Fact<Due>> {
    let recorded = Instant(row.recorded_at);
    Ok(Fact {
        what: Due { day: read_day(&row.due_day)?, why: row.why },
        from: recorded.day(),
        until: None,
        recorded,
        superseded: row.superseded_at.map(Instant),
    })
}

fn read_completion(row: &CompletionRow) -> Fact<rules::Completion> {
    let at = Instant(row.completed_at);
    let day: Day = at.day();
    Fact {
        what: rules::Completion { at, connection_recorded: row.connection_recorded },
        from: day,
        until: None,
        recorded: Instant(row.recorded_at),
        superseded: row.superseded_at.map(Instant),
    }
}

fn read_exemption(row: ExemptionRow) -> Result<Fact<String>> {
    Ok(Fact {
        from: read_day(&row.from_day)?,
        until: row.until_day.as_deref().map(read_day).transpose()?,
        recorded: Instant(row.recorded_at),
        superseded: row.superseded_at.map(Instant),
        what: row.reason,
    })
}
