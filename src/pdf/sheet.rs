//! The sheet a room draws on: pages, words and shapes, each piece tagged as it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{DictItem, FontId, Op, PdfFontHandle, Pt, TextItem};

use super::fonts::{Face, clean, runs};
use super::paint::{Colour, Path, Stroke, point};
use super::tags::{Kid, Tag, Tree};
use super::words::{Align, Span, Style, largest, line_width, wrap};
use crate::clock::Instant;

/// A page's size in points.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Paper {
    pub width: f32,
    pub height: f32,
}

impl Paper {
    pub const A4_PORTRAIT: Paper = Paper { width: 595.28, height: 841.89 };
    pub const A4_LANDSCAPE: Paper = Paper { width: 841.89, height: 595.28 };
}

/// What the document says of itself. `made` stands for both its dates, so that the same facts give the same bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct About {
    pub title: String,
    pub author: String,
    pub subject: String,
    pub made: Instant,
    /// Further properties, by name: letters and digits only.
    pub properties: Vec<(&'static str, String)>,
}

/// To which element the content being written belongs.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Belongs {
    Nowhere,
    Decoration,
    Element(usize),
}

pub(super) struct Page {
    pub ops: Vec<Op>,
    marks: usize,
    writing: Belongs,
}

pub struct Sheet {
    pub(super) about: About,
    pub(super) paper: Paper,
    pub(super) pages: Vec<Page>,
    pub(super) tree: Tree,
    pub(super) letters: BTreeMap<Face, BTreeSet<char>>,
    page: usize,
    open: Vec<usize>,
    decorating: bool,
}

impl Sheet {
    /// A sheet with one empty page.
    pub fn new(about: About, paper: Paper) -> Sheet {
        let mut sheet = Sheet {
            about,
            paper,
            pages: Vec::new(),
            tree: Tree::new(),
            letters: BTreeMap::new(),
            page: 0,
            open: vec![0],
            decorating: false,
        };
        sheet.turn();
        sheet
    }

    /// Begins another page at the end, and draws there from now on.
    pub fn turn(&mut self) {
        self.page = self.pages.len();
        self.pages.push(Page { ops: Vec::new(), marks: 0, writing: Belongs::Nowhere });
    }

    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    pub fn paper(&self) -> Paper {
        self.paper
    }

    /// Draws something on every page so far, as decoration: it is given the page's number (from 1) and how many there are.
    pub fn on_every_page(&mut self, mut draw: impl FnMut(&mut Sheet, usize, usize)) {
        let last = self.page;
        let count = self.pages.len();
        for page in 0..count {
            self.page = page;
            self.decoration(|sheet| draw(sheet, page + 1, count));
        }
        self.page = last;
    }

    /// What is drawn within belongs to a new element of this kind, unless it is decoration anyway.
    pub fn tagged<T>(&mut self, tag: Tag, draw: impl FnOnce(&mut Sheet) -> T) -> T {
        if self.decorating {
            return draw(self);
        }
        let element = self.tree.open(tag, self.innermost());
        self.open.push(element);
        let drawn = draw(self);
        self.open.pop();
        drawn
    }

    /// What is drawn within says nothing that the words do not say: a screen reader passes over it.
    pub fn decoration<T>(&mut self, draw: impl FnOnce(&mut Sheet) -> T) -> T {
        let before = std::mem::replace(&mut self.decorating, true);
        let drawn = draw(self);
        self.decorating = before;
        drawn
    }

    /// One line of words on a baseline. Returns its width.
    pub fn text(&mut self, x: f32, baseline: f32, text: &str, style: Style) -> f32 {
        self.line(x, baseline, &[Span::new(printed(text), style)])
    }

    /// One line of words that ends, or is centred, at `x`.
    pub fn text_aligned(&mut self, x: f32, baseline: f32, align: Align, text: &str, style: Style) {
        let line = [Span::new(clean(text), style)];
        let start = x - overhang(align, line_width(&line));
        self.line(start, baseline, &line);
    }

    /// One line that `wrap` made, on a baseline. Returns its width.
    pub fn line(&mut self, x: f32, baseline: f32, line: &[Span]) -> f32 {
        if line.iter().all(|span| span.text.is_empty()) {
            return 0.0;
        }
        self.belong(true);
        let pos = point(x, self.paper.height - baseline);
        let mut ops = vec![Op::StartTextSection, Op::SetTextCursor { pos }];
        for span in line {
            ops.push(Op::SetFillColor { col: span.style.colour.ink() });
            for run in runs(&span.text, span.style.weight) {
                self.letters.entry(run.face).or_default().extend(run.text.chars());
                let font = PdfFontHandle::External(FontId(run.face.resource()));
                ops.push(Op::SetFont { font, size: Pt((span.style.size * 100.0).round() / 100.0) });
                ops.push(Op::ShowText { items: vec![TextItem::Text(run.text)] });
            }
        }
        ops.push(Op::EndTextSection);
        self.push(ops);
        line_width(line)
    }

