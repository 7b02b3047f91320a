//! Figures: how many people stand where, how that compares with last year, and what may be printed of small groups.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::assignments::rules::Standing;
use crate::clock::Day;

/// More days overdue than this are told apart from the rest.
const LONG_OVERDUE_DAYS: i64 = 30;

// ── each person in one group

/// How one assignment of the cycle stands, as counting needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item {
    pub requirement: i64,
    pub standing: Standing,
}

/// One person with a current post, and everything that the cycle asks of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonStanding {
    pub person: i64,
    /// Every school with a current post of theirs.
    pub schools: Vec<i64>,
    pub paused: bool,
    /// Here for no more working days than new starters are given.
    pub newcomer: bool,
    pub items: Vec<Item>,
}

/// Each person is in exactly one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Every requirement of the cycle complete or exempt.
    UpToDate,
    /// At least one assignment overdue.
    Overdue,
    /// A query open or a discussion needed, and nothing overdue.
    Waiting,
    /// Something still to do, and time to do it.
    OnTheWay,
    NotCounted(NotCounted),
}

impl Group {
    /// The four groups that are the denominator.
    pub fn is_counted(self) -> bool {
        !matches!(self, Group::NotCounted(_))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NotCounted {
    Paused,
    ExemptFromAll,
    /// Something open and not yet due.
    Newcomer,
    /// No requirement of the cycle is for them.
    NothingAsked,
}

/// The one group that a person is in; whoever has done everything is up to date, away or not. An assignment that ended undone
/// asks nothing any more.
pub fn group(person: &PersonStanding) -> Group {
    let asked = || person.items.iter().map(|item| item.standing).filter(|standing| *standing != Standing::EndedUndone);
    let any = |is: fn(Standing) -> bool| asked().any(is);
    let is_done = |standing: Standing| standing == Standing::Exempt || standing.is_completed();
    if any(Standing::is_completed) && asked().all(is_done) {
        Group::UpToDate
    } else if person.paused || any(|standing| standing == Standing::Paused) {
        Group::NotCounted(NotCounted::Paused)
    } else if asked().next().is_none() {
        Group::NotCounted(NotCounted::NothingAsked)
    } else if asked().all(|standing| standing == Standing::Exempt) {
        Group::NotCounted(NotCounted::ExemptFromAll)
    } else if any(Standing::is_overdue) {
        Group::Overdue
    } else if any(Standing::is_waiting) {
        Group::Waiting
    } else if person.newcomer {
        Group::NotCounted(NotCounted::Newcomer)
    } else {
        Group::OnTheWay
    }
}

// ── counting

/// So many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rate {
    pub done: u32,
    pub of: u32,
}

impl Rate {
    /// In whole per cents, rounded down, so that no figure reads as good as its target before it is; but 0 only if nobody has.
    /// None of nobody.
    pub fn percent(self) -> Option<u32> {
        match (self.done, self.of) {
            (_, 0) => None,
            (0, _) => Some(0),
            (done, of) => Some(u32::try_from(u64::from(done.min(of)) * 100 / u64::from(of)).unwrap_or(100).max(1)),
        }
    }
}

/// Per cents to the nearest so many, halves up.
fn rounded(done: u32, of: u32, nearest: u32) -> u32 {
    let (done, of, nearest) = (u64::from(done), u64::from(of), u64::from(nearest));
    let steps = (200 * done + of * nearest) / (2 * of * nearest);
    u32::try_from(steps * nearest).unwrap_or(100)
}

/// One requirement, among the people who are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RequirementFigures {
    pub completed: u32,
    pub overdue: u32,
    pub waiting: u32,
    pub to_do: u32,
    /// Not in the denominator: for them this requirement does not exist.
    pub exempt: u32,
}

impl RequirementFigures {
    pub fn rate(self) -> Rate {
        Rate { done: self.completed, of: self.completed + self.overdue + self.waiting + self.to_do }
    }

    fn add(&mut self, standing: Standing) {
        match standing {
            Standing::Completed { .. } => self.completed += 1,
            Standing::Exempt => self.exempt += 1,
            Standing::Overdue { .. } => self.overdue += 1,
            Standing::QueryOpen | Standing::DiscussionNeeded => self.waiting += 1,
            Standing::DueSoon { .. } | Standing::Due | Standing::NotDue => self.to_do += 1,
            Standing::Paused | Standing::EndedUndone => {}
        }
    }
}

