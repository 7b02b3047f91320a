//! The roll: people as at an instant, with their posts, what is asked of each of them, and how it stands. Figures, lists and
//! exports all begin here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::figures::{self, Group, Item, PersonStanding};
use crate::assignments::calendar::{AcademicYear, Calendars};
use crate::assignments::rules::{Standing, Status, is_newcomer};
use crate::assignments::{self, Assignment, Training, Whom};
use crate::attestations;
use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::facts::holding_at;
use crate::people::rules::Post;
use crate::people::{self, Pause, PostRecord};
use crate::problem::Result;

/// One thing that is asked of somebody, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub assignment: Assignment,
    pub status: Status,
}

impl Asked {
    pub fn kind(&self) -> Kind {
        self.assignment.kind
    }

    pub fn slug(&self) -> &str {
        &self.assignment.slug
    }

    pub fn standing(&self) -> Standing {
        self.status.standing
    }

    /// Neither done, nor exempt, nor past.
    pub fn is_left(&self) -> bool {
        self.standing().is_to_do() || self.standing().is_waiting() || self.standing() == Standing::Paused
    }
}

/// Somebody as they stand at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRoll {
    pub person: i64,
    /// Past, present and future ones, as they were known at the instant.
    pub posts: Vec<PostRecord>,
    /// What the academic year asks, in the order of *My training*.
    pub asked: Vec<Asked>,
    pub paused: bool,
    /// Here for no more working days than new starters are given.
    pub newcomer: bool,
    /// As a line manager may see it.
    pub for_manager: bool,
}

impl OnRoll {
    pub fn without_posts(person: i64) -> OnRoll {
        OnRoll { person, posts: Vec::new(), asked: Vec::new(), paused: false, newcomer: false, for_manager: false }
    }

    pub fn has_post_on(&self, day: Day) -> bool {
        self.posts.iter().any(|record| record.post.is_current_on(day))
    }

    /// As counting needs it.
    pub fn standing(&self, on: Day) -> PersonStanding {
        let current = self.posts.iter().filter(|record| record.post.is_current_on(on));
        let schools: BTreeSet<i64> = current.map(|record| record.school).collect();
        PersonStanding {
            person: self.person,
            schools: schools.into_iter().collect(),
            paused: self.paused,
            newcomer: self.newcomer,
            items: self.asked.iter().map(|asked| self.item(asked)).collect(),
        }
    }

    fn item(&self, asked: &Asked) -> Item {
        Item { requirement: asked.assignment.requirement, standing: self.counted(asked) }
    }

    /// How one thing counts. To a line manager what waits for an answer counts as any other thing that is to be done.
    pub fn counted(&self, asked: &Asked) -> Standing {
        if self.for_manager && asked.standing().is_waiting() { Standing::Due } else { asked.standing() }
    }

    pub fn group(&self, on: Day) -> Group {
        figures::group(&self.standing(on))
    }

    /// What a line manager may know of it: neither what somebody asked, nor what they declared, nor why they are exempt.
    pub fn for_manager(mut self) -> OnRoll {
        self.for_manager = true;
        for Asked { assignment, status } in &mut self.asked {
            status.why = status.why_for_manager().to_owned();
            status.standing = match status.standing {
                Standing::DiscussionNeeded => Standing::QueryOpen,
                Standing::Completed { late, .. } => Standing::Completed { late, connection_recorded: false },
                Standing::Exempt => {
                    status.why = "They do not have to do this.".to_owned();
                    Standing::Exempt
                }
                other => other,
            };
            assignment.facts.queries.clear();
            assignment.facts.exemptions.clear();
        }
        self
    }
}

/// Everybody of whom any post was known at the instant, by person.
pub fn roll(conn: &mut Conn, whom: Whom, instant: Instant) -> Result<Vec<OnRoll>> {
    let posts = match whom {
        Whom::All => people::all_posts(conn)?,
        Whom::People(people) => people::posts_of(conn, people)?,
    };
    let mut asked = asked_of(conn, whom, instant)?;
    let paused = paused(conn, whom, instant)?;
    let rules = StarterRules::as_at(conn, instant)?;
    let mut by_person: BTreeMap<i64, Vec<PostRecord>> = BTreeMap::new();
    for record in posts.into_iter().filter(|record| record.fact().known_at(instant)) {
        by_person.entry(record.person).or_default().push(record);
    }
    let on_roll = by_person.into_iter().map(|(person, posts)| OnRoll {
        person,
        newcomer: rules.is_newcomer(&posts, instant.day()),
        posts,
        asked: asked.remove(&person).unwrap_or_default(),
        paused: paused.contains(&person),
        for_manager: false,
    });
    Ok(on_roll.collect())
}

/// What was asked in the instant's academic year, by person.
fn asked_of(conn: &mut Conn, whom: Whom, instant: Instant) -> Result<HashMap<i64, Vec<Asked>>> {
    let mut trainings = assignments::facts_of(conn, whom, AcademicYear::of(instant.day()))?;
    attestations::add_queries(conn, whom, trainings.iter_mut().flat_map(|training| &mut training.assignments))?;
    Ok(trainings.into_iter().map(|training| (training.person, asked_at(training, instant))).collect())
}

/// What was asked of one person as at an instant, and how it stood.
pub fn asked_at(training: Training, instant: Instant) -> Vec<Asked> {
    let ids: BTreeSet<i64> = training.asked_at(instant).into_iter().map(|assignment| assignment.id).collect();
    let asked = training.assignments.into_iter().filter(|assignment| ids.contains(&assignment.id));
    asked.map(|assignment| Asked { status: assignment.status(instant), assignment }).collect()
}

fn paused(conn: &mut Conn, whom: Whom, instant: Instant) -> Result<BTreeSet<i64>> {
    let pauses = match whom {
        Whom::All => people::all_pauses(conn)?,
        Whom::People(people) => people::pauses_of(conn, people)?,
    };
    let holds = |pause: &Pause| holding_at(std::slice::from_ref(pause), instant).next().is_some();
    Ok(pauses.into_iter().filter(|(_, pause)| holds(pause)).map(|(person, _)| person).collect())
}

/// What says who is a newcomer.
struct StarterRules {
    calendars: Calendars,
    starter_days: u32,
}

impl StarterRules {
    fn as_at(conn: &mut Conn, instant: Instant) -> Result<StarterRules> {
        let requirements = assignments::requirements_as_at(conn, instant)?;
        let starter_days = requirements.iter().map(|requirement| requirement.rule.due.starter_days).max();
        let calendars = assignments::calendars_as_at(conn, instant)?;
        Ok(StarterRules { calendars, starter_days: starter_days.unwrap_or_default() })
    }

    fn is_newcomer(&self, posts: &[PostRecord], on: Day) -> bool {
        let posts: Vec<Post> = posts.iter().map(|record| record.post.clone()).collect();
        is_newcomer(&posts, on, self.starter_days, &self.calendars)
    }
}
