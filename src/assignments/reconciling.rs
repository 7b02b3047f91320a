//! Reconciling: brings the table of assignments to what people, requirements and calendars say it should be; it can run
//! again at any time, and can say beforehand what it would do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::calendar::Calendars;
use super::requirements::{Requirement, requirements};
use super::rules::{self, Absence, Cycle, Due, Every, PersonFacts, Wanted, wanted_assignments};
use super::store::{self, AssignmentRow, DueRow};
use super::{Whom, calendars, exemptions, extensions, read_day};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::people;
use crate::people::rules::Post;
use crate::problem::{Problem, Result};

/// The most people that are reconciled in one go, so that nobody else waits long for the writer.
pub const BATCH: usize = 500;

/// What assignments follow from, people apart.
pub struct Rules {
    pub requirements: Vec<Requirement>,
    pub calendars: Calendars,
}

/// The requirements and calendars that stand.
pub fn standing_rules(conn: &mut Conn) -> Result<Rules> {
    Ok(Rules { requirements: requirements(conn)?, calendars: calendars(conn)? })
}

/// What reconciling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    pub made: usize,
    pub moved_due: usize,
    pub withdrawn: usize,
}

/// What reconciling would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Foreseen {
    pub made: Vec<NewlyAsked>,
    pub moves: Vec<DueMove>,
    pub withdrawn: Vec<Withdrawal>,
    /// Everybody for whom anything would change.
    pub people: BTreeSet<i64>,
}

/// What would be asked of somebody that is not asked of them now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlyAsked {
    pub person: i64,
    pub requirement: i64,
    pub due: Day,
}

/// One assignment's due day, as it is and as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMove {
    pub person: i64,
    pub requirement: i64,
    pub from: Day,
    pub to: Day,
}

/// An open assignment that would be asked no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    pub person: i64,
    pub requirement: i64,
    pub due: Option<Day>,
}

/// Up to so many people whose assignments may not be what they should be; none means that all are.
pub fn unreconciled(conn: &mut Conn, now: Instant, limit: usize) -> Result<Vec<i64>> {
    let edition = store::edition(conn)?;
    store::unreconciled(conn, now.day(), edition, i64::try_from(limit).unwrap_or(i64::MAX))
}

/// Makes the assignments that are missing, moves due days, withdraws what is no longer asked. What was completed stays.
/// `people` are at most `BATCH`.
pub fn reconcile(act: &mut Act, people: &[i64]) -> Result<Reconciled> {
    Ok(reconcile_and_tell(act, people)?.0)
}

/// The same; tells, too, of whom something is no longer asked: it may have been all that was left of their year.
pub fn reconcile_and_tell(act: &mut Act, people: &[i64]) -> Result<(Reconciled, BTreeSet<i64>)> {
    store::lock_people(act.conn, people)?;
    store::lock_assignments_of(act.conn, people)?;
    // Noted before anything else is read: what changes meanwhile is found next time.
    let seen = store::changed_at(act.conn, people)?;
    let edition = store::edition(act.conn)?;
    let rules = standing_rules(act.conn)?;
    let changes = changes_for(act.conn, people, &rules, act.now.day())?;
    let made = make(act, &changes.make)?;
    move_dues(act, &changes.moves)?;
    let withdrawn: Vec<i64> = changes.withdraw.iter().map(|held| held.id).collect();
    store::withdraw_assignments(act.conn, act.now, &withdrawn)?;
    store::put_reconciliations(act.conn, &seen, act.now.day(), edition)?;
    if !changes.is_empty() {
        act.record(entry(&changes, &made, &withdrawn)?);
    }
    let moved_due = changes.moves.iter().filter(|change| change.is_of_day()).count();
    let relieved = changes.withdraw.iter().map(|held| held.person).collect();
    Ok((Reconciled { made: made.len(), moved_due, withdrawn: withdrawn.len() }, relieved))
}

