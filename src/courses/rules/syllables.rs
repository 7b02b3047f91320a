//! How many syllables an English word has: groups of vowels, with what spelling hides. Proved on a list in the tests.

use crate::courses::reading::TERM_MARK;

/// How many syllables a word has when it is read aloud; a number, an abbreviation is one, a glossary term two.
pub fn syllables(word: &str) -> usize {
    if word.contains(TERM_MARK) {
        return 2;
    }
    if word.chars().any(char::is_numeric) || is_abbreviation(word) {
        return 1;
    }
    let parts = word.split(['-', '\u{a0}']).filter(|part| part.chars().any(char::is_alphabetic));
    parts.map(syllables_of_part).sum::<usize>().max(1)
}

/// "DSL", "AI", "e.g."
fn is_abbreviation(word: &str) -> bool {
    let letters: Vec<char> =
        word.trim_end_matches("’s").trim_end_matches("'s").chars().filter(|c| c.is_alphabetic()).collect();
    let stops = word.trim_end_matches(['.', ',', '?', '!', ')', '”', '"']).contains('.');
    stops || letters.len() > 1 && letters.iter().all(|c| c.is_uppercase())
}

fn syllables_of_part(part: &str) -> usize {
    let lower = part.to_lowercase().replace('’', "'");
    let (stem, possessive) = match lower.trim_matches(|c: char| !c.is_alphabetic()) {
        word if word.ends_with("'s") => (word.trim_end_matches("'s"), true),
        word => (word, false),
    };
    let plain: String = stem.chars().filter(|c| c.is_alphabetic()).collect();
    let hissing = possessive && ends_in_any(&plain, &["s", "x", "z", "ch", "sh", "ce", "ge", "se"]);
    let contracted = usize::from(ends_in_any(stem, &["dn't", "sn't"]));
    let exception = |word: &str| EXCEPTIONS.iter().find(|(known, _)| *known == word).map(|(_, count)| *count);
    let known = exception(&plain).or_else(|| exception(plain.strip_suffix('s')?));
    known.unwrap_or_else(|| by_sound(&plain) + contracted) + usize::from(hissing)
}

fn ends_in_any(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| word.ends_with(ending))
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'é' | 'è' | 'ê' | 'á' | 'í' | 'ó' | 'ö' | 'ü' | 'ä' | 'ï')
}

/// Groups of vowels, less the silent ones, and more where two vowels are spoken apart.
fn by_sound(word: &str) -> usize {
    if word.chars().filter(|letter| is_vowel(*letter)).count() < 2 && !ends_in_any(word, &["sm", "thm"]) {
        return 1;
    }
    let letters: Vec<char> = word.chars().collect();
    let mut groups = 0;
    let mut before = false;
    for &letter in &letters {
        let vowel = is_vowel(letter);
        groups += usize::from(vowel && !before);
        before = vowel;
    }
    let apart = spoken_apart(word);
    (groups + apart).saturating_sub(silent(&letters, word)).max(1)
}

/// A final e, the e of -es and -ed, and an e inside where two words met, mostly make no sound.
fn silent(letters: &[char], word: &str) -> usize {
    usize::from(is_last_e_silent(letters, word)) + usize::from(has_silent_e_inside(word))
}

fn is_last_e_silent(letters: &[char], word: &str) -> bool {
    let at = |back: usize| letters.len().checked_sub(back).and_then(|place| letters.get(place)).copied().unwrap_or(' ');
    // "table" and "centre" end in a sound of their own; "league" and "unique" do not.
    let sounded = |l: char, before: char| {
        l == 'l' && !is_vowel(before) && !matches!(before, 'l' | 'r') || l == 'r' && matches!(before, 't' | 'c' | 'b')
    };
    let mute_u = |u: char, before: char| u == 'u' && matches!(before, 'g' | 'q');
    match (at(2), at(1)) {
        ('u', 'e') => mute_u('u', at(3)),
        (l, 'e') => !is_vowel(l) && !sounded(l, at(3)),
        ('e', 's') if mute_u(at(3), at(4)) => true,
        ('e', 's') => {
            let hissing = ends_in_any(word, &["ses", "zes", "ces", "ges", "xes", "ches", "shes"]);
            !is_vowel(at(3)) && !hissing && !sounded(at(3), at(4))
        }
        ('e', 'd') => !matches!(at(3), 't' | 'd') && !is_vowel(at(3)) && !sounded(at(3), at(4)),
        _ => false,
    }
}

fn has_silent_e_inside(word: &str) -> bool {
    let long = |part: &str| part.chars().any(is_vowel);
    let consonant = |c: Option<char>| c.is_some_and(|c| !is_vowel(c));
    let before_tail = SILENT_TAILS.iter().any(|tail| {
        word.strip_suffix(tail)
            .is_some_and(|stem| long(stem) && consonant(stem.chars().next_back()) && !stem.ends_with('l'))
    });
    let after_head = SILENT_HEADS
        .iter()
        .any(|head| word.strip_prefix(head).is_some_and(|rest| long(rest) && consonant(rest.chars().next())));
    before_tail || after_head
}

const SILENT_TAILS: &[&str] =
    &["ely", "ically", "eless", "eful", "efully", "ement", "ements", "eness", "ebook", "ework", "eworker"];
const SILENT_HEADS: &[&str] = &[
    "some", "every", "where", "safe", "care", "home", "time", "else", "life", "name", "like", "nine", "face", "there",
    "here", "guide", "before", "white", "house", "base", "love", "code", "note", "game", "line", "site", "store",
    "take", "make",
];

/// Pairs of vowels that are two sounds, and those that look so but are one.
fn spoken_apart(word: &str) -> usize {
    let count = |pairs: &[&str]| pairs.iter().map(|pair| word.matches(pair).count()).sum::<usize>();
    count(APART).saturating_sub(count(TOGETHER)) + usize::from(ends_in_any(word, APART_AT_THE_END))
}

const APART: &[&str] = &[
    "ia", "io", "iu", "eo", "ua", "uou", "ying", "oing", "uing", "eing", "ier", "iet", "ien", "iest", "uel", "creat",
    "oem", "oet", "reass", "reuse", "iya", "ayer", "oyer", "oyee", "ayou", "eyo", "uen", "uer", "react", "realis",
];
const APART_AT_THE_END: &[&str] =
    &["idea", "ideas", "area", "areas", "ism", "isms", "ithm", "ithms", "folio", "folios", "ratio", "ratios"];
const TOGETHER: &[&str] = &[
    "tia", "cia", "sia", "tio", "sio", "gio", "cio", "xio", "nio", "lio", "viour", "iage", "tien", "cien", "qua",
    "gua", "quen", "quer", "guer", "peo", "geo", "queue", "frien", "dier", "priest", "suade", "view",
];

/// Words whose spelling misleads.
const EXCEPTIONS: &[(&str, usize)] = &[
    ("anyone", 3),
    ("argue", 2),
    ("business", 2),
    ("choir", 2),
    ("confidential", 4),
    ("confidentiality", 7),
    ("embed", 2),
    ("evening", 2),
    ("every", 2),
    ("geotag", 3),
    ("hundred", 2),
    ("lion", 2),
    ("naked", 2),
    ("sacred", 2),
    ("science", 2),
    ("somebody", 3),
    ("someone", 2),
    ("wherever", 3),
    ("whoever", 3),
    ("wicked", 2),
];
