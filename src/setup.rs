//! The first start: a one-time address of `/setup`, and the one act that makes a trust. No default password exists.

use actix_web::web;
use serde_json::{Value, json};

use crate::act::Act;
use crate::app::read_house;
use crate::clock::Instant;
use crate::courses::{self, Library};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::http::{Answer, Desk, Form, Visit};
use crate::identity::{self, rules::LinkKind};
use crate::people::rules::{AccessRole, PostFlags, RoleGroup, Urn, WorkEmail};
use crate::people::{self, NewPerson, NewPost, Person};
use crate::problem::{Complaints, Problem, Result};
use crate::{assignments, ids, settings, settings_page};

const CODE_HASH: &str = "setup_code_hash";
const CODE_UNTIL: &str = "setup_code_until";
const CODE_LIVES_MINUTES: i64 = 24 * 60;

/// What makes a trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTrust {
    pub name: String,
    pub schools: Vec<(Urn, String)>,
    /// Such as https://training.example.sch.uk
    pub address: String,
    pub mail_from: String,
    pub mail_to: String,
    pub administrator: NewPerson,
    /// Where the first administrator works; one of the schools.
    pub administrator_school: Urn,
}

/// Makes the trust: schools, settings, content, requirements and the first administrator. Once only.
pub fn set_up(act: &mut Act, library: &Library, new: &NewTrust) -> Result<Person> {
    if settings::read(act.conn, settings::LOG_ORIGIN)?.is_some() {
        return Err(Problem::NotFound);
    }
    let origin = format!("{}/evidence/1", new.address.split("://").last().unwrap_or("seamark").trim_end_matches('/'));
    let said = [
        (settings::TRUST_NAME, new.name.as_str()),
        (settings::ADDRESS, new.address.as_str()),
        (settings::MAIL_FROM, new.mail_from.as_str()),
        (settings::MAIL_TO, new.mail_to.as_str()),
        (settings::LOG_ORIGIN, origin.as_str()),
        (CODE_HASH, ""),
    ];
    for (name, value) in said {
        settings::write(act.conn, act.now, None, name, value)?;
    }
    act.record(Draft::new("trust-set-up")?.fact("trust", new.name.as_str()));
    courses::store_contents(act, library)?;
    for (urn, name) in &new.schools {
        people::add_school(act, urn, name)?;
    }
    assignments::programme(act, &library.programme, act.now.day())?;
    let administrator = first_administrator(act, new)?;
    // So that their first page shows what there is to do.
    assignments::reconcile(act, &[administrator.id])?;
    Ok(administrator)
}

