//! `/calendar`: a school's terms, holidays and INSET days; changing one, adding one, taking one off.

use actix_web::HttpRequest;
use actix_web::web;
use serde_json::{Value, json};

use super::foreseen::{PREVIEW, PREVIEW_TITLE, Preview, What, said};
use super::{capacity, scope};
use crate::assignments::calendar::{AcademicYear, Calendar, CalendarSpan, SpanKind};
use crate::assignments::{self, CalendarChange, Rules};
use crate::clock::Day;
use crate::courses::Library;
use crate::db::Conn;
use crate::http::{Answer, Form, Visit, field};
use crate::people::{self, School, Scope, Viewer};
use crate::problem::{Complaints, Problem, Result};
use crate::text;

const PAGE: &str = "assignments/calendar";
const TITLE: &str = "Calendar";

/// What stands in an address for the days that the trust has entered for all its schools.
const TRUST: &str = "trust";

/// What stands in an address for a span that is not there yet.
const NEW: &str = "new";

/// How many academic years can be seen, this one first.
const YEARS: i32 = 3;

/// Whose days, and which year's.
#[derive(Clone)]
struct Place {
    /// None: the trust's own, for schools without theirs.
    school: Option<School>,
    year: AcademicYear,
}

impl Place {
    fn school_id(&self) -> Option<i64> {
        self.school.as_ref().map(|school| school.id)
    }

    fn name(&self) -> &str {
        self.school.as_ref().map_or("all schools", |school| &school.name)
    }

    /// "school=123456&year=2026"
    fn query(&self) -> String {
        let school = self.school.as_ref().map_or(TRUST, |school| school.urn.as_str());
        format!("school={school}&year={}", self.year.0)
    }
}

/// What the page shows of a place.
struct Sheet {
    place: Place,
    /// Those that the viewer may choose among.
    schools: Vec<School>,
    days: Vec<CalendarSpan>,
    own: Vec<CalendarSpan>,
    trusts: Vec<CalendarSpan>,
    calendar: Calendar,
}

impl Sheet {
    fn is_to_be_confirmed(&self) -> bool {
        self.calendar.is_to_be_confirmed(self.place.year)
    }

    fn find(&self, key: &str) -> Result<CalendarSpan> {
        let found = self.days.iter().find(|span| key_of(span) == key).cloned();
        found.ok_or_else(|| Problem::refused("These days are no longer in the calendar. Open the calendar again."))
    }
}

/// "half-term-2026-10-26": no two spans of one kind begin on one day.
fn key_of(span: &CalendarSpan) -> String {
    format!("{}-{}", span.kind.as_str(), span.from)
}

pub async fn show(visit: Visit, viewer: Viewer, request: HttpRequest) -> Answer {
    let sheet = read_sheet(&visit, &viewer, &request).await?;
    visit.page(PAGE, TITLE, view(&sheet, &viewer, visit.now.day(), None))
}

/// What a change of dates would do.
pub async fn preview(
    visit: Visit,
    viewer: Viewer,
    request: HttpRequest,
    key: web::Path<String>,
    form: Form,
    library: web::Data<Library>,
) -> Answer {
    let sheet = read_sheet(&visit, &viewer, &request).await?;
    capacity(&viewer, sheet.place.school_id()).ok_or(Problem::NotFound)?;
    let mut complaints = Complaints::default();
    let change = typed_change(&sheet, &key, &form, &mut complaints)?;
    let Some(change) = change.filter(|_| complaints.is_empty()) else {
        let page = view(&sheet, &viewer, visit.now.day(), Some((&key, &form, &complaints)));
        return visit.again(PAGE, TITLE, page, &under_field_names(&key, &complaints));
    };
    let query = sheet.place.query();
    if matches!(&change, CalendarChange::Replace { was, becomes } if was == becomes) {
        let same = "Nothing was changed: these are the days that stand already.";
        return visit.go_saying(&format!("/calendar?{query}"), same);
    }
    let preview = foresee(&visit, &viewer, &library, &sheet, &change).await?;
    let typed = form.typed();
    let what = What {
        back_href: format!("/calendar?{query}"),
        back_text: "Back to the calendar".to_owned(),
        kicker: kicker(&sheet.place, &change, visit.now.day()),
        action: format!("/calendar/spans/{key}/apply?{query}"),
        values: typed.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
    };
    let preview = Preview { button: "Change the calendar".to_owned(), ..preview };
    visit.page(PREVIEW, PREVIEW_TITLE, preview.view(what))
}

