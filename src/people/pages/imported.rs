//! What was done with a staff list that was applied, and every row of a list as a spreadsheet.

use actix_web::web;
use serde_json::json;

use super::hr_scope;
use super::importing::{MOST_SHOWN, cards, cut, missing, missing_in_words, reason};
use crate::db::Conn;
use crate::http::{Answer, Visit};
use crate::people::Viewer;
use crate::people::import::{self, Becomes, Counts, Decisions, Done, ToldMissing, ToldRow, Upload};
use crate::problem::{Problem, Result};
use crate::text::{capital, count, safe_cell};

const DONE: &str = "people/import-done";
const TITLE: &str = "What was done";

pub(super) fn show_done(visit: &Visit, upload: &Upload, done: &Done) -> Answer {
    let of = |fate: Becomes| done.rows.iter().filter(move |row| row.fate == fate);
    let new = || done.rows.iter().filter(|row| row.fate.is_new());
    let noticed = || done.rows.iter().filter(|row| !row.look_at.is_empty());
    let longest = [of(Becomes::Rejected).count(), new().count(), of(Becomes::Changed).count(), noticed().count()];
    let by_row = |row: &ToldRow| {
        let left = (row.fate == Becomes::NewAndLeft).then(|| format!("Left {}", row.end));
        json!({
            "row": row.number.to_string(),
            "name": row.name,
            "href": done.person(row).map(|id| format!("/people/{id}")),
            "school": row.school,
            "job": row.job,
            "start": row.start,
            "left": left,
            "reason": row.what.iter().map(|what| capital(what)).collect::<Vec<_>>().join(". "),
        })
    };
    let view = json!({
        "kicker": format!("{} · {} · {}", upload.file_name, count(done.rows.len(), "row", "rows"), done.at.long()),
        "heading": heading(done),
        "cards": cards(&done.counts),
        "rows_href": format!("/import/{}/rows.csv", upload.id),
        "joining": new().take(MOST_SHOWN).map(by_row).collect::<Vec<_>>(),
        "changed": of(Becomes::Changed).take(MOST_SHOWN).map(by_row).collect::<Vec<_>>(),
        "rejected": of(Becomes::Rejected).take(MOST_SHOWN).map(|row| reason(row, &row.what)).collect::<Vec<_>>(),
        "waiting": of(Becomes::SamePerson).take(MOST_SHOWN).map(|row| reason(row, &row.what)).collect::<Vec<_>>(),
        "noticed": noticed().take(MOST_SHOWN).map(|row| reason(row, &row.look_at)).collect::<Vec<_>>(),
        "missing": missing(&done.missing),
        "missing_said": missing_in_words(&done.missing),
        "shown": cut(&longest),
        "kept": format!("Only you can see this page. It is here until {}, and then it is forgotten.", upload.kept_until.long()),
    });
    visit.page(DONE, TITLE, view)
}

/// "Done: 3 new people, 2 changed. 1 row was left out"
fn heading(done: &Done) -> String {
    let Counts { new_people, changed_people, rejected_rows, same_person_rows, .. } = done.counts;
    let applied = match new_people + changed_people {
        0 => "nothing was changed".to_owned(),
        _ => import::summary(&Counts { new_people, changed_people, ..Counts::default() }),
    };
    match rejected_rows + same_person_rows {
        0 => format!("Done: {applied}"),
        left_out => format!("Done: {applied}. {} left out", count(left_out, "row was", "rows were")),
    }
}

// ── the spreadsheet

/// Every row and its fate, and then everybody whom the list leaves out.
pub async fn every_row(visit: Visit, viewer: Viewer, id: web::Path<i64>) -> Answer {
    let (scope, person, now, id) = (hr_scope(&viewer)?, viewer.person, visit.now, *id);
    let look = move |conn: &mut Conn| {
        let upload = import::kept(conn, person, &scope, id, now)?;
        if let Some(done) = upload.done {
            return Ok((done.rows, done.missing));
        }
        let run = import::dry_run(conn, &upload.bytes, upload.school, &scope, &Decisions::new(), now.day())?;
        let run = run.map_err(|why| Problem::refused(why.to_string()))?;
        let rows = import::told(&run.list, &run.plan, &run.known, run.source);
        Ok((rows, import::told_missing(&run.plan, &run.known)))
    };
    let (rows, missing) = visit.read(look).await?;
    visit.file("text/csv; charset=utf-8", "every-row.csv", spreadsheet(&rows, &missing)?)
}

const HEADINGS: [&str; 11] = [
    "Row",
    "Who",
    "What happens",
    "School",
    "Job",
    "First day",
    "Last day",
    "Why",
    "To look at",
    "Work email",
    "Staff reference",
];

fn spreadsheet(rows: &[ToldRow], missing: &[ToldMissing]) -> Result<Vec<u8>> {
    let mut sheet = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let unwritten = |fault: csv::Error| Problem::fault(format!("CSV: {fault}"));
    sheet.write_record(HEADINGS).map_err(unwritten)?;
    for row in rows {
        sheet.write_record(cells_of(row).map(|cell| safe_cell(&cell))).map_err(unwritten)?;
    }
    for missing in missing {
        for cells in cells_of_missing(missing) {
            sheet.write_record(cells.map(|cell| safe_cell(&cell))).map_err(unwritten)?;
        }
    }
    sheet.into_inner().map_err(|fault| Problem::fault(format!("CSV: {fault}")))
}

fn cells_of(row: &ToldRow) -> [String; 11] {
    [
        row.number.to_string(),
        row.name.clone(),
        row.fate.as_str().to_owned(),
        row.school.clone(),
        row.job.clone(),
        row.start.clone(),
        row.end.clone(),
        row.what.join(" "),
        row.look_at.join(" "),
        row.email.clone(),
        row.reference.clone(),
    ]
}

/// A line for each job that the list leaves out; such a line has no row.
fn cells_of_missing(missing: &ToldMissing) -> impl Iterator<Item = [String; 11]> {
    missing.posts.iter().map(|(job, school, start)| {
        [
            String::new(),
            missing.name.clone(),
            missing.fate().to_owned(),
            school.clone(),
            job.clone(),
            start.clone(),
            String::new(),
            missing.why().to_owned(),
            String::new(),
            missing.email.clone(),
            missing.reference.clone(),
        ]
    })
}
