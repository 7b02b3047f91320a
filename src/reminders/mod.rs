//! Reminders: who is written to, when, about what. A chase is HR's act of sending some: chosen, previewed, confirmed.

pub mod pages;
pub mod rules;
mod store;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::act::Act;
use crate::assignments::calendar::{AcademicYear, Calendars};
use crate::assignments::rules::Standing;
use crate::assignments::{self, Assignment, Whom};
use crate::attempts;
use crate::attestations;
use crate::clock::{Day, Instant};
use crate::courses::views::{Minutes, title_of};
use crate::courses::{Kind, Library};
use crate::db::{Conn, lock_rows};
use crate::evidence::Draft;
use crate::mail::{Letter, outbox};
use crate::people::rules::{Post, main_post};
use crate::people::{self, Person, PostRecord, Scope};
use crate::problem::{Problem, Result};
use crate::reports::my_training::minutes_left;
use crate::text::{count, searchable};
use rules::{Known, Last, LeftOut};

pub use store::{KIND, WITHDRAWN};

/// So many assignments are looked at in one statement: SQLite has room for 32,766 values.
const A_LOOK: usize = 5_000;

/// Somebody in HR's scope, with all that a chase needs to know.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub person: Person,
    /// The schools of their current posts that HR may see.
    pub schools: Vec<i64>,
    pub outstanding: Vec<Outstanding>,
    pub last: Last,
    pub reminders: usize,
    known: Known,
    main: Option<Post>,
}

/// One thing to do, as a letter names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    pub assignment: i64,
    pub kind: Kind,
    pub slug: String,
    pub title: String,
    pub due: Option<Day>,
    /// Days after the due day; 0 or less if it is not over.
    pub late_by: i64,
}

impl Candidate {
    /// Days since the oldest due day that has passed.
    pub fn late_by(&self) -> i64 {
        self.outstanding.iter().map(|one| one.late_by).max().unwrap_or_default()
    }

    pub fn left_out(&self, today: Day) -> Option<LeftOut> {
        rules::left_out(&self.known, today)
    }

    /// When a letter posted now would leave.
    pub fn leaves(&self, now: Instant, calendars: &Calendars) -> Instant {
        match &self.main {
            Some(post) => rules::leaves(now, calendars.of(&post.school), post.is_term_time_only()),
            None => rules::leaves(now, calendars.trust(), false),
        }
    }
}

/// Everybody in scope, or of them those whom somebody named. People without a post today are there only if named.
pub fn candidates(
    conn: &mut Conn,
    library: &Library,
    scope: &Scope,
    named: Option<&[i64]>,
    now: Instant,
) -> Result<Vec<Candidate>> {
    let posts = posts_in_scope(conn, scope, named, now.day())?;
    let ids: Vec<i64> = posts.keys().copied().collect();
    let mut outstanding = outstanding(conn, library, &ids, now)?;
    let last = store::last_reminders(conn, &ids)?;
    let people = people::people(conn, &ids)?;
    let mut found: Vec<Candidate> = people
        .into_iter()
        .map(|person| {
            let (standings, outstanding) = outstanding.remove(&person.id).unwrap_or_default();
            let (last, reminders) = last.get(&person.id).copied().unwrap_or((Last::None, 0));
            let held = posts.get(&person.id).map(Vec::as_slice).unwrap_or_default();
            candidate(person, held, scope, standings, outstanding, (last, reminders), now.day())
        })
        .collect();
    found.sort_by_cached_key(|one| (-one.late_by(), searchable(&one.person.listed_name()), one.person.id));
    Ok(found)
}

fn candidate(
    person: Person,
    held: &[PostRecord],
    scope: &Scope,
    standings: Vec<Standing>,
    outstanding: Vec<Outstanding>,
    (last, reminders): (Last, usize),
    today: Day,
) -> Candidate {
    let posts: Vec<Post> = held.iter().map(|record| record.post.clone()).collect();
    let main = main_post(&posts, today).cloned();
    let mut schools: Vec<i64> =
        held.iter().map(|record| record.school).filter(|school| scope.includes(*school)).collect();
    schools.dedup();
    let known = Known { has_post: main.is_some(), has_email: person.work_email.is_some(), standings, last };
    Candidate { person, schools, outstanding, last, reminders, known, main }
}

