//! The governors' report in words: what its figures may say, and nothing else. All that would let somebody recognise a
//! person in a small group is held back here, by the printing rules of `figures`.

use super::figures::{
    self, CountedIn, Figures, Measure, PrintedCount, PrintedPercent, Rate, figures, figures_by_school, printed_change,
    printed_count, printed_percent, printed_share, printed_table,
};
use super::sheet::{self, Cell, GovernorsFacts, Said, SchoolRow, Standing, Trend};
use super::standings::{Comparison, Standings, look_back};
use crate::assignments::Requirement;
use crate::assignments::calendar::AcademicYear;
use crate::clock::{Day, Instant};
use crate::courses::{Kind, Library};
use crate::db::Conn;
use crate::people::{self, School, Scope};
use crate::problem::{Problem, Result};
use crate::text;

/// A report's figures, before they are worded and drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// None: the whole trust.
    pub school: Option<i64>,
    pub as_at: Instant,
    /// "86% up to date", as lists of reports show it.
    pub headline: String,
    /// Of the schools that it is about, those whose own figures give a small group away beside the trust's.
    pub gives_away: Vec<i64>,
    facts: GovernorsFacts,
}

/// Whom a report is about.
struct About {
    trust: String,
    /// None: the whole trust.
    school: Option<School>,
    as_at: Instant,
    /// The first day of which there are any records; none while there are none.
    since: Option<Day>,
}

impl About {
    fn scope(&self) -> &str {
        self.school.as_ref().map_or(&self.trust, |school| &school.name)
    }

    fn place(&self) -> String {
        self.school.as_ref().map_or_else(|| format!("at {}", self.trust), place)
    }

    /// A central team has no governors of its own.
    fn whom(&self) -> String {
        match &self.school {
            None => "Report to the board of trustees".to_owned(),
            Some(school) if school.central => format!("Report to the board of trustees on the {}", school.name),
            Some(school) => format!("Report to the governors of {}", school.name),
        }
    }

    /// The day is past, and nobody was on the list yet.
    fn has_no_records(&self) -> bool {
        self.since.is_none_or(|since| self.as_at.day() < since)
    }

    fn counted_in(&self, people: u32) -> CountedIn {
        if self.school.is_none() { CountedIn::Trust(people) } else { CountedIn::Part(people) }
    }
}

/// The report of one school, or of the whole trust, as at an instant.
pub fn report(conn: &mut Conn, library: &Library, trust: &str, school: Option<i64>, as_at: Instant) -> Result<Report> {
    let scope = school.map_or(Scope::Trust, |school| Scope::Schools(vec![school]));
    let (standings, comparison) = look_back(conn, &scope, as_at)?;
    let about_school = school.map(|school| find(conn, school)).transpose()?;
    let since = people::everybody(conn)?.iter().map(|person| person.first_listed.day()).min();
    let about = About { trust: trust.to_owned(), school: about_school, as_at, since };
    let told = Told::new(library, &standings, &comparison);
    let mut gives_away = match school {
        None => giving_away(&standings),
        Some(_) => giving_away(&super::standings::standings(conn, &Scope::Trust, as_at)?),
    };
    gives_away.retain(|one| school.is_none_or(|school| *one == school));
    Ok(Report {
        school,
        as_at,
        headline: short_headline(&about, told.now.up_to_date_rate()),
        gives_away,
        facts: told.facts(&about, &standings, &comparison),
    })
}

fn find(conn: &mut Conn, school: i64) -> Result<School> {
    people::schools(conn)?.into_iter().find(|one| one.id == school).ok_or(Problem::NotFound)
}

impl Report {
    /// The trust's name, or one school's.
    pub fn scope(&self) -> &str {
        &self.facts.scope
    }
}

/// The same report as a draft or as issued.
pub fn worded(report: &Report, standing: Standing) -> GovernorsFacts {
    GovernorsFacts { standing, ..report.facts.clone() }
}

fn short_headline(about: &About, rate: Rate) -> String {
    match printed_percent(rate) {
        _ if about.has_no_records() => "No records of that day".to_owned(),
        hidden if hidden.is_hidden() => "Too few people to say".to_owned(),
        percent => format!("{percent} up to date"),
    }
}

/// The instant that a day means: this one for today, or for none; the last moment of a day that is past.
pub fn as_at(day: Option<Day>, now: Instant) -> Instant {
    day.map_or(now, |day| day.end().min(now))
}

// ── the figures, and what they may say

