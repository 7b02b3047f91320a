//! Takes letters from the outbox and sends them: makes the sign-in link at that moment, fills the template, and says so in the
//! log. What is stored has *your own link* in the link's place.

use serde_json::{Value, json};

use crate::act::Act;
use crate::app::App;
use crate::assignments;
use crate::courses::Library;
use crate::evidence::{Actor, Draft};
use crate::identity::{self, rules::LinkKind};
use crate::mail::outbox::{self, Row};
use crate::mail::{MailFault, Ready, Transport};
use crate::people;
use crate::problem::Result;
use crate::reminders;

/// Letters that must never arrive twice; if a server may have taken one, it is not sent again.
pub const ONCE_ONLY: &[&str] = &[reminders::KIND];
/// Letters that leave at any hour: links that were asked for, receipts, and the one that tries the way out.
const ANY_HOUR: &[&str] = &["sign-in", "attestation-receipt", "trial"];
const AT_ONCE: i64 = 64;
const HANDS: usize = 8;

/// What stands in a letter's copy where the link was.
pub const OWN_LINK: &str = "(your own link)";

/// A letter written out, and the copy that is kept of it.
pub struct Written {
    pub ready: Ready,
    pub copy: String,
}

/// Sends what is due; gives how many letters left.
pub fn send_due(app: &App) -> Result<usize> {
    let transport = app.transport()?;
    if transport.is_none() {
        return Ok(0);
    }
    let now = app.desk.clock.now();
    if app.read(|conn| outbox::is_any_left(conn, now))? {
        app.desk.database.write(move |conn| outbox::recover(conn, now, ONCE_ONLY))?;
    }
    let due = app.read(|conn| outbox::due(conn, now, AT_ONCE))?;
    let share = due.len().div_ceil(HANDS).max(1);
    let sent = std::thread::scope(|scope| {
        let hands: Vec<_> = due
            .chunks(share)
            .map(|rows| scope.spawn(|| rows.iter().filter(|row| send_one(app, &transport, row)).count()))
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap_or_default()).sum()
    });
    Ok(sent)
}

fn send_one(app: &App, transport: &Transport, row: &Row) -> bool {
    let sent = try_to_send(app, transport, row);
    sent.unwrap_or_else(|problem| {
        tracing::error!(letter = row.id, cause = %problem, "a letter could not be sent");
        false
    })
}

fn try_to_send(app: &App, transport: &Transport, row: &Row) -> Result<bool> {
    let waiting = row.clone();
    let library = app.library();
    let Some(Taken { row, token }) = app.act(Actor::system(), move |act| take(act, &library, &waiting))? else {
        return Ok(false);
    };
    let house = app.desk.house();
    // A letter that cannot be written out is our fault: it waits until that is put right.
    let written = write_out(app, &row, &token).map_err(|problem| MailFault::Later(problem.to_string()));
    let answer = written
        .and_then(|written| transport.send(&house.mail_from, &house.mail_reply, &written.ready).map(|()| written));
    let sent = answer.is_ok();
    app.act(Actor::system(), move |act| match &answer {
        Ok(written) => note_sent(act, &row, written),
        Err(MailFault::Never(why)) => outbox::mark_refused(act.conn, &row, act.now, why, true),
        Err(MailFault::Uncertain(why)) if ONCE_ONLY.contains(&row.kind.as_str()) => {
            outbox::mark_uncertain(act.conn, row.id, why)
        }
        Err(MailFault::Later(why) | MailFault::Uncertain(why)) => {
            outbox::mark_refused(act.conn, &row, act.now, why, false)
        }
    })?;
    Ok(sent)
}

/// A letter in this hand alone, addressed, and the token of its link.
struct Taken {
    row: Row,
    token: String,
}

/// Takes the letter, and makes its link if it is to a person. None if another hand was quicker, or it may not leave now.
fn take(act: &mut Act, library: &Library, row: &Row) -> Result<Option<Taken>> {
    if !may_leave(act, library, row)? {
        return Ok(None);
    }
    let Some(recipient) = address_now(act, row)? else {
        outbox::withdraw(act.conn, row.id, reminders::WITHDRAWN)?;
        return Ok(None);
    };
    if !outbox::take(act.conn, row.id, act.now)? {
        return Ok(None);
    }
    if recipient != row.recipient {
        outbox::readdress(act.conn, row.id, &recipient)?;
    }
    let kind = if row.kind == "sign-in" { LinkKind::Asked } else { LinkKind::Letter };
    let token = match row.person_id {
        Some(person) => identity::make_link(act, person, kind)?,
        None => String::new(),
    };
    Ok(Some(Taken { row: Row { recipient, ..row.clone() }, token }))
}

/// Asked at the moment of sending: a letter may have waited for a server, or for ours, until its reader had gone home.
fn may_leave(act: &mut Act, library: &Library, row: &Row) -> Result<bool> {
    let Some(person) = row.person_id else { return Ok(true) };
    if ANY_HOUR.contains(&row.kind.as_str()) {
        return Ok(true);
    }
    if row.kind == reminders::KIND {
        return reminders::let_go(act, library, row);
    }
    let then = assignments::in_working_hours(act.conn, person, act.now)?;
    if then > act.now {
        outbox::postpone(act.conn, row.id, then)?;
    }
    Ok(then <= act.now)
}

/// Where the person reads letters now: an address that was corrected since is somebody else's, and there is a link in the
/// letter. None if they have none any more.
fn address_now(act: &mut Act, row: &Row) -> Result<Option<String>> {
    match row.person_id {
        Some(person) => Ok(people::person(act.conn, person)?.work_email.map(|email| email.to_string())),
        None => Ok(Some(row.recipient.clone())),
    }
}

/// The letter as it leaves, and as it is kept.
pub fn write_out(app: &App, row: &Row, token: &str) -> Result<Written> {
    let address = app.desk.house().address.clone();
    let (subject, text) = fill(app, &row.kind, row.values()?, &format!("{address}/sign-in/link/{token}"))?;
    let (_, copy) = fill(app, &row.kind, row.values()?, OWN_LINK)?;
    let ready = Ready {
        recipient: row.recipient.clone(),
        recipient_name: row.recipient_name.clone(),
        subject,
        text,
        message_id: row.message_id.clone(),
    };
    Ok(Written { ready, copy })
}

/// Subject and text of a letter, with whatever stands for its link.
pub fn fill(app: &App, kind: &str, mut values: Value, link: &str) -> Result<(String, String)> {
    let house = app.desk.house();
    if let Some(values) = values.as_object_mut() {
        values.insert("trust".to_owned(), json!(house.trust));
        values.insert("address".to_owned(), json!(house.address));
        values.insert("link".to_owned(), json!(link));
    }
    app.desk.views.letter(kind, &values)
}

fn note_sent(act: &mut Act, row: &Row, written: &Written) -> Result<()> {
    outbox::mark_sent(act.conn, row.id, act.now, &written.ready.subject, &written.copy)?;
    let mut entry = Draft::new("letter-sent")?.fact("letter", row.id).fact("letter_kind", row.kind.as_str());
    if let Some(person) = row.person_id {
        let person = people::person(act.conn, person)?;
        entry = entry.about(&person.pseudonym, person.identity());
    }
    act.record(entry);
    Ok(())
}