/// The standing posts of everybody whom HR may see; of a school's HR, whoever has a current post there.
fn posts_in_scope(
    conn: &mut Conn,
    scope: &Scope,
    named: Option<&[i64]>,
    today: Day,
) -> Result<BTreeMap<i64, Vec<PostRecord>>> {
    let records = match named {
        Some(named) => people::posts_of(conn, named)?,
        None => people::all_posts(conn)?,
    };
    let mut held: BTreeMap<i64, Vec<PostRecord>> = BTreeMap::new();
    for record in records.into_iter().filter(|record| record.superseded.is_none()) {
        held.entry(record.person).or_default().push(record);
    }
    held.retain(|_, posts| {
        let current = |record: &&PostRecord| record.post.is_current_on(today);
        posts.iter().filter(current).any(|record| scope.includes(record.school))
            || named.is_some() && *scope == Scope::Trust
    });
    Ok(held)
}

type Outlook = BTreeMap<i64, (Vec<Standing>, Vec<Outstanding>)>;

fn outstanding(conn: &mut Conn, library: &Library, ids: &[i64], now: Instant) -> Result<Outlook> {
    let year = AcademicYear::of(now.day());
    let mut training = assignments::facts_of(conn, Whom::People(ids), year)?;
    attestations::add_queries(conn, Whom::People(ids), training.iter_mut().flat_map(|one| &mut one.assignments))?;
    Ok(training
        .iter()
        .map(|one| {
            let asked = one.asked_at(now);
            let standings = asked.iter().map(|assignment| assignment.status(now).standing).collect();
            let open = asked.iter().filter_map(|assignment| outstanding_of(library, assignment, now)).collect();
            (one.person, (standings, open))
        })
        .collect())
}

fn outstanding_of(library: &Library, assignment: &Assignment, now: Instant) -> Option<Outstanding> {
    let status = assignment.status(now);
    rules::is_outstanding(status.standing).then(|| Outstanding {
        assignment: assignment.id,
        kind: assignment.kind,
        slug: assignment.slug.clone(),
        title: title_of(library, assignment.kind, &assignment.slug),
        due: status.due,
        late_by: status.due.map_or(0, |due| now.day().days_since(due)),
    })
}

// ── letters

/// Minutes that each assignment will still take its person, as their own page has them.
type MinutesLeft = BTreeMap<i64, Minutes>;

fn minutes(conn: &mut Conn, library: &Library, candidates: &[Candidate]) -> Result<MinutesLeft> {
    let open: Vec<&Outstanding> = candidates.iter().flat_map(|one| &one.outstanding).collect();
    let mut progress = BTreeMap::new();
    for some in open.chunks(A_LOOK) {
        let ids: Vec<i64> = some.iter().map(|one| one.assignment).collect();
        progress.extend(attempts::progress(conn, &ids)?);
    }
    let left = open.into_iter().map(|one| {
        let progress = progress.remove(&one.assignment).unwrap_or_default().into();
        (one.assignment, minutes_left(library, one.kind, &one.slug, &progress))
    });
    Ok(left.collect())
}

/// What goes into one person's letter. It names what is open, how long it takes and when it is due, and nothing else.
fn letter(candidate: &Candidate, minutes: &MinutesLeft, from: &str, leaves: Instant) -> Option<Letter> {
    let email = candidate.person.work_email.as_ref()?;
    let open = &candidate.outstanding;
    let of = |one: &Outstanding| minutes.get(&one.assignment).copied().unwrap_or_default();
    let items: Vec<Value> = open.iter().map(|one| json!({ "line": line(one, of(one), leaves.day()) })).collect();
    let things = match open.len() {
        1 => "One thing to finish".to_owned(),
        some => format!("{} to finish", count(some, "thing", "things")),
    };
    let subject = format!("{things}, {}", open.iter().map(of).sum::<Minutes>().about());
    Some(Letter {
        kind: KIND,
        person: Some(candidate.person.id),
        recipient: email.to_string(),
        recipient_name: candidate.person.name(),
        values: json!({ "subject": subject, "forename": candidate.person.known_as(), "items": items, "from": from }),
        not_before: leaves,
    })
}

