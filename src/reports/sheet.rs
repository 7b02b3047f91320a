//! The governors' report as a PDF: headline, measures, schools, trend, questions, method. Everything is worded by the caller,
//! who keeps small groups from being recognised; nothing is counted here.

use crate::clock::Instant;
use crate::pdf::{
    About, Align, Column, Flow, Paper, PdfFault, Sheet, Span, Style, Tag, clean, colours, fitted, footers,
    paragraph_height, width,
};

mod measures;
mod schools;
mod trend;

pub use trend::{Point, Trend};

/// What the report says.
#[derive(Clone, PartialEq, Debug)]
pub struct GovernorsFacts {
    pub trust: String,
    /// Whom it is about: the trust's name again, or one school's.
    pub scope: String,
    /// Where that is, within a sentence: "at Harbour Academy", "in the Central team".
    pub place: String,
    /// "Report to the governors of Harbour Academy"
    pub whom: String,
    /// "Autumn term, 2026 to 2027"
    pub period: String,
    /// "As at 22 November 2026, 9:14am"
    pub as_at_words: String,
    /// The instant that the figures are for; also the date of the file.
    pub as_at: Instant,
    pub headline: Vec<Said>,
    pub measures: Vec<Measure>,
    /// The columns' names: one a requirement.
    pub requirements: Vec<String>,
    /// One row a school; as many cells as there are requirements.
    pub schools: Vec<SchoolRow>,
    /// What the bands mean, in words: "95% or more". Printed below the schools.
    pub legend: Vec<(Band, String)>,
    pub trend: Option<Trend>,
    pub questions: Vec<String>,
    /// How the figures are made, who is not counted, what is hidden and why.
    pub notes: Vec<String>,
    pub standing: Standing,
}

/// A part of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    Plainly(String),
    Strongly(String),
}

/// One of K1 to K8, as it is to be printed.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure {
    /// "K1"
    pub code: String,
    /// "up to date with everything"
    pub label: String,
    /// "86%", "fewer than 5 people"
    pub value: String,
    /// "78% last year", or nothing
    pub last_year: Option<String>,
    pub band: Band,
    /// "Good", "Watch", "Act", "Small group", "Not shown"
    pub band_word: String,
    /// "target 95%", or nothing
    pub target: Option<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SchoolRow {
    pub name: String,
    pub cells: Vec<Cell>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    pub text: String,
    pub band: Band,
}

/// How a figure stands to its target. Colour never says it alone: a word or a corner mark goes with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Band {
    Good,
    Watch,
    Act,
    /// Hidden, or there is nothing to say.
    NotShown,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    Draft,
    Issued {
        /// "2026-AUT-0007"
        number: String,
        issued_at: Instant,
        /// How many entries the evidence log had.
        checkpoint_size: u64,
        /// The first characters of the log's root, in groups.
        short_root: String,
    },
}

const QUIET: Style = Style::regular(10.5, colours::QUIET);
const TEXT: Style = Style::regular(10.5, colours::INK);

/// The report's PDF. The same facts always give the same bytes.
pub fn draw(facts: &GovernorsFacts) -> Result<Vec<u8>, PdfFault> {
    let mut sheet = Sheet::new(about(facts), Paper::A4_PORTRAIT);
    let mut flow = Flow::new();
    masthead(&mut sheet, &mut flow, facts);
    headline(&mut sheet, &mut flow, facts);
    measures::draw(&mut sheet, &mut flow, &facts.measures);
    schools::draw(&mut sheet, &mut flow, facts);
    if let Some(trend) = &facts.trend {
        let below = questions_height(&flow, facts);
        trend::draw(&mut sheet, &mut flow, trend, below);
    }
    questions(&mut sheet, &mut flow, facts);
    method(&mut sheet, &mut flow, facts);
    running_heads(&mut sheet, facts);
    footers(&mut sheet, &small_print(&facts.standing));
    sheet.finish()
}

fn about(facts: &GovernorsFacts) -> About {
    let (subject, number) = match &facts.standing {
        Standing::Draft => ("Draft: not issued".to_owned(), None),
        Standing::Issued { number, .. } => (format!("Report {number}"), Some(number.clone())),
    };
    About {
        title: format!("Training and signatures {}, {}", clean(&facts.place), clean(&facts.period)),
        author: clean(&facts.trust),
        subject,
        made: match facts.standing {
            Standing::Issued { issued_at, .. } => issued_at,
            Standing::Draft => facts.as_at,
        },
        properties: number.map(|number| ("ReportNumber", number)).into_iter().collect(),
    }
}

/// The trust and whom the report is for on the left, the period and the instant on the right.
fn masthead(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    let top = flow.y + 11.5;
    let right_wide = width(&facts.period, QUIET).max(width(&facts.as_at_words, QUIET));
    let room = flow.width - 36.0 - right_wide - 18.0;
    sheet.seamark(flow.x, flow.y, 30.0, colours::SEA);
    let name = fitted(&facts.trust, Style::bold(10.5, colours::INK), room, 6.0);
    sheet.tagged(Tag::Paragraph, |sheet| {
        sheet.text(flow.x + 36.0, top, &format!("{} ", facts.trust), name);
        sheet.text(flow.x + 36.0, top + 13.5, &facts.whom, fitted(&facts.whom, QUIET, room, 6.0));
    });
    sheet.tagged(Tag::Paragraph, |sheet| {
        sheet.text_aligned(flow.right(), top, Align::Right, &facts.period, QUIET);
        sheet.text_aligned(flow.right(), top + 13.5, Align::Right, &facts.as_at_words, QUIET);
    });
    flow.skip(41.0);
}

