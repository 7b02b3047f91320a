//! My training: what one person has to do and has done, in order, how far they are, and what comes next.

use super::store::{self, ATTEMPT, BesideRow, CERTIFICATE, LAST_YEAR, PAGE, QUERY, REFRESHER};
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::{QueryKind, Standing, Status};
use crate::assignments::{self, Assignment};
use crate::attempts;
use crate::attestations;
use crate::clock::Instant;
use crate::courses::rules::minutes_of_questions;
use crate::courses::views::{Minutes, minutes_of};
use crate::courses::{Course, Kind, Library};
use crate::db::Conn;
use crate::facts::Fact;
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyTraining {
    /// What is asked, in the order in which it is done.
    pub items: Vec<Item>,
    /// What somebody took up by choice.
    pub chosen: Vec<Item>,
    /// The number of the year's certificate.
    pub year_certificate: Option<String>,
    /// The slugs of the courses completed in the academic year before.
    pub last_year: Vec<String>,
    /// Whether this year's refresher is finished, if it was begun.
    pub refresher: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub assignment: Assignment,
    pub status: Status,
    pub progress: Progress,
    pub certificate: Option<String>,
}

/// How far somebody is with a course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The names of the pages read.
    pub pages: Vec<String>,
    pub quiz_is_open: bool,
    pub tries: u32,
}

impl From<attempts::Progress> for Progress {
    fn from(progress: attempts::Progress) -> Progress {
        Progress {
            pages: progress.pages_read.into_iter().collect(),
            quiz_is_open: progress.open.is_some(),
            tries: u32::try_from(progress.tries).unwrap_or_default(),
        }
    }
}

/// Three statements.
pub fn my_training(conn: &mut Conn, person: i64, now: Instant) -> Result<MyTraining> {
    let assignments = assignments::my_training(conn, person, now)?;
    let year = AcademicYear::of(now.day());
    let beside = store::beside_training(conn, person, now.day(), &year.to_string(), &year.previous().to_string())?;
    let mut items: Vec<Item> = assignments.into_iter().map(Item::of).collect();
    let (mut year_certificate, mut last_year, mut refresher) = (None, Vec::new(), None);
    for row in beside {
        match (row.assignment, row.what.as_str()) {
            (None, CERTIFICATE) => year_certificate = Some(row.word),
            (None, LAST_YEAR) => last_year.push(row.word),
            (None, REFRESHER) => refresher = Some(row.at.is_some()),
            (Some(id), _) => {
                if let Some(item) = items.iter_mut().find(|item| item.assignment.id == id) {
                    item.add(row)?;
                }
            }
            _ => {}
        }
    }
    for item in &mut items {
        item.status = item.assignment.status(now);
    }
    let (chosen, items) = items.into_iter().partition(|item| item.assignment.is_by_choice());
    Ok(MyTraining { items, chosen, year_certificate, last_year, refresher })
}

impl MyTraining {
    /// What is asked at all: all but what somebody is exempt from.
    pub fn total(&self) -> usize {
        self.items.iter().filter(|item| item.status.standing != Standing::Exempt).count()
    }

    pub fn done(&self) -> usize {
        self.items.iter().filter(|item| item.is_done()).count()
    }

    /// Signing opens when the cycle's courses and self-check are complete or exempt.
    pub fn signing_is_open(&self, signing: &Item) -> bool {
        let comes_first =
            |item: &&Item| item.assignment.kind != Kind::Policy && item.assignment.cycle == signing.assignment.cycle;
        let closed = |item: &Item| item.is_done() || item.status.standing == Standing::Exempt;
        self.items.iter().filter(comes_first).all(closed)
    }

    /// Whether somebody may still show what they know of these courses: they did them all the year before, all are asked
    /// again, and something of them is left.
    pub fn may_refresh(&self, courses: &[String]) -> bool {
        let asked = |slug: &String| self.items.iter().find(|item| item.assignment.slug == *slug);
        let is_left = |item: &Item| !item.is_done() && item.status.standing != Standing::Exempt;
        let all = courses.iter().all(|slug| self.last_year.contains(slug) && asked(slug).is_some());
        all && self.refresher != Some(true) && courses.iter().filter_map(asked).any(is_left)
    }

    /// What to carry on with, or else the first thing that can be done now.
    pub fn next(&self) -> Option<&Item> {
        let can_be_done = |item: &&Item| self.can_be_done(item);
        let begun = self.items.iter().filter(can_be_done).find(|item| item.progress.is_begun());
        begun.or_else(|| self.items.iter().find(can_be_done))
    }

    pub fn can_be_done(&self, item: &Item) -> bool {
        let open = matches!(item.status.standing, Standing::Overdue { .. } | Standing::DueSoon { .. } | Standing::Due);
        open && (item.assignment.kind != Kind::Policy || self.signing_is_open(item))
    }
}

impl Item {
    fn of(assignment: Assignment) -> Item {
        let status = Status { standing: Standing::NotDue, due: None, why: String::new() };
        Item { assignment, status, progress: Progress::default(), certificate: None }
    }

    fn add(&mut self, row: BesideRow) -> Result<()> {
        match (row.what.as_str(), row.at) {
            (PAGE, _) => self.progress.pages.push(row.word),
            (ATTEMPT, None) => self.progress.quiz_is_open = true,
            (ATTEMPT, Some(_)) => self.progress.tries += 1,
            (CERTIFICATE, _) => self.certificate = Some(row.word),
            (QUERY, Some(opened)) => self.assignment.facts.queries.push(query(&row.word, Instant(opened))?),
            _ => {}
        }
        Ok(())
    }

    pub fn is_done(&self) -> bool {
        self.status.standing.is_completed()
    }
}

fn query(kind: &str, opened: Instant) -> Result<Fact<QueryKind>> {
    let what = attestations::rules::kind_named(kind).ok_or_else(|| Problem::fault("a query of no known kind"))?;
    Ok(Fact { what, from: opened.day(), until: None, recorded: opened, superseded: None })
}

impl Progress {
    pub fn is_begun(&self) -> bool {
        !self.pages.is_empty() || self.quiz_is_open || self.tries > 0
    }

    fn has_read(&self, page: &str) -> bool {
        self.pages.iter().any(|read| read == page)
    }

    /// How many of the course's pages, as it is now, have been read.
    pub fn pages_read(&self, course: &Course) -> usize {
        course.pages.iter().filter(|page| self.has_read(&page.name)).count()
    }

    /// The name of the first page not read; none when only the quiz is left.
    pub fn next_page<'c>(&self, course: &'c Course) -> Option<&'c str> {
        let unread = course.pages.iter().find(|page| !self.has_read(&page.name));
        unread.filter(|_| !self.quiz_is_open && self.tries == 0).map(|page| page.name.as_str())
    }

    /// Minutes that are left: the quiz, and the unread pages' share of the reading.
    pub fn minutes_left(&self, course: &Course) -> u32 {
        let quiz = minutes_of_questions(course.quiz.draw).min(course.minutes);
        let pages = course.pages.len().max(1) as u32;
        let unread = match self.next_page(course) {
            Some(_) => pages.saturating_sub(self.pages_read(course) as u32),
            None => 0,
        };
        quiz + ((course.minutes - quiz) * unread).div_ceil(pages)
    }
}

/// Minutes that one thing will still take.
pub fn minutes_left(library: &Library, kind: Kind, slug: &str, progress: &Progress) -> Minutes {
    match (kind, library.course(slug)) {
        (Kind::Course, Some(course)) => progress.minutes_left(&course).into(),
        _ => minutes_of(library, kind, slug),
    }
}
