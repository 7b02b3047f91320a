//! People: the trust's schools, who works there and since when, and who is away.
//! A post is never changed in place: a correction supersedes the row with another, and the evidence log records both.

use std::collections::BTreeMap;

use serde_json::json;

pub mod import;
pub mod rules;
pub mod pages;
mod consequences;
mod duties;
mod store;
mod viewer;

pub use consequences::Consequences;
pub use duties::{Duties, set_duties};
pub use viewer::{Role, Scope, Viewer};

use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::facts::Fact;
use crate::ids;
use crate::problem::{Problem, Result};
use crate::text::count;
use rules::{EmploymentType, Laestab, Post, PostFlags, RoleGroup, Urn, WorkEmail, main_post};
use store::{NewCorrectionRow, NewPersonRow, NewPostRow, PersonRow, PostRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    pub id: i64,
    pub urn: Urn,
    pub name: String,
    /// The central team counts as a school.
    pub central: bool,
    /// By which some staff lists name it.
    pub laestab: Option<Laestab>,
}

/// Somebody on the staff list, past or present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub pseudonym: String,
    pub title: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
    pub work_email: Option<WorkEmail>,
    pub staff_code: String,
    pub first_listed: Instant,
}

impl Person {
    /// The name they go by: "Priya Nair".
    pub fn name(&self) -> String {
        format!("{} {}", self.known_as(), self.known_surname())
    }

    /// "Nair, Priya", for lists in order.
    pub fn listed_name(&self) -> String {
        format!("{}, {}", self.known_surname(), self.known_as())
    }

    pub fn known_as(&self) -> &str {
        if self.preferred_forename.is_empty() { &self.forename } else { &self.preferred_forename }
    }

    pub fn known_surname(&self) -> &str {
        if self.preferred_surname.is_empty() { &self.surname } else { &self.preferred_surname }
    }

    /// What identifies them in the evidence log's identity payload.
    pub fn identity(&self) -> serde_json::Value {
        json!({ "name": self.name(), "email": self.work_email.as_ref().map(WorkEmail::as_str) })
    }
}

/// A post as it is recorded: what the rules need, and what only pages show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRecord {
    pub post: Post,
    pub person: i64,
    pub school: i64,
    pub job_title: String,
    pub employment_type: String,
    pub fte_basis_points: Option<i32>,
    pub manager: Option<i64>,
    /// The manager as the list names them, where that is nobody we know yet.
    pub manager_named: Option<String>,
    pub recorded: Instant,
    pub superseded: Option<Instant>,
    /// None where the program did it, or nobody kept who.
    pub recorded_by: Option<i64>,
}

impl PostRecord {
    /// The post as a fact: the days it holds and the instants at which it was known.
    pub fn fact(&self) -> Fact<Post> {
        Fact {
            what: self.post.clone(),
            from: self.post.from,
            until: self.post.until,
            recorded: self.recorded,
            superseded: self.superseded,
        }
    }
}

/// Somebody to be listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    pub title: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
    pub work_email: Option<WorkEmail>,
    pub staff_code: String,
}

/// A post to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    pub school: i64,
    pub job_title: String,
    pub role_group: RoleGroup,
    pub employment_type: String,
    pub fte_basis_points: Option<i32>,
    pub term_time_only: Option<bool>,
    pub flags: PostFlags,
    pub from: Day,
    pub until: Option<Day>,
    pub manager: Option<i64>,
    pub manager_named: Option<String>,
}

impl From<&PostRecord> for NewPost {
    fn from(record: &PostRecord) -> NewPost {
        NewPost {
            school: record.school,
            job_title: record.job_title.clone(),
            role_group: record.post.role_group,
            employment_type: record.employment_type.clone(),
            fte_basis_points: record.fte_basis_points,
            term_time_only: record.post.term_time_only,
            flags: record.post.flags,
            from: record.post.from,
            until: record.post.until,
            manager: record.manager,
            manager_named: record.manager_named.clone(),
        }
    }
}

// ── schools