/// What would change for these people under such requirements and calendars, reckoned from what stands once every change
/// until now is worked in.
pub fn would_reconcile(conn: &mut Conn, people: &[i64], rules: &Rules, now: Instant) -> Result<Foreseen> {
    let standing = standing_rules(conn)?;
    let (asked, supposed, today) = (standing.asked(), rules.asked(), now.day());
    let mut foreseen = Foreseen::default();
    for some in people.chunks(BATCH) {
        let mut changes = Changes::default();
        let mut held = held_by_person(conn, some, today)?;
        for (person, facts) in person_facts(conn, some, &[&asked[..], &supposed[..]].concat())? {
            let held = held.remove(&person).unwrap_or_default();
            let settled = settled(person, wanted_assignments(&facts, &asked, &standing.calendars, today), held);
            let wanted = wanted_assignments(&facts, &supposed, &rules.calendars, today);
            compare(person, wanted, settled, &mut changes);
        }
        foreseen.add(&changes, &Exempt::on(conn, some, today)?);
    }
    Ok(foreseen)
}

/// What would change for one person if something else were known of them, reckoned likewise.
pub fn would_reconcile_if(
    conn: &mut Conn,
    person: i64,
    now: Instant,
    suppose: impl FnOnce(&mut PersonFacts),
) -> Result<Foreseen> {
    let standing = wanted_if(conn, person, now, |_| ())?;
    let wanted = wanted_if(conn, person, now, suppose)?;
    let held = held_by_person(conn, &[person], now.day())?.remove(&person).unwrap_or_default();
    let (mut changes, mut foreseen) = (Changes::default(), Foreseen::default());
    compare(person, wanted, settled(person, standing, held), &mut changes);
    foreseen.add(&changes, &Exempt::on(conn, &[person], now.day())?);
    Ok(foreseen)
}

/// What should be asked of one person if something else were known of them.
pub fn wanted_if(
    conn: &mut Conn,
    person: i64,
    now: Instant,
    suppose: impl FnOnce(&mut PersonFacts),
) -> Result<Vec<Wanted>> {
    let rules = standing_rules(conn)?;
    let asked = rules.asked();
    let mut facts = person_facts(conn, &[person], &asked)?.remove(&person).ok_or(Problem::NotFound)?;
    suppose(&mut facts);
    Ok(wanted_assignments(&facts, &asked, &rules.calendars, now.day()))
}

impl Rules {
    fn asked(&self) -> Vec<rules::Requirement> {
        self.requirements.iter().map(|requirement| requirement.rule.clone()).collect()
    }
}

/// Who need not do what today; no requirement is all of them.
struct Exempt(BTreeSet<(i64, Option<i64>)>);

impl Exempt {
    fn on(conn: &mut Conn, people: &[i64], day: Day) -> Result<Exempt> {
        let mut held = exemptions(conn, Whom::People(people))?;
        held.retain(|one| one.from <= day && one.until.is_none_or(|until| day <= until));
        Ok(Exempt(held.into_iter().map(|one| (one.person, one.requirement)).collect()))
    }

    fn has(&self, person: i64, requirement: i64) -> bool {
        self.0.contains(&(person, None)) || self.0.contains(&(person, Some(requirement)))
    }
}

impl Foreseen {
    /// Whoever has done something or is exempt from it is touched by none of its days.
    fn add(&mut self, changes: &Changes, exempt: &Exempt) {
        let is_left = |held: &Held| held.completed.is_none() && !exempt.has(held.person, held.requirement);
        let made = changes.make.iter().filter(|(person, want)| !exempt.has(*person, want.requirement));
        let made =
            made.map(|(person, want)| NewlyAsked { person: *person, requirement: want.requirement, due: want.due });
        let made: Vec<NewlyAsked> = made.collect();
        let moves = changes.moves.iter().filter(|change| is_left(&change.held));
        let moves: Vec<DueMove> = moves.filter_map(Move::of_day).collect();
        let withdrawn = changes.withdraw.iter().filter(|held| is_left(held));
        let withdrawn: Vec<Withdrawal> = withdrawn.map(Held::withdrawal).collect();
        self.people.extend(made.iter().map(|new| new.person));
        self.made.extend(made);
        self.people.extend(withdrawn.iter().map(|gone| gone.person));
        self.people.extend(moves.iter().map(|change| change.person));
        self.withdrawn.extend(withdrawn);
        self.moves.extend(moves);
    }
}

// ── what should change: a comparison of values

/// A standing assignment whose cycle has not closed.
#[derive(Clone)]
struct Held {
    id: i64,
    person: i64,
    requirement: i64,
    cycle: Cycle,
    round: i32,
    due: Option<(i64, Due)>,
    completed: Option<Day>,
}

impl Held {
    fn withdrawal(&self) -> Withdrawal {
        let due = self.due.as_ref().map(|(_, due)| due.day);
        Withdrawal { person: self.person, requirement: self.requirement, due }
    }
}

