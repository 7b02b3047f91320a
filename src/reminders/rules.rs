//! What is so of reminders: who is left out of a chase and why, and when a letter may leave.

use crate::assignments::calendar::Calendar;
use crate::assignments::rules::Standing;
use crate::clock::{Day, Instant};

/// Letters leave between 08:00 and 18:00, in minutes of the day in London.
const OPENS: u32 = 8 * 60;
const CLOSES: u32 = 18 * 60;

pub use crate::reports::overview::DAYS_BETWEEN;

/// Why somebody gets no letter, in words to HR. The first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// No post today.
    Gone,
    NothingToDo,
    Paused,
    /// All that is open waits for an answer of HR's.
    Waiting,
    NoEmail,
    /// The last letter could not be delivered.
    CameBack,
    /// One is in the outbox already.
    OnItsWay,
    /// The last one left on this day.
    Recently(Day),
}

impl LeftOut {
    pub fn words(self) -> String {
        match self {
            LeftOut::Gone => "They have no post here any more.".to_owned(),
            LeftOut::NothingToDo => "They have nothing to finish.".to_owned(),
            LeftOut::Paused => "They are away. Their clock stands still.".to_owned(),
            LeftOut::Waiting => "They asked something first. Answer it on their page.".to_owned(),
            LeftOut::NoEmail => "There is no work email for them. Tell them in person.".to_owned(),
            LeftOut::CameBack => "The last letter came back. Correct the email first.".to_owned(),
            LeftOut::OnItsWay => "A letter to them is on its way already.".to_owned(),
            LeftOut::Recently(day) => format!("They had a letter on {}.", day.short()),
        }
    }
}

/// What is known of somebody whom HR would like to remind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub has_post: bool,
    pub has_email: bool,
    /// How each of their assignments stands.
    pub standings: Vec<Standing>,
    pub last: Last,
}

/// The last reminder to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    None,
    OnItsWay,
    CameBack,
    Left(Day),
}

/// Whether something is left to do that a letter may speak of now.
pub fn is_outstanding(standing: Standing) -> bool {
    matches!(standing, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due)
}

/// None if they get a letter.
pub fn left_out(known: &Known, today: Day) -> Option<LeftOut> {
    let any = |of: fn(&Standing) -> bool| known.standings.iter().any(of);
    if !known.has_post {
        return Some(LeftOut::Gone);
    }
    if !any(|standing| is_outstanding(*standing)) {
        return Some(match (any(|standing| *standing == Standing::Paused), any(|standing| standing.is_waiting())) {
            (true, _) => LeftOut::Paused,
            (_, true) => LeftOut::Waiting,
            _ => LeftOut::NothingToDo,
        });
    }
    if !known.has_email {
        return Some(LeftOut::NoEmail);
    }
    match known.last {
        Last::OnItsWay => Some(LeftOut::OnItsWay),
        Last::CameBack => Some(LeftOut::CameBack),
        Last::Left(day) if today.days_since(day) < DAYS_BETWEEN => Some(LeftOut::Recently(day)),
        Last::Left(_) | Last::None => None,
    }
}

/// The first instant from `now` on that lies on one of the person's working days, between 08:00 and 18:00.
pub fn leaves(now: Instant, calendar: &Calendar, term_time_only: bool) -> Instant {
    let today = now.day();
    let minute = now.minute_of_day();
    if calendar.is_working_day(today, term_time_only) && minute < CLOSES {
        return if minute < OPENS { today.at_minute(OPENS) } else { now };
    }
    calendar.next_working_day(today, term_time_only).at_minute(OPENS)
}
