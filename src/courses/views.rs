//! Content as templates show it: a course's page, the whole course on paper, a policy, the cards. Plain values in, plain values
//! out, for every room that shows content.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::reading::{Prose, Section, TermUse};
use super::{Course, Kind, Library, PRIVACY_CHECK, Page, Policy};
use crate::text;

/// A school's words for its slots.
pub type Filled = BTreeMap<String, String>;

#[derive(Debug, Clone, Serialize)]
pub struct ClauseLink {
    pub text: String,
    pub href: String,
}

/// A word of the glossary at the end of the text that uses it.
#[derive(Debug, Clone, Serialize)]
pub struct Word {
    pub key: String,
    pub anchor: String,
    pub word: String,
    pub means: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct CardLine {
    pub label: String,
    pub asks: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Segment {
    pub is_done: bool,
    pub is_now: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Progress {
    pub sentence: String,
    pub segments: Vec<Segment>,
}

/// Where somebody does what is asked of them.
pub fn address(kind: Kind, slug: &str) -> String {
    match kind {
        Kind::Course => format!("/courses/{slug}"),
        Kind::Policy => format!("/attestations/{slug}"),
        Kind::Checklist if slug == PRIVACY_CHECK => "/self-check".to_owned(),
        Kind::Checklist => format!("/self-check/{slug}"),
    }
}

/// What is asked: a course's title, "Sign the social media policy", "Privacy settings self-check".
pub fn title_of(library: &Library, kind: Kind, slug: &str) -> String {
    let title = library.title(kind, slug).unwrap_or_else(|| slug.replace('-', " "));
    if kind == Kind::Policy { format!("Sign the {}", text::within_a_sentence(&title)) } else { title }
}

/// The button that leads to something that is asked.
pub fn button_to(library: &Library, kind: Kind, slug: &str, is_begun: bool) -> String {
    let title = title_of(library, kind, slug);
    match kind {
        Kind::Course if is_begun => format!("Carry on with {title}"),
        Kind::Course => format!("Start: {title}"),
        Kind::Checklist => format!("Start the {}", text::within_a_sentence(&title)),
        Kind::Policy => title,
    }
}

/// How long something takes: so many minutes, or from so many to so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Minutes {
    pub least: u32,
    pub most: u32,
}

impl From<u32> for Minutes {
    fn from(minutes: u32) -> Minutes {
        Minutes { least: minutes, most: minutes }
    }
}

impl std::iter::Sum for Minutes {
    fn sum<I: Iterator<Item = Minutes>>(all: I) -> Minutes {
        all.fold(Minutes::default(), |sum, one| Minutes { least: sum.least + one.least, most: sum.most + one.most })
    }
}

/// "20", or "20 to 30".
impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Minutes { least, most } if least == most => write!(f, "{most}"),
            Minutes { least, most } => write!(f, "{least} to {most}"),
        }
    }
}

impl Minutes {
    /// "about 20 to 30 minutes"
    pub fn about(self) -> String {
        format!("about {self} {}", if self.most == 1 { "minute" } else { "minutes" })
    }
}

/// How long the whole of it takes, as every page and letter says it.
pub fn minutes_of(library: &Library, kind: Kind, slug: &str) -> Minutes {
    match kind {
        Kind::Course => library.course(slug).map(|course| course.minutes.into()).unwrap_or_default(),
        Kind::Policy => library.policy(slug).map(|policy| policy.minutes.into()).unwrap_or_default(),
        // What the checklists' own words say.
        Kind::Checklist => Minutes { least: 20, most: if slug == PRIVACY_CHECK { 30 } else { 20 } },
    }
}

/// One page of a course, as `courses/page` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    pub back_href: String,
    pub back_text: String,
    pub progress: Progress,
    pub kicker: String,
    pub title: String,
    pub body_html: String,
    pub try_text: String,
    pub try_answer: String,
    pub do_text: String,
    pub clauses: Vec<ClauseLink>,
    pub words: Vec<Word>,
    pub previous_href: Option<String>,
    pub action: String,
    pub button: String,
}

