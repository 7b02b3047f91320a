//! `/requirements`: what is asked, of whom, by when; changing a due day.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web;
use serde_json::{Value, json};

use super::foreseen::{InView, Preview, title};
use super::{capacity, scope};
use crate::assignments::rules::{DueRule, Every};
use crate::assignments::{self, Requirement, Terms, Whom};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::people::rules::Audience;
use crate::people::{self, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;

const PAGE: &str = "assignments/requirements";
const TITLE: &str = "Deadlines";

pub async fn show(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let (view, _) = list(&visit, &viewer, &library, None).await?;
    visit.page(PAGE, TITLE, view)
}

/// What a new due day would do.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    id: web::Path<i64>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let id = id.into_inner();
    capacity(&viewer, None).ok_or(Problem::NotFound)?;
    let mut complaints = Complaints::default();
    let due = typed_rule(&form, &mut complaints);
    if !complaints.is_empty() {
        let (view, complaints) = list(&visit, &viewer, &library, Some((id, &form, &complaints))).await?;
        return visit.again(PAGE, TITLE, view, &complaints);
    }
    let (now, content, may_see) = (visit.now, library.clone(), scope(&viewer));
    let (requirement, preview) = visit
        .read(move |conn| {
            let mut rules = assignments::standing_rules(conn)?;
            let one = rules.requirements.iter_mut().find(|one| one.id() == id).ok_or(Problem::NotFound)?;
            let standing = one.clone();
            *one = one.under(&Terms { due, ..one.terms() });
            let everybody: Vec<i64> = people::everybody(conn)?.into_iter().map(|person| person.id).collect();
            let foreseen = assignments::would_reconcile(conn, &everybody, &rules, now)?;
            let preview = Preview::of(conn, &foreseen, &rules.requirements, &content, &may_see, now.day())?;
            Ok((standing, preview))
        })
        .await?;
    let view = json!({
        "back_href": "/requirements",
        "back_text": "Back to deadlines",
        "kicker": format!("{}: from {} to {}", title(&library, &requirement), due_words(&requirement.terms()),
            due_words(&Terms { due, ..requirement.terms() })),
        "heading": preview.heading,
        "sentence": preview.sentence,
        "warning": preview.warning,
        "caption": preview.caption,
        "touched": preview.touched,
        "action": format!("/requirements/{id}/apply"),
        "values": [
            { "name": "due_day", "value": due.annual_day() },
            { "name": "starters", "value": due.starter_days.to_string() },
        ],
        "button": preview.button,
    });
    visit.page("assignments/requirements-preview", "What this changes", view)
}

pub async fn apply(visit: Visit, viewer: Viewer, id: web::Path<i64>, form: Form) -> Answer {
    let id = id.into_inner();
    let capacity = capacity(&viewer, None).ok_or(Problem::NotFound)?;
    let mut complaints = Complaints::default();
    let due = typed_rule(&form, &mut complaints);
    complaints.into_result()?;
    let leads_to = visit
        .act_once(&form, capacity, move |act| {
            let standing = find(act.conn, id)?;
            assignments::change_requirement(act, id, &Terms { due, ..standing.terms() })?;
            Ok("/requirements".to_owned())
        })
        .await?;
    visit.go_saying(&leads_to, "Changed. Everybody’s due days follow within a minute.")
}

fn find(conn: &mut Conn, id: i64) -> Result<Requirement> {
    let standing = assignments::requirements(conn)?;
    standing.into_iter().find(|requirement| requirement.id() == id).ok_or(Problem::NotFound)
}

fn typed_rule(form: &Form, complaints: &mut Complaints) -> DueRule {
    let (month, day_of_month) = DueRule::read_annual_day(form.get("due_day")).unwrap_or_else(|_| {
        complaints.add("due_day", "Write a day and a month, such as 31 October.");
        Default::default()
    });
    let starter_days = form.get("starters").parse().ok().filter(|days| DueRule::STARTER_DAYS.contains(days));
    let starter_days = starter_days.unwrap_or_else(|| {
        let (least, most) = (DueRule::STARTER_DAYS.start(), DueRule::STARTER_DAYS.end());
        complaints.add("starters", format!("Write a number of working days from {least} to {most}."));
        Default::default()
    });
    DueRule { month, day_of_month, starter_days }
}

/// A form that needs putting right: whose it is, what was typed, and what is wrong with it.
type Typed<'a> = Option<(i64, &'a Form, &'a Complaints)>;

/// The page, and the complaints under the names of its fields.
async fn list(
    visit: &Visit,
    viewer: &Viewer,
    library: &web::Data<Library>,
    typed: Typed<'_>,
) -> Result<(Value, Complaints)> {
    let (content, hr_scope, today) = (library.clone(), viewer.hr_scope(), visit.now.day());
    let (standing, kept) = visit
        .read(move |conn| {
            let standing = assignments::requirements(conn)?;
            let kept = hr_scope.map(|scope| kept(conn, &standing, &content, &scope, today)).transpose()?;
            Ok((standing, kept.unwrap_or_default()))
        })
        .await?;
    let may_change = capacity(viewer, None).is_some();
    let rows: Vec<Value> = standing.iter().map(|one| row(one, library, may_change, typed)).collect();
    let sentence = match may_change {
        true => "What must be done, by whom, by when. You see whom a change touches before it happens.",
        false => "What must be done, by whom, by when. Somebody with the whole trust in view can change it.",
    };
    let mut errors = Complaints::default();
    if let Some((id, _, complaints)) = typed {
        let named = [("due_day", "due"), ("starters", "starters")];
        for (name, prefix) in named {
            complaints.get(name).into_iter().for_each(|words| errors.add(&format!("{prefix}-{id}"), words));
        }
    }
    Ok((json!({ "sentence": sentence, "requirements": rows, "kept": kept }), errors))
}

