//! How everybody in a scope stands: loaded in a few statements a year, judged at any instant of that year, and kept in memory
//! for some seconds for those who look again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::figures::{self, Group, Item, NotCounted, PersonStanding, Rate, same_day_last_year};
use crate::assignments::calendar::{AcademicYear, Calendars};
use crate::assignments::rules::is_newcomer;
use crate::assignments::{self, Requirement, Training, Whom};
use crate::attestations;
use crate::clock::{Day, Instant};
use crate::db::{Conn, Database};
use crate::evidence;
use crate::facts::{Fact, holding_at};
use crate::people::rules::Post;
use crate::people::{self, School, Scope};
use crate::problem::Result;

// ── a year's facts

/// Everything that is known of one academic year about everybody who ever had a post in the scope.
pub struct YearFacts {
    scope: Scope,
    people: Vec<Known>,
}

struct Known {
    person: i64,
    /// Each with its school's id.
    posts: Vec<(i64, Fact<Post>)>,
    pauses: Vec<Fact<i64>>,
    training: Training,
}

/// Who is a newcomer, by what was known at an instant.
struct StarterRule {
    calendars: Calendars,
    starter_days: u32,
}

impl StarterRule {
    fn as_at(conn: &mut Conn, instant: Instant) -> Result<StarterRule> {
        let requirements = assignments::requirements_as_at(conn, instant)?;
        let starter_days = requirements.iter().map(|requirement| requirement.rule.due.starter_days).max();
        Ok(StarterRule {
            calendars: assignments::calendars_as_at(conn, instant)?,
            starter_days: starter_days.unwrap_or_default(),
        })
    }
}

impl YearFacts {
    pub fn load(conn: &mut Conn, scope: &Scope, year: AcademicYear) -> Result<YearFacts> {
        let mut posts: BTreeMap<i64, Vec<(i64, Fact<Post>)>> = BTreeMap::new();
        for record in people::all_posts(conn)? {
            posts.entry(record.person).or_default().push((record.school, record.fact()));
        }
        posts.retain(|_, held| held.iter().any(|(school, _)| scope.includes(*school)));
        let ids: Vec<i64> = posts.keys().copied().collect();
        let whom = if *scope == Scope::Trust { Whom::All } else { Whom::People(&ids) };
        let mut trainings = trainings(conn, whom, year)?;
        let mut pauses = pauses(conn, whom)?;
        let people = posts.into_iter().map(|(person, posts)| Known {
            person,
            posts,
            pauses: pauses.remove(&person).unwrap_or_default(),
            training: trainings.remove(&person).unwrap_or(Training { person, assignments: Vec::new() }),
        });
        Ok(YearFacts { scope: scope.clone(), people: people.collect() })
    }

    /// How everybody with a current post in the scope stood at an instant of the year.
    fn people_at(&self, instant: Instant, rule: &StarterRule) -> Vec<PersonStanding> {
        self.people.iter().filter_map(|known| known.standing_at(&self.scope, instant, rule)).collect()
    }

    /// K1 at each of these instants, which are in order. Somebody is judged anew only where something of theirs changed.
    fn line(&self, conn: &mut Conn, instants: &[Instant]) -> Result<Vec<(Day, Rate)>> {
        let rules = instants.iter().map(|instant| StarterRule::as_at(conn, *instant)).collect::<Result<Vec<_>>>()?;
        let mut line = vec![(0, Rate::default()); instants.len()];
        for known in &self.people {
            let changes = known.changes();
            let mut last: Option<(Instant, Option<Group>)> = None;
            for (place, instant) in instants.iter().enumerate() {
                let group = match last {
                    Some((before, group)) if !may_differ(&changes, group, before, *instant) => group,
                    _ => known.standing_at(&self.scope, *instant, &rules[place]).map(|stands| figures::group(&stands)),
                };
                last = Some((*instant, group));
                let (here, rate) = &mut line[place];
                *here += u32::from(group.is_some());
                rate.of += u32::from(group.is_some_and(Group::is_counted));
                rate.done += u32::from(group == Some(Group::UpToDate));
            }
        }
        // While most people are new or away, the few who count say nothing of how things go.
        let said = instants.iter().zip(line).filter(|(_, (here, rate))| rate.of > 0 && 2 * rate.of >= *here);
        Ok(said.map(|(instant, (_, rate))| (instant.day(), rate)).collect())
    }
}

