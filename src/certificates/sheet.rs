//! The certificate as a PDF: one landscape page. No score is on it.

use super::rules::{CertificateKind, is_without_end};
use crate::clock::{Day, Instant};
use crate::pdf::{
    About, Align, Colour, Column, Paper, Path, PdfFault, Sheet, Span, Stroke, Style, Tag, clean, colours, fitted,
    fitted_in_lines, width,
};

/// What a certificate says, as it was frozen when the certificate was issued.
#[derive(Clone, PartialEq, Debug)]
pub struct CertificateFacts {
    pub trust: String,
    pub school: Option<String>,
    pub printed_name: String,
    /// The course's title, or the year's.
    pub title: String,
    pub kind: CertificateKind,
    pub completed: Day,
    pub valid_until: Day,
    /// Learning time in minutes, where it is known.
    pub minutes: Option<u32>,
    /// `SM-26-` and ten Crockford characters; printed in groups.
    pub number: String,
    /// The whole address that the QR code leads to.
    pub verify_address: String,
    /// The signed token, in compact form; carried in the metadata, not printed.
    pub token: String,
    pub issued: Instant,
}

/// The frame's edge, and the dark band inside it.
const EDGE: f32 = 25.5;
const BAND: f32 = 157.5;
const CORNER: f32 = 4.5;
/// Where words begin and how far they may run.
const LEFT: f32 = 225.0;
const ROOM: f32 = Paper::A4_LANDSCAPE.width - LEFT - 67.5;

const NAME: Style = Style::bold(37.5, colours::INK);
const SAYING: Style = Style::regular(16.5, colours::INK);
const ACHIEVED: Style = Style::bold(16.5, colours::INK);
const QUIET: Style = Style::regular(12.5, colours::QUIET);
const FACT: Style = Style::bold(12.5, colours::INK);
const WAVE: Colour = Colour(0x2d, 0x6b, 0x86);

/// The certificate's PDF. The same facts always give the same bytes.
pub fn draw(facts: &CertificateFacts) -> Result<Vec<u8>, PdfFault> {
    let mut sheet = Sheet::new(about(facts), Paper::A4_LANDSCAPE);
    frame(&mut sheet);
    issuer(&mut sheet, facts);
    let below = achievement(&mut sheet, facts);
    particulars(&mut sheet, facts, below);
    verification(&mut sheet, facts)?;
    sheet.finish()
}

fn about(facts: &CertificateFacts) -> About {
    About {
        title: format!("Certificate: {}, {}", clean(&facts.title), clean(&facts.printed_name)),
        author: clean(&facts.trust),
        subject: format!("Certificate {}", grouped(&facts.number)),
        made: facts.issued,
        properties: vec![
            ("CertificateNumber", facts.number.clone()),
            ("CertificateToken", facts.token.clone()),
            ("VerifyAddress", facts.verify_address.clone()),
        ],
    }
}

fn frame(sheet: &mut Sheet) {
    let Paper { width, height } = sheet.paper();
    let high = height - 2.0 * EDGE;
    sheet.decoration(|sheet| {
        sheet.fill(&Path::rectangle(EDGE, EDGE, BAND, high, [CORNER, 0.0, 0.0, CORNER]), colours::DEEP_SEA);
        for (row, strength) in (0u8..8).zip([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]) {
            let y = EDGE + 352.5 + 25.5 * f32::from(row);
            // Round ends reach three quarters of a point further.
            let ink = WAVE.over(colours::DEEP_SEA, strength);
            sheet.stroke(&wave(EDGE + 0.75, y, BAND - 1.5), Stroke::solid(ink, 1.5));
        }
        let whole = Path::rectangle(EDGE, EDGE, width - 2.0 * EDGE, high, [CORNER; 4]);
        sheet.outline(&whole, Stroke::solid(colours::SEA, 1.1));
    });
    sheet.seamark(EDGE + 48.6, EDGE + 52.5, 70.0, colours::WHITE);
}

/// A swell of three halves across the band.
fn wave(x: f32, y: f32, wide: f32) -> Path {
    let half = wide / 3.0;
    let (reach, rise) = (half * 0.371, 12.0);
    (0u8..3).fold(Path::from(x, y), |path, part| {
        let from = x + half * f32::from(part);
        let crest = if part % 2 == 0 { y - rise } else { y + rise };
        path.curve_to((from + reach, crest), (from + half - reach, crest), (from + half, y))
    })
}