fn first_administrator(act: &mut Act, new: &NewTrust) -> Result<Person> {
    let schools = people::schools(act.conn)?;
    let school = schools.iter().find(|school| school.urn == new.administrator_school).ok_or(Problem::NotFound)?;
    let person = people::add_person(act, &new.administrator)?;
    let post = NewPost {
        school: school.id,
        job_title: "Administrator".to_owned(),
        role_group: if school.central { RoleGroup::Central } else { RoleGroup::Office },
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: act.now.day(),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::add_post(act, &person, &post)?;
    identity::grant(act, &person, AccessRole::Administrator, None, act.now.day(), None)?;
    Ok(person)
}

/// A fresh code for `/setup`, good for a day; the one before it no longer works. None once the trust is made.
pub fn fresh_code(conn: &mut Conn, now: Instant) -> Result<Option<String>> {
    if settings::read(conn, settings::LOG_ORIGIN)?.is_some() {
        return Ok(None);
    }
    let code = ids::random_token()?;
    settings::write(conn, now, None, CODE_HASH, &ids::hex(&ids::sha256(code.as_bytes())))?;
    settings::write(conn, now, None, CODE_UNTIL, &now.plus_minutes(CODE_LIVES_MINUTES).0.to_string())?;
    Ok(Some(code))
}

/// Not found unless this is the code, in its time, and no trust has been made.
fn check_code(conn: &mut Conn, code: &str, now: Instant) -> Result<()> {
    let made = settings::read(conn, settings::LOG_ORIGIN)?.is_some();
    let hash = settings::read(conn, CODE_HASH)?.unwrap_or_default();
    let until: i64 = settings::read(conn, CODE_UNTIL)?.and_then(|until| until.parse().ok()).unwrap_or_default();
    let right = !hash.is_empty() && hash == ids::hex(&ids::sha256(code.as_bytes()));
    if made || !right || now.0 >= until { Err(Problem::NotFound) } else { Ok(()) }
}

#[derive(serde::Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

pub async fn show(visit: Visit, code: web::Query<Code>) -> Answer {
    let (code, now) = (code.into_inner().code, visit.now);
    let checked = code.clone();
    visit.read(move |conn| check_code(conn, &checked, now)).await?;
    visit.page("identity/setup", "Set up Seamark", view(&Form::default(), &code, &Complaints::default()))
}

pub async fn make(
    visit: Visit,
    code: web::Query<Code>,
    form: Form,
    library: web::Data<Library>,
    desk: web::Data<Desk>,
) -> Answer {
    let (code, now) = (code.into_inner().code, visit.now);
    let checked = code.clone();
    visit.read(move |conn| check_code(conn, &checked, now)).await?;
    let new = match read_form(&form) {
        Ok(new) => new,
        Err(complaints) => {
            let view = view(&form, &code, &complaints);
            return visit.again("identity/setup", "Set up Seamark", view, &complaints);
        }
    };
    let who = crate::evidence::Actor { method: "setup".to_owned(), ..crate::evidence::Actor::system() };
    let token = visit
        .act_as(who, move |act| {
            let person = set_up(act, &library, &new)?;
            identity::make_link(act, person.id, LinkKind::Shell)
        })
        .await?;
    crate::http::blocking(move || read_house(&desk)).await?;
    visit.go(&format!("/sign-in/link/{token}"))
}

fn read_form(form: &Form) -> std::result::Result<NewTrust, Complaints> {
    let mut complaints = Complaints::default();
    let wanted = |name: &str, what: &str, complaints: &mut Complaints| {
        if form.get(name).is_empty() {
            complaints.add(name, what);
        }
    };
    wanted("trust_name", "Enter the trust’s name", &mut complaints);
    if let Some(words) = settings_page::wrong_name("The trust’s name", form.get("trust_name")) {
        complaints.add("trust_name", words);
    }
    let schools = read_schools(form.get("schools"), form.get("trust_name"), &mut complaints);
    let address = form.get("address").trim_end_matches('/').to_owned();
    let host = address.strip_prefix("https://").or(address.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || host.contains(['/', ' ', '?', '#']) {
        complaints.add("address", "Enter an address such as https://training.example.sch.uk");
    }
    let mail_to = mail_to(form, &mut complaints);
    if WorkEmail::parse(form.get("mail_from")).is_err() {
        complaints.add("mail_from", "Enter the email address that letters come from");
    }
    wanted("forename", "Enter the administrator’s first name", &mut complaints);
    wanted("surname", "Enter the administrator’s last name", &mut complaints);
    wanted("email", "Enter the administrator’s work email", &mut complaints);
    let email = WorkEmail::parse(form.get("email")).map_err(|said| complaints.add("email", said)).ok();
    let school = school_code(form.get("school"), form.get("trust_name"));
    let school = school.filter(|urn| schools.iter().any(|(known, _)| known == urn));
    let (Some(administrator_school), Some(_), true) = (school.clone(), &email, complaints.is_empty()) else {
        if school.is_none() {
            complaints.add("school", "Enter the URN of one of the schools above, or central");
        }
        return Err(complaints);
    };
    Ok(NewTrust {
        name: form.get("trust_name").to_owned(),
        schools,
        address,
        mail_from: form.get("mail_from").to_owned(),
        mail_to,
        administrator: NewPerson {
            forename: form.get("forename").to_owned(),
            surname: form.get("surname").to_owned(),
            work_email: email,
            ..NewPerson::default()
        },
        administrator_school,
    })
}

fn mail_to(form: &Form, complaints: &mut Complaints) -> String {
    let server = form.get("mail_server");
    match (form.get("mail"), server) {
        ("server", "") => {
            complaints.add("mail_server", "Enter a server such as smtps://mail.example.sch.uk:465");
            String::new()
        }
        ("server", _) => settings_page::mail_to(server, complaints),
        _ => settings_page::mail_to("", complaints),
    }
}

/// One school on a line: its URN (or `central`), a comma, its name.
fn read_schools(text: &str, trust: &str, complaints: &mut Complaints) -> Vec<(Urn, String)> {
    let mut schools: Vec<(Urn, String)> = Vec::new();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = line.split_once(',').and_then(|(code, name)| Some((school_code(code, trust)?, name.trim())));
        match read {
            Some((urn, name)) if !name.is_empty() && schools.iter().all(|(known, _)| *known != urn) => {
                schools.push((urn, name.to_owned()));
            }
            _ => complaints
                .add("schools", format!("Line {}: write a URN of its own, a comma, and the school’s name", place + 1)),
        }
    }
    if schools.is_empty() {
        complaints.add("schools", "Enter at least one school");
    }
    schools
}

/// A URN, or for the word `central` a code made of the trust's name.
fn school_code(text: &str, trust: &str) -> Option<Urn> {
    if !text.trim().eq_ignore_ascii_case("central") {
        return Urn::parse(text).ok();
    }
    let letters: String = trust.chars().filter(char::is_ascii_alphabetic).take(12).collect();
    Urn::parse(&format!("{letters}-CENTRAL")).or_else(|_| Urn::parse("CENTRAL")).ok()
}

fn view(form: &Form, code: &str, complaints: &Complaints) -> Value {
    let chosen = if form.has("mail") { form.get("mail") } else { "server" };
    let option =
        |value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": chosen == value });
    let mut view = json!({
        "action": format!("/setup?code={code}"),
        "mail": {
            "options": [option("server", "Through our mail server"), option("folder", "Into a folder, until mail is ready")],
            "error": null,
        },
    });
    for name in
        ["trust_name", "schools", "address", "mail_server", "mail_from", "forename", "surname", "email", "school"]
    {
        view[name] = form.field(name, complaints);
    }

    view
}
