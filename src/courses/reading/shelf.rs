//! What all courses share: the glossary, the cards, the facts, and the programme that a new trust starts with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{Complaint, Reading, Source, day};
use crate::clock::Day;
use crate::courses::Kind;
use crate::courses::files::Folder;
use crate::people::rules::Audience;

/// What each term means, by its key.
#[derive(Debug, Clone, Default)]
pub struct Glossary(pub BTreeMap<String, Term>);

#[derive(Debug, Clone)]
pub struct Term {
    pub means: String,
    pub line: usize,
}

/// Who to tell, and the trust's own lines: filled in by each school in its settings. In the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Cards(pub Vec<Card>);

#[derive(Debug, Clone)]
pub struct Card {
    pub slot: String,
    pub label: String,
    /// What settings ask for.
    pub asks: String,
    pub needed: bool,
    /// Safe to follow as it stands, until the school has filled the slot.
    pub unfilled: String,
    pub line: usize,
}

#[derive(Debug, Clone, Default)]
pub struct Facts(pub BTreeMap<String, Fact>);

#[derive(Debug, Clone)]
pub struct Fact {
    pub says: String,
    pub kind: FactKind,
    pub source: String,
    pub confirmed: bool,
    /// When somebody last looked at the source.
    pub seen: Option<Day>,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    Law,
    Guidance,
    Statistic,
    Number,
    Path,
    Case,
}

/// What a new trust starts with, in the order of "My training".
#[derive(Debug, Clone, Default)]
pub struct Programme {
    pub requires: Vec<Required>,
    pub offers: Vec<Required>,
    pub refresher: Option<Refresher>,
}

