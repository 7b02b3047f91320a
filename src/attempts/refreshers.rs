//! Refreshers: twelve questions for somebody who did the modules the year before, once a cycle. What they still know they need
//! not take again. A refresher is shown like an attempt at one course that is put together from several.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::rules::Sent;
use super::rules::refreshing::{Banks, Sum, draw, most_missed};
use super::store as attempts_store;
use super::store::refreshers::{self as store, RefresherRow};
use super::{Attempt, Verdict, closed, marked, misses, read_answer, role_group};
use crate::act::Act;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Cycle, Standing};
use crate::assignments::{self, Assignment, Completed, Completion, Means};
use crate::certificates::{self, Key};
use crate::clock::{Day, Instant};
use crate::courses::reading::{Gate, Quiz};
use crate::courses::{Change, ChangeKind, Course, Kind, Library, Refresher as Written};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::ids;
use crate::people;
use crate::problem::{Problem, Result};

/// One go, once a cycle.
#[derive(Debug, Clone)]
pub struct Refresher {
    /// Its id, seed, questions and answers, as those of an attempt; its `passed` says only that it is finished.
    pub attempt: Attempt,
    /// Its questions, by "slug/id", as those of one course.
    pub course: Arc<Course>,
    pub modules: Vec<Arc<Course>>,
    pass: u32,
}

impl Refresher {
    pub fn is_finished(&self) -> bool {
        self.attempt.finished.is_some()
    }

    /// How it stands so far.
    pub fn sum(&self) -> Result<Sum> {
        let mut answered = Vec::new();
        for place in 0..self.attempt.answers.len() {
            let question = self.attempt.question(&self.course, place)?;
            let slug = question.id.split_once('/').map_or("", |(slug, _)| slug);
            answered.push((slug, question, self.attempt.counts_as_right(place)));
        }
        Ok(Sum::of(&answered, self.pass))
    }
}

/// What is known of one module of somebody who may refresh it.
#[derive(Debug, Clone)]
pub struct Module {
    pub course: Arc<Course>,
    /// This cycle's.
    pub assignment: Assignment,
    /// When they did it last year.
    pub done: Day,
}

impl Module {
    pub fn is_left(&self, now: Instant) -> bool {
        is_left(&self.assignment, now)
    }

    /// What was told to everybody since they did it.
    pub fn changes(&self) -> Vec<&Change> {
        let told = |change: &&Change| {
            change.date > self.done && matches!(change.kind, ChangeKind::Notify | ChangeKind::Retake)
        };
        self.course.changes.iter().filter(told).collect()
    }
}

/// The modules that somebody may refresh: all were completed in the academic year before, and all are asked in this one. None
/// for anybody else, and once nothing of them is left to do.
pub fn modules(conn: &mut Conn, library: &Library, person: i64, now: Instant) -> Result<Option<Vec<Module>>> {
    let Some(written) = &library.programme.refresher else { return Ok(None) };
    let year = AcademicYear::of(now.day());
    let before = assignments::assignments_of(conn, person, year.previous())?;
    let asked = assignments::my_training(conn, person, now)?;
    let mut found = Vec::new();
    for slug in &written.modules {
        let is_it = |one: &&Assignment, of: AcademicYear| {
            one.kind == Kind::Course && one.slug == *slug && one.cycle == Cycle::Year(of)
        };
        let last = before.iter().filter(|one| is_it(one, year.previous())).filter_map(|one| done_on(one, now)).max();
        let this = asked.iter().find(|one| is_it(one, year));
        let (Some(done), Some(this), Some(course)) = (last, this, library.course(slug)) else { return Ok(None) };
        found.push(Module { course, assignment: this.clone(), done });
    }
    Ok(Some(found).filter(|found| found.iter().any(|module| module.is_left(now))))
}

fn done_on(assignment: &Assignment, now: Instant) -> Option<Day> {
    let rows = assignment.facts.completions.iter().filter(|row| row.known_at(now));
    rows.map(|row| row.what.at.day()).max()
}

fn is_left(assignment: &Assignment, now: Instant) -> bool {
    !matches!(assignment.status(now).standing, Standing::Completed { .. } | Standing::Exempt)
}

