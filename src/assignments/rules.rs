//! What is so of assignments: cycles, who is asked for what, when it is due, and how it stands. Each answer says why.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::Months;

use crate::assignments::calendar::{AcademicYear, Calendar, Calendars};
use crate::clock::{Day, Instant};
use crate::facts::{Fact, as_at, holding_at};
use crate::people::rules::{Audience, Post, Urn, main_post};

/// Days before the due day, that day included, on which an assignment is *due soon*.
pub const DUE_SOON_DAYS: i64 = 14;

/// Working days that somebody has after they return from a pause.
pub const WORKING_DAYS_AFTER_RETURN: u32 = 10;

/// How long before it starts a renewed rolling cycle opens, so that it can be done in time.
const RENEWAL_OPENS_DAYS: i64 = 56;

// ── cycles

/// How often a requirement asks. Written `academic-year`, `12-months`, `once`, `by-choice`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Every {
    AcademicYear,
    Months(u32),
    Once,
    /// Offered, and never asked of anybody.
    ByChoice,
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Every::AcademicYear => f.write_str("academic-year"),
            Every::Months(months) => write!(f, "{months}-months"),
            Every::Once => f.write_str("once"),
            Every::ByChoice => f.write_str("by-choice"),
        }
    }
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Every, String> {
        let months =
            |text: &str| text.strip_suffix("-months")?.parse().ok().filter(|months| (1..=120).contains(months));
        match text {
            "academic-year" => Ok(Every::AcademicYear),
            "once" => Ok(Every::Once),
            "by-choice" => Ok(Every::ByChoice),
            _ => months(text)
                .map(Every::Months)
                .ok_or_else(|| format!("‘{text}’ is not how often: write academic-year, 12-months or once")),
        }
    }
}

/// The span that a completion counts for. Written `2026/27`, `12-months from 2027-03-05`, `once`, `by choice 2026/27`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cycle {
    Year(AcademicYear),
    Rolling {
        from: Day,
        months: u32,
    },
    Once,
    /// Somebody took up in that year what is offered to them.
    Choice(AcademicYear),
}

impl Cycle {
    /// None for a cycle without a beginning.
    pub fn first_day(self) -> Option<Day> {
        match self {
            Cycle::Year(year) => Some(year.first_day()),
            Cycle::Rolling { from, .. } => Some(from),
            Cycle::Once => None,
            Cycle::Choice(year) => Some(year.first_day()),
        }
    }

    /// 31 December 9999 for a cycle that never ends.
    pub fn last_day(self) -> Day {
        match self {
            Cycle::Year(year) | Cycle::Choice(year) => year.last_day(),
            Cycle::Rolling { from, months } => months_after(from, months).plus(-1),
            Cycle::Once => Day::new(9999, 12, 31).unwrap_or(Day(chrono::NaiveDate::MAX)),
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cycle::Year(year) => year.fmt(f),
            Cycle::Rolling { from, months } => write!(f, "{} from {from}", Every::Months(*months)),
            Cycle::Once => f.write_str("once"),
            Cycle::Choice(year) => write!(f, "{BY_CHOICE}{year}"),
        }
    }
}

const BY_CHOICE: &str = "by choice ";

impl FromStr for Cycle {
    type Err = String;

    fn from_str(text: &str) -> Result<Cycle, String> {
        if let Some(year) = text.strip_prefix(BY_CHOICE) {
            return year.parse().map(Cycle::Choice);
        }
        match text.split_once(" from ") {
            None if text == "once" => Ok(Cycle::Once),
            None => text.parse().map(Cycle::Year),
            Some((every, from)) => match every.parse()? {
                Every::Months(months) => Ok(Cycle::Rolling { from: from.parse()?, months }),
                _ => Err(format!("‘{text}’ is not a cycle")),
            },
        }
    }
}

fn months_after(day: Day, months: u32) -> Day {
    Day(day.0.checked_add_months(Months::new(months)).unwrap_or(day.0))
}

// ── service