pub fn add_school(act: &mut Act, urn: &Urn, name: &str) -> Result<i64> {
    let id = store::insert_school(act.conn, act.now, urn.as_str(), name, urn.is_central_team())?;
    act.record(Draft::new("school-listed")?.fact("urn", urn.as_str()).fact("name", name));
    Ok(id)
}

pub fn rename_school(act: &mut Act, school: i64, name: &str) -> Result<()> {
    store::rename_school(act.conn, school, name)?;
    act.record(Draft::new("school-renamed")?.fact("school", school).fact("name", name));
    Ok(())
}

/// Sets the number by which some staff lists name a school, or takes it away. No two schools have the same.
pub fn set_laestab(act: &mut Act, school: i64, laestab: Option<&Laestab>) -> Result<()> {
    let is_anothers = |one: &School| one.id != school && one.laestab.as_ref() == laestab;
    if laestab.is_some() && schools(act.conn)?.iter().any(is_anothers) {
        return Err(Problem::refused("Another school has this establishment number already. Nothing was changed."));
    }
    let number = laestab.map(Laestab::as_str);
    store::set_laestab(act.conn, school, number)?;
    act.record(Draft::new("school-number-set")?.fact("school", school).fact("laestab", number));
    Ok(())
}

/// By name, the central team last.
pub fn schools(conn: &mut Conn) -> Result<Vec<School>> {
    store::all_schools(conn)?
        .into_iter()
        .map(|row| {
            let laestab = row.laestab.map(|number| Laestab::parse(&number).map_err(Problem::fault)).transpose()?;
            Ok(School { id: row.id, urn: urn(&row.urn)?, name: row.name, central: row.central, laestab })
        })
        .collect()
}

/// Those in a scope, in the same order.
pub fn schools_in(conn: &mut Conn, scope: &Scope) -> Result<Vec<School>> {
    Ok(schools(conn)?.into_iter().filter(|school| scope.includes(school.id)).collect())
}

// ── people and posts

/// Lists somebody by hand, with their first post and the trust's reference for them, if there is one.
pub fn list_person(act: &mut Act, new: &NewPerson, reference: &str, post: &NewPost) -> Result<Person> {
    let source = import::Source::Trust.to_string();
    if !reference.is_empty() && store::is_reference_taken(act.conn, &source, reference)? {
        return Err(Problem::invalid("reference", "Somebody on the list already has this reference"));
    }
    let person = add_person(act, new)?;
    if !reference.is_empty() {
        store::insert_references(act.conn, &[(person.id, source, reference.to_owned())])?;
    }
    add_post(act, &person, post)?;
    Ok(person)
}

/// Others of the same name whose post at a school began on the same day: perhaps the same person under another email.
pub fn namesakes(conn: &mut Conn, person: &NewPerson, post: &NewPost, but: Option<i64>) -> Result<Vec<Person>> {
    let mut ids = store::began_on(conn, post.school, post.from)?;
    ids.retain(|id| Some(*id) != but);
    let folded = |forename: &str, surname: &str| (import::fold(forename), import::fold(surname));
    let name = folded(&person.forename, &person.surname);
    let mut found = people(conn, &ids)?;
    found.retain(|one| {
        folded(&one.forename, &one.surname) == name || folded(one.known_as(), one.known_surname()) == name
    });
    Ok(found)
}

/// Lists somebody. Their email must be nobody else's.
pub fn add_person(act: &mut Act, new: &NewPerson) -> Result<Person> {
    if let Some(email) = &new.work_email
        && store::person_by_email(act.conn, email.as_str())?.is_some()
    {
        return Err(Problem::invalid("email", "Somebody on the list already has this email"));
    }
    let row = new_person_row(new, act.now)?;
    let id = store::insert_person(act.conn, &row)?;
    let person = person(act.conn, id)?;
    act.record(Draft::new("person-listed")?.about(&person.pseudonym, person.identity()));
    Ok(person)
}

