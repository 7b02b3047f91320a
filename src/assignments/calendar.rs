//! A school's calendar: which days are working days, for whom, and whether its term dates are known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{Datelike, Weekday};
use serde::{Deserialize, Serialize};

use crate::clock::Day;
use crate::people::rules::Urn;

/// England's bank holidays and usual term dates, as the dated file gives them.
pub const ENGLAND: &str = include_str!("../../courses/calendar-england.toml");

/// No search for a working day goes further than this: no sound calendar has a gap of four years.
const FURTHEST_DAYS: u32 = 4 * 366;

/// A line further away than this from where it was is another one.
const MOVED_AT_MOST_DAYS: i64 = 10;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpanKind {
    Term,
    HalfTerm,
    /// Days within a term on which the school is closed. The holidays between terms need not be named.
    Holiday,
    /// Staff are in and pupils are not.
    Inset,
    /// A bank holiday beyond the rules, such as one for a coronation.
    BankHoliday,
    /// No days of its own: the line of this name that others have set does not hold here.
    TakenOff,
}

impl SpanKind {
    pub const ALL: [SpanKind; 6] = [
        SpanKind::Term,
        SpanKind::HalfTerm,
        SpanKind::Holiday,
        SpanKind::Inset,
        SpanKind::BankHoliday,
        SpanKind::TakenOff,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            SpanKind::Term => "term",
            SpanKind::HalfTerm => "half-term",
            SpanKind::Holiday => "holiday",
            SpanKind::Inset => "inset",
            SpanKind::BankHoliday => "bank-holiday",
            SpanKind::TakenOff => "taken-off",
        }
    }
}

impl FromStr for SpanKind {
    type Err = String;

    fn from_str(text: &str) -> Result<SpanKind, String> {
        let found = SpanKind::ALL.into_iter().find(|kind| kind.as_str() == text.trim());
        found.ok_or_else(|| format!("‘{}’ is not a kind of day in a school’s calendar", text.trim()))
    }
}

/// Some days on end in a school's calendar, first and last included.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpan {
    pub kind: SpanKind,
    pub name: String,
    pub from: Day,
    pub until: Day,
}

impl CalendarSpan {
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    /// What says that this line, set by others, does not hold.
    pub fn taken_off(&self) -> CalendarSpan {
        CalendarSpan { kind: SpanKind::TakenOff, ..self.clone() }
    }
}

/// Whether these days of one academic year are all that it has: they give its terms, and take off nobody else's lines.
pub fn is_whole_year(spans: &[CalendarSpan]) -> bool {
    let any = |kind: SpanKind| spans.iter().any(|span| span.kind == kind);
    any(SpanKind::Term) && !any(SpanKind::TakenOff)
}

/// 1 September to 31 August, named by the calendar year in which it begins. Written 2026/27.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AcademicYear(pub i32);

impl AcademicYear {
    pub fn of(day: Day) -> AcademicYear {
        AcademicYear(if day.month() >= 9 { day.year() } else { day.year() - 1 })
    }

    /// 1 September.
    pub fn first_day(self) -> Day {
        day_of(self.0, 9, 1)
    }

    /// 31 August.
    pub fn last_day(self) -> Day {
        day_of(self.0 + 1, 8, 31)
    }

    /// The day in this year with such a month and day of the month; the month's last day if it is too short.
    pub fn day(self, month: u32, day_of_month: u32) -> Day {
        let year = if month >= 9 { self.0 } else { self.0 + 1 };
        (1..=day_of_month).rev().find_map(|day| Day::new(year, month, day)).unwrap_or(self.last_day())
    }

    pub fn next(self) -> AcademicYear {
        AcademicYear(self.0 + 1)
    }

    pub fn previous(self) -> AcademicYear {
        AcademicYear(self.0 - 1)
    }

    /// "2026 to 2027", as people read it.
    pub fn long(self) -> String {
        format!("{} to {}", self.0, self.0 + 1)
    }
}

impl fmt::Display for AcademicYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:02}", self.0, (self.0 + 1).rem_euclid(100))
    }
}

impl FromStr for AcademicYear {
    type Err = String;

