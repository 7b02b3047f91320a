//! Staff import, the half that touches the database: what is known is loaded on a reader; a plan is applied as one act, unless
//! anything that it relied on has changed since.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::{Changes, Counts, Known, KnownPause, KnownPerson, KnownPost, KnownSchool, PauseValues, PersonValues};
use super::{Plan, PostValues, Source, Taken};
use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::{Conn, lock_tables};
use crate::evidence::Draft;
use crate::people::store::{self, NewImportRow, NewPauseRow, NewPersonRow, NewPostRow};
use crate::people::{self, Person, PostRecord, Scope};
use crate::problem::{Problem, Result};
use crate::settings;

/// A plan to apply, and where it came from.
#[derive(Clone, Debug)]
pub struct Import {
    pub plan: Plan,
    /// What the plan's `Known` was limited to.
    pub scope: Scope,
    pub file_name: String,
    /// The file's SHA-256 in hexadecimal.
    pub file_hash: String,
    /// The school that was chosen, for a list that does not say.
    pub school: Option<i64>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Applied(Applied),
    /// What the plan relied on is no longer so: nothing was written, and the dry run is to be shown again.
    Changed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// The id of the import's row.
    pub import: i64,
    /// Their ids, in the order of `Changes::new_people`.
    pub new_people: Vec<i64>,
}

// ── what is known

/// Everything that a plan relies on: schools, people with their references, standing posts (past ones too) and pauses.
/// With a narrower scope than the trust, its schools and whoever is seen there; of the others, what they have taken.
pub fn known(conn: &mut Conn, scope: &Scope, today: Day) -> Result<Known> {
    let schools = known_schools(conn)?.into_iter().filter(|school| scope.includes(school.id)).collect();
    let mut posts = standing_posts(conn)?;
    let mut pauses = known_pauses(conn)?;
    let mut references = known_references(conn)?;
    let (mut seen, mut taken) = (Vec::new(), Taken::default());
    for person in people::everybody(conn)? {
        let references = references.remove(&person.id).unwrap_or_default();
        let posts = posts.remove(&person.id).unwrap_or_default();
        if !people::is_seen_by(scope, &posts, today) {
            taken.emails.extend(person.work_email);
            taken.references.extend(references);
            continue;
        }
        let (id, values) = (person.id, PersonValues::from(&person));
        let posts = posts.iter().filter(|post| scope.includes(post.school)).map(KnownPost::from).collect();
        seen.push(KnownPerson { id, references, values, posts, pauses: pauses.remove(&id).unwrap_or_default() });
    }
    Ok(Known::new(schools, seen).beside(taken))
}

fn known_schools(conn: &mut Conn) -> Result<Vec<KnownSchool>> {
    let trust = settings::read(conn, settings::TRUST_NAME)?.filter(|name| !name.is_empty());
    let known = |school: people::School| KnownSchool {
        id: school.id,
        urn: school.urn,
        name: school.name,
        laestab: school.laestab.map(|number| number.as_str().to_owned()),
        other_names: trust.clone().filter(|_| school.central).into_iter().collect(),
    };
    Ok(people::schools(conn)?.into_iter().map(known).collect())
}

fn standing_posts(conn: &mut Conn) -> Result<HashMap<i64, Vec<PostRecord>>> {
    let urns = people::urns(conn)?;
    let mut posts: HashMap<i64, Vec<PostRecord>> = HashMap::new();
    for row in store::standing_posts(conn)? {
        let record = people::read_post(row, &urns)?;
        posts.entry(record.person).or_default().push(record);
    }
    Ok(posts)
}

fn known_pauses(conn: &mut Conn) -> Result<HashMap<i64, Vec<KnownPause>>> {
    let mut pauses: HashMap<i64, Vec<KnownPause>> = HashMap::new();
    for row in store::standing_pauses(conn)? {
        let (person, pause) = people::read_pause(row)?;
        let values = PauseValues { from: pause.from, until: pause.until };
        pauses.entry(person).or_default().push(KnownPause { id: pause.what, values });
    }
    Ok(pauses)
}

fn known_references(conn: &mut Conn) -> Result<HashMap<i64, Vec<(Source, String)>>> {
    let mut references: HashMap<i64, Vec<(Source, String)>> = HashMap::new();
    for (person, source, reference) in store::all_references(conn)? {
        let source = source.parse().map_err(Problem::fault)?;
        references.entry(person).or_default().push((source, reference));
    }
    Ok(references)
}

// ── applying

