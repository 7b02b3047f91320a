//! The letters of this room: the receipt of a signature, and word that a query is settled.

use serde_json::json;

use super::rules::{Closing, Query, still_with_hr};
use super::sheet::ReceiptFacts;
use crate::clock::Instant;
use crate::mail::Letter;
use crate::people::Person;
use crate::people::rules::WorkEmail;

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

/// Says what came of a query, a question's answer too; and that somebody may sign now, or what of theirs is still open.
pub fn settled(
    person: &Person,
    email: &WorkEmail,
    policy: &str,
    closing: &Closing,
    left: &[Query],
    not_before: Instant,
) -> Letter {
    let values = json!({
        "forename": person.known_as(),
        "policy": policy,
        "is_answer": matches!(closing, Closing::Answer(_)),
        "is_connection": matches!(closing, Closing::ConnectionRecorded { .. }),
        "is_discussed": matches!(closing, Closing::Discussed),
        "answer": closing.words(),
        "left": (!left.is_empty()).then(|| still_with_hr(left)),
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
