//! `/people/{id}/posts/{post}`: one job of somebody's, corrected by hand. What held before is kept, and what is asked of them
//! follows.

use actix_web::web;
use serde_json::{Value, json};

use super::hr_scope;
use super::typed::{
    choice, employment_options, first_day, job_title, manager, not_an_email, role_group, role_group_options, school,
    school_options, share, term_time, term_time_options,
};
use crate::clock::Day;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::people::import::Fte;
use crate::people::rules::{EmploymentType, WorkEmail};
use crate::people::{self, Consequences, NewPost, Person, PostRecord, School, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};

const JOB: &str = "people/job";
const TITLE: &str = "Correct a job";

/// Somebody's job, as this viewer may see it.
struct Seen {
    person: Person,
    record: PostRecord,
    schools: Vec<School>,
    manager: Held,
}

/// The line manager as the form holds them; what is not typed over stays as it is.
#[derive(Default)]
struct Held {
    /// Their email, or the staff list's words for somebody who is nobody known.
    typed: String,
    /// Their name, where the field cannot hold them.
    name: Option<String>,
}

async fn see(visit: &Visit, viewer: &Viewer, id: i64, post: i64) -> Result<Seen> {
    let (scope, today) = (hr_scope(viewer)?, visit.now.day());
    visit
        .read(move |conn| {
            let person = people::visible_to(conn, &scope, id, today)?;
            let record = standing(conn, &scope, id, post)?;
            let manager = held(conn, &scope, &record, today)?;
            Ok(Seen { person, record, schools: people::schools_in(conn, &scope)?, manager })
        })
        .await
}

/// A post that stands; one that was corrected since the page was opened says so.
fn standing(conn: &mut Conn, scope: &Scope, person: i64, post: i64) -> Result<PostRecord> {
    let mut posts = people::posts_of(conn, &[person])?;
    posts.retain(|record| record.post.id == post && scope.includes(record.school));
    let record = posts.pop().ok_or(Problem::NotFound)?;
    match record.superseded {
        None => Ok(record),
        Some(_) => Err(Problem::refused(
            "This job has been changed since you opened the page. Nothing was done now. Open the person’s page to see how it stands.",
        )),
    }
}

fn held(conn: &mut Conn, scope: &Scope, record: &PostRecord, today: Day) -> Result<Held> {
    let Some(manager) = record.manager else {
        return Ok(Held { typed: record.manager_named.clone().unwrap_or_default(), name: None });
    };
    let person = people::person(conn, manager)?;
    let email = person.work_email.as_ref().map(ToString::to_string);
    match (email, people::visible_to(conn, scope, manager, today)) {
        (Some(email), Ok(_)) => Ok(Held { typed: email, name: None }),
        (_, Ok(_) | Err(Problem::NotFound)) => Ok(Held { typed: String::new(), name: Some(person.name()) }),
        (_, Err(problem)) => Err(problem),
    }
}

// ── the page

pub async fn job(visit: Visit, viewer: Viewer, place: web::Path<(i64, i64)>) -> Answer {
    let seen = see(&visit, &viewer, place.0, place.1).await?;
    visit.page(JOB, TITLE, view(&seen, &Form::default(), &Complaints::default()))
}

