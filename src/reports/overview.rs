//! HR's overview: who is furthest behind, what is left for them to do, who leads them, and what they were sent.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::figures::{self, Group};
use super::standings::Standings;
use super::store;
use crate::assignments::calendar::AcademicYear;
use crate::assignments::rules::Standing;
use crate::clock::Instant;
use crate::db::Conn;
use crate::people::{self, Person};
use crate::problem::Result;

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
    let mut people: HashMap<i64, Person> =
        people::people(conn, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let behind = found.into_iter().filter_map(|(person, schools, days, left)| {
        let sent: Vec<i64> = reminders.iter().filter(|(to, _)| *to == person).map(|(_, at)| *at).collect();
        Some(Behind {
            person: people.remove(&person)?,
            schools,
            days,
            left,
            manager: managers.get(&person).cloned(),
            reminded: sent.iter().max().map(|last| (sent.len(), Instant(*last))),
        })
    });
    Ok(behind.collect())
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