    fn from_str(text: &str) -> Result<AcademicYear, String> {
        let year = text.split('/').next().and_then(|first| first.parse().ok()).map(AcademicYear);
        year.filter(|year| (1900..2200).contains(&year.0) && year.to_string() == text)
            .ok_or_else(|| format!("‘{text}’ is not an academic year such as 2026/27"))
    }
}

/// The days of one school. Its own term dates, where it has entered a year's; England's usual ones where it has not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calendar {
    years: BTreeMap<AcademicYear, Vec<CalendarSpan>>,
    /// Those whose terms nobody of the trust has confirmed.
    unconfirmed: BTreeSet<AcademicYear>,
    listed_bank_holidays: ListedBankHolidays,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct ListedBankHolidays {
    /// The first and the last day for which the list is complete.
    between: Option<(Day, Day)>,
    days: BTreeMap<Day, String>,
}

/// The shape of the dated file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    #[serde(rename = "checked")]
    _checked: Day,
    bank_holidays_from: Day,
    bank_holidays_until: Day,
    bank_holidays: Vec<BankHolidayLine>,
    terms_to_be_confirmed: Vec<String>,
    spans: Vec<CalendarSpan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BankHolidayLine {
    day: Day,
    name: String,
}

static ENGLANDS: LazyLock<Calendar> = LazyLock::new(|| Calendar::from_file(ENGLAND).unwrap_or_default());

