//! `/people`: who is behind, found by name or by filters that live in the address; and the same as a file.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, web};
use serde::Serialize;
use serde_json::{Value, json};

use crate::assignments::{self, Requirement};
use crate::clock::{Day, Instant};
use crate::courses::views::title_of;
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::people::rules::{RoleGroup, WorkEmail};
use crate::people::{self, School, Viewer};
use crate::problem::{Problem, Result};
use crate::reports::export;
use crate::reports::people::{Filters, Listing, Row, Shown, Sight, Stands, list};
use crate::reports::roll::Asked;
use crate::reports::words::{self, Pill, group_pill, subject_of};
use crate::text::{self, count};

const PATH: &str = "/people";

/// What the page offers to choose from: nothing that is out of the viewer's sight.
struct Choices {
    schools: Vec<School>,
    /// All of them: only the names of schools in sight are ever looked up.
    names: Vec<School>,
    requirements: Vec<Requirement>,
    sight: Sight,
}

fn choices(conn: &mut Conn, viewer: &Viewer) -> Result<Choices> {
    let scope = viewer.hr_scope();
    let names = people::schools(conn)?;
    let mut schools = names.clone();
    schools.retain(|school| scope.as_ref().is_some_and(|scope| scope.includes(school.id)));
    let sight = if scope.is_some() { Sight::Hr } else { Sight::Manager };
    Ok(Choices { schools, names, requirements: assignments::requirements(conn)?, sight })
}

impl Choices {
    /// The filters that an address asks for; not found if it asks for what is not there to choose.
    fn read(&self, asked: &Form) -> Result<Filters> {
        let chosen = |name: &str| Some(asked.get(name)).filter(|value| !value.is_empty());
        let school = chosen("school").map(|urn| self.schools.iter().find(|school| school.urn.as_str() == urn));
        let stands = chosen("status")
            .map(|word| Stands::ALL.into_iter().find(|stands| stands.as_str() == word && stands.is_for(self.sight)));
        let requirement = chosen("requirement").map(|slug| self.requirements.iter().find(|one| one.slug == slug));
        Ok(Filters {
            q: asked.get("q").chars().take(100).collect(),
            school: found(school)?.cloned(),
            stands: found(stands)?,
            role_group: chosen("group").map(|group| group.parse().map_err(|_| Problem::NotFound)).transpose()?,
            requirement: found(requirement)?.map(|requirement| requirement.slug.clone()),
        })
    }

    fn kind_of(&self, slug: &str) -> Kind {
        self.requirements.iter().find(|one| one.slug == slug).map_or(Kind::Course, |one| one.kind)
    }
}

/// Nothing asked for is well; something that is not there is not found.
fn found<T>(asked: Option<Option<T>>) -> Result<Option<T>> {
    match asked {
        Some(None) => Err(Problem::NotFound),
        Some(found) => Ok(found),
        None => Ok(None),
    }
}

pub async fn show(visit: Visit, viewer: Viewer, request: HttpRequest, library: web::Data<Library>) -> Answer {
    let (asked, now) = (Form::parse(request.query_string().as_bytes()), visit.now);
    let title = if viewer.hr_scope().is_some() { "People" } else { "My team" };
    let view = visit
        .read(move |conn| {
            let choices = choices(conn, &viewer)?;
            let filters = choices.read(&asked)?;
            let page = asked.get("page").parse().unwrap_or(1);
            let listing = list(conn, &viewer, &filters, Some(page), now)?;
            // How many of a team have something to do is said of all of them.
            let busy = match choices.sight {
                Sight::Manager if !filters.any() => Some(busy(conn, &viewer, now)?),
                _ => None,
            };
            Ok(view(&choices, &filters, &listing, busy, &library, now))
        })
        .await?;
    visit.page("reports/people", title, view)
}

/// How many of the viewer's people have anything left to do.
fn busy(conn: &mut Conn, viewer: &Viewer, now: Instant) -> Result<usize> {
    let all = list(conn, viewer, &Filters::default(), None, now)?;
    Ok(all.rows.iter().filter(|row| row.on_roll.asked.iter().any(Asked::is_left)).count())
}

/// The same people as a file: each with what is asked of them.
pub async fn csv(visit: Visit, viewer: Viewer, request: HttpRequest, library: web::Data<Library>) -> Answer {
    let (asked, now) = (Form::parse(request.query_string().as_bytes()), visit.now);
    let bytes = visit
        .read(move |conn| {
            let choices = choices(conn, &viewer)?;
            let filters = choices.read(&asked)?;
            let listing = list(conn, &viewer, &filters, None, now)?;
            export::people(&listing.rows, &choices.requirements, &choices.names, &library, now.day())
        })
        .await?;
    visit.file("text/csv; charset=utf-8", &format!("people-{}.csv", now.day()), bytes)
}