fn headline(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    let question = Span::new("Are our staff trained and signed up?", Style::bold(22.5, colours::INK));
    flow.tagged_paragraph(sheet, Tag::Heading(1), 1.2, &[question]);
    flow.skip(2.0);
    let answer: Vec<Span> = facts
        .headline
        .iter()
        .map(|said| match said {
            Said::Plainly(words) => Span::new(words.as_str(), TEXT.at(12.5)),
            Said::Strongly(words) => Span::new(words.as_str(), Style::bold(12.5, colours::INK)),
        })
        .collect();
    flow.tagged_paragraph(sheet, Tag::Paragraph, 1.32, &answer);
    flow.skip(10.0);
}

/// How far the box's words stand in from its edges.
const INSIDE: f32 = 13.5;

fn inside_the_box(flow: &Flow) -> Flow {
    Flow { x: flow.x + INSIDE, width: flow.width - 2.0 * INSIDE, bottom: f32::MAX, ..*flow }
}

fn asked(facts: &GovernorsFacts) -> Vec<Vec<Span>> {
    facts.questions.iter().map(|question| vec![Span::new(question.as_str(), TEXT)]).collect()
}

fn questions_height(flow: &Flow, facts: &GovernorsFacts) -> f32 {
    if facts.questions.is_empty() {
        return 0.0;
    }
    let inner = inside_the_box(flow);
    9.0 + 18.5 + asked(facts).iter().map(|item| inner.bullet_height(item)).sum::<f32>() + 6.0
}

/// The sand-coloured box of questions, whole on one page.
fn questions(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    if facts.questions.is_empty() {
        return;
    }
    let high = questions_height(flow, facts);
    flow.make_room(sheet, high);
    sheet.rounded(flow.x, flow.y, flow.width, high, 6.0, colours::SAND);
    let mut inner = inside_the_box(flow);
    inner.skip(9.0);
    let heading = [Span::new("Questions you may want to ask", Style::bold(11.0, colours::INK))];
    inner.tagged_paragraph(sheet, Tag::Heading(2), 1.38, &heading);
    inner.skip(3.0);
    inner.bullets(sheet, &asked(facts));
    flow.skip(high + 14.0);
}

/// How the figures are made. The trend's figures are here too, for those who cannot see a picture.
fn method(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    if !facts.notes.is_empty() {
        flow.skip(2.0);
        let items: Vec<Vec<Span>> =
            facts.notes.iter().map(|note| vec![Span::new(note.as_str(), QUIET.at(9.5))]).collect();
        // The list stays whole, so that no page begins in the midst of it.
        let high: f32 = items.iter().map(|item| flow.bullet_height(item)).sum();
        flow.heading(sheet, "How these figures are made", high);
        flow.bullets(sheet, &items);
        flow.skip(10.0);
    }
    if let Some(trend) = &facts.trend {
        trend::table(sheet, flow, trend);
    }
}

/// Pages after the first say whose report this is.
fn running_heads(sheet: &mut Sheet, facts: &GovernorsFacts) {
    let flow = Flow::new();
    let small = Style::regular(8.5, colours::QUIET);
    let left = format!("{}: training and signatures", facts.scope);
    sheet.on_every_page(|sheet, page, _| {
        if page > 1 {
            let room = flow.width - width(&facts.as_at_words, small) - 18.0;
            sheet.text(flow.x, 46.0, &left, fitted(&left, small, room, 5.0));
            sheet.text_aligned(flow.right(), 46.0, Align::Right, &facts.as_at_words, small);
        } else if facts.standing == Standing::Draft {
            draft_flag(sheet, &flow);
        }
    });
}

fn draft_flag(sheet: &mut Sheet, flow: &Flow) {
    let style = Style::bold(9.0, colours::DUE_WORDS);
    let words = "Draft: not issued";
    let wide = width(words, style) + 16.0;
    sheet.rounded(flow.right() - wide, 17.0, wide, 16.0, 8.0, colours::DUE_GROUND);
    sheet.text(flow.right() - wide + 8.0, 28.2, words, style);
}

fn small_print(standing: &Standing) -> Vec<String> {
    match standing {
        Standing::Draft => vec![
            "Draft: not issued. It has no number, and its figures may change until it is issued.".to_owned(),
            "No person is named; groups of fewer than 5 are not shown.".to_owned(),
        ],
        Standing::Issued { number, issued_at, checkpoint_size, short_root } => vec![
            format!(
                "Report {number}, issued {}. No person is named; groups of fewer than 5 are not shown.",
                issued_at.long()
            ),
            format!(
                "Evidence checkpoint {} · {short_root}: every record behind these figures can be proved unchanged.",
                in_thousands(*checkpoint_size)
            ),
        ],
    }
}

/// 18204 as "18,204".
fn in_thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A cell of a table: words in the middle of a box.
fn centred(sheet: &mut Sheet, area: Column, high: f32, words: &str, style: Style) {
    let words = [Span::new(words, style)];
    let top = area.top + (high - paragraph_height(&words, area.width, 1.15)) / 2.0;
    sheet.paragraph(Column { top, ..area }, Align::Centre, 1.15, &words);
}
