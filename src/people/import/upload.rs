//! A staff list between its dry run and its application: the bytes wait in the database for whoever sent them, for a day.

use super::{Decisions, Known, NotAStaffList, Plan, Source, StaffList, known, plan, staff_list};
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
    pub bytes: Vec<u8>,
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

/// A list that this person sent within the last day.
pub fn kept(conn: &mut Conn, person: i64, id: i64, now: Instant) -> Result<Upload> {
    let row = store::upload(conn, person, id, now.plus_days(-KEPT_DAYS))?;
    Ok(Upload { id: row.id, school: row.school_id, file_name: row.file_name, bytes: row.bytes })
}

pub fn let_go(conn: &mut Conn, id: i64) -> Result<()> {
    store::delete_upload(conn, id)
}

/// Forgets lists that nobody has applied in time; gives how many.
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
