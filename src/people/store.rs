//! The tables of people: the only place that writes them.

use std::collections::HashMap;

use diesel::dsl::case_when;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::each_backend;
use crate::people::Scope;
use crate::problem::{Problem, Result};
use crate::schema::{
    cards, import_uploads, imports, pauses, people, person_corrections, posts, schools, staff_references,
};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schools)]
pub struct SchoolRow {
    pub id: i64,
    pub urn: String,
    pub name: String,
    pub central: bool,
    pub laestab: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct PersonRow {
    pub id: i64,
    pub pseudonym: String,
    pub title: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
    pub work_email: Option<String>,
    pub staff_code: String,
    pub first_listed_at: i64,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = people, treat_none_as_default_value = false)]
pub struct NewPersonRow {
    pub pseudonym: String,
    pub title: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
    pub work_email: Option<String>,
    pub staff_code: String,
    pub first_listed_at: i64,
    pub changed_at: i64,
}

/// A post as its row has it; also as the evidence log has it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = posts)]
pub struct PostRow {
    #[serde(skip)]
    pub id: i64,
    pub person_id: i64,
    pub school_id: i64,
    pub job_title: String,
    pub role_group: String,
    pub employment_type: String,
    pub fte_basis_points: Option<i32>,
    pub term_time_only: Option<bool>,
    pub is_slt: bool,
    pub is_account_admin: bool,
    pub takes_images: bool,
    pub from_day: String,
    pub until_day: Option<String>,
    pub manager_id: Option<i64>,
    pub manager_named: Option<String>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
    pub recorded_by: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Insertable, Serialize)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct NewPostRow {
    pub person_id: i64,
    pub school_id: i64,
    pub job_title: String,
    pub role_group: String,
    pub employment_type: String,
    pub fte_basis_points: Option<i32>,
    pub term_time_only: Option<bool>,
    pub is_slt: bool,
    pub is_account_admin: bool,
    pub takes_images: bool,
    pub from_day: String,
    pub until_day: Option<String>,
    pub manager_id: Option<i64>,
    pub manager_named: Option<String>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
    pub recorded_by: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = pauses)]
pub struct PauseRow {
    pub id: i64,
    pub person_id: i64,
    pub from_day: String,
    pub until_day: Option<String>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
    pub recorded_by: Option<i64>,
    pub superseded_by: Option<i64>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = pauses, treat_none_as_default_value = false)]
pub struct NewPauseRow {
    pub person_id: i64,
    pub from_day: String,
    pub until_day: Option<String>,
    pub recorded_at: i64,
    pub recorded_by: Option<i64>,
}

/// Which field of somebody's was put right; not what it was, for a name given up is nobody's business.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = person_corrections, treat_none_as_default_value = false)]
pub struct NewCorrectionRow {
    pub person_id: i64,
    pub field: &'static str,
    pub recorded_by: Option<i64>,
    pub recorded_at: i64,
}

/// An import that was applied.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = imports)]
pub struct NewImportRow {
    pub file_name: String,
    pub file_hash: String,
    pub school_id: Option<i64>,
    pub applied_by: Option<i64>,
    pub applied_at: i64,
    pub new_people: i64,
    pub changed_people: i64,
    pub unchanged_people: i64,
    pub rejected_rows: i64,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct ImportRow {
    pub applied_by: Option<i64>,
    pub applied_at: i64,
    pub new_people: i64,
    pub changed_people: i64,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = import_uploads)]
pub struct NewUploadRow {
    pub person_id: i64,
    pub school_id: Option<i64>,
    pub file_name: String,
    pub bytes: Vec<u8>,
    pub uploaded_at: i64,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = import_uploads)]
pub struct UploadRow {
    pub id: i64,
    pub school_id: Option<i64>,
    pub file_name: String,
    pub bytes: Vec<u8>,
    pub uploaded_at: i64,
    /// What was done with it, once it was applied; its bytes are gone then.
    pub done: Option<String>,
}

// ── schools