/// The view of a course's page by its place from 0; none if there is no such page. `is_read` says which pages are behind.
pub fn page_view(
    library: &Library,
    course: &Course,
    place: usize,
    filled: &Filled,
    is_read: impl Fn(&str) -> bool,
) -> Option<PageView> {
    let page = course.pages.get(place)?;
    let (number, pages) = (place + 1, course.pages.len());
    let href = |page: &Page| format!("/courses/{}/{}", course.slug, page.name);
    let next = course.pages.get(number).map(|next| format!("Next: {}", next.title));
    let segments = course.pages.iter().enumerate();
    Some(PageView {
        back_href: format!("/courses/{}", course.slug),
        back_text: format!("Back to {}", course.title),
        progress: Progress {
            sentence: format!("Page {number} of {pages}"),
            segments: segments
                .map(|(other, page)| Segment { is_done: other != place && is_read(&page.name), is_now: other == place })
                .collect(),
        },
        kicker: format!("{} · page {number} of {pages}", course.title),
        title: page.title.clone(),
        body_html: html(library, &page.prose, filled),
        try_text: page.try_text.clone(),
        try_answer: page.try_answer.clone(),
        do_text: page.do_text.clone(),
        clauses: clause_links(library, &page.clauses),
        words: words(library, page.prose.terms.iter()),
        previous_href: place.checked_sub(1).and_then(|previous| course.pages.get(previous)).map(href),
        action: href(page),
        button: next.unwrap_or_else(|| "On to the questions".to_owned()),
    })
}

/// The names of clauses, each leading to its place in the policy.
pub fn clause_links(library: &Library, clauses: &[String]) -> Vec<ClauseLink> {
    let link = |clause: &String| {
        let policy = library.policy_of_clause(clause)?;
        Some(ClauseLink { text: library.clause_name(clause)?, href: format!("/policies/{policy}#{clause}") })
    };
    clauses.iter().filter_map(link).collect()
}

/// A text with the school's own words in its slots.
pub fn html(library: &Library, prose: &Prose, filled: &Filled) -> String {
    prose.fragment.fill(|slot| library.cards.words(slot, filled))
}

/// What the words used in a text mean, each once, in the order of the text.
pub fn words<'a>(library: &Library, terms: impl Iterator<Item = &'a TermUse>) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for term in terms {
        let anchor = format!("word-{}", term.key);
        let Some(means) = library.glossary.means(&term.key) else { continue };
        if words.iter().all(|word| word.anchor != anchor) {
            words.push(Word { key: term.key.clone(), anchor, word: term.words.clone(), means: means.to_owned() });
        }
    }
    words
}

/// Every word of the glossary, as texts write it, in the order of the alphabet.
pub fn all_words(library: &Library) -> Vec<Word> {
    let courses = library.courses();
    let policies = library.policies();
    let of_courses = courses.iter().flat_map(|course| course.pages.iter().flat_map(|page| &page.prose.terms));
    let of_policies = policies.iter().flat_map(|policy| policy.sections.iter().flat_map(|one| &one.prose.terms));
    let used: Vec<&TermUse> = of_courses.chain(of_policies).collect();
    let written = |key: &str| used.iter().find(|term| term.key == key).map(|term| term.words.clone());
    let mut words: Vec<Word> = library
        .glossary
        .0
        .iter()
        .map(|(key, term)| Word {
            key: key.clone(),
            anchor: format!("word-{key}"),
            word: written(key).unwrap_or_else(|| key.replace('-', " ")),
            means: term.means.clone(),
        })
        .collect();
    words.sort_by_key(|word| word.word.to_lowercase());
    words
}

/// "7c1e 90ab": enough of a version to tell it from others at a glance.
pub fn short_version(version: &str) -> String {
    in_fours(version.get(..8).unwrap_or(version))
}

/// "Version 7c1e 90ab of 1 September 2026", the day being that of its newest change.
pub fn version_line(course: &Course) -> String {
    let day = course.edition().map(|day| format!(" of {}", day.long())).unwrap_or_default();
    format!("Version {}{day}", short_version(&course.version))
}

fn in_fours(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    let fours: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    fours.join(" ")
}

// ── the whole course on paper

