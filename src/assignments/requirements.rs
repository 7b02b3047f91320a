//! Requirements: what the trust asks for, of whom, how often and by when. Terms are superseded, never changed.

use std::str::FromStr;

use serde_json::{Value, json};

use super::store::{self, RequirementRow, TermsRow};
use super::{read_day, rules};
use crate::act::Act;
use crate::assignments::rules::{DueRule, Every};
use crate::clock::{Day, Instant};
use crate::courses::{self, Kind, Opening};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::people::rules::Audience;
use crate::problem::{Problem, Result};

/// What a requirement asks for, and its rule as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    pub kind: Kind,
    pub slug: String,
    /// Its place in *My training*.
    pub place: i32,
    pub rule: rules::Requirement,
}

impl Requirement {
    pub fn id(&self) -> i64 {
        self.rule.id
    }

    pub fn terms(&self) -> Terms {
        let rule = &self.rule;
        Terms { audience: rule.audience.clone(), every: rule.every, due: rule.due, from: rule.began, until: rule.until }
    }

    /// The same requirement as it would be under other terms.
    pub fn under(&self, terms: &Terms) -> Requirement {
        let rule = rules::Requirement {
            audience: terms.audience.clone(),
            every: terms.every,
            due: terms.due,
            began: terms.from,
            until: terms.until,
            ..self.rule.clone()
        };
        Requirement { rule, ..self.clone() }
    }
}

/// Of whom, how often, by when, since which day, and until which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub audience: Audience,
    pub every: Every,
    pub due: DueRule,
    pub from: Day,
    /// The last day on which it is asked, once it is withdrawn.
    pub until: Option<Day>,
}

impl Terms {
    /// The same, asked of nobody from a day on.
    pub fn withdrawn_from(self, day: Day) -> Terms {
        Terms { until: Some(day.plus(-1)), ..self }
    }

    /// The same, asked anew from a day on: whoever did it meanwhile need not do it again, and everybody else has the days that new
    /// starters have. What is still asked on that day is asked on, as if nobody had ever stopped it.
    pub fn asked_again_from(self, day: Day) -> Terms {
        let from = if self.is_asked_on(day) { self.from } else { day };
        Terms { from, until: None, ..self }
    }

    pub fn is_asked_on(&self, day: Day) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

pub fn add_requirement(act: &mut Act, kind: Kind, slug: &str, place: i32, terms: &Terms) -> Result<i64> {
    let row = RequirementRow { content_kind: kind.as_str().to_owned(), content_slug: slug.to_owned(), place };
    let id = store::insert_requirement(act.conn, &row)?;
    let entry = Draft::new("requirement-added")?.row("requirements", id, &row)?;
    let entry = put_terms(act, id, terms, entry)?;
    act.record(entry);
    Ok(id)
}

/// Content that no requirement asks for yet, to be asked of people from a day on: a school's addendum, or a course of the
/// trust's own. A course comes after the other courses, and what is signed comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub kind: Kind,
    pub slug: String,
    pub terms: Terms,
}

impl Asking {
    /// The requirement as it would stand; refused where one asks for this already.
    fn supposed(&self, standing: &[Requirement]) -> Result<Requirement> {
        if standing.iter().any(|one| one.kind == self.kind && one.slug == self.slug) {
            return Err(Problem::refused("This is asked already. The page for deadlines shows of whom."));
        }
        let of_kind = |wanted: Kind| standing.iter().filter(move |one| one.kind == wanted).map(|one| one.place).max();
        let last = standing.iter().map(|one| one.place).max().unwrap_or_default();
        let place = match self.kind {
            Kind::Policy => last + 1,
            kind => of_kind(kind).or(of_kind(Kind::Course)).unwrap_or(last),
        };
        let Terms { audience, every, due, from, until } = self.terms.clone();
        let rule = rules::Requirement { id: 0, audience, every, due, began: from, until, reopened: Vec::new() };
        Ok(Requirement { kind: self.kind, slug: self.slug.clone(), place, rule })
    }

    /// The requirements with this one among them, to see what would follow.
    pub fn foreseen(&self, mut standing: Vec<Requirement>) -> Result<Vec<Requirement>> {
        standing.push(self.supposed(&standing)?);
        Ok(standing)
    }
}

/// Asks for what was not asked before; gives the requirement's id.
pub fn ask_for(act: &mut Act, asking: &Asking) -> Result<i64> {
    let place = asking.supposed(&requirements(act.conn)?)?.place;
    add_requirement(act, asking.kind, &asking.slug, place, &asking.terms)
}

