//! A staff list between its dry run and its application: the bytes wait in the database for whoever sent them, for a day.
//! Once it is applied they go, and what was done stands in their place until that day is over.

use serde::{Deserialize, Serialize};

use super::{Counts, Decisions, Known, NotAStaffList, Plan, Source, StaffList, ToldMissing, ToldRow, Who};
use super::{known, plan, staff_list, told, told_missing};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::ids;
use crate::people::Scope;
use crate::people::store::{self, NewUploadRow};
use crate::problem::{Problem, Result};

const KEPT_DAYS: i64 = 1;

/// A list that somebody has sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    pub id: i64,
    /// The school that was chosen, for a list that does not say.
    pub school: Option<i64>,
    pub file_name: String,
    /// Empty once it was applied.
    pub bytes: Vec<u8>,
    /// When it is forgotten.
    pub kept_until: Instant,
    pub done: Option<Done>,
}

/// What was done with a list, as its sender saw it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Done {
    /// Where its sender did HR's work then; none is the whole trust. Whoever may see less now is not shown it.
    schools: Option<Vec<i64>>,
    pub at: Instant,
    pub counts: Counts,
    pub rows: Vec<ToldRow>,
    pub missing: Vec<ToldMissing>,
    /// By their place among the new people.
    new_people: Vec<i64>,
}

impl Done {
    /// What a dry run will have done once it is applied.
    pub fn of(run: &DryRun, scope: &Scope, at: Instant) -> Done {
        Done {
            schools: schools_of(scope),
            at,
            counts: run.plan.counts,
            rows: told(&run.list, &run.plan, &run.known, run.source),
            missing: told_missing(&run.plan, &run.known),
            new_people: Vec::new(),
        }
    }

    /// Whom a row is about.
    pub fn person(&self, row: &ToldRow) -> Option<i64> {
        match row.who? {
            Who::Known(id) => Some(id),
            Who::New(place) => self.new_people.get(place).copied(),
        }
    }
}

fn schools_of(scope: &Scope) -> Option<Vec<i64>> {
    match scope {
        Scope::Trust => None,
        Scope::Schools(schools) => Some(schools.clone()),
    }
}

/// Keeps a list for its sender; gives its id.
pub fn keep(act: &mut Act, school: Option<i64>, file_name: &str, bytes: &[u8]) -> Result<i64> {
    let person_id = act.who.person.ok_or(Problem::SignedOut)?;
    forget_old(act.conn, act.now)?;
    let (file_name, bytes) = (file_name.to_owned(), bytes.to_vec());
    store::insert_upload(
        act.conn,
        &NewUploadRow { person_id, school_id: school, file_name, bytes, uploaded_at: act.now.0 },
    )
}

/// A list that this person sent within the last day, or what was done with it.
pub fn kept(conn: &mut Conn, person: i64, scope: &Scope, id: i64, now: Instant) -> Result<Upload> {
    let row = store::upload(conn, person, id, now.plus_days(-KEPT_DAYS))?;
    let done: Option<Done> = row.done.as_deref().map(serde_json::from_str).transpose()?;
    if done.as_ref().is_some_and(|done| done.schools != schools_of(scope)) {
        return Err(Problem::NotFound);
    }
    let kept_until = Instant(row.uploaded_at).plus_days(KEPT_DAYS);
    Ok(Upload { id: row.id, school: row.school_id, file_name: row.file_name, bytes: row.bytes, kept_until, done })
}

/// A list that this person sent, not longer than a day ago.
pub struct Here {
    pub id: i64,
    pub file_name: String,
    pub sent: Instant,
    pub kept_until: Instant,
    pub is_applied: bool,
}

/// The newest first.
pub fn still_here(conn: &mut Conn, person: i64, now: Instant) -> Result<Vec<Here>> {
    let rows = store::uploads_of(conn, person, now.plus_days(-KEPT_DAYS))?.into_iter();
    let here = rows.map(|(id, file_name, uploaded_at, is_applied)| {
        let sent = Instant(uploaded_at);
        Here { id, file_name, sent, kept_until: sent.plus_days(KEPT_DAYS), is_applied }
    });
    Ok(here.collect())
}

/// Puts what was done in the place of a list that was applied, for the rest of its day.
pub fn keep_what_was_done(conn: &mut Conn, id: i64, done: &Done, new_people: &[i64]) -> Result<()> {
    let done = Done { new_people: new_people.to_vec(), ..done.clone() };
    store::empty_upload(conn, id, &serde_json::to_string(&done)?)
}

/// Forgets lists, applied or not, whose day is over; gives how many.
pub fn forget_old(conn: &mut Conn, now: Instant) -> Result<usize> {
    store::delete_uploads_before(conn, now.plus_days(-KEPT_DAYS))
}

/// Everything that a dry run shows.
pub struct DryRun {
    pub list: StaffList,
    pub known: Known,
    pub source: Source,
    pub plan: Plan,
    pub file_hash: String,
    /// Of the list, what is known, HR's answers and the day: what is applied must be what was looked at.
    pub seal: String,
}

/// Works out what a list would do. The inner error is about the file.
pub fn dry_run(
    conn: &mut Conn,
    bytes: &[u8],
    school: Option<i64>,
    scope: &Scope,
    decisions: &Decisions,
    today: Day,
) -> Result<std::result::Result<DryRun, NotAStaffList>> {
    let read = staff_list(bytes).and_then(|list| Ok((Source::of(&list, school)?, list)));
    let (source, list) = match read {
        Ok(read) => read,
        Err(why) => return Ok(Err(why)),
    };
    let known = known(conn, scope, today)?;
    let plan = plan(&list, &known, source, decisions, today);
    let file_hash = ids::hex(&ids::sha256(bytes));
    let seal = format!("{file_hash} {} {decisions:?} {today}", plan.fingerprint);
    let seal = ids::hex(&ids::sha256(seal.as_bytes()));
    Ok(Ok(DryRun { list, known, source, plan, file_hash, seal }))
}
