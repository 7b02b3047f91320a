//! Bringing in a staff list: choose a file, look at what would happen, answer what is unclear, apply.

use actix_web::web;
use serde_json::{Value, json};

use super::hr_scope;
use crate::http::{Answer, Form, SentFile, Upload, Visit};
use crate::people::import::{self, Candidate, Change, Decision, Decisions, DryRun, Fate, Import, Outcome, ToldRow};
use crate::people::{self, School, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text::{capital, count, safe_cell, thousands};

const CHOOSE: &str = "people/import";
const PLAN: &str = "people/import-plan";
const TITLE: &str = "Bring in the staff list";
const PLAN_TITLE: &str = "What would happen";
/// So many of each kind are on the page; the file of all rows has the rest.
const MOST_SHOWN: usize = 200;

// ── choosing a file

pub async fn choose(visit: Visit, viewer: Viewer) -> Answer {
    let view = choosing(&visit, &viewer, "", &Complaints::default()).await?;
    visit.page(CHOOSE, TITLE, view)
}

async fn choosing(visit: &Visit, viewer: &Viewer, chosen: &str, complaints: &Complaints) -> Result<Value> {
    let (scope, by) = (hr_scope(viewer)?, viewer.person);
    let (schools, last) = visit
        .read(move |conn| Ok((people::schools_in(conn, &scope)?, people::last_import_words(conn, by, &scope)?)))
        .await?;
    let option =
        |value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": value == chosen });
    let options: Vec<Value> = std::iter::once(option("", "The file says which"))
        .chain(schools.iter().map(|school| option(school.urn.as_str(), &school.name)))
        .collect();
    Ok(json!({
        "file": { "error": complaints.get("file") },
        "school": { "options": options, "error": complaints.get("school") },
        "last": last,
    }))
}

/// Takes a file, if it is a staff list, and goes on to what it would do.
pub async fn send(visit: Visit, viewer: Viewer, upload: Upload) -> Answer {
    let Upload { form, file } = upload;
    let scope = hr_scope(&viewer)?;
    let chosen = form.get("school").to_owned();
    let schools = visit.read(move |conn| people::schools_in(conn, &scope)).await?;
    let (school, file) = match sent(&chosen, &schools, file) {
        Ok(sent) => sent,
        Err(complaints) => {
            let view = choosing(&visit, &viewer, &chosen, &complaints).await?;
            return visit.again(CHOOSE, TITLE, view, &complaints);
        }
    };
    let leads_to = visit
        .act_once(&form, "hr", move |act| {
            Ok(format!("/import/{}", import::keep(act, school, &file.name, &file.bytes)?))
        })
        .await?;
    visit.go(&leads_to)
}

/// The chosen school, if any, and a file that is a staff list.
fn sent(
    chosen: &str,
    schools: &[School],
    file: Option<SentFile>,
) -> std::result::Result<(Option<i64>, SentFile), Complaints> {
    let mut complaints = Complaints::default();
    let school = schools.iter().find(|school| school.urn.as_str() == chosen).map(|school| school.id);
    if school.is_none() && !chosen.is_empty() {
        complaints.add("school", "Choose one of your schools");
        return Err(complaints);
    }
    let Some(file) = file else {
        complaints.add("file", "Choose the file to bring in");
        return Err(complaints);
    };
    match import::staff_list(&file.bytes) {
        Err(why) => complaints.add("file", why.to_string()),
        Ok(list) => match import::Source::of(&list, school) {
            Err(why) => complaints.add("school", why.to_string()),
            Ok(_) => return Ok((school, file)),
        },
    }
    Err(complaints)
}

// ── looking

/// A list that was sent, and what it would do.
struct Looked {
    upload: import::Upload,
    run: DryRun,
    decisions: Decisions,
}

async fn look_at(visit: &Visit, viewer: &Viewer, id: i64, decisions: Decisions) -> Result<Looked> {
    let (scope, person, now) = (hr_scope(viewer)?, viewer.person, visit.now);
    visit
        .read(move |conn| {
            let upload = import::kept(conn, person, id, now)?;
            let run = import::dry_run(conn, &upload.bytes, upload.school, &scope, &decisions, now.day())?;
            let run = run.map_err(|why| Problem::refused(why.to_string()))?;
            Ok(Looked { upload, run, decisions })
        })
        .await
}

pub async fn look(visit: Visit, viewer: Viewer, id: web::Path<i64>) -> Answer {
    let looked = look_at(&visit, &viewer, *id, Decisions::new()).await?;
    show(&visit, &looked, None)
}

/// `note` says why it is shown again.
fn show(visit: &Visit, looked: &Looked, note: Option<&str>) -> Answer {
    visit.page(PLAN, PLAN_TITLE, plan_view(looked, note))
}

/// Every row and its fate, for a spreadsheet.
pub async fn every_row(visit: Visit, viewer: Viewer, id: web::Path<i64>) -> Answer {
    let looked = look_at(&visit, &viewer, *id, Decisions::new()).await?;
    let mut sheet = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let unwritten = |fault: csv::Error| Problem::fault(format!("CSV: {fault}"));
    sheet
        .write_record(["Row", "Who", "What happens", "School", "Job", "First day", "Why", "To look at"])
        .map_err(unwritten)?;
    for row in told(&looked.run) {
        let cells =
            [&row.name, row.fate, &row.school, &row.job, &row.start, &row.what.join(" "), &row.look_at.join(" ")];
        let cells = cells.map(safe_cell);
        sheet.write_record(std::iter::once(row.number.to_string()).chain(cells)).map_err(unwritten)?;
    }
    let bytes = sheet.into_inner().map_err(|fault| Problem::fault(format!("CSV: {fault}")))?;
    visit.file("text/csv; charset=utf-8", "every-row.csv", bytes)
}

// ── applying

/// Applies what was looked at; if that is no longer what would happen, shows it anew.
pub async fn apply(visit: Visit, viewer: Viewer, id: web::Path<i64>, form: Form) -> Answer {
    let id = *id;
    let looked = match look_at(&visit, &viewer, id, decisions(&form)).await {
        // Applied already, by the same form sent twice, or too old.
        Err(Problem::NotFound) => return visit.go("/import"),
        looked => looked?,
    };
    if looked.run.seal != form.get("plan") {
        return show(&visit, &looked, Some(look_again(&looked)));
    }
    let import = Import {
        plan: looked.run.plan.clone(),
        scope: hr_scope(&viewer)?,
        file_name: looked.upload.file_name.clone(),
        file_hash: looked.run.file_hash.clone(),
        school: looked.upload.school,
    };
    let done = done(&looked);
    let leads_to = visit
        .act_once(&form, "hr", move |act| match import::apply(act, &import)? {
            Outcome::Changed => Ok(String::new()),
            Outcome::Applied(_) => {
                import::let_go(act.conn, id)?;
                Ok("/import".to_owned())
            }
        })
        .await?;
    if leads_to.is_empty() {
        let looked = look_at(&visit, &viewer, id, looked.decisions).await?;
        return show(&visit, &looked, Some(look_again(&looked)));
    }
    visit.go_saying(&leads_to, &done)
}

/// `same-22` is `no`, or the id of the person that row 22 is about.
fn decisions(form: &Form) -> Decisions {
    let answer = |(field, value): &(String, String)| {
        let row = field.strip_prefix("same-")?.parse().ok()?;
        match value.as_str() {
            "no" => Some((row, Decision::SomebodyElse)),
            id => Some((row, Decision::Same(id.parse().ok()?))),
        }
    };
    form.0.iter().filter_map(answer).collect()
}

fn look_again(looked: &Looked) -> &'static str {
    match looked.decisions.is_empty() {
        true => "The staff list has changed since you looked. See below what would happen now, then apply.",
        false => "Your answers are taken in. See below what would happen now, then apply.",
    }
}

