//! Identity: ways in (links), sessions, and who was granted which access role. It makes a `Viewer` from a session.

use serde_json::json;

mod cookie;
pub mod pages;
pub mod rules;
mod store;

use crate::act::Act;
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::evidence::Draft;
use crate::ids;
use crate::keys::Secret;
use crate::mail::Letter;
use crate::people::rules::{AccessRole, WorkEmail};
use crate::people::{self, Person, Role, Viewer};
use crate::problem::{Problem, Result};
use rules::{LinkKind, Rights};

/// The key of session cookies and of what is hashed for identity alone.
#[derive(Clone)]
pub struct Keyring {
    pub session: Secret,
}

// ── links

/// Makes a link for somebody; gives its token, of which only the hash is kept.
pub fn make_link(act: &mut Act, person: i64, kind: LinkKind) -> Result<String> {
    let token = ids::random_token()?;
    store::insert_link(act.conn, act.now, person, kind, &ids::sha256(token.as_bytes()))?;
    Ok(token)
}

/// What a link is good for, before its button is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// For whom.
    Good(i64),
    /// Used already, or run out: a fresh one can be sent to the same person.
    Spent(i64),
}

/// Not found if no such link was ever made.
pub fn look_at_link(conn: &mut Conn, token: &str, now: Instant) -> Result<LinkState> {
    let link = store::link(conn, &ids::sha256(token.as_bytes()))?.ok_or(Problem::NotFound)?;
    let good = !link.used && now < link.expires;
    Ok(if good { LinkState::Good(link.person) } else { LinkState::Spent(link.person) })
}

/// A session just opened, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    Opened { cookie: String, ends: Instant },
    Spent(i64),
}

/// Uses a link up and opens a session. Using one is never limited by address.
pub fn open_session(act: &mut Act, keyring: &Keyring, token: &str, shared_computer: bool) -> Result<Opening> {
    let link = store::link(act.conn, &ids::sha256(token.as_bytes()))?.ok_or(Problem::NotFound)?;
    if act.now >= link.expires || !store::use_link(act.conn, act.now, link.id)? {
        return Ok(Opening::Spent(link.person));
    }
    let rights = link.kind.rights();
    let with_roles = rights == Rights::All && holds_any_role(act.conn, link.person, act.now.day())?;
    let lifetime = rules::lifetime(with_roles, shared_computer);
    let ends = act.now.plus_minutes(lifetime.absolute_minutes);
    let sid = ids::random_token()?;
    let session = store::NewSession {
        sid_hash: &cookie::sid_hash(&sid),
        person: link.person,
        rights,
        method: "link",
        shared_computer,
        form_token: &ids::random_token()?,
        idle_minutes: lifetime.idle_minutes,
        ends,
    };
    store::insert_session(act.conn, act.now, &session)?;
    Ok(Opening::Opened { cookie: cookie::seal(&keyring.session, &sid, act.now, ends)?, ends })
}

fn holds_any_role(conn: &mut Conn, person: i64, today: Day) -> Result<bool> {
    Ok(!store::grants_of(conn, person, today)?.is_empty() || !people::managed_by(conn, person, today)?.is_empty())
}

/// What came of asking for a link. Nobody is told which addresses are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// If the address is known, a link is on its way.
    Taken,
    /// Asked for too often in the last hour.
    TooOften,
}

/// Asks for a link by email address: 3 an hour for an address, known or not, and a limit for the whole trust.
pub fn ask_for_link(act: &mut Act, keyring: &Keyring, email: &WorkEmail) -> Result<Asking> {
    let address_hash = ids::sha256(&[&keyring.session.0[..], email.as_str().as_bytes()].concat());
    let (of_address, of_all) = store::askings_since(act.conn, act.now.plus_hours(-1), &address_hash)?;
    if of_address >= rules::ASKINGS_AN_HOUR || of_all >= rules::TRUST_ASKINGS_AN_HOUR {
        return Ok(Asking::TooOften);
    }
    store::note_asking(act.conn, act.now, &address_hash)?;
    if let Some(person) = people::person_by_email(act.conn, email)? {
        act.post(&link_letter(&person, email, act.now))?;
    }
    Ok(Asking::Taken)
}

/// A fresh link to the same address as a spent one, within the same limits.
pub fn ask_again(act: &mut Act, keyring: &Keyring, spent_token: &str) -> Result<Asking> {
    let link = store::link(act.conn, &ids::sha256(spent_token.as_bytes()))?.ok_or(Problem::NotFound)?;
    match people::person(act.conn, link.person)?.work_email {
        Some(email) => ask_for_link(act, keyring, &email),
        None => Ok(Asking::Taken),
    }
}

/// The letter of a link that was asked for; the link itself is made when it is sent.
fn link_letter(person: &Person, email: &WorkEmail, now: Instant) -> Letter {
    Letter {
        kind: "sign-in",
        person: Some(person.id),
        recipient: email.as_str().to_owned(),
        recipient_name: person.name(),
        values: json!({ "forename": person.known_as() }),
        not_before: now,
    }
}

// ── sessions

/// A live session and who it is.
#[derive(Debug, Clone)]
pub struct Recognised {
    pub session: i64,
    pub viewer: Viewer,
    pub form_token: String,
    pub method: String,
    pub shared_computer: bool,
    /// The instant of this request should be noted.
    pub note: bool,
}

