//! The tables of identity: grants, links, askings and sessions.

use diesel::prelude::*;

use super::rules::{LinkKind, Rights};
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::each_backend;
use crate::problem::{Problem, Result};
use crate::schema::{grants, link_askings, links, people, posts, schools, sessions};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct GrantRow {
    pub id: i64,
    pub person_id: i64,
    pub role: String,
    pub school_id: Option<i64>,
    pub from_day: String,
    pub until_day: Option<String>,
    pub given_by: Option<i64>,
    pub given_to: Option<String>,
    pub recorded_at: i64,
}

pub fn insert_grant(
    conn: &mut Conn,
    now: Instant,
    by: Option<i64>,
    (person, role, school): (i64, &str, Option<i64>),
    given_to: Option<&str>,
    (from, until): (Day, Option<Day>),
) -> Result<i64> {
    Ok(diesel::insert_into(grants::table)
        .values((
            grants::person_id.eq(person),
            grants::role.eq(role),
            grants::school_id.eq(school),
            grants::from_day.eq(from.to_string()),
            grants::until_day.eq(until.map(|day| day.to_string())),
            grants::given_by.eq(by),
            grants::given_to.eq(given_to),
            grants::recorded_at.eq(now.0),
        ))
        .returning(grants::id)
        .get_result(conn)?)
}

/// Gives whose grant it was.
pub fn supersede_grant(conn: &mut Conn, now: Instant, id: i64) -> Result<i64> {
    diesel::update(grants::table.filter(grants::id.eq(id).and(grants::superseded_at.is_null())))
        .set(grants::superseded_at.eq(now.0))
        .returning(grants::person_id)
        .get_results(conn)?
        .pop()
        .ok_or(Problem::NotFound)
}

pub fn standing_grants(conn: &mut Conn) -> Result<Vec<GrantRow>> {
    Ok(grants::table
        .filter(grants::superseded_at.is_null())
        .order(grants::id)
        .select(GrantRow::as_select())
        .load(conn)?)
}

/// Role and school of the grants that hold; none that was given while the person had another address.
pub fn grants_of(conn: &mut Conn, person: i64, day: Day) -> Result<Vec<(String, Option<i64>)>> {
    let day = day.to_string();
    type Held = (String, Option<i64>, Option<String>, Option<String>);
    let held: Vec<Held> = grants::table
        .inner_join(people::table)
        .filter(grants::person_id.eq(person).and(grants::superseded_at.is_null()))
        .filter(grants::from_day.le(&day))
        .filter(grants::until_day.is_null().or(grants::until_day.ge(&day)))
        .select((grants::role, grants::school_id, grants::given_to, people::work_email))
        .load(conn)?;
    Ok(held
        .into_iter()
        .filter(|(_, _, given_to, email)| given_to == email)
        .map(|(role, school, ..)| (role, school))
        .collect())
}

// ── links

pub struct LinkRow {
    pub id: i64,
    pub person: i64,
    pub kind: LinkKind,
    pub expires: Instant,
    pub used: bool,
}

