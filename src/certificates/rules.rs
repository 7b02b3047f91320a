//! What is so of certificates: their numbers, until when they hold, which one takes another's place, and how one stands.

use std::fmt;

use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{Cycle, DueRule, Standing};
use crate::clock::{Day, Instant};
use crate::ids;

// ── numbers

/// How many characters a number's code has.
const CODE: usize = 10;

/// `SM-26-7K4Q9XTB2M`: 26 for the academic year 2026 to 2027 in which it was issued, and ten Crockford characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Number(String);

impl Number {
    /// The number of a certificate issued at an instant; `code` is ten random Crockford characters.
    pub fn of(issued: Instant, code: &str) -> Number {
        Number(format!("SM-{:02}-{code}", AcademicYear::of(issued.day()).0.rem_euclid(100)))
    }

    /// Reads what somebody typed, or the whole address that the QR code leads to: small letters, spaces and dashes anywhere,
    /// O for 0, I and L for 1. None if no certificate can have that number.
    pub fn parse(text: &str) -> Option<Number> {
        let last = text.trim().trim_end_matches('/').rsplit('/').next()?;
        let characters: Vec<char> = last.chars().filter(|c| !separates(*c)).map(as_meant).take(CODE + 5).collect();
        let ['S', 'M', year @ .., _, _, _, _, _, _, _, _, _, _] = characters.as_slice() else { return None };
        let code = &characters[characters.len() - CODE..];
        let is_sound = year.len() == 2
            && year.iter().all(char::is_ascii_digit)
            && code.iter().all(|c| c.is_ascii_digit() || (c.is_ascii_uppercase() && *c != 'U'));
        is_sound.then(|| Number(format!("SM-{}-{}", String::from_iter(year), String::from_iter(code))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn separates(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
}

fn as_meant(character: char) -> char {
    match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// ── kinds

/// A certificate is for one course, or for a year in which everything was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CertificateKind {
    Course,
    Year,
}

impl CertificateKind {
    /// The word for it in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            CertificateKind::Course => "course",
            CertificateKind::Year => "year",
        }
    }

    pub fn named(word: &str) -> Option<CertificateKind> {
        [CertificateKind::Course, CertificateKind::Year].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// "Staff training 2026 to 2027": what the year's certificate is for.
pub fn title_of_year(year: AcademicYear) -> String {
    format!("Staff training {}", year.long())
}

/// One version for all that a year's certificate stands for: the hash of every content completed, with its version.
/// Each is its kind, slug and version; their order does not count.
pub fn version_of_year(completed: &[(String, String, String)]) -> String {
    let mut lines: Vec<String> =
        completed.iter().map(|(kind, slug, version)| format!("{kind}/{slug} {version}\n")).collect();
    lines.sort();
    ids::hex(&ids::sha256(lines.concat().as_bytes()))
}

/// The year is whole when nothing that was asked is left: each is complete or exempt.
pub fn is_whole(standings: &[Standing]) -> bool {
    !standings.is_empty() && standings.iter().all(|standing| is_closed(*standing))
}

pub fn is_closed(standing: Standing) -> bool {
    standing.is_completed() || standing == Standing::Exempt
}

// ── until when, and how it stands

/// The last day on which a certificate holds: the next cycle's annual day, or the day before a rolling cycle begins again.
/// What is asked once holds without end. Nothing ends before it was completed.
pub fn valid_until(cycle: Cycle, completed: Day, due: DueRule) -> Day {
    match cycle {
        Cycle::Year(year) | Cycle::Choice(year) => year.next().day(due.month, due.day_of_month).max(completed),
        Cycle::Rolling { months, .. } => Cycle::Rolling { from: completed, months }.last_day(),
        Cycle::Once => Cycle::Once.last_day(),
    }
}

/// The academic year that a certificate is filed under.
pub fn year_of(cycle: Cycle, completed: Day) -> AcademicYear {
    match cycle {
        Cycle::Year(year) | Cycle::Choice(year) => year,
        Cycle::Rolling { .. } | Cycle::Once => AcademicYear::of(completed),
    }
}

/// Whether a certificate holds until such a day because nothing ends it.
pub fn is_without_end(valid_until: Day) -> bool {
    valid_until == Cycle::Once.last_day()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndingKind {
    /// A newer certificate for the same thing took its place.
    Replaced,
    /// The trust took it back.
    Withdrawn,
}

impl EndingKind {
    pub fn as_str(self) -> &'static str {
        match self {
            EndingKind::Replaced => "replaced",
            EndingKind::Withdrawn => "withdrawn",
        }
    }

    pub fn named(word: &str) -> Option<EndingKind> {
        [EndingKind::Replaced, EndingKind::Withdrawn].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How a certificate stopped being valid before its time. It happens once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    pub kind: EndingKind,
    pub replaced_by: Option<Number>,
    pub at: Instant,
}

/// How a certificate stands on a day, with the day since when it is no longer good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Valid,
    Replaced { on: Day },
    Expired,
    Withdrawn { on: Day },
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Valid => "valid",
            State::Replaced { .. } => "replaced",
            State::Expired => "expired",
            State::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// How a certificate stands on a day. An ending counts from its own day; it says more than that the time has run out.
pub fn state(valid_until: Day, ending: Option<&Ending>, day: Day) -> State {
    match ending.map(|ending| (ending.kind, ending.at.day())).filter(|(_, on)| *on <= day) {
        Some((EndingKind::Withdrawn, on)) => State::Withdrawn { on },
        Some((EndingKind::Replaced, on)) => State::Replaced { on },
        None if valid_until < day => State::Expired,
        None => State::Valid,
    }
}