/// The figures of the trust or of one school, at one instant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    pub up_to_date: u32,
    pub overdue: u32,
    /// Of the overdue, those with something overdue for more than 30 days.
    pub overdue_over_30_days: u32,
    pub waiting: u32,
    pub on_the_way: u32,
    /// Of those on the way, those with something due within 14 days.
    pub due_within_14_days: u32,
    pub paused: u32,
    pub exempt_from_all: u32,
    pub newcomers: u32,
    pub nothing_asked: u32,
    /// By the requirement's id.
    pub requirements: BTreeMap<i64, RequirementFigures>,
}

impl Figures {
    /// The denominator: up to date, overdue, waiting and on the way.
    pub fn counted(&self) -> u32 {
        self.up_to_date + self.overdue + self.waiting + self.on_the_way
    }

    /// Paused, exempt from all, newcomers, and those of whom nothing is asked.
    pub fn not_counted(&self) -> u32 {
        self.paused + self.exempt_from_all + self.newcomers + self.nothing_asked
    }

    /// Everybody with a current post.
    pub fn people(&self) -> u32 {
        self.counted() + self.not_counted()
    }

    /// K1: those who are up to date, of those who are counted.
    pub fn up_to_date_rate(&self) -> Rate {
        Rate { done: self.up_to_date, of: self.counted() }
    }

    /// K2 to K8: those who completed one requirement, of those counted who have to.
    pub fn requirement_rate(&self, requirement: i64) -> Rate {
        self.requirements.get(&requirement).map(|figures| figures.rate()).unwrap_or_default()
    }

    fn add(&mut self, person: &PersonStanding) {
        let group = group(person);
        let has = |is: fn(Standing) -> bool| person.items.iter().any(|item| is(item.standing));
        match group {
            Group::UpToDate => self.up_to_date += 1,
            Group::Overdue => {
                self.overdue += 1;
                let long = has(|standing| matches!(standing, Standing::Overdue { days } if days > LONG_OVERDUE_DAYS));
                self.overdue_over_30_days += u32::from(long);
            }
            Group::Waiting => self.waiting += 1,
            Group::OnTheWay => {
                self.on_the_way += 1;
                self.due_within_14_days += u32::from(has(|standing| matches!(standing, Standing::DueSoon { .. })));
            }
            Group::NotCounted(NotCounted::Paused) => self.paused += 1,
            Group::NotCounted(NotCounted::ExemptFromAll) => self.exempt_from_all += 1,
            Group::NotCounted(NotCounted::Newcomer) => self.newcomers += 1,
            Group::NotCounted(NotCounted::NothingAsked) => self.nothing_asked += 1,
        }
        for item in person.items.iter().filter(|_| group.is_counted()) {
            self.requirements.entry(item.requirement).or_default().add(item.standing);
        }
    }
}

/// The figures of all these people, each counted once.
pub fn figures<'p>(people: impl IntoIterator<Item = &'p PersonStanding>) -> Figures {
    people.into_iter().fold(Figures::default(), |mut figures, person| {
        figures.add(person);
        figures
    })
}

/// The figures of each school: a person counts once in each school with a current post of theirs.
pub fn figures_by_school(people: &[PersonStanding]) -> BTreeMap<i64, Figures> {
    let mut schools: BTreeMap<i64, Figures> = BTreeMap::new();
    for person in people {
        for school in person.schools.iter().collect::<BTreeSet<_>>() {
            schools.entry(*school).or_default().add(person);
        }
    }
    schools
}

// ── what is good

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Band {
    Good,
    Watch,
    Act,
}

impl Band {
    pub const ALL: [Band; 3] = [Band::Good, Band::Watch, Band::Act];

    /// Colour is never alone: this word stands beside it.
    pub fn as_str(self) -> &'static str {
        match self {
            Band::Good => "good",
            Band::Watch => "watch",
            Band::Act => "act",
        }
    }

    /// What it means, below every table that shows it.
    pub fn meaning(self) -> &'static str {
        match self {
            Band::Good => "Good: the target is met",
            Band::Watch => "Watch: close to it",
            Band::Act => "Act: well below it",
        }
    }
}

/// The measures that governors read, by the numbers that schools know them by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Measure {
    K1,
    K2,
    K3,
    K4,
    K5,
    K6,
    K7,
    K8,
}

impl Measure {
    pub const ALL: [Measure; 8] =
        [Measure::K1, Measure::K2, Measure::K3, Measure::K4, Measure::K5, Measure::K6, Measure::K7, Measure::K8];