fn done(looked: &Looked) -> String {
    let counts = looked.run.plan.counts;
    let mut done = format!(
        "Done: {}, {} changed.",
        count(counts.new_people, "new person", "new people"),
        thousands(counts.changed_people as i64)
    );
    let waiting = counts.rejected_rows + counts.same_person_rows;
    if waiting > 0 {
        done.push_str(&format!(" {} left out.", count(waiting, "row was", "rows were")));
    }
    done
}

// ── the view

fn told(run: &DryRun) -> Vec<ToldRow> {
    import::told(&run.list, &run.plan, &run.known, run.source)
}

fn plan_view(looked: &Looked, note: Option<&str>) -> Value {
    let Looked { upload, run, decisions } = looked;
    let rows = told(run);
    let of = |fate: &'static str| rows.iter().filter(move |row| row.fate == fate);
    let reason = |row: &ToldRow, sentences: &[String]| json!({ "row": row.number.to_string(), "name": row.name, "reason": sentences.join(" ") });
    let noticed = || rows.iter().filter(|row| !row.look_at.is_empty());
    let changes = changes(run);
    let longest = [of("rejected").count(), of("new").count(), changes.len(), noticed().count(), run.plan.missing.len()];
    let is_cut = longest.into_iter().any(|length| length > MOST_SHOWN);
    json!({
        "note": note,
        "kicker": format!("{} · {}", upload.file_name, count(rows.len(), "row", "rows")),
        "heading": import::summary(&run.plan.counts),
        "cards": cards(run),
        "not_read": run.list.headings.not_read(),
        "action": format!("/import/{}", upload.id),
        "plan": run.seal,
        "rejected": of("rejected").take(MOST_SHOWN).map(|row| reason(row, &row.what)).collect::<Vec<_>>(),
        "doubtful": doubtful(run, decisions, &rows),
        "answered": answered(run, decisions),
        "again_href": format!("/import/{}", upload.id),
        "joining": of("new").take(MOST_SHOWN).map(joining).collect::<Vec<_>>(),
        "changed": changes.into_iter().take(MOST_SHOWN).collect::<Vec<_>>(),
        "noticed": noticed().take(MOST_SHOWN).map(|row| reason(row, &row.look_at)).collect::<Vec<_>>(),
        "missing": missing(run),
        "rows_href": format!("/import/{}/rows.csv", upload.id),
        "shown": is_cut.then(|| format!("Of each kind, the first {MOST_SHOWN} are on this page.")),
        "button": button(looked),
        "what_follows": what_follows(run),
    })
}

