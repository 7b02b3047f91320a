//! Small things about words: plurals, lists, initials, and cells that a spreadsheet will not run.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// "1 person", "41 people".
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number as i64), if number == 1 { one } else { many })
}

/// "two"; from eleven on in figures, as people read them.
pub fn in_words(number: usize) -> String {
    const WORDS: [&str; 11] = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(number).map_or_else(|| thousands(number as i64), |word| (*word).to_owned())
}

/// What is wrong with a text of more characters than a field may have; none if it is short enough. `what` is its name at
/// the beginning of a sentence: "Your question".
pub fn too_long(what: &str, typed: &str, most: usize) -> Option<String> {
    let length = typed.chars().count();
    let [length_in_figures, most_in_figures] = [length, most].map(|number| thousands(number as i64));
    (length > most).then(|| format!("{what} has {length_in_figures} characters. Use at most {most_in_figures}"))
}

/// "12,345"
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("-{grouped}") } else { grouped }
}

/// With a capital to begin with: "Site manager".
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A title without its capital, unless that is the beginning of an abbreviation.
pub fn within_a_sentence(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => title.to_owned(),
    }
}

/// "a", "a and b", "a, b and c".
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// "Priya Nair" becomes "P. N."; every word counts, hyphens do not. A word's initial is its first letter, not a quotation mark.
pub fn initials(name: &str) -> String {
    let composed: String = name.nfc().collect();
    let first_letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let letters: Vec<String> =
        composed.split_whitespace().filter_map(first_letter).map(|letter| format!("{letter}.")).collect();
    letters.join(" ")
}

/// A cell that no spreadsheet takes for a formula: a leading =, +, -, @, tab or line end (plain or full-width) gets an apostrophe.
pub fn safe_cell(text: &str) -> String {
    let risky = |first: char| "=+-@\t\r\n\0＝＋－＠".contains(first);
    if text.trim_start_matches(' ').starts_with(risky) { format!("'{text}") } else { text.to_owned() }
}

/// A text as searches compare it: lower case, without accents, each run of letters and digits between single spaces.
pub fn searchable(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’')).flat_map(char::to_lowercase);
    let mut found = String::with_capacity(text.len());
    for character in plain {
        match character {
            'ł' => found.push('l'),
            'ø' => found.push('o'),
            'đ' | 'ð' => found.push('d'),
            'ß' => found.push_str("ss"),
            'æ' => found.push_str("ae"),
            other if other.is_alphanumeric() => found.push(other),
            _ if found.ends_with(' ') || found.is_empty() => {}
            _ => found.push(' '),
        }
    }
    found.truncate(found.trim_end().len());
    found
}