/// The working pattern that sets every clock of a person: their main post's school and flag.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pattern<'a> {
    pub calendar: &'a Calendar,
    pub term_time_only: bool,
}

impl<'a> Pattern<'a> {
    pub fn of(post: &Post, calendars: &'a Calendars) -> Pattern<'a> {
        Pattern { calendar: calendars.of(&post.school), term_time_only: post.is_term_time_only() }
    }

    fn working_day_from(self, day: Day) -> Day {
        self.calendar.working_day_from(day, self.term_time_only)
    }

    /// The day itself, or the last working day before it.
    fn working_day_up_to(self, day: Day) -> Day {
        let mut days = (0..366).map(|back| day.plus(-back));
        days.find(|day| self.working_day_from(*day) == *day).unwrap_or(day)
    }

    fn after(self, day: Day, working_days: u32) -> Day {
        self.calendar.add_working_days(day, working_days, self.term_time_only)
    }
}

/// The day on which the service that somebody is in on a day began: back through posts that overlap or follow on.
/// A gap breaks it if a working day, as the earlier post knew them, lies between. None for somebody without a post.
pub fn service_began<'p>(posts: impl IntoIterator<Item = &'p Post>, on: Day, calendars: &Calendars) -> Option<Day> {
    let posts: Vec<&Post> = posts.into_iter().collect();
    let mut began = posts.iter().filter(|post| post.is_current_on(on)).map(|post| post.from).min()?;
    while let Some(earlier) =
        posts.iter().filter(|post| post.from < began && leads_to(post, began, calendars)).map(|post| post.from).min()
    {
        began = earlier;
    }
    Some(began)
}

fn leads_to(post: &Post, next_from: Day, calendars: &Calendars) -> bool {
    let pattern = Pattern::of(post, calendars);
    post.until.is_none_or(|until| !pattern.calendar.has_working_day_between(until, next_from, pattern.term_time_only))
}

/// Somebody who has been here for no more working days than new starters are given.
pub fn is_newcomer(posts: &[Post], on: Day, starter_days: u32, calendars: &Calendars) -> bool {
    let Some((began, main)) = service_began(posts, on, calendars).zip(main_post(posts, on)) else { return false };
    on <= Pattern::of(main, calendars).after(began, starter_days)
}

/// The patterns of the main posts that somebody has had from one day to another, the latest last.
fn patterns_between<'a>(posts: &[Post], since: Day, until: Day, calendars: &'a Calendars) -> Vec<Pattern<'a>> {
    let changes = posts.iter().flat_map(|post| [Some(post.from), post.until.map(Day::next)]).flatten();
    let mut days: Vec<Day> =
        changes.filter(|day| since < *day && *day < until).chain([since.min(until), until]).collect();
    days.sort();
    days.dedup();
    let mut held: Vec<(&Urn, bool)> = Vec::new();
    for post in days.into_iter().filter_map(|day| main_post(posts, day)) {
        let this = (&post.school, post.is_term_time_only());
        held.retain(|earlier| *earlier != this);
        held.push(this);
    }
    let pattern = |(school, term_time_only)| Pattern { calendar: calendars.of(school), term_time_only };
    held.into_iter().map(pattern).collect()
}

// ── the due day

/// When a requirement is due. Unless set, 31 October and 20 working days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueRule {
    pub month: u32,
    pub day_of_month: u32,
    /// Working days that new starters have, and everybody whenever something new begins.
    pub starter_days: u32,
}

impl Default for DueRule {
    fn default() -> DueRule {
        DueRule { month: 10, day_of_month: 31, starter_days: 20 }
    }
}

/// The days from which clocks run for one person and one requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beginnings {
    /// The person's unbroken service in the trust.
    pub service: Day,
    /// The requirement, for this person: it may have become part of their job later.
    pub requirement: Day,
    /// The day on which the person was first on the staff list.
    pub listed: Day,
    /// The day on which the round opened, from the second on.
    pub round: Option<Day>,
    /// The last day of each absence.
    pub absences_ended: Vec<Day>,
}

