//! Whether a text can be read easily: sentences, the reading grade, slots, terms and links.

use super::Desk;
use crate::courses::reading::{Block, Prose};
use crate::courses::rules;

/// The highest reading grade of a page, a question, a summary, a statement or an item.
pub const GRADE_AT_MOST: f64 = 8.0;
const WORDS_AT_MOST: usize = 30;

/// No sentence over 30 words.
pub fn sentences(desk: &mut Desk, file: &str, blocks: &[Block]) {
    for block in blocks {
        for sentence in rules::sentences(&block.text) {
            let words = rules::count_words(sentence);
            if words > WORDS_AT_MOST {
                let opening: Vec<&str> = sentence.split_whitespace().take(5).collect();
                let what = format!("a sentence of {words} words (at most {WORDS_AT_MOST}): “{} …”", opening.join(" "));
                desk.complain(file, block.line, what);
            }
        }
    }
}

pub fn line(desk: &mut Desk, file: &str, line: usize, text: &str) {
    sentences(desk, file, &[Block { line, text: text.to_owned() }]);
}

pub fn grade(blocks: &[Block]) -> Option<f64> {
    rules::reading_grade(blocks.iter().map(|block| block.text.as_str()))
}

/// Complains about blocks that, taken as one text, are too hard to read; gives their grade.
pub fn easy(desk: &mut Desk, file: &str, line: usize, blocks: &[Block]) -> Option<f64> {
    let grade = grade(blocks)?;
    if grade > GRADE_AT_MOST {
        desk.complain(file, line, format!("the reading grade is {grade:.1} (at most {GRADE_AT_MOST:.0})"));
    }
    Some(grade)
}

/// What a Markdown text refers to must be there.
pub fn prose(desk: &mut Desk, file: &str, prose: &Prose) {
    for wrong in &prose.wrong {
        desk.complain(file, wrong.line, wrong.what.clone());
    }
    for slot in &prose.slots {
        if desk.library.cards.card(&slot.what).is_none() {
            desk.complain(file, slot.line, format!("cards.toml has no slot ‘{}’", slot.what));
        }
    }
    for term in &prose.terms {
        if desk.library.glossary.means(&term.key).is_none() {
            desk.complain(file, term.line, format!("glossary.toml does not say what ‘{}’ means", term.key));
        }
    }
    for link in &prose.links {
        if let Some(what) = leads_nowhere(desk, &link.what) {
            desk.complain(file, link.line, format!("there is no {what} to go to at ‘{}’", link.what));
        }
    }
}

/// What a link wants that is not there: a clause, or a policy, course or page of this library.
fn leads_nowhere(desk: &Desk, address: &str) -> Option<&'static str> {
    let (path, anchor) = address.split_once('#').map_or((address, None), |(path, anchor)| (path, Some(anchor)));
    if anchor.is_some_and(|anchor| !desk.clauses.contains(anchor)) {
        return Some("clause");
    }
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let (room, slug, page) = (parts.next()?, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let library = desk.library;
    match room {
        "policies" => library.policy(slug).is_none().then_some("policy"),
        "attestations" => library.policy(slug).is_none().then_some("policy"),
        "courses" => match library.course(slug) {
            None => Some("course"),
            Some(course) => (!page.is_empty() && course.page(page).is_none()).then_some("page"),
        },
        _ => None,
    }
}

/// Plain text takes no slot: what stands in braces would be shown as it is.
pub fn plain(desk: &mut Desk, file: &str, blocks: &[Block]) {
    for block in blocks {
        if block.text.contains('{') {
            desk.complain(file, block.line, "a card's slot stands only in the body of a text");
        }
        if block.text.trim().is_empty() {
            desk.complain(file, block.line, "there is nothing written here");
        }
    }
}

/// Telephone numbers, percentages, an Act's year, sections and editions have to rest on a fact.
pub fn needs_a_fact(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len()).find_map(|place| {
        let at = |ahead: usize| words.get(place + ahead).copied().unwrap_or_default();
        kind_of_claim(at(0), at(1), at(2))
    })
}

fn kind_of_claim(word: &str, next: &str, after: &str) -> Option<&'static str> {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let number = |word: &str| digits(word) > 0 && !word.contains(char::is_alphabetic);
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let (said, follows) = (plain(word), plain(next));
    if number(word) && (word.contains('%') || follows == "percent" || follows == "per" && plain(after) == "cent") {
        return Some("a percentage");
    }
    let in_groups = number(word) && digits(word) >= 3 && number(next) && digits(next) >= 3;
    if in_groups || number(word) && digits(word) >= 9 || ["999", "101", "111"].contains(&said.as_str()) {
        return Some("a telephone number");
    }
    if said == "act" && number(next) && digits(next) == 4 {
        return Some("an Act");
    }
    if ["section", "sections", "article", "edition"].contains(&said.as_str()) && digits(next) > 0 {
        return Some("a section or edition");
    }
    (follows == "edition" && digits(word) > 0).then_some("an edition")
}
