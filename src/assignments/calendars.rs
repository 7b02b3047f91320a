//! Term dates as the trust and its schools have entered them, over England's usual ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calendar::{AcademicYear, Calendar, CalendarSpan, Calendars, SpanKind};
use super::read_day;
use super::store::{self, TermDateRow};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::people::rules::{Post, Urn, main_post};
use crate::people::{self, School};
use crate::problem::{Complaints, Problem, Result};

/// Every school's calendar as it stands.
pub fn calendars(conn: &mut Conn) -> Result<Calendars> {
    read(conn, |row| row.superseded_at.is_none())
}

/// Every school's calendar by what was recorded at an instant.
pub fn calendars_as_at(conn: &mut Conn, instant: Instant) -> Result<Calendars> {
    let instant = instant.0;
    read(conn, |row| row.recorded_at <= instant && row.superseded_at.is_none_or(|superseded| instant < superseded))
}

/// Every school's calendar as it would be if these days were all that a school (or, for none, the trust) had entered for
/// an academic year.
pub fn calendars_if(
    conn: &mut Conn,
    school: Option<i64>,
    year: AcademicYear,
    spans: &[CalendarSpan],
) -> Result<Calendars> {
    let mut entered = entered(conn, |row| row.superseded_at.is_none())?;
    entered.retain(|(of, span)| *of != school || AcademicYear::of(span.until) != year);
    entered.extend(spans.iter().map(|span| (school, span.clone())));
    assemble(conn, entered)
}

/// Minutes after midnight between which letters that can wait leave: 08:00 to 18:00.
const OPENS: u32 = 8 * 60;
const CLOSES: u32 = 18 * 60;

/// When a letter that can wait may leave: now, if its reader is at work now; otherwise at 08:00 on their next working day.
pub fn in_working_hours(conn: &mut Conn, person: i64, now: Instant) -> Result<Instant> {
    let today = now.day();
    let records = people::posts_of(conn, &[person])?;
    let posts: Vec<Post> =
        records.into_iter().filter(|record| record.superseded.is_none()).map(|record| record.post).collect();
    let calendars = calendars(conn)?;
    let Some(main) = main_post(&posts, today) else { return Ok(now) };
    let (calendar, term_time_only) = (calendars.of(&main.school), main.is_term_time_only());
    let minute = now.minute_of_day();
    if minute >= CLOSES {
        return Ok(calendar.next_working_day(today, term_time_only).at_minute(OPENS));
    }
    match calendar.working_day_from(today, term_time_only) {
        day if day == today && minute >= OPENS => Ok(now),
        day => Ok(day.at_minute(OPENS)),
    }
}

/// Some days, and the school that entered them; none for the trust.
type Entered = (Option<i64>, CalendarSpan);

fn read(conn: &mut Conn, holds: impl Fn(&TermDateRow) -> bool) -> Result<Calendars> {
    let entered = entered(conn, holds)?;
    assemble(conn, entered)
}

fn entered(conn: &mut Conn, holds: impl Fn(&TermDateRow) -> bool) -> Result<Vec<Entered>> {
    let rows = store::all_term_dates(conn)?.into_iter().map(|(_, row)| row).filter(holds);
    rows.map(|row| Ok((row.school_id, read_span(&row)?))).collect()
}

fn assemble(conn: &mut Conn, entered: Vec<Entered>) -> Result<Calendars> {
    if entered.is_empty() {
        return Ok(Calendars::default());
    }
    let urns: BTreeMap<i64, Urn> = people::schools(conn)?.into_iter().map(|school| (school.id, school.urn)).collect();
    let mut trust = Vec::new();
    let mut by_school: BTreeMap<Urn, Vec<CalendarSpan>> = BTreeMap::new();
    for (school, span) in entered {
        match school.map(|school| urns.get(&school)) {
            None => trust.push(span),
            Some(Some(urn)) => by_school.entry(urn.clone()).or_default().push(span),
            Some(None) => {}
        }
    }
    Ok(Calendars::new(&trust, &by_school))
}