// ── the page

#[derive(Serialize)]
struct Line {
    name: String,
    href: String,
    school: String,
    job: String,
    pill_kind: &'static str,
    pill: String,
    to_do: String,
}

fn view(
    choices: &Choices,
    filters: &Filters,
    listing: &Listing,
    busy: Option<usize>,
    library: &Library,
    now: Instant,
) -> Value {
    let today = now.day();
    let mut rows: Vec<Line> = listing.rows.iter().map(|row| line(row, choices, library, today)).collect();
    if choices.sight == Sight::Hr {
        tell_apart(&mut rows, &listing.rows, today);
    }
    let none = if listing.of == 0 { "Nobody is on your list yet." } else { "Nobody fits this choice." };
    json!({
        "kicker": format!("As of {}, {}", today.short(), now.time()),
        "heading": heading(choices, filters, listing, busy, library),
        "csv_href": (listing.fitting > 0).then(|| filters.address("/people.csv", 1)),
        "add_href": (choices.sight == Sight::Hr).then_some("/people/add"),
        "filters": {
            "action": PATH,
            "q": field(&filters.q, None),
            "selects": selects(choices, filters, library),
            "clear_href": filters.any().then_some(PATH),
        },
        "rows": rows,
        "pages": pages(filters, listing),
        "none": none,
    })
}

fn line(row: &Row, choices: &Choices, library: &Library, today: Day) -> Line {
    let seen = &row.seen;
    let main = seen.main_post(today);
    let mut schools: Vec<String> = Vec::new();
    for record in seen.posts_on(today) {
        let school = choices.names.iter().find(|school| school.id == record.school);
        schools.extend(school.map(|school| school.name.clone()).filter(|name| !schools.contains(name)));
    }
    let Pill { kind, words } = row_pill(row, today);
    Line {
        name: seen.person.listed_name(),
        href: format!("{PATH}/{}", seen.person.id),
        school: text::list(&schools),
        job: main.map(words::job).unwrap_or_default(),
        pill_kind: kind,
        pill: words,
        to_do: to_do(row, library),
    }
}

/// Adds to those who would look alike what tells them apart: the first day, or else the work email.
fn tell_apart(lines: &mut [Line], rows: &[Row], today: Day) {
    let look = |line: &Line| (line.name.clone(), line.school.clone(), line.job.clone());
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        alike.entry(look(line)).or_default().push(place);
    }
    for places in alike.into_values().filter(|places| places.len() > 1) {
        let start = |place: &usize| rows[*place].seen.main_post(today).map(|record| record.post.from);
        let starts: BTreeSet<Option<Day>> = places.iter().map(start).collect();
        for place in &places {
            let email = rows[*place].seen.person.work_email.as_ref().map_or("no work email", WorkEmail::as_str);
            let mark = match start(place) {
                Some(day) if starts.len() == places.len() => format!("from {}", day.long()),
                _ => email.to_owned(),
            };
            lines[*place].job = format!("{}, {mark}", lines[*place].job);
        }
    }
}

/// How somebody stands with everything together.
pub(super) fn row_pill(row: &Row, today: Day) -> Pill {
    match row.stands(today) {
        Shown::In(group) => group_pill(group, row.days_late(), row.days_left()),
        Shown::WithoutPost => match row.seen.main_post(today).map(|record| (record.post.from, record.post.until)) {
            Some((from, _)) if from > today => Pill::new("none", format!("Starts {}", from.long())),
            Some((_, Some(until))) => Pill::new("none", format!("Left {}", until.long())),
            _ => Pill::new("none", "No post"),
        },
    }
}

/// "4 courses, Sign the social media policy"
fn to_do(row: &Row, library: &Library) -> String {
    let left = || row.on_roll.asked.iter().filter(|asked| asked.is_left());
    let courses = left().filter(|asked| asked.kind() == Kind::Course).count();
    let mut said: Vec<String> = Vec::new();
    if courses > 2 {
        said.push(count(courses, "course", "courses"));
    }
    let by_name = left().filter(|asked| courses <= 2 || asked.kind() != Kind::Course);
    said.extend(by_name.map(|asked| title_of(library, asked.kind(), asked.slug())));
    said.join(", ")
}

fn pages(filters: &Filters, listing: &Listing) -> Value {
    let (page, pages) = (listing.page, listing.pages());
    let last = listing.first() + listing.rows.len().saturating_sub(1);
    json!({
        "is_needed": pages > 1,
        "previous": (page > 1).then(|| filters.address(PATH, page - 1)),
        "next": (page < pages).then(|| filters.address(PATH, page + 1)),
        "sentence": format!("{} to {last} of {}", listing.first(), text::thousands(listing.fitting as i64)),
    })
}