/// A due day and the sentence that says why it is that day.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    pub day: Day,
    pub why: String,
}

/// The due day; none if it would lie after the cycle's end, for then there is no assignment in that cycle.
/// `patterns` are those of the main posts held in the cycle, the present one last: a change of main post never brings
/// the day forward, so the latest day that any of them gives holds.
pub fn due_day(cycle: Cycle, rule: DueRule, beginnings: &Beginnings, patterns: &[Pattern]) -> Option<Due> {
    let present = due_in(*patterns.last()?, cycle, rule, beginnings);
    let latest = patterns.iter().map(|pattern| due_in(*pattern, cycle, rule, beginnings)).max_by_key(|due| due.day)?;
    let due = match latest.day > present.day {
        true => Due { why: format!("{} A change of job does not bring it forward.", latest.why), ..latest },
        false => present,
    };
    (due.day <= cycle.last_day()).then_some(due)
}

/// The due day with more time: never an earlier one. A day that is no working day moves to the next, or to the one before it
/// where the next lies after the cycle's end: more time takes nothing away.
pub fn extended(due: Due, until: Day, cycle: Cycle, patterns: &[Pattern]) -> Due {
    let in_pattern = |pattern: &Pattern| match pattern.working_day_from(until) {
        day if day <= cycle.last_day() => day,
        _ => pattern.working_day_up_to(until.min(cycle.last_day())),
    };
    match patterns.iter().map(in_pattern).max().filter(|day| *day > due.day) {
        Some(day) => {
            let moved = if day == until { String::new() } else { not_worked(until) };
            Due { day, why: format!("Due {}: you were given more time, until {}.{moved}", day.short(), until.short()) }
        }
        None => due,
    }
}

fn not_worked(day: Day) -> String {
    format!(" {} is not a working day for you.", day.short())
}

/// The due day in one working pattern: the latest that any clause gives. Of clauses that agree the first one says why.
fn due_in(pattern: Pattern, cycle: Cycle, rule: DueRule, beginnings: &Beginnings) -> Due {
    let clauses = clauses(pattern, cycle, rule, beginnings);
    let latest = clauses.iter().map(|(day, _)| *day).max().unwrap_or(beginnings.service);
    let because = clauses.into_iter().find(|(day, _)| *day == latest).map(|(_, because)| because).unwrap_or_default();
    let day = pattern.working_day_from(latest);
    let moved = if day == latest { String::new() } else { not_worked(latest) };
    Due { day, why: format!("Due {}: {because}.{moved}", day.short()) }
}

fn clauses(pattern: Pattern, cycle: Cycle, rule: DueRule, beginnings: &Beginnings) -> Vec<(Day, String)> {
    let days = working_days(rule.starter_days);
    let start = |from: Day, because: String| (pattern.after(from, rule.starter_days), because);
    let mut clauses: Vec<(Day, String)> = set_day(cycle, rule).into_iter().collect();
    clauses.push(start(
        beginnings.service,
        format!("you joined on {}, and new starters have {days}", beginnings.service.short()),
    ));
    clauses.push(start(
        beginnings.requirement,
        format!("this was first asked of you on {}, and you have {days} from then", beginnings.requirement.short()),
    ));
    clauses.push(start(
        beginnings.listed,
        format!("you came onto the staff list on {}, and you have {days} from then", beginnings.listed.short()),
    ));
    clauses.extend(
        beginnings
            .round
            .map(|opened| start(opened, format!("this changed on {}, and you have {days} from then", opened.short()))),
    );
    clauses.extend(beginnings.absences_ended.iter().map(|ended| {
        let back = pattern.working_day_from(ended.next());
        let days = working_days(WORKING_DAYS_AFTER_RETURN);
        (
            pattern.after(back, WORKING_DAYS_AFTER_RETURN),
            format!("your first working day back is {}, and you have {days} after that", back.short()),
        )
    }));
    clauses
}

