//! HR's overview: who is furthest behind, what is left for them to do, who leads them, and what they were sent.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::figures::{self, Group};
use super::standings::Standings;
use super::store;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::Standing;
use crate::attestations;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::people::{self, Person, PostRecord, Scope};
use crate::problem::Result;

/// Nobody gets another reminder within so many days of the last.
pub const DAYS_BETWEEN: i64 = 3;

/// Somebody with something overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    pub person: Person,
    /// The schools of the scope where they have a current post.
    pub schools: Vec<i64>,
    /// Since what has been overdue longest was due.
    pub days: i64,
    /// The requirements that are not done, in the order of *My training*.
    pub left: Vec<i64>,
    /// The line manager of a post in the scope.
    pub manager: Option<Person>,
    /// How many reminders were sent to them this academic year, and when the last one was.
    pub reminded: Option<(usize, Instant)>,
    /// They have an email address, and no letter that waits or left these last days.
    pub can_be_reminded: bool,
}

/// Those with the longest overdue first; among equals those with most left to do.
pub fn furthest_behind(conn: &mut Conn, standings: &Standings, most: usize) -> Result<Vec<Behind>> {
    let mut found: Vec<(i64, Vec<i64>, i64, Vec<i64>)> = standings
        .people
        .iter()
        .filter(|stands| figures::group(stands) == Group::Overdue)
        .filter_map(|stands| {
            let left = stands.items.iter().filter(|item| item.standing.is_to_do() || item.standing.is_waiting());
            let days = stands.items.iter().filter_map(|item| days_overdue(item.standing)).max()?;
            Some((stands.person, stands.schools.clone(), days, left.map(|item| item.requirement).collect()))
        })
        .collect();
    found.sort_by_key(|(person, _, days, left)| (Reverse((*days, left.len())), *person));
    found.truncate(most);

    let ids: Vec<i64> = found.iter().map(|(person, ..)| *person).collect();
    let managers = managers(conn, standings, &ids)?;
    let since = AcademicYear::of(standings.as_at.day()).first_day().start();
    let reminders = store::reminders_since(conn, &ids, since)?;
    let today = standings.as_at.day();
    let mut people: HashMap<i64, Person> =
        people::people(conn, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let behind = found.into_iter().filter_map(|(person, schools, days, left)| {
        let letters = || reminders.iter().filter(|(to, _)| *to == person).map(|(_, sent)| *sent);
        let sent: Vec<i64> = letters().flatten().collect();
        let last = sent.iter().max().map(|last| Instant(*last));
        let is_one_waiting = letters().any(|sent| sent.is_none());
        let lately = is_one_waiting || last.is_some_and(|last| today.days_since(last.day()) < DAYS_BETWEEN);
        let person = people.remove(&person)?;
        Some(Behind {
            schools,
            days,
            left,
            manager: managers.get(&person.id).cloned(),
            reminded: last.map(|last| (sent.len(), last)),
            can_be_reminded: person.work_email.is_some() && !lately,
            person,
        })
    });
    Ok(behind.collect())
}

/// An arrangement about a connection that somebody wants to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub person: Person,
    pub day: Day,
}

/// Those of this academic year and later, in the order of their days: of people who are here, where what they declare is for HR
/// of this scope to read.
pub fn reviews(conn: &mut Conn, scope: &Scope, today: Day) -> Result<Vec<Review>> {
    let days = attestations::review_days(conn, AcademicYear::of(today).first_day())?;
    let ids: Vec<i64> = days.iter().map(|(person, _)| *person).collect();
    let mut posts: HashMap<i64, Vec<PostRecord>> = HashMap::new();
    for record in people::posts_of(conn, &ids)?.into_iter().filter(|record| record.superseded.is_none()) {
        posts.entry(record.person).or_default().push(record);
    }
    let people: HashMap<i64, Person> =
        people::people(conn, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let is_for_them = |person: &i64| {
        let posts = posts.get(person).map(Vec::as_slice).unwrap_or_default();
        let is_here = posts.iter().any(|record| record.post.until.is_none_or(|until| today <= until));
        is_here && people::is_answered_by(scope, posts, today)
    };
    let days = days.into_iter().filter(|(person, _)| is_for_them(person));
    Ok(days.filter_map(|(person, day)| Some(Review { person: people.get(&person)?.clone(), day })).collect())
}

fn days_overdue(standing: Standing) -> Option<i64> {
    match standing {
        Standing::Overdue { days } => Some(days),
        _ => None,
    }
}

/// Who leads each of these people, by a current post of theirs in the scope.
fn managers(conn: &mut Conn, standings: &Standings, ids: &[i64]) -> Result<HashMap<i64, Person>> {
    let (scope, now) = (&standings.scope, standings.as_at);
    let posts = people::posts_of(conn, ids)?.into_iter().filter(|record| {
        record.fact().known_at(now) && record.post.is_current_on(now.day()) && scope.includes(record.school)
    });
    let led: HashMap<i64, i64> = posts.filter_map(|record| Some((record.person, record.manager?))).collect();
    let mut ids: Vec<i64> = led.values().copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let leads: HashMap<i64, Person> =
        people::people(conn, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    Ok(led.into_iter().filter_map(|(person, manager)| Some((person, leads.get(&manager)?.clone()))).collect())
}
