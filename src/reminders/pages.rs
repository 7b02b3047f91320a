//! Chase: choose people, see the very letters, who is left out and why; confirm.

use actix_web::web;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Candidate, Foreseen, Last, rules};
use crate::clock::Instant;
use crate::courses::Library;
use crate::courses::views::title_of;
use crate::http::{Answer, Form, Visit};
use crate::mail::Letter;
use crate::people::{self, School, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text::{count, thousands};

/// Where a letter's own link goes; the sender puts it there.
const OWN_LINK: &str = "(your own link)";
const A_PAGE: usize = 100;

/// The choice, as the address has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    school: String,
    status: String,
    requirement: String,
    /// This person alone, whatever is asked of them.
    person: Option<i64>,
    page: usize,
}

impl Choice {
    fn of(form: &Form) -> Choice {
        Choice {
            school: form.get("school").to_owned(),
            status: form.get("status").to_owned(),
            requirement: form.get("requirement").to_owned(),
            ..Choice::default()
        }
    }
}

fn scope(viewer: &Viewer) -> Result<Scope> {
    viewer.hr_scope().ok_or(Problem::NotFound)
}

pub async fn choose(visit: Visit, viewer: Viewer, choice: web::Query<Choice>, library: web::Data<Library>) -> Answer {
    show(&visit, &viewer, &choice, &library, &Complaints::default()).await
}

async fn show(
    visit: &Visit,
    viewer: &Viewer,
    choice: &Choice,
    library: &web::Data<Library>,
    complaints: &Complaints,
) -> Answer {
    let now = visit.now;
    let (chosen, schools) = fitting(visit, scope(viewer)?, choice, library).await?;
    let page = choice.page.max(1).min(chosen.len().div_ceil(A_PAGE).max(1));
    let rows: Vec<Value> =
        chosen.iter().skip((page - 1) * A_PAGE).take(A_PAGE).map(|one| row(one, &schools, now)).collect();
    // Nobody was chosen: the link leads to the first who can be.
    let mut named = Complaints::default();
    for (_, words) in &complaints.0 {
        let first = chosen.get((page - 1) * A_PAGE).map(|one| format!("person-{}", one.person.id));
        named.add(&first.unwrap_or_default(), words);
    }
    let view = json!({
        "kicker": format!("As of {}", now.long()),
        "heading": heading(choice, &chosen),
        "sentence": "Choose whom to remind. You see the very letters first.",
        "filters": filters(choice, &schools, library),
        "rows": rows,
        "choice": { "school": choice.school, "status": choice.status, "requirement": choice.requirement },
        "all": (chosen.len() > A_PAGE).then(|| format!("Preview the letters to all {}", thousands(chosen.len() as i64))),
        "pages": pages(choice, page, chosen.len()),
        "when": "One letter each, on their working days between 8am and 6pm.",
        "none": "Nobody here needs a reminder.",
    });
    if complaints.is_empty() {
        visit.page("reminders/chase", "Chase", view)
    } else {
        visit.again("reminders/chase", "Chase", view, &named)
    }
}

/// Those whom the choice is about, and the schools that it can be made from.
async fn fitting(
    visit: &Visit,
    scope: Scope,
    choice: &Choice,
    library: &web::Data<Library>,
) -> Result<(Vec<Candidate>, Vec<School>)> {
    let (library, of, named, now) = (library.clone(), scope.clone(), choice.person.map(|person| [person]), visit.now);
    let (mut people, schools) = visit
        .read(move |conn| {
            let named = named.as_ref().map(|named| &named[..]);
            Ok((super::candidates(conn, &library, &of, named, now)?, people::schools(conn)?))
        })
        .await?;
    let schools: Vec<School> = schools.into_iter().filter(|school| scope.includes(school.id)).collect();
    people.retain(|one| fits(one, choice, &schools));
    Ok((people, schools))
}

fn heading(choice: &Choice, chosen: &[Candidate]) -> String {
    match (choice.person, chosen) {
        (Some(_), [one]) => format!("Remind {}?", one.person.name()),
        (Some(_), _) => "There is nothing to remind them of".to_owned(),
        (None, chosen) => {
            let (one, more) = ("person is", "people are");
            let what = if choice.status == "due" { "due or overdue" } else { "overdue" };
            format!("{} {what}", count(chosen.len(), one, more))
        }
    }
}