/// Writes what a plan asks for: people, references, posts and pauses, an entry for each person touched and one for the import.
pub fn apply(act: &mut Act, import: &Import) -> Result<Outcome> {
    lock_tables(act.conn, &["schools", "people", "staff_references", "posts", "pauses"])?;
    if known(act.conn, &import.scope, act.now.day())?.fingerprint() != import.plan.fingerprint {
        return Ok(Outcome::Changed);
    }
    let id = store::insert_import(act.conn, &import_row(act, import))?;
    let changes = &import.plan.changes;
    let mut written = Written::default();
    let new = written.list_people(act, changes)?;
    written.correct_people(act, changes)?;
    written.add_references(act, changes, &new)?;
    written.record_posts(act, changes, &new)?;
    written.record_pauses(act, changes, &new)?;
    written.touch_the_known(act)?;
    written.tell(act, id)?;
    act.record(import_entry(import, id)?);
    Ok(Outcome::Applied(Applied { import: id, new_people: new }))
}

fn import_row(act: &Act, import: &Import) -> NewImportRow {
    let counts = &import.plan.counts;
    NewImportRow {
        file_name: import.file_name.clone(),
        file_hash: import.file_hash.clone(),
        school_id: import.school,
        applied_by: act.who.person,
        applied_at: act.now.0,
        new_people: counts.new_people as i64,
        changed_people: counts.changed_people as i64,
        unchanged_people: counts.unchanged_people as i64,
        rejected_rows: counts.rejected_rows as i64,
    }
}

fn import_entry(import: &Import, id: i64) -> Result<Draft> {
    let Counts { new_people, changed_people, unchanged_people, missing_people, .. } = import.plan.counts;
    Ok(Draft::new("staff-imported")?
        .fact("import", id)
        .fact("file_sha256", import.file_hash.as_str())
        .fact("school", import.school)
        .fact("new_people", new_people)
        .fact("changed_people", changed_people)
        .fact("unchanged_people", unchanged_people)
        .fact("missing_people", missing_people)
        .fact("waiting_rows", import.plan.counts.same_person_rows)
        .fact("rejected_rows", import.plan.counts.rejected_rows))
}

/// What has been written so far, by person, until the log is told.
#[derive(Default)]
struct Written {
    by_person: BTreeMap<i64, Touched>,
}

/// What an import did to one person.
#[derive(Default)]
struct Touched {
    is_new: bool,
    is_corrected: bool,
    pauses: Vec<store::PauseRow>,
    superseded_pauses: Vec<i64>,
    superseded_posts: Vec<i64>,
    posts: Vec<store::PostRow>,
}

impl Written {
    fn of(&mut self, person: i64) -> &mut Touched {
        self.by_person.entry(person).or_default()
    }

    /// Lists the new people; gives their ids in the order of `Changes::new_people`.
    fn list_people(&mut self, act: &mut Act, changes: &Changes) -> Result<Vec<i64>> {
        let rows: Vec<NewPersonRow> = changes
            .new_people
            .iter()
            .map(|person| people::new_person_row(&new_person(&person.values), act.now))
            .collect::<Result<_>>()?;
        let ids = store::insert_people(act.conn, &rows)?;
        let id = |row: &NewPersonRow| ids.get(&row.pseudonym).copied();
        let ids: Option<Vec<i64>> = rows.iter().map(id).collect();
        let ids = ids.ok_or_else(|| Problem::fault("a person was listed, but their row did not come back"))?;
        ids.iter().for_each(|person| self.of(*person).is_new = true);
        Ok(ids)
    }

    fn correct_people(&mut self, act: &mut Act, changes: &Changes) -> Result<()> {
        let ids: Vec<i64> = changes.people.iter().map(|change| change.person).collect();
        let mut people = by_id(people::people(act.conn, &ids)?);
        let mut rows = Vec::new();
        for change in &changes.people {
            let person = people.remove(&change.person).ok_or(Problem::NotFound)?;
            let now = corrected(person.clone(), &change.now);
            store::rename_person(act.conn, &people::person_row(&now))?;
            rows.extend(people::correction_rows(&person, &now, act.now, act.who.person));
            self.of(change.person).is_corrected = true;
        }
        store::insert_corrections(act.conn, &rows)
    }

    fn add_references(&mut self, act: &mut Act, changes: &Changes, new: &[i64]) -> Result<()> {
        let mut rows = Vec::new();
        for (person, listed) in new.iter().zip(&changes.new_people) {
            let references = listed.references.iter();
            rows.extend(references.map(|(source, reference)| (*person, source.to_string(), reference.clone())));
        }
        for added in &changes.references {
            rows.push((added.person, added.source.to_string(), added.reference.clone()));
            self.of(added.person);
        }
        store::insert_references(act.conn, &rows)
    }

