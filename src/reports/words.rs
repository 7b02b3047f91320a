//! The words that this room's pages share: what a requirement is called, and how a status is said in a word or two.

use super::figures::{Group, NotCounted};
use crate::assignments::rules::Standing;
use crate::courses::{Kind, Library};
use crate::people::PostRecord;
use crate::text;

/// A status in a word or two, and the colour that goes with it, never alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pill {
    pub kind: &'static str,
    pub words: String,
}

impl Pill {
    pub fn new(kind: &'static str, words: impl Into<String>) -> Pill {
        Pill { kind, words: words.into() }
    }
}

/// As HR see an assignment.
pub fn pill(standing: Standing) -> Pill {
    match standing {
        Standing::Completed { connection_recorded: true, .. } => Pill::new("done", "Connection recorded"),
        Standing::Completed { late: true, .. } => Pill::new("done", "Completed late"),
        Standing::Completed { .. } => Pill::new("done", "Completed"),
        Standing::EndedUndone => Pill::new("none", "Ended undone"),
        Standing::Exempt => Pill::new("none", "Exempt"),
        Standing::DiscussionNeeded => Pill::new("now", "Discussion needed"),
        Standing::QueryOpen => Pill::new("now", "Query open"),
        Standing::Paused => Pill::new("none", "Paused"),
        Standing::Overdue { days } => Pill::new("late", format!("Overdue {}", days_of(days))),
        Standing::DueSoon { days } => Pill::new("due", due_in(days)),
        Standing::Due => Pill::new("none", "Due"),
        Standing::NotDue => Pill::new("none", "Not due"),
    }
}

/// As a line manager sees it: neither that somebody asked nor what they declared.
pub fn pill_for_manager(standing: Standing) -> Pill {
    match standing {
        Standing::DiscussionNeeded | Standing::QueryOpen => Pill::new("now", "Open"),
        Standing::Completed { late, .. } => pill(Standing::Completed { late, connection_recorded: false }),
        other => pill(other),
    }
}

/// "1 day", "24 days"
pub fn days_of(days: i64) -> String {
    text::count(usize::try_from(days).unwrap_or_default(), "day", "days")
}

/// "Due today", "Due tomorrow", "Due in 6 days"
pub fn due_in(days: i64) -> String {
    match days {
        0 => "Due today".to_owned(),
        1 => "Due tomorrow".to_owned(),
        _ => format!("Due in {}", days_of(days)),
    }
}

/// What is asked, as a thing: "Data protection", "the social media policy".
pub fn subject_of(library: &Library, kind: Kind, slug: &str) -> String {
    let title = library.title(kind, slug).unwrap_or_else(|| slug.replace('-', " "));
    if kind == Kind::Policy { format!("the {}", text::within_a_sentence(&title)) } else { title }
}

/// "first", "second", … "11th"
pub fn ordinal(number: i32) -> String {
    const WORDS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let word = usize::try_from(number - 1).ok().and_then(|place| WORDS.get(place));
    word.map_or_else(|| format!("{number}th"), |word| (*word).to_owned())
}

/// A sentence that was written to somebody, as another person reads it: "you joined" becomes "they joined".
pub fn told_to_another(sentence: &str) -> String {
    let mut before = "";
    let mut told: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        let bare = word.trim_end_matches(['.', ',', ':', ';', '’']);
        let tail = &word[bare.len()..];
        let object = matches!(before, "with" | "of" | "for" | "to" | "told");
        let said = match bare {
            "you" if object => "them",
            "you" => "they",
            "You" => "They",
            "your" => "their",
            "Your" => "Their",
            other => other,
        };
        told.push(format!("{said}{tail}"));
        before = bare;
    }
    told.join(" ")
}

/// How somebody stands with everything together; days late and days left are of what is latest and what is soonest.
pub fn group_pill(group: Group, days_late: i64, days_left: Option<i64>) -> Pill {
    match group {
        Group::UpToDate => Pill::new("done", "Up to date"),
        Group::Overdue => Pill::new("late", format!("Overdue {}", days_of(days_late))),
        Group::Waiting => Pill::new("now", "Waiting"),
        Group::OnTheWay => days_left.map_or(Pill::new("none", "On the way"), |days| Pill::new("due", due_in(days))),
        Group::NotCounted(NotCounted::Paused) => Pill::new("none", "Paused"),
        Group::NotCounted(NotCounted::ExemptFromAll) => Pill::new("none", "Exempt"),
        Group::NotCounted(NotCounted::Newcomer) => Pill::new("none", "New starter"),
        Group::NotCounted(NotCounted::NothingAsked) => Pill::new("none", "Nothing asked"),
    }
}

/// The job as a page says it: its title or, where the staff list gives none, its role group.
pub fn job(record: &PostRecord) -> String {
    if record.job_title.is_empty() { text::capital(record.post.role_group.as_str()) } else { record.job_title.clone() }
}
