//! What HR type about somebody by hand: names, emails, days and choices, each read with a complaint at its own field.
//! A complaint is one sentence without a full stop.

use serde_json::{Value, json};

use crate::clock::Day;
use crate::db::Conn;
use crate::http::Form;
use crate::people::import::{Fte, a_name};
use crate::people::rules::{EmploymentType, RoleGroup, WorkEmail, first_day_complaint};
use crate::people::{self, Duties, Person, School, Scope};
use crate::problem::{Complaints, Problem, Result};
use crate::text::{capital, too_long};

/// The longest name and the longest job title or reference, in characters, as in a staff list.
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 150;
pub(super) const LONGEST_REFERENCE: usize = 64;

// ── choices

pub(super) type Options = Vec<(String, String)>;

pub(super) fn choice(options: &[(String, String)], chosen: &str, error: Option<&str>) -> Value {
    let option = |(value, text): &(String, String)| json!({ "value": value, "text": text, "note": null, "is_chosen": value == chosen });
    json!({ "options": options.iter().map(option).collect::<Vec<_>>(), "error": error })
}

fn none() -> (String, String) {
    (String::new(), "Choose one".to_owned())
}

pub(super) fn school_options(schools: &[School]) -> Options {
    let schools: Options = schools.iter().map(|school| (school.urn.to_string(), school.name.clone())).collect();
    if schools.len() == 1 { schools } else { [vec![none()], schools].concat() }
}

pub(super) fn role_group_options() -> Options {
    let groups = RoleGroup::ALL.iter().map(|group| (group.to_string(), capital(group.as_str())));
    std::iter::once(none()).chain(groups).collect()
}

pub(super) fn term_time_options() -> Options {
    let times = [("", "As usual for the job"), ("yes", "In term time"), ("no", "All year")];
    times.iter().map(|(value, text)| (value.to_string(), text.to_string())).collect()
}

/// The words that rows keep, and one that an import brought and we do not know.
pub(super) fn employment_options(held: &str) -> Options {
    let known = EmploymentType::ALL.iter().map(|kind| kind.as_str());
    let other = Some(held).filter(|held| !held.is_empty() && !known.clone().any(|kind| kind == *held));
    let named = known.chain(other).map(|kind| (kind.to_owned(), capital(kind)));
    std::iter::once((String::new(), "Not known".to_owned())).chain(named).collect()
}

pub(super) fn school<'s>(form: &Form, schools: &'s [School], complaints: &mut Complaints) -> Option<&'s School> {
    let school = schools.iter().find(|school| school.urn.as_str() == form.get("school"));
    if school.is_none() {
        complaints.add("school", "Choose a school");
    }
    school
}

pub(super) fn role_group(form: &Form, complaints: &mut Complaints) -> Option<RoleGroup> {
    let group = RoleGroup::ALL.iter().copied().find(|group| group.as_str() == form.get("role_group"));
    if group.is_none() {
        complaints.add("role_group", "Choose a role group");
    }
    group
}

pub(super) fn term_time(form: &Form) -> Option<bool> {
    match form.get("term_time") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

// ── words and days

pub(super) fn name(form: &Form, field: &str, empty: &str, complaints: &mut Complaints) -> String {
    let typed = short(form, field, "The name", LONGEST_NAME, complaints);
    match a_name(&typed) {
        _ if typed.is_empty() => complaints.add(field, empty),
        Ok(_) => {}
        Err(wrong) => complaints.add(field, wrong.reason.trim_end_matches('.')),
    }
    typed
}

pub(super) fn job_title(form: &Form, complaints: &mut Complaints) -> String {
    let job_title = short(form, "job_title", "The job title", LONGEST_TEXT, complaints);
    if job_title.is_empty() {
        complaints.add("job_title", "Enter a job title");
    }
    job_title
}

/// `what` is what the field is called at the beginning of a sentence.
pub(super) fn short(form: &Form, field: &str, what: &str, most: usize, complaints: &mut Complaints) -> String {
    let typed = form.get(field).split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(complaint) = too_long(what, &typed, most) {
        complaints.add(field, complaint);
    }
    typed
}

/// None if the field is empty; `whose` says which email is meant: "the work email".
pub(super) fn email(form: &Form, field: &str, whose: &str, complaints: &mut Complaints) -> Option<WorkEmail> {
    let typed = form.get(field);
    if typed.is_empty() {
        return None;
    }
    WorkEmail::parse(typed).inspect_err(|_| complaints.add(field, not_an_email(whose))).ok()
}

pub(super) fn not_an_email(whose: &str) -> String {
    format!("Write {whose} as an email address, such as name@example.sch.uk")
}

/// A first day in a job, neither long ago nor far ahead.
pub(super) fn first_day(form: &Form, today: Day, complaints: &mut Complaints) -> Option<Day> {
    let day = form.day("start", "the first day", complaints)?;
    match first_day_complaint(day, today) {
        Some(complaint) => complaints.add("start", complaint),
        None => return Some(day),
    }
    None
}

/// A share of full time in ten-thousandths; none if the field is empty.
pub(super) fn share(form: &Form, complaints: &mut Complaints) -> Option<i32> {
    let typed = form.get("share");
    if typed.is_empty() {
        return None;
    }
    match Fte::read(typed) {
        Ok(share) => return Some(share.0),
        Err(_) => complaints.add("share", "Write the share of full time as 0.00 to 1.00, such as 0.60"),
    }
    None
}

/// A line manager must be somebody whom this viewer may see: of others, nobody learns here whether they exist.
pub(super) fn manager(conn: &mut Conn, scope: &Scope, email: &WorkEmail, today: Day) -> Result<Person> {
    let found = people::person_by_email(conn, email)?;
    let seen = found.map(|person| people::visible_to(conn, scope, person.id, today));
    match seen {
        None | Some(Err(Problem::NotFound)) => Err(Problem::invalid(
            "manager",
            "Nobody whom you can see has the line manager’s email: leave it empty for now",
        )),
        Some(seen) => seen,
    }
}

// ── what a job includes

/// What a job includes, as tick boxes; a placement is offered where it means something.
pub(super) fn duties_field(duties: Duties, with_placement: bool, error: Option<&str>) -> Value {
    let Duties { flags, on_placement } = duties;
    let option = |value: &str, text: &str, is_chosen: bool| json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen });
    let mut options = vec![
        option("leads", "They are a senior leader", flags.leadership),
        option("accounts", "They run a school’s social media account", flags.account_administrator),
        option("images", "They take or publish pictures of pupils", flags.takes_images),
    ];
    if with_placement {
        let text = "They are a trainee on placement, whom the school does not employ";
        options.push(option("placement", text, on_placement));
    }
    json!({ "options": options, "error": error })
}