impl Calendar {
    /// England's bank holidays and usual term dates: what a school has until it enters its own.
    pub fn england() -> &'static Calendar {
        &ENGLANDS
    }

    pub fn from_file(text: &str) -> Result<Calendar, String> {
        let file: CalendarFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut calendar = Calendar {
            years: BTreeMap::new(),
            unconfirmed: file.terms_to_be_confirmed.iter().map(|year| year.parse()).collect::<Result<_, _>>()?,
            listed_bank_holidays: ListedBankHolidays {
                between: Some((file.bank_holidays_from, file.bank_holidays_until)),
                days: file.bank_holidays.into_iter().map(|line| (line.day, line.name)).collect(),
            },
        };
        file.spans.iter().for_each(|span| calendar.enter(span));
        Ok(calendar)
    }

    /// This calendar with a school's own days. A year for which the school gives the terms is the school's own altogether;
    /// in other years its days are added to what is there, and the lines that it takes off are left out.
    pub fn with_school_days(&self, spans: &[CalendarSpan]) -> Calendar {
        let mut calendar = self.clone();
        let mut by_year: BTreeMap<AcademicYear, Vec<CalendarSpan>> = BTreeMap::new();
        for span in spans {
            by_year.entry(AcademicYear::of(span.until)).or_default().push(span.clone());
        }
        for (year, _) in by_year.iter().filter(|(_, spans)| is_whole_year(spans)) {
            calendar.years.remove(year);
            calendar.unconfirmed.remove(year);
        }
        let (off, own): (Vec<_>, Vec<_>) = spans.iter().partition(|span| span.kind == SpanKind::TakenOff);
        off.into_iter().for_each(|span| calendar.take_off(span));
        own.into_iter().for_each(|span| calendar.enter(span));
        calendar
    }

    /// Leaves out the line of that name which begins nearest: whoever set it may have moved it since.
    fn take_off(&mut self, off: &CalendarSpan) {
        let years = AcademicYear::of(off.from).previous()..=AcademicYear::of(off.until).next();
        let away = |span: &CalendarSpan| span.from.days_since(off.from).abs();
        let of_that_name = self.years.range(years.clone()).flat_map(|(_, spans)| spans);
        let of_that_name = of_that_name.filter(|span| span.name == off.name && away(span) <= MOVED_AT_MOST_DAYS);
        let Some(line) = of_that_name.min_by_key(|span| away(span)).cloned() else { return };
        self.years.range_mut(years).for_each(|(_, spans)| spans.retain(|span| *span != line));
    }

    /// Under each year that it touches: in some counties the autumn term begins in August.
    fn enter(&mut self, span: &CalendarSpan) {
        for year in AcademicYear::of(span.from).0..=AcademicYear::of(span.until).0 {
            self.years.entry(AcademicYear(year)).or_default().push(span.clone());
        }
    }

    /// The days of one academic year in their order, as a page shows them.
    pub fn spans(&self, year: AcademicYear) -> Vec<&CalendarSpan> {
        let mut spans: Vec<_> = self.years.get(&year).into_iter().flatten().collect();
        spans.sort_by_key(|span| (span.from, span.kind, span.until));
        spans
    }

    /// Whether anybody has said when the terms of this day's year are. Where not, only weekends and bank holidays are
    /// free, and somebody should be asked.
    pub fn knows_terms(&self, day: Day) -> bool {
        let year = AcademicYear::of(day);
        let is_its_term = |span: &CalendarSpan| span.kind == SpanKind::Term && AcademicYear::of(span.until) == year;
        self.years.get(&year).is_some_and(|spans| spans.iter().any(is_its_term))
    }

    /// Whether the terms of an academic year are usual ones that nobody of the trust has confirmed, but for single lines.
    pub fn is_to_be_confirmed(&self, year: AcademicYear) -> bool {
        self.unconfirmed.contains(&year)
    }

    /// Weekends and bank holidays are no working days; for those who work in term time only, nor are school holidays.
    pub fn is_working_day(&self, day: Day, term_time_only: bool) -> bool {
        !day.is_weekend() && self.bank_holiday(day).is_none() && !(term_time_only && self.is_school_holiday(day))
    }

    /// A day outside the terms or in a half-term, and no INSET day. No day is one where the terms are not known.
    pub fn is_school_holiday(&self, day: Day) -> bool {
        let in_a = |kind: SpanKind| self.is_in(kind, day);
        let in_term = in_a(SpanKind::Term) && !in_a(SpanKind::HalfTerm) && !in_a(SpanKind::Holiday);
        self.knows_terms(day) && !in_term && !in_a(SpanKind::Inset)
    }

    pub fn is_inset_day(&self, day: Day) -> bool {
        self.is_in(SpanKind::Inset, day) && self.is_working_day(day, false)
    }

    fn is_in(&self, kind: SpanKind, day: Day) -> bool {
        let year = self.years.get(&AcademicYear::of(day));
        year.into_iter().flatten().any(|span| span.kind == kind && span.holds(day))
    }

    /// The name of the bank holiday that falls on this day.
    pub fn bank_holiday(&self, day: Day) -> Option<String> {
        let year = self.years.get(&AcademicYear::of(day));
        let own = year.into_iter().flatten().find(|span| span.kind == SpanKind::BankHoliday && span.holds(day));
        if let Some(span) = own {
            return Some(span.name.clone());
        }
        let listed = &self.listed_bank_holidays;
        match listed.between {
            Some((first, last)) if first <= day && day <= last => listed.days.get(&day).cloned(),
            _ => computed_bank_holiday(day).map(str::to_owned),
        }
    }

    /// The nth working day after a day: the day after is day 1 if it is a working day. For 0, the day itself.
    pub fn add_working_days(&self, from: Day, count: u32, term_time_only: bool) -> Day {
        let mut day = from;
        for _ in 0..count {
            day = self.working_day_from(day.next(), term_time_only);
        }
        day
    }

    /// The first working day after a day.
    pub fn next_working_day(&self, after: Day, term_time_only: bool) -> Day {
        self.working_day_from(after.next(), term_time_only)
    }

    /// The day itself if it is a working day, otherwise the next one that is.
    pub fn working_day_from(&self, day: Day, term_time_only: bool) -> Day {
        let mut candidate = day;
        for _ in 0..FURTHEST_DAYS {
            if self.is_working_day(candidate, term_time_only) {
                return candidate;
            }
            candidate = candidate.next();
        }
        day
    }

    /// Whether a working day lies strictly between two days.
    pub fn has_working_day_between(&self, earlier: Day, later: Day, term_time_only: bool) -> bool {
        self.next_working_day(earlier, term_time_only) < later
    }

    /// The working days after one day, up to and including another.
    pub fn working_days_between(&self, after: Day, until: Day, term_time_only: bool) -> u32 {
        let mut day = after;
        let mut count = 0;
        while day < until {
            day = day.next();
            count += u32::from(self.is_working_day(day, term_time_only));
        }
        count
    }
}