pub async fn apply(visit: Visit, viewer: Viewer, request: HttpRequest, key: web::Path<String>, form: Form) -> Answer {
    let place = find_place(&visit, &viewer, &request).await?.0;
    let capacity = capacity(&viewer, place.school_id()).ok_or(Problem::NotFound)?;
    let (key, typed) = (key.into_inner(), form.clone());
    let leads_to = visit
        .act_once(&form, capacity, move |act| {
            let sheet = sheet(act.conn, place.clone(), vec![])?;
            let mut complaints = Complaints::default();
            let change = typed_change(&sheet, &key, &typed, &mut complaints)?;
            complaints.into_result()?;
            let change = change.ok_or(Problem::NotFound)?;
            assignments::change_calendar(act, place.school.as_ref(), place.year, &change)?;
            Ok(format!("/calendar?{}", place.query()))
        })
        .await?;
    visit.go_saying(&leads_to, "The calendar is changed. Due days follow within a minute.")
}

/// The year's days are right as they stand.
pub async fn confirm(visit: Visit, viewer: Viewer, request: HttpRequest, form: Form) -> Answer {
    let place = find_place(&visit, &viewer, &request).await?.0;
    let capacity = capacity(&viewer, place.school_id()).ok_or(Problem::NotFound)?;
    let leads_to = visit
        .act_once(&form, capacity, move |act| {
            let sheet = sheet(act.conn, place.clone(), vec![])?;
            if sheet.is_to_be_confirmed() {
                assignments::confirm_calendar(act, place.school.as_ref(), place.year)?;
            }
            Ok(format!("/calendar?{}", place.query()))
        })
        .await?;
    visit.go_saying(&leads_to, "The term dates are confirmed. No due day has moved.")
}

// ── whose calendar

async fn read_sheet(visit: &Visit, viewer: &Viewer, request: &HttpRequest) -> Result<Sheet> {
    let (place, schools) = find_place(visit, viewer, request).await?;
    visit.read(move |conn| sheet(conn, place, schools)).await
}

/// The place that an address names, or the first that the viewer may see; and the schools that they may choose among.
async fn find_place(visit: &Visit, viewer: &Viewer, request: &HttpRequest) -> Result<(Place, Vec<School>)> {
    let asked = Form::parse(request.query_string().as_bytes());
    let scope = scope(viewer);
    let mut schools = visit.read(people::schools).await?;
    schools.retain(|school| scope.includes(school.id));
    let year = asked.get("year").parse().map_or(AcademicYear::of(visit.now.day()), AcademicYear);
    if !(2000..2200).contains(&year.0) {
        return Err(Problem::NotFound);
    }
    let school = match asked.get("school") {
        "" | TRUST if scope == Scope::Trust => None,
        "" => Some(schools.first().cloned().ok_or(Problem::NotFound)?),
        urn => Some(schools.iter().find(|school| school.urn.as_str() == urn).cloned().ok_or(Problem::NotFound)?),
    };
    Ok((Place { school, year }, schools))
}

fn sheet(conn: &mut Conn, place: Place, schools: Vec<School>) -> Result<Sheet> {
    let calendar = assignments::calendar_of(conn, place.school.as_ref())?;
    Ok(Sheet {
        days: assignments::days_of_year(&calendar, place.year),
        own: assignments::term_dates_of(conn, place.school_id(), place.year)?,
        trusts: assignments::term_dates_of(conn, None, place.year)?,
        calendar,
        schools,
        place,
    })
}

// ── what was typed

fn typed_change(sheet: &Sheet, key: &str, form: &Form, complaints: &mut Complaints) -> Result<Option<CalendarChange>> {
    if key != NEW && form.has("take_off") {
        return Ok(Some(CalendarChange::TakeOff(sheet.find(key)?)));
    }
    let was = if key == NEW { None } else { Some(sheet.find(key)?) };
    let kind = match &was {
        Some(span) => Some(span.kind),
        None => form.get("kind").parse().ok().filter(|kind| *kind != SpanKind::TakenOff),
    };
    if kind.is_none() {
        complaints.add("kind", "Choose what it is.");
    }
    let days = form.day("first_day", "the first day", complaints).zip(form.day("last_day", "the last day", complaints));
    let Some((kind, (from, until))) = kind.zip(days) else { return Ok(None) };
    let name = was.as_ref().map_or_else(|| usual_name(kind).to_owned(), |span| span.name.clone());
    let span = CalendarSpan { kind, name, from, until };
    check_place(sheet, &span, was.as_ref(), complaints);
    let change = match was {
        Some(was) => CalendarChange::Replace { was, becomes: span },
        None => CalendarChange::Add(span),
    };
    if let Err(Problem::Invalid(found)) = change.check() {
        found.0.into_iter().for_each(|(name, words)| complaints.add(&name, words));
    }
    Ok(Some(change))
}