fn cards(run: &DryRun) -> Vec<Value> {
    let counts = &run.plan.counts;
    let card = |label: &str, number: usize, note: &str, kind: &str| json!({ "label": label, "count": thousands(number as i64), "note": note, "kind": kind });
    vec![
        card("New", counts.new_people, "", "done"),
        card("Changed", counts.changed_people, "field by field below", "now"),
        card("Unchanged", counts.unchanged_people, "", "none"),
        card("Rejected", counts.rejected_rows, "with the reason", "late"),
        card("Not in the file", counts.missing_people, "nothing happens to them", "due"),
    ]
}

fn doubtful(run: &DryRun, decisions: &Decisions, rows: &[ToldRow]) -> Vec<Value> {
    let asked = run.plan.rows.iter().zip(rows).filter_map(|(planned, row)| match &planned.fate {
        Fate::SamePerson(candidates) => Some((row, candidates)),
        _ => None,
    });
    asked
        .map(|(row, candidates)| {
            let decided = decisions.get(&row.number);
            json!({
                "row": row.number.to_string(),
                "name": format!("{}, {} at {}", row.name, row.job, row.school),
                "known": row.what.join(" "),
                "choices": choices(run, candidates, decided),
            })
        })
        .collect()
}

fn choices(run: &DryRun, candidates: &[Candidate], decided: Option<&Decision>) -> Vec<Value> {
    let choice =
        |value: String, text: String, is_chosen: bool| json!({ "value": value, "text": text, "is_chosen": is_chosen });
    let same = |candidate: &Candidate| {
        let text = match (candidates.len(), run.known.mark(candidate.person)) {
            (1, _) => "Yes, the same".to_owned(),
            (_, Some(mark)) => format!("Yes, {} ({mark})", candidate.name),
            (_, None) => format!("Yes, {}", candidate.name),
        };
        choice(candidate.person.to_string(), text, decided == Some(&Decision::Same(candidate.person)))
    };
    let no = choice("no".to_owned(), "No, somebody else".to_owned(), decided == Some(&Decision::SomebodyElse));
    candidates.iter().map(same).chain([no]).collect()
}