/// What a school (or, for none, the trust) has entered itself for one academic year.
pub fn term_dates_of(conn: &mut Conn, school: Option<i64>, year: AcademicYear) -> Result<Vec<CalendarSpan>> {
    Ok(standing(conn, school, year)?.into_iter().map(|(_, span)| span).collect())
}

fn standing(conn: &mut Conn, school: Option<i64>, year: AcademicYear) -> Result<Vec<(i64, CalendarSpan)>> {
    let mut found = Vec::new();
    for (id, row) in store::all_term_dates(conn)? {
        if row.superseded_at.is_none() && row.school_id == school && year_of(&row)? == year {
            found.push((id, read_span(&row)?));
        }
    }
    Ok(found)
}

/// One change to the days of a school's academic year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarChange {
    Add(CalendarSpan),
    Replace { was: CalendarSpan, becomes: CalendarSpan },
    TakeOff(CalendarSpan),
}

impl CalendarChange {
    /// The days that a school (or the trust) would have entered itself, where `all` hold for it. Only what is changed becomes
    /// its own; a term too many makes the whole year its own. Refused where the days are no longer what somebody saw.
    pub fn entered(&self, mut own: Vec<CalendarSpan>, all: Vec<CalendarSpan>) -> Result<Vec<CalendarSpan>> {
        let was = match self {
            CalendarChange::Add(span) if span.kind == SpanKind::Term && !own.iter().any(is_term) => {
                return Ok(all.into_iter().chain([span.clone()]).collect());
            }
            CalendarChange::Add(span) => {
                own.push(span.clone());
                return Ok(own);
            }
            CalendarChange::Replace { was, .. } | CalendarChange::TakeOff(was) => was,
        };
        if !all.contains(was) {
            let changed = "Somebody changed these dates after you opened the page. Open the calendar again.";
            return Err(Problem::refused(changed));
        }
        match own.iter().position(|span| span == was) {
            Some(place) => {
                own.remove(place);
            }
            None => own.push(was.taken_off()),
        }
        if let CalendarChange::Replace { becomes, .. } = self {
            own.push(becomes.clone());
        }
        Ok(without_changes_taken_back(own))
    }

    /// What is wrong with the days that it would bring.
    pub fn check(&self) -> Result<()> {
        match self {
            CalendarChange::Add(span) | CalendarChange::Replace { becomes: span, .. } => check(span),
            CalendarChange::TakeOff(_) => Ok(()),
        }
    }
}

fn is_term(span: &CalendarSpan) -> bool {
    span.kind == SpanKind::Term
}

/// A line that is again as it was before is no longer anybody's own.
fn without_changes_taken_back(own: Vec<CalendarSpan>) -> Vec<CalendarSpan> {
    let is_back = |span: &CalendarSpan| match span.kind {
        SpanKind::TakenOff => own.iter().any(|other| other.kind != SpanKind::TakenOff && other.taken_off() == *span),
        _ => own.contains(&span.taken_off()),
    };
    own.iter().filter(|span| !is_back(span)).cloned().collect()
}

/// The days of an academic year that hold for a school (or, for none, for those without their own), as the year's list.
pub fn days_of_year(calendar: &Calendar, year: AcademicYear) -> Vec<CalendarSpan> {
    let ends_in_it = |span: &&CalendarSpan| AcademicYear::of(span.until) == year;
    calendar.spans(year).into_iter().filter(ends_in_it).cloned().collect()
}

/// The calendar of one school, or the one for schools without their own.
pub fn calendar_of(conn: &mut Conn, school: Option<&School>) -> Result<Calendar> {
    let calendars = calendars(conn)?;
    Ok(school.map_or(calendars.of_the_trust(), |school| calendars.of(&school.urn)).clone())
}

/// Changes one thing in an academic year.
pub fn change_calendar(
    act: &mut Act,
    school: Option<&School>,
    year: AcademicYear,
    change: &CalendarChange,
) -> Result<()> {
    change.check()?;
    let id = school.map(|school| school.id);
    let all = days_of_year(&calendar_of(act.conn, school)?, year);
    let own = term_dates_of(act.conn, id, year)?;
    replace_term_dates(act, id, year, &change.entered(own, all)?)
}