fn new_person_row(new: &NewPerson, now: Instant) -> Result<NewPersonRow> {
    Ok(NewPersonRow {
        pseudonym: ids::random_id()?,
        title: new.title.clone(),
        forename: new.forename.clone(),
        surname: new.surname.clone(),
        preferred_forename: new.preferred_forename.clone(),
        preferred_surname: new.preferred_surname.clone(),
        work_email: new.work_email.as_ref().map(|email| email.as_str().to_owned()),
        staff_code: new.staff_code.clone(),
        first_listed_at: now.0,
        changed_at: now.0,
    })
}

/// Records a post; the log has its row, column by column.
pub fn add_post(act: &mut Act, person: &Person, new: &NewPost) -> Result<i64> {
    let row = new_post_row(person.id, new, act.now, act.who.person);
    let id = store::insert_post(act.conn, &row)?;
    store::touch(act.conn, act.now, &[person.id])?;
    act.record(Draft::new("post-recorded")?.about(&person.pseudonym, person.identity()).row("posts", id, &row)?);
    Ok(id)
}

/// Puts another row in the place of a post's: what held before stays, as superseded now.
pub fn correct_post(act: &mut Act, person: &Person, post: i64, new: &NewPost) -> Result<i64> {
    lock_row(act.conn, "posts", post)?;
    store::supersede_post(act.conn, act.now, post)?;
    let row = new_post_row(person.id, new, act.now, act.who.person);
    let id = store::insert_post(act.conn, &row)?;
    store::touch(act.conn, act.now, &[person.id])?;
    let entry = Draft::new("post-corrected")?
        .about(&person.pseudonym, person.identity())
        .changed("posts", post, json!({ "superseded_at": act.now.0 }))
        .row("posts", id, &row)?;
    act.record(entry);
    Ok(id)
}

/// Sets the last day of every post that would go on after it.
pub fn leave(act: &mut Act, person: &Person, last_day: Day) -> Result<()> {
    for record in posts_of(act.conn, &[person.id])? {
        let goes_on = record.superseded.is_none() && record.post.until.is_none_or(|until| until > last_day);
        if goes_on {
            let until = last_day.max(record.post.from);
            correct_post(act, person, record.post.id, &NewPost { until: Some(until), ..NewPost::from(&record) })?;
        }
    }
    Ok(())
}

/// Sets the last day of one post.
pub fn end_post(act: &mut Act, person: &Person, record: &PostRecord, last_day: Day) -> Result<()> {
    if last_day < record.post.from {
        let from = record.post.from.long();
        return Err(Problem::invalid("last_day", format!("This job began on {from}: its last day cannot lie before")));
    }
    correct_post(act, person, record.post.id, &NewPost { until: Some(last_day), ..NewPost::from(record) })?;
    Ok(())
}

/// Takes the last day of one post back.
pub fn continue_post(act: &mut Act, person: &Person, record: &PostRecord) -> Result<()> {
    correct_post(act, person, record.post.id, &NewPost { until: None, ..NewPost::from(record) })?;
    Ok(())
}

fn new_post_row(person: i64, new: &NewPost, now: Instant, by: Option<i64>) -> NewPostRow {
    NewPostRow {
        person_id: person,
        school_id: new.school,
        job_title: new.job_title.clone(),
        role_group: new.role_group.to_string(),
        employment_type: new.employment_type.clone(),
        fte_basis_points: new.fte_basis_points,
        term_time_only: new.term_time_only,
        is_slt: new.flags.leadership,
        is_account_admin: new.flags.account_administrator,
        takes_images: new.flags.takes_images,
        from_day: new.from.to_string(),
        until_day: new.until.map(|day| day.to_string()),
        manager_id: new.manager,
        manager_named: new.manager_named.clone(),
        recorded_at: now.0,
        superseded_at: None,
        recorded_by: by,
    }
}