/// A newcomer ceases to be one by time alone; everybody else changes only when a fact does.
fn may_differ(changes: &[Instant], group: Option<Group>, before: Instant, now: Instant) -> bool {
    let next = changes.partition_point(|change| *change <= before);
    group == Some(Group::NotCounted(NotCounted::Newcomer)) || changes.get(next).is_some_and(|change| *change <= now)
}

fn trainings(conn: &mut Conn, whom: Whom, year: AcademicYear) -> Result<HashMap<i64, Training>> {
    let mut found = assignments::facts_of(conn, whom, year)?;
    attestations::add_queries(conn, whom, found.iter_mut().flat_map(|training| &mut training.assignments))?;
    Ok(found.into_iter().map(|training| (training.person, training)).collect())
}

fn pauses(conn: &mut Conn, whom: Whom) -> Result<HashMap<i64, Vec<Fact<i64>>>> {
    let rows = match whom {
        Whom::All => people::all_pauses(conn)?,
        Whom::People(people) => people::pauses_of(conn, people)?,
    };
    let mut by_person: HashMap<i64, Vec<Fact<i64>>> = HashMap::new();
    for (person, pause) in rows {
        by_person.entry(person).or_default().push(pause);
    }
    Ok(by_person)
}

impl Known {
    /// None for somebody without a current post in the scope.
    fn standing_at(&self, scope: &Scope, instant: Instant, rule: &StarterRule) -> Option<PersonStanding> {
        let day = instant.day();
        let current = self.posts.iter().filter(|(_, post)| post.known_at(instant) && post.holds_on(day));
        let schools: BTreeSet<i64> = current.map(|(school, _)| *school).filter(|one| scope.includes(*one)).collect();
        if schools.is_empty() {
            return None;
        }
        let asked = self.training.asked_at(instant).into_iter();
        let mut stands = PersonStanding {
            person: self.person,
            schools: schools.into_iter().collect(),
            paused: holding_at(&self.pauses, instant).next().is_some(),
            newcomer: false,
            items: asked
                .map(|one| Item { requirement: one.requirement, standing: one.status(instant).standing })
                .collect(),
        };
        // Whether somebody is new matters only to those who would else be on the way.
        stands.newcomer = figures::group(&stands) == Group::OnTheWay && self.is_newcomer_at(instant, rule);
        Some(stands)
    }

    fn is_newcomer_at(&self, instant: Instant, rule: &StarterRule) -> bool {
        let known = self.posts.iter().filter(|(_, post)| post.known_at(instant));
        let posts: Vec<Post> = known.map(|(_, post)| post.what.clone()).collect();
        is_newcomer(&posts, instant.day(), rule.starter_days, &rule.calendars)
    }

    /// When anything of this person's may have changed, in order.
    fn changes(&self) -> Vec<Instant> {
        let mut changes = Vec::new();
        self.posts.iter().for_each(|(_, post)| add_changes(&mut changes, post));
        self.pauses.iter().for_each(|pause| add_changes(&mut changes, pause));
        for assignment in &self.training.assignments {
            let facts = &assignment.facts;
            changes.extend([assignment.recorded, facts.closes.next().start()]);
            changes.extend(facts.withdrawn);
            for due in &facts.dues {
                changes.extend([due.recorded, due.what.day.next().start()].into_iter().chain(due.superseded));
            }
            facts.completions.iter().for_each(|fact| add_changes(&mut changes, fact));
            facts.exemptions.iter().for_each(|fact| add_changes(&mut changes, fact));
            facts.queries.iter().for_each(|fact| add_changes(&mut changes, fact));
        }
        changes.sort_unstable();
        changes.dedup();
        changes
    }
}

