//! By hand: adding a person, correcting a name or email, saying what a job includes, and leaving.

use actix_web::web;
use serde_json::{Value, json};

use super::hr_scope;
use super::typed::{
    LONGEST_REFERENCE, choice, duties_field, email, first_day, job_title, manager, name, role_group,
    role_group_options, school, school_options, short, term_time, term_time_options,
};
use crate::clock::Day;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::pdf;
use crate::people::rules::{PostFlags, WorkEmail, last_day_complaint};
use crate::people::{self, Consequences, Duties, NewPerson, NewPost, Person, PostRecord, School, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};

const ADD: &str = "people/add";
const ADD_TITLE: &str = "Add a person";
const CORRECT: &str = "people/correct";
const CORRECT_TITLE: &str = "Correct or leave";
/// The tick that tells a new person from somebody of the same name and first day.
const SOMEBODY_ELSE: &str = "somebody_else";

// ── adding

pub async fn add(visit: Visit, viewer: Viewer) -> Answer {
    let schools = schools(&visit, &viewer).await?;
    let view = adding(&schools, &Form::default(), &Complaints::default());
    visit.page(ADD, ADD_TITLE, view)
}

async fn schools(visit: &Visit, viewer: &Viewer) -> Result<Vec<School>> {
    let scope = hr_scope(viewer)?;
    visit.read(move |conn| people::schools_in(conn, &scope)).await
}

fn adding(schools: &[School], form: &Form, complaints: &Complaints) -> Value {
    let text = |name: &str| form.field(name, complaints);
    let choice = |name: &str, options: &[(String, String)], usual: &str| {
        choice(options, if form.has(name) { form.get(name) } else { usual }, complaints.get(name))
    };
    json!({
        "action": "/people/add",
        "forename": text("forename"),
        "surname": text("surname"),
        "email": text("email"),
        "reference": text("reference"),
        "school": choice("school", &school_options(schools), ""),
        "job_title": text("job_title"),
        "role_group": choice("role_group", &role_group_options(), ""),
        "term_time": choice("term_time", &term_time_options(), ""),
        "start": text("start"),
        "duties": duties_field(Duties::ticked(&form.all("duties")), true, complaints.get("duties")),
        "manager": text("manager"),
        "same": null,
        "known": null,
    })
}

/// What was typed about somebody new.
#[derive(Clone)]
struct Added {
    person: NewPerson,
    reference: String,
    post: NewPost,
    manager: Option<WorkEmail>,
    /// HR said so of whoever has this name and first day already.
    is_somebody_else: bool,
}

pub async fn add_person(visit: Visit, viewer: Viewer, form: Form, consequences: web::Data<Consequences>) -> Answer {
    let schools = schools(&visit, &viewer).await?;
    let scope = hr_scope(&viewer)?;
    let added = match read_added(&form, &schools, visit.now.day()) {
        Ok(added) => added,
        Err(complaints) => return visit.again(ADD, ADD_TITLE, adding(&schools, &form, &complaints), &complaints),
    };
    let typed = added.clone();
    let said = format!("{} {} is on the list.{}", added.person.forename, added.person.surname, printing(&added.person));
    let done = visit
        .act_once(&form, "hr", move |act| {
            let today = act.now.day();
            let manager = added.manager.as_ref().map(|email| manager(act.conn, &scope, email, today)).transpose()?;
            let post = NewPost { manager: manager.map(|manager| manager.id), ..added.post.clone() };
            let person = people::list_person(act, &added.person, &added.reference, &post)?;
            let is_known = !people::namesakes(act.conn, &added.person, &post, Some(person.id))?.is_empty();
            if is_known && !added.is_somebody_else {
                return Err(Problem::invalid(SOMEBODY_ELSE, "Say whether this is the same person"));
            }
            consequences.follow(act, person.id)?;
            Ok(format!("/people/{}", person.id))
        })
        .await;
    match done {
        Ok(leads_to) => visit.go_saying(&leads_to, &said),
        Err(Problem::Invalid(complaints)) => {
            let asked = complaints.get(SOMEBODY_ELSE).is_some();
            let known = known(&visit, &viewer, typed.person.work_email.clone(), &complaints).await?;
            let namesakes = if asked { namesakes(&visit, typed).await? } else { Vec::new() };
            let mut view = adding(&schools, &form, &complaints);
            view["same"] = same(&namesakes, &complaints);
            view["known"] = known;
            visit.again(ADD, ADD_TITLE, view, &complaints)
        }
        Err(problem) => Err(problem),
    }
}

async fn namesakes(visit: &Visit, added: Added) -> Result<Vec<Person>> {
    visit.read(move |conn| people::namesakes(conn, &added.person, &added.post, None)).await
}

