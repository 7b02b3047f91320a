//! Issued reports: numbered, kept with their bytes, and proved by the checkpoint in their footer.

use serde_json::{Value, json};

use super::governors::{self, Report};
use super::sheet::{self, Standing};
use super::store::{self, ReportRow};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_tables};
use crate::evidence::{Draft, checkpoint};
use crate::ids;
use crate::keys::Secret;
use crate::people::rules::AccessRole;
use crate::people::{Scope, Viewer};
use crate::problem::{Problem, Result};

/// A report that was issued, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub id: i64,
    /// "2026-AUT-0007"
    pub number: String,
    /// None: the whole trust.
    pub school: Option<i64>,
    pub as_at: Instant,
    /// "86% up to date"
    pub headline: String,
    pub issued_at: Instant,
}

/// Draws a report without a number.
pub fn draft(report: &Report) -> Result<Vec<u8>> {
    draw(report, Standing::Draft)
}

/// Issues a report: signs a checkpoint of the log that its figures came from, numbers it, draws it, and keeps its bytes.
/// Gives its number.
pub fn issue(act: &mut Act, key: &Secret, report: &Report) -> Result<String> {
    lock_tables(act.conn, &["reports"])?;
    let signed = checkpoint::sign(act.conn, &key.signing_key(), act.now)?;
    let number = number(act.now.day(), store::reports_so_far(act.conn)? + 1);
    let standing = Standing::Issued {
        number: number.clone(),
        issued_at: act.now,
        checkpoint_size: signed.size,
        short_root: signed.short_root(),
    };
    let row = ReportRow {
        number: number.clone(),
        school_id: report.school,
        as_at: report.as_at.0,
        log_size: i64::try_from(signed.size).unwrap_or(i64::MAX),
        checkpoint: signed.note,
        headline: report.headline.clone(),
        document: draw(report, standing)?,
        issued_by: act.who.person,
        issued_at: act.now.0,
    };
    let id = store::insert_report(act.conn, &row)?;
    act.record(Draft::new("report-issued")?.row("reports", id, &as_recorded(&row))?);
    Ok(number)
}

fn draw(report: &Report, standing: Standing) -> Result<Vec<u8>> {
    let facts = governors::worded(report, standing);
    sheet::draw(&facts).map_err(|fault| Problem::fault(format!("a governors’ report: {fault}")))
}

/// The year and term in which it is issued, and its place among all that were: "2026-AUT-0007".
fn number(issued: Day, place: i64) -> String {
    let term = match issued.month() {
        9..=12 => "AUT",
        1..=3 => "SPR",
        _ => "SUM",
    };
    format!("{}-{term}-{place:04}", issued.year())
}

/// The reports that somebody may read in one of these roles, the newest first. A report of the whole trust is for those
/// whose role is for the whole trust.
pub fn seen_by(conn: &mut Conn, viewer: &Viewer, roles: &[AccessRole]) -> Result<Vec<Issued>> {
    let scopes: Vec<Scope> = roles.iter().filter_map(|role| viewer.scope(*role)).collect();
    let may_see = |school: Option<i64>| {
        scopes.iter().any(|scope| match school {
            None => *scope == Scope::Trust,
            Some(school) => scope.includes(school),
        })
    };
    let lines = store::report_lines(conn)?.into_iter();
    let read = lines.map(|(id, number, school, as_at, headline, issued_at)| Issued {
        id,
        number,
        school,
        as_at: Instant(as_at),
        headline,
        issued_at: Instant(issued_at),
    });
    Ok(read.filter(|issued| may_see(issued.school)).collect())
}

/// The bytes of a report as they were issued, for whoever may read it.
pub fn document(conn: &mut Conn, viewer: &Viewer, number: &str) -> Result<Vec<u8>> {
    let seen = seen_by(conn, viewer, &[AccessRole::HR, AccessRole::Governor, AccessRole::Auditor])?;
    let issued = seen.into_iter().find(|issued| issued.number == number).ok_or(Problem::NotFound)?;
    store::document(conn, issued.id)
}

/// For `evidence verify`: the reports as the log should have them; of the bytes it has the hash.
pub fn evidence_reports(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    Ok(store::all_reports(conn)?.into_iter().map(|(id, row)| (id, as_recorded(&row))).collect())
}

fn as_recorded(row: &ReportRow) -> Value {
    json!({
        "number": row.number,
        "school_id": row.school_id,
        "as_at": row.as_at,
        "log_size": row.log_size,
        "checkpoint": row.checkpoint,
        "headline": row.headline,
        "document_sha256": ids::hex(&ids::sha256(&row.document)),
        "issued_by": row.issued_by,
        "issued_at": row.issued_at,
    })
}
