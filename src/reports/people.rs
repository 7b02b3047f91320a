//! People as somebody may see them: HR in their scope, whole; a line manager those whose post names them, without anything
//! that was asked, declared or marked. Whoever may not be seen is not found.

use std::collections::HashMap;

use super::figures::Group;
use super::roll::{Asked, OnRoll, roll};
use super::store;
use crate::assignments::Whom;
use crate::assignments::rules::Standing;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::people::rules::{Post, RoleGroup, main_post};
use crate::people::{self, Person, PostRecord, School, Scope, Viewer};
use crate::problem::{Problem, Result};
use crate::text::searchable;

pub const A_PAGE: usize = 25;

/// From so many people on it is quicker to read everybody than these alone.
const MANY: usize = 2_000;

// ── who is seen

/// Through whose eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Hr,
    Manager,
}

/// Somebody, as far as the viewer may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub person: Person,
    pub sight: Sight,
    /// Their standing posts that may be seen: past, present and future.
    pub posts: Vec<PostRecord>,
    /// No post of theirs, past ones too, is out of sight.
    pub is_whole: bool,
    /// What they ask is this viewer's to answer, and so to read.
    pub is_answered_here: bool,
}

impl Seen {
    pub fn has_post_on(&self, day: Day) -> bool {
        self.posts.iter().any(|record| record.post.is_current_on(day))
    }

    /// The main one of the posts that may be seen; for somebody without a current one the next, or else the last.
    pub fn main_post(&self, day: Day) -> Option<&PostRecord> {
        let posts: Vec<Post> = self.posts.iter().map(|record| record.post.clone()).collect();
        let main = main_post(&posts, day).map(|post| post.id);
        let current = self.posts.iter().find(|record| Some(record.post.id) == main);
        let next = self.posts.iter().filter(|record| record.post.from > day).min_by_key(|record| record.post.from);
        current.or(next).or_else(|| self.posts.iter().max_by_key(|record| record.post.until))
    }

    /// The current posts that may be seen; all of them for somebody who has none.
    pub fn posts_on(&self, day: Day) -> impl Iterator<Item = &PostRecord> {
        let any = self.has_post_on(day);
        self.posts.iter().filter(move |record| !any || record.post.is_current_on(day))
    }
}

/// What a viewer may see of somebody with these standing posts; none if nothing.
fn see(viewer: &Viewer, person: Person, posts: Vec<PostRecord>, today: Day) -> Option<Seen> {
    let works_here = posts.iter().any(|record| record.post.is_current_on(today));
    let counts = |record: &&PostRecord| !works_here || record.post.is_current_on(today);
    let hr = viewer.hr_scope().filter(|scope| {
        *scope == Scope::Trust || posts.iter().filter(counts).any(|record| scope.includes(record.school))
    });
    let reports_to_viewer = |record: &PostRecord| record.manager == Some(viewer.person);
    let of = posts.len();
    let is_answered_here = hr.as_ref().is_some_and(|scope| people::is_answered_by(scope, &posts, today));
    let (sight, posts): (Sight, Vec<PostRecord>) = match hr {
        Some(scope) => (Sight::Hr, posts.into_iter().filter(|record| scope.includes(record.school)).collect()),
        None if viewer.manages => (Sight::Manager, posts.into_iter().filter(reports_to_viewer).collect()),
        None => return None,
    };
    let managed = posts.iter().any(|record| record.post.is_current_on(today));
    (sight == Sight::Hr || managed).then_some(Seen {
        person,
        sight,
        is_whole: posts.len() == of,
        is_answered_here,
        posts,
    })
}

/// One person, as far as the viewer may see them.
pub fn seen(conn: &mut Conn, viewer: &Viewer, person: i64, today: Day) -> Result<Seen> {
    let posts = standing(people::posts_of(conn, &[person])?);
    let person = people::person(conn, person)?;
    see(viewer, person, posts, today).ok_or(Problem::NotFound)
}

fn standing(mut posts: Vec<PostRecord>) -> Vec<PostRecord> {
    posts.retain(|record| record.superseded.is_none());
    posts
}

/// Everybody whom the viewer may see, past staff too.
pub fn everybody_seen(conn: &mut Conn, viewer: &Viewer, today: Day) -> Result<Vec<Seen>> {
    let (people, posts) = match viewer.hr_scope() {
        Some(Scope::Trust) => (people::everybody(conn)?, people::all_posts(conn)?),
        scope => {
            let schools = match scope {
                Some(Scope::Schools(schools)) => schools,
                _ => Vec::new(),
            };
            let ids = store::holders_of_posts(conn, &schools, viewer.person)?;
            (people::people(conn, &ids)?, people::posts_of(conn, &ids)?)
        }
    };
    let mut by_person: HashMap<i64, Vec<PostRecord>> = HashMap::new();
    for record in standing(posts) {
        by_person.entry(record.person).or_default().push(record);
    }
    let seen = people.into_iter().filter_map(|person| {
        let posts = by_person.remove(&person.id).unwrap_or_default();
        see(viewer, person, posts, today)
    });
    Ok(seen.collect())
}