/// Names and email as they should be. A name is not a fact that status reads: its row is changed in place. That it was changed is
/// kept, and not what it was.
pub fn correct_person(act: &mut Act, corrected: &Person) -> Result<()> {
    lock_row(act.conn, "people", corrected.id)?;
    if let Some(email) = &corrected.work_email
        && store::person_by_email(act.conn, email.as_str())?.is_some_and(|other| other.id != corrected.id)
    {
        return Err(Problem::invalid("email", "Somebody else on the list has this email"));
    }
    let was = person(act.conn, corrected.id)?;
    store::update_person(act.conn, act.now, &person_row(corrected))?;
    store::insert_corrections(act.conn, &correction_rows(&was, corrected, act.now, act.who.person))?;
    act.record(Draft::new("person-corrected")?.about(&corrected.pseudonym, corrected.identity()));
    Ok(())
}

/// What differs between somebody as they were listed and as they are now, as HR call it.
fn correction_rows(was: &Person, now: &Person, at: Instant, by: Option<i64>) -> Vec<NewCorrectionRow> {
    let listed = |person: &Person| (person.forename.clone(), person.surname.clone());
    let fields = [
        ("name", was.name() != now.name()),
        ("name on the list", was.name() == now.name() && listed(was) != listed(now)),
        ("work email", was.work_email != now.work_email),
        ("title", was.title != now.title),
        ("staff code", was.staff_code != now.staff_code),
    ];
    let row = |(field, _): (&'static str, bool)| NewCorrectionRow {
        person_id: now.id,
        field,
        recorded_by: by,
        recorded_at: at.0,
    };
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(row).collect()
}

pub fn person(conn: &mut Conn, id: i64) -> Result<Person> {
    read_person(store::person(conn, id)?)
}

pub fn person_by_email(conn: &mut Conn, email: &WorkEmail) -> Result<Option<Person>> {
    store::person_by_email(conn, email.as_str())?.map(read_person).transpose()
}

pub fn everybody(conn: &mut Conn) -> Result<Vec<Person>> {
    store::all_people(conn)?.into_iter().map(read_person).collect()
}

