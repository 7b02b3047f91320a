//! Attempts: goes at a course's questions, and the pages read on the way to them. An attempt stays on the version that it
//! began with; the first answer to a question is final; the last one finishes it. `rules` draws, shuffles and marks.

mod letter;
mod misses;
pub mod opinions;
pub mod pages;
pub mod refreshers;
pub mod rules;
mod store;
mod voiding;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::act::Act;
use crate::assignments::{self, Assignment, Completed, Completion, Means};
use crate::certificates::{self, Key};
use crate::clock::{Day, Instant};
use crate::courses::{Course, Kind, Library, Question};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::ids;
use crate::mail::outbox;
use crate::people::rules::{Post, RoleGroup, WorkEmail, main_post};
use crate::people::{self, Person};
use crate::problem::{Problem, Result};
pub use misses::misses;
use rules::{Chosen, Sent, Tally};
use store::{AnswerRow, AttemptRow, FinishedRow, Found};
pub use voiding::{VoidedQuestion, evidence_voided_questions, void_question, voided_questions};

/// One go at a quiz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub id: i64,
    pub assignment: i64,
    pub person: i64,
    pub slug: String,
    pub content_version: String,
    /// From 1: the person's tries at this assignment.
    pub number: i32,
    /// Gives the draw, and the order in which options are shown, again.
    pub seed: i64,
    /// The ids of its questions, in the order in which they are asked.
    pub drawn: Vec<String>,
    pub started: Instant,
    pub finished: Option<Instant>,
    /// Once it is finished.
    pub passed: Option<bool>,
    /// The last day on which an open attempt can be gone on with.
    pub closes: Day,
    /// In the order of the questions; the next question's place is how many there are.
    pub answers: Vec<Answer>,
    /// The ids of questions that no longer count: they count as right.
    pub voided: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub chosen: Chosen,
    pub is_right: bool,
    pub at: Instant,
}

impl Attempt {
    /// The question at a place, counted from 0, in the version that the attempt is on.
    pub fn question<'a>(&self, course: &'a Course, place: usize) -> Result<&'a Question> {
        let id = self.drawn.get(place).ok_or(Problem::NotFound)?;
        course.quiz.question(id).ok_or_else(|| Problem::fault(format!("{} has no question {id}", course.slug)))
    }

    /// In what order the options of a question are shown.
    pub fn shown(&self, course: &Course, place: usize) -> Result<Vec<usize>> {
        Ok(rules::shuffled_options(self.question(course, place)?, self.seed, place))
    }

    pub fn is_voided(&self, place: usize) -> bool {
        self.drawn.get(place).is_some_and(|id| self.voided.contains(id))
    }

    /// Whether the answer at a place counts as right.
    pub fn counts_as_right(&self, place: usize) -> bool {
        self.is_voided(place) || self.answers.get(place).is_some_and(|answer| answer.is_right)
    }

    /// How it stands so far.
    pub fn tally(&self, course: &Course) -> Result<Tally> {
        let answered =
            (0..self.answers.len()).map(|place| Ok((self.question(course, place)?, self.counts_as_right(place))));
        Ok(Tally::of(&course.quiz, &answered.collect::<Result<Vec<(&Question, bool)>>>()?))
    }
}

// ── reading

/// Records that a page of an assigned course was read; the first time counts.
pub fn read_page(act: &mut Act, assignment: i64, page: &str) -> Result<()> {
    store::insert_page_read(act.conn, assignment, page, act.now)
}

// ── answering

/// The assignment's open attempt, or else a new one on this version of the course. An open one is never drawn again.
pub fn begin_or_resume(act: &mut Act, assignment: &Assignment, course: &Course) -> Result<Attempt> {
    let seed = i64::from_le_bytes(ids::random::<8>()?);
    begin_or_resume_drawn(act, assignment, course, seed)
}