/// The span must end in the year that is being looked at, and not begin where another of its kind does.
fn check_place(sheet: &Sheet, span: &CalendarSpan, was: Option<&CalendarSpan>, complaints: &mut Complaints) {
    let year = sheet.place.year;
    if AcademicYear::of(span.until) != year {
        complaints
            .add("last_day", format!("This page is about {}. Choose another year to enter its dates.", year.long()));
    }
    let others = sheet.days.iter().filter(|other| Some(*other) != was);
    if others.clone().any(|other| key_of(other) == key_of(span)) {
        complaints.add("first_day", "There is one already that begins on this day.");
    }
    let overlaps = |other: &CalendarSpan| other.from <= span.until && span.from <= other.until;
    if span.kind == SpanKind::Term && others.into_iter().any(|other| other.kind == SpanKind::Term && overlaps(other)) {
        complaints.add("first_day", "Two terms cannot run on the same days.");
    }
}

fn usual_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Term => "Term",
        SpanKind::HalfTerm => "Half-term",
        SpanKind::Holiday => "School holiday",
        SpanKind::Inset => "INSET day",
        SpanKind::BankHoliday => "Bank holiday",
        SpanKind::TakenOff => "Taken off",
    }
}

/// The same complaints under the ids that the fields of one row have on the page.
fn under_field_names(key: &str, complaints: &Complaints) -> Complaints {
    let mut named = Complaints::default();
    for (name, words) in &complaints.0 {
        match (key, name.as_str()) {
            (NEW, name) => named.add(name, words),
            (key, "first_day") => named.add(&format!("first-{key}"), words),
            (key, _) => named.add(&format!("last-{key}"), words),
        }
    }
    named
}

// ── what it would do

async fn foresee(
    visit: &Visit,
    viewer: &Viewer,
    library: &web::Data<Library>,
    sheet: &Sheet,
    change: &CalendarChange,
) -> Result<Preview> {
    let (now, content, may_see) = (visit.now, library.clone(), scope(viewer));
    let (school, year) = (sheet.place.school_id(), sheet.place.year);
    let days = change.entered(sheet.own.clone(), sheet.days.clone())?;
    visit
        .read(move |conn| {
            let calendars = assignments::calendars_if(conn, school, year, &days)?;
            let rules = Rules { requirements: assignments::requirements(conn)?, calendars };
            let people = whose_clock(conn, school)?;
            let foreseen = assignments::would_reconcile(conn, &people, &rules, now)?;
            Preview::of(conn, &foreseen, &rules.requirements, &content, &may_see, now.day())
        })
        .await
}

/// Everybody whose clock a school's days may set: who has, had or will have a post there. For the trust, everybody.
fn whose_clock(conn: &mut Conn, school: Option<i64>) -> Result<Vec<i64>> {
    let posts = people::all_posts(conn)?;
    let there =
        posts.iter().filter(|post| post.superseded.is_none() && school.is_none_or(|school| school == post.school));
    let mut people: Vec<i64> = there.map(|post| post.person).collect();
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

fn kicker(place: &Place, change: &CalendarChange, today: Day) -> String {
    let dates = |span: &CalendarSpan| dates(span, today);
    let what = match change {
        CalendarChange::Add(span) => format!("{}, {}: new", span.name, dates(span)),
        CalendarChange::TakeOff(span) => format!("{}, {}: taken off", span.name, dates(span)),
        CalendarChange::Replace { was, becomes } => format!("{}: {} becomes {}", was.name, dates(was), dates(becomes)),
    };
    format!("{}, {what}", text::capital(place.name()))
}

fn dates(span: &CalendarSpan, today: Day) -> String {
    let [from, until] = said([span.from, span.until], today);
    if from == until { from } else { format!("{from} to {until}") }
}

// ── the page

/// A form that needs putting right: which span's, what was typed, and what is wrong with it.
type Typed<'a> = Option<(&'a str, &'a Form, &'a Complaints)>;

fn view(sheet: &Sheet, viewer: &Viewer, today: Day, typed: Typed) -> Value {
    let place = &sheet.place;
    let may_change = capacity(viewer, place.school_id()).is_some();
    let knows = sheet.calendar.knows_terms(place.year.last_day());
    let warning = "Nobody has entered this year’s terms. Until then only weekends and bank holidays are free.";
    let of_new = typed.filter(|(key, _, _)| *key == NEW);
    let entered = |name: &str| match of_new {
        Some((_, form, complaints)) => form.field(name, complaints),
        None => field("", None),
    };
    json!({
        "heading": format!("Calendar of {}, {}", place.name(), place.year.long()),
        "warning": (!knows).then_some(warning),
        "is_to_be_confirmed": sheet.is_to_be_confirmed(),
        "confirm_action": may_change.then(|| format!("/calendar/confirm?{}", place.query())),
        "school": school_choice(sheet, viewer),
        "year": year_choice(place.year, today),
        "spans": rows(sheet, may_change, typed),
        "add_action": may_change.then(|| format!("/calendar/spans/{NEW}?{}", place.query())),
        "kind": kind_choice(of_new),
        "first_day": entered("first_day"),
        "last_day": entered("last_day"),
    })
}

