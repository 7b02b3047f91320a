//! Words on lines: styles, widths, wrapping, and shrinking what is too long.

use super::fonts::{Weight, clean, width_in_em};
use super::paint::Colour;

/// How words look. The size is in points.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Style {
    pub weight: Weight,
    pub size: f32,
    pub colour: Colour,
}

impl Style {
    pub const fn regular(size: f32, colour: Colour) -> Style {
        Style { weight: Weight::Regular, size, colour }
    }

    pub const fn bold(size: f32, colour: Colour) -> Style {
        Style { weight: Weight::Bold, size, colour }
    }

    pub const fn at(self, size: f32) -> Style {
        Style { size, ..self }
    }

    pub const fn with(self, colour: Colour) -> Style {
        Style { colour, ..self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// Words in one style; several make a sentence with bold words in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Span {
    pub text: String,
    pub style: Style,
}

impl Span {
    pub fn new(text: impl Into<String>, style: Style) -> Span {
        Span { text: text.into(), style }
    }
}

/// The width of a text as it will be printed.
pub fn width(text: &str, style: Style) -> f32 {
    width_in_em(&clean(text), style.weight) * style.size
}

/// The width of a line that `wrap` made.
pub fn line_width(line: &[Span]) -> f32 {
    line.iter().map(|span| width_in_em(&span.text, span.style.weight) * span.style.size).sum()
}

/// How high a paragraph of these words is; see `Sheet::paragraph`.
pub fn paragraph_height(spans: &[Span], available: f32, leading: f32) -> f32 {
    wrap(spans, available).len() as f32 * largest(spans) * leading
}

/// The size of the largest letters.
pub(super) fn largest(spans: &[Span]) -> f32 {
    spans.iter().map(|span| span.style.size).fold(0.0, f32::max)
}

/// The style made smaller, down to `smallest`, so that the text fits on one line of `available` points if it can.
pub fn fitted(text: &str, style: Style, available: f32, smallest: f32) -> Style {
    let needed = width(text, style);
    if needed <= available { style } else { style.at((style.size * available / needed).max(smallest)) }
}

/// The style made smaller, down to `smallest`, until the text takes no more than so many lines.
pub fn fitted_in_lines(text: &str, style: Style, available: f32, lines: usize, smallest: f32) -> Style {
    let mut style = style;
    while style.size > smallest && wrap(&[Span::new(text, style)], available).len() > lines {
        style = style.at((style.size * 0.92).max(smallest));
    }
    style
}

/// A piece that is never divided unless it alone is wider than the line.
struct Piece {
    text: String,
    style: Style,
    after_space: bool,
    wide: f32,
}

/// Breaks sentences into lines no wider than `available`. Each line but the last keeps a space at its end, so that words
/// read aloud or copied do not run together.
pub fn wrap(spans: &[Span], available: f32) -> Vec<Vec<Span>> {
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = 0.0;
    for word in words(pieces(spans)) {
        let wide: f32 = word.iter().map(|piece| piece.wide).sum();
        let gap = word.first().map_or(0.0, |first| if first.after_space { width(".", first.style) } else { 0.0 });
        for piece in if wide > available { divided(word, available) } else { word } {
            let starts_word = piece.after_space;
            let needed = if starts_word { wide.min(available) + gap } else { piece.wide };
            let fresh = lines.last().is_none_or(|line| line.is_empty());
            if !fresh && used + needed > available + 0.01 && (starts_word || wide > available) {
                end_with_space(lines.last_mut());
                lines.push(Vec::new());
                used = 0.0;
            }
            let fresh = lines.last().is_none_or(|line| line.is_empty());
            let text = if starts_word && !fresh { format!(" {}", piece.text) } else { piece.text };
            used += width_in_em(&text, piece.style.weight) * piece.style.size;
            push(lines.last_mut(), text, piece.style);
        }
    }
    lines
}

fn pieces(spans: &[Span]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut after_space = false;
    for span in spans {
        let opens_with_space = span.text.starts_with(' ');
        let text = clean(&span.text);
        after_space |= opens_with_space;
        for text in text.split(' ').filter(|text| !text.is_empty()) {
            let wide = width_in_em(text, span.style.weight) * span.style.size;
            pieces.push(Piece { text: text.to_owned(), style: span.style, after_space, wide });
            after_space = true;
        }
        after_space = span.text.ends_with(' ');
    }
    pieces
}

/// Pieces that no space divides make one word, though their styles differ: a bold name and the full stop after it.
fn words(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut words: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match words.last_mut() {
            Some(word) if !piece.after_space => word.push(piece),
            _ => words.push(vec![piece]),
        }
    }
    words
}

/// A word wider than a line, cut wherever the line ends.
fn divided(word: Vec<Piece>, available: f32) -> Vec<Piece> {
    let mut parts: Vec<Piece> = Vec::new();
    for piece in word {
        let mut after_space = piece.after_space;
        let mut text = String::new();
        let mut wide = 0.0;
        for letter in piece.text.chars() {
            let advance = width_in_em(&letter.to_string(), piece.style.weight) * piece.style.size;
            if wide + advance > available && !text.is_empty() {
                parts.push(Piece { text: std::mem::take(&mut text), style: piece.style, after_space, wide });
                after_space = false;
                wide = 0.0;
            }
            text.push(letter);
            wide += advance;
        }
        parts.push(Piece { text, style: piece.style, after_space, wide });
    }
    parts
}

fn push(line: Option<&mut Vec<Span>>, text: String, style: Style) {
    let Some(line) = line else { return };
    match line.last_mut() {
        Some(last) if last.style == style => last.text.push_str(&text),
        _ => line.push(Span { text, style }),
    }
}

fn end_with_space(line: Option<&mut Vec<Span>>) {
    if let Some(last) = line.and_then(|line| line.last_mut()) {
        last.text.push(' ');
    }
}