// ── filters that live in the address

/// How somebody stands, as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    UpToDate,
    Overdue,
    Waiting,
    OnTheWay,
    DueSoon,
    NotCounted,
    NoPost,
}

impl Stands {
    pub const ALL: [Stands; 7] = [
        Stands::UpToDate,
        Stands::Overdue,
        Stands::Waiting,
        Stands::OnTheWay,
        Stands::DueSoon,
        Stands::NotCounted,
        Stands::NoPost,
    ];

    /// The word for it in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Stands::UpToDate => "up-to-date",
            Stands::Overdue => "overdue",
            Stands::Waiting => "waiting",
            Stands::OnTheWay => "on-the-way",
            Stands::DueSoon => "due-soon",
            Stands::NotCounted => "not-counted",
            Stands::NoPost => "no-post",
        }
    }

    /// Who waits for an answer, and who has left, is HR's to know.
    pub fn is_for(self, sight: Sight) -> bool {
        sight == Sight::Hr || !matches!(self, Stands::Waiting | Stands::NoPost)
    }

    /// Whether somebody stands so with everything together.
    fn fits(self, on_roll: &OnRoll, today: Day) -> bool {
        let group = on_roll.group(today);
        let soon = || on_roll.asked.iter().any(|asked| matches!(on_roll.counted(asked), Standing::DueSoon { .. }));
        match self {
            Stands::UpToDate => group == Group::UpToDate,
            Stands::Overdue => group == Group::Overdue,
            Stands::Waiting => group == Group::Waiting,
            Stands::OnTheWay => group == Group::OnTheWay,
            // Of whichever group: new starters count in no figure, and are still to be seen and reminded.
            Stands::DueSoon => soon(),
            Stands::NotCounted => !group.is_counted(),
            Stands::NoPost => false,
        }
    }

    /// Whether one thing stands so.
    fn fits_one(self, standing: Standing) -> bool {
        match self {
            Stands::UpToDate => standing.is_completed() || standing == Standing::Exempt,
            Stands::Overdue => standing.is_overdue(),
            Stands::Waiting => standing.is_waiting(),
            Stands::OnTheWay => standing.is_to_do() && !standing.is_overdue(),
            Stands::DueSoon => matches!(standing, Standing::DueSoon { .. }),
            Stands::NotCounted => standing == Standing::Paused,
            Stands::NoPost => false,
        }
    }
}

/// Which people, of those who may be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Words of a name or an email address.
    pub q: String,
    pub school: Option<School>,
    pub stands: Option<Stands>,
    pub role_group: Option<RoleGroup>,
    /// The slug of what is still to be done, or of what `stands` is about.
    pub requirement: Option<String>,
}

impl Filters {
    pub fn any(&self) -> bool {
        *self != Filters::default()
    }

    /// The address that shows these people: `/people?school=100003&status=overdue`.
    pub fn address(&self, path: &str, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let page = (page > 1).then(|| page.to_string());
        let said = [
            ("school", self.school.as_ref().map(|school| school.urn.as_str())),
            ("status", self.stands.map(Stands::as_str)),
            ("group", self.role_group.map(RoleGroup::as_str)),
            ("requirement", self.requirement.as_deref()),
            ("q", Some(self.q.as_str()).filter(|q| !q.is_empty())),
            ("page", page.as_deref()),
        ];
        for (name, value) in said.iter().filter_map(|(name, value)| Some((name, (*value)?))) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Who fits by what can be told without looking at what is asked of them.
    fn fits_person(&self, seen: &Seen, today: Day) -> bool {
        let works_here = seen.has_post_on(today);
        let wanted_to = match self.stands {
            Some(Stands::NoPost) => !works_here,
            // Those who have left are found by name alone.
            _ => works_here || (!self.q.is_empty() && seen.sight == Sight::Hr && self.stands.is_none()),
        };
        let of_school = |school: &School| seen.posts_on(today).any(|record| record.school == school.id);
        let of_group = |group: RoleGroup| seen.posts_on(today).any(|record| record.post.role_group == group);
        wanted_to
            && self.school.as_ref().is_none_or(of_school)
            && self.role_group.is_none_or(of_group)
            && self.is_called(&seen.person)
    }

    fn is_called(&self, person: &Person) -> bool {
        if self.q.is_empty() {
            return true;
        }
        let email = person.work_email.as_ref().map(|email| email.as_str()).unwrap_or_default();
        let names = searchable(&format!("{} {} {}", person.name(), person.forename, person.surname));
        let words = searchable(&self.q);
        let begins = |word: &str| names.split(' ').any(|name| name.starts_with(word));
        // Signs alone, such as a per cent sign, are no part of a name: they would begin every one.
        (!words.is_empty() && words.split(' ').all(begins)) || email.contains(&self.q.to_lowercase())
    }

    fn needs_what_is_asked(&self) -> bool {
        self.requirement.is_some() || self.stands.is_some_and(|stands| stands != Stands::NoPost)
    }

    fn fits_asked(&self, on_roll: &OnRoll, today: Day) -> bool {
        match (&self.requirement, self.stands.filter(|stands| *stands != Stands::NoPost)) {
            (None, None) => true,
            (None, Some(stands)) => stands.fits(on_roll, today),
            (Some(slug), stands) => {
                let mut of_this = on_roll.asked.iter().filter(|asked| asked.slug() == slug);
                of_this.any(|asked| match stands {
                    Some(stands) => stands.fits_one(on_roll.counted(asked)),
                    None => asked.is_left(),
                })
            }
        }
    }
}

// ── the list

/// One person in a list. What is asked is already as the viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seen: Seen,
    pub on_roll: OnRoll,
}