#[derive(Debug, Clone, Serialize)]
pub struct PrintedPage {
    pub title: String,
    pub body_html: String,
    pub try_text: String,
    pub try_answer: String,
    pub do_text: String,
    /// Names of clauses, with commas between them.
    pub clauses: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct PrintView {
    pub back_href: String,
    pub back_text: String,
    pub trust: String,
    pub version: String,
    pub title: String,
    pub summary: String,
    pub note: Option<String>,
    pub cards: Vec<CardLine>,
    pub pages: Vec<PrintedPage>,
    pub words: Vec<Word>,
}

pub fn print_view(library: &Library, course: &Course, filled: &Filled, trust: &str) -> PrintView {
    let used = |slot: &str| course.pages.iter().any(|page| page.prose.slots.iter().any(|used| used.what == slot));
    let page = |page: &Page| PrintedPage {
        title: page.title.clone(),
        body_html: html(library, &page.prose, filled),
        try_text: page.try_text.clone(),
        try_answer: page.try_answer.clone(),
        do_text: page.do_text.clone(),
        clauses: clause_links(library, &page.clauses).into_iter().map(|link| link.text).collect::<Vec<_>>().join(", "),
    };
    PrintView {
        back_href: format!("/courses/{}", course.slug),
        back_text: format!("Back to {}", course.title),
        trust: trust.to_owned(),
        version: version_line(course),
        title: course.title.clone(),
        summary: course.summary.clone(),
        note: course.note.clone(),
        cards: card_lines(library, filled, |slot| slot == "dsl" || is_contact(slot) && used(slot)),
        pages: course.pages.iter().map(page).collect(),
        words: words(library, course.pages.iter().flat_map(|page| &page.prose.terms)),
    }
}

// ── policies

#[derive(Debug, Clone, Serialize)]
pub struct SectionView {
    pub anchor: String,
    pub title: String,
    pub body_html: String,
    pub in_short: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    pub version: String,
    pub title: String,
    /// Set where it is not the version in use.
    pub older: Option<OlderNotice>,
    /// The policy that this one is an addendum to.
    pub adds_to: Option<ClauseLink>,
    /// The addenda to this one.
    pub addenda: Vec<ClauseLink>,
    pub lead_html: String,
    pub print_href: String,
    pub sign_href: Option<String>,
    pub sign_button: Option<String>,
    pub sections: Vec<SectionView>,
    pub words: Vec<Word>,
    pub fingerprint: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct OlderNotice {
    pub sentence: String,
    pub href: String,
}

/// Where whoever reads a policy signs it, and whether they have.
#[derive(Debug, Clone)]
pub struct Signature {
    pub href: String,
    pub is_given: bool,
}

/// A policy's text at any version, with the school's words of today in its slots. `signature` is none for whoever is not
/// asked to sign it.
pub fn policy_view(library: &Library, policy: &Policy, filled: &Filled, signature: Option<Signature>) -> PolicyView {
    let in_use = library.version(Kind::Policy, &policy.slug).as_deref() == Some(&policy.version);
    let address = format!("/policies/{}", policy.slug);
    let section = |section: &Section| SectionView {
        anchor: section.id.clone(),
        title: section.heading.clone(),
        body_html: html(library, &section.prose, filled),
        in_short: section.summary.clone(),
    };
    let terms = policy.lead.terms.iter().chain(policy.sections.iter().flat_map(|section| &section.prose.terms));
    let signature = signature.filter(|_| in_use);
    PolicyView {
        version: policy_version_line(policy),
        title: policy.title.clone(),
        older: (!in_use).then(|| OlderNotice {
            sentence: "This is an older version, kept for those who signed it.".to_owned(),
            href: address.clone(),
        }),
        adds_to: policy.adds_to.as_deref().and_then(|slug| library.policy(slug)).map(|base| policy_link(&base)),
        addenda: library.addenda(&policy.slug).iter().map(|addendum| policy_link(addendum)).collect(),
        lead_html: html(library, &policy.lead, filled),
        print_href: if in_use {
            format!("{address}?print")
        } else {
            format!("{address}?version={}&print", policy.version)
        },
        sign_button: signature.as_ref().map(|signature| sign_button(signature).to_owned()),
        sign_href: signature.map(|signature| signature.href),
        sections: policy.sections.iter().map(section).collect(),
        words: words(library, terms),
        fingerprint: in_fours(&policy.version),
    }
}

fn sign_button(signature: &Signature) -> &'static str {
    if signature.is_given { "Your signature" } else { "Go to signing" }
}

fn policy_link(policy: &Policy) -> ClauseLink {
    ClauseLink { text: policy.title.clone(), href: format!("/policies/{}", policy.slug) }
}

/// "Version 7c1e 90ab · approved 1 September 2026 by the board of trustees"
pub fn policy_version_line(policy: &Policy) -> String {
    let approved = match (policy.approved, &policy.approved_by) {
        (Some(day), Some(by)) => format!("approved {} by {by}", day.long()),
        (Some(day), None) => format!("approved {}", day.long()),
        (None, _) => "no approval recorded yet".to_owned(),
    };
    format!("Version {} · {approved}", short_version(&policy.version))
}

// ── who to tell

/// A slot that says who to tell, and not one of the trust's own lines on the policy.
pub fn is_contact(slot: &str) -> bool {
    !slot.ends_with("-line") || slot == "whistleblowing-line"
}

/// The cards of the slots that are wanted, in the order of cards.toml.
pub fn card_lines(library: &Library, filled: &Filled, wanted: impl Fn(&str) -> bool) -> Vec<CardLine> {
    let cards = library.cards.0.iter().filter(|card| wanted(&card.slot));
    cards
        .map(|card| CardLine { label: card.label.clone(), asks: None, text: library.cards.words(&card.slot, filled) })
        .collect()
}
