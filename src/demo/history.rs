//! A finished year and a year under way, made by the same verbs as the real thing, each at its own past time.

use std::sync::Arc;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::answers::sent;
use super::trust::{MadePerson, SCHOOLS};
use crate::act::{self, Act};
use crate::app::App;
use crate::assignments::Assignment;
use crate::assignments::calendar::AcademicYear;
use crate::attestations::Ticks;
use crate::attestations::rules::{Closing, NotYet, Question, State, Typed};
use crate::clock::{Day, Instant};
use crate::courses::{Kind, Programme};
use crate::db::{Conn, next_act};
use crate::evidence::Actor;
use crate::people::rules::RoleGroup;
use crate::people::{NewPerson, NewPost, Person};
use crate::problem::{Problem, Result};
use crate::{assignments, attempts, attestations, people, self_checks};

/// Something that somebody did, and when.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: Instant,
    /// Index into the made-up people.
    pub who: usize,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    /// Is listed, with a post.
    Joins,
    /// What stands at this place of their training: a course, with so many wrong answers at the first try, or a self-check.
    Does {
        place: usize,
        misses: usize,
    },
    /// Reads so many pages of the course at this place and stops.
    Reads {
        place: usize,
        pages: usize,
    },
    Signs,
    /// Cannot confirm a statement yet.
    Asks,
    /// HR answers what was asked.
    IsAnswered,
    /// Is away from this day on, and back on a day still to come.
    IsAway,
}

/// How far somebody gets in a year: how many of the things asked of them, from when on.
struct Plan {
    begins: Day,
    asked: usize,
    things: usize,
    asks: bool,
    is_under_way: bool,
}

/// Everything that happens to these people, in order of time.
pub fn events(random: &mut ChaCha8Rng, made: &[MadePerson], programme: &Programme, now: Instant) -> Vec<Event> {
    let this_year = AcademicYear::of(now.day());
    let years = [this_year.previous(), this_year];
    let mut events = Vec::new();
    for (who, person) in made.iter().enumerate() {
        let first = years[0].first_day().plus(-5);
        let joins = if person.from <= first { first } else { person.from };
        // Whoever leads is listed first, so that the others' posts can name them.
        let minute = if person.role_group == RoleGroup::Leadership { 300 } else { 360 };
        events.push(Event { at: joins.at_minute(minute + who as u32 % 60), who, what: What::Joins });
        for year in years {
            let last = person.until.unwrap_or(now.day());
            let starts = year.first_day().max(person.from);
            if starts > last.min(now.day()) {
                continue;
            }
            let asked = asked_of(person, programme);
            let plan = plan(random, person, asked, year, starts, year == this_year);
            add_year(random, &mut events, who, &plan, now, last);
            if year == this_year && who > 0 && random.random_range(0..90) == 0 {
                let since = plan.begins.plus(random.random_range(0..20)).min(now.day().plus(-1));
                events.push(Event { at: since.max(joins).at_minute(600), who, what: What::IsAway });
            }
        }
    }
    events.retain(|event| event.at < now);
    events.sort_by_key(|event| (event.at, event.who));
    events
}

/// How many things the programme asks of somebody.
fn asked_of(person: &MadePerson, programme: &Programme) -> usize {
    let Some(post) = person.as_post() else { return 0 };
    programme.requires.iter().filter(|line| line.who.includes(&post)).count()
}

fn plan(
    random: &mut ChaCha8Rng,
    person: &MadePerson,
    asked: usize,
    year: AcademicYear,
    starts: Day,
    under_way: bool,
) -> Plan {
    let willing = SCHOOLS[person.school].willing;
    // Last year ended better than this one stands today.
    let will_finish = random.random_range(0..100) < if under_way { willing } else { (willing + 100) / 2 };
    let spread = if under_way { 80 } else { 100 };
    let late = random.random_range(0..10) == 0;
    let days = if late { 40 + random.random_range(0..60) } else { random.random_range(1..spread) * 2 / 3 };
    let begins = starts.max(year.first_day()).plus(days);
    let things = if will_finish { asked } else { random.random_range(0..7).min(asked.saturating_sub(1)) };
    Plan { begins, asked, things, asks: random.random_range(0..70) == 0, is_under_way: under_way }
}