impl Row {
    pub fn stands(&self, today: Day) -> Shown {
        match self.seen.has_post_on(today) {
            true => Shown::In(self.on_roll.group(today)),
            false => Shown::WithoutPost,
        }
    }

    /// The most days that anything is late.
    pub fn days_late(&self) -> i64 {
        let days = |asked: &Asked| if let Standing::Overdue { days } = asked.standing() { days } else { 0 };
        self.on_roll.asked.iter().map(days).max().unwrap_or_default()
    }

    /// The fewest days until something is due, of what is due within 14.
    pub fn days_left(&self) -> Option<i64> {
        let days = |asked: &Asked| if let Standing::DueSoon { days } = asked.standing() { Some(days) } else { None };
        self.on_roll.asked.iter().filter_map(days).min()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    In(Group),
    /// Left, or not here yet.
    WithoutPost,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub rows: Vec<Row>,
    /// How many fit.
    pub fitting: usize,
    /// How many there are without any filter: people with a current post.
    pub of: usize,
    pub page: usize,
}

impl Listing {
    pub fn first(&self) -> usize {
        (self.page - 1) * A_PAGE + 1
    }

    pub fn pages(&self) -> usize {
        self.fitting.div_ceil(A_PAGE).max(1)
    }
}

/// The people who fit, in the order of their names; `page` counts from 1, and none is all of them.
pub fn list(conn: &mut Conn, viewer: &Viewer, filters: &Filters, page: Option<usize>, now: Instant) -> Result<Listing> {
    let today = now.day();
    let everybody = everybody_seen(conn, viewer, today)?;
    let of = everybody.iter().filter(|seen| seen.has_post_on(today)).count();
    let mut fitting: Vec<Seen> = everybody.into_iter().filter(|seen| filters.fits_person(seen, today)).collect();
    fitting.sort_by_cached_key(|seen| (searchable(&seen.person.listed_name()), seen.person.id));
    if filters.needs_what_is_asked() {
        let mut rows = with_what_is_asked(conn, fitting, now)?;
        rows.retain(|row| filters.fits_asked(&row.on_roll, today));
        let (fitting, page, range) = cut(rows.len(), page);
        return Ok(Listing { rows: rows.drain(range).collect(), fitting, of, page });
    }
    let (count, page, range) = cut(fitting.len(), page);
    let rows = with_what_is_asked(conn, fitting.drain(range).collect(), now)?;
    Ok(Listing { rows, fitting: count, of, page })
}

/// How many there are, the page that there is, and whom it shows.
fn cut(count: usize, page: Option<usize>) -> (usize, usize, std::ops::Range<usize>) {
    let Some(page) = page else { return (count, 1, 0..count) };
    let page = page.clamp(1, count.div_ceil(A_PAGE).max(1));
    let first = (page - 1) * A_PAGE;
    (count, page, first..count.min(first + A_PAGE))
}

/// Each with what is asked of them, as the viewer may see it.
fn with_what_is_asked(conn: &mut Conn, people: Vec<Seen>, now: Instant) -> Result<Vec<Row>> {
    let ids: Vec<i64> = people.iter().map(|seen| seen.person.id).collect();
    let whom = if ids.len() > MANY { Whom::All } else { Whom::People(&ids) };
    let mut on_roll: HashMap<i64, OnRoll> = roll(conn, whom, now)?.into_iter().map(|one| (one.person, one)).collect();
    let mut row = |seen: Seen| {
        let person = seen.person.id;
        let on_roll = on_roll.remove(&person).unwrap_or_else(|| OnRoll::without_posts(person));
        Row { on_roll: as_seen(on_roll, seen.sight), seen }
    };
    Ok(people.into_iter().map(&mut row).collect())
}

fn as_seen(on_roll: OnRoll, sight: Sight) -> OnRoll {
    if sight == Sight::Manager { on_roll.for_manager() } else { on_roll }
}

/// One person with what is asked of them, as the viewer may see it.
pub fn row(conn: &mut Conn, viewer: &Viewer, person: i64, now: Instant) -> Result<Row> {
    let seen = seen(conn, viewer, person, now.day())?;
    with_what_is_asked(conn, vec![seen], now)?.pop().ok_or(Problem::NotFound)
}
