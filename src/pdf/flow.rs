//! A column that runs down a portrait page and on to the next: headings, paragraphs, bullets, and room for what is drawn by hand.

use super::paint::colours;
use super::sheet::{Column, Paper, Sheet};
use super::tags::Tag;
use super::words::{Align, Span, Style, paragraph_height, width};

/// The distance between baselines of running text, in letter sizes.
const LEADING: f32 = 1.38;
/// How far a list's words stand in, and what is left free after each item.
const INDENT: f32 = 13.0;
const AFTER_ITEM: f32 = 2.5;

/// Where on an A4 portrait page the next thing goes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flow {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    /// Where later pages begin.
    pub next_top: f32,
    /// Nothing goes below this.
    pub bottom: f32,
}

impl Flow {
    /// With margins, and room for a footer.
    pub fn new() -> Flow {
        let Paper { width, height } = Paper::A4_PORTRAIT;
        Flow { x: 45.0, y: 42.0, width: width - 90.0, next_top: 66.0, bottom: height - 66.0 }
    }

    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Whether something so high still fits on this page.
    pub fn fits(&self, high: f32) -> bool {
        self.y + high <= self.bottom
    }

    /// Turns the page unless something so high still fits.
    pub fn make_room(&mut self, sheet: &mut Sheet, high: f32) {
        if !self.fits(high) {
            self.turn(sheet);
        }
    }

    pub fn turn(&mut self, sheet: &mut Sheet) {
        sheet.turn();
        self.y = self.next_top;
    }

    pub fn skip(&mut self, high: f32) {
        self.y += high;
    }

    /// A second-level heading that keeps at least so much company below it on its page.
    pub fn heading(&mut self, sheet: &mut Sheet, words: &str, company: f32) {
        let style = Style::bold(13.5, colours::DEEP_SEA);
        self.make_room(sheet, 20.0 + company);
        self.tagged_paragraph(sheet, Tag::Heading(2), 1.35, &[Span::new(words, style)]);
        self.skip(4.0);
    }

    pub fn paragraph(&mut self, sheet: &mut Sheet, spans: &[Span]) {
        self.tagged_paragraph(sheet, Tag::Paragraph, LEADING, spans);
    }

    /// Words under a tag of one's own, all on one page.
    pub fn tagged_paragraph(&mut self, sheet: &mut Sheet, tag: Tag, leading: f32, spans: &[Span]) {
        self.make_room(sheet, paragraph_height(spans, self.width, leading));
        self.y = sheet.tagged(tag, |sheet| sheet.paragraph(self.column(), Align::Left, leading, spans));
    }

    /// How much room an item of `bullets` takes.
    pub fn bullet_height(&self, item: &[Span]) -> f32 {
        paragraph_height(item, self.width - INDENT, LEADING) + AFTER_ITEM
    }

    /// A list with a dot before each item.
    pub fn bullets(&mut self, sheet: &mut Sheet, items: &[Vec<Span>]) {
        sheet.tagged(Tag::List, |sheet| {
            for item in items {
                self.make_room(sheet, self.bullet_height(item));
                let style = item.first().map_or(Style::regular(10.5, colours::INK), |span| span.style);
                let inner = Column { x: self.x + INDENT, top: self.y, width: self.width - INDENT };
                sheet.tagged(Tag::Item, |sheet| {
                    sheet.tagged(Tag::Label, |sheet| {
                        let dot = Column { x: self.x, top: self.y, width: width("• ", style).max(INDENT) };
                        sheet.paragraph(dot, Align::Left, LEADING, &[Span::new("•", style)])
                    });
                    self.y = sheet.tagged(Tag::Body, |sheet| sheet.paragraph(inner, Align::Left, LEADING, item));
                });
                self.skip(AFTER_ITEM);
            }
        });
    }

    fn column(&self) -> Column {
        Column { x: self.x, top: self.y, width: self.width }
    }
}

impl Default for Flow {
    fn default() -> Flow {
        Flow::new()
    }
}

/// Small print at the foot of every page: a hairline, lines on the left, and the page's number on the right.
pub fn footers(sheet: &mut Sheet, lines: &[String]) {
    let Paper { height, .. } = sheet.paper();
    let flow = Flow::new();
    let small = Style::regular(8.0, colours::QUIET);
    sheet.on_every_page(|sheet, page, pages| {
        let top = height - 54.0;
        sheet.rule((flow.x, top), (flow.right(), top), super::Stroke::solid(colours::HAIRLINE, 0.75));
        sheet.text_aligned(flow.right(), top + 14.0, Align::Right, &format!("Page {page} of {pages}"), small);
        let spans: Vec<Span> = lines.iter().map(|line| Span::new(line.as_str(), small)).collect();
        let mut y = top + 5.0;
        for span in spans {
            let column = Column { x: flow.x, top: y, width: flow.width - 70.0 };
            y = sheet.paragraph(column, Align::Left, 1.4, &[span]);
        }
    });
}