/// What somebody is asked who did these courses the year before, in the place of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresher {
    /// Slugs, in order.
    pub modules: Vec<String>,
    pub draw: usize,
    /// Per cent that must be right, rounded up, besides every gate.
    pub pass: u32,
    /// The clauses to ask about for as long as nobody knows which ones are missed most.
    pub clauses: Vec<String>,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Required {
    pub kind: Kind,
    pub slug: String,
    pub who: Audience,
    pub every: Every,
    pub due: Option<Due>,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    AcademicYear,
    Months(u32),
    Once,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub day: u32,
    pub month: u32,
    /// Working days that somebody new has.
    pub starters: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerm {
    means: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCard {
    label: Spanned<String>,
    asks: String,
    needed: bool,
    unfilled: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFact {
    says: Spanned<String>,
    kind: FactKind,
    source: String,
    confirmed: bool,
    seen: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenProgramme {
    #[serde(default)]
    require: Vec<WrittenRequired>,
    #[serde(default)]
    offer: Vec<WrittenRequired>,
    refresher: Option<WrittenRefresher>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRefresher {
    modules: Spanned<Vec<String>>,
    draw: usize,
    pass: u32,
    clauses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequired {
    what: Spanned<String>,
    who: Audience,
    every: Spanned<String>,
    due: Option<Spanned<WrittenDue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDue {
    day: String,
    starters: u32,
}

/// A file of tables by name, each with the line of a value in it; nothing, if there is no such file.
fn tables<T: DeserializeOwned>(
    folder: &Folder,
    path: &str,
    first: fn(&T) -> &Spanned<String>,
) -> Reading<Vec<(String, T, usize)>> {
    if folder.bytes(path).is_none() {
        return Ok(Vec::new());
    }
    let source = Source::open(folder, path)?;
    let written: BTreeMap<String, T> = source.toml()?;
    let lined = written.into_iter().map(|(name, table)| {
        let line = source.line_of(first(&table));
        (name, table, line)
    });
    Ok(lined.collect())
}

impl Glossary {
    pub fn read(folder: &Folder) -> Reading<Glossary> {
        let written = tables(folder, "glossary.toml", |term: &WrittenTerm| &term.means)?;
        let terms = written.into_iter().map(|(key, term, line)| (key, Term { means: term.means.into_inner(), line }));
        Ok(Glossary(terms.collect()))
    }

    pub fn means(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|term| term.means.as_str())
    }
}

impl Cards {
    pub fn read(folder: &Folder) -> Reading<Cards> {
        let written = tables(folder, "cards.toml", |card: &WrittenCard| &card.label)?;
        let cards = written.into_iter().map(|(slot, card, line)| Card {
            slot,
            label: card.label.into_inner(),
            asks: card.asks,
            needed: card.needed,
            unfilled: card.unfilled,
            line,
        });
        let mut cards: Vec<Card> = cards.collect();
        cards.sort_by_key(|card| card.line);
        Ok(Cards(cards))
    }

    pub fn card(&self, slot: &str) -> Option<&Card> {
        self.0.iter().find(|card| card.slot == slot)
    }

    /// What stands in a slot: what the school filled in, else the card's safe sentence.
    pub fn words(&self, slot: &str, filled: &BTreeMap<String, String>) -> String {
        let own = filled.get(slot).map(|words| words.trim()).filter(|words| !words.is_empty());
        let safe = || self.card(slot).map_or("Ask the office who to tell.", |card| &card.unfilled);
        own.unwrap_or_else(safe).to_owned()
    }
}

impl Facts {
    pub fn read(folder: &Folder) -> Reading<Facts> {
        let written = tables(folder, "facts.toml", |fact: &WrittenFact| &fact.says)?;
        let facts = written.into_iter().map(|(id, fact, line)| {
            let seen = fact.seen.as_ref().and_then(day);
            let (says, kind) = (fact.says.into_inner(), fact.kind);
            (id, Fact { says, kind, source: fact.source, confirmed: fact.confirmed, seen, line })
        });
        Ok(Facts(facts.collect()))
    }
}

impl Programme {
    pub fn read(folder: &Folder) -> Reading<Programme> {
        let path = "programme.toml";
        if folder.bytes(path).is_none() {
            return Ok(Programme::default());
        }
        let source = Source::open(folder, path)?;
        let written: WrittenProgramme = source.toml()?;
        let mut wrong = Vec::new();
        let requires = all_required(&source, written.require, &mut wrong);
        let offers = all_required(&source, written.offer, &mut wrong);
        let refresher = written.refresher.map(|written| Refresher {
            line: source.line_of(&written.modules),
            modules: written.modules.into_inner(),
            draw: written.draw,
            pass: written.pass,
            clauses: written.clauses,
        });
        if wrong.is_empty() { Ok(Programme { requires, offers, refresher }) } else { Err(wrong) }
    }
}

fn all_required(source: &Source, written: Vec<WrittenRequired>, wrong: &mut Vec<Complaint>) -> Vec<Required> {
    let read = written.into_iter().filter_map(|required| {
        let line = source.line_of(&required.what);
        let read = read_required(source, required);
        read.map_err(|what| wrong.push(source.complaint_at(line, what))).ok()
    });
    read.collect()
}

fn read_required(source: &Source, written: WrittenRequired) -> Result<Required, String> {
    let what = written.what.get_ref();
    let (kind, slug) = what
        .split_once('/')
        .and_then(|(folder, slug)| Some((Kind::of_folder(folder)?, slug)))
        .ok_or_else(|| format!("‘{what}’ is no modules/…, policies/… or checklists/…"))?;
    if written.who.is_empty() {
        return Err("`who` names nobody".to_owned());
    }
    let due = written.due.map(Spanned::into_inner).map(|due| read_due(&due)).transpose()?;
    let every = read_every(written.every.get_ref())?;
    Ok(Required { kind, slug: slug.to_owned(), who: written.who, every, due, line: source.line_of(&written.what) })
}

fn read_every(text: &str) -> Result<Every, String> {
    let months = |text: &str| text.strip_suffix(" months").and_then(|number| number.parse().ok());
    match text {
        "academic-year" => Ok(Every::AcademicYear),
        "once" => Ok(Every::Once),
        _ => months(text)
            .filter(|months| (1..=60).contains(months))
            .map(Every::Months)
            .ok_or_else(|| "`every` is \"academic-year\", \"once\" or, for example, \"12 months\"".to_owned()),
    }
}

fn read_due(written: &WrittenDue) -> Result<Due, String> {
    let complaint = || format!("‘{}’ is no day of the year such as 31 October", written.day);
    let (day, month) = written.day.split_once(' ').ok_or_else(complaint)?;
    let month = MONTHS.iter().position(|name| *name == month).ok_or_else(complaint)? as u32 + 1;
    let day: u32 = day.parse().map_err(|_| complaint())?;
    // A year without 29 February, so that the day exists in every year.
    Day::new(2027, month, day).ok_or_else(complaint)?;
    Ok(Due { day, month, starters: written.starters })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