fn add_year(random: &mut ChaCha8Rng, events: &mut Vec<Event>, who: usize, plan: &Plan, now: Instant, last: Day) {
    let mut day = plan.begins;
    for thing in 0..plan.things {
        if thing > 0 && random.random_range(0..3) == 0 {
            day = day.plus(1 + random.random_range(0..6));
        }
        while day.is_weekend() {
            day = day.next();
        }
        if day > last {
            return;
        }
        // One thing after another: nobody signs before the rest is done.
        let at = day.at_minute(480 + thing as u32 * 60 + random.random_range(0..50));
        let misses = [0, 0, 0, 1, 1, 2, 3][random.random_range(0..7)];
        let what = match thing {
            thing if thing + 1 < plan.asked => What::Does { place: thing, misses },
            _ if plan.asks => What::Asks,
            _ => What::Signs,
        };
        events.push(Event { at, who, what });
        // One question in three still waits for its answer.
        let waits = plan.is_under_way && random.random_range(0..3) == 0;
        if thing + 1 == plan.asked && plan.asks && !waits && now.day().days_since(day) > 12 {
            events.push(Event { at: at.plus_days(5), who, what: What::IsAnswered });
            events.push(Event { at: at.plus_days(6), who, what: What::Signs });
        }
    }
    if plan.things < 5 && random.random_range(0..2) == 0 && day <= last {
        let at = day.at_minute(960);
        events.push(Event { at, who, what: What::Reads { place: plan.things, pages: 1 + random.random_range(0..4) } });
    }
}

/// The people as they were listed, by index; those not yet listed are none.
pub struct Cast {
    pub people: Vec<Option<Person>>,
    schools: Vec<i64>,
    /// Who leads each school, once they are listed.
    heads: Vec<Option<i64>>,
    hr: Actor,
}

impl Cast {
    pub fn new(app: &App, made: &[MadePerson]) -> Result<Cast> {
        let schools = app.read(people::schools)?;
        let by_urn = |urn: &str| schools.iter().find(|school| school.urn.as_str() == urn).map(|school| school.id);
        Ok(Cast {
            people: vec![None; made.len()],
            schools: SCHOOLS.iter().filter_map(|school| by_urn(school.urn)).collect(),
            heads: vec![None; SCHOOLS.len()],
            hr: Actor { capacity: "hr", ..Actor::system() },
        })
    }

    fn person(&self, who: usize) -> Result<&Person> {
        self.people[who].as_ref().ok_or_else(|| Problem::fault("somebody acts before they are listed"))
    }
}

/// Lives through some events in one transaction, each as an act of its own at its own time.
pub fn live(conn: &mut Conn, app: &App, made: &[MadePerson], cast: &mut Cast, events: &[Event]) -> Result<()> {
    for event in events {
        next_act(conn)?;
        let person = &made[event.who];
        match &event.what {
            What::Joins => {
                let joined = within(conn, &Actor::system(), event.at, |act| join(act, cast, person, event.who))?;
                if person.role_group == RoleGroup::Leadership {
                    cast.heads[person.school].get_or_insert(joined.id);
                }
                cast.people[event.who] = Some(joined);
            }
            what => {
                let subject = cast.person(event.who)?.clone();
                let own = Actor {
                    person: Some(subject.id),
                    pseudonym: Some(subject.pseudonym.clone()),
                    capacity: "self",
                    method: "link".to_owned(),
                };
                let who = if matches!(what, What::IsAnswered | What::IsAway) { &cast.hr } else { &own };
                let seed = event.at.0 as usize;
                done(within(conn, who, event.at, |act| does(act, app, &subject, what, seed)))?;
            }
        }
    }
    Ok(())
}

/// A year that is over, or not yet asked of somebody, refuses what they would do: then it did not happen.
fn done(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(Problem::NotFound | Problem::Refused(_) | Problem::Invalid(_)) => Ok(()),
        other => other,
    }
}

fn within<T>(conn: &mut Conn, who: &Actor, at: Instant, verb: impl Fn(&mut Act) -> Result<T>) -> Result<T> {
    act::run(conn, who, at, &verb)
}

fn join(act: &mut Act, cast: &Cast, made: &MadePerson, who: usize) -> Result<Person> {
    let new = NewPerson {
        forename: made.forename.clone(),
        surname: made.surname.clone(),
        work_email: made
            .email
            .as_deref()
            .map(crate::people::rules::WorkEmail::parse)
            .transpose()
            .map_err(Problem::fault)?,
        ..NewPerson::default()
    };
    let person = people::add_person(act, &new)?;
    let mut schools = vec![made.school];
    schools.extend(made.also_at);
    for school in schools {
        let head = cast.heads[school].filter(|_| who > 0);
        people::add_post(act, &person, &post(made, cast.schools[school], head))?;
    }
    assignments::reconcile(act, &[person.id])?;
    Ok(person)
}

fn post(made: &MadePerson, school: i64, manager: Option<i64>) -> NewPost {
    NewPost {
        school,
        job_title: made.job_title.to_owned(),
        role_group: made.role_group,
        employment_type: "permanent".to_owned(),
        fte_basis_points: None,
        term_time_only: None,
        flags: made.flags,
        from: made.from,
        until: made.until,
        manager,
        manager_named: None,
    }
}

