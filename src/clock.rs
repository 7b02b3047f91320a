//! Time: an `Instant` is a whole millisecond UTC, a `Day` is a London day. The clock is read once, at the edge, and handed down.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, Days, Month, NaiveDate, NaiveTime, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Europe::London;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z: the same number in rows, canonical bytes and both databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    pub const MINUTE: i64 = 60_000;
    pub const HOUR: i64 = 60 * Self::MINUTE;
    pub const DAY: i64 = 24 * Self::HOUR;

    /// The London day that this instant falls on.
    pub fn day(self) -> Day {
        Day(self.london().date_naive())
    }

    /// The time of day in London, as minutes after midnight.
    pub fn minute_of_day(self) -> u32 {
        let london = self.london();
        london.hour() * 60 + london.minute()
    }

    pub fn plus_minutes(self, minutes: i64) -> Instant {
        Instant(self.0 + minutes * Self::MINUTE)
    }

    pub fn plus_hours(self, hours: i64) -> Instant {
        Instant(self.0 + hours * Self::HOUR)
    }

    pub fn plus_days(self, days: i64) -> Instant {
        Instant(self.0 + days * Self::DAY)
    }

    /// "24 November 2026 at 9:14am", in London.
    pub fn long(self) -> String {
        format!("{} at {}", self.day().long(), self.time())
    }

    /// "9:14am", in London.
    pub fn time(self) -> String {
        let london = self.london();
        let (afternoon, hour) = london.hour12();
        format!("{hour}:{:02}{}", london.minute(), if afternoon { "pm" } else { "am" })
    }

    /// RFC 3339 in UTC with milliseconds: "2026-11-24T09:14:00.000Z".
    pub fn rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    pub fn utc(self) -> DateTime<Utc> {
        Utc.timestamp_millis_opt(self.0).single().unwrap_or_default()
    }

    fn london(self) -> DateTime<chrono_tz::Tz> {
        self.utc().with_timezone(&London)
    }
}

/// A London day. Written 2026-11-24 in rows and files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub NaiveDate);

impl Day {
    /// None if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year, month, day).map(Day)
    }

    /// Reads what people type: 24/11/2026, or 2026-11-24. The sentence says how to put it right.
    pub fn typed(text: &str) -> Result<Day, String> {
        let day = Day::read_british(text).or_else(|| text.trim().parse().ok());
        day.ok_or_else(|| Day::complaint(text, "the day"))
    }

    pub fn year(self) -> i32 {
        self.0.year()
    }

    pub fn month(self) -> u32 {
        self.0.month()
    }

    pub fn day_of_month(self) -> u32 {
        self.0.day()
    }

    pub fn is_monday(self) -> bool {
        self.0.weekday() == Weekday::Mon
    }

    /// The Monday of its week.
    pub fn monday(self) -> Day {
        let mut day = self;
        while !day.is_monday() {
            day = day.plus(-1);
        }
        day
    }

    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Sat | Weekday::Sun)
    }

    pub fn plus(self, days: i64) -> Day {
        let moved = if days < 0 {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        };
        Day(moved.unwrap_or(self.0))
    }

    pub fn next(self) -> Day {
        self.plus(1)
    }

    /// Whole days from `earlier` to this day; negative if it lies before.
    pub fn days_since(self, earlier: Day) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The instant at which a minute of this day begins in London. A minute that a clock change skips moves on by an hour.
    pub fn at_minute(self, minute_of_day: u32) -> Instant {
        let time = NaiveTime::from_hms_opt(minute_of_day / 60 % 24, minute_of_day % 60, 0).unwrap_or_default();
        let local = self.0.and_time(time);
        let zoned = London
            .from_local_datetime(&local)
            .earliest()
            .or_else(|| London.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest());
        Instant(zoned.map(|z| z.timestamp_millis()).unwrap_or_default())
    }

    /// The first instant of the day.
    pub fn start(self) -> Instant {
        self.at_minute(0)
    }

    /// The last whole millisecond of the day: what a bare past day means as an *as at*.
    pub fn end(self) -> Instant {
        Instant(self.next().start().0 - 1)
    }

    /// "24/11/2026", as forms show it.
    pub fn slashed(self) -> String {
        self.0.format("%d/%m/%Y").to_string()
    }

    /// Reads a British date as somebody types it: 24/11/2026, 24.11.2026, 24-11-2026 or 24 11 2026.
    pub fn read_british(text: &str) -> Option<Day> {
        let mut parts = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty());
        let (day, month, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let year = if year.len() == 4 && parts.next().is_none() { year.parse().ok()? } else { return None };
        Day::new(year, month, day)
    }

    /// Why that is no day, as a complaint; `which` says what day is meant: "the first day".
    pub fn complaint(text: &str, which: &str) -> String {
        let parts: Vec<&str> = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
        let figures = |part: &&str| part.chars().all(|figure| figure.is_ascii_digit());
        match parts[..] {
            [_, month, year] if parts.iter().all(figures) && year.len() == 4 && matches!(month.parse(), Ok(1..=12)) => {
                format!("There is no such day as {text}")
            }
            _ => format!("Write {which} as dd/mm/yyyy, such as 24/11/2026"),
        }
    }

    /// The same day so many years later, or earlier; 1 March for 29 February where there is none.
    pub fn plus_years(self, years: i32) -> Day {
        let (year, month, day) = (self.year() + years, self.month(), self.day_of_month());
        Day::new(year, month, day).or_else(|| Day::new(year, 3, 1)).unwrap_or(self)
    }

    /// "24 November 2026"
    pub fn long(self) -> String {
        format!("{} {}", self.short(), self.year())
    }

    /// "Tuesday 24 November"
    pub fn weekday_and_day(self) -> String {
        format!("{} {}", self.0.format("%A"), self.short())
    }

    /// "24 November"
    pub fn short(self) -> String {
        format!("{} {}", self.day_of_month(), self.month_name())
    }

    fn month_name(self) -> &'static str {
        u8::try_from(self.month()).ok().and_then(|month| Month::try_from(month).ok()).map_or("", |month| month.name())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day_of_month())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = String;

    /// Reads `2026-11-24` only; forms and imports read British dates themselves.
    fn from_str(text: &str) -> Result<Day, String> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Day)
            .map_err(|_| format!("‘{text}’ is not a day such as 2026-11-24"))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The only thing that knows what time it is. Tests and the demo live on any day they like.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// The system's clock, moved by so many milliseconds: it runs on from where it was set.
    Moved(Arc<AtomicI64>),
    /// Stands still until it is set again.
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn set_at(instant: Instant) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(instant.0)))
    }

    /// A clock that shows `instant` now and runs on.
    pub fn running_from(instant: Instant) -> Clock {
        Clock::Moved(Arc::new(AtomicI64::new(instant.0 - Clock::System.now().0)))
    }

    #[allow(clippy::disallowed_methods)] // the one place that reads the clock
    pub fn now(&self) -> Instant {
        match self {
            Clock::System => Instant(Utc::now().timestamp_millis()),
            Clock::Moved(by) => Instant(Utc::now().timestamp_millis() + by.load(Ordering::SeqCst)),
            Clock::Set(at) => Instant(at.load(Ordering::SeqCst)),
        }
    }

    /// Shows `instant` from now on: a set clock stands there, a moved one runs on from there. The system's is left alone.
    pub fn set(&self, instant: Instant) {
        match self {
            Clock::System => {}
            Clock::Set(at) => at.store(instant.0, Ordering::SeqCst),
            Clock::Moved(by) => by.store(instant.0 - Clock::System.now().0, Ordering::SeqCst),
        }
    }
}