fn line(one: &Outstanding, minutes: Minutes, day: Day) -> String {
    let due = match one.due {
        Some(due) if due < day => format!(" It was due on {}.", due.short()),
        Some(due) => format!(" It is due on {}.", due.weekday_and_day()),
        None => String::new(),
    };
    format!("{}, {}.{due}", one.title, minutes.about())
}

/// The letters of a chase before it is one, and who is left out and why.
#[derive(Debug)]
pub struct Foreseen {
    pub letters: Vec<(Candidate, Letter)>,
    pub left_out: Vec<(Candidate, LeftOut)>,
}

/// Whom a chase of these people would write to. Whoever HR may not see is not there at all.
pub fn foresee(
    conn: &mut Conn,
    library: &Library,
    scope: &Scope,
    named: &[i64],
    from: &str,
    now: Instant,
) -> Result<Foreseen> {
    let calendars = assignments::calendars(conn)?;
    let mut foreseen = Foreseen { letters: Vec::new(), left_out: Vec::new() };
    let candidates = candidates(conn, library, scope, Some(named), now)?;
    let minutes = minutes(conn, library, &candidates)?;
    for candidate in candidates {
        let leaves = candidate.leaves(now, &calendars);
        match (candidate.left_out(now.day()), letter(&candidate, &minutes, from, leaves)) {
            (None, Some(letter)) => foreseen.letters.push((candidate, letter)),
            (why, _) => foreseen.left_out.push((candidate, why.unwrap_or(LeftOut::NoEmail))),
        }
    }
    Ok(foreseen)
}

/// Posts one letter to each of these people who should have one; works it out again, so that nobody is chased who has
/// finished in the meantime.
pub fn chase(act: &mut Act, library: &Library, scope: &Scope, named: &[i64], from: &str) -> Result<Foreseen> {
    // Two who chase at once write to nobody twice.
    lock_rows(act.conn, "people", named)?;
    let foreseen = foresee(act.conn, library, scope, named, from, act.now)?;
    if foreseen.letters.is_empty() {
        return Err(Problem::refused("There is nobody left to write to. Nothing was sent."));
    }
    let chase = store::insert_chase(act.conn, act.now, act.who.person, foreseen.letters.len())?;
    let mut rows = Vec::new();
    for (candidate, letter) in &foreseen.letters {
        rows.push((candidate.person.id, act.post(letter)?));
    }
    store::insert_letters(act.conn, chase, &rows)?;
    act.record(Draft::new("chase")?.fact("chase", chase).fact("letters", rows.len()));
    Ok(foreseen)
}

/// Whether a reminder may leave at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Now,
    /// Outside the person's hours: then.
    Later(Instant),
    /// They have finished, left, or are away: the letter stays here.
    NotAtAll,
}

/// Asked by the sender just before a reminder leaves.
pub fn may_leave(conn: &mut Conn, library: &Library, person: i64, now: Instant) -> Result<Leave> {
    let found = candidates(conn, library, &Scope::Trust, Some(&[person]), now)?.pop();
    let Some(candidate) = found else { return Ok(Leave::NotAtAll) };
    if !candidate.known.has_post || candidate.outstanding.is_empty() {
        return Ok(Leave::NotAtAll);
    }
    let leaves = candidate.leaves(now, &assignments::calendars(conn)?);
    Ok(if leaves <= now { Leave::Now } else { Leave::Later(leaves) })
}

/// Acts on `may_leave`: true if the letter may go.
pub fn let_go(act: &mut Act, library: &Library, row: &outbox::Row) -> Result<bool> {
    let Some(person) = row.person_id else { return Ok(true) };
    match may_leave(act.conn, library, person, act.now)? {
        Leave::Now => return Ok(true),
        Leave::Later(then) => outbox::postpone(act.conn, row.id, then)?,
        Leave::NotAtAll => outbox::withdraw(act.conn, row.id, WITHDRAWN)?,
    }
    Ok(false)
}
