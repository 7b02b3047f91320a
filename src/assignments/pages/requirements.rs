//! `/requirements`: what is asked, of whom, by when; changing a due day, asking something no longer, and asking it again.

use actix_web::web;
use serde_json::{Value, json};

use super::foreseen::{PREVIEW, PREVIEW_TITLE, Preview, What, title};
use super::{capacity, kept, scope};
use crate::assignments::rules::{DueRule, Every};
use crate::assignments::{self, Requirement, Terms};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::people::rules::Audience;
use crate::people::{self, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;

const PAGE: &str = "assignments/requirements";
const TITLE: &str = "Deadlines";
const BACK: &str = "Back to deadlines";

pub async fn show(visit: Visit, viewer: Viewer, library: web::Data<Library>) -> Answer {
    let (view, _) = list(&visit, &viewer, &library, None).await?;
    visit.page(PAGE, TITLE, view)
}

/// One change of a requirement.
#[derive(Clone)]
enum Change {
    Due(DueRule),
    /// Asked of nobody from this day on.
    Withdraw(Day),
    AskAgain,
}

impl Change {
    fn read(form: &Form, today: Day, complaints: &mut Complaints) -> Option<Change> {
        let change = match form.get("change") {
            "withdraw" => {
                let from = form.day("from", "the day", complaints);
                if from.is_some_and(|from| from < today) {
                    complaints.add("from", "Choose today or a later day. What was asked before stays as it was.");
                }
                from.map(Change::Withdraw)
            }
            "ask-again" => Some(Change::AskAgain),
            _ => Some(Change::Due(typed_rule(form, complaints))),
        };
        change.filter(|_| complaints.is_empty())
    }

    fn applied_to(&self, terms: Terms, today: Day) -> Terms {
        match self {
            Change::Due(due) => Terms { due: *due, ..terms },
            Change::Withdraw(from) => terms.withdrawn_from(*from),
            Change::AskAgain => terms.asked_again_from(today),
        }
    }

    /// What would follow of it: a withdrawal is looked at as if it held today already.
    fn supposed(&self, terms: Terms, today: Day) -> Terms {
        match self {
            Change::Withdraw(_) => terms.withdrawn_from(today),
            _ => self.applied_to(terms, today),
        }
    }

    fn kicker(&self, title: &str, standing: &Terms, today: Day) -> String {
        match self {
            Change::Due(due) => {
                let after = self.applied_to(standing.clone(), today);
                let day = (due_words(standing) != due_words(&after))
                    .then(|| format!("from {} to {}", due_words(standing), due_words(&after)));
                let starters = (standing.due.starter_days != due.starter_days).then(|| {
                    format!("{} for whoever is new, not {}", days(due.starter_days), standing.due.starter_days)
                });
                let changes: Vec<String> = [day, starters].into_iter().flatten().collect();
                format!("{title}: {}", changes.join("; "))
            }
            Change::Withdraw(from) => format!("{title}: asked of nobody from {}", from.long()),
            Change::AskAgain if standing.is_asked_on(today) => {
                format!("{title}: asked on, as if nobody had stopped it")
            }
            Change::AskAgain => format!("{title}: asked again from today"),
        }
    }

    fn sentence(&self, today: Day, said: &str) -> String {
        match self {
            Change::Withdraw(from) if today < *from => {
                format!("This is how it stands today; whoever does it before {} keeps it. {said}", from.long())
            }
            _ => said.to_owned(),
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Change::Due(due) => vec![("due_day", due.annual_day()), ("starters", due.starter_days.to_string())],
            Change::Withdraw(from) => vec![("change", "withdraw".to_owned()), ("from", from.slashed())],
            Change::AskAgain => vec![("change", "ask-again".to_owned())],
        }
    }
}

/// What a change would do.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    id: web::Path<i64>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let (id, today) = (id.into_inner(), visit.now.day());
    capacity(&viewer, None).ok_or(Problem::NotFound)?;
    let mut complaints = Complaints::default();
    let Some(change) = Change::read(&form, today, &mut complaints) else {
        let (view, complaints) = list(&visit, &viewer, &library, Some((id, &form, &complaints))).await?;
        return visit.again(PAGE, TITLE, view, &complaints);
    };
    let (now, content, may_see, meant) = (visit.now, library.clone(), scope(&viewer), change.clone());
    let looked = visit
        .read(move |conn| {
            let mut rules = assignments::standing_rules(conn)?;
            let one = rules.requirements.iter_mut().find(|one| one.id() == id).ok_or(Problem::NotFound)?;
            let standing = one.clone();
            if meant.applied_to(one.terms(), today) == one.terms() {
                return Ok((standing, None));
            }
            *one = one.under(&meant.supposed(one.terms(), today));
            let everybody: Vec<i64> = people::everybody(conn)?.into_iter().map(|person| person.id).collect();
            let foreseen = assignments::would_reconcile(conn, &everybody, &rules, now)?;
            let preview = Preview::of(conn, &foreseen, &rules.requirements, &content, &may_see, today)?;
            Ok((standing, Some(preview)))
        })
        .await?;
    let (requirement, Some(preview)) = looked else {
        return visit.go_saying("/requirements", "Nothing was changed: this is how it stands already.");
    };
    let what = What {
        back_href: "/requirements".to_owned(),
        back_text: BACK.to_owned(),
        kicker: change.kicker(&title(&library, &requirement), &requirement.terms(), today),
        action: format!("/requirements/{id}/apply"),
        values: change.values(),
    };
    let preview = Preview { sentence: change.sentence(today, &preview.sentence), ..preview };
    visit.page(PREVIEW, PREVIEW_TITLE, preview.view(what))
}

