//! What one cell says: text tidied of odd spaces, days, yes or no, part time, school codes. Nothing is cut or guessed.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::clock::Day;
use crate::people::rules::Urn;

/// Why a cell cannot be used, and how to put it right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    pub reason: String,
    pub remedy: String,
}

impl Wrong {
    pub(super) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { reason: reason.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.reason, self.remedy)
    }
}

/// A cell without its outer and doubled spaces, invisible marks, or Excel's `="0042"` wrapping; accents composed.
pub fn tidy(cell: &str) -> String {
    let seen: String = cell.nfc().filter(|c| !is_invisible(*c)).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let text = words.join(" ");
    match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.trim().to_owned(),
        None => text,
    }
}

/// Marks that copying from a web page or a letter leaves behind, and that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether a tidy cell says that there is nothing. A name may be None or Na, so `in_a_name` takes fewer words for it.
pub fn is_blank(text: &str, in_a_name: bool) -> bool {
    let word = text.to_lowercase();
    text.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '?'))
        || matches!(word.as_str(), "n/a" | "#n/a" | "n.a.")
        || (!in_a_name
            && matches!(
                word.as_str(),
                "na" | "none" | "nil" | "null" | "tbc" | "tba" | "unknown" | "not known" | "not applicable"
            ))
}

/// Checks that text came through whole: short enough, every letter readable.
pub fn whole(text: &str, most: usize) -> Result<(), Wrong> {
    let length = text.chars().count();
    if length > most {
        let start: String = text.chars().take(30).collect();
        return Err(Wrong::new(
            format!("‘{start}…’ has {length} characters, and the most is {most}."),
            "Shorten it in your school’s system.",
        ));
    }
    let lost = text.contains('\u{fffd}') || text.chars().any(char::is_control);
    if lost || is_garbled(text) {
        return Err(Wrong::new(
            format!("‘{}’ has letters that were lost when the file was saved.", shown(text)),
            "Export the list again, and save it as ‘CSV UTF-8’.",
        ));
    }
    Ok(())
}

fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// UTF-8 that was once read as Windows-1252, such as `ZoÃ«`: written back in Windows-1252 it is good UTF-8 again.
fn is_garbled(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let (bytes, _, failed) = encoding_rs::WINDOWS_1252.encode(text);
    !failed && std::str::from_utf8(&bytes).is_ok()
}

const WRITE_A_DAY: &str = "Write it as day/month/year, such as 01/09/2026.";

/// Reads `1/9/2026`, `01-09-2026`, `2026-09-01`, `1 September 2026` and the like. The month never comes first.
pub fn day(text: &str) -> Result<Day, Wrong> {
    let date = without_midnight(text);
    let wrong = |reason: String| Err(Wrong::new(reason, WRITE_A_DAY));
    if !date.is_empty() && date.chars().all(|c| c.is_ascii_digit()) {
        return wrong(format!("‘{text}’ is a number where a date should be."));
    }
    let Some((year, month, day)) = year_month_day(date) else {
        return wrong(format!("‘{text}’ is not a date that can be read."));
    };
    let Some(year) = year else {
        return wrong(format!("‘{text}’ has a year of two figures, which may mean two different years."));
    };
    match Day::new(year, month, day) {
        Some(day) if (1940..=2100).contains(&year) => Ok(day),
        Some(_) => wrong(format!("The year in ‘{text}’ cannot be right.")),
        None if month > 12 && day <= 12 => wrong(format!("‘{text}’ has the month before the day.")),
        None => wrong(format!("‘{text}’ is not a day in the calendar.")),
    }
}

/// Systems often write a day as its midnight. Any other time is left, and refused with the rest.
fn without_midnight(text: &str) -> &str {
    let Some((date, time)) = text.split_once(['T', ' ']) else { return text };
    let time = time.strip_suffix('Z').unwrap_or(time);
    let nought = time.contains(':') && time.chars().all(|c| matches!(c, '0' | ':' | '.'));
    if nought { date } else { text }
}

/// The parts of a date as written; no year if it has two figures.
fn year_month_day(date: &str) -> Option<(Option<i32>, u32, u32)> {
    let parts: Vec<&str> = date.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts[..] else { return None };
    if first.len() == 4 {
        return Some((Some(number(first)? as i32), number(month)?, number(last)?));
    }
    let day = number(first.trim_end_matches(|c: char| c.is_ascii_alphabetic()))?;
    let month = number(month).or_else(|| month_named(month))?;
    let year = number(last)?;
    match last.len() {
        4 => Some((Some(year as i32), month, day)),
        2 => Some((None, month, day)),
        _ => None,
    }
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn month_named(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_lowercase();
    let place = MONTHS
        .iter()
        .position(|month| name.len() >= 3 && month.starts_with(&name) || name == "sept" && *month == "september");
    place.map(|place| place as u32 + 1)
}

/// Which part of a date written in figures comes first, as far as it shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    DayFirst,
    MonthFirst,
    Either,
}