/// Each school's calendar; the trust's for a school that has entered nothing, and England's where the trust has not.
#[derive(Clone, Debug)]
pub struct Calendars {
    trust: Calendar,
    by_school: BTreeMap<Urn, Calendar>,
}

impl Calendars {
    /// From the days that the trust has entered for all its schools, and those that each school has for itself.
    pub fn new(trust_days: &[CalendarSpan], days_by_school: &BTreeMap<Urn, Vec<CalendarSpan>>) -> Calendars {
        let trust = Calendar::england().with_school_days(trust_days);
        let own = |(urn, days): (&Urn, &Vec<CalendarSpan>)| (urn.clone(), trust.with_school_days(days));
        Calendars { by_school: days_by_school.iter().map(own).collect(), trust }
    }

    /// The trust's own, which holds where a school has none.
    pub fn trust(&self) -> &Calendar {
        &self.trust
    }
    pub fn of(&self, school: &Urn) -> &Calendar {
        self.by_school.get(school).unwrap_or(&self.trust)
    }

    /// What holds where a school has entered nothing.
    pub fn of_the_trust(&self) -> &Calendar {
        &self.trust
    }
}

impl Default for Calendars {
    /// Nobody has entered anything.
    fn default() -> Calendars {
        Calendars { trust: Calendar::england().clone(), by_school: BTreeMap::new() }
    }
}

/// England's bank holidays by rule: the Banking and Financial Dealings Act 1971, schedule 1, with New Year's Day and
/// the early May holiday by proclamation, and a substitute weekday for each that falls at a weekend.
/// Holidays proclaimed once only are not known to it.
pub fn computed_bank_holiday(day: Day) -> Option<&'static str> {
    let easter = easter_sunday(day.year());
    let (weekday, of_month) = (day.0.weekday(), day.day_of_month());
    let monday = weekday == Weekday::Mon;
    match day.month() {
        _ if easter.is_some_and(|sunday| day == sunday.plus(-2)) => Some("Good Friday"),
        _ if easter.is_some_and(|sunday| day == sunday.plus(1)) => Some("Easter Monday"),
        1 if of_month == 1 && !day.is_weekend() => Some("New Year’s Day"),
        1 if monday && (of_month == 2 || of_month == 3) => Some("New Year’s Day (substitute day)"),
        5 if monday && of_month <= 7 => Some("Early May bank holiday"),
        5 if monday && of_month >= 25 => Some("Spring bank holiday"),
        8 if monday && of_month >= 25 => Some("Summer bank holiday"),
        12 => christmas_holiday(weekday, of_month),
        _ => None,
    }
}

/// Christmas on a Saturday moves to Monday 27th, on a Sunday to Tuesday 27th, since Boxing Day has the Monday.
/// Boxing Day at a weekend moves to the 28th.
fn christmas_holiday(weekday: Weekday, of_month: u32) -> Option<&'static str> {
    match (of_month, weekday) {
        (25 | 26, Weekday::Sat | Weekday::Sun) => None,
        (25, _) => Some("Christmas Day"),
        (26, _) => Some("Boxing Day"),
        (27, Weekday::Mon | Weekday::Tue) => Some("Christmas Day (substitute day)"),
        (28, Weekday::Mon | Weekday::Tue) => Some("Boxing Day (substitute day)"),
        _ => None,
    }
}

/// Easter Sunday in the Gregorian calendar, by the anonymous algorithm that Nature printed in 1876.
pub fn easter_sunday(year: i32) -> Option<Day> {
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let moon_shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let march_days = epact + weekday - 7 * late + 114;
    Day::new(year, u32::try_from(march_days / 31).ok()?, u32::try_from(march_days % 31 + 1).ok()?)
}

/// A day that every year has.
fn day_of(year: i32, month: u32, day: u32) -> Day {
    Day::new(year, month, day).unwrap_or(Day(chrono::NaiveDate::MAX))
}