/// The day that the cycle itself sets: the annual day, or the day until which the last completion counts.
fn set_day(cycle: Cycle, rule: DueRule) -> Option<(Day, String)> {
    match cycle {
        Cycle::Year(year) => {
            let day = year.day(rule.month, rule.day_of_month);
            Some((day, format!("everybody’s is due by {}", day.short())))
        }
        Cycle::Rolling { from, .. } => {
            Some((from.plus(-1), format!("it has to be done again by {}", from.plus(-1).short())))
        }
        Cycle::Once | Cycle::Choice(_) => None,
    }
}

fn working_days(count: u32) -> String {
    format!("{count} working {}", if count == 1 { "day" } else { "days" })
}

impl DueRule {
    /// How many working days new starters can be given.
    pub const STARTER_DAYS: RangeInclusive<u32> = 1..=200;

    /// The annual day as people and files write it: "31 October".
    pub fn annual_day(self) -> String {
        leap_day(self.month, self.day_of_month).map(Day::short).unwrap_or_default()
    }

    /// Reads "31 October", "31 Oct" or "31/10".
    pub fn read_annual_day(text: &str) -> Result<(u32, u32), String> {
        let mut parts = text.split(['/', ' ', '.', '-']).filter(|part| !part.is_empty());
        let found = match (parts.next(), parts.next(), parts.next()) {
            (Some(day), Some(month), None) => day.parse().ok().zip(month_of(month)),
            _ => None,
        };
        found
            .map(|(day, month)| (month, day))
            .filter(|(month, day)| leap_day(*month, *day).is_some())
            .ok_or_else(|| format!("‘{}’ is not a day of the year such as 31 October", text.trim()))
    }
}

/// The month that a number or the beginning of its name means.
fn month_of(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let is_its_name = |month: &u32| {
        let name = leap_day(*month, 1).map(|day| day.0.format("%B").to_string().to_lowercase());
        text.len() >= 3 && name.is_some_and(|name| name.starts_with(&text))
    };
    text.parse().ok().or_else(|| (1..=12).find(is_its_name))
}

/// The day in a year that has 29 February too.
fn leap_day(month: u32, day_of_month: u32) -> Option<Day> {
    Day::new(2024, month, day_of_month)
}

// ── who is asked for what

/// A rule: for whom, how often, due when. What it asks for is the store's to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    pub id: i64,
    pub audience: Audience,
    pub every: Every,
    pub due: DueRule,
    pub began: Day,
    /// The last day on which it is asked, if it was withdrawn.
    pub until: Option<Day>,
    /// The days on which a material policy version or a *retake* edit took effect.
    pub reopened: Vec<Day>,
}

/// First and last day away; no last day while nobody knows it. Never a reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Absence {
    pub from: Day,
    pub until: Option<Day>,
}

/// What is known of a person as at the day that is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonFacts {
    pub posts: Vec<Post>,
    pub first_listed: Day,
    pub absences: Vec<Absence>,
    /// By requirement: the latest completion's cycle and day. Rolling cycles run from it.
    pub last_completions: BTreeMap<i64, (Cycle, Day)>,
    /// By requirement and cycle: the day until which HR has given more time.
    pub extensions: BTreeMap<(i64, Cycle), Day>,
}

/// An assignment that should exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    pub requirement: i64,
    pub cycle: Cycle,
    pub round: i32,
    pub opens: Day,
    pub closes: Day,
    pub due: Day,
    pub why: String,
}

/// The assignments that a person should have on a day: the pure half of reconciling.
pub fn wanted_assignments(
    person: &PersonFacts,
    requirements: &[Requirement],
    calendars: &Calendars,
    today: Day,
) -> Vec<Wanted> {
    requirements.iter().flat_map(|requirement| wanted_by(requirement, person, calendars, today)).collect()
}