/// The same with the seed that a new one is drawn from: the demo's, so that the same seed gives the same trust.
pub fn begin_or_resume_drawn(act: &mut Act, assignment: &Assignment, course: &Course, seed: i64) -> Result<Attempt> {
    lock_row(act.conn, "assignments", assignment.id)?;
    let latest = latest(act.conn, assignment.id)?;
    if let Some(open) = latest.as_ref().filter(|attempt| attempt.finished.is_none()) {
        return Ok(open.clone());
    }
    if assignment.is_complete(act.now) || latest.as_ref().is_some_and(|attempt| attempt.passed == Some(true)) {
        return Err(Problem::refused("You have passed this already. There is nothing more to do here."));
    }
    if act.now.day() > assignment.facts.closes {
        return Err(closed());
    }
    let last = store::last_drawn(act.conn, assignment.person, &course.slug)?;
    let last: Vec<String> = last.map(|drawn| serde_json::from_str(&drawn)).transpose()?.unwrap_or_default();
    let group = role_group(act.conn, assignment.person, act.now.day())?;
    let voided = store::voided_of(act.conn, &course.slug)?;
    let row = AttemptRow {
        assignment_id: assignment.id,
        content_version: course.version.clone(),
        number: latest.map_or(0, |attempt| attempt.number) + 1,
        seed,
        drawn: serde_json::to_string(&rules::draw(&course.quiz.without(&voided), seed, &last, group))?,
        started_at: act.now.0,
        finished_at: None,
        right_answers: None,
        passed: None,
    };
    let id = store::insert_attempt(act.conn, &row)?;
    attempt(act.conn, id)
}

fn closed() -> Problem {
    Problem::refused("The time for this attempt is over. My training shows what is asked of you now.")
}

/// That of the main post.
fn role_group(conn: &mut Conn, person: i64, day: Day) -> Result<Option<RoleGroup>> {
    let standing = people::posts_of(conn, &[person])?.into_iter().filter(|record| record.superseded.is_none());
    let posts: Vec<Post> = standing.map(|record| record.post).collect();
    Ok(main_post(&posts, day).map(|post| post.role_group))
}

/// What came of sending an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub is_right: bool,
    /// This question had its answer before: that one stands.
    pub stood_before: bool,
    /// How the attempt went, if this answer finished it.
    pub finished: Option<Tally>,
}

/// Answers the question at a place, counted from 0, with what a form sent. The first answer is final: a second gives the
/// stored verdict. What is blank or doubled is `Invalid` and no answer. The last answer finishes the attempt; if it is
/// passed, the assignment is completed and its certificate issued in the same act.
pub fn answer(
    act: &mut Act,
    library: &Library,
    key: &Key,
    person: i64,
    attempt: i64,
    place: usize,
    sent: &Sent,
) -> Result<Verdict> {
    lock_row(act.conn, "attempts", attempt)?;
    let mut attempt = own_attempt(act.conn, person, attempt)?;
    if let Some(stored) = attempt.answers.get(place) {
        return Ok(Verdict { is_right: stored.is_right, stood_before: true, finished: None });
    }
    if place > attempt.answers.len() {
        return Err(Problem::refused("One question comes before this one. Open the course again to go on with it."));
    }
    if act.now.day() > attempt.closes {
        return Err(closed());
    }
    let course = library.course_at(act.conn, &attempt.slug, &attempt.content_version)?;
    let is_right = keep_answer(act, &mut attempt, &course, place, sent)?;
    let is_last = attempt.answers.len() == attempt.drawn.len();
    let finished = if is_last { Some(finish(act, key, &attempt, &course)?) } else { None };
    Ok(Verdict { is_right, stood_before: false, finished })
}

fn keep_answer(act: &mut Act, attempt: &mut Attempt, course: &Course, place: usize, sent: &Sent) -> Result<bool> {
    let row = marked(attempt, course, place, sent, act.now)?;
    store::insert_answer(act.conn, &row)?;
    let answer = read_answer(row)?;
    let is_right = answer.is_right;
    attempt.answers.push(answer);
    Ok(is_right)
}

/// What was sent for the question at a place, read and marked, as it is kept.
fn marked(attempt: &Attempt, course: &Course, place: usize, sent: &Sent, now: Instant) -> Result<AnswerRow> {
    let question = attempt.question(course, place)?;
    let chosen = rules::read(question, &attempt.shown(course, place)?, sent)?;
    Ok(AnswerRow {
        attempt_id: attempt.id,
        place: place as i32,
        question: question.id.clone(),
        chosen: serde_json::to_string(&chosen)?,
        is_right: rules::mark(question, &chosen).is_right,
        answered_at: now.0,
    })
}

fn finish(act: &mut Act, key: &Key, attempt: &Attempt, course: &Course) -> Result<Tally> {
    let tally = attempt.tally(course)?;
    let row = store::finish(act.conn, attempt.id, act.now, tally.right, tally.is_passed())?;
    let completed = if tally.is_passed() { Some(complete(act, attempt)?) } else { None };
    record(act, attempt, &row, completed.as_ref())?;
    if completed.is_some_and(|completed| completed.is_new()) {
        certificates::after_completion(act, key, attempt.assignment, &course.title, Some(course.minutes))?;
    }
    Ok(tally)
}