// ── the heading

fn heading(choices: &Choices, filters: &Filters, listing: &Listing, busy: Option<usize>, library: &Library) -> String {
    let number = busy.unwrap_or(listing.fitting);
    let one = number == 1;
    let who = match choices.sight {
        Sight::Manager => format!("{number} of your {}", count(listing.of, "person", "people")),
        Sight::Hr => count(number, "person", "people"),
    };
    let of_group = filters.role_group.map(|group| format!(" ({group})")).unwrap_or_default();
    let at = filters.school.as_ref().map(|school| format!(" at {}", school.name)).unwrap_or_default();
    let called = if filters.q.is_empty() { String::new() } else { format!(" for “{}”", filters.q) };
    let what = filters.requirement.as_deref().map(|slug| subject_of(library, choices.kind_of(slug), slug));
    let phrase = match (busy, what) {
        (Some(_), _) => format!(" {} something to do", if one { "has" } else { "have" }),
        (None, Some(what)) => about_one(filters.stands, &what, one),
        (None, None) => filters.stands.map(|stands| about_all(stands, one)).unwrap_or_default(),
    };
    format!("{who}{of_group}{at}{called}{phrase}")
}

fn about_all(stands: Stands, one: bool) -> String {
    let (is, has) = if one { ("is", "has") } else { ("are", "have") };
    match stands {
        Stands::UpToDate => format!(" {is} up to date"),
        Stands::Overdue => format!(" {is} overdue"),
        Stands::Waiting => format!(" {is} waiting for an answer"),
        Stands::OnTheWay => format!(" {is} on the way"),
        Stands::DueSoon => format!(" {has} something due within 14 days"),
        Stands::NotCounted => format!(" {is} not counted"),
        Stands::NoPost => format!(" {has} no current post"),
    }
}

fn about_one(stands: Option<Stands>, what: &str, one: bool) -> String {
    let (is, has) = if one { ("is", "has") } else { ("are", "have") };
    match stands {
        None | Some(Stands::NoPost) => format!(" {has} still to do: {what}"),
        Some(Stands::UpToDate) => format!(" {has} done: {what}"),
        Some(Stands::Overdue) => format!(" {is} overdue: {what}"),
        Some(Stands::Waiting) => format!(" {is} waiting for an answer: {what}"),
        Some(Stands::OnTheWay) => format!(" {has} time left: {what}"),
        Some(Stands::DueSoon) => format!(" {has} 14 days or fewer: {what}"),
        Some(Stands::NotCounted) => format!(" {is} paused: {what}"),
    }
}

// ── the filters

fn selects(choices: &Choices, filters: &Filters, library: &Library) -> Vec<Value> {
    let mut selects = Vec::new();
    if choices.schools.len() > 1 {
        let chosen = filters.school.as_ref().map(|school| school.urn.as_str());
        let schools = choices.schools.iter().map(|school| (school.urn.as_str(), school.name.clone()));
        selects.push(select("school", "School", "All schools", schools, chosen));
    }
    let stands = Stands::ALL.into_iter().filter(|stands| stands.is_for(choices.sight));
    let stands = stands.map(|stands| (stands.as_str(), stands_words(stands).to_owned()));
    selects.push(select("status", "Status", "Any", stands, filters.stands.map(Stands::as_str)));
    let titles = choices.requirements.iter();
    let titles = titles.map(|one| (one.slug.as_str(), title_of(library, one.kind, &one.slug)));
    selects.push(select("requirement", "Still to do", "Anything", titles, filters.requirement.as_deref()));
    if choices.sight == Sight::Hr {
        let groups = RoleGroup::ALL.iter().map(|group| (group.as_str(), text::capital(group.as_str())));
        selects.push(select("group", "Role group", "All", groups, filters.role_group.map(RoleGroup::as_str)));
    }
    selects
}

fn stands_words(stands: Stands) -> &'static str {
    match stands {
        Stands::UpToDate => "Up to date",
        Stands::Overdue => "Overdue",
        Stands::Waiting => "Waiting",
        Stands::OnTheWay => "On the way",
        Stands::DueSoon => "Due within 14 days",
        Stands::NotCounted => "Not counted",
        Stands::NoPost => "No current post",
    }
}

fn select<'a>(
    name: &str,
    label: &str,
    any: &str,
    options: impl Iterator<Item = (&'a str, String)>,
    chosen: Option<&str>,
) -> Value {
    let any = json!({ "value": "", "text": any, "is_chosen": chosen.is_none() });
    let options =
        options.map(|(value, text)| json!({ "value": value, "text": text, "is_chosen": chosen == Some(value) }));
    json!({ "name": name, "label": label, "options": std::iter::once(any).chain(options).collect::<Vec<_>>() })
}