pub fn insert_school(conn: &mut Conn, now: Instant, urn: &str, name: &str, central: bool) -> Result<i64> {
    Ok(diesel::insert_into(schools::table)
        .values((
            schools::urn.eq(urn),
            schools::name.eq(name),
            schools::central.eq(central),
            schools::listed_at.eq(now.0),
        ))
        .returning(schools::id)
        .get_result(conn)?)
}

pub fn rename_school(conn: &mut Conn, school: i64, name: &str) -> Result<()> {
    diesel::update(schools::table.find(school)).set(schools::name.eq(name)).execute(conn)?;
    Ok(())
}

pub fn set_laestab(conn: &mut Conn, school: i64, laestab: Option<&str>) -> Result<()> {
    diesel::update(schools::table.find(school)).set(schools::laestab.eq(laestab)).execute(conn)?;
    Ok(())
}

pub fn all_schools(conn: &mut Conn) -> Result<Vec<SchoolRow>> {
    Ok(each_backend!(conn, |c| schools::table
        .order((schools::central, schools::name))
        .select(SchoolRow::as_select())
        .load(c))?)
}

// ── people

pub fn insert_person(conn: &mut Conn, row: &NewPersonRow) -> Result<i64> {
    Ok(diesel::insert_into(people::table).values(row).returning(people::id).get_result(conn)?)
}

/// Many at once; gives each one's id by their pseudonym.
pub fn insert_people(conn: &mut Conn, rows: &[NewPersonRow]) -> Result<HashMap<String, i64>> {
    let mut ids = HashMap::with_capacity(rows.len());
    for some in rows.chunks(500) {
        let made: Vec<(String, i64)> = each_backend!(conn, |c| diesel::insert_into(people::table)
            .values(some)
            .returning((people::pseudonym, people::id))
            .get_results(c))?;
        ids.extend(made);
    }
    Ok(ids)
}

pub fn person(conn: &mut Conn, id: i64) -> Result<PersonRow> {
    Ok(each_backend!(conn, |c| people::table.find(id).select(PersonRow::as_select()).first(c))?)
}

pub fn person_by_email(conn: &mut Conn, email: &str) -> Result<Option<PersonRow>> {
    Ok(people::table.filter(people::work_email.eq(email)).select(PersonRow::as_select()).first(conn).optional()?)
}

pub fn all_people(conn: &mut Conn) -> Result<Vec<PersonRow>> {
    Ok(people::table.order(people::id).select(PersonRow::as_select()).load(conn)?)
}

pub fn some_people(conn: &mut Conn, ids: &[i64]) -> Result<Vec<PersonRow>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        found.extend(
            people::table.filter(people::id.eq_any(some)).select(PersonRow::as_select()).load::<PersonRow>(conn)?,
        );
    }
    Ok(found)
}

pub fn update_person(conn: &mut Conn, now: Instant, row: &PersonRow) -> Result<()> {
    rename_person(conn, row)?;
    touch(conn, now, &[row.id])
}

