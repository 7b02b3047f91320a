//! How GIFT is read: each question becomes a draft of the kind that it can be here, or is said to be none that we have.

use super::slug_of;

/// A question that came in: it has no outcome yet, and what it lacks is for an author to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// A slug, if the file names it by one or by a title.
    pub id: Option<String>,
    pub ask: String,
    /// Tags that look like clauses.
    pub clauses: Vec<String>,
    pub kind: DraftKind,
    pub why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftKind {
    /// Options with their reasons, which may be empty: those that are right, those that are wrong.
    Choices {
        right: Vec<(String, String)>,
        wrong: Vec<(String, String)>,
    },
    Pairs(Vec<(String, String)>),
}

#[derive(Debug, Clone, Default)]
pub struct Imported {
    pub drafts: Vec<Draft>,
    /// Line of the file, and what could not be carried over there.
    pub said: Vec<(usize, String)>,
    /// No question was left out.
    pub all_taken: bool,
}

pub fn read_gift(text: &str) -> Imported {
    let mut imported = Imported { all_taken: true, ..Imported::default() };
    for block in blocks(text) {
        match read_question(&block, &mut imported.said) {
            Ok(Some(draft)) => imported.drafts.push(draft),
            Ok(None) => {}
            Err(why) => {
                imported.all_taken = false;
                imported.said.push((block.line, format!("left out: {why}")));
            }
        }
    }
    imported
}