/// The columns of the report, and the figures now and a year ago.
struct Told {
    columns: Vec<Column>,
    now: Figures,
    year_ago: Figures,
    schools: Vec<Row>,
}

struct Column {
    requirement: i64,
    kind: Kind,
    measure: Option<Measure>,
    judged_by: Measure,
    /// "Data protection", "Attestation"
    name: String,
}

struct Row {
    name: String,
    /// "at Harbour Academy", "in the Central team"
    place: String,
    rates: Vec<Rate>,
    printed: Vec<PrintedPercent>,
}

impl Column {
    fn new(library: &Library, asked: &Requirement) -> Column {
        let (kind, measure) = (asked.kind, Measure::of_slug(&asked.slug));
        let judged_by = Measure::judging(&asked.slug);
        Column { requirement: asked.id(), kind, measure, judged_by, name: column_name(library, asked) }
    }

    /// As it is said within a sentence: "data protection", "signing the policy".
    fn said(&self) -> String {
        match self.kind {
            Kind::Course => text::within_a_sentence(&self.name),
            Kind::Policy => "signing the policy".to_owned(),
            Kind::Checklist => "the privacy self-check".to_owned(),
        }
    }

    fn band(&self, rate: Rate) -> sheet::Band {
        band(self.judged_by.printed_band(rate))
    }
}

fn band(printed: Option<figures::Band>) -> sheet::Band {
    match printed {
        Some(figures::Band::Good) => sheet::Band::Good,
        Some(figures::Band::Watch) => sheet::Band::Watch,
        Some(figures::Band::Act) => sheet::Band::Act,
        None => sheet::Band::NotShown,
    }
}

impl Told {
    fn new(library: &Library, standings: &Standings, comparison: &Comparison) -> Told {
        let columns: Vec<Column> = standings.asked_of_all_staff().map(|asked| Column::new(library, asked)).collect();
        let schools = rows(standings, &columns);
        Told { columns, now: figures(&standings.people), year_ago: figures(&comparison.year_ago), schools }
    }

    fn facts(&self, about: &About, standings: &Standings, comparison: &Comparison) -> GovernorsFacts {
        let year = AcademicYear::of(about.as_at.day());
        GovernorsFacts {
            trust: about.trust.clone(),
            scope: about.scope().to_owned(),
            place: about.place(),
            whom: about.whom(),
            period: format!("{}, {}", term(about.as_at.day()), year.long()),
            as_at_words: format!("As at {}, {}", about.as_at.day().long(), about.as_at.time()),
            as_at: about.as_at,
            headline: self.headline(about),
            measures: if about.has_no_records() { Vec::new() } else { self.measures() },
            requirements: self.columns.iter().map(|column| column.name.clone()).collect(),
            schools: self.schools.iter().map(|row| self.school_row(row)).collect(),
            legend: legend(),
            trend: self.trend(comparison, year),
            questions: self.questions(about),
            notes: self.notes(about, standings),
            standing: Standing::Draft,
        }
    }

    fn rate(&self, figures: &Figures, measure: Measure) -> Option<Rate> {
        let of = |column: &&Column| column.measure == Some(measure);
        match measure {
            Measure::K1 => Some(figures.up_to_date_rate()),
            _ => self.columns.iter().find(of).map(|column| figures.requirement_rate(column.requirement)),
        }
    }

    // ── K1 to K8

    fn measures(&self) -> Vec<sheet::Measure> {
        Measure::ALL.into_iter().filter_map(|measure| self.measure(measure)).collect()
    }

    fn measure(&self, measure: Measure) -> Option<sheet::Measure> {
        let now = self.rate(&self.now, measure)?;
        let then = self.rate(&self.year_ago, measure).map(printed_percent).filter(|then| !then.is_hidden());
        let band = band(measure.printed_band(now));
        let shown = printed_percent(now);
        Some(sheet::Measure {
            code: format!("{measure:?}"),
            label: text::within_a_sentence(measure.title()),
            value: shown.to_string(),
            last_year: then.filter(|_| !shown.is_hidden()).map(|then| format!("{then} last year")),
            band,
            band_word: band_word(band, shown).to_owned(),
            target: Some(format!("target {}%", measure.thresholds().0)),
        })
    }

    // ── schools by requirement

    fn school_row(&self, row: &Row) -> SchoolRow {
        let cells = row.printed.iter().zip(&row.rates).zip(&self.columns).map(|((printed, rate), column)| Cell {
            text: printed.to_string(),
            band: if printed.is_hidden() { sheet::Band::NotShown } else { column.band(*rate) },
        });
        SchoolRow { name: row.name.clone(), cells: cells.collect() }
    }