/// Whoever has the email that somebody else was to get, where this viewer may see them; else null.
async fn known(visit: &Visit, viewer: &Viewer, email: Option<WorkEmail>, complaints: &Complaints) -> Result<Value> {
    let (scope, today) = (hr_scope(viewer)?, visit.now.day());
    let Some(email) = email.filter(|_| complaints.get("email").is_some()) else { return Ok(Value::Null) };
    let seen = move |conn: &mut Conn| {
        let Some(person) = people::person_by_email(conn, &email)? else { return Ok(Value::Null) };
        match people::visible_to(conn, &scope, person.id, today) {
            Ok(person) => Ok(json!({ "href": format!("/people/{}", person.id), "name": person.name() })),
            Err(Problem::NotFound) => Ok(Value::Null),
            Err(problem) => Err(problem),
        }
    };
    visit.read(seen).await
}

/// The question whether somebody is on the list already; null where there is none.
fn same(namesakes: &[Person], complaints: &Complaints) -> Value {
    if namesakes.is_empty() {
        return Value::Null;
    }
    let known = namesakes.iter().map(|person| {
        let email = person.work_email.as_ref().map(WorkEmail::as_str).unwrap_or("no work email");
        json!({ "href": format!("/people/{}", person.id), "name": person.name(), "email": email })
    });
    let tick = json!({ "value": "yes", "text": "It is somebody else: add them", "note": null, "is_chosen": false });
    json!({
        "people": known.collect::<Vec<_>>(),
        "choice": { "options": [tick], "error": complaints.get(SOMEBODY_ELSE) },
    })
}

fn read_added(form: &Form, schools: &[School], today: Day) -> std::result::Result<Added, Complaints> {
    let mut complaints = Complaints::default();
    let forename = name(form, "forename", "Enter a first name", &mut complaints);
    let surname = name(form, "surname", "Enter a last name", &mut complaints);
    let work_email = email(form, "email", "the work email", &mut complaints);
    if let Some(desk) = work_email.as_ref().and_then(WorkEmail::shared_mailbox) {
        complaints.add(
            "email",
            format!("‘{desk}’ looks like a mailbox that several people read. Give their own, or leave this empty"),
        );
    }
    if form.get("email").is_empty() && form.get("reference").is_empty() {
        complaints.add("email", "Give a work email or a staff reference, so that the next import knows this person");
    }
    let reference = short(form, "reference", "The reference", LONGEST_REFERENCE, &mut complaints);
    let school = school(form, schools, &mut complaints);
    let job_title = job_title(form, &mut complaints);
    let role_group = role_group(form, &mut complaints);
    let from = first_day(form, today, &mut complaints);
    let duties = Duties::ticked(&form.all("duties"));
    if duties.on_placement && role_group.is_some_and(|group| !group.may_be_on_placement()) {
        complaints
            .add("duties", "Only a trainee can be on placement: take the tick away, or choose the role group Trainee");
    }
    let manager = email(form, "manager", "the line manager’s work email", &mut complaints);
    let (Some(school), Some(role_group), Some(from)) = (school, role_group, from) else { return Err(complaints) };
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let person = NewPerson { forename, surname, work_email, ..NewPerson::default() };
    let post = NewPost {
        school: school.id,
        job_title,
        role_group,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: term_time(form),
        flags: PostFlags::default(),
        from,
        until: None,
        manager: None,
        manager_named: manager.as_ref().map(ToString::to_string),
    };
    let is_somebody_else = form.has(SOMEBODY_ELSE);
    Ok(Added { person, reference, post: duties.put(post), manager, is_somebody_else })
}

/// A sentence about letters that certificates cannot print; empty if there are none.
fn printing(person: &NewPerson) -> String {
    let letters: String = pdf::unprintable(&format!("{} {}", person.forename, person.surname)).into_iter().collect();
    if letters.is_empty() {
        return String::new();
    }
    format!(
        " Certificates cannot print ‘{letters}’: if they also write their name in European letters, correct it here."
    )
}

// ── correcting

/// Somebody whom this viewer may see, with what can be corrected.
struct Seen {
    person: Person,
    schools: Vec<School>,
    /// Those that go on.
    posts: Vec<PostRecord>,
    /// Those with a last day, past or to come, that can be taken back.
    leaving: Vec<PostRecord>,
    /// All that stand, past ones too, the newest first.
    all: Vec<PostRecord>,
}