fn add_changes<T>(changes: &mut Vec<Instant>, fact: &Fact<T>) {
    changes.extend([fact.recorded, fact.from.start()]);
    changes.extend(fact.superseded);
    changes.extend(fact.until.map(|until| until.next().start()));
}

// ── as at an instant

/// How everybody with a current post in a scope stood, as at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings {
    pub as_at: Instant,
    pub scope: Scope,
    /// What was asked, in the order of *My training*.
    pub requirements: Vec<Requirement>,
    /// The schools of the scope, by name, the central team last.
    pub schools: Vec<School>,
    pub people: Vec<PersonStanding>,
}

impl Standings {
    /// What every school's staff are measured by. What is asked of some for their role counts in K1 alone.
    pub fn asked_of_all_staff(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter().filter(|asked| asked.rule.audience.is_all_staff())
    }
}

/// The same academic year's K1 week by week, beside the year before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// At the end of each week, and at the instant itself.
    pub this_year: Vec<(Day, Rate)>,
    /// To the end of the year.
    pub last_year: Vec<(Day, Rate)>,
    /// How everybody stood at the same time of the same day a year before.
    pub year_ago: Vec<PersonStanding>,
}

/// Both, as at an instant.
pub fn look_back(conn: &mut Conn, scope: &Scope, instant: Instant) -> Result<(Standings, Comparison)> {
    let this = YearFacts::load(conn, scope, AcademicYear::of(instant.day()))?;
    let standings = standings_from(conn, &this, instant)?;
    let comparison = compare(conn, &this, &standings)?;
    Ok((standings, comparison))
}

pub fn standings(conn: &mut Conn, scope: &Scope, instant: Instant) -> Result<Standings> {
    let facts = YearFacts::load(conn, scope, AcademicYear::of(instant.day()))?;
    standings_from(conn, &facts, instant)
}

fn standings_from(conn: &mut Conn, facts: &YearFacts, instant: Instant) -> Result<Standings> {
    let rule = StarterRule::as_at(conn, instant)?;
    let mut schools = people::schools(conn)?;
    schools.retain(|school| facts.scope.includes(school.id));
    let mut requirements = assignments::requirements_as_at(conn, instant)?;
    requirements.sort_by_key(|requirement| (requirement.place, requirement.id()));
    Ok(Standings {
        as_at: instant,
        scope: facts.scope.clone(),
        requirements,
        schools,
        people: facts.people_at(instant, &rule),
    })
}

fn compare(conn: &mut Conn, this: &YearFacts, standings: &Standings) -> Result<Comparison> {
    let now = standings.as_at;
    let year = AcademicYear::of(now.day());
    let mut weeks = ends_of_weeks(year);
    weeks.retain(|week| *week < now);
    let mut this_year = this.line(conn, &weeks)?;
    push_latest(&mut this_year, standings);

    let last = YearFacts::load(conn, &this.scope, year.previous())?;
    let year_ago = same_day_last_year(now.day()).at_minute(now.minute_of_day());
    let rule = StarterRule::as_at(conn, year_ago)?;
    Ok(Comparison {
        this_year,
        last_year: last.line(conn, &ends_of_weeks(year.previous()))?,
        year_ago: last.people_at(year_ago, &rule),
    })
}

/// The last moments of the weeks of a year that begins on 1 September.
fn ends_of_weeks(year: AcademicYear) -> Vec<Instant> {
    (0..52).map(|week| year.first_day().plus(7 * week + 6).end()).collect()
}

/// Today's point, in the place of an earlier one of today.
fn push_latest(line: &mut Vec<(Day, Rate)>, standings: &Standings) {
    let (today, rate) = (standings.as_at.day(), figures::figures(&standings.people).up_to_date_rate());
    line.retain(|(day, _)| *day != today);
    if rate.of > 0 {
        line.push((today, rate));
    }
}

// ── kept in memory

