//! The rules for what all content shares: the glossary, the cards, the facts, the programme.

use std::collections::BTreeSet;

use super::{Desk, texts};
use crate::courses::reading::{FactKind, Refresher, is_slug};

pub fn check(desk: &mut Desk) {
    let library = desk.library;
    for (key, term) in &library.glossary.0 {
        name(desk, "glossary.toml", term.line, key);
        texts::line(desk, "glossary.toml", term.line, &term.means);
    }
    for card in &library.cards.0 {
        name(desk, "cards.toml", card.line, &card.slot);
        texts::line(desk, "cards.toml", card.line, &card.unfilled);
        if card.unfilled.trim().is_empty() {
            desk.complain("cards.toml", card.line, "a slot has a safe sentence for as long as it is unfilled");
        }
    }
    for (id, fact) in &library.facts.0 {
        name(desk, "facts.toml", fact.line, id);
        if fact.source.trim().is_empty() {
            desk.complain("facts.toml", fact.line, "a fact has a source");
        }
        if fact.confirmed && fact.seen.is_none() && fact.kind != FactKind::Case {
            desk.complain("facts.toml", fact.line, "a confirmed fact says when somebody looked: `seen`");
        }
    }
    let programme = &library.programme;
    if let Some(written) = &programme.refresher {
        refresher(desk, written);
    }
    for required in programme.requires.iter().chain(&programme.offers) {
        if library.version(required.kind, &required.slug).is_none() {
            let what = format!("there is no {}/{}", required.kind.folder(), required.slug);
            desk.complain("programme.toml", required.line, what);
        }
    }
}

/// Its courses exist, and every gate and two questions of each fit into it.
fn refresher(desk: &mut Desk, refresher: &Refresher) {
    let complain = |desk: &mut Desk, what: String| desk.complain("programme.toml", refresher.line, what);
    let mut least = 0;
    for slug in &refresher.modules {
        let Some(course) = desk.library.course(slug) else {
            // One that is required and cannot be read is complained of there.
            if desk.library.programme.requires.iter().all(|required| required.slug != *slug) {
                complain(desk, format!("there is no modules/{slug}"));
            }
            continue;
        };
        let gates: BTreeSet<&str> = course.quiz.questions.iter().filter_map(|one| one.gate.as_deref()).collect();
        least += gates.len().max(2);
    }
    if least > refresher.draw {
        complain(desk, format!("{least} questions are needed for every gate and two of each module"));
    }
    desk.clauses_exist("programme.toml", refresher.line, &refresher.clauses);
}

fn name(desk: &mut Desk, file: &str, line: usize, key: &str) {
    if !is_slug(key) {
        desk.complain(file, line, format!("‘{key}’ is no name: small letters, digits and hyphens"));
    }
}