/// Who is exempt or away, as HR in scope may see it: not those whose time is over.
fn kept(
    conn: &mut Conn,
    requirements: &[Requirement],
    library: &Library,
    scope: &Scope,
    today: Day,
) -> Result<Vec<Value>> {
    let goes_on = |until: Option<Day>| until.is_none_or(|until| today <= until);
    let mut exemptions = assignments::exemptions(conn, Whom::All)?;
    exemptions.retain(|exemption| goes_on(exemption.until));
    let mut pauses = people::all_pauses(conn)?;
    pauses.retain(|(_, pause)| pause.superseded.is_none() && goes_on(pause.until));
    let about = exemptions.iter().map(|exemption| exemption.person).chain(pauses.iter().map(|(person, _)| *person));
    let about: Vec<i64> = about.collect::<BTreeSet<i64>>().into_iter().collect();
    let givers: Vec<i64> = exemptions.iter().filter_map(|exemption| exemption.given_by).collect();
    let givers: BTreeMap<i64, String> =
        people::people(conn, &givers)?.into_iter().map(|giver| (giver.id, giver.name())).collect();
    let in_view = InView::of(conn, &about, scope, today)?;
    let mut rows = Vec::new();
    for exemption in exemptions {
        let Some((name, _)) = in_view.get(exemption.person) else { continue };
        let of = requirements.iter().find(|requirement| Some(requirement.id()) == exemption.requirement);
        let what = of.map_or_else(|| "everything".to_owned(), |requirement| title(library, requirement));
        let by = exemption.given_by.and_then(|giver| givers.get(&giver)).map_or("Seamark", String::as_str);
        rows.push((
            name.clone(),
            json!({
                "name": name,
                "href": format!("/people/{}", exemption.person),
                "what": format!("Exempt: {what}"),
                "until": until(exemption.until),
                "why": exemption.reason,
                "by": format!("{by}, {}", exemption.recorded.day().short()),
            }),
        ));
    }
    for (person, pause) in pauses {
        let Some((name, _)) = in_view.get(person) else { continue };
        rows.push((
            name.clone(),
            json!({
                "name": name,
                "href": format!("/people/{person}"),
                "what": format!("Away from {}", pause.from.long()),
                "until": until(pause.until),
                "why": "",
                "by": pause.recorded.day().short(),
            }),
        ));
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn until(day: Option<Day>) -> String {
    day.map_or_else(|| "not known".to_owned(), Day::long)
}

fn row(requirement: &Requirement, library: &Library, may_change: bool, typed: Typed) -> Value {
    let (id, terms) = (requirement.id(), requirement.terms());
    let typed = typed.filter(|(of, _, _)| *of == id);
    let entered = |name: &str, standing: String| match typed {
        Some((_, form, complaints)) => form.field(name, complaints),
        None => field(&standing, None),
    };
    json!({
        "id": id.to_string(),
        "title": title(library, requirement),
        "who": who(&terms.audience),
        "every": how_often(terms.every),
        "due": format!("due {}", due_words(&terms)),
        "standing": standing(&terms),
        "action": may_change.then(|| format!("/requirements/{id}")),
        "is_open": typed.is_some(),
        "due_day": entered("due_day", terms.due.annual_day()),
        "starters": entered("starters", terms.due.starter_days.to_string()),
    })
}

fn who(audience: &Audience) -> String {
    let named = [
        (audience.staff, "all staff"),
        (audience.short_stay, "supply staff and trainees on placement"),
        (audience.leadership, "leaders"),
        (audience.account_administrators, "administrators of social media accounts"),
        (audience.takes_images, "those who take pictures of pupils"),
    ];
    let mut words: Vec<String> =
        named.iter().filter(|(asked, _)| *asked).map(|(_, words)| (*words).to_owned()).collect();
    words.extend(audience.role_groups.iter().map(|group| format!("{group}s")));
    let mut words = text::list(&words);
    if !audience.schools.is_empty() {
        let schools: Vec<String> = audience.schools.iter().map(ToString::to_string).collect();
        words = format!("{words} at {}", text::list(&schools));
    }
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn how_often(every: Every) -> String {
    match every {
        Every::AcademicYear => "each academic year".to_owned(),
        Every::Months(12) => "every year from when it was last done".to_owned(),
        Every::Months(months) => format!("every {months} months"),
        Every::Once => "once".to_owned(),
        Every::ByChoice => "if somebody likes".to_owned(),
    }
}

fn due_words(terms: &Terms) -> String {
    match terms.every {
        Every::AcademicYear => terms.due.annual_day(),
        Every::Months(_) => "before it runs out".to_owned(),
        Every::Once => days(terms.due.starter_days),
        Every::ByChoice => "never".to_owned(),
    }
}

fn standing(terms: &Terms) -> String {
    format!("Asked since {}. Whoever is new has {}.", terms.from.long(), days(terms.due.starter_days))
}

fn days(count: u32) -> String {
    format!("{count} working {}", if count == 1 { "day" } else { "days" })
}
