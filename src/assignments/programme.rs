//! The programme: what a new trust is asked for. Each trust then changes its own requirements.

use super::requirements::{Terms, add_requirement};
use super::rules::{DueRule, Every};
use crate::act::Act;
use crate::clock::Day;
use crate::courses::{self, Programme, Required};
use crate::problem::Result;

/// Gives the trust the requirements of `courses/programme.toml`, asked from a day on; gives their ids in order.
pub fn programme(act: &mut Act, programme: &Programme, from: Day) -> Result<Vec<i64>> {
    let lines = programme.requires.iter().zip(1..);
    lines.map(|(line, place)| add_requirement(act, line.kind, &line.slug, place, &terms(line, from))).collect()
}

fn terms(line: &Required, from: Day) -> Terms {
    let due = line.due.map_or_else(DueRule::default, |due| DueRule {
        month: due.month,
        day_of_month: due.day,
        starter_days: due.starters,
    });
    Terms { audience: line.who.clone(), every: every(line.every), due, from }
}

fn every(written: courses::Every) -> Every {
    match written {
        courses::Every::AcademicYear => Every::AcademicYear,
        courses::Every::Months(months) => Every::Months(months),
        courses::Every::Once => Every::Once,
    }
}