fn complete(act: &mut Act, attempt: &Attempt) -> Result<Completed> {
    let completion = Completion {
        means: Means::PassedAttempt,
        content_version: attempt.content_version.clone(),
        at: act.now,
        connection_recorded: false,
    };
    assignments::complete(act, attempt.assignment, &completion)
}

fn record(act: &mut Act, attempt: &Attempt, row: &FinishedRow, completed: Option<&Completed>) -> Result<()> {
    let person = people::person(act.conn, attempt.person)?;
    let mut entry = Draft::new("attempt-finished")?
        .about(&person.pseudonym, person.identity())
        .under(Kind::Course.as_str(), &attempt.slug, &attempt.content_version)
        .row("attempts", attempt.id, row)?;
    if let Some(completed) = completed {
        entry = completed.in_entry(entry)?;
    }
    act.record(entry);
    Ok(())
}

// ── help

/// After so many tries that failed, help is offered.
pub const HELP_AFTER: i32 = 3;

/// The line of a school's card that says who helps with the training.
const HELPER_SLOT: &str = "helper";

impl Attempt {
    /// Nobody is told anything unless the person asks for it.
    pub fn may_ask_for_help(&self) -> bool {
        self.passed == Some(false) && self.number >= HELP_AFTER
    }
}

/// Whom a call for help would reach: whoever the school's card names with a work email, or else the line manager of the main
/// post, if they can be written to.
pub fn helper(conn: &mut Conn, person: i64, day: Day) -> Result<Option<Person>> {
    if let Some(named) = named_helper(conn, person, day)? {
        return Ok(Some(named));
    }
    let mut posts = people::posts_of(conn, &[person])?;
    posts.retain(|record| record.superseded.is_none());
    let main = main_post(&posts.iter().map(|record| record.post.clone()).collect::<Vec<_>>(), day).map(|post| post.id);
    let manager = posts.into_iter().find(|record| Some(record.post.id) == main).and_then(|record| record.manager);
    let helper = manager.map(|manager| people::person(conn, manager)).transpose()?;
    Ok(helper.filter(|helper| helper.work_email.is_some()))
}

/// The first email on the card's line for help that is somebody's on the staff list.
fn named_helper(conn: &mut Conn, person: i64, day: Day) -> Result<Option<Person>> {
    let card = people::cards_as_at(conn, person, day.end())?;
    let words = card.get(HELPER_SLOT).map(String::as_str).unwrap_or_default();
    let pieces =
        words.split(|c: char| c.is_whitespace() || ",;()<>".contains(c)).map(|word| word.trim_end_matches('.'));
    for email in pieces.filter_map(|piece| WorkEmail::parse(piece).ok()) {
        if let Some(helper) = people::person_by_email(conn, &email)?.filter(|helper| helper.id != person) {
            return Ok(Some(helper));
        }
    }
    Ok(None)
}

/// What came of asking for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpAsked {
    /// The name of whom the program tells.
    Now(String),
    /// They had asked already, and that call still holds. Nobody is told twice.
    Before(HelpCall),
}

/// Somebody's call for help with a course: the letter in the outbox tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpCall {
    pub day: Day,
    /// The name of whom the program tells.
    pub helper: String,
    /// Not so while the letter waits for their working hours.
    pub is_told: bool,
}

/// So many days a call for help holds: until then the helper hears of it once, however many tries fail meanwhile.
const HELP_CALL_DAYS: i64 = 7;

/// Tells the helper that help with a course would be welcome: nothing of marks, answers or tries.
pub fn ask_for_help(act: &mut Act, assignment: &Assignment, course: &Course) -> Result<HelpAsked> {
    lock_row(act.conn, "assignments", assignment.id)?;
    latest(act.conn, assignment.id)?.filter(Attempt::may_ask_for_help).ok_or(Problem::NotFound)?;
    if let Some(call) = asked_for_help(act.conn, assignment.person, &course.slug, act.now.day())? {
        return Ok(HelpAsked::Before(call));
    }
    let helper = helper(act.conn, assignment.person, act.now.day())?.ok_or(Problem::NotFound)?;
    let person = people::person(act.conn, assignment.person)?;
    let not_before = assignments::in_working_hours(act.conn, helper.id, act.now)?;
    act.post(&letter::help_welcome(&helper, &person, course, not_before))?;
    Ok(HelpAsked::Now(helper.name()))
}

