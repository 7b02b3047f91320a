//! The letters of this room: the receipt of a signature, and word that a query is settled.

use serde_json::json;

use super::rules::Closing;
use super::sheet::ReceiptFacts;
use crate::assignments;
use crate::clock::Instant;
use crate::db::Conn;
use crate::mail::Letter;
use crate::people::rules::{Post, WorkEmail, main_post};
use crate::people::{self, Person};
use crate::problem::Result;

/// Minutes after midnight between which letters that can wait leave: 08:00 to 18:00.
const OPENS: u32 = 8 * 60;
const CLOSES: u32 = 18 * 60;

/// Leaves at once, as every receipt does.
pub fn receipt(person: &Person, email: &WorkEmail, facts: &ReceiptFacts, slug: &str) -> Letter {
    let statements: Vec<_> =
        facts.statements.iter().map(|stated| json!({ "text": stated.text, "answer": stated.answer })).collect();
    let values = json!({
        "forename": person.known_as(),
        "name": facts.printed_name,
        "policy": facts.policy,
        "version": facts.version,
        "cycle": facts.cycle,
        "signed": facts.signed_at.long(),
        "reference": facts.reference,
        "entry": facts.entry_id,
        "statements": statements,
        "receipt_path": format!("/attestations/{slug}/receipt.pdf?of={}", facts.reference),
    });
    to(person, email, "attestation-receipt", values, facts.signed_at)
}

/// Says that somebody may sign now; a question's answer is in it.
pub fn settled(person: &Person, email: &WorkEmail, policy: &str, closing: &Closing, not_before: Instant) -> Letter {
    let values = json!({
        "forename": person.known_as(),
        "policy": policy,
        "is_answer": matches!(closing, Closing::Answer(_)),
        "is_connection": matches!(closing, Closing::ConnectionRecorded { .. }),
        "is_discussed": matches!(closing, Closing::Discussed),
        "answer": closing.words(),
    });
    to(person, email, "query-settled", values, not_before)
}

fn to(
    person: &Person,
    email: &WorkEmail,
    kind: &'static str,
    values: serde_json::Value,
    not_before: Instant,
) -> Letter {
    Letter {
        kind,
        person: Some(person.id),
        recipient: email.as_str().to_owned(),
        recipient_name: person.name(),
        values,
        not_before,
    }
}

/// Now, if somebody is at work now; otherwise 08:00 on their next working day.
pub fn in_working_hours(conn: &mut Conn, person: i64, now: Instant) -> Result<Instant> {
    let today = now.day();
    let records = people::posts_of(conn, &[person])?;
    let posts: Vec<Post> =
        records.into_iter().filter(|record| record.superseded.is_none()).map(|record| record.post).collect();
    let calendars = assignments::calendars(conn)?;
    let Some(main) = main_post(&posts, today) else { return Ok(now) };
    let (calendar, term_time_only) = (calendars.of(&main.school), main.is_term_time_only());
    let minute = now.minute_of_day();
    if minute >= CLOSES {
        return Ok(calendar.next_working_day(today, term_time_only).at_minute(OPENS));
    }
    match calendar.working_day_from(today, term_time_only) {
        day if day == today && minute >= OPENS => Ok(now),
        day => Ok(day.at_minute(OPENS)),
    }
}