/// This cycle's refresher, open or finished, if one was begun.
pub fn refresher(conn: &mut Conn, library: &Library, person: i64, now: Instant) -> Result<Option<Refresher>> {
    let cycle = Cycle::Year(AcademicYear::of(now.day())).to_string();
    let found = store::of_person(conn, person)?.into_iter().find(|(_, row)| row.cycle == cycle);
    found.map(|(id, row)| read(conn, library, id, row)).transpose()
}

/// Somebody's finished refreshers, newest first. Marks: for their own eyes alone.
pub fn own_refreshers(conn: &mut Conn, library: &Library, person: i64) -> Result<Vec<Refresher>> {
    let finished = store::of_person(conn, person)?.into_iter().filter(|(_, row)| row.finished_at.is_some());
    finished.map(|(id, row)| read(conn, library, id, row)).collect()
}

fn read(conn: &mut Conn, library: &Library, id: i64, row: RefresherRow) -> Result<Refresher> {
    let cycle: Cycle = row.cycle.parse().map_err(Problem::fault)?;
    let pass = library.programme.refresher.as_ref().map_or(80, |written| written.pass);
    let versions: BTreeMap<String, String> = serde_json::from_str(&row.content_versions)?;
    let drawn: Vec<(String, String)> = serde_json::from_str(&row.drawn)?;
    let mut modules = Vec::new();
    for (slug, version) in &versions {
        modules.push(library.course_at(conn, slug, version)?);
    }
    let course = put_together(&modules, &drawn)?;
    let answers = store::answers_of(conn, id)?.into_iter().map(read_answer).collect::<Result<_>>()?;
    let voided = attempts_store::voided(conn)?.into_iter().map(|(_, row)| format!("{}/{}", row.slug, row.question));
    let attempt = Attempt {
        id,
        assignment: 0,
        person: row.person_id,
        slug: course.slug.clone(),
        content_version: String::new(),
        number: 1,
        seed: row.seed,
        drawn: course.quiz.questions.iter().map(|question| question.id.clone()).collect(),
        started: Instant(row.started_at),
        finished: row.finished_at.map(Instant),
        passed: None,
        closes: cycle.last_day(),
        answers,
        voided: voided.collect(),
    };
    Ok(Refresher { attempt, course: Arc::new(course), modules, pass })
}

/// A course that holds nothing but these questions.
fn put_together(modules: &[Arc<Course>], drawn: &[(String, String)]) -> Result<Course> {
    let mut questions = Vec::new();
    for (slug, id) in drawn {
        let module = modules.iter().find(|course| course.slug == *slug);
        let question = module.and_then(|course| course.quiz.question(id));
        let mut question = question.cloned().ok_or_else(|| Problem::fault(format!("{slug} has no question {id}")))?;
        question.id = format!("{slug}/{id}");
        question.gate = question.gate.map(|gate| format!("{slug}/{gate}"));
        questions.push(question);
    }
    Ok(Course {
        slug: "refresher".to_owned(),
        version: String::new(),
        title: "What you still know".to_owned(),
        summary: String::new(),
        audience: String::new(),
        minutes: 0,
        minutes_at_most: 0,
        note: None,
        outcomes: Vec::new(),
        gates: modules.iter().flat_map(|module| gates_of(module)).collect(),
        changes: Vec::new(),
        pages: Vec::new(),
        quiz: Quiz { draw: questions.len(), pass: 80, questions },
        images: BTreeMap::new(),
    })
}

fn gates_of(module: &Course) -> impl Iterator<Item = Gate> {
    module.gates.iter().map(|gate| Gate { id: format!("{}/{}", module.slug, gate.id), ..gate.clone() })
}

// ── answering

/// This cycle's refresher: the one that was begun, or else a new one. Not found for somebody who may have none.
pub fn begin_or_resume(act: &mut Act, library: &Library, person: i64) -> Result<Refresher> {
    lock_row(act.conn, "people", person)?;
    if let Some(begun) = refresher(act.conn, library, person, act.now)? {
        return Ok(begun);
    }
    let modules = modules(act.conn, library, person, act.now)?.ok_or(Problem::NotFound)?;
    let written = library.programme.refresher.as_ref().ok_or(Problem::NotFound)?;
    let row = new_row(act, written, person, &modules)?;
    store::insert(act.conn, &row)?;
    refresher(act.conn, library, person, act.now)?.ok_or(Problem::NotFound)
}

