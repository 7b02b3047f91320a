//! The letter of this room: somebody would welcome help with a course.

use serde_json::json;

use crate::assignments::Assignment;
use crate::clock::Instant;
use crate::courses::Course;
use crate::mail::Letter;
use crate::people::Person;

pub const HELP_WELCOME: &str = "help-welcome";

/// The value that says which course of whom it is about, so that it is not asked for twice. It is not in the words.
pub const ASSIGNMENT: &str = "assignment";

/// To whoever can help. It says nothing of marks, answers or tries.
pub fn help_welcome(
    helper: &Person,
    person: &Person,
    assignment: &Assignment,
    course: &Course,
    not_before: Instant,
) -> Letter {
    Letter {
        kind: HELP_WELCOME,
        person: Some(helper.id),
        recipient: helper.work_email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        recipient_name: helper.name(),
        values: json!({
            "forename": helper.known_as(),
            "person": person.name(),
            "course": course.title,
            "slug": course.slug,
            ASSIGNMENT: assignment.id,
        }),
        not_before,
    }
}
