//! The faces we print with: which one has a letter, how wide it is, and a cut-down face that holds only the letters used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use allsorts::binary::read::ReadScope;
use allsorts::font_data::FontData;
use allsorts::subset::{CmapTarget, SubsetProfile, subset};
use printpdf::ParsedFont;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::PdfFault;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    Regular,
    Bold,
}

/// A face built into the program. Atkinson comes first; the others lend the letters that it lacks.
struct Built {
    name: &'static str,
    bytes: &'static [u8],
    parsed: OnceLock<Option<ParsedFont>>,
}

macro_rules! built {
    ($name:literal) => {
        Built {
            name: $name,
            bytes: include_bytes!(concat!("../../static/fonts-pdf/", $name, ".ttf")),
            parsed: OnceLock::new(),
        }
    };
}

static REGULAR: [Built; 4] = [
    built!("AtkinsonHyperlegibleNext-Regular"),
    built!("NotoSans-Regular"),
    built!("NotoSansArmenian-Regular"),
    built!("NotoSansGeorgian-Regular"),
];
static BOLD: [Built; 4] = [
    built!("AtkinsonHyperlegibleNext-Bold"),
    built!("NotoSans-Bold"),
    built!("NotoSansArmenian-Bold"),
    built!("NotoSansGeorgian-Bold"),
];

/// More marks on one letter than any European language writes are a prank, not a name.
const MARKS_ON_A_LETTER: usize = 3;

/// One of the built-in faces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Face {
    weight: Weight,
    place: usize,
}

impl Face {
    fn built(self) -> &'static Built {
        match self.weight {
            Weight::Regular => &REGULAR[self.place],
            Weight::Bold => &BOLD[self.place],
        }
    }

    /// The name by which content streams call it.
    pub fn resource(self) -> String {
        format!("{}{}", if self.weight == Weight::Bold { "Bold" } else { "Regular" }, self.place)
    }

    /// The face, parsed once for the life of the program. It does without its bytes: they are in the program already.
    fn parsed(self) -> Option<&'static ParsedFont> {
        let built = self.built();
        let parse = || {
            let mut face = ParsedFont::from_bytes(built.bytes, 0, &mut Vec::new())?;
            face.original_bytes = Vec::new();
            Some(face)
        };
        built.parsed.get_or_init(parse).as_ref()
    }

    fn glyph(self, letter: char) -> Option<u16> {
        self.parsed()?.lookup_glyph_index(u32::from(letter)).filter(|glyph| *glyph != 0)
    }

    /// The advance of a letter in em.
    fn advance(self, letter: char) -> f32 {
        let Some(face) = self.parsed() else { return 0.0 };
        let glyph = self.glyph(letter).unwrap_or(0);
        f32::from(face.get_glyph_width(glyph).unwrap_or(0)) / f32::from(face.units_per_em.max(1))
    }

    /// A face that holds only these letters, ready to be drawn with: small, and named as a subset must be.
    pub fn cut(self, letters: &BTreeSet<char>) -> Result<ParsedFont, PdfFault> {
        let built = self.built();
        let fault = || PdfFault::Font(built.name);
        let whole = self.parsed().ok_or_else(fault)?;
        let kept: BTreeSet<u16> = letters.iter().filter_map(|letter| self.glyph(*letter)).collect();
        let glyphs: Vec<u16> = std::iter::once(0).chain(kept).collect();
        let new_number = |letter: &char| {
            let place = glyphs.binary_search(&self.glyph(*letter)?).ok()?;
            Some((u32::from(*letter), u16::try_from(place).ok()?))
        };
        let advances = (0u16..).zip(&glyphs).map(|(new, old)| (new, whole.get_glyph_width(*old).unwrap_or(0)));

        let mut cut = ParsedFont::with_glyph_data(
            cut_bytes(built.bytes, &glyphs).ok_or_else(fault)?,
            0,
            Some(format!("{}+{}", subset_mark(&glyphs), built.name)),
            letters.iter().filter_map(new_number).collect(),
            advances.collect::<BTreeMap<u16, u16>>(),
            whole.units_per_em,
            whole.font_metrics.clone(),
        );
        cut.pdf_font_metrics = whole.pdf_font_metrics.clone();
        Ok(cut)
    }
}