async fn see(visit: &Visit, viewer: &Viewer, id: i64) -> Result<Seen> {
    let (scope, today) = (hr_scope(viewer)?, visit.now.day());
    visit
        .read(move |conn| {
            let person = people::visible_to(conn, &scope, id, today)?;
            let posts = posts_that_go_on(conn, &scope, id, today)?;
            let leaving = posts_with_a_last_day(conn, &scope, id, today)?;
            let mut all = people::posts_seen(conn, &scope, id)?;
            all.sort_by_key(|record| std::cmp::Reverse((record.post.from, record.post.id)));
            Ok(Seen { person, schools: people::schools_in(conn, &scope)?, posts, leaving, all })
        })
        .await
}

fn posts_that_go_on(conn: &mut Conn, scope: &Scope, person: i64, today: Day) -> Result<Vec<PostRecord>> {
    let mut posts = people::posts_seen(conn, scope, person)?;
    posts.retain(|record| record.post.until.is_none_or(|until| until >= today));
    Ok(posts)
}

/// Of those that go on; of somebody who has left, the job that ended last.
fn posts_with_a_last_day(conn: &mut Conn, scope: &Scope, person: i64, today: Day) -> Result<Vec<PostRecord>> {
    let mut posts = posts_that_go_on(conn, scope, person, today)?;
    if posts.is_empty() {
        posts.extend(people::posts_seen(conn, scope, person)?.into_iter().max_by_key(|record| record.post.until));
    }
    posts.retain(|record| record.post.until.is_some());
    Ok(posts)
}

fn correcting(seen: &Seen, form: &Form, complaints: &Complaints) -> Value {
    let Seen { person, .. } = seen;
    let text = |name: &str, held: &str| {
        let value = if form.has(name) { form.get(name) } else { held };
        field(value, complaints.get(name))
    };
    let email = person.work_email.as_ref().map(WorkEmail::as_str).unwrap_or_default();
    let last_day = match &seen.posts[..] {
        [only] => only.post.until.map(Day::slashed).unwrap_or_default(),
        _ => String::new(),
    };
    let address = |what: &str| format!("/people/{}/{what}", person.id);
    json!({
        "back_href": format!("/people/{}", person.id),
        "back_text": format!("Back to {}", person.name()),
        "name": person.name(),
        "correct_action": address("correct"),
        "forename": text("forename", person.known_as()),
        "surname": text("surname", person.known_surname()),
        "email": text("email", email),
        "duties_action": address("duties"),
        "duties": duties_field(Duties::of_any(&seen.posts), Duties::may_be_placement(&seen.posts), None),
        "leave_action": address("leave"),
        "leaving": leaving(seen),
        "can_leave": !seen.posts.is_empty(),
        "post": choice(&jobs(seen), form.get("post"), complaints.get("post")),
        "last_day": text("last_day", &last_day),
        "jobs": seen.all.iter().map(|record| job_link(seen, record)).collect::<Vec<_>>(),
        "known": null,
    })
}

/// One job, with the page that corrects it.
fn job_link(seen: &Seen, record: &PostRecord) -> Value {
    let until = record.post.until.map(|day| format!(" until {}", day.long())).unwrap_or_default();
    json!({
        "href": format!("/people/{}/posts/{}", seen.person.id, record.post.id),
        "job": job(seen, record),
        "days": format!("from {}{until}", record.post.from.long()),
    })
}

/// Each last day that is set, with what takes it back.
fn leaving(seen: &Seen) -> Vec<Value> {
    let days = seen.leaving.iter().filter_map(|record| Some((record, record.post.until?)));
    days.map(|(record, day)| json!({ "post": record.post.id.to_string(), "job": job(seen, record), "day": day.long() }))
        .collect()
}

fn jobs(seen: &Seen) -> Vec<(String, String)> {
    seen.posts.iter().map(|record| (record.post.id.to_string(), job(seen, record))).collect()
}

/// "Teacher of music, Oak Primary"
fn job(seen: &Seen, record: &PostRecord) -> String {
    let school = seen.schools.iter().find(|school| school.id == record.school);
    format!("{}, {}", record.job_title, school.map(|school| school.name.as_str()).unwrap_or_default())
}

pub async fn correct(visit: Visit, viewer: Viewer, id: web::Path<i64>) -> Answer {
    let seen = see(&visit, &viewer, *id).await?;
    visit.page(CORRECT, CORRECT_TITLE, correcting(&seen, &Form::default(), &Complaints::default()))
}