pub fn insert_link(conn: &mut Conn, now: Instant, person: i64, kind: LinkKind, token_hash: &[u8]) -> Result<()> {
    diesel::insert_into(links::table)
        .values((
            links::token_hash.eq(token_hash),
            links::person_id.eq(person),
            links::kind.eq(kind.as_str()),
            links::made_at.eq(now.0),
            links::expires_at.eq(now.plus_minutes(kind.lives_minutes()).0),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn link(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<LinkRow>> {
    let row: Option<(i64, i64, String, i64, Option<i64>)> = links::table
        .filter(links::token_hash.eq(token_hash))
        .select((links::id, links::person_id, links::kind, links::expires_at, links::used_at))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(id, person, kind, expires, used)| {
        Some(LinkRow { id, person, kind: LinkKind::parse(&kind)?, expires: Instant(expires), used: used.is_some() })
    }))
}

/// Uses it up. False if somebody was quicker.
pub fn use_link(conn: &mut Conn, now: Instant, id: i64) -> Result<bool> {
    let used = diesel::update(links::table.filter(links::id.eq(id).and(links::used_at.is_null())))
        .set(links::used_at.eq(now.0))
        .execute(conn)?;
    Ok(used == 1)
}

// ── askings

pub fn note_asking(conn: &mut Conn, now: Instant, address_hash: &[u8]) -> Result<()> {
    diesel::insert_into(link_askings::table)
        .values((link_askings::address_hash.eq(address_hash), link_askings::asked_at.eq(now.0)))
        .execute(conn)?;
    Ok(())
}

/// Askings since an instant: for this address, and in all.
pub fn askings_since(conn: &mut Conn, since: Instant, address_hash: &[u8]) -> Result<(i64, i64)> {
    let recent = link_askings::table.filter(link_askings::asked_at.gt(since.0));
    let of_all = recent.count().get_result(conn)?;
    let of_address = link_askings::table
        .filter(link_askings::asked_at.gt(since.0).and(link_askings::address_hash.eq(address_hash)))
        .count()
        .get_result(conn)?;
    Ok((of_address, of_all))
}

pub fn forget_askings(conn: &mut Conn, before: Instant) -> Result<()> {
    diesel::delete(link_askings::table.filter(link_askings::asked_at.lt(before.0))).execute(conn)?;
    Ok(())
}

// ── sessions

pub struct NewSession<'a> {
    pub sid_hash: &'a [u8],
    pub person: i64,
    pub rights: Rights,
    pub method: &'a str,
    pub shared_computer: bool,
    pub form_token: &'a str,
    pub idle_minutes: i64,
    pub ends: Instant,
}

pub fn insert_session(conn: &mut Conn, now: Instant, new: &NewSession) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::sid_hash.eq(new.sid_hash),
            sessions::person_id.eq(new.person),
            sessions::rights.eq(new.rights.as_str()),
            sessions::method.eq(new.method),
            sessions::shared_computer.eq(new.shared_computer),
            sessions::form_token.eq(new.form_token),
            sessions::opened_at.eq(now.0),
            sessions::seen_at.eq(now.0),
            sessions::idle_minutes.eq(new.idle_minutes),
            sessions::ends_at.eq(new.ends.0),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: i64,
    pub rights: String,
    pub method: String,
    pub shared_computer: bool,
    pub form_token: String,
    pub seen_at: i64,
    pub idle_minutes: i64,
    pub ends_at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct HolderRow {
    pub id: i64,
    pub pseudonym: String,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: String,
    pub preferred_surname: String,
}

/// The session and whose it is, in one statement.
pub fn session(conn: &mut Conn, sid_hash: &[u8]) -> Result<Option<(SessionRow, HolderRow)>> {
    Ok(each_backend!(conn, |c| sessions::table
        .inner_join(people::table)
        .filter(sessions::sid_hash.eq(sid_hash))
        .select((SessionRow::as_select(), HolderRow::as_select()))
        .first(c)
        .optional())?)
}

pub fn note_seen(conn: &mut Conn, now: Instant, session: i64) -> Result<()> {
    diesel::update(sessions::table.find(session)).set(sessions::seen_at.eq(now.0)).execute(conn)?;
    Ok(())
}

pub fn end_session(conn: &mut Conn, now: Instant, session: i64) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::id.eq(session).and(sessions::ended_at.is_null())))
        .set(sessions::ended_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

pub fn end_sessions_of(conn: &mut Conn, now: Instant, person: i64) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::person_id.eq(person).and(sessions::ended_at.is_null())))
        .set(sessions::ended_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

/// Removes sessions that ended, and links that ran out, before an instant.
pub fn forget_old(conn: &mut Conn, before: Instant) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::ends_at.lt(before.0))).execute(conn)?;
    diesel::delete(links::table.filter(links::expires_at.lt(before.0))).execute(conn)?;
    Ok(())
}

/// The standing posts that somebody holds today or manages today, in one statement: whose, school, URN, from.
pub fn posts_held_or_managed(conn: &mut Conn, person: i64, day: Day) -> Result<Vec<(i64, i64, String, String)>> {
    let day = day.to_string();
    Ok(each_backend!(conn, |c| posts::table
        .inner_join(schools::table)
        .filter(posts::person_id.eq(person).or(posts::manager_id.eq(person)))
        .filter(posts::superseded_at.is_null().and(posts::from_day.le(&day)))
        .filter(posts::until_day.is_null().or(posts::until_day.ge(&day)))
        .select((posts::person_id, posts::school_id, schools::urn, posts::from_day))
        .load(c))?)
}

/// Whether somebody had posts, and the last of them has ended.
pub fn has_left(conn: &mut Conn, person: i64, day: Day) -> Result<bool> {
    let last_days: Vec<Option<String>> = posts::table
        .filter(posts::person_id.eq(person).and(posts::superseded_at.is_null()))
        .select(posts::until_day)
        .load(conn)?;
    let day = day.to_string();
    let has_ended = |last: &Option<String>| last.as_ref().is_some_and(|last| *last < day);
    Ok(!last_days.is_empty() && last_days.iter().all(has_ended))
}