    /// The slug of the content that it measures; none for K1, which takes all requirements together.
    pub fn slug(self) -> Option<&'static str> {
        match self {
            Measure::K1 => None,
            Measure::K2 => Some("social-media-policy"),
            Measure::K3 => Some("acceptable-use"),
            Measure::K4 => Some("social-media-risks"),
            Measure::K5 => Some("privacy-settings"),
            Measure::K6 => Some("data-protection"),
            Measure::K7 => Some("reporting-issues"),
            Measure::K8 => Some("privacy-check"),
        }
    }

    pub fn of_slug(slug: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.slug() == Some(slug))
    }

    /// What it counts, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Measure::K1 => "Up to date with everything",
            Measure::K2 => "Signed this year’s policy",
            Measure::K3 => "Acceptable use",
            Measure::K4 => "Social media risks",
            Measure::K5 => "Privacy settings",
            Measure::K6 => "Data protection",
            Measure::K7 => "Reporting issues",
            Measure::K8 => "Checked their own settings",
        }
    }

    /// From how many per cent a rate is good, and from how many it is to be watched.
    pub fn thresholds(self) -> (u32, u32) {
        match self {
            Measure::K2 => (97, 90),
            Measure::K8 => (90, 75),
            _ => (95, 85),
        }
    }

    /// A figure is judged as it is printed: 94.9 per cent prints as 94, and is not 95. None of nobody.
    pub fn band(self, rate: Rate) -> Option<Band> {
        let (good, watch) = self.thresholds();
        rate.percent().map(|percent| match percent {
            percent if percent >= good => Band::Good,
            percent if percent >= watch => Band::Watch,
            _ => Band::Act,
        })
    }

    /// What a requirement is judged by; one that is none of K1 to K8 as a course is.
    pub fn judging(slug: &str) -> Measure {
        Measure::of_slug(slug).unwrap_or(Measure::K3)
    }

    /// The band that a governors' report may show: none for fewer than 10 people, of whom it would say too much.
    pub fn printed_band(self, rate: Rate) -> Option<Band> {
        if rate.of < 10 { None } else { self.band(rate) }
    }
}

// ── last year

/// The same day a year before; 28 February for a 29th.
pub fn same_day_last_year(day: Day) -> Day {
    Day::new(day.year() - 1, day.month(), day.day_of_month()).unwrap_or(day.plus(-366))
}

/// The change in percentage points between two rates as printed; none where either group is too small for whole per cents.
pub fn printed_change(now: Rate, last_year: Rate) -> Option<i64> {
    match (printed_percent(now), printed_percent(last_year)) {
        (PrintedPercent::Whole(now), PrintedPercent::Whole(then)) => Some(i64::from(now) - i64::from(then)),
        _ => None,
    }
}

// ── small groups: what governors may read

/// A share of a group, as it may be printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PrintedPercent {
    FewerThanFive,
    /// Hidden so that a smaller row cannot be worked out from the others.
    NotShown,
    Under10,
    /// To the nearest 10.
    About(u32),
    Over90,
    Whole(u32),
}

impl PrintedPercent {
    /// Nothing at all is said of how the people stand.
    pub fn is_hidden(self) -> bool {
        matches!(self, PrintedPercent::FewerThanFive | PrintedPercent::NotShown)
    }
}

impl fmt::Display for PrintedPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrintedPercent::FewerThanFive => f.write_str("fewer than 5 people"),
            PrintedPercent::NotShown => f.write_str("not shown"),
            PrintedPercent::Under10 => f.write_str("under 10%"),
            PrintedPercent::About(percent) => write!(f, "about {percent}%"),
            PrintedPercent::Over90 => f.write_str("over 90%"),
            PrintedPercent::Whole(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Under 5 people nothing is said; of 5 to 9 the nearest 10 per cent; of 10 or more whole per cents.
pub fn printed_percent(rate: Rate) -> PrintedPercent {
    match rate.of {
        0..=4 => PrintedPercent::FewerThanFive,
        5..=9 => match rounded(rate.done.min(rate.of), rate.of, 10) {
            0 => PrintedPercent::Under10,
            100 => PrintedPercent::Over90,
            tens => PrintedPercent::About(tens),
        },
        _ => PrintedPercent::Whole(rate.percent().unwrap_or(0)),
    }
}

/// Whom a count is taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountedIn {
    /// A trust of so many people.
    Trust(u32),
    /// A school, or any part of a trust, of so many.
    Part(u32),
}

/// A number of people, as it may be printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PrintedCount {
    FewerThanFive,
    OneToFour,
    /// In a group of fewer than 10, where the number itself would say how many there are.
    FiveToNine,
    Exactly(u32),
}

impl fmt::Display for PrintedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrintedCount::FewerThanFive => f.write_str("fewer than 5 people"),
            PrintedCount::OneToFour => f.write_str("1 to 4"),
            PrintedCount::FiveToNine => f.write_str("5 to 9"),
            PrintedCount::Exactly(count) => write!(f, "{count}"),
        }
    }
}