pub fn people(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Person>> {
    store::some_people(conn, ids)?.into_iter().map(read_person).collect()
}

/// Every row of posts, superseded ones too, ordered by person.
pub fn all_posts(conn: &mut Conn) -> Result<Vec<PostRecord>> {
    let urns = urns(conn)?;
    store::all_posts(conn)?.into_iter().map(|row| read_post(row, &urns)).collect()
}

/// The same for some people.
pub fn posts_of(conn: &mut Conn, people: &[i64]) -> Result<Vec<PostRecord>> {
    let urns = urns(conn)?;
    store::posts_of(conn, people)?.into_iter().map(|row| read_post(row, &urns)).collect()
}

/// The people whose standing post today names this manager.
pub fn managed_by(conn: &mut Conn, manager: i64, today: Day) -> Result<Vec<i64>> {
    store::managed_by(conn, manager, today)
}

/// HR of a school see whoever has a current post there; of somebody who has left, whoever had one. HR of the trust see all.
pub fn is_in_hr_scope(conn: &mut Conn, viewer: &Viewer, person: i64, today: Day) -> Result<bool> {
    let Some(scope) = viewer.hr_scope() else { return Ok(false) };
    is_in_scope(conn, &scope, person, today)
}

fn is_in_scope(conn: &mut Conn, scope: &Scope, person: i64, today: Day) -> Result<bool> {
    if *scope == Scope::Trust {
        return Ok(true);
    }
    Ok(is_seen_by(scope, &posts_of(conn, &[person])?, today))
}

/// The same of somebody's posts.
fn is_seen_by(scope: &Scope, posts: &[PostRecord], today: Day) -> bool {
    let stands = |post: &&PostRecord| post.superseded.is_none();
    let is_current = |post: &&PostRecord| post.post.is_current_on(today);
    let has_current = posts.iter().filter(stands).any(|post| is_current(&post));
    let counts = |post: &&PostRecord| stands(post) && (!has_current || is_current(post));
    *scope == Scope::Trust || posts.iter().filter(counts).any(|post| scope.includes(post.school))
}

/// Whose HR answers what somebody with these posts asks: that of their home school, and the trust's.
pub fn is_answered_by(scope: &Scope, posts: &[PostRecord], today: Day) -> bool {
    *scope == Scope::Trust || home_school(posts, today).is_some_and(|school| scope.includes(school))
}

/// The main post's school. Of somebody without a current post it is the school of the one that begins next, or else of the
/// one that ended last.
pub fn home_school(posts: &[PostRecord], today: Day) -> Option<i64> {
    let standing: Vec<&PostRecord> = posts.iter().filter(|record| record.superseded.is_none()).collect();
    let values: Vec<Post> = standing.iter().map(|record| record.post.clone()).collect();
    let main = rules::main_post(&values, today).map(|post| post.id);
    let current = standing.iter().find(|record| Some(record.post.id) == main);
    let next = standing.iter().filter(|record| today < record.post.from).min_by_key(|record| record.post.from);
    let last = standing.iter().max_by_key(|record| record.post.until);
    current.or(next).or(last).map(|record| record.school)
}

/// Everybody whom HR of this scope see, past staff too, each with their home school.
pub fn everybody_in(conn: &mut Conn, scope: &Scope, today: Day) -> Result<Vec<(Person, Option<i64>)>> {
    let mut posts: BTreeMap<i64, Vec<PostRecord>> = BTreeMap::new();
    for record in all_posts(conn)? {
        posts.entry(record.person).or_default().push(record);
    }
    let seen = everybody(conn)?.into_iter().filter_map(|person| {
        let theirs = posts.remove(&person.id).unwrap_or_default();
        is_seen_by(scope, &theirs, today).then(|| (person, home_school(&theirs, today)))
    });
    Ok(seen.collect())
}

/// Somebody, loaded through what the viewer may see.
pub fn visible_to(conn: &mut Conn, scope: &Scope, id: i64, today: Day) -> Result<Person> {
    let person = person(conn, id)?;
    if is_in_scope(conn, scope, id, today)? { Ok(person) } else { Err(Problem::NotFound) }
}

/// The posts of somebody that stand in this scope, past ones too.
pub fn posts_seen(conn: &mut Conn, scope: &Scope, person: i64) -> Result<Vec<PostRecord>> {
    let mut posts = posts_of(conn, &[person])?;
    posts.retain(|record| record.superseded.is_none() && scope.includes(record.school));
    Ok(posts)
}

/// For `evidence verify`: the posts as the log should have them.
pub fn evidence_posts(conn: &mut Conn) -> Result<Vec<(i64, serde_json::Value)>> {
    store::evidence_posts(conn)
}

// ── pauses

/// A pause: dates, and no reason. Without `until`, until further notice.
pub type Pause = Fact<i64>;

/// Pauses somebody's clock from a day; `what` of the fact is the row's id.
pub fn pause(act: &mut Act, person: &Person, from: Day, until: Option<Day>) -> Result<i64> {
    if until.is_some_and(|until| until < from) {
        return Err(Problem::invalid("until", "The last day away must not lie before the first"));
    }
    let row = store::NewPauseRow {
        person_id: person.id,
        from_day: from.to_string(),
        until_day: until.map(|day| day.to_string()),
        recorded_at: act.now.0,
        recorded_by: act.who.person,
    };
    let row = store::insert_pauses(act.conn, &[row])?.pop().ok_or_else(|| Problem::fault("a pause was not stored"))?;
    store::touch(act.conn, act.now, &[person.id])?;
    let entry = Draft::new("pause-recorded")?.about(&person.pseudonym, person.identity());
    act.record(entry.row("pauses", row.id, &row)?);
    Ok(row.id)
}

/// What HR changes of somebody's time away by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PauseChange {
    /// New, or in the place of one that stands; what it overlaps gives way to it.
    Set {
        instead_of: Option<i64>,
        from: Day,
        until: Option<Day>,
    },
    TakeOff(i64),
}

impl PauseChange {
    fn ends(&self, pause: &Pause) -> bool {
        match self {
            PauseChange::TakeOff(id) => pause.what == *id,
            PauseChange::Set { instead_of, from, until } => {
                let overlaps = pause.until.is_none_or(|end| *from <= end) && until.is_none_or(|end| pause.from <= end);
                *instead_of == Some(pause.what) || overlaps
            }
        }
    }

