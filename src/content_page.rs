//! The administrator's page of courses and policies: what is in use and who signed it off, whom the changes in the trust's own
//! folder would touch, and the button that takes them into use; beside it the trace, and what the three readers have to read.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde_json::{Value, json};

use crate::attempts;
use crate::clock::Day;
use crate::courses::trace::{Missed, Traced, trace as trace_of};
use crate::courses::views::short_version;
use crate::courses::{self, Complaint, Difference, Kind, Library, Passage, Reader, SignOff, Touches};
use crate::http::{Answer, Desk, Form, Visit, blocking, field};
use crate::people::rules::WorkEmail;
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::reports::content;
use crate::shelf::{self, Shelf};
use crate::text::count;

const TEMPLATE: &str = "settings/content";
const TITLE: &str = "Courses and policies";
const HOME: &str = "/settings/content";

// ── what is in use, and what would be

/// GET /settings/content
pub async fn show(visit: Visit, _viewer: Viewer, library: web::Data<Library>) -> Answer {
    let view = draw(&visit, &library, &Form::default(), &Complaints::default()).await?;
    visit.page(TEMPLATE, TITLE, view)
}

/// What the page shows, read in one go.
struct Shown {
    complaints: Vec<Complaint>,
    /// Each difference, with how many people have completed what it changes.
    pending: Vec<(Difference, u64)>,
    sign_offs: Vec<SignOff>,
    readers: BTreeMap<i64, String>,
}

fn read(desk: &Desk, library: &Library, today: Day) -> Result<Shown> {
    let (complaints, differences) = match &desk.config.courses {
        None => (library.complaints.clone(), Vec::new()),
        Some(_) => {
            let looked = shelf::look(desk)?;
            (looked.complaints.clone(), looked.differences(library))
        }
    };
    desk.database.read(|conn| {
        let mut pending = Vec::new();
        for difference in differences {
            let people = content::completed_now(conn, difference.kind, &difference.slug, today)?;
            pending.push((difference, people));
        }
        let sign_offs = courses::sign_offs(conn)?;
        let named: Vec<i64> = sign_offs.iter().map(|sign_off| sign_off.person).collect();
        let readers = people::people(conn, &named)?.into_iter().map(|person| (person.id, person.name())).collect();
        Ok(Shown { complaints, pending, sign_offs, readers })
    })
}

async fn draw(visit: &Visit, library: &web::Data<Library>, form: &Form, complaints: &Complaints) -> Result<Value> {
    let (desk, today, in_use) = (visit.desk.clone(), visit.now.day(), library.clone());
    let shown = blocking(move || read(&desk, &in_use, today)).await?;
    let typed = |name: &str, otherwise: &str| {
        let value = if form.has(name) { form.get(name) } else { otherwise };
        field(value, complaints.get(name))
    };
    let folder = visit.desk.config.courses.as_ref().map(|folder| folder.display().to_string());
    Ok(json!({
        "folder": folder,
        "complaints": shown.complaints.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "pending": shown.pending.iter().map(pending_view).collect::<Vec<_>>(),
        "content": names(library).iter().map(|(kind, slug)| content_view(library, *kind, slug, &shown)).collect::<Vec<_>>(),
        "what": whats(library, form, complaints),
        "reader": readers(form, complaints),
        "email": typed("email", ""),
        "day": typed("day", &today.slashed()),
    }))
}

/// "Everybody who is asked for it takes it again. 37 people have completed it in this cycle."
fn pending_view((difference, people): &(Difference, u64)) -> Value {
    let mut sentence = difference.sentence().to_owned();
    if difference.touches() > Touches::Nobody {
        let people = count(usize::try_from(*people).unwrap_or_default(), "person has", "people have");
        sentence.push_str(&format!(" {people} completed it in this cycle."));
    }
    let edits = difference.edits.iter().map(|edit| format!("{}, {}: {}", edit.day.long(), edit.word, edit.what));
    json!({ "title": difference.title, "sentence": sentence, "edits": edits.collect::<Vec<_>>() })
}

fn names(library: &Library) -> Vec<(Kind, String)> {
    let courses = library.courses().into_iter().map(|course| (Kind::Course, course.slug.clone()));
    let policies = library.policies().into_iter().map(|policy| (Kind::Policy, policy.slug.clone()));
    let checklists = library.checklists().into_iter().map(|list| (Kind::Checklist, list.slug.clone()));
    courses.chain(policies).chain(checklists).collect()
}