/// A TrueType file with these glyphs alone, numbered as they stand. printpdf cuts fonts only with its layout engine built in.
fn cut_bytes(bytes: &[u8], glyphs: &[u16]) -> Option<Vec<u8>> {
    let file = ReadScope::new(bytes).read::<FontData<'_>>().ok()?;
    let tables = file.table_provider(0).ok()?;
    subset(&tables, glyphs, &SubsetProfile::Pdf, CmapTarget::Unicode).ok()
}

/// Six capital letters that differ when the glyphs differ (ISO 32000-1, 9.6.4).
fn subset_mark(glyphs: &[u16]) -> String {
    let bytes: Vec<u8> = glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect();
    Sha256::digest(bytes).iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// Text as it may be printed: composed (NFC), on one line, single spaces, without control and invisible direction characters.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut marks = 0;
    for letter in text.nfc().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() && letter != NO_BREAK_SPACE {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
            continue;
        }
        marks = if is_combining_mark(letter) { marks + 1 } else { 0 };
        if marks <= MARKS_ON_A_LETTER {
            clean.push(letter);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Keeps two words on one line, as in "2 October".
pub(super) const NO_BREAK_SPACE: char = '\u{a0}';

/// Controls that are no white space, direction marks and overrides, joiners and other characters without a picture.
fn is_invisible(letter: char) -> bool {
    (letter.is_control() && !letter.is_whitespace())
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e01ef}')
}

/// The letters of a text that none of our faces has, so that somebody can be told before a name is printed with gaps.
pub fn unprintable(text: &str) -> Vec<char> {
    let has = |letter: char| face_for(letter.encode_utf8(&mut [0; 4]), Weight::Regular).is_some();
    clean(text).chars().filter(|letter| *letter != NO_BREAK_SPACE && !has(*letter)).collect()
}

/// A stretch of text in one face.
pub(super) struct Run {
    pub face: Face,
    pub text: String,
}

/// Divides cleaned text into stretches. A word stays in one face if any face has all of it; else a letter and its marks do.
pub(super) fn runs(text: &str, weight: Weight) -> Vec<Run> {
    let text = text.replace(NO_BREAK_SPACE, " ");
    let mut runs: Vec<Run> = Vec::new();
    for word in text.split_inclusive(' ') {
        match face_for(word, weight) {
            Some(face) => append(&mut runs, face, word),
            None => clusters(word).iter().for_each(|cluster| append_cluster(&mut runs, cluster, weight)),
        }
    }
    runs
}

/// The first face that has all these letters.
fn face_for(text: &str, weight: Weight) -> Option<Face> {
    (0..REGULAR.len())
        .map(|place| Face { weight, place })
        .find(|face| text.chars().all(|letter| face.glyph(letter).is_some()))
}

fn append(runs: &mut Vec<Run>, face: Face, text: &str) {
    match runs.last_mut() {
        Some(run) if run.face == face => run.text.push_str(text),
        _ => runs.push(Run { face, text: text.to_owned() }),
    }
}

fn append_cluster(runs: &mut Vec<Run>, cluster: &str, weight: Weight) {
    if let Some(face) = face_for(cluster, weight) {
        return append(runs, face, cluster);
    }
    let face = Face { weight, place: 1 };
    let shown = |letter: char| if face.glyph(letter).is_some() { letter } else { MISSING };
    append(runs, face, &cluster.chars().map(shown).collect::<String>());
}

/// Stands for a letter that no face has.
const MISSING: char = '\u{fffd}';

/// Letters with the marks that follow them.
fn clusters(text: &str) -> Vec<String> {
    let mut clusters: Vec<String> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match clusters.last_mut() {
            Some(cluster) if is_combining_mark(letter) => cluster.push(letter),
            _ => clusters.push(letter.to_string()),
        }
    }
    clusters
}

/// The width of cleaned text at a size of 1.
pub(super) fn width_in_em(text: &str, weight: Weight) -> f32 {
    runs(text, weight).iter().map(|run| run.text.chars().map(|letter| run.face.advance(letter)).sum::<f32>()).sum()
}