fn wanted_by(requirement: &Requirement, person: &PersonFacts, calendars: &Calendars, today: Day) -> Vec<Wanted> {
    let audience_posts = person.posts.iter().filter(|post| requirement.audience.includes(post));
    let Some(joined_audience) = service_began(audience_posts, today, calendars) else { return vec![] };
    if today < requirement.began || requirement.until.is_some_and(|until| until < today) {
        return vec![];
    }
    let asked_since = requirement.began.max(joined_audience);
    cycles_on(requirement, person, asked_since, today)
        .into_iter()
        .filter_map(|cycle| wanted_in(cycle, requirement, person, asked_since, calendars, today))
        .collect()
}

/// The cycles that are under way on a day: one, or two while a rolling one is being renewed.
fn cycles_on(requirement: &Requirement, person: &PersonFacts, asked_since: Day, today: Day) -> Vec<Cycle> {
    match requirement.every {
        Every::AcademicYear => vec![Cycle::Year(AcademicYear::of(today))],
        Every::Once => vec![Cycle::Once],
        Every::ByChoice => vec![],
        Every::Months(months) => {
            let months = months.max(1);
            let last = person.last_completions.get(&requirement.id);
            let counting = last.filter(|(_, day)| today < months_after(*day, months)).map(|(cycle, _)| *cycle);
            let mut from = last.map(|(_, day)| months_after(*day, months)).unwrap_or(asked_since);
            while months_after(from, months) <= today {
                from = months_after(from, months);
            }
            let next = (today >= from.plus(-RENEWAL_OPENS_DAYS)).then_some(Cycle::Rolling { from, months });
            counting.into_iter().chain(next).collect()
        }
    }
}

/// The latest round of a cycle that has a due day within it.
fn wanted_in(
    cycle: Cycle,
    requirement: &Requirement,
    person: &PersonFacts,
    asked_since: Day,
    calendars: &Calendars,
    today: Day,
) -> Option<Wanted> {
    let began = cycle.first_day().unwrap_or(asked_since);
    let service = service_began(&person.posts, today, calendars)?;
    let patterns = patterns_between(&person.posts, began.max(service), today, calendars);
    rounds(requirement, cycle, began, today).into_iter().rev().find_map(|(round, opened)| {
        let beginnings = Beginnings {
            service,
            requirement: asked_since,
            listed: person.first_listed,
            round: opened,
            absences_ended: absences_ended(person, cycle),
        };
        let due = due_day(cycle, requirement.due, &beginnings, &patterns)?;
        let due = match person.extensions.get(&(requirement.id, cycle)) {
            Some(until) => extended(due, *until, cycle, &patterns),
            None => due,
        };
        Some(Wanted {
            requirement: requirement.id,
            cycle,
            round,
            opens: opened.unwrap_or(opening_day(cycle, asked_since)).max(asked_since),
            closes: cycle.last_day(),
            due: due.day,
            why: due.why,
        })
    })
}

/// Round 1, and one more for each day in the cycle so far on which the content was opened anew.
fn rounds(requirement: &Requirement, cycle: Cycle, began: Day, today: Day) -> Vec<(i32, Option<Day>)> {
    let within = |day: &&Day| began < **day && **day <= cycle.last_day() && **day <= today;
    let mut opened: Vec<Day> = requirement.reopened.iter().filter(within).copied().collect();
    opened.sort();
    opened.dedup();
    std::iter::once(None).chain(opened.into_iter().map(Some)).zip(1..).map(|(day, round)| (round, day)).collect()
}

fn opening_day(cycle: Cycle, asked_since: Day) -> Day {
    match cycle {
        Cycle::Rolling { from, .. } => from.plus(-RENEWAL_OPENS_DAYS),
        _ => cycle.first_day().unwrap_or(asked_since),
    }
}

/// Absences that began by the cycle's last day; a later one says nothing about it.
fn absences_ended(person: &PersonFacts, cycle: Cycle) -> Vec<Day> {
    person
        .absences
        .iter()
        .filter(|absence| absence.from <= cycle.last_day())
        .filter_map(|absence| absence.until)
        .collect()
}