fn content_view(library: &Library, kind: Kind, slug: &str, shown: &Shown) -> Value {
    let version = library.version(kind, slug).unwrap_or_default();
    let inside = format!("{}/{slug}/", kind.folder());
    let signed = Reader::ALL.map(|reader| {
        let is_it = |sign_off: &&SignOff| {
            sign_off.kind == kind && sign_off.slug == slug && sign_off.version == version && sign_off.reader == reader
        };
        shown.sign_offs.iter().find(is_it).map_or("–".to_owned(), |sign_off| {
            let name = shown.readers.get(&sign_off.person).map_or("somebody", String::as_str);
            format!("{name}, {}", sign_off.day.long())
        })
    });
    json!({
        "title": library.title(kind, slug),
        "version": short_version(&version),
        "is_broken": shown.complaints.iter().any(|complaint| complaint.file.starts_with(&inside)),
        "signed": signed,
    })
}

fn whats(library: &Library, form: &Form, complaints: &Complaints) -> Value {
    let option = |(kind, slug): &(Kind, String)| {
        let value = format!("{}/{slug}", kind.folder());
        json!({ "text": library.title(*kind, slug), "is_chosen": form.get("what") == value, "value": value, "note": null })
    };
    json!({ "options": names(library).iter().map(option).collect::<Vec<_>>(), "error": complaints.get("what") })
}

fn readers(form: &Form, complaints: &Complaints) -> Value {
    let options = Reader::ALL.map(|reader| {
        let is_chosen = form.get("reader") == reader.as_str();
        json!({ "value": reader.as_str(), "text": reader.title(), "note": null, "is_chosen": is_chosen })
    });
    json!({ "options": options, "error": complaints.get("reader") })
}

// ── taking into use

/// POST /settings/content/reload
pub async fn reload(visit: Visit, _form: Form, shelf: web::Data<Shelf>) -> Answer {
    let (desk, who) = (visit.desk.clone(), visit.actor_as("administrator"));
    let library = blocking(move || shelf::reload(&desk, &shelf, who)).await?;
    let said = match library.complaints.len() {
        0 => "The folder was read. All of it is sound and in use.".to_owned(),
        number => format!(
            "The folder was read. {}: what is broken was left out, and the last sound version stays in use.",
            count(number, "complaint", "complaints")
        ),
    };
    visit.go_saying(HOME, &said)
}

// ── signing off

/// POST /settings/content/sign-offs
pub async fn sign_off(visit: Visit, form: Form, library: web::Data<Library>) -> Answer {
    let asked = match Asked::read(&form, &library) {
        Ok(asked) => Arc::new(asked),
        Err(complaints) => return again(&visit, &library, &form, &complaints).await,
    };
    let in_use = library.clone();
    let signed = visit.act_once(&form, "administrator", move |act| {
        let person = people::person_by_email(act.conn, &asked.email)?;
        let person = person.ok_or_else(|| Problem::invalid("email", "Nobody on the staff list has this email"))?;
        let what = (asked.kind, asked.slug.as_str());
        courses::sign_off(act, &in_use, what, asked.reader, &person, asked.day).map(|()| format!("{HOME}#in-use"))
    });
    match signed.await {
        Ok(back) => visit.go_saying(&back, "The sign-off is recorded, with the version that is in use."),
        Err(Problem::Invalid(complaints)) => again(&visit, &library, &form, &complaints).await,
        Err(problem) => Err(problem),
    }
}

async fn again(visit: &Visit, library: &web::Data<Library>, form: &Form, complaints: &Complaints) -> Answer {
    let view = draw(visit, library, form, complaints).await?;
    visit.again(TEMPLATE, TITLE, view, complaints)
}

struct Asked {
    kind: Kind,
    slug: String,
    reader: Reader,
    email: WorkEmail,
    day: Day,
}

impl Asked {
    fn read(form: &Form, library: &Library) -> std::result::Result<Asked, Complaints> {
        let mut complaints = Complaints::default();
        let what =
            names(library).into_iter().find(|(kind, slug)| form.get("what") == format!("{}/{slug}", kind.folder()));
        if what.is_none() {
            complaints.add("what", "Choose what was read");
        }
        let reader = Reader::named(form.get("reader"));
        if reader.is_none() {
            complaints.add("reader", "Choose what it was read for");
        }
        let email = WorkEmail::parse(form.get("email")).map_err(|words| complaints.add("email", words)).ok();
        let day = Day::typed(form.get("day")).map_err(|words| complaints.add("day", words)).ok();
        match (what, reader, email, day) {
            (Some((kind, slug)), Some(reader), Some(email), Some(day)) => Ok(Asked { kind, slug, reader, email, day }),
            _ => Err(complaints),
        }
    }
}

