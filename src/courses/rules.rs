//! What is so of texts and questions, as pure functions: words, sentences, syllables, the reading grade, minutes, and
//! how long options are.

mod syllables;

pub use syllables::syllables;

/// Words of the pages at 200 a minute, 20 seconds for each "try it", 40 for each question drawn, rounded up.
pub fn minutes(words: usize, tries: usize, drawn: usize) -> u32 {
    let seconds = words * 60 / 200 + tries * 20 + drawn * 40;
    u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX)
}

/// The questions alone.
pub fn minutes_of_questions(drawn: usize) -> u32 {
    minutes(0, 0, drawn)
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