// ── status

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    pub at: Instant,
    pub connection_recorded: bool,
}

/// What somebody chose who could not confirm a statement yet. Closing it supersedes its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueryKind {
    Question,
    Connection,
    Disagreement,
}

/// All that the status of one assignment rests on. A row's days are those on which it holds; rows that hold from the
/// moment they are recorded have that moment's day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    pub opens: Day,
    /// The cycle's last day.
    pub closes: Day,
    /// When the assignment came to stand no longer: its person left, its rule ended, or a later round took its place.
    pub withdrawn: Option<Instant>,
    pub dues: Vec<Fact<Due>>,
    pub completions: Vec<Fact<Completion>>,
    /// Each with the reason that HR gave.
    pub exemptions: Vec<Fact<String>>,
    pub queries: Vec<Fact<QueryKind>>,
    pub pauses: Vec<Fact<()>>,
}

/// How an assignment stands: the first of these that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Completed {
        late: bool,
        connection_recorded: bool,
    },
    EndedUndone,
    Exempt,
    DiscussionNeeded,
    QueryOpen,
    Paused,
    /// So many days after the due day, at least 1.
    Overdue {
        days: i64,
    },
    /// So many days before the due day, from 14 to 0.
    DueSoon {
        days: i64,
    },
    Due,
    NotDue,
}

impl Standing {
    /// The words for it, as the person, HR and documents have them.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Completed { connection_recorded: true, .. } => "completed, connection recorded",
            Standing::Completed { late: true, .. } => "completed late",
            Standing::Completed { .. } => "completed",
            Standing::EndedUndone => "ended undone",
            Standing::Exempt => "exempt",
            Standing::DiscussionNeeded => "discussion needed",
            Standing::QueryOpen => "query open",
            Standing::Paused => "paused",
            Standing::Overdue { .. } => "overdue",
            Standing::DueSoon { .. } => "due soon",
            Standing::Due => "due",
            Standing::NotDue => "not due",
        }
    }

    /// The words for it as a manager sees them: neither that somebody asked nor what they declared is theirs to know.
    pub fn for_manager(self) -> &'static str {
        match self {
            Standing::DiscussionNeeded | Standing::QueryOpen => "open",
            Standing::Completed { late, .. } => Standing::Completed { late, connection_recorded: false }.as_str(),
            other => other.as_str(),
        }
    }

    pub fn is_completed(self) -> bool {
        matches!(self, Standing::Completed { .. })
    }

    pub fn is_overdue(self) -> bool {
        matches!(self, Standing::Overdue { .. })
    }

    /// A question, a connection or a disagreement that waits for somebody's answer.
    pub fn is_waiting(self) -> bool {
        matches!(self, Standing::QueryOpen | Standing::DiscussionNeeded)
    }

    /// Open today, also for somebody who is away: what its person may do now.
    pub fn can_be_done(self) -> bool {
        matches!(self, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due | Standing::Paused)
    }

    /// Neither closed nor standing still: something for the person to do, now or when it opens.
    pub fn is_to_do(self) -> bool {
        matches!(self, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due | Standing::NotDue)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    pub standing: Standing,
    /// The due day as known at the instant.
    pub due: Option<Day>,
    /// One or two sentences to the person.
    pub why: String,
}

impl Status {
    /// The why as a manager may read it: nothing of queries or connections, to the letter as of somebody who has none.
    pub fn why_for_manager(&self) -> &str {
        match self.standing {
            Standing::DiscussionNeeded | Standing::QueryOpen => "Still open.",
            _ => self.why.strip_suffix(CONNECTION_RECORDED).unwrap_or(&self.why),
        }
    }
}

/// How the why of a completion ends for those who may know.
const CONNECTION_RECORDED: &str = " A connection is recorded.";