/// Counts of 1 to 4 are not told apart, except in a whole trust of more than 50 people. Only those who are behind,
/// waiting or not counted may be counted so: the number up to date beside its per cent would give a school's headcount.
pub fn printed_count(count: u32, counted_in: CountedIn) -> PrintedCount {
    let of = match counted_in {
        CountedIn::Trust(of) if of > 50 => return PrintedCount::Exactly(count),
        CountedIn::Trust(of) | CountedIn::Part(of) => of,
    };
    match (of, count) {
        (0..=4, _) => PrintedCount::FewerThanFive,
        (_, 1..=4) => PrintedCount::OneToFour,
        (5..=9, 5..) => PrintedCount::FiveToNine,
        _ => PrintedCount::Exactly(count),
    }
}

/// "412 of 479 staff", which only a whole trust of more than 50 people may print: elsewhere it would give away what
/// its per cent keeps.
pub fn printed_share(trust: Rate) -> Option<String> {
    (trust.of > 50).then(|| format!("{} of {} staff", trust.done, trust.of))
}

/// Which rows of a table are hidden, by how many people each has: those under 5, and then the next smallest, until
/// neither one hidden row nor a hidden group under 5 can be worked out from the total.
pub fn hidden_rows(sizes: &[u32]) -> Vec<bool> {
    cover(sizes, sizes.iter().map(|size| *size < 5).collect())
}

fn cover(sizes: &[u32], mut hidden: Vec<bool>) -> Vec<bool> {
    while !is_covered(sizes, &hidden) {
        let next_smallest = (0..sizes.len()).filter(|row| !hidden[*row]).min_by_key(|row| sizes[*row]);
        match next_smallest {
            Some(row) => hidden[row] = true,
            None => break,
        }
    }
    hidden
}

/// Rows without anybody hide nobody and cover nobody.
fn is_covered(sizes: &[u32], hidden: &[bool]) -> bool {
    let hidden_sizes = sizes.iter().zip(hidden).filter(|(size, hidden)| **hidden && **size > 0).map(|(size, _)| *size);
    match (hidden_sizes.clone().count(), hidden_sizes.sum::<u32>()) {
        (0, _) => true,
        (rows, people) => rows > 1 && people >= 5,
    }
}

/// Which of these schools' own figures would give a small group away to somebody who reads the trust's report too: those of
/// which the trust's table hides anything, whether because they are few or to cover those who are. Taken from the trust's
/// figures, what such a school's own report says would leave the rest.
///
/// | people at the schools | whose own reports nobody reads beside the trust's |
/// | --- | --- |
/// | 13, 3 | both: 16 less 13 leaves the 3 |
/// | 40, 30, 3 | the 30 and the 3: together they are 33, and neither can be told |
/// | 40, 30, 4, 4 | the two 4s: together they are 8 |
/// | 40, 30, 20 | none |
pub fn giving_away(rows: &[(u32, Vec<Rate>)]) -> Vec<bool> {
    let sizes: Vec<u32> = rows.iter().map(|(people, _)| *people).collect();
    let hides_any = |cells: &Vec<PrintedPercent>| cells.iter().any(|cell| cell.is_hidden());
    let by_cell = printed_table(rows);
    hidden_rows(&sizes).into_iter().zip(&by_cell).map(|(row, cells)| row || hides_any(cells)).collect()
}

/// A table of schools by requirement, as it may be printed: `rows` are each school's people and its rates by column.
/// What is hidden in a row is hidden right across it, and in each column what would give a hidden cell away.
pub fn printed_table(rows: &[(u32, Vec<Rate>)]) -> Vec<Vec<PrintedPercent>> {
    let sizes: Vec<u32> = rows.iter().map(|(people, _)| *people).collect();
    let hidden = hidden_rows(&sizes);
    let mut printed: Vec<Vec<PrintedPercent>> =
        rows.iter().map(|(_, rates)| rates.iter().map(|rate| printed_percent(*rate)).collect()).collect();
    let columns = rows.iter().map(|(_, rates)| rates.len()).max().unwrap_or(0);
    for column in 0..columns {
        let column_sizes: Vec<u32> =
            rows.iter().map(|(_, rates)| rates.get(column).map_or(0, |rate| rate.of)).collect();
        let too_small = hidden.iter().zip(&column_sizes).map(|(hidden, size)| *hidden || *size < 5).collect();
        for (row, is_hidden) in cover(&column_sizes, too_small).into_iter().enumerate() {
            let Some(cell) = printed[row].get_mut(column).filter(|_| is_hidden) else { continue };
            let few = sizes[row] < 5 || column_sizes[row] < 5;
            *cell = if few { PrintedPercent::FewerThanFive } else { PrintedPercent::NotShown };
        }
    }
    printed
}