/// Somebody's last call for help with a course, while it holds.
pub fn asked_for_help(conn: &mut Conn, person: i64, slug: &str, today: Day) -> Result<Option<HelpCall>> {
    let since = today.plus(1 - HELP_CALL_DAYS).start();
    for row in outbox::queued_since(conn, letter::HELP_WELCOME, since)?.into_iter().rev() {
        let values = row.values()?;
        let is_it = values[letter::ASKED_BY] == person && values[letter::COURSE] == slug;
        if is_it && row.state != outbox::FAILED {
            let (day, is_told) = (Instant(row.queued_at).day(), row.sent_at.is_some());
            return Ok(Some(HelpCall { day, helper: row.recipient_name, is_told }));
        }
    }
    Ok(None)
}

// ── looking

/// An attempt with its answers.
pub fn attempt(conn: &mut Conn, id: i64) -> Result<Attempt> {
    let found = store::attempt(conn, id)?;
    read(conn, found)
}

/// The same, for its own person alone.
pub fn own_attempt(conn: &mut Conn, person: i64, id: i64) -> Result<Attempt> {
    let found = store::attempt(conn, id)?;
    if found.person == person { read(conn, found) } else { Err(Problem::NotFound) }
}

/// The open attempt at an assignment, or else the one finished last.
pub fn latest(conn: &mut Conn, assignment: i64) -> Result<Option<Attempt>> {
    let found = store::latest_of_assignment(conn, assignment)?;
    found.map(|found| read(conn, found)).transpose()
}

/// A finished attempt, for the person whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastAttempt {
    pub id: i64,
    pub slug: String,
    pub number: i32,
    pub content_version: String,
    pub finished: Instant,
    pub right: usize,
    pub drawn: usize,
    pub passed: bool,
}

/// Somebody's finished attempts, newest first. Marks: for their own eyes alone.
pub fn own_attempts(conn: &mut Conn, person: i64) -> Result<Vec<PastAttempt>> {
    let mut past = Vec::new();
    for Found { id, row, slug, .. } in store::attempts_of(conn, person)?.into_iter().rev() {
        let (Some(finished), Some(right), Some(passed)) = (row.finished_at, row.right_answers, row.passed) else {
            continue;
        };
        past.push(PastAttempt {
            id,
            slug,
            number: row.number,
            content_version: row.content_version,
            finished: Instant(finished),
            right: right as usize,
            drawn: drawn(&row.drawn)?.len(),
            passed,
        });
    }
    Ok(past)
}

/// How far somebody has come with one assignment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Names of pages, of whichever version they were.
    pub pages_read: BTreeSet<String>,
    /// The open attempt: how many questions are answered, of how many.
    pub open: Option<(usize, usize)>,
    /// Attempts begun, the open one included.
    pub tries: usize,
}

impl Progress {
    pub fn is_begun(&self) -> bool {
        !self.pages_read.is_empty() || self.tries > 0
    }
}

/// By assignment; one of which nothing was begun is not in it. Two statements.
pub fn progress(conn: &mut Conn, assignments: &[i64]) -> Result<BTreeMap<i64, Progress>> {
    let mut all: BTreeMap<i64, Progress> = BTreeMap::new();
    for (assignment, page) in store::pages_read(conn, assignments)? {
        all.entry(assignment).or_default().pages_read.insert(page);
    }
    for begun in store::begun(conn, assignments)? {
        let one = all.entry(begun.assignment).or_default();
        one.tries = one.tries.max(begun.number as usize);
        if begun.finished_at.is_none() {
            one.open = Some((begun.answers as usize, drawn(&begun.drawn)?.len()));
        }
    }
    Ok(all)
}

/// For `evidence verify`: the finished attempts as the log should have them.
pub fn evidence_attempts(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_attempts(conn)
}

// ── reading rows

fn read(conn: &mut Conn, found: Found) -> Result<Attempt> {
    let Found { id, row, person, slug, closes_day } = found;
    let answers = store::answers_of(conn, id)?;
    let voided = store::voided_of(conn, &slug)?;
    Ok(Attempt {
        voided,
        id,
        assignment: row.assignment_id,
        person,
        slug,
        content_version: row.content_version,
        number: row.number,
        seed: row.seed,
        drawn: drawn(&row.drawn)?,
        started: Instant(row.started_at),
        finished: row.finished_at.map(Instant),
        passed: row.passed,
        closes: closes_day.parse().map_err(Problem::fault)?,
        answers: answers.into_iter().map(read_answer).collect::<Result<_>>()?,
    })
}

fn read_answer(row: AnswerRow) -> Result<Answer> {
    let chosen = serde_json::from_str(&row.chosen)?;
    Ok(Answer { chosen, is_right: row.is_right, at: Instant(row.answered_at) })
}

fn drawn(json: &str) -> Result<Vec<String>> {
    Ok(serde_json::from_str(json)?)
}