/// Names, code and email alone: whoever calls it sees to `touch`.
pub fn rename_person(conn: &mut Conn, row: &PersonRow) -> Result<()> {
    diesel::update(people::table.find(row.id))
        .set((
            people::title.eq(&row.title),
            people::forename.eq(&row.forename),
            people::surname.eq(&row.surname),
            people::preferred_forename.eq(&row.preferred_forename),
            people::preferred_surname.eq(&row.preferred_surname),
            people::work_email.eq(&row.work_email),
            people::staff_code.eq(&row.staff_code),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn insert_corrections(conn: &mut Conn, rows: &[NewCorrectionRow]) -> Result<()> {
    for some in rows.chunks(500) {
        each_backend!(conn, |c| diesel::insert_into(person_corrections::table).values(some).execute(c))?;
    }
    Ok(())
}

/// Something that decides what these people are assigned has changed. Their `changed_at` grows each time, so that two
/// changes within one millisecond are told apart.
pub fn touch(conn: &mut Conn, now: Instant, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(500) {
        let later = case_when(people::changed_at.ge(now.0), people::changed_at + 1).otherwise(now.0);
        diesel::update(people::table.filter(people::id.eq_any(some)))
            .set(people::changed_at.eq(later))
            .execute(conn)?;
    }
    Ok(())
}

// ── references

pub fn insert_references(conn: &mut Conn, rows: &[(i64, String, String)]) -> Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(person, source, reference)| {
            (
                staff_references::person_id.eq(*person),
                staff_references::source.eq(source.as_str()),
                staff_references::reference.eq(reference.as_str()),
            )
        })
        .collect();
    for some in rows.chunks(500) {
        each_backend!(conn, |c| diesel::insert_into(staff_references::table).values(some).execute(c))?;
    }
    Ok(())
}

/// Whether somebody has this reference already.
pub fn is_reference_taken(conn: &mut Conn, source: &str, reference: &str) -> Result<bool> {
    let of = staff_references::source.eq(source).and(staff_references::reference.eq(reference));
    let found: i64 = staff_references::table.filter(of).count().get_result(conn)?;
    Ok(found > 0)
}

/// Person, source and reference of all.
pub fn all_references(conn: &mut Conn) -> Result<Vec<(i64, String, String)>> {
    Ok(staff_references::table
        .select((staff_references::person_id, staff_references::source, staff_references::reference))
        .load(conn)?)
}

// ── posts

pub fn insert_post(conn: &mut Conn, row: &NewPostRow) -> Result<i64> {
    Ok(diesel::insert_into(posts::table).values(row).returning(posts::id).get_result(conn)?)
}

/// Many at once; gives the rows as they are stored, in any order.
pub fn insert_posts(conn: &mut Conn, rows: &[NewPostRow]) -> Result<Vec<PostRow>> {
    let mut stored = Vec::with_capacity(rows.len());
    for some in rows.chunks(500) {
        let made: Vec<PostRow> = each_backend!(conn, |c| diesel::insert_into(posts::table)
            .values(some)
            .returning(PostRow::as_returning())
            .get_results(c))?;
        stored.extend(made);
    }
    Ok(stored)
}

/// From now on this row is history.
pub fn supersede_post(conn: &mut Conn, now: Instant, id: i64) -> Result<()> {
    let changed = diesel::update(posts::table.filter(posts::id.eq(id).and(posts::superseded_at.is_null())))
        .set(posts::superseded_at.eq(now.0))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Problem::NotFound) }
}

/// The same for many; all of them must stand.
pub fn supersede_posts(conn: &mut Conn, now: Instant, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(500) {
        let changed = diesel::update(posts::table.filter(posts::id.eq_any(some).and(posts::superseded_at.is_null())))
            .set(posts::superseded_at.eq(now.0))
            .execute(conn)?;
        if changed != some.len() {
            return Err(Problem::NotFound);
        }
    }
    Ok(())
}

/// Every row of posts that is not superseded, past ones too, by person.
pub fn standing_posts(conn: &mut Conn) -> Result<Vec<PostRow>> {
    Ok(posts::table
        .filter(posts::superseded_at.is_null())
        .order((posts::person_id, posts::id))
        .select(PostRow::as_select())
        .load(conn)?)
}

/// Every row of posts, superseded ones too, by person.
pub fn all_posts(conn: &mut Conn) -> Result<Vec<PostRow>> {
    Ok(posts::table.order((posts::person_id, posts::id)).select(PostRow::as_select()).load(conn)?)
}

/// Whose standing post at a school began on a day.
pub fn began_on(conn: &mut Conn, school: i64, day: Day) -> Result<Vec<i64>> {
    let there = posts::school_id.eq(school).and(posts::from_day.eq(day.to_string()));
    Ok(posts::table.filter(there.and(posts::superseded_at.is_null())).select(posts::person_id).load(conn)?)
}

pub fn posts_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<PostRow>> {
    // A statement about one person is prepared once; one about a list of them is written anew each time.
    if let [one] = ids {
        return Ok(each_backend!(conn, |c| posts::table
            .filter(posts::person_id.eq(*one))
            .order(posts::id)
            .select(PostRow::as_select())
            .load(c))?);
    }
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        found.extend(
            posts::table
                .filter(posts::person_id.eq_any(some))
                .order((posts::person_id, posts::id))
                .select(PostRow::as_select())
                .load::<PostRow>(conn)?,
        );
    }
    Ok(found)
}

