//! The programme: what a new trust is asked for, and what is offered. Each trust then changes its own requirements.

use super::calendar::AcademicYear;
use super::requirements::{Terms, add_requirement};
use super::rules::{Cycle, DueRule, Every};
use super::store::{self, AssignmentRow};
use super::training::{Assignment, assignment_for};
use crate::act::Act;
use crate::clock::Day;
use crate::courses::{self, Kind, Programme, Required};
use crate::evidence::Draft;
use crate::problem::{Problem, Result};

/// Gives the trust the requirements of `courses/programme.toml`, asked from a day on; gives their ids in order.
pub fn programme(act: &mut Act, programme: &Programme, from: Day) -> Result<Vec<i64>> {
    let lines = programme.requires.iter().zip(1..);
    lines.map(|(line, place)| add_requirement(act, line.kind, &line.slug, place, &terms(line, from))).collect()
}

/// Whether the programme offers this to anybody who likes it.
pub fn is_offered(programme: &Programme, kind: Kind, slug: &str) -> bool {
    programme.offers.iter().any(|line| line.kind == kind && line.slug == slug)
}

/// Somebody takes up what the programme offers: an assignment for this academic year that is never due. What they have of
/// it already is given again. Not found if it is not offered.
pub fn take_up(act: &mut Act, programme: &Programme, person: i64, kind: Kind, slug: &str) -> Result<Assignment> {
    let line = programme.offers.iter().find(|line| line.kind == kind && line.slug == slug).ok_or(Problem::NotFound)?;
    store::lock_people(act.conn, &[person])?;
    match assignment_for(act.conn, person, kind, slug, act.now) {
        Err(Problem::NotFound) => {}
        held => return held,
    }
    let requirement = match store::requirement_for(act.conn, kind, slug)? {
        Some(id) => id,
        None => {
            let terms = Terms { every: Every::ByChoice, ..terms(line, act.now.day()) };
            add_requirement(act, kind, slug, OFFERS_PLACE, &terms)?
        }
    };
    let cycle = Cycle::Choice(AcademicYear::of(act.now.day()));
    let row = AssignmentRow {
        person_id: person,
        requirement_id: requirement,
        cycle: cycle.to_string(),
        round: 1,
        opens_day: act.now.day().to_string(),
        closes_day: cycle.last_day().to_string(),
        recorded_at: act.now.0,
        superseded_at: None,
    };
    let made = store::insert_assignments(act.conn, &[row])?;
    let entry = Draft::new("offer-taken-up")?.fact("made", made).fact("slug", slug);
    act.record(entry);
    assignment_for(act.conn, person, kind, slug, act.now)
}

/// After everything that is asked.
const OFFERS_PLACE: i32 = 1000;

fn terms(line: &Required, from: Day) -> Terms {
    let due = line.due.map_or_else(DueRule::default, |due| DueRule {
        month: due.month,
        day_of_month: due.day,
        starter_days: due.starters,
    });
    Terms { audience: line.who.clone(), every: every(line.every), due, from, until: None }
}

fn every(written: courses::Every) -> Every {
    match written {
        courses::Every::AcademicYear => Every::AcademicYear,
        courses::Every::Months(months) => Every::Months(months),
        courses::Every::Once => Every::Once,
    }
}