/// The order of `12/25/2026` and its like; none for ISO, words, or what is no date.
pub fn order(text: &str) -> Option<Order> {
    let parts: Vec<u32> = without_midnight(text).split(['/', '-', '.']).map(number).collect::<Option<_>>()?;
    match parts[..] {
        [first, second, _] if first > 31 || second > 31 => None,
        [first, second, _] if first > 12 && second <= 12 => Some(Order::DayFirst),
        [first, second, _] if second > 12 && first <= 12 => Some(Order::MonthFirst),
        // the same day whichever comes first
        [first, second, _] if first == second => None,
        [_, _, _] => Some(Order::Either),
        _ => None,
    }
}

pub fn yes_or_no(text: &str) -> Result<bool, Wrong> {
    match text.to_lowercase().as_str() {
        "y" | "yes" | "true" | "t" | "1" | "x" | "✓" | "✔" => Ok(true),
        "n" | "no" | "false" | "f" | "0" => Ok(false),
        _ => Err(Wrong::new(format!("‘{text}’ is neither yes nor no."), "Write Y or N.")),
    }
}

/// A share of full time, in ten-thousandths: 6000 is three days in five.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fte(pub i32);

impl Fte {
    /// Reads `0.6`, `1`, `.8649` or `60%`.
    pub fn read(text: &str) -> Result<Fte, Wrong> {
        let wrong =
            || Wrong::new(format!("‘{text}’ is not a share of full time."), "Write 0.00 to 1.00, such as 0.60.");
        let (figures, places) = match text.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 2),
            None => (text, 4),
        };
        let (units, part) = figures.split_once('.').unwrap_or((figures, ""));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if !digits(units) || !digits(part) || units.len() > 3 || units.len() + part.len() == 0 {
            return Err(wrong());
        }
        if part.trim_end_matches('0').len() > places {
            return Err(Wrong::new(
                format!("‘{text}’ has more than {places} decimal places."),
                "Round it, such as 0.8649.",
            ));
        }
        let part = format!("{:0<places$.places$}", part);
        let ten_thousandths: i32 = format!("{units}{part}").parse().map_err(|_| wrong())?;
        if ten_thousandths <= 10_000 { Ok(Fte(ten_thousandths)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Fte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        f.write_str(text.strip_suffix("00").unwrap_or(&text))
    }
}

/// How a cell names a school. The plan finds out which one that is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SchoolSaid {
    /// Six digits.
    Urn(Urn),
    /// Seven digits: the local authority's three, then the establishment's four.
    Laestab(String),
    /// A name, or the trust's own code for its central team.
    Name(String),
}

impl SchoolSaid {
    /// Reads a URN (`123456`, or Excel's `123456.0`), a LAESTAB (`8132001`, `813/2001`) or a name.
    pub fn read(text: &str) -> Result<SchoolSaid, Wrong> {
        let figures = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00")).unwrap_or(text);
        let digits: String = figures.chars().filter(|c| !matches!(c, '/' | '-' | ' ')).collect();
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Ok(SchoolSaid::Name(text.to_owned()));
        }
        match (digits.len(), Urn::parse(figures)) {
            (6, Ok(urn)) => Ok(SchoolSaid::Urn(urn)),
            (7, _) => Ok(SchoolSaid::Laestab(digits)),
            _ => Err(Wrong::new(
                format!("‘{text}’ is not a school’s number: a URN has 6 digits."),
                "Write the school’s URN; ‘Get information about schools’ on GOV.UK lists them.",
            )),
        }
    }
}

impl fmt::Display for SchoolSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchoolSaid::Urn(urn) => write!(f, "URN {urn}"),
            SchoolSaid::Laestab(number) => write!(f, "establishment number {number}"),
            SchoolSaid::Name(name) => write!(f, "‘{name}’"),
        }
    }
}

/// `42.0` and `4.2E+05` were something else before a spreadsheet saved them.
pub fn spoiled_by_a_spreadsheet(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if text.strip_suffix(".0").is_some_and(digits) {
        return true;
    }
    let Some((figures, power)) = text.split_once(['E', 'e']) else { return false };
    let figures_are = figures.split_once('.').is_some_and(|(units, part)| digits(units) && digits(part));
    power.strip_prefix('+').is_some_and(digits) && (figures_are || digits(figures))
}