#[derive(Default)]
struct Changes {
    make: Vec<(i64, Wanted)>,
    moves: Vec<Move>,
    withdraw: Vec<Held>,
}

struct Move {
    held: Held,
    to: Due,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.make.is_empty() && self.moves.is_empty() && self.withdraw.is_empty()
    }
}

impl Move {
    /// Not only the sentence that says why.
    fn is_of_day(&self) -> bool {
        self.held.due.as_ref().is_none_or(|(_, due)| due.day != self.to.day)
    }

    fn of_day(&self) -> Option<DueMove> {
        let (_, due) = self.held.due.as_ref().filter(|_| self.is_of_day())?;
        Some(DueMove { person: self.held.person, requirement: self.held.requirement, from: due.day, to: self.to.day })
    }
}

/// Brings one person's assignments to what is wanted.
fn compare(person: i64, wanted: Vec<Wanted>, mut held: Vec<Held>, changes: &mut Changes) {
    for want in wanted {
        let is_it =
            |held: &Held| (held.requirement, held.cycle, held.round) == (want.requirement, want.cycle, want.round);
        let Some(place) = held.iter().position(is_it) else {
            changes.make.push((person, want));
            continue;
        };
        let held = held.swap_remove(place);
        let to = Due { day: want.due, why: want.why };
        if may_move(&held, &to) {
            changes.moves.push(Move { held, to });
        }
    }
    let is_asked = |held: &Held| !matches!(held.cycle, Cycle::Choice(_));
    changes.withdraw.extend(held.into_iter().filter(|held| held.completed.is_none() && is_asked(held)));
}

/// What one person holds once that is so which is wanted now. What is not made yet has no id.
fn settled(person: i64, wanted: Vec<Wanted>, held: Vec<Held>) -> Vec<Held> {
    let mut changes = Changes::default();
    compare(person, wanted, held.clone(), &mut changes);
    let mut settled: BTreeMap<i64, Held> = held.into_iter().map(|held| (held.id, held)).collect();
    changes.withdraw.iter().for_each(|gone| drop(settled.remove(&gone.id)));
    for Move { held, to } in changes.moves {
        settled.insert(held.id, Held { due: Some((0, to)), ..held });
    }
    let made = changes.make.into_iter().map(|(person, want)| Held {
        id: 0,
        person,
        requirement: want.requirement,
        cycle: want.cycle,
        round: want.round,
        due: Some((0, Due { day: want.due, why: want.why })),
        completed: None,
    });
    settled.into_values().chain(made).collect()
}

/// What is done is never made late afterwards, and what was done in time needs no other day.
fn may_move(held: &Held, to: &Due) -> bool {
    match (&held.due, held.completed) {
        (None, _) => true,
        (Some((_, due)), None) => due != to,
        (Some((_, due)), Some(completed)) => due.day < completed && due.day < to.day,
    }
}

fn changes_for(conn: &mut Conn, people: &[i64], rules: &Rules, today: Day) -> Result<Changes> {
    let asked = rules.asked();
    let mut held = held_by_person(conn, people, today)?;
    let mut changes = Changes::default();
    for (person, facts) in person_facts(conn, people, &asked)? {
        let wanted = wanted_assignments(&facts, &asked, &rules.calendars, today);
        compare(person, wanted, held.remove(&person).unwrap_or_default(), &mut changes);
    }
    Ok(changes)
}

fn held_by_person(conn: &mut Conn, people: &[i64], today: Day) -> Result<BTreeMap<i64, Vec<Held>>> {
    let mut by_person: BTreeMap<i64, Vec<Held>> = BTreeMap::new();
    for (id, row, due_id, due, completed_at) in store::held(conn, people, today)? {
        let due =
            due_id.zip(due).map(|(id, due)| Ok::<_, Problem>((id, Due { day: read_day(&due.due_day)?, why: due.why })));
        by_person.entry(row.person_id).or_default().push(Held {
            id,
            person: row.person_id,
            requirement: row.requirement_id,
            cycle: row.cycle.parse().map_err(Problem::fault)?,
            round: row.round,
            due: due.transpose()?,
            completed: completed_at.map(|at| Instant(at).day()),
        });
    }
    Ok(by_person)
}

