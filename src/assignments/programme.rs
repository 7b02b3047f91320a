//! The programme: the file that gives a new trust its requirements. Each trust then changes its own.

use serde::Deserialize;

use super::requirements::{Terms, add_requirement};
use crate::act::Act;
use crate::assignments::rules::{DueRule, Every};
use crate::clock::Day;
use crate::people::rules::Audience;
use crate::problem::{Problem, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeFile {
    require: Vec<RequireLine>,
    /// Courses that a trust may take up later.
    #[serde(default)]
    #[serde(rename = "offer")]
    _offer: Vec<RequireLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequireLine {
    /// `modules/acceptable-use`
    what: String,
    who: Audience,
    every: String,
    due: DueLine,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DueLine {
    day: String,
    starters: u32,
}

/// Gives the trust the requirements of `courses/programme.toml`, asked from a day on; gives their ids in order.
pub fn programme(act: &mut Act, text: &str, from: Day) -> Result<Vec<i64>> {
    let file: ProgrammeFile =
        toml::from_str(text).map_err(|fault| Problem::fault(format!("programme.toml: {fault}")))?;
    let mut ids = Vec::with_capacity(file.require.len());
    for (line, place) in file.require.iter().zip(1..) {
        let (kind, slug) =
            line.what.split_once('/').ok_or_else(|| Problem::fault(format!("programme.toml: {}", line.what)))?;
        ids.push(add_requirement(act, kind, slug, place, &terms(line, from)?)?);
    }
    Ok(ids)
}

fn terms(line: &RequireLine, from: Day) -> Result<Terms> {
    let (month, day_of_month) = DueRule::read_annual_day(&line.due.day).map_err(Problem::fault)?;
    let every: Every = line.every.parse().map_err(Problem::fault)?;
    let due = DueRule { month, day_of_month, starter_days: line.due.starters };
    Ok(Terms { audience: line.who.clone(), every, due, from })
}