fn fits(one: &Candidate, choice: &Choice, schools: &[School]) -> bool {
    let school = schools.iter().find(|school| school.urn.as_str() == choice.school);
    let at_school = choice.school.is_empty() || school.is_some_and(|school| one.schools.contains(&school.id));
    let asked = |late: bool| {
        one.outstanding.iter().any(|open| {
            (!late || open.late_by > 0) && (choice.requirement.is_empty() || open.slug == choice.requirement)
        })
    };
    at_school && asked(choice.status != "due" && choice.person.is_none())
}

fn row(one: &Candidate, schools: &[School], now: Instant) -> Value {
    let names: Vec<String> =
        schools.iter().filter(|school| one.schools.contains(&school.id)).map(|school| school.name.clone()).collect();
    let titles: Vec<String> = one.outstanding.iter().map(|open| open.title.clone()).collect();
    let outstanding = if titles.len() > 3 { count(titles.len(), "thing", "things") } else { titles.join(", ") };
    let late = one.late_by();
    json!({
        "id": one.person.id.to_string(),
        "name": one.person.listed_name(),
        "href": format!("/people/{}", one.person.id),
        "school": names.join(", "),
        "outstanding": outstanding,
        "pill_kind": if late > 0 { "late" } else { "due" },
        "pill": if late > 0 { count(late as usize, "day late", "days late") } else { "due".to_owned() },
        "reminded": reminded(one),
        "is_ticked": one.left_out(now.day()).is_none(),
    })
}

fn reminded(one: &Candidate) -> String {
    let times = |number: usize| match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    };
    match one.last {
        Last::None => "never".to_owned(),
        Last::OnItsWay => "a letter is on its way".to_owned(),
        Last::CameBack => "the letter came back".to_owned(),
        Last::Left(day) => format!("{}, last on {}", times(one.reminders), day.short()),
    }
}

fn filters(choice: &Choice, schools: &[School], library: &Library) -> Value {
    let option =
        |value: &str, text: &str, chosen: &str| json!({ "value": value, "text": text, "is_chosen": value == chosen });
    let mut by_school = vec![option("", "All schools", &choice.school)];
    by_school.extend(schools.iter().map(|school| option(school.urn.as_str(), &school.name, &choice.school)));
    let status = vec![option("", "Overdue", &choice.status), option("due", "Due or overdue", &choice.status)];
    let mut by_requirement = vec![option("", "Any", &choice.requirement)];
    for asked in &library.programme.requires {
        by_requirement.push(option(&asked.slug, &title_of(library, asked.kind, &asked.slug), &choice.requirement));
    }
    let is_filtered = !(choice.school.is_empty()
        && choice.status.is_empty()
        && choice.requirement.is_empty()
        && choice.person.is_none());
    json!({
        "action": "/chase",
        "q": null,
        "selects": [
            { "name": "school", "label": "School", "options": by_school },
            { "name": "status", "label": "Status", "options": status },
            { "name": "requirement", "label": "Requirement", "options": by_requirement },
        ],
        "clear_href": is_filtered.then_some("/chase"),
    })
}

fn pages(choice: &Choice, page: usize, all: usize) -> Value {
    let last = all.div_ceil(A_PAGE).max(1);
    let address = |page: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("school", &choice.school).append_pair("status", &choice.status);
        query.append_pair("requirement", &choice.requirement).append_pair("page", &page.to_string());
        format!("/chase?{}", query.finish())
    };
    json!({
        "is_needed": last > 1,
        "previous": (page > 1).then(|| address(page - 1)),
        "next": (page < last).then(|| address(page + 1)),
        "sentence": format!("Page {page} of {last}"),
    })
}

fn named(form: &Form) -> Vec<i64> {
    let mut named: Vec<i64> = form.all("person").into_iter().filter_map(|id| id.parse().ok()).collect();
    named.sort_unstable();
    named.dedup();
    named
}