    /// First and last days away, once this is done to these pauses.
    pub fn spans_after(&self, standing: &[Pause]) -> Vec<(Day, Option<Day>)> {
        let kept = standing.iter().filter(|pause| !self.ends(pause)).map(|pause| (pause.from, pause.until));
        let new = match self {
            PauseChange::Set { from, until, .. } => Some((*from, *until)),
            PauseChange::TakeOff(_) => None,
        };
        kept.chain(new).collect()
    }
}

/// Changes somebody's time away.
pub fn change_pauses(act: &mut Act, person: &Person, change: &PauseChange) -> Result<()> {
    lock_row(act.conn, "people", person.id)?;
    let standing = pauses_of(act.conn, &[person.id])?.into_iter().map(|(_, pause)| pause);
    for old in standing.filter(|pause| pause.superseded.is_none() && change.ends(pause)) {
        end_pause(act, person, old.what)?;
    }
    if let PauseChange::Set { from, until, .. } = change {
        pause(act, person, *from, *until)?;
    }
    Ok(())
}

fn end_pause(act: &mut Act, person: &Person, pause: i64) -> Result<()> {
    store::supersede_pause(act.conn, act.now, act.who.person, pause)?;
    store::touch(act.conn, act.now, &[person.id])?;
    let entry = Draft::new("pause-superseded")?.about(&person.pseudonym, person.identity());
    let ended = json!({ "superseded_at": act.now.0, "superseded_by": act.who.person });
    act.record(entry.changed("pauses", pause, ended));
    Ok(())
}

/// For `evidence verify`: the pauses as the log should have them.
pub fn evidence_pauses(conn: &mut Conn) -> Result<Vec<(i64, serde_json::Value)>> {
    store::evidence_pauses(conn)
}

/// Person and pause, superseded ones too.
pub fn all_pauses(conn: &mut Conn) -> Result<Vec<(i64, Pause)>> {
    store::all_pauses(conn)?.into_iter().map(read_pause).collect()
}

/// By a pause's id: who recorded it, where somebody did.
pub fn pause_recorders(conn: &mut Conn) -> Result<BTreeMap<i64, i64>> {
    let rows = store::all_pauses(conn)?.into_iter();
    Ok(rows.filter_map(|row| Some((row.id, row.recorded_by?))).collect())
}

pub fn pauses_of(conn: &mut Conn, people: &[i64]) -> Result<Vec<(i64, Pause)>> {
    store::pauses_of(conn, people)?.into_iter().map(read_pause).collect()
}

// ── imports

/// "Last import: 3 November 2026 at 9:20am by Sam Okafor: 3 new people, 2 changed." Of a school's HR, their own or their schools'.
pub fn last_import_words(conn: &mut Conn, by: i64, scope: &Scope) -> Result<Option<String>> {
    let Some(last) = store::last_import(conn, by, scope)? else { return Ok(None) };
    let by = last.applied_by.map(|id| person(conn, id)).transpose()?;
    let by = by.map(|person| format!(" by {}", person.name())).unwrap_or_default();
    let new = count(last.new_people as usize, "new person", "new people");
    let when = Instant(last.applied_at).long();
    Ok(Some(format!("Last import: {when}{by}: {new}, {} changed.", last.changed_people)))
}

// ── cards

/// The words of a school's card by slot; the trust's own where the school has none. Slots without words are not in it.
pub fn cards(conn: &mut Conn, school: Option<i64>) -> Result<BTreeMap<String, String>> {
    let mut rows = store::cards_of(conn, school)?;
    rows.sort_by_key(|(school, _, _)| school.is_some());
    Ok(rows.into_iter().map(|(_, slot, words)| (slot, words)).collect())
}