    /// The school that is furthest behind, of those whose figures are shown in whole per cents, and up to two of the
    /// requirements on which it has to act.
    fn furthest(&self) -> Option<(&Row, Vec<String>)> {
        let behind = self.schools.iter().map(|row| (row, self.to_act_on(row)));
        let (row, columns) = behind
            .filter(|(_, columns)| !columns.is_empty())
            .min_by_key(|(_, columns)| columns.first().map(|(percent, _)| *percent))?;
        Some((row, columns.into_iter().take(2).map(|(_, column)| column.said()).collect()))
    }

    /// The requirements on which a school has to act, the lowest first.
    fn to_act_on(&self, row: &Row) -> Vec<(u32, &Column)> {
        let cells = row.printed.iter().zip(&row.rates).zip(&self.columns);
        let mut found: Vec<(u32, &Column)> = cells
            .filter_map(|((printed, rate), column)| match printed {
                PrintedPercent::Whole(percent) if column.band(*rate) == sheet::Band::Act => Some((*percent, column)),
                _ => None,
            })
            .collect();
        found.sort_by_key(|(percent, _)| *percent);
        found
    }

    // ── the answer, in words

    fn headline(&self, about: &About) -> Vec<Said> {
        let rate = self.now.up_to_date_rate();
        let shown = printed_percent(rate);
        if about.has_no_records() {
            let since = about.since.map(|since| format!(" They begin on {}.", since.long())).unwrap_or_default();
            return vec![Said::Plainly(format!("There are no records of this day.{since}"))];
        }
        if rate.of == 0 {
            return vec![Said::Plainly("Nothing was due of anybody here yet.".to_owned())];
        }
        if shown.is_hidden() {
            return vec![Said::Plainly(
                "There are too few people here to say without naming somebody. Ask the headteacher.".to_owned(),
            )];
        }
        let share = printed_share(rate).filter(|_| about.school.is_none());
        let share = share.map(|share| format!(" ({})", share.trim_end_matches(" staff"))).unwrap_or_default();
        let opening = opening(Measure::K1.printed_band(rate));
        let shown = if opening.is_empty() { text::capital(&shown.to_string()) } else { shown.to_string() };
        let mut said = vec![
            Said::Plainly(opening.to_owned()),
            Said::Strongly(shown),
            Said::Plainly(format!(
                " of staff{share} are up to date with everything that is asked of them{}. ",
                self.change()
            )),
        ];
        if let (None, Some((school, on))) = (&about.school, self.furthest()) {
            said.push(Said::Strongly(school.name.clone()));
            said.push(Said::Plainly(format!(" is furthest behind, on {}. ", text::list(&on))));
        }
        said.extend(self.overdue(about).map(Said::Plainly));
        said
    }

    /// ", 8 points more than on this day last year"
    fn change(&self) -> String {
        match printed_change(self.now.up_to_date_rate(), self.year_ago.up_to_date_rate()) {
            None => String::new(),
            Some(0) => ", the same as on this day last year".to_owned(),
            Some(points) => {
                let more = if points > 0 { "more" } else { "fewer" };
                let points = text::count(points.unsigned_abs() as usize, "point", "points");
                format!(", {points} {more} than on this day last year")
            }
        }
    }

    /// "41 people are overdue, 11 of them for more than 30 days."
    fn overdue(&self, about: &About) -> Option<String> {
        let overdue = self.counted(about, self.now.overdue);
        if overdue == PrintedCount::FewerThanFive {
            return None;
        }
        if self.now.overdue == 0 {
            return Some("Nobody is overdue.".to_owned());
        }
        let are = if self.now.overdue == 1 && overdue == PrintedCount::Exactly(1) { "person is" } else { "people are" };
        let long = match self.now.overdue_over_30_days {
            0 => String::new(),
            long => format!(", {} of them for more than 30 days", self.counted(about, long)),
        };
        Some(format!("{overdue} {are} overdue{long}."))
    }

    fn counted(&self, about: &About, count: u32) -> PrintedCount {
        printed_count(count, about.counted_in(self.now.counted()))
    }

    // ── this year against last