/// Says that an academic year's days are right as they stand: from then on they are all the school's (or the trust's) own. No
/// due day moves.
pub fn confirm_calendar(act: &mut Act, school: Option<&School>, year: AcademicYear) -> Result<()> {
    let days = days_of_year(&calendar_of(act.conn, school)?, year);
    replace_term_dates(act, school.map(|school| school.id), year, &days)
}

/// Adds some days to those that a school (or, for none, the trust) has entered.
pub fn set_term_date(act: &mut Act, school: Option<i64>, span: &CalendarSpan) -> Result<()> {
    lock(act, school)?;
    check(span)?;
    let entry = put(act, school, span, entry(school)?)?;
    act.record(entry);
    Ok(())
}

/// Puts these days in the place of all that a school (or, for none, the trust) has entered for an academic year.
pub fn replace_term_dates(
    act: &mut Act,
    school: Option<i64>,
    year: AcademicYear,
    spans: &[CalendarSpan],
) -> Result<()> {
    lock(act, school)?;
    spans.iter().try_for_each(check)?;
    let past: Vec<i64> = standing(act.conn, school, year)?.into_iter().map(|(id, _)| id).collect();
    store::supersede_term_dates(act.conn, act.now, &past)?;
    let superseded = json!({ "superseded_at": act.now.0 });
    let entry = past.iter().fold(entry(school)?, |entry, id| entry.changed("term_dates", *id, superseded.clone()));
    let entry = spans.iter().try_fold(entry, |entry, span| put(act, school, span, entry))?;
    act.record(entry);
    Ok(())
}

fn lock(act: &mut Act, school: Option<i64>) -> Result<()> {
    school.map_or(Ok(()), |school| lock_row(act.conn, "schools", school))
}

fn entry(school: Option<i64>) -> Result<Draft> {
    Ok(Draft::new("term-dates-changed")?.fact("school", school))
}

fn put(act: &mut Act, school: Option<i64>, span: &CalendarSpan, entry: Draft) -> Result<Draft> {
    let row = TermDateRow {
        school_id: school,
        kind: span.kind.as_str().to_owned(),
        name: span.name.clone(),
        from_day: span.from.to_string(),
        until_day: span.until.to_string(),
        recorded_at: act.now.0,
        superseded_at: None,
    };
    let id = store::insert_term_date(act.conn, &row)?;
    entry.row("term_dates", id, &row)
}

/// The longest that one span of a calendar can be, in days.
fn longest(kind: SpanKind) -> i64 {
    match kind {
        SpanKind::Term | SpanKind::TakenOff => 150,
        SpanKind::HalfTerm | SpanKind::Holiday => 31,
        SpanKind::Inset | SpanKind::BankHoliday => 7,
    }
}

fn check(span: &CalendarSpan) -> Result<()> {
    let mut complaints = Complaints::default();
    let days = span.until.days_since(span.from) + 1;
    if days < 1 {
        complaints.add("last_day", "The last day must not lie before the first.");
    } else if days > longest(span.kind) {
        let most = longest(span.kind);
        complaints.add("last_day", format!("That is {days} days. It can be {most} at most: please check both dates."));
    }
    complaints.into_result()
}

fn year_of(row: &TermDateRow) -> Result<AcademicYear> {
    Ok(AcademicYear::of(read_day(&row.until_day)?))
}

fn read_span(row: &TermDateRow) -> Result<CalendarSpan> {
    let kind: SpanKind = row.kind.parse().map_err(Problem::fault)?;
    let (from, until): (Day, Day) = (read_day(&row.from_day)?, read_day(&row.until_day)?);
    Ok(CalendarSpan { kind, name: row.name.clone(), from, until })
}

/// For `evidence verify`: the term dates as the log should have them.
pub fn evidence_term_dates(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::as_recorded(store::all_term_dates(conn)?)
}