fn does(act: &mut Act, app: &App, person: &Person, what: &What, seed: usize) -> Result<()> {
    match what {
        What::Joins => Ok(()),
        What::Does { place, misses } => {
            let asked = asked_at(act, person, *place)?;
            match asked.kind {
                Kind::Course => take_course(act, app, person, &asked, *misses, seed),
                Kind::Checklist => check_settings(act, app, person, &asked),
                Kind::Policy => Ok(()),
            }
        }
        What::Reads { place, pages } => {
            let asked = asked_at(act, person, *place)?;
            read_some(act, app, &asked, *pages)
        }
        What::Signs => sign(act, app, person),
        What::IsAway => {
            let today = act.now.day();
            people::pause(act, person, today, Some(today.plus(120))).map(|_| ())
        }
        What::Asks => {
            let question = "Does this also cover a group chat with colleagues who have left?";
            let Typed::Question(question) = Question::read(question, false) else { return Err(Problem::NotFound) };
            let policy = policy(app)?;
            let signing = attestations::signing(act.conn, &app.library(), person.id, &policy.slug, act.now)?;
            let statement = signing.statements.into_iter().find(|(one, _)| one.filled_by.is_none());
            let statement = statement.map(|(one, _)| one.id).ok_or(Problem::NotFound)?;
            let why = NotYet::Question(question);
            attestations::open_query(act, &app.library(), person, &policy.slug, &statement, &why).map(|_| ())
        }
        What::IsAnswered => {
            let policy = policy(app)?;
            let open = attestations::signing(act.conn, &app.library(), person.id, &policy.slug, act.now)?;
            let query = open.statements.into_iter().find_map(|(_, state)| match state {
                State::Waiting(query) => Some(query.id),
                _ => None,
            });
            let answer = Closing::Answer("Yes: it covers any chat in which school matters come up.".to_owned());
            attestations::close_query(act, &app.library(), person, query.ok_or(Problem::NotFound)?, &answer)
        }
    }
}

/// What stands at a place of somebody's training.
fn asked_at(act: &mut Act, person: &Person, place: usize) -> Result<Assignment> {
    let training = assignments::my_training(act.conn, person.id, act.now)?;
    training.into_iter().nth(place).ok_or(Problem::NotFound)
}

fn policy(app: &App) -> Result<Arc<crate::courses::Policy>> {
    app.library().policies().into_iter().find(|policy| policy.adds_to.is_none()).ok_or(Problem::NotFound)
}

/// Takes the quiz: with so many wrong answers at the first try, and again without if that was not enough.
fn take_course(
    act: &mut Act,
    app: &App,
    person: &Person,
    assignment: &Assignment,
    misses: usize,
    seed: usize,
) -> Result<()> {
    let course = app.library().course(&assignment.slug).ok_or(Problem::NotFound)?;
    for wrong in [misses, 0] {
        let drawn_from = act.now.0 ^ (assignment.id << 42);
        let attempt = attempts::begin_or_resume_drawn(act, assignment, &course, drawn_from)?;
        let mut passed = false;
        for place in 0..attempt.drawn.len() {
            let right = !(0..wrong).any(|miss| (seed + miss * 3) % attempt.drawn.len() == place);
            let answer = sent(attempt.question(&course, place)?, &attempt.shown(&course, place)?, right);
            let said =
                attempts::answer(act, &app.library(), &app.certificate_key, person.id, attempt.id, place, &answer)?;
            passed = said.finished.is_some_and(|tally| tally.is_passed());
        }
        if passed {
            return Ok(());
        }
    }
    Ok(())
}

fn read_some(act: &mut Act, app: &App, assignment: &Assignment, pages: usize) -> Result<()> {
    let course = app.library().course(&assignment.slug).ok_or(Problem::NotFound)?;
    course.pages.iter().take(pages).try_for_each(|page| attempts::read_page(act, assignment.id, &page.name))
}

fn check_settings(act: &mut Act, app: &App, person: &Person, asked: &Assignment) -> Result<()> {
    let checklist = app.library().checklist(&asked.slug).ok_or(Problem::NotFound)?;
    self_checks::finish(act, &app.library(), &app.certificate_key, person, asked, &checklist.version)
}

fn sign(act: &mut Act, app: &App, person: &Person) -> Result<()> {
    let policy = policy(app)?;
    let all = policy.statement_sets.iter().flat_map(|set| &set.statements);
    let ticks = Ticks { version: policy.version.clone(), statements: all.map(|one| one.id.clone()).collect() };
    attestations::sign(act, &app.library(), &app.certificate_key, person, &policy.slug, &ticks).map(|_| ())
}