pub async fn apply(visit: Visit, viewer: Viewer, id: web::Path<i64>, form: Form) -> Answer {
    let id = id.into_inner();
    let capacity = capacity(&viewer, None).ok_or(Problem::NotFound)?;
    let mut complaints = Complaints::default();
    let change = Change::read(&form, visit.now.day(), &mut complaints).ok_or(Problem::Invalid(complaints))?;
    let leads_to = visit
        .act_once(&form, capacity, move |act| {
            let standing = find(act.conn, id)?;
            assignments::change_requirement(act, id, &change.applied_to(standing.terms(), act.now.day()))?;
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
            let kept = hr_scope.map(|scope| kept::rows(conn, &standing, &content, &scope, today)).transpose()?;
            Ok((standing, kept.unwrap_or_default()))
        })
        .await?;
    let may_change = capacity(viewer, None).is_some();
    let rows: Vec<Value> = standing.iter().map(|one| row(one, library, may_change, typed, today)).collect();
    let sentence = match may_change {
        true => "What must be done, by whom, by when. You see whom a change touches before it happens.",
        false => "What must be done, by whom, by when. Somebody with the whole trust in view can change it.",
    };
    let mut errors = Complaints::default();
    if let Some((id, _, complaints)) = typed {
        let named = [("due_day", "due"), ("starters", "starters"), ("from", "from")];
        for (name, prefix) in named {
            complaints.get(name).into_iter().for_each(|words| errors.add(&format!("{prefix}-{id}"), words));
        }
    }
    Ok((json!({ "sentence": sentence, "requirements": rows, "kept": kept }), errors))
}

fn row(requirement: &Requirement, library: &Library, may_change: bool, typed: Typed, today: Day) -> Value {
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
        "is_withdrawn": terms.until.is_some(),
        "again": if terms.is_asked_on(today) { "Go on asking for it" } else { "Ask it again" },
        "action": may_change.then(|| format!("/requirements/{id}")),
        "is_open": typed.is_some_and(|(_, form, _)| !form.has("change")),
        "is_withdrawing": typed.is_some_and(|(_, form, _)| form.has("change")),
        "from": entered("from", String::new()),
        "due_day": entered("due_day", terms.due.annual_day()),
        "starters": entered("starters", terms.due.starter_days.to_string()),
    })
}

fn who(audience: &Audience) -> String {
    let named = [
        (audience.staff, "all staff"),
        (audience.short_stay, "supply staff"),
        (audience.short_stay, "trainees on placement"),
        (audience.leadership, "leaders"),
        (audience.account_administrators, "administrators of social media accounts"),
        (audience.takes_images, "those who take pictures of pupils"),
    ];
    let mut words: Vec<String> =
        named.iter().filter(|(asked, _)| *asked).map(|(_, words)| (*words).to_owned()).collect();
    words.extend(audience.role_groups.iter().map(|group| group.people().to_owned()));
    let mut words = text::list(&words);
    if !audience.schools.is_empty() {
        let schools: Vec<String> = audience.schools.iter().map(ToString::to_string).collect();
        words = format!("{words} at {}", text::list(&schools));
    }
    text::capital(&words)
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
    match terms.until {
        Some(until) => format!("Asked since {}, for the last time on {}.", terms.from.long(), until.long()),
        None => format!("Asked since {}. Whoever is new has {}.", terms.from.long(), days(terms.due.starter_days)),
    }
}

fn days(count: u32) -> String {
    format!("{count} working {}", if count == 1 { "day" } else { "days" })
}
