//! Names of people: what may be one, how a full name divides, and when two are the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::cells::Wrong;

/// A name is words, not a formula or a number.
pub fn a_name(text: &str) -> Result<String, Wrong> {
    if text.starts_with(['=', '+', '@']) || !text.chars().any(char::is_alphabetic) {
        return Err(Wrong::new(format!("‘{text}’ is not a name."), "Write the name as it should be printed."));
    }
    Ok(text.to_owned())
}

pub struct FullName {
    pub title: Option<String>,
    pub forename: String,
    pub surname: String,
    /// More than one way to divide it.
    pub is_a_guess: bool,
}

impl FullName {
    /// `Khan, Aisha` or `Mrs Aisha Khan`; none if there is only one part.
    pub fn split(full: &str) -> Option<FullName> {
        if let Some((surname, forename)) = full.split_once(',') {
            let (surname, forename) = (surname.trim(), forename.trim());
            let (title, forename) = without_title(forename);
            let there = !surname.is_empty() && !forename.is_empty();
            return there.then(|| FullName { title, forename, surname: surname.to_owned(), is_a_guess: false });
        }
        let (title, name) = without_title(full);
        let (forename, surname) = name.rsplit_once(' ')?;
        let is_a_guess = forename.contains(' ');
        Some(FullName { title, forename: forename.to_owned(), surname: surname.to_owned(), is_a_guess })
    }
}

fn without_title(name: &str) -> (Option<String>, String) {
    const TITLES: [&str; 13] =
        ["mr", "mrs", "miss", "ms", "mx", "dr", "prof", "professor", "rev", "revd", "sir", "dame", "fr"];
    match name.split_once(' ') {
        Some((first, rest)) if TITLES.contains(&first.trim_end_matches('.').to_lowercase().as_str()) => {
            (Some(first.to_owned()), rest.to_owned())
        }
        _ => (None, name.to_owned()),
    }
}

/// Letters and digits alone, in lower case and without accents: two names that fold alike are one name, written twice.
pub fn fold(name: &str) -> String {
    name.nfkd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}
