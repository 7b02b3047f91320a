//! What changes between two libraries, and whom each change touches, told before it takes effect.

use std::fmt;

use super::{Change, ChangeKind, Kind, Library};
use crate::clock::Day;
use crate::courses::reading::PolicyChange;

/// Whom a new version touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touches {
    /// It is corrected, or nobody has seen it yet.
    Nobody,
    /// Those who have completed it read what changed when they come back to it, and have nothing to do.
    Told,
    /// Everybody who is asked for it takes it, or signs it, again.
    Again,
}

/// One `[[change]]`, of whatever kind of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub day: Day,
    /// As the author wrote it: correction, notify, retake, minor, material.
    pub word: &'static str,
    pub what: String,
    pub touches: Touches,
}

impl Edit {
    pub(super) fn of(change: &Change) -> Edit {
        let (word, touches) = match change.kind {
            ChangeKind::First => ("first", Touches::Nobody),
            ChangeKind::Correction => ("correction", Touches::Nobody),
            ChangeKind::Notify => ("notify", Touches::Told),
            ChangeKind::Retake => ("retake", Touches::Again),
        };
        Edit { day: change.date, word, what: change.what.clone(), touches }
    }

    pub(super) fn of_policy(change: &PolicyChange) -> Edit {
        let (word, touches) = if change.material { ("material", Touches::Again) } else { ("minor", Touches::Nobody) };
        let what = change.now.clone().unwrap_or_else(|| change.clauses.join(", "));
        Edit { day: change.date, word, what, touches }
    }
}

/// The edits that were not there before. What an old one says may be put right; its day and its kind may not.
pub(super) fn new_edits(now: &[Edit], before: &[Edit]) -> Vec<Edit> {
    let mut old: Vec<(Day, &str)> = before.iter().map(|edit| (edit.day, edit.word)).collect();
    let mut fresh = Vec::new();
    for edit in now {
        match old.iter().position(|known| *known == (edit.day, edit.word)) {
            Some(place) => drop(old.remove(place)),
            None => fresh.push(edit.clone()),
        }
    }
    fresh
}

/// Something that is new, gone, or in another version.
#[derive(Debug, Clone)]
pub struct Difference {
    pub kind: Kind,
    pub slug: String,
    pub title: String,
    /// The version before; none if it is new.
    pub before: Option<String>,
    /// The version after; none if it is gone.
    pub after: Option<String>,
    pub edits: Vec<Edit>,
}

impl Difference {
    pub fn touches(&self) -> Touches {
        self.edits.iter().map(|edit| edit.touches).max().unwrap_or(Touches::Nobody)
    }

    /// "retake: everybody who is asked for it takes it again."
    pub fn sentence(&self) -> &'static str {
        match (&self.before, &self.after, self.kind, self.touches()) {
            (None, ..) => "New. Nobody is touched until a requirement names it.",
            (_, None, ..) => "Gone. Whoever is asked for it keeps the version that was in use.",
            (_, _, _, Touches::Nobody) => "A correction: nobody is told, and nobody has anything to do.",
            (_, _, _, Touches::Told) => {
                "Those who have completed it read what changed when they next come back to it. Nobody takes it again."
            }
            (_, _, Kind::Policy, Touches::Again) => "Everybody who is asked for it signs again.",
            (_, _, _, Touches::Again) => "Everybody who is asked for it takes it again.",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {}", self.kind.folder(), self.slug, self.sentence())?;
        for edit in &self.edits {
            write!(f, "\n  {} {}: {}", edit.day, edit.word, edit.what)?;
        }
        Ok(())
    }
}

impl Library {
    /// What is different here from another library.
    pub fn differences(&self, before: &Library) -> Vec<Difference> {
        let changed = self.held.iter().filter_map(|((kind, slug), held)| {
            let old = before.held.get(&(*kind, slug.clone()));
            let version = held.content.version();
            if old.is_some_and(|old| old.content.version() == version) {
                return None;
            }
            Some(Difference {
                kind: *kind,
                slug: slug.clone(),
                title: held.content.title().to_owned(),
                before: old.map(|old| old.content.version().to_owned()),
                after: Some(version.to_owned()),
                edits: old.map(|old| new_edits(&held.content.changes(), &old.content.changes())).unwrap_or_default(),
            })
        });
        let gone = before.held.iter().filter(|(name, _)| !self.held.contains_key(name));
        let gone = gone.map(|((kind, slug), held)| Difference {
            kind: *kind,
            slug: slug.clone(),
            title: held.content.title().to_owned(),
            before: Some(held.content.version().to_owned()),
            after: None,
            edits: Vec::new(),
        });
        changed.chain(gone).collect()
    }
}