    /// Only what is shown in whole per cents is drawn.
    fn trend(&self, comparison: &Comparison, year: AcademicYear) -> Option<Trend> {
        let this_year = line(&comparison.this_year);
        let latest = self.now.up_to_date_rate();
        let PrintedPercent::Whole(percent) = printed_percent(latest) else { return None };
        if this_year.is_empty() {
            return None;
        }
        let then = match printed_percent(self.year_ago.up_to_date_rate()) {
            PrintedPercent::Whole(then) => format!("On this day last year it was {then}%."),
            _ => "There are no figures for this day last year.".to_owned(),
        };
        Some(Trend {
            this_year_name: year.long(),
            last_year_name: year.previous().long(),
            this_year,
            last_year: line(&comparison.last_year),
            target: Some(Measure::K1.thresholds().0 as f32),
            sentence: format!("{percent}% of staff are up to date with everything. {then}"),
            latest: format!("{percent}%"),
        })
    }

    // ── what to ask

    /// From the figures alone: they ask for causes and never give any.
    fn questions(&self, about: &About) -> Vec<String> {
        if about.has_no_records() {
            return Vec::new();
        }
        let mut questions = Vec::new();
        if let (None, Some((school, _))) = (&about.school, self.furthest()) {
            questions.push(format!("What is stopping staff {} from finishing, and when will they?", school.place));
        }
        if self.now.overdue_over_30_days > 0 {
            questions.push(match self.counted(about, self.now.overdue_over_30_days) {
                PrintedCount::Exactly(1) => {
                    "Has the one person who is overdue for more than 30 days been spoken to?".to_owned()
                }
                PrintedCount::FewerThanFive => "Has everybody who is overdue been spoken to?".to_owned(),
                count => format!("Have the {count} people overdue for more than 30 days been spoken to?"),
            });
        }
        let change = printed_change(self.now.up_to_date_rate(), self.year_ago.up_to_date_rate());
        if let Some(points) = change.filter(|points| *points <= -3) {
            let points = text::count(points.unsigned_abs() as usize, "point", "points");
            questions.push(format!("Why are staff {points} behind where they were on this day last year?"));
        }
        questions.extend(self.unsigned());
        if let (Some(lowest), true) = (self.lowest(), questions.len() < 3) {
            questions.push(format!("What would help more staff to finish {lowest}?"));
        }
        questions.push("How do we know that the staff list behind these figures is right?".to_owned());
        questions.truncate(4);
        questions
    }

    /// Where clearly fewer have signed than have finished even the least finished course.
    fn unsigned(&self) -> Option<String> {
        let whole = |rate: Rate| match printed_percent(rate) {
            PrintedPercent::Whole(percent) => Some(percent),
            _ => None,
        };
        let signed = self.rate(&self.now, Measure::K2).and_then(whole)?;
        let courses = self.columns.iter().filter(|column| column.kind == Kind::Course);
        let least = courses.filter_map(|column| whole(self.now.requirement_rate(column.requirement))).min()?;
        (signed + 5 <= least)
            .then(|| "Why have fewer staff signed the policy than have finished the courses?".to_owned())
    }

    /// The course that fewest have finished, if it is not good.
    fn lowest(&self) -> Option<String> {
        let courses = self.columns.iter().filter(|column| column.kind == Kind::Course);
        let rated = courses.map(|column| (self.now.requirement_rate(column.requirement), column));
        let short = rated.filter(|(rate, column)| matches!(column.band(*rate), sheet::Band::Watch | sheet::Band::Act));
        short.min_by_key(|(rate, _)| rate.percent()).map(|(_, column)| column.said())
    }

    // ── how the figures are made

    fn notes(&self, about: &About, standings: &Standings) -> Vec<String> {
        let mut notes = vec![
            "Everybody with a current post counts, except those who are away with something left to do, exempt from \
             everything, or new with time left to finish. Part-time staff count as one. Per cents are rounded down."
                .to_owned(),
        ];
        notes.extend(self.left_out(about));
        if about.school.is_none() {
            notes
                .push("Somebody who works at two schools counts once in the trust and once in each school.".to_owned());
        }
        notes.push(
            "Up to date means that every requirement of the academic year is complete. A question that waits for an \
             answer is neither done nor overdue."
                .to_owned(),
        );
        notes.push(
            "Groups of fewer than 5 people are not shown, nor the next smallest where the figure could be worked out. \
             Groups of 5 to 9 are shown to the nearest 10%."
                .to_owned(),
        );
        let day = standings.as_at.day().long();
        notes.push(format!(
            "These are the facts as they were recorded by {}, {day}. What is corrected later shows in later reports only.",
            standings.as_at.time()
        ));
        notes
    }