/// The people whose standing post names this manager.
pub fn managed_by(conn: &mut Conn, manager: i64, day: Day) -> Result<Vec<i64>> {
    let day = day.to_string();
    let mut found: Vec<i64> = posts::table
        .filter(posts::manager_id.eq(manager).and(posts::superseded_at.is_null()))
        .filter(posts::from_day.le(&day))
        .filter(posts::until_day.is_null().or(posts::until_day.ge(&day)))
        .select(posts::person_id)
        .load(conn)?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The posts as the evidence log should have them.
pub fn evidence_posts(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows = posts::table.order(posts::id).select(PostRow::as_select()).load(conn)?;
    rows.into_iter().map(|row: PostRow| Ok((row.id, serde_json::to_value(&row)?))).collect()
}

// ── pauses

pub fn supersede_pause(conn: &mut Conn, now: Instant, by: Option<i64>, id: i64) -> Result<()> {
    diesel::update(pauses::table.filter(pauses::id.eq(id).and(pauses::superseded_at.is_null())))
        .set((pauses::superseded_at.eq(now.0), pauses::superseded_by.eq(by)))
        .execute(conn)?;
    Ok(())
}

pub fn insert_pauses(conn: &mut Conn, rows: &[NewPauseRow]) -> Result<Vec<PauseRow>> {
    let mut stored = Vec::with_capacity(rows.len());
    for some in rows.chunks(500) {
        let made: Vec<PauseRow> = each_backend!(conn, |c| diesel::insert_into(pauses::table)
            .values(some)
            .returning(PauseRow::as_returning())
            .get_results(c))?;
        stored.extend(made);
    }
    Ok(stored)
}

pub fn evidence_pauses(conn: &mut Conn) -> Result<Vec<(i64, serde_json::Value)>> {
    let rows = pauses::table.order(pauses::id).select(PauseRow::as_select()).load(conn)?;
    rows.into_iter().map(|row: PauseRow| Ok((row.id, serde_json::to_value(&row)?))).collect()
}

pub fn supersede_pauses(conn: &mut Conn, now: Instant, by: Option<i64>, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(500) {
        diesel::update(pauses::table.filter(pauses::id.eq_any(some).and(pauses::superseded_at.is_null())))
            .set((pauses::superseded_at.eq(now.0), pauses::superseded_by.eq(by)))
            .execute(conn)?;
    }
    Ok(())
}

pub fn standing_pauses(conn: &mut Conn) -> Result<Vec<PauseRow>> {
    Ok(pauses::table
        .filter(pauses::superseded_at.is_null())
        .order((pauses::person_id, pauses::id))
        .select(PauseRow::as_select())
        .load(conn)?)
}

pub fn all_pauses(conn: &mut Conn) -> Result<Vec<PauseRow>> {
    Ok(pauses::table.order((pauses::person_id, pauses::id)).select(PauseRow::as_select()).load(conn)?)
}

pub fn pauses_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<PauseRow>> {
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        found.extend(
            pauses::table
                .filter(pauses::person_id.eq_any(some))
                .order((pauses::person_id, pauses::id))
                .select(PauseRow::as_select())
                .load::<PauseRow>(conn)?,
        );
    }
    Ok(found)
}

// ── imports

pub fn insert_import(conn: &mut Conn, row: &NewImportRow) -> Result<i64> {
    Ok(diesel::insert_into(imports::table).values(row).returning(imports::id).get_result(conn)?)
}

/// The newest: of the trust, or one that this person applied or that was for one of these schools alone.
pub fn last_import(conn: &mut Conn, by: i64, scope: &Scope) -> Result<Option<ImportRow>> {
    let newest = imports::table.order(imports::id.desc()).select(ImportRow::as_select());
    Ok(match scope {
        Scope::Trust => newest.first(conn).optional()?,
        Scope::Schools(schools) => {
            newest.filter(imports::applied_by.eq(by).or(imports::school_id.eq_any(schools))).first(conn).optional()?
        }
    })
}