fn issuer(sheet: &mut Sheet, facts: &CertificateFacts) {
    let style = Style::regular(15.0, colours::QUIET);
    let mut names = vec![Span::new(facts.trust.as_str(), style)];
    names.extend(facts.school.iter().map(|school| Span::new(format!(" · {school}"), style)));
    sheet.tagged(Tag::Paragraph, |sheet| {
        sheet.paragraph(Column { x: LEFT, top: 71.5, width: ROOM }, Align::Left, 1.35, &names)
    });
}

/// The sentence that the certificate is about. Returns where it ends.
fn achievement(sheet: &mut Sheet, facts: &CertificateFacts) -> f32 {
    let column = |top: f32| Column { x: LEFT, top, width: ROOM };
    let top = sheet.tagged(Tag::Paragraph, |sheet| {
        sheet.paragraph(column(130.0), Align::Left, 1.4, &[Span::new("This certifies that", SAYING)])
    });
    let one_line = fitted(&facts.printed_name, NAME, ROOM, 24.0);
    let style = fitted_in_lines(&facts.printed_name, one_line, ROOM, 3, 9.0);
    let top = sheet.tagged(Tag::Heading(1), |sheet| {
        sheet.paragraph(column(top + 14.0), Align::Left, 1.2, &[Span::new(facts.printed_name.as_str(), style)])
    });
    let opening = match facts.kind {
        CertificateKind::Course => "has completed ",
        CertificateKind::Year => "has completed everything in ",
    };
    let top = sheet.tagged(Tag::Paragraph, |sheet| {
        let size = fitted_in_lines(&format!("{opening}{}", facts.title), ACHIEVED, ROOM, 3, 9.0).size;
        let saying = [Span::new(opening, SAYING.at(size)), Span::new(facts.title.as_str(), ACHIEVED.at(size))];
        sheet.paragraph(column(top + 15.0), Align::Left, 1.35, &saying)
    });
    sheet.tagged(Tag::Paragraph, |sheet| {
        let day = format!("on {}", facts.completed.long());
        sheet.paragraph(column(top + 3.0), Align::Left, 1.4, &[Span::new(day, QUIET.at(13.0))])
    })
}

fn particulars(sheet: &mut Sheet, facts: &CertificateFacts, below: f32) {
    let top = (below + 42.0).max(336.0);
    let mut x = LEFT;
    let mut particular = |label: &str, value: &str| {
        sheet.tagged(Tag::Paragraph, |sheet| {
            sheet.text(x, top, &format!("{label} "), QUIET);
            sheet.text(x, top + 17.0, value, FACT);
        });
        x += width(label, QUIET).max(width(value, FACT)) + 30.0;
    };
    match is_without_end(facts.valid_until) {
        true => particular("Valid", "without end"),
        false => particular("Valid until", &facts.valid_until.long()),
    }
    if let Some(minutes) = facts.minutes {
        particular("Learning time", &learning_time(minutes));
    }
    particular("Certificate", &grouped(&facts.number));
}

fn verification(sheet: &mut Sheet, facts: &CertificateFacts) -> Result<(), PdfFault> {
    const SIDE: f32 = 78.0;
    let Paper { width: wide, height } = sheet.paper();
    let (left, top) = (wide - 67.5 - SIDE, height - 63.0 - SIDE);
    let small = Style::regular(10.5, colours::QUIET);
    let end = left - 13.5;
    sheet.tagged(Tag::Paragraph, |sheet| {
        sheet.text_aligned(end, top + 36.5, Align::Right, "Check that it is genuine", small);
        sheet.tagged(Tag::Link(facts.verify_address.clone()), |sheet| {
            let shown = shown_address(facts);
            let style = fitted(&shown, small, end - LEFT, 6.0);
            let long = width(&shown, style);
            sheet.text(end - long, top + 50.5, &shown, style);
            sheet.link_area(end - long, top + 41.0, long, 13.0);
        });
    });
    sheet.qr(left, top, SIDE, &facts.verify_address)
}

/// The address to type: without the scheme, and without the number, which is printed beside it.
fn shown_address(facts: &CertificateFacts) -> String {
    let address = facts.verify_address.as_str();
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_suffix(facts.number.as_str()).unwrap_or(address).trim_end_matches('/').to_owned()
}

/// `SM-26-7K4Q9XTB2M` as people read it aloud: `SM-26-7K4Q9-XTB2M`.
pub fn grouped(number: &str) -> String {
    match number.rsplit_once('-') {
        Some((front, code)) if code.is_ascii() && code.len() == 10 => {
            let (first, second) = code.split_at(5);
            format!("{front}-{first}-{second}")
        }
        _ => number.to_owned(),
    }
}

fn learning_time(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 1) => "1 minute".to_owned(),
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (1, minutes) => format!("1 hour {minutes} minutes"),
        (hours, minutes) => format!("{hours} hours {minutes} minutes"),
    }
}