/// On to the person's page, or the form again with what needs putting right.
fn finish(visit: &Visit, seen: &Seen, form: &Form, done: Result<String>, said: &str) -> Answer {
    match done {
        Ok(leads_to) => visit.go_saying(&leads_to, said),
        Err(Problem::Invalid(complaints)) => {
            visit.again(CORRECT, CORRECT_TITLE, correcting(seen, form, &complaints), &complaints)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn correct_person(
    visit: Visit,
    viewer: Viewer,
    id: web::Path<i64>,
    form: Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let seen = see(&visit, &viewer, *id).await?;
    let (scope, id) = (hr_scope(&viewer)?, *id);
    let typed = match read_corrected(&form) {
        Ok(typed) => typed,
        Err(complaints) => return finish(&visit, &seen, &form, Err(Problem::Invalid(complaints)), ""),
    };
    let said = format!("Saved.{}", printing(&typed));
    let work_email = typed.work_email.clone();
    let done = visit
        .act_once(&form, "hr", move |act| {
            let today = act.now.day();
            let person = people::visible_to(act.conn, &scope, id, today)?;
            let corrected = corrected(&person, &typed);
            if corrected != person {
                people::correct_person(act, &corrected)?;
            }
            consequences.follow(act, id)?;
            Ok(format!("/people/{id}"))
        })
        .await;
    let Err(Problem::Invalid(complaints)) = done else { return finish(&visit, &seen, &form, done, &said) };
    let mut view = correcting(&seen, &form, &complaints);
    view["known"] = known(&visit, &viewer, work_email, &complaints).await?;
    visit.again(CORRECT, CORRECT_TITLE, view, &complaints)
}

fn read_corrected(form: &Form) -> std::result::Result<NewPerson, Complaints> {
    let mut complaints = Complaints::default();
    let forename = name(form, "forename", "Enter a first name", &mut complaints);
    let surname = name(form, "surname", "Enter a last name", &mut complaints);
    let work_email = email(form, "email", "the work email", &mut complaints);
    match complaints.is_empty() {
        true => Ok(NewPerson { forename, surname, work_email, ..NewPerson::default() }),
        false => Err(complaints),
    }
}

/// The names they go by are put right where they are held.
fn corrected(person: &Person, typed: &NewPerson) -> Person {
    let mut corrected = Person { work_email: typed.work_email.clone(), ..person.clone() };
    let held = |preferred: &str| !preferred.is_empty();
    match held(&person.preferred_forename) {
        true => corrected.preferred_forename = typed.forename.clone(),
        false => corrected.forename = typed.forename.clone(),
    }
    match held(&person.preferred_surname) {
        true => corrected.preferred_surname = typed.surname.clone(),
        false => corrected.surname = typed.surname.clone(),
    }
    corrected
}

// ── leaving

pub async fn leave(
    visit: Visit,
    viewer: Viewer,
    id: web::Path<i64>,
    form: Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let seen = see(&visit, &viewer, *id).await?;
    let (scope, id) = (hr_scope(&viewer)?, *id);
    if form.has("take_back") {
        return take_back(&visit, &seen, scope, &form, consequences).await;
    }
    let mut complaints = Complaints::default();
    let post = form.get("post").parse::<i64>().ok();
    if post.is_none() {
        complaints.add("post", "Choose a job");
    }
    let last_day = form.day("last_day", "the last day", &mut complaints);
    if let Some(complaint) = last_day.and_then(|day| last_day_complaint(day, visit.now.day())) {
        complaints.add("last_day", complaint);
    }
    let (Some(last_day), Some(post), true) = (last_day, post, complaints.is_empty()) else {
        return finish(&visit, &seen, &form, Err(Problem::Invalid(complaints)), "");
    };
    let done = visit
        .act_once(&form, "hr", move |act| {
            let today = act.now.day();
            let person = people::visible_to(act.conn, &scope, id, today)?;
            let posts = people::posts_seen(act.conn, &scope, id)?;
            let record = posts.iter().find(|record| record.post.id == post);
            let record =
                record.ok_or_else(|| Problem::invalid("post", "Choose a job: this one has changed meanwhile"))?;
            people::end_post(act, &person, record, last_day)?;
            consequences.follow(act, id)?;
            Ok(format!("/people/{id}"))
        })
        .await;
    finish(&visit, &seen, &form, done, &format!("Saved: {} is the last day in this job.", last_day.long()))
}

/// The job that has a last day goes on after all.
async fn take_back(
    visit: &Visit,
    seen: &Seen,
    scope: Scope,
    form: &Form,
    consequences: web::Data<Consequences>,
) -> Answer {
    let (id, post) = (seen.person.id, form.get("take_back").to_owned());
    let done = visit
        .act_once(form, "hr", move |act| {
            let today = act.now.day();
            let person = people::visible_to(act.conn, &scope, id, today)?;
            let posts = posts_with_a_last_day(act.conn, &scope, id, today)?;
            let record = posts.iter().find(|record| record.post.id.to_string() == post).ok_or(Problem::NotFound)?;
            people::continue_post(act, &person, record)?;
            consequences.follow(act, id)?;
            Ok(format!("/people/{id}"))
        })
        .await;
    finish(visit, seen, form, done, "Saved: this job has no last day now.")
}
