//! The administrator's page: the trust's name, its schools with their cards, letters, and who may do what.

use std::collections::BTreeMap;

use actix_web::web;
use serde_json::{Value, json};

use crate::act::Act;
use crate::app::read_house;
use crate::clock::{Day, Instant};
use crate::courses::Library;
use crate::db::Conn;
use crate::evidence::Draft;
use crate::http::{Answer, Desk, Form, Visit, field};
use crate::identity::{self, Grant};
use crate::mail::{Letter, Transport, outbox};
use crate::people::rules::{AccessRole, Laestab, Urn, WorkEmail};
use crate::people::{self, Person, School, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::settings;
use crate::text::{count, searchable, too_long};

const TEMPLATE: &str = "settings/settings";
/// The longest name of a trust or a school, and the longest line of a card, in characters.
const NAME: usize = 120;
const CARD_LINE: usize = 300;

/// What the page shows, read in one go.
struct Shown {
    schools: Vec<School>,
    cards: BTreeMap<i64, BTreeMap<String, String>>,
    grants: Vec<Grant>,
    people: BTreeMap<i64, Person>,
    givers: BTreeMap<i64, String>,
    last_sent: Option<Instant>,
    waiting: usize,
}

fn read(conn: &mut Conn, now: Instant) -> Result<Shown> {
    let schools = people::schools(conn)?;
    let mut cards = BTreeMap::new();
    for school in &schools {
        cards.insert(school.id, people::cards(conn, Some(school.id))?);
    }
    let grants = identity::grants(conn)?;
    let named: Vec<i64> = grants.iter().flat_map(|grant| [Some(grant.person), grant.given_by]).flatten().collect();
    let people: BTreeMap<i64, Person> =
        people::people(conn, &named)?.into_iter().map(|person| (person.id, person)).collect();
    let givers = people.iter().map(|(id, person)| (*id, person.name())).collect();
    let waiting = outbox::due(conn, now, 1000)?.len();
    Ok(Shown { schools, cards, grants, people, givers, last_sent: outbox::last_sent(conn)?, waiting })
}

pub async fn show(visit: Visit, _viewer: Viewer, library: web::Data<Library>) -> Answer {
    let view = draw(&visit, &library, &Form::default(), &Complaints::default()).await?;
    visit.page(TEMPLATE, "Settings", view)
}

/// The page again, with what was typed and what needs putting right.
async fn again(visit: &Visit, library: &Library, form: &Form, complaints: &Complaints) -> Answer {
    let view = draw(visit, library, form, complaints).await?;
    visit.again(TEMPLATE, "Settings", view, complaints)
}

async fn draw(visit: &Visit, library: &Library, form: &Form, complaints: &Complaints) -> Result<Value> {
    let now = visit.now;
    let shown = visit.read(move |conn| read(conn, now)).await?;
    let (house, config) = (visit.house(), &visit.desk.config);
    let typed = |name: &str, held: &str| {
        let value = if form.has(name) { form.get(name) } else { held };
        field(value, complaints.get(name))
    };
    let schools: Vec<Value> =
        shown.schools.iter().map(|school| school_view(school, &shown, library, (form, complaints))).collect();
    Ok(json!({
        "to_do": to_do(&schools, &house.mail_to, library.complaints.len()),
        "trust_name": typed("trust_name", &house.trust),
        "address": house.address,
        "is_in_file": {
            "mail_from": config.mail_from.is_some(),
            "mail_to": config.mail_to.is_some(),
        },
        "schools": schools,
        "is_adding_school": form.has("school_name"),
        "urn": typed("urn", ""),
        "school_name": typed("school_name", ""),
        "mail_sentence": mail_sentence(&house.mail_to, &shown),
        "mail_server": typed("mail_server", house.mail_to.strip_prefix("folder:").map_or(&house.mail_to, |_| "")),
        "mail_from": typed("mail_from", &house.mail_from),
        "mail_reply": typed("mail_reply", &house.mail_reply),
        "grants": shown.grants.iter().map(|grant| grant_view(grant, &shown)).collect::<Vec<_>>(),
        "grant_email": typed("grant_email", ""),
        "role": roles(form, complaints),
        "scope": scopes(&shown.schools, form, complaints),
        "grant_until": typed("grant_until", ""),
        "content": content(library),
    }))
}

/// Its fields have its URN behind their names, here and in what is wrong with them.
fn school_view(school: &School, shown: &Shown, library: &Library, (form, complaints): (&Form, &Complaints)) -> Value {
    let empty = BTreeMap::new();
    let held = shown.cards.get(&school.id).unwrap_or(&empty);
    let missing = library.cards.0.iter().filter(|card| card.needed && !held.contains_key(&card.slot)).count();
    let end = format!("-{}", school.urn);
    let is_wrong = complaints.0.iter().any(|(name, _)| name.ends_with(&end));
    let typed = |name: &str, held: &str| {
        let value = if is_wrong { form.get(name) } else { held };
        (value.to_owned(), complaints.get(&format!("{name}{end}")).map(str::to_owned))
    };
    let cards = library.cards.0.iter().map(|card| {
        let (value, error) = typed(&card.slot, held.get(&card.slot).map_or("", String::as_str));
        json!({ "id": card.slot, "label": card.label, "asks": card.asks, "value": value, "error": error })
    });
    let cards: Vec<Value> = cards.collect();
    let (name_value, name_error) = typed("name", &school.name);
    let (laestab, laestab_error) = typed("laestab", school.laestab.as_ref().map_or("", Laestab::as_str));
    json!({
        "urn": school.urn,
        "name": school.name,
        "name_value": name_value,
        "name_error": name_error,
        "laestab": laestab,
        "laestab_error": laestab_error,
        "missing": (missing > 0).then(|| format!("{missing} empty")),
        "is_open": is_wrong || form.get("school") == school.urn.as_str(),
        "action": format!("/settings/schools/{}", school.urn),
        "cards": cards,
    })
}

fn to_do(schools: &[Value], mail_to: &str, broken: usize) -> Vec<Value> {
    let mut lines: Vec<Value> = schools
        .iter()
        .filter(|school| !school["missing"].is_null())
        .map(|school| {
            let name = school["name"].as_str().unwrap_or_default();
            json!({ "text": format!("{name} has empty lines on its card"), "href": "#schools" })
        })
        .collect();
    if broken > 0 {
        let complaints = count(broken, "complaint about your courses", "complaints about your courses");
        lines
            .push(json!({ "text": format!("{complaints}: what was sound stays in use"), "href": "/settings/content" }));
    }
    if mail_to.is_empty() {
        lines.push(json!({ "text": "No way out for letters is set, so they wait", "href": "#mail" }));
    }
    lines
}

fn mail_sentence(mail_to: &str, shown: &Shown) -> String {
    let way = match mail_to.split_once(':') {
        None => "No way out for letters is set: put mail_to into seamark.toml.".to_owned(),
        Some(("memory", _)) => "Letters are caught and shown; none can leave.".to_owned(),
        Some(("folder", folder)) => format!("Letters go into the folder {folder}."),
        // What stands before the @ may be a password.
        Some((scheme, rest)) => {
            format!(
                "Letters leave through {scheme}://{}.",
                rest.rsplit('@').next().unwrap_or_default().trim_matches('/')
            )
        }
    };
    let last = shown.last_sent.map_or(String::new(), |at| format!(" The last one left on {}.", at.long()));
    let waiting = match shown.waiting {
        0 => String::new(),
        waiting => format!(" {} waiting now.", count(waiting, "letter is", "letters are")),
    };
    way + &last + &waiting
}

fn grant_view(grant: &Grant, shown: &Shown) -> Value {
    let school = shown.schools.iter().find(|school| Some(school.id) == grant.school);
    json!({
        "name": shown.people.get(&grant.person).map(Person::listed_name),
        "role": grant.role.as_str(),
        "scope": school.map_or("The trust", |school| school.name.as_str()),
        "from": grant.from.long(),
        "until": if rests(grant, shown) {
            "resting: their email changed, so give it again".to_owned()
        } else {
            grant.until.map_or("no end".to_owned(), Day::long)
        },
        "giver": grant.given_by.and_then(|giver| shown.givers.get(&giver)).map_or("set-up", String::as_str),
        "end_action": format!("/settings/roles/{}/end", grant.id),
    })
}

/// A role goes with the address that it was given to.
fn rests(grant: &Grant, shown: &Shown) -> bool {
    let email = shown.people.get(&grant.person).and_then(|person| person.work_email.as_ref());
    email.map(WorkEmail::as_str) != grant.given_to.as_deref()
}

fn roles(form: &Form, complaints: &Complaints) -> Value {
    let given = [AccessRole::HR, AccessRole::Governor, AccessRole::Administrator, AccessRole::Auditor];
    let options = given.map(|role| {
        json!({ "value": role.as_str(), "text": role.as_str(), "note": null, "is_chosen": form.get("role") == role.as_str() })
    });
    json!({ "options": options, "error": complaints.get("role") })
}

fn scopes(schools: &[School], form: &Form, complaints: &Complaints) -> Value {
    let option = |value: &str, text: &str| json!({ "value": value, "text": text, "note": null, "is_chosen": form.get("scope") == value });
    let mut options = vec![option("", "The trust")];
    options.extend(schools.iter().map(|school| option(school.urn.as_str(), &school.name)));
    json!({ "options": options, "error": complaints.get("scope") })
}

fn content(library: &Library) -> Vec<Value> {
    let line = |title: &str, version: &str, slug: &str| {
        let complaint = library.complaints.iter().find(|complaint| complaint.file.contains(slug));
        json!({
            "title": title,
            "version": format!("{} {}", &version[..4.min(version.len())], &version[4.min(version.len())..8.min(version.len())]),
            "complaint": complaint.map(ToString::to_string),
        })
    };
    let mut lines: Vec<Value> =
        library.courses().iter().map(|course| line(&course.title, &course.version, &course.slug)).collect();
    lines.extend(library.policies().iter().map(|policy| line(&policy.title, &policy.version, &policy.slug)));
    lines.extend(library.checklists().iter().map(|list| line(&list.title, &list.version, &list.slug)));
    lines
}

// ── changing

pub async fn save_trust(visit: Visit, form: Form, library: web::Data<Library>, desk: web::Data<Desk>) -> Answer {
    let name = form.get("trust_name").to_owned();
    if let Some(words) = wrong_name("The name", &name) {
        return complain(&visit, &library, &form, "trust_name", &words).await;
    }
    let settings = vec![(settings::TRUST_NAME, name)];
    save(&visit, &form, &desk, settings, "/settings#trust", "Saved. Staff see the new name from now on.").await
}

pub async fn save_mail(
    visit: Visit,
    viewer: Viewer,
    form: Form,
    library: web::Data<Library>,
    desk: web::Data<Desk>,
) -> Answer {
    let mut complaints = Complaints::default();
    let mut values = vec![(settings::MAIL_REPLY, form.get("mail_reply").to_owned())];
    let house = visit.house();
    // What the page itself held is left as it is: a name before the address, or letters that are caught in the demo.
    let is_as_it_was = |name: &str, held: &str| !held.is_empty() && form.get(name) == held;
    // What the file says holds instead, so it is not asked for.
    if desk.config.mail_to.is_none() && !is_as_it_was("mail_server", &house.mail_to) {
        values.push((settings::MAIL_TO, mail_to(form.get("mail_server"), &mut complaints)));
    }
    if desk.config.mail_from.is_none() {
        if !is_as_it_was("mail_from", &house.mail_from) && WorkEmail::parse(form.get("mail_from")).is_err() {
            complaints.add("mail_from", "Enter an email address, such as training@example.sch.uk");
        }
        values.push((settings::MAIL_FROM, form.get("mail_from").to_owned()));
    }
    let keeps_reply = form.get("mail_reply").is_empty() || is_as_it_was("mail_reply", &house.mail_reply);
    if !keeps_reply && WorkEmail::parse(form.get("mail_reply")).is_err() {
        complaints.add("mail_reply", "Enter an email address, or leave this empty");
    }
    if !complaints.is_empty() {
        return again(&visit, &library, &form, &complaints).await;
    }
    if form.get("do") == "try" {
        visit.act(move |act| post_trial(act, viewer.person)).await?;
        return save(&visit, &form, &desk, values, "/settings#mail", "Saved. A letter to you is on its way.").await;
    }
    save(&visit, &form, &desk, values, "/settings#mail", "Saved.").await
}

/// Where letters go: to the mail server named, or into a folder beside the database if none is.
pub fn mail_to(server: &str, complaints: &mut Complaints) -> String {
    if server.is_empty() {
        return "folder:letters".to_owned();
    }
    if server.starts_with("folder:") || Transport::parse(server).is_err() {
        complaints.add("mail_server", "Enter a server such as smtps://mail.example.sch.uk:465");
    } else if server.contains('@') {
        // What is written here is kept in the database and in every back-up of it.
        complaints.add("mail_server", "Leave name and password out here. Set mail_to in seamark.toml, with them in it");
    }
    server.to_owned()
}

fn post_trial(act: &mut Act, person: i64) -> Result<()> {
    let person = people::person(act.conn, person)?;
    let Some(email) = &person.work_email else {
        return Err(Problem::refused("You have no work email on the staff list, so no letter can reach you."));
    };
    let letter = Letter {
        kind: "trial",
        person: Some(person.id),
        recipient: email.to_string(),
        recipient_name: person.name(),
        values: json!({ "forename": person.known_as() }),
        not_before: act.now,
    };
    act.post(&letter).map(|_| ())
}

/// Writes settings as one act, and lets every page know.
async fn save(
    visit: &Visit,
    form: &Form,
    desk: &web::Data<Desk>,
    values: Vec<(&'static str, String)>,
    back: &'static str,
    notice: &str,
) -> Answer {
    let write = move |act: &mut Act| {
        for (name, value) in &values {
            settings::write(act.conn, act.now, act.who.person, name, value)?;
            act.record(Draft::new("setting-changed")?.fact("setting", *name).fact("value", value.as_str()));
        }
        Ok(back.to_owned())
    };
    let back = visit.act_once(form, "administrator", write).await?;
    let desk = desk.clone();
    crate::http::blocking(move || read_house(&desk)).await?;
    visit.go_saying(&back, notice)
}

/// What is wrong with the name of a trust or a school. `what` is how it is called at the beginning of a sentence.
pub(crate) fn wrong_name(what: &str, typed: &str) -> Option<String> {
    if typed.is_empty() { Some("Enter a name".to_owned()) } else { too_long(what, typed, NAME) }
}

async fn complain(visit: &Visit, library: &Library, form: &Form, name: &str, words: &str) -> Answer {
    let mut complaints = Complaints::default();
    complaints.add(name, words);
    again(visit, library, form, &complaints).await
}

pub async fn add_school(visit: Visit, form: Form, library: web::Data<Library>) -> Answer {
    let urn = match Urn::parse(form.get("urn")) {
        Ok(urn) => urn,
        Err(words) => return complain(&visit, &library, &form, "urn", &words).await,
    };
    let name = form.get("school_name").to_owned();
    if let Some(words) = wrong_name("The school’s name", &name) {
        return complain(&visit, &library, &form, "school_name", &words).await;
    }
    let added = visit.act_once(&form, "administrator", move |act| {
        if people::schools(act.conn)?.iter().any(|school| school.urn == urn) {
            return Err(Problem::invalid("urn", "There is a school with this URN already"));
        }
        if let Some(words) = name_taken(act.conn, &name, &urn)? {
            return Err(Problem::invalid("school_name", words));
        }
        people::add_school(act, &urn, &name).map(|_| "/settings#schools".to_owned())
    });
    match added.await {
        Ok(back) => visit.go_saying(&back, "The school is added. Fill in its card next."),
        Err(Problem::Invalid(complaints)) => again(&visit, &library, &form, &complaints).await,
        Err(problem) => Err(problem),
    }
}

/// What is said to whoever gives a school the name of another one.
fn name_taken(conn: &mut Conn, name: &str, urn: &Urn) -> Result<Option<String>> {
    let is_called = |school: &School| searchable(&school.name) == searchable(name);
    let other = people::schools(conn)?.into_iter().find(|school| school.urn != *urn && is_called(school));
    Ok(other.map(|other| {
        format!("The school with the URN {} has this name. Add what tells the two apart, such as the place", other.urn)
    }))
}

/// A school's name and its card, line by line. Sending the same twice changes nothing the second time.
pub async fn save_school(visit: Visit, urn: web::Path<String>, form: Form, library: web::Data<Library>) -> Answer {
    let (card, complaints) = Card::read(&form, &urn, &library);
    if !complaints.is_empty() {
        return again(&visit, &library, &form, &complaints).await;
    }
    let (who, number) = (visit.actor_as("administrator"), format!("laestab-{urn}"));
    match visit.act_as(who, move |act| save_card(act, &urn, &card)).await {
        Ok(()) => visit.go_saying("/settings#schools", "Saved. Staff at this school see the new card from now on."),
        Err(Problem::Refused(why)) => complain(&visit, &library, &form, &number, &why).await,
        Err(Problem::Invalid(complaints)) => again(&visit, &library, &form, &complaints).await,
        Err(problem) => Err(problem),
    }
}

/// What was typed about a school.
struct Card {
    name: String,
    laestab: Option<Laestab>,
    lines: Vec<(String, String)>,
}

impl Card {
    /// And what is wrong with it, by the names that its fields have on the page.
    fn read(form: &Form, urn: &str, library: &Library) -> (Card, Complaints) {
        let mut complaints = Complaints::default();
        let mut wrong = |name: &str, words: String| complaints.add(&format!("{name}-{urn}"), words);
        let name = form.get("name").to_owned();
        if let Some(words) = wrong_name("The school’s name", &name) {
            wrong("name", words);
        }
        let laestab = Some(form.get("laestab")).filter(|typed| !typed.is_empty()).map(Laestab::parse).transpose();
        let laestab = laestab.unwrap_or_else(|words| {
            wrong("laestab", words);
            None
        });
        // A line stays one, however it was typed.
        let line = |slot: &str| form.get(slot).split_whitespace().collect::<Vec<_>>().join(" ");
        let lines = library.cards.0.iter().map(|card| (card.slot.clone(), line(&card.slot)));
        let lines: Vec<(String, String)> = lines.collect();
        for (slot, words) in &lines {
            if let Some(words) = too_long("This line", words, CARD_LINE) {
                wrong(slot, words);
            }
        }
        (Card { name, laestab, lines }, complaints)
    }
}

fn save_card(act: &mut Act, urn: &str, Card { name, laestab, lines }: &Card) -> Result<()> {
    let school = people::schools(act.conn)?.into_iter().find(|school| school.urn.as_str() == urn);
    let school = school.ok_or(Problem::NotFound)?;
    if school.name != *name {
        if let Some(words) = name_taken(act.conn, name, &school.urn)? {
            return Err(Problem::invalid(&format!("name-{urn}"), words));
        }
        people::rename_school(act, school.id, name)?;
    }
    if school.laestab != *laestab {
        people::set_laestab(act, school.id, laestab.as_ref())?;
    }
    let held = people::cards(act.conn, Some(school.id))?;
    for (slot, words) in lines.iter().filter(|(slot, words)| held.get(slot).map_or("", String::as_str) != words) {
        people::set_card(act, Some(school.id), slot, words)?;
    }
    Ok(())
}

pub async fn give_role(visit: Visit, form: Form, library: web::Data<Library>) -> Answer {
    let asked = match RoleForm::read(&form) {
        Ok(asked) => asked,
        Err(complaints) => return again(&visit, &library, &form, &complaints).await,
    };
    match visit.act_once(&form, "administrator", move |act| asked.give(act)).await {
        Ok(back) => visit.go_saying(&back, "The role is given. It holds from their next sign-in."),
        Err(Problem::Invalid(complaints)) => again(&visit, &library, &form, &complaints).await,
        Err(problem) => Err(problem),
    }
}

struct RoleForm {
    email: WorkEmail,
    role: AccessRole,
    school: String,
    until: Option<Day>,
}

impl RoleForm {
    fn read(form: &Form) -> std::result::Result<RoleForm, Complaints> {
        let mut complaints = Complaints::default();
        let email =
            WorkEmail::parse(form.get("grant_email")).map_err(|words| complaints.add("grant_email", words)).ok();
        let role = form.get("role").parse().map_err(|_| complaints.add("role", "Choose a role")).ok();
        let until = match form.get("grant_until") {
            "" => None,
            typed => Day::typed(typed).map_err(|words| complaints.add("grant_until", words)).ok(),
        };
        match (email, role, complaints.is_empty()) {
            (Some(email), Some(role), true) => {
                Ok(RoleForm { email, role, school: form.get("scope").to_owned(), until })
            }
            _ => Err(complaints),
        }
    }

    fn give(&self, act: &mut Act) -> Result<String> {
        let person = people::person_by_email(act.conn, &self.email)?;
        let person =
            person.ok_or_else(|| Problem::invalid("grant_email", "Nobody on the staff list has this email"))?;
        let schools = people::schools(act.conn)?;
        let school = schools.iter().find(|school| school.urn.as_str() == self.school).map(|school| school.id);
        if school.is_none() && !self.school.is_empty() {
            return Err(Problem::invalid("scope", "Choose the trust or one of its schools"));
        }
        if self.until.is_some_and(|until| until < act.now.day()) {
            return Err(Problem::invalid("grant_until", "Choose a day that is still to come"));
        }
        self.check_held(act, &person, school)?;
        identity::grant(act, &person, self.role, school, act.now.day(), self.until)?;
        Ok("/settings#roles".to_owned())
    }
}

impl RoleForm {
    /// Refused where they have just this already. One that rests because their email changed is to be given again.
    fn check_held(&self, act: &mut Act, person: &Person, school: Option<i64>) -> Result<()> {
        let email = person.work_email.as_ref().map(WorkEmail::as_str);
        let today = act.now.day();
        let holds = |grant: &Grant| {
            (grant.person, grant.role, grant.school) == (person.id, self.role, school)
                && grant.given_to.as_deref() == email
                && grant.until.is_none_or(|until| today <= until)
        };
        let Some(held) = identity::grants(act.conn)?.into_iter().find(holds) else { return Ok(()) };
        let until = held.until.map_or("with no end".to_owned(), |until| format!("until {}", until.long()));
        let same = format!("{} has this role there already, {until}. To change its end, end it first", person.name());
        Err(Problem::invalid("grant_email", same))
    }
}

pub async fn end_role(visit: Visit, grant: web::Path<i64>, _form: Form, library: web::Data<Library>) -> Answer {
    let (who, grant) = (visit.actor_as("administrator"), *grant);
    match visit.act_as(who, move |act| identity::end_grant(act, grant)).await {
        // Sent twice: it has ended, which is what was asked.
        Ok(()) | Err(Problem::NotFound) => visit.go_saying("/settings#roles", "The role has ended."),
        Err(Problem::Refused(why)) => complain(&visit, &library, &Form::default(), "", &why).await,
        Err(problem) => Err(problem),
    }
}