/// What was last looked at in each scope. It may be 10 seconds old, and says *as of*.
#[derive(Default)]
pub struct Latest {
    scopes: Mutex<HashMap<Vec<i64>, Arc<Slot>>>,
}

#[derive(Default)]
struct Slot {
    shown: Mutex<Option<Shown>>,
    /// Held by whoever loads, so that nobody else does at the same time.
    loading: Mutex<()>,
}

/// Figures, and since when they hold.
#[derive(Clone)]
pub struct Shown {
    pub as_of: Instant,
    log_size: u64,
    pub standings: Arc<Standings>,
    pub comparison: Arc<Comparison>,
}

/// Figures of this age are loaded anew, beside those who are still shown them.
const AGEING_MILLISECONDS: i64 = 3_000;
const OLDEST_MILLISECONDS: i64 = 10_000;

impl Latest {
    pub fn shown(&self, database: &Database, scope: &Scope, now: Instant) -> Result<Shown> {
        let slot = self.slot(scope);
        let size = database.read(evidence::size)?;
        let kept = lock(&slot.shown).clone();
        let age = |shown: &Shown| now.0 - shown.as_of.0;
        match kept {
            Some(shown) if shown.still_holds(size, now) => Ok(Shown { as_of: now, ..shown }),
            Some(shown) if (1..AGEING_MILLISECONDS).contains(&age(&shown)) => Ok(shown),
            Some(shown) if (1..OLDEST_MILLISECONDS).contains(&age(&shown)) => {
                load_beside(slot, database.clone(), scope.clone(), now);
                Ok(shown)
            }
            _ => load_in_turn(&slot, database, scope, size, now),
        }
    }

    fn slot(&self, scope: &Scope) -> Arc<Slot> {
        let key = match scope {
            Scope::Trust => Vec::new(),
            Scope::Schools(schools) => schools.clone(),
        };
        lock(&self.scopes).entry(key).or_default().clone()
    }
}

impl Shown {
    /// Every fact that status reads comes with an entry: while the log and the day are the same, so is all this.
    fn still_holds(&self, log_size: u64, now: Instant) -> bool {
        self.log_size == log_size && self.as_of.day() == now.day() && self.as_of <= now
    }
}

fn load_beside(slot: Arc<Slot>, database: Database, scope: Scope, now: Instant) {
    std::thread::spawn(move || {
        let Ok(_turn) = slot.loading.try_lock() else { return };
        if let Err(problem) = load(&slot, &database, &scope, now) {
            tracing::warn!(cause = %problem, "figures could not be loaded; the last ones are shown");
        }
    });
}

fn load_in_turn(slot: &Slot, database: &Database, scope: &Scope, size: u64, now: Instant) -> Result<Shown> {
    let _turn = lock(&slot.loading);
    let kept = lock(&slot.shown).clone();
    match kept {
        Some(shown) if shown.log_size >= size && shown.as_of.day() == now.day() => Ok(shown),
        _ => load(slot, database, scope, now),
    }
}

/// Last year's line is history, and this year's changes once a week: both are looked up once a day.
fn load(slot: &Slot, database: &Database, scope: &Scope, now: Instant) -> Result<Shown> {
    let before = lock(&slot.shown).clone().filter(|shown| shown.as_of.day() == now.day());
    let shown = database.read(|conn| {
        let log_size = evidence::size(conn)?;
        let (standings, comparison) = match before {
            None => look_back(conn, scope, now)?,
            Some(before) => {
                let standings = standings(conn, scope, now)?;
                let comparison = before.comparison.with_latest(&standings);
                (standings, comparison)
            }
        };
        Ok(Shown { as_of: now, log_size, standings: Arc::new(standings), comparison: Arc::new(comparison) })
    })?;
    *lock(&slot.shown) = Some(shown.clone());
    Ok(shown)
}

impl Comparison {
    /// The same, with today's point as it is now.
    fn with_latest(&self, standings: &Standings) -> Comparison {
        let mut this_year = self.this_year.clone();
        push_latest(&mut this_year, standings);
        Comparison { this_year, ..self.clone() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
