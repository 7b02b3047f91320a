//! A fact holds on certain days, and is known from the instant at which it was recorded until it was superseded.

use crate::clock::{Day, Instant};

/// One row of a table that status reads. It is never changed in place: a correction supersedes it with another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact<T> {
    pub what: T,
    /// The first day on which it holds.
    pub from: Day,
    /// The last day on which it holds, if it ends.
    pub until: Option<Day>,
    pub recorded: Instant,
    pub superseded: Option<Instant>,
}

impl<T> Fact<T> {
    pub fn known_at(&self, instant: Instant) -> bool {
        self.recorded <= instant && self.superseded.is_none_or(|superseded| instant < superseded)
    }

    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// The rows that were recorded by an instant and not yet superseded: all that anybody could have known then.
pub fn as_at<T>(rows: &[Fact<T>], instant: Instant) -> impl Iterator<Item = &Fact<T>> {
    rows.iter().filter(move |row| row.known_at(instant))
}

/// The rows known at an instant that hold on its London day.
pub fn holding_at<T>(rows: &[Fact<T>], instant: Instant) -> impl Iterator<Item = &Fact<T>> {
    let day = instant.day();
    as_at(rows, instant).filter(move |row| row.holds_on(day))
}