fn view(seen: &Seen, form: &Form, complaints: &Complaints) -> Value {
    let Seen { person, record, schools, manager } = seen;
    let value = |name: &str, held: &str| if form.has(name) { form.get(name).to_owned() } else { held.to_owned() };
    let text = |name: &str, held: &str| field(&value(name, held), complaints.get(name));
    let choice = |name: &str, options: &[(String, String)], held: &str| {
        choice(options, &value(name, held), complaints.get(name))
    };
    let here = schools.iter().find(|school| school.id == record.school);
    let share = record.fte_basis_points.map(|share| Fte(share).to_string()).unwrap_or_default();
    let times = match record.post.term_time_only {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let kept = manager.name.as_ref().map(|name| format!("It is {name}. Leave this empty to keep them."));
    json!({
        "back_href": format!("/people/{}/correct", person.id),
        "heading": format!("{}: {}", person.name(), record.job_title),
        "action": format!("/people/{}/posts/{}", person.id, record.post.id),
        "school": choice("school", &school_options(schools), here.map(|school| school.urn.as_str()).unwrap_or_default()),
        "job_title": text("job_title", &record.job_title),
        "role_group": choice("role_group", &role_group_options(), record.post.role_group.as_str()),
        "employment": choice("employment", &employment_options(&record.employment_type), &record.employment_type),
        "share": text("share", &share),
        "term_time": choice("term_time", &term_time_options(), times),
        "start": text("start", &record.post.from.slashed()),
        "manager": text("manager", &manager.typed),
        "manager_hint": kept.unwrap_or_else(|| "Leave this empty if they have none.".to_owned()),
    })
}

// ── correcting

/// What was typed. The line manager is looked up in the act.
#[derive(Clone)]
struct Typed {
    school: i64,
    post: NewPost,
    manager: String,
}

pub async fn correct_job(
    visit: Visit,
    viewer: Viewer,
    place: web::Path<(i64, i64)>,
    form: Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let ((id, post), scope) = (place.into_inner(), hr_scope(&viewer)?);
    let all = scope.clone();
    let schools = visit.read(move |conn| people::schools_in(conn, &all)).await?;
    let typed = match read(&form, &schools, visit.now.day()) {
        Ok(typed) => typed,
        Err(complaints) => {
            let seen = see(&visit, &viewer, id, post).await?;
            return visit.again(JOB, TITLE, view(&seen, &form, &complaints), &complaints);
        }
    };
    let done = visit
        .act_once(&form, "hr", move |act| {
            let today = act.now.day();
            let person = people::visible_to(act.conn, &scope, id, today)?;
            let record = standing(act.conn, &scope, id, post)?;
            let new = corrected(act.conn, &scope, &record, &typed, today)?;
            if new != NewPost::from(&record) {
                people::correct_post(act, &person, post, &new)?;
            }
            consequences.follow(act, id)?;
            Ok(format!("/people/{id}"))
        })
        .await;
    match done {
        Ok(leads_to) => visit.go_saying(&leads_to, "Saved."),
        Err(Problem::Invalid(complaints)) => {
            let seen = see(&visit, &viewer, id, post).await?;
            visit.again(JOB, TITLE, view(&seen, &form, &complaints), &complaints)
        }
        Err(problem) => Err(problem),
    }
}

fn read(form: &Form, schools: &[School], today: Day) -> std::result::Result<Typed, Complaints> {
    let mut complaints = Complaints::default();
    let school = school(form, schools, &mut complaints);
    let job_title = job_title(form, &mut complaints);
    let role_group = role_group(form, &mut complaints);
    let employment_type = form.get("employment").to_owned();
    let is_placement = employment_type == EmploymentType::Placement.as_str();
    if is_placement && role_group.is_some_and(|group| !group.may_be_on_placement()) {
        complaints.add(
            "employment",
            "Only a trainee can be on placement: choose another employment, or the role group Trainee",
        );
    }
    let fte_basis_points = share(form, &mut complaints);
    let from = first_day(form, today, &mut complaints);
    let (Some(school), Some(role_group), Some(from), true) = (school, role_group, from, complaints.is_empty()) else {
        return Err(complaints);
    };
    let post = NewPost {
        school: school.id,
        job_title,
        role_group,
        employment_type,
        fte_basis_points,
        term_time_only: term_time(form),
        flags: Default::default(),
        from,
        until: None,
        manager: None,
        manager_named: None,
    };
    Ok(Typed { school: school.id, post, manager: form.get("manager").to_owned() })
}

/// The post as it should be: what was typed over what is held, which keeps its last day and what the job includes.
fn corrected(conn: &mut Conn, scope: &Scope, record: &PostRecord, typed: &Typed, today: Day) -> Result<NewPost> {
    let mut complaints = Complaints::default();
    if let Some(until) = record.post.until.filter(|until| *until < typed.post.from) {
        complaints.add("start", format!("This job ends on {}: its first day cannot lie after", until.long()));
    }
    let known = employment_options(&record.employment_type);
    if !known.iter().any(|(value, _)| *value == typed.post.employment_type) {
        complaints.add("employment", "Choose how they are employed");
    }
    let (manager, manager_named) = match line_manager(conn, scope, record, &typed.manager, today) {
        Err(Problem::Invalid(Complaints(more))) => {
            complaints.0.extend(more);
            Default::default()
        }
        found => found?,
    };
    complaints.into_result()?;
    let held = NewPost::from(record);
    let post = NewPost { school: typed.school, manager, manager_named, ..typed.post.clone() };
    Ok(NewPost { flags: held.flags, until: held.until, ..post })
}

type LineManager = (Option<i64>, Option<String>);

fn line_manager(conn: &mut Conn, scope: &Scope, record: &PostRecord, typed: &str, today: Day) -> Result<LineManager> {
    if typed == held(conn, scope, record, today)?.typed {
        return Ok((record.manager, record.manager_named.clone()));
    }
    if typed.is_empty() {
        return Ok((None, None));
    }
    let email = WorkEmail::parse(typed);
    let email = email.map_err(|_| Problem::invalid("manager", not_an_email("the line manager’s work email")))?;
    let found = manager(conn, scope, &email, today)?;
    if found.id == record.person {
        return Err(Problem::invalid("manager", "Nobody is their own line manager"));
    }
    Ok((Some(found.id), Some(email.to_string())))
}