pub fn insert_upload(conn: &mut Conn, row: &NewUploadRow) -> Result<i64> {
    Ok(diesel::insert_into(import_uploads::table).values(row).returning(import_uploads::id).get_result(conn)?)
}

/// A list that this person has sent, not longer ago than this.
pub fn upload(conn: &mut Conn, person: i64, id: i64, since: Instant) -> Result<UploadRow> {
    Ok(import_uploads::table
        .filter(import_uploads::id.eq(id).and(import_uploads::person_id.eq(person)))
        .filter(import_uploads::uploaded_at.gt(since.0))
        .select(UploadRow::as_select())
        .first(conn)?)
}

/// Id, name, when it was sent, and whether it was applied.
pub fn uploads_of(conn: &mut Conn, person: i64, since: Instant) -> Result<Vec<(i64, String, i64, bool)>> {
    use import_uploads as u;
    let theirs = u::table.filter(u::person_id.eq(person).and(u::uploaded_at.gt(since.0))).order(u::id.desc());
    Ok(theirs.select((u::id, u::file_name, u::uploaded_at, u::done.is_not_null())).load(conn)?)
}

/// The list itself goes; what was done with it stays in its place.
pub fn empty_upload(conn: &mut Conn, id: i64, done: &str) -> Result<()> {
    let set = (import_uploads::bytes.eq(Vec::<u8>::new()), import_uploads::done.eq(Some(done)));
    diesel::update(import_uploads::table.find(id)).set(set).execute(conn)?;
    Ok(())
}

pub fn delete_uploads_before(conn: &mut Conn, instant: Instant) -> Result<usize> {
    Ok(diesel::delete(import_uploads::table.filter(import_uploads::uploaded_at.le(instant.0))).execute(conn)?)
}

// ── cards

/// Slot and words that hold for a school: its own, and the trust's where it has none.
pub fn cards_of(conn: &mut Conn, school: Option<i64>) -> Result<Vec<(Option<i64>, String, String)>> {
    let standing = cards::table.filter(cards::superseded_at.is_null()).order(cards::id).select((
        cards::school_id,
        cards::slot,
        cards::words,
    ));
    let rows: Vec<(Option<i64>, String, String)> = match school {
        Some(school) => standing.filter(cards::school_id.is_null().or(cards::school_id.eq(school))).load(conn)?,
        None => standing.filter(cards::school_id.is_null()).load(conn)?,
    };
    Ok(rows)
}

/// The same as it was at an instant.
pub fn cards_as_at(conn: &mut Conn, school: i64, at: Instant) -> Result<Vec<(Option<i64>, String, String)>> {
    let of_school = cards::school_id.is_null().or(cards::school_id.eq(school));
    let stood = cards::superseded_at.is_null().or(cards::superseded_at.gt(at.0));
    Ok(cards::table
        .filter(of_school.and(cards::recorded_at.le(at.0)).and(stood))
        .order(cards::id)
        .select((cards::school_id, cards::slot, cards::words))
        .load(conn)?)
}

pub fn set_card(
    conn: &mut Conn,
    now: Instant,
    by: Option<i64>,
    school: Option<i64>,
    slot: &str,
    words: &str,
) -> Result<()> {
    let standing = cards::table.filter(cards::slot.eq(slot).and(cards::superseded_at.is_null()));
    let set = cards::superseded_at.eq(now.0);
    match school {
        Some(school) => {
            let ids: Vec<i64> = standing.filter(cards::school_id.eq(school)).select(cards::id).load(conn)?;
            diesel::update(cards::table.filter(cards::id.eq_any(ids))).set(set).execute(conn)?;
        }
        None => {
            let ids: Vec<i64> = standing.filter(cards::school_id.is_null()).select(cards::id).load(conn)?;
            diesel::update(cards::table.filter(cards::id.eq_any(ids))).set(set).execute(conn)?;
        }
    }
    if words.is_empty() {
        return Ok(());
    }
    diesel::insert_into(cards::table)
        .values((
            cards::school_id.eq(school),
            cards::slot.eq(slot),
            cards::words.eq(words),
            cards::recorded_by.eq(by),
            cards::recorded_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}
