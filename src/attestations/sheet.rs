//! The receipt of a signature as a PDF: who signed which version of which policy, when, and every statement with its answer.

use crate::clock::Instant;
use crate::pdf::{
    About, Align, Colour, Column, Flow, Paper, Path, PdfFault, Sheet, Span, Stroke, Style, Tag, clean, colours,
    footers, paragraph_height,
};

/// What was signed, as it was shown.
#[derive(Clone, PartialEq, Debug)]
pub struct ReceiptFacts {
    pub trust: String,
    pub printed_name: String,
    pub policy: String,
    /// The short form of the policy version's hash.
    pub version: String,
    /// "2026 to 2027"
    pub cycle: String,
    pub signed_at: Instant,
    pub statements: Vec<Stated>,
    /// The evidence log's entry that holds the signature.
    pub entry_id: String,
    /// What to quote when asking about this signature.
    pub reference: String,
}

/// A statement as it was shown, and what the person answered: "Confirmed", "Connection recorded", "Known from your training".
#[derive(Clone, PartialEq, Debug)]
pub struct Stated {
    pub text: String,
    pub answer: String,
}

const TEXT: Style = Style::regular(10.5, colours::INK);
const STRONG: Style = Style::bold(10.5, colours::INK);
const QUIET: Style = Style::regular(9.5, colours::QUIET);
const TICK: Colour = colours::DONE;

/// The receipt's PDF. The same facts always give the same bytes.
pub fn draw(facts: &ReceiptFacts) -> Result<Vec<u8>, PdfFault> {
    let mut sheet = Sheet::new(about(facts), Paper::A4_PORTRAIT);
    let mut flow = Flow::new();
    opening(&mut sheet, &mut flow, facts);
    particulars(&mut sheet, &mut flow, facts);
    statements(&mut sheet, &mut flow, facts);
    closing(&mut sheet, &mut flow);
    footers(&mut sheet, &[format!("Receipt {}. Entry {} of the evidence log.", facts.reference, facts.entry_id)]);
    sheet.finish()
}

fn about(facts: &ReceiptFacts) -> About {
    About {
        title: format!("Receipt: {}, signed by {}", clean(&facts.policy), clean(&facts.printed_name)),
        author: clean(&facts.trust),
        subject: format!("Receipt {}", facts.reference),
        made: facts.signed_at,
        properties: vec![("ReceiptReference", facts.reference.clone()), ("EvidenceEntry", facts.entry_id.clone())],
    }
}

fn opening(sheet: &mut Sheet, flow: &mut Flow, facts: &ReceiptFacts) {
    sheet.seamark(flow.x, flow.y, 30.0, colours::SEA);
    let beside = Column { x: flow.x + 36.0, top: flow.y + 1.0, width: flow.width - 36.0 };
    sheet.tagged(Tag::Paragraph, |sheet| {
        let top = sheet.paragraph(beside, Align::Left, 1.35, &[Span::new(facts.trust.as_str(), STRONG)]);
        sheet.paragraph(Column { top, ..beside }, Align::Left, 1.35, &[Span::new("Receipt for a signature", QUIET)])
    });
    flow.skip(48.0);
    let title = [Span::new(format!("You signed the {}", facts.policy), Style::bold(22.5, colours::INK))];
    flow.tagged_paragraph(sheet, Tag::Heading(1), 1.2, &title);
    flow.skip(6.0);
    let size = 12.0;
    let sentence = [
        Span::new(facts.printed_name.as_str(), STRONG.at(size)),
        Span::new(format!(" signed it for {} on ", facts.cycle), TEXT.at(size)),
        Span::new(facts.signed_at.long(), STRONG.at(size)),
        Span::new(".", TEXT.at(size)),
    ];
    flow.paragraph(sheet, &sentence);
    flow.skip(14.0);
}

fn particulars(sheet: &mut Sheet, flow: &mut Flow, facts: &ReceiptFacts) {
    let rows = [
        ("Policy", facts.policy.as_str()),
        ("Version", facts.version.as_str()),
        ("Year", facts.cycle.as_str()),
        ("Reference", facts.reference.as_str()),
        ("Evidence entry", facts.entry_id.as_str()),
    ];
    const LABELS: f32 = 105.0;
    let hairline = Stroke::solid(colours::HAIRLINE, 0.75);
    sheet.tagged(Tag::Table, |sheet| {
        for (label, value) in rows {
            let words = [Span::new(value, TEXT)];
            sheet.rule((flow.x, flow.y), (flow.right(), flow.y), hairline);
            let top = flow.y + 4.0;
            let bottom = sheet.tagged(Tag::Row, |sheet| {
                sheet.tagged(Tag::RowHead, |sheet| {
                    let head = Column { x: flow.x, top, width: LABELS };
                    sheet.paragraph(head, Align::Left, 1.38, &[Span::new(label, STRONG)])
                });
                sheet.tagged(Tag::Cell, |sheet| {
                    let cell = Column { x: flow.x + LABELS, top, width: flow.width - LABELS };
                    sheet.paragraph(cell, Align::Left, 1.38, &words)
                })
            });
            flow.y = bottom + 4.0;
        }
        sheet.rule((flow.x, flow.y), (flow.right(), flow.y), hairline);
    });
    flow.skip(18.0);
}

/// The statements, each whole on one page.
fn statements(sheet: &mut Sheet, flow: &mut Flow, facts: &ReceiptFacts) {
    const INDENT: f32 = 24.0;
    let room = flow.width - INDENT;
    flow.heading(sheet, "What you confirmed", 60.0);
    flow.skip(3.0);
    sheet.tagged(Tag::List, |sheet| {
        for stated in &facts.statements {
            let words = [Span::new(stated.text.as_str(), TEXT)];
            let answer = [Span::new(stated.answer.as_str(), Style::bold(9.5, colours::DONE_WORDS))];
            let needed = paragraph_height(&words, room, 1.38) + paragraph_height(&answer, room, 1.38);
            flow.make_room(sheet, needed);
            sheet.decoration(|sheet| tick(sheet, flow.x, flow.y + 1.5));
            let column = Column { x: flow.x + INDENT, top: flow.y, width: room };
            flow.y = sheet.tagged(Tag::Item, |sheet| {
                sheet.tagged(Tag::Body, |sheet| {
                    let top = sheet.paragraph(column, Align::Left, 1.38, &words);
                    sheet.paragraph(Column { top, ..column }, Align::Left, 1.38, &answer)
                })
            });
            flow.skip(8.0);
        }
    });
}

/// A tick in a round field.
fn tick(sheet: &mut Sheet, x: f32, y: f32) {
    sheet.fill(&Path::circle(x + 6.5, y + 6.5, 6.5), TICK);
    let stroke = Stroke::solid(colours::WHITE, 1.5);
    sheet.stroke(&Path::from(x + 3.6, y + 6.8).line_to(x + 5.7, y + 8.9).line_to(x + 9.5, y + 4.6), stroke);
}

fn closing(sheet: &mut Sheet, flow: &mut Flow) {
    flow.skip(4.0);
    let words = "Keep this if you like; there is nothing else to do. To ask about it, quote the reference above.";
    flow.paragraph(sheet, &[Span::new(words, QUIET)]);
}