fn school_choice(sheet: &Sheet, viewer: &Viewer) -> Value {
    let chosen = sheet.place.school_id();
    let all = (scope(viewer) == Scope::Trust).then(|| option(TRUST, "All schools without their own", chosen.is_none()));
    let schools = sheet.schools.iter();
    let schools = schools.map(|school| option(school.urn.as_str(), &school.name, chosen == Some(school.id)));
    json!({ "options": all.into_iter().chain(schools).collect::<Vec<_>>(), "error": null })
}

fn year_choice(chosen: AcademicYear, today: Day) -> Value {
    let this = AcademicYear::of(today);
    let mut years: Vec<AcademicYear> = (0..YEARS).map(|after| AcademicYear(this.0 + after)).collect();
    if !years.contains(&chosen) {
        years.insert(0, chosen);
    }
    let options = years.into_iter().map(|year| option(&year.0.to_string(), &year.long(), year == chosen));
    json!({ "options": options.collect::<Vec<_>>(), "error": null })
}

fn kind_choice(typed: Typed) -> Value {
    let kinds = [
        (SpanKind::Inset, "INSET day"),
        (SpanKind::Holiday, "School holiday within a term"),
        (SpanKind::HalfTerm, "Half-term"),
        (SpanKind::Term, "Term"),
        (SpanKind::BankHoliday, "Extra bank holiday"),
    ];
    let chosen = typed.map(|(_, form, _)| form.get("kind")).unwrap_or_default();
    let options = kinds.iter().map(|(kind, text)| option(kind.as_str(), text, chosen == kind.as_str()));
    let error = typed.and_then(|(_, _, complaints)| complaints.get("kind"));
    json!({ "options": options.collect::<Vec<_>>(), "error": error })
}

fn option(value: &str, text: &str, is_chosen: bool) -> Value {
    json!({ "value": value, "text": text, "note": null, "is_chosen": is_chosen })
}

/// The year's spans and bank holidays, in the order of their days.
fn rows(sheet: &Sheet, may_change: bool, typed: Typed) -> Vec<Value> {
    let spans = sheet.days.iter().map(|span| (span.from, span_row(sheet, span, may_change, typed)));
    let mut rows: Vec<(Day, Value)> = spans.chain(bank_holidays(sheet)).collect();
    rows.sort_by_key(|(day, _)| *day);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn span_row(sheet: &Sheet, span: &CalendarSpan, may_change: bool, typed: Typed) -> Value {
    let key = key_of(span);
    let typed = typed.filter(|(of, _, _)| *of == key);
    let entered = |name: &str, standing: Day| match typed {
        Some((_, form, complaints)) => form.field(name, complaints),
        None => field(&standing.slashed(), None),
    };
    let set_by = match () {
        () if sheet.place.school.is_some() && sheet.own.contains(span) => "this school",
        () if sheet.trusts.contains(span) => "the trust",
        () => "England’s usual dates",
    };
    json!({
        "id": key,
        "title": span.name,
        "from": span.from.long(),
        "to": span.until.long(),
        "set_by": set_by,
        "action": may_change.then(|| format!("/calendar/spans/{key}?{}", sheet.place.query())),
        "is_open": typed.is_some(),
        "first_day": entered("first_day", span.from),
        "last_day": entered("last_day", span.until),
    })
}

/// Those that the law sets, and not somebody's own list.
fn bank_holidays(sheet: &Sheet) -> impl Iterator<Item = (Day, Value)> {
    let (first, last) = (sheet.place.year.first_day(), sheet.place.year.last_day());
    let is_own = |day: Day| sheet.days.iter().any(|span| span.kind == SpanKind::BankHoliday && span.holds(day));
    let days = std::iter::successors(Some(first), move |day| (*day < last).then(|| day.next()));
    days.filter(move |day| !is_own(*day)).filter_map(|day| {
        let name = sheet.calendar.bank_holiday(day)?;
        let row = json!({
            "id": format!("bank-holiday-{day}"),
            "title": name,
            "from": day.long(),
            "to": day.long(),
            "set_by": "bank holiday",
            "action": null,
            "is_open": false,
            "first_day": field("", None),
            "last_day": field("", None),
        });
        Some((day, row))
    })
}