/// How an assignment stands at an instant, by the facts recorded by then, judged on that instant's London day.
pub fn status(facts: &Facts, instant: Instant) -> Status {
    let due = as_at(&facts.dues, instant).max_by_key(|row| row.recorded).map(|row| &row.what);
    let (standing, why) = closed(facts, due, instant)
        .or_else(|| waiting(facts, instant))
        .or_else(|| standing_still(facts, instant))
        .unwrap_or_else(|| running(facts, due, instant.day()));
    Status { standing, due: due.map(|due| due.day), why }
}

fn closed(facts: &Facts, due: Option<&Due>, instant: Instant) -> Option<(Standing, String)> {
    let day = instant.day();
    if let Some(row) = holding_at(&facts.completions, instant).min_by_key(|row| row.what.at) {
        return Some(completed(&row.what, due));
    }
    if facts.withdrawn.is_some_and(|withdrawn| withdrawn <= instant) {
        return Some((Standing::EndedUndone, "This is no longer asked of you. It was not done.".to_owned()));
    }
    if facts.closes < day {
        return Some((Standing::EndedUndone, format!("This ended on {} and was not done.", facts.closes.long())));
    }
    let exemption = holding_at(&facts.exemptions, instant).next()?;
    let until = exemption.until.map(|until| format!(" until {}", until.long())).unwrap_or_default();
    Some((Standing::Exempt, format!("You do not have to do this{until}: {}.", exemption.what.trim_end_matches('.'))))
}

fn completed(completion: &Completion, due: Option<&Due>) -> (Standing, String) {
    let day = completion.at.day();
    let missed = due.filter(|due| due.day < day);
    let lateness = missed.map(|due| format!(", after the due day, {}", due.day.short())).unwrap_or_default();
    let connection = if completion.connection_recorded { CONNECTION_RECORDED } else { "" };
    let standing = Standing::Completed { late: missed.is_some(), connection_recorded: completion.connection_recorded };
    (standing, format!("Completed on {}{lateness}.{connection}", day.long()))
}

fn waiting(facts: &Facts, instant: Instant) -> Option<(Standing, String)> {
    let open = |wanted: fn(QueryKind) -> bool| {
        holding_at(&facts.queries, instant).filter(|row| wanted(row.what)).min_by_key(|row| row.recorded)
    };
    if let Some(row) = open(|kind| kind == QueryKind::Disagreement) {
        let said = format!("You said on {} that you don’t agree.", row.from.short());
        return Some((
            Standing::DiscussionNeeded,
            format!("{said} Somebody will talk it over with you. Until then this is not late."),
        ));
    }
    let row = open(|kind| kind != QueryKind::Disagreement)?;
    let said = match row.what {
        QueryKind::Connection => "You told us about a connection",
        _ => "You asked a question",
    };
    Some((Standing::QueryOpen, format!("{said} on {}. Until it is settled this is not late.", row.from.short())))
}

fn standing_still(facts: &Facts, instant: Instant) -> Option<(Standing, String)> {
    let pause = holding_at(&facts.pauses, instant).max_by_key(|row| (row.until.is_none(), row.until))?;
    let until = pause.until.map(|until| format!(" until {}", until.long())).unwrap_or_default();
    let then = working_days(WORKING_DAYS_AFTER_RETURN);
    Some((
        Standing::Paused,
        format!("This stands still while you are away{until}. You will have at least {then} after you are back."),
    ))
}

fn running(facts: &Facts, due: Option<&Due>, day: Day) -> (Standing, String) {
    let left = due.map(|due| due.day.days_since(day));
    let why = due.map(|due| due.why.clone()).unwrap_or_else(|| "No due day is set.".to_owned());
    match left {
        Some(left) if left < 0 => {
            let days = -left;
            let late = format!("{days} {} late.", if days == 1 { "day" } else { "days" });
            (Standing::Overdue { days }, format!("{late} {why}"))
        }
        Some(days) if days <= DUE_SOON_DAYS => (Standing::DueSoon { days }, why),
        _ if facts.opens <= day => (Standing::Due, why),
        _ => (Standing::NotDue, format!("Opens on {}. {why}", facts.opens.long())),
    }
}