/// What the card of somebody's school said at an instant, the school being that of their main post then.
pub fn cards_as_at(conn: &mut Conn, person: i64, at: Instant) -> Result<BTreeMap<String, String>> {
    let known: Vec<PostRecord> =
        posts_of(conn, &[person])?.into_iter().filter(|record| record.fact().known_at(at)).collect();
    let posts: Vec<Post> = known.iter().map(|record| record.post.clone()).collect();
    let main = main_post(&posts, at.day()).map(|post| post.id);
    let Some(record) = known.into_iter().find(|record| Some(record.post.id) == main) else {
        return Ok(BTreeMap::new());
    };
    let mut rows = store::cards_as_at(conn, record.school, at)?;
    rows.sort_by_key(|(school, _, _)| school.is_some());
    Ok(rows.into_iter().map(|(_, slot, words)| (slot, words)).collect())
}

/// Sets one line of a card; empty words take it away.
pub fn set_card(act: &mut Act, school: Option<i64>, slot: &str, words: &str) -> Result<()> {
    store::set_card(act.conn, act.now, act.who.person, school, slot, words)?;
    act.record(Draft::new("card-changed")?.fact("school", school).fact("slot", slot).fact("words", words));
    Ok(())
}

// ── reading rows

fn urns(conn: &mut Conn) -> Result<BTreeMap<i64, Urn>> {
    Ok(schools(conn)?.into_iter().map(|school| (school.id, school.urn)).collect())
}

fn urn(text: &str) -> Result<Urn> {
    Urn::parse(text).map_err(Problem::fault)
}

fn read_person(row: PersonRow) -> Result<Person> {
    Ok(Person {
        id: row.id,
        pseudonym: row.pseudonym,
        title: row.title,
        forename: row.forename,
        surname: row.surname,
        preferred_forename: row.preferred_forename,
        preferred_surname: row.preferred_surname,
        work_email: row.work_email.map(|email| WorkEmail::parse(&email).map_err(Problem::fault)).transpose()?,
        staff_code: row.staff_code,
        first_listed: Instant(row.first_listed_at),
    })
}

fn person_row(person: &Person) -> PersonRow {
    PersonRow {
        id: person.id,
        pseudonym: person.pseudonym.clone(),
        title: person.title.clone(),
        forename: person.forename.clone(),
        surname: person.surname.clone(),
        preferred_forename: person.preferred_forename.clone(),
        preferred_surname: person.preferred_surname.clone(),
        work_email: person.work_email.as_ref().map(|email| email.as_str().to_owned()),
        staff_code: person.staff_code.clone(),
        first_listed_at: person.first_listed.0,
    }
}

fn read_post(row: PostRow, urns: &BTreeMap<i64, Urn>) -> Result<PostRecord> {
    let school = urns.get(&row.school_id).ok_or_else(|| Problem::fault("a post names a school that is not there"))?;
    Ok(PostRecord {
        post: Post {
            id: row.id,
            school: school.clone(),
            role_group: row.role_group.parse().map_err(Problem::fault)?,
            from: read_day(&row.from_day)?,
            until: row.until_day.as_deref().map(read_day).transpose()?,
            term_time_only: row.term_time_only,
            flags: PostFlags {
                leadership: row.is_slt,
                account_administrator: row.is_account_admin,
                takes_images: row.takes_images,
            },
            on_placement: EmploymentType::Placement.as_str() == row.employment_type,
        },
        person: row.person_id,
        school: row.school_id,
        job_title: row.job_title,
        employment_type: row.employment_type,
        fte_basis_points: row.fte_basis_points,
        manager: row.manager_id,
        manager_named: row.manager_named,
        recorded: Instant(row.recorded_at),
        superseded: row.superseded_at.map(Instant),
        recorded_by: row.recorded_by,
    })
}

fn read_pause(row: store::PauseRow) -> Result<(i64, Pause)> {
    let pause = Fact {
        what: row.id,
        from: read_day(&row.from_day)?,
        until: row.until_day.as_deref().map(read_day).transpose()?,
        recorded: Instant(row.recorded_at),
        superseded: row.superseded_at.map(Instant),
    };
    Ok((row.person_id, pause))
}

fn read_day(text: &str) -> Result<Day> {
    text.parse().map_err(Problem::fault)
}