/// Lines that stand together. An empty line ends a question.
struct Block {
    /// The line of its first line that is no comment.
    line: usize,
    /// What the comments say.
    comments: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in text.split('\n').enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
            continue;
        }
        if !open {
            blocks.push(Block { line: number + 1, comments: String::new(), text: String::new() });
            open = true;
        }
        let Some(block) = blocks.last_mut() else { continue };
        if let Some(comment) = trimmed.strip_prefix("//") {
            block.comments.push_str(comment);
            block.comments.push(' ');
        } else {
            if block.text.is_empty() {
                block.line = number + 1;
            }
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// Escaped signs are put aside, so that what is left of them parts the text.
const ESCAPED: [(&str, char, char); 7] = [
    ("\\~", '\u{e000}', '~'),
    ("\\=", '\u{e001}', '='),
    ("\\#", '\u{e002}', '#'),
    ("\\{", '\u{e003}', '{'),
    ("\\}", '\u{e004}', '}'),
    ("\\:", '\u{e005}', ':'),
    ("\\n", '\u{e006}', ' '),
];
const BACKSLASH: char = '\u{e007}';

fn put_aside(text: &str) -> String {
    let text = text.replace("\\\\", &BACKSLASH.to_string());
    ESCAPED.iter().fold(text, |text, (escaped, aside, _)| text.replace(escaped, &aside.to_string()))
}

/// On one line, with the signs that were put aside.
fn plain(text: &str) -> String {
    let whole = ESCAPED
        .iter()
        .fold(text.replace(BACKSLASH, "\\"), |text, (_, aside, sign)| text.replace(*aside, &sign.to_string()));
    let seen: String = whole.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// None for a block that is no question.
fn read_question(block: &Block, said: &mut Vec<(usize, String)>) -> Result<Option<Draft>, String> {
    let mut text = put_aside(&block.text);
    while let Some(rest) = text.trim_start().strip_prefix("$CATEGORY:") {
        let (category, after) = rest.split_once('\n').unwrap_or((rest, ""));
        said.push((block.line, format!("the category ‘{}’ is left out", plain(category))));
        text = after.to_owned();
    }
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (title, text) = titled(text);
    let (before, rest) = text.split_once('{').ok_or("a text without a question")?;
    let (body, after) = rest.rsplit_once('}').ok_or("its braces do not close")?;
    let gap = if plain(after).is_empty() { "" } else { " _____ " };
    let ask = whole(&format!("{before}{gap}{after}"), block.line, said);
    let (body, why) = body.split_once("####").map_or((body, None), |(body, why)| (body, Some(why)));
    let kind = read_answers(body.trim(), block.line, said)?;
    let tag = |name: &str| bracketed(&block.comments, name);
    let looks_like_a_clause = |tag: &String| {
        tag.starts_with(|c: char| c.is_ascii_uppercase())
            && tag.chars().skip(1).all(|c| c.is_ascii_digit())
            && tag.len() > 1
    };
    Ok(Some(Draft {
        id: tag("id").into_iter().next().as_deref().or(title.as_deref()).and_then(slug_of),
        ask,
        clauses: tag("tag").into_iter().filter(looks_like_a_clause).collect(),
        kind,
        why: why.map(|why| whole(why, block.line, said)).filter(|why| !why.is_empty()),
    }))
}

fn titled(text: &str) -> (Option<String>, &str) {
    let title = text.strip_prefix("::").and_then(|rest| rest.split_once("::"));
    title.map_or((None, text), |(title, rest)| (Some(plain(title)), rest.trim_start()))
}

/// The words of `[name:words]` in a comment.
fn bracketed(comments: &str, name: &str) -> Vec<String> {
    let opening = format!("[{name}:");
    let parts = comments.split(&opening).skip(1);
    parts.filter_map(|part| part.split_once(']')).map(|(words, _)| words.trim().to_owned()).collect()
}

/// A text without its format mark and without HTML, which is said.
fn whole(text: &str, line: usize, said: &mut Vec<(usize, String)>) -> String {
    let text = text.trim();
    let marks = ["[html]", "[markdown]", "[plain]", "[moodle]"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let tag = after.split_once('>').filter(|_| after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
        out.push_str(before);
        match tag {
            Some((tag, more)) => {
                let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
                said.push((line, format!("the HTML <{name}> is left out")));
                out.push(' ');
                rest = more;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    plain(&out)
}

/// One option as it was written.
struct Written<'a> {
    is_equals: bool,
    weight: Option<f64>,
    text: &'a str,
    reason: &'a str,
}

fn read_answers(body: &str, line: usize, said: &mut Vec<(usize, String)>) -> Result<DraftKind, String> {
    if body.is_empty() {
        return Err("a text that somebody writes freely is not marked here".to_owned());
    }
    if body.starts_with('#') {
        return Err("a number that somebody types is no kind of question here".to_owned());
    }
    if let Some(kind) = true_or_false(body, line, said) {
        return Ok(kind);
    }
    let options = options(body)?;
    if options.iter().all(|option| option.is_equals) {
        return matched(&options, line, said);
    }
    let has_weights = options.iter().any(|option| option.weight.is_some_and(|weight| weight > 0.0 && weight < 100.0));
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for option in &options {
        let row = (whole(option.text, line, said), whole(option.reason, line, said));
        let is_right = option.weight.map_or(option.is_equals, |weight| weight > 0.0);
        if is_right { right.push(row) } else { wrong.push(row) }
    }
    if has_weights {
        said.push((line, "part marks are left out: here exactly the right set is right".to_owned()));
    }
    match (right.is_empty(), wrong.is_empty()) {
        (false, false) => Ok(DraftKind::Choices { right, wrong }),
        (true, _) => Err("no option is right".to_owned()),
        (_, true) => Err("no option is wrong".to_owned()),
    }
}

fn true_or_false(body: &str, line: usize, said: &mut Vec<(usize, String)>) -> Option<DraftKind> {
    let mut parts = body.split('#');
    let is_true = match parts.next()?.trim().to_uppercase().as_str() {
        "T" | "TRUE" => true,
        "F" | "FALSE" => false,
        _ => return None,
    };
    // GIFT gives what is said to a wrong answer first.
    let (wrong_reason, right_reason) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    said.push((line, "true or false has two options, and a question here has three to five".to_owned()));
    let (yes, no) = if is_true { ("True", "False") } else { ("False", "True") };
    Some(DraftKind::Choices {
        right: vec![(yes.to_owned(), whole(right_reason, line, said))],
        wrong: vec![(no.to_owned(), whole(wrong_reason, line, said))],
    })
}

fn options(body: &str) -> Result<Vec<Written<'_>>, String> {
    let starts: Vec<usize> = body.char_indices().filter(|(_, c)| matches!(c, '=' | '~')).map(|(at, _)| at).collect();
    if starts.first() != Some(&0) {
        return Err("its answers begin with neither = nor ~".to_owned());
    }
    let ends = starts.iter().skip(1).copied().chain([body.len()]);
    let options = starts.iter().zip(ends).map(|(start, end)| {
        let (is_equals, rest) = (body[*start..].starts_with('='), body[start + 1..end].trim());
        let (weight, rest) = weighed(rest)?;
        let (text, reason) = rest.split_once('#').unwrap_or((rest, ""));
        Ok(Written { is_equals, weight, text, reason })
    });
    options.collect()
}

fn weighed(text: &str) -> Result<(Option<f64>, &str), String> {
    let Some((weight, rest)) = text.strip_prefix('%').and_then(|rest| rest.split_once('%')) else {
        return Ok((None, text));
    };
    let weight: f64 = weight.trim().parse().map_err(|_| format!("‘{weight}’ is no weight"))?;
    Ok((Some(weight), rest.trim_start()))
}

fn matched(options: &[Written], line: usize, said: &mut Vec<(usize, String)>) -> Result<DraftKind, String> {
    let pairs: Option<Vec<(&str, &str)>> = options.iter().map(|option| option.text.split_once("->")).collect();
    let pairs = pairs.ok_or("an answer that somebody types is no kind of question here")?;
    if options.iter().any(|option| !option.reason.trim().is_empty()) {
        said.push((line, "the reasons of single pairs are left out".to_owned()));
    }
    Ok(DraftKind::Pairs(
        pairs.into_iter().map(|(one, other)| (whole(one, line, said), whole(other, line, said))).collect(),
    ))
}