pub async fn preview(visit: Visit, viewer: Viewer, form: Form, library: web::Data<Library>) -> Answer {
    let (scope, now, mut named) = (scope(&viewer)?, visit.now, named(&form));
    if form.has("all") {
        let (everybody, _) = fitting(&visit, scope.clone(), &Choice::of(&form), &library).await?;
        named = everybody.iter().map(|one| one.person.id).collect();
    }
    if named.is_empty() {
        let mut complaints = Complaints::default();
        complaints.add("", "Choose at least one person");
        return show(&visit, &viewer, &Choice::of(&form), &library, &complaints).await;
    }
    let (read_from, from) = (library.clone(), viewer.name.clone());
    let foreseen = visit.read(move |conn| super::foresee(conn, &read_from, &scope, &named, &from, now)).await?;
    let mut letters = Vec::new();
    for (_, letter) in &foreseen.letters {
        letters.push(letter_view(&visit, letter)?);
    }
    let number = letters.len();
    let others: Vec<Value> = letters.split_off(1.min(number));
    let left_out = count(foreseen.left_out.len(), "person left out", "people left out");
    let view = json!({
        "heading": format!("{}, {left_out}", count(number, "letter", "letters")),
        "when": when(&foreseen, now),
        "letters_heading": if number == 1 { "The letter" } else { "The letters" },
        "first": letters.pop(),
        "others_text": format!("See the other {}", count(others.len(), "letter", "letters")),
        "others": others,
        "left_out_heading": left_out,
        "left_out": left_out_view(&foreseen),
        "people": foreseen.letters.iter().map(|(one, _)| one.person.id.to_string()).collect::<Vec<_>>(),
        "button": (number > 0).then(|| format!("Send {}", count(number, "letter", "letters"))),
    });
    visit.page("reminders/chase-preview", "Preview the letters", view)
}

fn letter_view(visit: &Visit, letter: &Letter) -> Result<Value> {
    let house = visit.house();
    let mut values = letter.values.clone();
    values["trust"] = json!(house.trust);
    values["address"] = json!(house.address);
    values["link"] = json!(OWN_LINK);
    let (subject, body) = visit.desk.views.letter(letter.kind, &values)?;
    Ok(json!({
        "to": format!("{} <{}>", letter.recipient_name, letter.recipient),
        "subject": subject,
        "when": format!("Leaves on {}", letter.not_before.long()),
        "body": body,
        "links": [],
    }))
}

fn when(foreseen: &Foreseen, now: Instant) -> String {
    let first = foreseen.letters.iter().map(|(_, letter)| letter.not_before).min();
    let last = foreseen.letters.iter().map(|(_, letter)| letter.not_before).max();
    match (first, last) {
        (Some(first), Some(last)) if last <= now && first <= now => {
            "They leave as soon as you confirm, one to each person. Each gets a link of their own.".to_owned()
        }
        (Some(first), Some(last)) if first == last => {
            format!("They leave on {}, one to each person. Each gets a link of their own.", first.long())
        }
        (Some(first), Some(last)) => format!(
            "They leave between {} and {}, each on the person’s own working day. Each gets a link of their own.",
            first.long(),
            last.long()
        ),
        _ => "There is nobody to write to now.".to_owned(),
    }
}

fn left_out_view(foreseen: &Foreseen) -> Vec<Value> {
    let line =
        |(one, why): &(Candidate, rules::LeftOut)| json!({ "name": one.person.listed_name(), "why": why.words() });
    foreseen.left_out.iter().map(line).collect()
}

/// Sends. Arriving twice, it sends once.
pub async fn send(visit: Visit, viewer: Viewer, form: Form, library: web::Data<Library>) -> Answer {
    let (scope, named, from) = (scope(&viewer)?, named(&form), viewer.name.clone());
    let sent = visit
        .act_once(&form, "hr", move |act| {
            let done = super::chase(act, &library, &scope, &named, &from)?;
            Ok(format!("/chase/sent?letters={}&left={}", done.letters.len(), done.left_out.len()))
        })
        .await?;
    visit.go(&sent)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    letters: usize,
    left: usize,
}

pub async fn sent(visit: Visit, _viewer: Viewer, sent: web::Query<Sent>) -> Answer {
    let left = match sent.left {
        0 => String::new(),
        left => format!(" {} left out.", count(left, "person was", "people were")),
    };
    let view = json!({
        "heading": if sent.letters == 1 { "1 letter is on its way".to_owned() } else { format!("{} letters are on their way", sent.letters) },
        "panel": "One to each person, on their own working days",
        "sentence": format!("If somebody finishes before then, their letter stays here.{left}"),
        "left_out": [],
    });
    visit.page("reminders/chase-sent", "Letters are on their way", view)
}