// ── the trace

/// GET /settings/content/trace
pub async fn trace(visit: Visit, _viewer: Viewer, library: web::Data<Library>) -> Answer {
    let shelf = library.clone();
    let traced =
        visit.read(move |conn| Ok(trace_of(&shelf, &attempts::misses(conn, |slug| shelf.course(slug))?))).await?;
    let view = json!({
        "back_href": HOME,
        "back_text": format!("Back to {}", TITLE.to_lowercase()),
        "gaps": traced.iter().flat_map(|clause| clause.gaps.clone()).collect::<Vec<_>>(),
        "clauses": traced.iter().map(|traced| traced_view(&library, traced)).collect::<Vec<_>>(),
    });
    visit.page("settings/trace", "From each clause to its questions", view)
}

/// "Acceptable use: Whose voice is it?", of a course's page; "All staff", of a statement's set.
fn place_title(library: &Library, policy: &str, place: &str) -> String {
    let page = place.split_once('/').and_then(|(slug, name)| {
        let course = library.course(slug)?;
        let page = course.pages.iter().find(|page| page.name == name)?;
        Some(format!("{}: {}", course.title, page.title))
    });
    let set = || {
        let (set, statement) = place.split_once(": ")?;
        let policy = library.policy(policy)?;
        let set = policy.statement_sets.iter().find(|one| one.name == set)?;
        let number = set.statements.iter().position(|one| one.id == statement)? + 1;
        Some(format!("{}, statement {number}", set.title))
    };
    page.or_else(set).unwrap_or_else(|| place.to_owned())
}

fn traced_view(library: &Library, traced: &Traced) -> Value {
    let or_dash = |places: &[String]| -> Vec<String> {
        match places {
            [] => vec!["–".to_owned()],
            places => places.iter().map(|place| place_title(library, &traced.policy, place)).collect(),
        }
    };
    let binds: Vec<&str> = traced.binds.iter().map(|whom| whom.word()).collect();
    let missed = |missed: Missed| Some(format!("{}% of {} answers", missed.per_cent()?, missed.answers));
    json!({
        "clause": traced.clause,
        "name": traced.name,
        "href": format!("/policies/{}#{}", traced.policy, traced.clause),
        "binds": format!("{}{}", binds.join(", "), if traced.duty { "; a duty" } else { "" }),
        "taught": or_dash(&traced.taught),
        "asked": count(traced.asked.len(), "question", "questions"),
        "questions": traced.asked.join(", "),
        "signed": or_dash(&traced.signed),
        "missed": traced.missed.and_then(missed),
    })
}

// ── what the three readers read

/// What the address may ask for: the form for paper.
#[derive(Debug, serde::Deserialize)]
pub struct PassagesAsked {
    print: Option<String>,
}

/// GET /settings/content/passages, with `?print` for paper.
pub async fn passages(
    visit: Visit,
    _viewer: Viewer,
    asked: web::Query<PassagesAsked>,
    library: web::Data<Library>,
) -> Answer {
    let readers = Reader::ALL
        .map(|reader| json!({ "title": reader.title(), "groups": grouped(courses::passages(&library, reader)) }));
    let view = json!({
        "back_href": HOME,
        "back_text": format!("Back to {}", TITLE.to_lowercase()),
        "print_href": "/settings/content/passages?print",
        "readers": readers,
    });
    let visit = if asked.print.is_some() { visit.for_print() } else { visit };
    visit.page("settings/passages", "What the three readers read", view)
}

/// Passages under the title that they are in, in the order in which they came.
fn grouped(passages: Vec<Passage>) -> Vec<Value> {
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for passage in passages {
        let Passage { title, place, href, clauses } = passage;
        let line = json!({ "place": place, "href": href, "clauses": clauses.join(", ") });
        match groups.last_mut() {
            Some((last, lines)) if *last == title => lines.push(line),
            _ => groups.push((title, vec![line])),
        }
    }
    groups.into_iter().map(|(title, lines)| json!({ "title": title, "lines": lines })).collect()
}