/// Who a cookie belongs to; `SignedOut` if nobody, or no longer.
pub fn recognise(conn: &mut Conn, keyring: &Keyring, token: &str, now: Instant) -> Result<Recognised> {
    let sid = cookie::open(&keyring.session, token, now).ok_or(Problem::SignedOut)?;
    let (session, holder) = store::session(conn, &cookie::sid_hash(&sid))?.ok_or(Problem::SignedOut)?;
    let seen = Instant(session.seen_at);
    if !rules::is_alive(now, seen, session.idle_minutes, Instant(session.ends_at), session.ended_at.is_some()) {
        return Err(Problem::SignedOut);
    }
    let viewer = viewer_of(conn, &holder, Rights::parse(&session.rights), now.day())?;
    Ok(Recognised {
        session: session.id,
        viewer,
        form_token: session.form_token,
        method: session.method,
        shared_computer: session.shared_computer,
        note: rules::should_note(now, seen),
    })
}

fn viewer_of(conn: &mut Conn, holder: &store::HolderRow, rights: Rights, today: Day) -> Result<Viewer> {
    let posts = store::posts_held_or_managed(conn, holder.id, today)?;
    let (held, managed): (Vec<_>, Vec<_>) = posts.into_iter().partition(|(whose, ..)| *whose == holder.id);
    let main = held.into_iter().min_by(|one, other| (&one.3, &one.2).cmp(&(&other.3, &other.2)));
    // Roles rest once somebody's last post has ended: they may still see their own record.
    let with_roles = rights == Rights::All && (main.is_some() || !store::has_left(conn, holder.id, today)?);
    let grants = if with_roles { store::grants_of(conn, holder.id, today)? } else { Vec::new() };
    let roles = grants
        .into_iter()
        .map(|(role, school)| Ok(Role { role: role.parse().map_err(Problem::fault)?, school }))
        .collect::<Result<_>>()?;
    let forename = or(&holder.preferred_forename, &holder.forename);
    Ok(Viewer {
        person: holder.id,
        pseudonym: holder.pseudonym.clone(),
        name: format!("{forename} {}", or(&holder.preferred_surname, &holder.surname)),
        forename: forename.to_owned(),
        roles,
        school: main.map(|(_, school, ..)| school),
        manages: with_roles && !managed.is_empty(),
    })
}

fn or<'a>(preferred: &'a str, otherwise: &'a str) -> &'a str {
    if preferred.is_empty() { otherwise } else { preferred }
}

pub fn note_seen(conn: &mut Conn, session: i64, now: Instant) -> Result<()> {
    store::note_seen(conn, now, session)
}

pub fn sign_out(act: &mut Act, session: i64) -> Result<()> {
    store::end_session(act.conn, act.now, session)
}

// ── grants

/// A grant as the settings page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: i64,
    pub person: i64,
    pub role: AccessRole,
    pub school: Option<i64>,
    pub from: Day,
    pub until: Option<Day>,
    /// None: the program, at set-up.
    pub given_by: Option<i64>,
    /// The work email that it goes with.
    pub given_to: Option<String>,
}

/// Gives somebody an access role. It goes with the work email that they have now: if that is changed, it rests until it is
/// given again, so that nobody who may correct an address comes by another's role. Their sessions end, so that the role's shorter lifetimes hold from the start.
pub fn grant(
    act: &mut Act,
    person: &Person,
    role: AccessRole,
    school: Option<i64>,
    from: Day,
    until: Option<Day>,
) -> Result<i64> {
    if until.is_some_and(|until| until < from) {
        return Err(Problem::invalid("until", "The last day must not lie before the first."));
    }
    let held = (person.id, role.as_str(), school);
    let given_to = person.work_email.as_ref().map(WorkEmail::as_str);
    let id = store::insert_grant(act.conn, act.now, act.who.person, held, given_to, (from, until))?;
    store::end_sessions_of(act.conn, act.now, person.id)?;
    let entry = Draft::new("access-granted")?
        .about(&person.pseudonym, person.identity())
        .fact("grant", id)
        .fact("role", role.as_str())
        .fact("school", school)
        .fact("from", from.to_string())
        .fact("until", until.map(|day| day.to_string()));
    act.record(entry);
    Ok(id)
}

/// Takes a grant back; the person's sessions end at once. The last administrator of the trust stays one.
pub fn end_grant(act: &mut Act, grant: i64) -> Result<()> {
    let for_all =
        |held: &Grant| held.role == AccessRole::Administrator && held.school.is_none() && held.until.is_none();
    let administrators: Vec<Grant> = grants(act.conn)?.into_iter().filter(for_all).collect();
    if administrators.len() == 1 && administrators[0].id == grant {
        return Err(Problem::refused("This is the trust’s last administrator. Make somebody else one first."));
    }
    let whose = store::supersede_grant(act.conn, act.now, grant)?;
    store::end_sessions_of(act.conn, act.now, whose)?;
    let person = people::person(act.conn, whose)?;
    act.record(Draft::new("access-ended")?.about(&person.pseudonym, person.identity()).fact("grant", grant));
    Ok(())
}

/// Every grant that nobody has taken back.
pub fn grants(conn: &mut Conn) -> Result<Vec<Grant>> {
    store::standing_grants(conn)?
        .into_iter()
        .map(|row| {
            Ok(Grant {
                id: row.id,
                person: row.person_id,
                role: row.role.parse().map_err(Problem::fault)?,
                school: row.school_id,
                from: row.from_day.parse().map_err(Problem::fault)?,
                until: row.until_day.map(|day| day.parse().map_err(Problem::fault)).transpose()?,
                given_by: row.given_by,
                given_to: row.given_to,
            })
        })
        .collect()
}

/// Clears away what has run out: askings after a day, sessions and links after 30 days.
pub fn forget_old(conn: &mut Conn, now: Instant) -> Result<()> {
    store::forget_askings(conn, now.plus_days(-1))?;
    store::forget_old(conn, now.plus_days(-30))
}