    /// "Not counted: 9 away, 1 exempt, 4 new."
    fn left_out(&self, about: &About) -> Option<String> {
        let whole = about.counted_in(self.now.people());
        let parts = [
            (self.now.paused, "away"),
            (self.now.exempt_from_all, "exempt"),
            (self.now.newcomers, "new"),
            (self.now.nothing_asked, "of whom nothing is asked"),
        ];
        let counts =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| (printed_count(*count, whole), what));
        let said: Vec<String> = counts
            .filter(|(count, _)| *count != PrintedCount::FewerThanFive)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (!said.is_empty()).then(|| format!("Not counted: {}.", text::list(&said)))
    }
}

/// What a requirement is called above a narrow column.
pub fn column_name(library: &Library, asked: &Requirement) -> String {
    match (asked.kind, Measure::of_slug(&asked.slug)) {
        (Kind::Course, Some(measure)) => measure.title().to_owned(),
        (Kind::Policy, Some(_)) => "Attestation".to_owned(),
        (Kind::Checklist, Some(_)) => "Self-check".to_owned(),
        (kind, None) => library.title(kind, &asked.slug).unwrap_or_else(|| asked.slug.replace('-', " ")),
    }
}

fn giving_away(trust: &Standings) -> Vec<i64> {
    let asked: Vec<i64> = trust.asked_of_all_staff().map(Requirement::id).collect();
    let (ids, sizes): (Vec<i64>, Vec<(u32, Vec<Rate>)>) = figures_by_school(&trust.people)
        .into_iter()
        .filter(|(_, figures)| figures.counted() > 0)
        .map(|(school, of)| (school, (of.counted(), asked.iter().map(|id| of.requirement_rate(*id)).collect())))
        .unzip();
    let gives = figures::giving_away(&sizes);
    ids.into_iter().zip(gives).filter(|(_, gives)| *gives).map(|(school, _)| school).collect()
}

/// Each school with somebody who is counted, and its cells as they may be printed.
fn rows(standings: &Standings, columns: &[Column]) -> Vec<Row> {
    let by_school = figures_by_school(&standings.people);
    let mut found: Vec<(u32, &School, Vec<Rate>)> = Vec::new();
    for school in &standings.schools {
        let Some(figures) = by_school.get(&school.id).filter(|figures| figures.counted() > 0) else { continue };
        let rates = columns.iter().map(|column| figures.requirement_rate(column.requirement)).collect();
        found.push((figures.counted(), school, rates));
    }
    let sizes: Vec<(u32, Vec<Rate>)> = found.iter().map(|(people, _, rates)| (*people, rates.clone())).collect();
    let printed = printed_table(&sizes);
    let rows = found.into_iter().zip(printed);
    rows.map(|((_, school, rates), printed)| Row { name: school.name.clone(), place: place(school), rates, printed })
        .collect()
}

fn place(school: &School) -> String {
    if school.central { format!("in the {}", school.name) } else { format!("at {}", school.name) }
}

fn line(points: &[(Day, Rate)]) -> Vec<sheet::Point> {
    let shown = points.iter().filter_map(|(day, rate)| match printed_percent(*rate) {
        PrintedPercent::Whole(percent) => {
            let since = day.days_since(AcademicYear::of(*day).first_day());
            Some(sheet::Point { day: u16::try_from(since).ok()?, percent: percent as f32 })
        }
        _ => None,
    });
    shown.collect()
}

fn opening(band: Option<figures::Band>) -> &'static str {
    match band {
        Some(figures::Band::Good) => "Yes: ",
        Some(figures::Band::Watch) => "Mostly: ",
        Some(figures::Band::Act) => "Not yet: ",
        None => "",
    }
}

fn band_word(band: sheet::Band, shown: PrintedPercent) -> &'static str {
    match band {
        sheet::Band::Good => "Good",
        sheet::Band::Watch => "Watch",
        sheet::Band::Act => "Act",
        sheet::Band::NotShown if shown.is_hidden() => "Not shown",
        // Rounded as it is, the figure is too coarse to be judged.
        sheet::Band::NotShown => "Small group",
    }
}

fn legend() -> Vec<(sheet::Band, String)> {
    figures::Band::ALL.map(|one| (band(Some(one)), one.meaning().to_owned())).to_vec()
}

fn term(day: Day) -> &'static str {
    match day.month() {
        9..=12 => "Autumn term",
        1..=3 => "Spring term",
        _ => "Summer term",
    }
}