    /// Sentences in a column, the first baseline one ascent below `top`. Returns where the next thing may begin.
    /// `leading` is the distance between baselines, in sizes of the largest letters.
    pub fn paragraph(&mut self, area: Column, align: Align, leading: f32, spans: &[Span]) -> f32 {
        let size = largest(spans);
        let mut top = area.top;
        for line in wrap(spans, area.width) {
            let x = area.x + area.width * share(align) - overhang(align, line_width(&line));
            self.line(x, top + size * (leading + 0.74) / 2.0 - size * 0.02, &line);
            top += size * leading;
        }
        top
    }

    pub fn fill(&mut self, path: &Path, colour: Colour) {
        self.belong(false);
        self.push(path.fill(colour, self.paper.height));
    }

    pub fn stroke(&mut self, path: &Path, stroke: Stroke) {
        self.belong(false);
        self.push(path.stroke(stroke, false, self.paper.height));
    }

    /// Strokes a path all the way round.
    pub fn outline(&mut self, path: &Path, stroke: Stroke) {
        self.belong(false);
        self.push(path.stroke(stroke, true, self.paper.height));
    }

    /// A box with rounded corners, filled.
    pub fn rounded(&mut self, x: f32, y: f32, wide: f32, high: f32, radius: f32, colour: Colour) {
        self.fill(&Path::rectangle(x, y, wide, high, [radius; 4]), colour);
    }

    /// A straight line from one point to another.
    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), stroke: Stroke) {
        self.stroke(&Path::from(from.0, from.1).line_to(to.0, to.1), stroke);
    }

    /// Makes an area of the page lead where the open link leads.
    pub fn link_area(&mut self, x: f32, y: f32, wide: f32, high: f32) {
        let (page, bottom) = (self.page, self.paper.height - y - high);
        let rect = [x, bottom, x + wide, bottom + high].map(|edge| (edge * 100.0).round() / 100.0);
        self.tree.add(self.innermost(), Kid::Area { page, rect });
    }

    fn innermost(&self) -> usize {
        self.open.last().copied().unwrap_or_default()
    }

    /// Where the next piece belongs: all of a figure to the figure; other words to the innermost element; other shapes nowhere.
    fn belonging(&self, words: bool) -> Belongs {
        let is_figure =
            |index: &&usize| self.tree.0.get(**index).is_some_and(|element| matches!(element.tag, Tag::Figure(_)));
        match (self.decorating, self.open.iter().find(is_figure)) {
            (true, _) => Belongs::Decoration,
            (false, Some(figure)) => Belongs::Element(*figure),
            (false, None) if words && self.innermost() > 0 => Belongs::Element(self.innermost()),
            (false, None) => Belongs::Decoration,
        }
    }

    /// Opens a marked stretch for the next piece, unless one for the same element is open.
    fn belong(&mut self, words: bool) {
        let next = self.belonging(words);
        let page = self.page;
        let Some(at) = self.pages.get_mut(page) else { return };
        if at.writing == next {
            return;
        }
        at.close();
        at.writing = next;
        let Belongs::Element(element) = next else {
            at.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() });
            return;
        };
        let number = at.marks;
        at.marks += 1;
        let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(i64::try_from(number).unwrap_or_default()))]);
        let tag = self.tree.0.get(element).map(|element| element.tag.name()).unwrap_or_default();
        at.ops.push(Op::BeginMarkedContentWithProperties { tag, properties: DictItem::Dict { map } });
        self.tree.add(element, Kid::Content { page, number });
    }

    fn push(&mut self, ops: Vec<Op>) {
        if let Some(page) = self.pages.get_mut(self.page) {
            page.ops.extend(ops);
        }
    }
}

impl Page {
    /// Closes the marked stretch that is open.
    pub fn close(&mut self) {
        if self.writing != Belongs::Nowhere {
            self.ops.push(Op::EndMarkedContent);
            self.writing = Belongs::Nowhere;
        }
    }
}

/// Where words run: from `top` down, between `x` and `x + width`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Column {
    pub x: f32,
    pub top: f32,
    pub width: f32,
}

/// Cleaned, but with the space that parts it from what follows when it is read aloud.
fn printed(text: &str) -> String {
    let mut printed = clean(text);
    if text.ends_with(' ') {
        printed.push(' ');
    }
    printed
}

fn share(align: Align) -> f32 {
    match align {
        Align::Left => 0.0,
        Align::Centre => 0.5,
        Align::Right => 1.0,
    }
}

/// How much of a line lies before the point at which it is aligned.
fn overhang(align: Align, wide: f32) -> f32 {
    wide * share(align)
}