/// What the rules need to know of each person, as it stands.
fn person_facts(conn: &mut Conn, ids: &[i64], asked: &[rules::Requirement]) -> Result<BTreeMap<i64, PersonFacts>> {
    let mut facts: BTreeMap<i64, PersonFacts> = people::people(conn, ids)?
        .into_iter()
        .map(|person| {
            let first_listed = person.first_listed.day();
            let none = PersonFacts {
                posts: vec![],
                first_listed,
                absences: vec![],
                last_completions: BTreeMap::new(),
                extensions: BTreeMap::new(),
            };
            (person.id, none)
        })
        .collect();
    for record in people::posts_of(conn, ids)?.into_iter().filter(|record| record.superseded.is_none()) {
        let posts: Option<&mut Vec<Post>> = facts.get_mut(&record.person).map(|facts| &mut facts.posts);
        posts.into_iter().for_each(|posts| posts.push(record.post.clone()));
    }
    for (person, pause) in people::pauses_of(conn, ids)?.into_iter().filter(|(_, pause)| pause.superseded.is_none()) {
        let absences = facts.get_mut(&person).map(|facts| &mut facts.absences);
        absences.into_iter().for_each(|absences| absences.push(Absence { from: pause.from, until: pause.until }));
    }
    for extension in extensions(conn, Whom::People(ids))? {
        if let Some(facts) = facts.get_mut(&extension.person) {
            facts.extensions.insert((extension.requirement, extension.cycle), extension.until);
        }
    }
    if asked.iter().any(|requirement| matches!(requirement.every, Every::Months(_))) {
        add_last_completions(conn, ids, &mut facts)?;
    }
    Ok(facts)
}

fn add_last_completions(conn: &mut Conn, ids: &[i64], facts: &mut BTreeMap<i64, PersonFacts>) -> Result<()> {
    let mut completions = store::completed_cycles(conn, ids)?;
    completions.sort_by_key(|(_, _, _, at)| *at);
    for (person, requirement, cycle, at) in completions {
        let cycle: Cycle = cycle.parse().map_err(Problem::fault)?;
        if let Some(facts) = facts.get_mut(&person) {
            facts.last_completions.insert(requirement, (cycle, Instant(at).day()));
        }
    }
    Ok(())
}

// ── making it so

fn make(act: &mut Act, wanted: &[(i64, Wanted)]) -> Result<Vec<i64>> {
    let now = act.now.0;
    let rows: Vec<AssignmentRow> = wanted
        .iter()
        .map(|(person, want)| AssignmentRow {
            person_id: *person,
            requirement_id: want.requirement,
            cycle: want.cycle.to_string(),
            round: want.round,
            opens_day: want.opens.to_string(),
            closes_day: want.closes.to_string(),
            recorded_at: now,
            superseded_at: None,
        })
        .collect();
    let made = store::insert_assignments(act.conn, &rows)?;
    let dues: Vec<DueRow> =
        made.iter().zip(wanted).map(|(id, (_, want))| due_row(*id, want.due, &want.why, act.now)).collect();
    store::insert_due_dates(act.conn, &dues)?;
    Ok(made)
}

fn move_dues(act: &mut Act, moves: &[Move]) -> Result<()> {
    let past: Vec<i64> = moves.iter().filter_map(|change| change.held.due.as_ref().map(|(id, _)| *id)).collect();
    let dues: Vec<DueRow> =
        moves.iter().map(|change| due_row(change.held.id, change.to.day, &change.to.why, act.now)).collect();
    store::supersede_due_dates(act.conn, act.now, &past)?;
    store::insert_due_dates(act.conn, &dues)
}

fn due_row(assignment: i64, day: Day, why: &str, now: Instant) -> DueRow {
    DueRow {
        assignment_id: assignment,
        due_day: day.to_string(),
        why: why.to_owned(),
        recorded_at: now.0,
        superseded_at: None,
    }
}

/// The log keeps which assignments came and went, and the due day that each was given.
fn entry(changes: &Changes, made: &[i64], withdrawn: &[i64]) -> Result<Draft> {
    let mut due: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (id, (_, want)) in made.iter().zip(&changes.make) {
        due.entry(want.due.to_string()).or_default().push(*id);
    }
    for change in &changes.moves {
        due.entry(change.to.day.to_string()).or_default().push(change.held.id);
    }
    Ok(Draft::new("assignments-reconciled")?
        .fact("made", made.to_vec())
        .fact("withdrawn", withdrawn.to_vec())
        .fact("due", json!(due)))
}
