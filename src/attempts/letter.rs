//! The letter of this room: somebody would welcome help with a course.

use serde_json::json;

use crate::clock::Instant;
use crate::courses::Course;
use crate::mail::Letter;
use crate::people::Person;

pub const HELP_WELCOME: &str = "help-welcome";

/// The values that say who asked, and about which course, so that nobody is told twice. The first is not in the words.
pub const ASKED_BY: &str = "asked_by";
pub const COURSE: &str = "slug";

/// To whoever can help. It says nothing of marks, answers or tries.
pub fn help_welcome(helper: &Person, person: &Person, course: &Course, not_before: Instant) -> Letter {
    Letter {
        kind: HELP_WELCOME,
        person: Some(helper.id),
        recipient: helper.work_email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        recipient_name: helper.name(),
        values: json!({
            "forename": helper.known_as(),
            "person": person.name(),
            "course": course.title,
            COURSE: course.slug,
            ASKED_BY: person.id,
        }),
        not_before,
    }
}