fn new_row(act: &mut Act, written: &Written, person: i64, modules: &[Module]) -> Result<RefresherRow> {
    let seed = i64::from_le_bytes(ids::random::<8>()?);
    let courses: Vec<&Course> = modules.iter().map(|module| &*module.course).collect();
    let voided: Vec<(String, String)> =
        attempts_store::voided(act.conn)?.into_iter().map(|(_, row)| (row.slug, row.question)).collect();
    let of_these = |slug: &str| modules.iter().map(|module| &module.course).find(|course| course.slug == slug).cloned();
    let known = most_missed(&misses(act.conn, of_these)?);
    let missed = if known.is_empty() { written.clauses.clone() } else { known };
    let group = role_group(act.conn, person, act.now.day())?;
    let banks = Banks { courses: &courses, voided: &voided, missed: &missed, group };
    let versions: BTreeMap<&str, &str> =
        courses.iter().map(|course| (course.slug.as_str(), course.version.as_str())).collect();
    Ok(RefresherRow {
        person_id: person,
        cycle: Cycle::Year(AcademicYear::of(act.now.day())).to_string(),
        content_versions: serde_json::to_string(&versions)?,
        seed,
        drawn: serde_json::to_string(&draw(&banks, written.draw, seed))?,
        started_at: act.now.0,
        finished_at: None,
    })
}

/// Answers the question at a place, counted from 0. As with attempts, the first answer is final, and the last one finishes:
/// what is done by it is completed, with its certificates, in the same act.
pub fn answer(act: &mut Act, library: &Library, key: &Key, person: i64, place: usize, sent: &Sent) -> Result<Verdict> {
    lock_row(act.conn, "people", person)?;
    let mut refresher = refresher(act.conn, library, person, act.now)?.ok_or(Problem::NotFound)?;
    if let Some(stored) = refresher.attempt.answers.get(place) {
        return Ok(Verdict { is_right: stored.is_right, stood_before: true, finished: None });
    }
    if place > refresher.attempt.answers.len() {
        return Err(Problem::refused("One question comes before this one. Open the page again to go on with it."));
    }
    if act.now.day() > refresher.attempt.closes {
        return Err(closed());
    }
    let is_right = keep_answer(act, &mut refresher, place, sent)?;
    if refresher.attempt.answers.len() == refresher.attempt.drawn.len() {
        finish(act, library, key, &refresher)?;
    }
    Ok(Verdict { is_right, stood_before: false, finished: None })
}

fn keep_answer(act: &mut Act, refresher: &mut Refresher, place: usize, sent: &Sent) -> Result<bool> {
    let row = marked(&refresher.attempt, &refresher.course, place, sent, act.now)?;
    store::insert_answer(act.conn, &row)?;
    let answer = read_answer(row)?;
    let is_right = answer.is_right;
    refresher.attempt.answers.push(answer);
    Ok(is_right)
}

fn finish(act: &mut Act, library: &Library, key: &Key, refresher: &Refresher) -> Result<()> {
    let (sum, person) = (refresher.sum()?, people::person(act.conn, refresher.attempt.person)?);
    let row = store::finish(act.conn, refresher.attempt.id, act.now)?;
    let mut entry = Draft::new("refresher-finished")?.about(&person.pseudonym, person.identity()).row(
        "refreshers",
        refresher.attempt.id,
        &row,
    )?;
    let mut done = Vec::new();
    for module in modules(act.conn, library, person.id, act.now)?.unwrap_or_default() {
        let taken = refresher.modules.iter().find(|course| course.slug == module.course.slug);
        let Some(taken) = taken.filter(|course| sum.completes(&course.slug)) else { continue };
        if !is_left(&module.assignment, act.now) {
            continue;
        }
        let completed = test_out(act, module.assignment.id, taken)?;
        entry = completed.in_entry(entry)?;
        done.extend(completed.is_new().then(|| (module.assignment.id, taken.clone())));
    }
    act.record(entry);
    for (assignment, course) in done {
        certificates::after_completion(act, key, assignment, &format!("{} (tested out)", course.title), None)?;
    }
    Ok(())
}

fn test_out(act: &mut Act, assignment: i64, course: &Course) -> Result<Completed> {
    let completion = Completion {
        means: Means::TestedOut,
        content_version: course.version.clone(),
        at: act.now,
        connection_recorded: false,
    };
    assignments::complete(act, assignment, &completion)
}

/// For `evidence verify`: the finished refreshers as the log should have them.
pub fn evidence_refreshers(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_refreshers(conn)
}
