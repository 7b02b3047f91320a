//! Bringing in a staff list: choose a file, look at what would happen, answer what is unclear, apply.

use actix_web::web;
use serde_json::{Value, json};

use super::hr_scope;
use super::imported::show_done;
use crate::http::{Answer, Form, SentFile, Upload, Visit};
use crate::people::import::{
    self, Becomes, Candidate, Change, Counts, Decision, Decisions, Done, DryRun, Fate, Import,
};
use crate::people::import::{Outcome, ToldMissing, ToldRow};
use crate::people::{self, School, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text::{capital, count, thousands};

const CHOOSE: &str = "people/import";
const PLAN: &str = "people/import-plan";
const TITLE: &str = "Bring in the staff list";
const PLAN_TITLE: &str = "What would happen";
/// So many of each kind are on the page; the file of all rows has the rest.
pub(super) const MOST_SHOWN: usize = 200;
/// From so many lines on, the page says where its button is.
const MANY_LINES: usize = 20;

// ── choosing a file

pub async fn choose(visit: Visit, viewer: Viewer) -> Answer {
    let view = choosing(&visit, &viewer, "", &Complaints::default()).await?;
    visit.page(CHOOSE, TITLE, view)
}

async fn choosing(visit: &Visit, viewer: &Viewer, chosen: &str, complaints: &Complaints) -> Result<Value> {
    let (scope, by) = (hr_scope(viewer)?, viewer.person);
    let now = visit.now;
    let (schools, last, here) = visit
        .read(move |conn| {
            let last = people::last_import_words(conn, by, &scope)?;
            Ok((people::schools_in(conn, &scope)?, last, import::still_here(conn, by, now)?))
        })
        .await?;
    let here = here.into_iter().map(|list| {
        let state = if list.is_applied { "what was done" } else { "not applied yet" };
        json!({
            "href": format!("/import/{}", list.id),
            "text": format!("{}: {state}", list.file_name),
            "sent": format!("sent {}, here until {}", list.sent.time(), list.kept_until.long()),
        })
    });
    let option =
        |value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": value == chosen });
    let options: Vec<Value> = std::iter::once(option("", "The file says which"))
        .chain(schools.iter().map(|school| option(school.urn.as_str(), &school.name)))
        .collect();
    Ok(json!({
        "file": { "error": complaints.get("file") },
        "school": { "options": options, "error": complaints.get("school") },
        "last": last,
        "here": here.collect::<Vec<_>>(),
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
        Err(why) => complaints.add("file", why.to_string().trim_end_matches('.')),
        Ok(list) => match import::Source::of(&list, school) {
            Err(why) => complaints.add("school", why.to_string().trim_end_matches('.')),
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

/// A list that waits, or what was done with it.
enum Found {
    Waiting(Box<Looked>),
    Applied(Box<import::Upload>, Box<Done>),
}

async fn find(visit: &Visit, viewer: &Viewer, id: i64, decisions: Decisions) -> Result<Found> {
    let (scope, person, now) = (hr_scope(viewer)?, viewer.person, visit.now);
    visit
        .read(move |conn| {
            let mut upload = import::kept(conn, person, &scope, id, now)?;
            if let Some(done) = upload.done.take() {
                return Ok(Found::Applied(Box::new(upload), Box::new(done)));
            }
            let run = import::dry_run(conn, &upload.bytes, upload.school, &scope, &decisions, now.day())?;
            let run = run.map_err(|why| Problem::refused(why.to_string()))?;
            Ok(Found::Waiting(Box::new(Looked { upload, run, decisions })))
        })
        .await
}

pub async fn look(visit: Visit, viewer: Viewer, id: web::Path<i64>) -> Answer {
    match find(&visit, &viewer, *id, Decisions::new()).await? {
        Found::Waiting(looked) => show(&visit, &looked, None),
        Found::Applied(upload, done) => show_done(&visit, &upload, &done),
    }
}

/// `note` says why it is shown again.
fn show(visit: &Visit, looked: &Looked, note: Option<&str>) -> Answer {
    visit.page(PLAN, PLAN_TITLE, plan_view(looked, note))
}

// ── applying

/// Applies what was looked at; if that is no longer what would happen, shows it anew.
pub async fn apply(visit: Visit, viewer: Viewer, id: web::Path<i64>, form: Form) -> Answer {
    let id = *id;
    let address = format!("/import/{id}");
    let looked = match find(&visit, &viewer, id, decisions(&form)).await {
        Ok(Found::Waiting(looked)) => looked,
        // The same form sent twice.
        Ok(Found::Applied(..)) => return visit.go(&address),
        // Its day is over.
        Err(Problem::NotFound) => return visit.go("/import"),
        Err(problem) => return Err(problem),
    };
    if looked.run.seal != form.get("plan") {
        return show(&visit, &looked, Some(look_again(&looked)));
    }
    if looked.run.plan.changes.is_empty() {
        return show(&visit, &looked, Some("Nothing can be applied yet. Say below who is the same person."));
    }
    let scope = hr_scope(&viewer)?;
    let (done, there) = (Done::of(&looked.run, &scope, visit.now), address.clone());
    let import = Import {
        plan: looked.run.plan.clone(),
        scope,
        file_name: looked.upload.file_name.clone(),
        file_hash: looked.run.file_hash.clone(),
        school: looked.upload.school,
    };
    let leads_to = visit
        .act_once(&form, "hr", move |act| match import::apply(act, &import)? {
            Outcome::Changed => Ok(String::new()),
            Outcome::Applied(applied) => {
                import::keep_what_was_done(act.conn, id, &done, &applied.new_people)?;
                Ok(there.clone())
            }
        })
        .await?;
    if !leads_to.is_empty() {
        return visit.go(&leads_to);
    }
    match find(&visit, &viewer, id, looked.decisions).await? {
        Found::Waiting(looked) => show(&visit, &looked, Some(look_again(&looked))),
        Found::Applied(..) => visit.go(&address),
    }
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

// ── the view

fn told(run: &DryRun) -> Vec<ToldRow> {
    import::told(&run.list, &run.plan, &run.known, run.source)
}

fn plan_view(looked: &Looked, note: Option<&str>) -> Value {
    let Looked { upload, run, decisions } = looked;
    let rows = told(run);
    let of = |fate: Becomes| rows.iter().filter(move |row| row.fate == fate);
    let new = || rows.iter().filter(|row| row.fate.is_new());
    let noticed = || rows.iter().filter(|row| !row.look_at.is_empty());
    let (changes, left_out) = (changes(run), import::told_missing(&run.plan, &run.known));
    let longest = [of(Becomes::Rejected).count(), new().count(), changes.len(), noticed().count()];
    let button = button(looked);
    json!({
        "note": note,
        "kicker": format!("{} · {}", upload.file_name, count(rows.len(), "row", "rows")),
        "heading": import::summary(&run.plan.counts),
        "cards": cards(&run.plan.counts),
        "not_read": run.list.headings.not_read(),
        "action": format!("/import/{}", upload.id),
        "plan": run.seal,
        "rejected": of(Becomes::Rejected).take(MOST_SHOWN).map(|row| reason(row, &row.what)).collect::<Vec<_>>(),
        "doubtful": doubtful(run, decisions, &rows),
        "answered": answered(run, decisions),
        "again_href": format!("/import/{}", upload.id),
        "joining": new().take(MOST_SHOWN).map(joining).collect::<Vec<_>>(),
        "changed": changes.into_iter().take(MOST_SHOWN).collect::<Vec<_>>(),
        "noticed": noticed().take(MOST_SHOWN).map(|row| reason(row, &row.look_at)).collect::<Vec<_>>(),
        "missing": missing(&left_out),
        "missing_said": missing_in_words(&left_out),
        "rows_href": format!("/import/{}/rows.csv", upload.id),
        "shown": cut(&longest),
        "has_far_button": button.is_some() && longest.iter().sum::<usize>() > MANY_LINES,
        "button": button,
        "what_follows": what_follows(run),
        "kept": format!("The file waits here for you until {}, and then it is forgotten.", upload.kept_until.long()),
    })
}

/// A row with the sentences that are said of it.
pub(super) fn reason(row: &ToldRow, sentences: &[String]) -> Value {
    json!({ "row": row.number.to_string(), "name": row.name, "reason": sentences.join(" ") })
}

/// Says so, where a kind is too long for the page.
pub(super) fn cut(lengths: &[usize]) -> Option<String> {
    let is_cut = lengths.iter().any(|length| *length > MOST_SHOWN);
    is_cut.then(|| format!("Of each kind, the first {MOST_SHOWN} are on this page; the spreadsheet has all."))
}

pub(super) fn cards(counts: &Counts) -> Vec<Value> {
    let card = |label: &str, number: usize, note: &str, kind: &str| {
        let note = if number == 0 { "" } else { note };
        json!({ "label": label, "count": thousands(number as i64), "note": note, "kind": kind })
    };
    let left = match counts.new_people_who_left {
        0 => String::new(),
        left => format!("{} of them {} left", thousands(left as i64), if left == 1 { "has" } else { "have" }),
    };
    vec![
        card("New", counts.new_people, &left, "done"),
        card("Changed", counts.changed_people, "each is below", "now"),
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
    let left = (row.fate == Becomes::NewAndLeft).then(|| format!("Left {}", row.end));
    json!({
        "row": row.number.to_string(),
        "name": row.name,
        "school": row.school,
        "job": row.job,
        "start": row.start,
        "left": left,
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

pub(super) fn missing(missing: &[ToldMissing]) -> Vec<Value> {
    let shown = missing.iter().take(MOST_SHOWN);
    let line = |missing: &ToldMissing| json!({ "name": missing.name, "href": format!("/people/{}", missing.person), "jobs": missing.jobs() });
    shown.map(line).collect()
}

/// "317 people are not in the file. The first 200 are shown here, by last name; the spreadsheet has all of them."
pub(super) fn missing_in_words(missing: &[ToldMissing]) -> String {
    let with_a_row = missing.iter().filter(|missing| missing.is_in_the_list).count();
    let mut said = Vec::new();
    match missing.len() - with_a_row {
        0 => {}
        number => said.push(format!("{} not in the file.", count(number, "person is", "people are"))),
    }
    match with_a_row {
        0 => {}
        number => {
            said.push(format!("{} in it, but not with one of their jobs.", count(number, "person is", "people are")))
        }
    }
    if missing.len() > MOST_SHOWN {
        said.push(format!("The first {MOST_SHOWN} are shown here, by last name; the spreadsheet has all of them."));
    }
    said.join(" ")
}

/// None if there is nothing to apply or to answer.
fn button(looked: &Looked) -> Option<String> {
    let counts = &looked.run.plan.counts;
    let number = |number: usize| thousands(number as i64);
    let said = match (looked.run.plan.changes.is_empty(), counts.same_person_rows, counts.new_people) {
        (true, 0, _) => return None,
        (true, _, _) => "Take in my answers".to_owned(),
        (false, _, 0) => format!("Apply: change {}", number(counts.changed_people)),
        (false, _, new) if counts.changed_people == 0 => format!("Apply: add {}", number(new)),
        (false, _, new) => format!("Apply: add {}, change {}", number(new), number(counts.changed_people)),
    };
    Some(said)
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
    match counts.new_people_who_left {
        0 => {}
        1 => said.push("Nothing is asked of the new person who has left.".to_owned()),
        _ => said.push("Nothing is asked of the new people who have left.".to_owned()),
    }
    if counts.new_people > counts.new_people_who_left {
        said.push("New people who work here get their training list at once.".to_owned());
    }
    said.join(" ")
}