/// Puts other terms in the place of those that hold.
pub fn change_requirement(act: &mut Act, requirement: i64, terms: &Terms) -> Result<()> {
    lock_row(act.conn, "requirements", requirement)?;
    let past = store::supersede_terms(act.conn, act.now, requirement)?;
    let superseded = json!({ "superseded_at": act.now.0 });
    let entry = Draft::new("requirement-changed")?.changed("requirement_terms", past, superseded);
    let entry = put_terms(act, requirement, terms, entry)?;
    act.record(entry);
    Ok(())
}

fn put_terms(act: &mut Act, requirement: i64, terms: &Terms, entry: Draft) -> Result<Draft> {
    check(terms)?;
    let row = TermsRow {
        requirement_id: requirement,
        audience: serde_json::to_string(&terms.audience)?,
        every: terms.every.to_string(),
        annual_due: terms.due.annual_day(),
        starter_days: i32::try_from(terms.due.starter_days).unwrap_or_default(),
        from_day: terms.from.to_string(),
        recorded_at: act.now.0,
        superseded_at: None,
        until_day: terms.until.map(|day| day.to_string()),
    };
    let id = store::insert_terms(act.conn, &row)?;
    entry.row("requirement_terms", id, &row)
}

fn check(terms: &Terms) -> Result<()> {
    if terms.audience.is_empty() {
        return Err(Problem::invalid("audience", "Choose at least one group of people."));
    }
    if !DueRule::STARTER_DAYS.contains(&terms.due.starter_days) {
        return Err(Problem::invalid("starters", "New starters need at least 1 working day, and 200 at most."));
    }
    Ok(())
}

/// Those that stand, in the order of *My training*: one that was withdrawn has a last day; what is only offered is not among
/// them.
pub fn requirements(conn: &mut Conn) -> Result<Vec<Requirement>> {
    read(conn, |row| row.superseded_at.is_none(), |_| true)
}

/// Those that were asked on an instant's day, by what was recorded by then.
pub fn requirements_as_at(conn: &mut Conn, instant: Instant) -> Result<Vec<Requirement>> {
    let held = |row: &TermsRow| {
        row.recorded_at <= instant.0 && row.superseded_at.is_none_or(|superseded| instant.0 < superseded)
    };
    let mut asked = read(conn, held, |opening| opening.recorded <= instant)?;
    asked.retain(|requirement| requirement.terms().is_asked_on(instant.day()));
    Ok(asked)
}

fn read(
    conn: &mut Conn,
    holds: impl Fn(&TermsRow) -> bool,
    happened: impl Fn(&Opening) -> bool,
) -> Result<Vec<Requirement>> {
    let openings: Vec<Opening> = courses::openings(conn)?.into_iter().filter(happened).collect();
    let terms: Vec<TermsRow> = store::all_terms(conn)?.into_iter().map(|(_, row)| row).filter(holds).collect();
    let mut found = Vec::new();
    for (id, asked) in store::all_requirements(conn)? {
        let of_this = |row: &&TermsRow| row.requirement_id == id && row.every != Every::ByChoice.to_string();
        let Some(row) = terms.iter().find(of_this) else { continue };
        let kind = asked.kind()?;
        let of_this = openings.iter().filter(|opening| opening.kind == kind && opening.slug == asked.content_slug);
        let rule = rules::Requirement { reopened: of_this.map(|opening| opening.day).collect(), ..read_rule(id, row)? };
        found.push(Requirement { kind, slug: asked.content_slug, place: asked.place, rule });
    }
    Ok(found)
}

fn read_rule(id: i64, row: &TermsRow) -> Result<rules::Requirement> {
    let (month, day_of_month) = DueRule::read_annual_day(&row.annual_due).map_err(Problem::fault)?;
    let starter_days = u32::try_from(row.starter_days).unwrap_or_default();
    Ok(rules::Requirement {
        id,
        audience: serde_json::from_str(&row.audience)?,
        every: Every::from_str(&row.every).map_err(Problem::fault)?,
        due: DueRule { month, day_of_month, starter_days },
        began: read_day(&row.from_day)?,
        until: row.until_day.as_deref().map(read_day).transpose()?,
        reopened: Vec::new(),
    })
}

/// For `evidence verify`: the requirements as the log should have them.
pub fn evidence_requirements(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::as_recorded(store::all_requirements(conn)?)
}

/// For `evidence verify`: the requirements' terms as the log should have them.
pub fn evidence_requirement_terms(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::as_recorded(store::all_terms(conn)?)
}