    fn record_posts(&mut self, act: &mut Act, changes: &Changes, new: &[i64]) -> Result<()> {
        let ended: Vec<i64> = changes.superseded_posts.iter().map(|superseded| superseded.post).collect();
        store::supersede_posts(act.conn, act.now, &ended)?;
        let (now, by) = (act.now, act.who.person);
        let row = |person: i64, post: &PostValues| people::new_post_row(person, &post.to_record(new), now, by);
        let mut rows: Vec<NewPostRow> = Vec::new();
        for (person, listed) in new.iter().zip(&changes.new_people) {
            rows.extend(listed.posts.iter().map(|post| row(*person, post)));
        }
        rows.extend(changes.posts.iter().map(|post| row(post.person, &post.values)));
        for superseded in &changes.superseded_posts {
            rows.push(row(superseded.person, &superseded.now));
            self.of(superseded.person).superseded_posts.push(superseded.post);
        }
        for stored in store::insert_posts(act.conn, &rows)? {
            self.of(stored.person_id).posts.push(stored);
        }
        Ok(())
    }

    fn record_pauses(&mut self, act: &mut Act, changes: &Changes, new: &[i64]) -> Result<()> {
        let ended: Vec<i64> = changes.superseded_pauses.iter().map(|superseded| superseded.pause).collect();
        store::supersede_pauses(act.conn, act.now, act.who.person, &ended)?;
        let of_new = new.iter().zip(&changes.new_people);
        let mut pauses: Vec<(i64, PauseValues)> =
            of_new.flat_map(|(person, listed)| listed.pauses.iter().map(|pause| (*person, *pause))).collect();
        pauses.extend(changes.pauses.iter().map(|pause| (pause.person, pause.values)));
        for superseded in &changes.superseded_pauses {
            pauses.push((superseded.person, superseded.now));
            self.of(superseded.person).superseded_pauses.push(superseded.pause);
        }
        let (now, by) = (act.now, act.who.person);
        let rows: Vec<NewPauseRow> = pauses.iter().map(|(person, pause)| pause_row(*person, pause, now, by)).collect();
        for stored in store::insert_pauses(act.conn, &rows)? {
            self.of(stored.person_id).pauses.push(stored);
        }
        Ok(())
    }

    fn touch_the_known(&self, act: &mut Act) -> Result<()> {
        let known = self.by_person.iter().filter(|(_, touched)| !touched.is_new).map(|(person, _)| *person);
        store::touch(act.conn, act.now, &known.collect::<Vec<i64>>())
    }

    /// One entry for each person, with every row of posts as it is now.
    fn tell(self, act: &mut Act, import: i64) -> Result<()> {
        let ids: Vec<i64> = self.by_person.keys().copied().collect();
        let mut people = by_id(people::people(act.conn, &ids)?);
        for (id, touched) in self.by_person {
            let person = people.remove(&id).ok_or(Problem::NotFound)?;
            act.record(touched.entry(&person, import, act.now, act.who.person)?);
        }
        Ok(())
    }
}

impl Touched {
    fn entry(self, person: &Person, import: i64, now: Instant, by: Option<i64>) -> Result<Draft> {
        let mut draft = Draft::new("person-imported")?
            .about(&person.pseudonym, person.identity())
            .fact("import", import)
            .fact("listed", self.is_new)
            .fact("corrected", self.is_corrected);
        for pause in self.superseded_pauses {
            draft = draft.changed("pauses", pause, json!({ "superseded_at": now.0, "superseded_by": by }));
        }
        for pause in &self.pauses {
            draft = draft.row("pauses", pause.id, pause)?;
        }
        for post in self.superseded_posts {
            draft = draft.changed("posts", post, json!({ "superseded_at": now.0 }));
        }
        for post in &self.posts {
            draft = draft.row("posts", post.id, post)?;
        }
        Ok(draft)
    }
}

fn new_person(values: &PersonValues) -> people::NewPerson {
    people::NewPerson {
        title: values.title.clone(),
        forename: values.forename.clone(),
        surname: values.surname.clone(),
        preferred_forename: values.preferred_forename.clone(),
        preferred_surname: values.preferred_surname.clone(),
        work_email: values.work_email.clone(),
        staff_code: values.staff_code.clone(),
    }
}

fn corrected(person: Person, now: &PersonValues) -> Person {
    let people::NewPerson { title, forename, surname, preferred_forename, preferred_surname, work_email, staff_code } =
        new_person(now);
    Person { title, forename, surname, preferred_forename, preferred_surname, work_email, staff_code, ..person }
}

fn by_id(people: Vec<Person>) -> HashMap<i64, Person> {
    people.into_iter().map(|person| (person.id, person)).collect()
}

fn pause_row(person: i64, pause: &PauseValues, now: Instant, by: Option<i64>) -> NewPauseRow {
    NewPauseRow {
        person_id: person,
        from_day: pause.from.to_string(),
        until_day: pause.until.map(|day| day.to_string()),
        recorded_at: now.0,
        recorded_by: by,
    }
}
