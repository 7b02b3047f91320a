//! What is so of texts and questions, as pure functions: words, sentences, syllables, the reading grade, minutes, and
//! how long options are.

use super::reading::TERM_MARK;

/// Words of the pages at 200 a minute, 20 seconds for each "try it", 40 for each question drawn, rounded up.
pub fn minutes(words: usize, tries: usize, drawn: usize) -> u32 {
    let seconds = words * 60 / 200 + tries * 20 + drawn * 40;
    u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX)
}

/// The words of a text as they are read aloud; addresses are left out, and "and/or" is two.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let spaced = text.split(|c: char| (c.is_whitespace() && c != '\u{a0}') || c == '–' || c == '—');
    spaced
        .filter(|piece| !is_address(piece))
        .flat_map(|piece| piece.split('/'))
        .filter(|word| word.chars().any(char::is_alphanumeric))
}

pub fn count_words(text: &str) -> usize {
    words(text).count()
}

fn is_address(piece: &str) -> bool {
    let mail = |piece: &str| piece.split_once('@').is_some_and(|(_, host)| host.contains('.'));
    piece.contains("://") || piece.contains("www.") || piece.starts_with('/') || mail(piece)
}

/// The sentences of one block. A block's end is a sentence's end, with or without a full stop.
pub fn sentences(block: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in block.match_indices(['.', '?', '!']) {
        let after = &block[at + 1..];
        let tail: usize = after.chars().take_while(|c| CLOSING.contains(*c)).map(char::len_utf8).sum();
        let rest = &after[tail..];
        let begins = rest.trim_start().trim_start_matches(OPENING).chars().next();
        let ends = rest.starts_with(char::is_whitespace) && begins.is_some_and(|c| c.is_uppercase() || c.is_numeric());
        if ends && !is_initial(&block[start..at]) {
            sentences.push(block[start..at + 1 + tail].trim());
            start = at + 1 + tail;
        }
    }
    sentences.push(block[start..].trim());
    sentences.retain(|sentence| count_words(sentence) > 0);
    sentences
}

const CLOSING: &str = "\"'”’)]*";
const OPENING: &[char] = &['"', '\'', '“', '‘', '(', '[', '*', '\u{2}'];

/// "L." in a name ends no sentence.
fn is_initial(before: &str) -> bool {
    let mut letters = before.chars().rev();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none_or(char::is_whitespace)
}

/// How many syllables a word has when it is read aloud; a number, an abbreviation is one, a glossary term two.
pub fn syllables(word: &str) -> usize {
    if word.contains(TERM_MARK) {
        return 2;
    }
    if word.chars().any(char::is_numeric) || is_abbreviation(word) {
        return 1;
    }
    let parts = word.split(|c: char| c == '-' || c == '\u{a0}').filter(|part| part.chars().any(char::is_alphabetic));
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

/// Flesch–Kincaid: 0.39 × words ÷ sentences + 11.8 × syllables ÷ words − 15.59; none for a text without words.
pub fn reading_grade<'a>(blocks: impl IntoIterator<Item = &'a str>) -> Option<f64> {
    let (mut said, mut word_count, mut syllable_count) = (0_usize, 0_usize, 0_usize);
    for sentence in blocks.into_iter().flat_map(sentences) {
        said += 1;
        for word in words(sentence) {
            word_count += 1;
            syllable_count += syllables(word);
        }
    }
    if said == 0 || word_count == 0 {
        return None;
    }
    let (said, word_count, syllable_count) = (said as f64, word_count as f64, syllable_count as f64);
    Some(0.39 * word_count / said + 11.8 * syllable_count / word_count - 15.59)
}

/// The middle value; the mean of the two middle ones where their number is even.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle)?;
    if values.len() % 2 == 1 { Some(*upper) } else { Some((values[middle - 1] + upper) / 2.0) }
}

/// The longest length as a multiple of the shortest, in characters; none if all are under 25 characters.
pub fn length_ratio(texts: &[&str]) -> Option<f64> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    let (longest, shortest) = (*lengths.iter().max()?, *lengths.iter().min()?);
    if longest < 25 { None } else { Some(longest as f64 / shortest.max(1) as f64) }
}

/// Which of the texts is longer than every other; none if two share that length.
pub fn single_longest(texts: &[&str]) -> Option<usize> {
    single_extreme(texts, |length, other| length > other)
}

pub fn single_shortest(texts: &[&str]) -> Option<usize> {
    single_extreme(texts, |length, other| length < other)
}

fn single_extreme(texts: &[&str], beats: impl Fn(usize, usize) -> bool) -> Option<usize> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    let beats_all =
        |place: usize| lengths.iter().enumerate().all(|(other, n)| other == place || beats(lengths[place], *n));
    (0..lengths.len()).find(|place| beats_all(*place))
}