/// Answers that were taken in; they go with the form, or the next look would ask again.
fn answered(run: &DryRun, decisions: &Decisions) -> Vec<Value> {
    let rows = run.plan.rows.iter().filter(|row| !matches!(row.fate, Fate::SamePerson(_)));
    rows.filter_map(|row| {
        let (value, text) = match decisions.get(&row.number)? {
            Decision::SomebodyElse => ("no".to_owned(), "somebody else, who is new".to_owned()),
            Decision::Same(id) => (id.to_string(), format!("the same person as {}", run.known.described(*id))),
        };
        Some(json!({ "row": row.number.to_string(), "name": row.name, "value": value, "text": text }))
    })
    .collect()
}

fn joining(row: &ToldRow) -> Value {
    json!({
        "row": row.number.to_string(), "name": row.name, "school": row.school, "job": row.job, "start": row.start,
    })
}

fn changes(run: &DryRun) -> Vec<Value> {
    let mut lines = Vec::new();
    for row in &run.plan.rows {
        let Fate::Changed(changes) = &row.fate else { continue };
        lines.extend(changes.iter().map(|change| change_line(row.number, &row.name, change)));
    }
    lines
}

fn change_line(row: usize, name: &str, change: &Change) -> Value {
    let or_nothing = |words: &str| if words.is_empty() { "–".to_owned() } else { words.to_owned() };
    json!({
        "row": row.to_string(),
        "name": name,
        "field": capital(&change.field.to_string()),
        "was": or_nothing(&change.was),
        "now": or_nothing(&change.now),
    })
}

fn missing(run: &DryRun) -> Vec<Value> {
    let missing = run.plan.missing.iter().take(MOST_SHOWN);
    missing
        .map(|missing| {
            json!({
                "name": missing.name,
                "href": format!("/people/{}", missing.person),
                "school": run.known.posts_missing(missing),
            })
        })
        .collect()
}

/// None if there is nothing to apply or to answer.
fn button(looked: &Looked) -> Option<String> {
    let counts = &looked.run.plan.counts;
    let (new, changed) = (thousands(counts.new_people as i64), thousands(counts.changed_people as i64));
    match (looked.run.plan.changes.is_empty(), counts.same_person_rows) {
        (false, _) => Some(format!("Apply: add {new}, change {changed}")),
        (true, 0) => None,
        (true, _) => Some("Take in my answers".to_owned()),
    }
}

fn what_follows(run: &DryRun) -> String {
    let counts = &run.plan.counts;
    let mut said = Vec::new();
    if run.plan.changes.is_empty() && counts.same_person_rows == 0 {
        said.push("There is nothing to apply: everything that can be used is as it was.".to_owned());
    }
    match counts.rejected_rows {
        0 => {}
        1 => said.push("The rejected row stays out.".to_owned()),
        rows => said.push(format!("The {} rejected rows stay out.", thousands(rows as i64))),
    }
    if counts.same_person_rows > 0 {
        said.push("If you answer a question above, you see once more what would happen.".to_owned());
    }
    if counts.new_people > 0 {
        said.push("New people get their training list at once.".to_owned());
    }
    said.join(" ")
}
