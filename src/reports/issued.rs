//! Issued reports: numbered, kept with their bytes, and proved by the checkpoint in their footer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::governors::{self, Report};
use super::sheet::{self, Standing};
use super::store::{self, ReportRow};
use crate::act::Act;
use crate::assignments::calendar::AcademicYear;
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
        gives_away: Some(serde_json::to_string(&report.gives_away)?),
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
///
/// Governors read no two reports of one academic year of which one, taken from the other, leaves a small group. Where a
/// school's own figures would do that (`figures::giving_away`), whoever governs the trust does not read that school's
/// report; and whoever knows that school's figures by a role of its own, as its HR or its governor, does not read the
/// trust's. HR and auditors of the whole trust see every figure anyway.
pub fn seen_by(conn: &mut Conn, viewer: &Viewer, roles: &[AccessRole]) -> Result<Vec<Issued>> {
    let lines = store::report_lines(conn)?;
    let telling = Telling::of(&lines)?;
    let read = lines.into_iter().map(|(id, number, school, as_at, headline, issued_at, _)| Issued {
        id,
        number,
        school,
        as_at: Instant(as_at),
        headline,
        issued_at: Instant(issued_at),
    });
    let known = schools_known_to(viewer);
    let may_see = |issued: &Issued| {
        let tells = |school: i64| telling.tells(issued.as_at, school);
        let in_role = |role: &AccessRole| match (viewer.scope(*role), issued.school) {
            (None, _) | (Some(Scope::Schools(_)), None) => false,
            (Some(Scope::Schools(schools)), Some(school)) => schools.contains(&school),
            (Some(Scope::Trust), _) if *role != AccessRole::Governor => true,
            (Some(Scope::Trust), None) => !known.iter().any(|school| tells(*school)),
            (Some(Scope::Trust), Some(school)) => known.contains(&school) || !tells(school),
        };
        roles.iter().any(in_role)
    };
    Ok(read.filter(may_see).collect())
}

/// The schools whose figures somebody knows by a role of that school's.
fn schools_known_to(viewer: &Viewer) -> BTreeSet<i64> {
    let of_one_school = viewer.roles.iter().filter(|held| matches!(held.role, AccessRole::HR | AccessRole::Governor));
    of_one_school.filter_map(|held| held.school).collect()
}

/// By academic year: the schools whose figures give a small group away beside the trust's, by any report of that year.
struct Telling(BTreeSet<(AcademicYear, i64)>);

impl Telling {
    fn of(lines: &[store::ReportLine]) -> Result<Telling> {
        let mut telling = BTreeSet::new();
        for (_, _, school, as_at, _, _, gives_away) in lines {
            let year = AcademicYear::of(Instant(*as_at).day());
            match gives_away {
                Some(schools) => {
                    let schools: Vec<i64> = serde_json::from_str(schools)?;
                    telling.extend(schools.into_iter().map(|school| (year, school)));
                }
                // Issued before anybody asked: its school counts as one that does.
                None => telling.extend(school.map(|school| (year, school))),
            }
        }
        Ok(Telling(telling))
    }

    fn tells(&self, as_at: Instant, school: i64) -> bool {
        self.0.contains(&(AcademicYear::of(as_at.day()), school))
    }
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
        "gives_away": row.gives_away,
    })
}
