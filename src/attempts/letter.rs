//! The letter of this room: somebody would welcome help with a course.

use serde_json::json;

use crate::clock::Instant;
use crate::courses::Course;
use crate::mail::Letter;
use crate::people::Person;

/// To whoever can help. It says nothing of marks, answers or tries.
pub fn help_welcome(helper: &Person, person: &Person, course: &Course, not_before: Instant) -> Letter {
    Letter {
        kind: "help-welcome",
        person: Some(helper.id),
        recipient: helper.work_email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        recipient_name: helper.name(),
        values: json!({
            "forename": helper.known_as(),
            "person": person.name(),
            "course": course.title,
            "slug": course.slug,
        }),
        not_before,
    }
}
