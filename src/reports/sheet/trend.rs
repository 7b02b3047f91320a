//! This year against last: a line over last year's dashes, with its sentence above it and its figures in a table at the end.

use super::centred;
use crate::pdf::{Align, Column, Flow, Path, Sheet, Span, Stroke, Style, Tag, colours, width};

/// Up to date, day by day from 1 September.
#[derive(Clone, PartialEq, Debug)]
pub struct Trend {
    /// "2026 to 2027"
    pub this_year_name: String,
    /// "2025 to 2026"
    pub last_year_name: String,
    pub this_year: Vec<Point>,
    pub last_year: Vec<Point>,
    pub target: Option<f32>,
    /// What the picture shows, in a sentence.
    pub sentence: String,
    /// The figure printed beside the last point: "86%".
    pub latest: String,
}

/// A day (0 is 1 September) and a per cent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    pub day: u16,
    pub percent: f32,
}

/// The months' names and first days, counted from 1 September; a leap day moves none of them visibly.
const MONTHS: [(&str, u16); 12] = [
    ("Sep", 0),
    ("Oct", 30),
    ("Nov", 61),
    ("Dec", 91),
    ("Jan", 122),
    ("Feb", 153),
    ("Mar", 181),
    ("Apr", 212),
    ("May", 242),
    ("Jun", 273),
    ("Jul", 303),
    ("Aug", 334),
];
const YEAR: u16 = 366;
/// The chart's least and greatest height, and what goes with it: heading, sentence, months.
const LOW: f32 = 84.0;
const TALL: f32 = 128.0;
const AROUND: f32 = 22.3 + 13.8 + 9.0 + AFTER;
const AFTER: f32 = 28.0;
const AXIS: f32 = 30.0;
const SMALL: Style = Style::regular(8.5, colours::QUIET);

/// Where a day and a per cent lie on the page.
struct Frame {
    left: f32,
    top: f32,
    wide: f32,
    high: f32,
    days: u16,
}

impl Frame {
    fn x(&self, day: u16) -> f32 {
        self.left + self.wide * f32::from(day) / f32::from(self.days.max(1))
    }

    fn y(&self, percent: f32) -> f32 {
        self.top + self.high * (1.0 - percent.clamp(0.0, 100.0) / 100.0)
    }

    fn line(&self, points: &[Point]) -> Option<Path> {
        let mut shown = points.iter().filter(|point| point.day <= self.days);
        let first = shown.next()?;
        let start = Path::from(self.x(first.day), self.y(first.percent));
        Some(shown.fold(start, |path, point| path.line_to(self.x(point.day), self.y(point.percent))))
    }
}

/// The chart takes what the page has left, less `below` for what should follow on the same page.
pub fn draw(sheet: &mut Sheet, flow: &mut Flow, trend: &Trend, below: f32) {
    flow.make_room(sheet, AROUND + LOW);
    let left_over = flow.bottom - flow.y - AROUND;
    let shared = left_over - below;
    let high = if shared < LOW { left_over.min(TALL) } else { shared.min(TALL) };
    flow.heading(sheet, "This year against last", 0.0);
    flow.paragraph(sheet, &[Span::new(trend.sentence.as_str(), SMALL.at(10.0))]);
    flow.skip(9.0);
    let frame = Frame { left: flow.x + AXIS, top: flow.y, wide: flow.width - AXIS, high, days: last_day_shown(trend) };
    sheet.tagged(Tag::Figure(format!("Line chart. {}", trend.sentence)), |sheet| {
        grid(sheet, flow, &frame);
        target(sheet, &frame, trend);
        last_year(sheet, &frame, trend);
        this_year(sheet, &frame, trend);
    });
    flow.skip(high + AFTER);
}

/// To the end of the month after this year's last point, and to Christmas at least.
fn last_day_shown(trend: &Trend) -> u16 {
    let latest = trend.this_year.iter().map(|point| point.day).max().unwrap_or_default();
    let wanted = (latest + 31).max(121);
    MONTHS.iter().map(|(_, first)| *first).chain([YEAR]).find(|first| *first > wanted).unwrap_or(YEAR)
}

fn grid(sheet: &mut Sheet, flow: &Flow, frame: &Frame) {
    for percent in [0u8, 25, 50, 75, 100] {
        let y = frame.y(f32::from(percent));
        sheet.rule((frame.left, y), (flow.right(), y), Stroke::solid(colours::HAIRLINE, 0.75));
        sheet.text_aligned(frame.left - 6.0, y + 3.0, Align::Right, &format!("{percent}%"), SMALL);
    }
    for (name, first) in MONTHS.iter().filter(|(_, first)| *first < frame.days) {
        sheet.text(frame.x(*first), frame.top + frame.high + 13.0, name, SMALL);
    }
}

fn target(sheet: &mut Sheet, frame: &Frame, trend: &Trend) {
    let Some(percent) = trend.target else { return };
    let y = frame.y(percent);
    let dots = Stroke::dashed(colours::DONE, 1.1, 1.5, 3.0);
    sheet.rule((frame.left, y), (frame.left + frame.wide, y), dots);
    sheet.text(frame.left + 4.0, y + 9.5, &format!("target {percent}%"), SMALL.with(colours::DONE_WORDS));
}

fn last_year(sheet: &mut Sheet, frame: &Frame, trend: &Trend) {
    if let Some(line) = frame.line(&trend.last_year) {
        sheet.stroke(&line, Stroke::dashed(colours::LAST_YEAR, 1.8, 4.5, 3.5));
    }
    if let Some((x, baseline)) = place_of_name(frame, trend) {
        label(sheet, x, baseline, &trend.last_year_name, SMALL);
    }
}

/// Where last year's name stands clear of both lines and of the figure beside this year's: below its line or above it, as near
/// its end as may be.
fn place_of_name(frame: &Frame, trend: &Trend) -> Option<(f32, f32)> {
    let wide = width(&trend.last_year_name, SMALL);
    let shown: Vec<&Point> = trend.last_year.iter().filter(|point| point.day <= frame.days).collect();
    let places = shown.iter().rev().flat_map(|point| {
        let x = (frame.x(point.day) - wide).max(frame.left);
        [14.0, -7.0, 22.0, -15.0].map(|away| (x, frame.y(point.percent) + away))
    });
    let is_free = |(x, baseline): &(f32, f32)| {
        let words = Area { left: *x, right: x + wide, top: baseline - 8.0, bottom: baseline + 3.0 };
        let inside = frame.top - 6.0 <= words.top && words.bottom <= frame.top + frame.high;
        inside
            && !words.is_crossed_by(frame, &trend.last_year)
            && !words.is_crossed_by(frame, &trend.this_year)
            && !figure_area(frame, trend).is_some_and(|figure| words.meets(figure))
    };
    let end = shown.last().map(|last| ((frame.x(last.day) - wide).max(frame.left), frame.y(last.percent) + 14.0));
    places.into_iter().find(is_free).or(end)
}

/// A part of the picture.
#[derive(Clone, Copy)]
struct Area {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Area {
    fn meets(self, other: Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn is_crossed_by(self, frame: &Frame, points: &[Point]) -> bool {
        points.windows(2).any(|pair| match pair {
            [from, to] => {
                self.is_crossed((frame.x(from.day), frame.y(from.percent)), (frame.x(to.day), frame.y(to.percent)))
            }
            _ => false,
        })
    }

    /// Whether a line from left to right comes into it.
    fn is_crossed(self, from: (f32, f32), to: (f32, f32)) -> bool {
        let (left, right) = (self.left.max(from.0), self.right.min(to.0));
        if left > right {
            return false;
        }
        let at =
            |x: f32| if to.0 > from.0 { from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0) } else { from.1 };
        let (one, other) = (at(left), at(right));
        one.min(other) < self.bottom && self.top < one.max(other)
    }
}

/// Where the figure beside this year's last point stands.
fn figure_area(frame: &Frame, trend: &Trend) -> Option<Area> {
    let last = trend.this_year.last()?;
    let (left, baseline, wide) = figure_place(frame, trend, last);
    Some(Area { left: left - 2.0, right: left + wide + 2.0, top: baseline - 10.0, bottom: baseline + 3.0 })
}

const FIGURE: Style = Style::bold(11.5, colours::DEEP_SEA);

/// Its left edge, its baseline and its width.
fn figure_place(frame: &Frame, trend: &Trend, last: &Point) -> (f32, f32, f32) {
    let wide = width(&trend.latest, FIGURE);
    ((frame.x(last.day) + 9.0).min(frame.left + frame.wide - wide), frame.y(last.percent) + 4.0, wide)
}

fn this_year(sheet: &mut Sheet, frame: &Frame, trend: &Trend) {
    if let Some(line) = frame.line(&trend.this_year) {
        sheet.stroke(&line, Stroke::solid(colours::SEA, 2.8));
    }
    let Some(last) = trend.this_year.last() else { return };
    let (left, baseline, _) = figure_place(frame, trend, last);
    label(sheet, left, baseline, &trend.latest, FIGURE);
    sheet.fill(&Path::circle(frame.x(last.day), frame.y(last.percent), 4.4), colours::SEA);
}

/// Words on white, so that no line runs through them.
fn label(sheet: &mut Sheet, x: f32, baseline: f32, words: &str, style: Style) {
    let high = style.size * 0.95;
    sheet.rounded(x - 2.0, baseline - high * 0.85, width(words, style) + 4.0, high, 0.0, colours::WHITE);
    sheet.text(x, baseline, words, style);
}

/// The same figures month by month: the last point on or before each month's first day.
pub fn table(sheet: &mut Sheet, flow: &mut Flow, trend: &Trend) {
    let days = last_day_shown(trend);
    let months: Vec<(&str, u16)> = MONTHS.into_iter().skip(1).filter(|(_, first)| *first < days).collect();
    let rows = [(&trend.this_year_name, &trend.this_year), (&trend.last_year_name, &trend.last_year)];
    if months.is_empty() || rows.iter().all(|(_, points)| points.is_empty()) {
        return;
    }
    const NAMES: f32 = 78.0;
    const ROW: f32 = 17.0;
    flow.heading(sheet, "This year against last, in figures", 3.0 * ROW);
    let wide = ((flow.width - NAMES) / months.len() as f32).min(58.0);
    let area = |column: usize, top: f32| Column { x: flow.x + NAMES + wide * column as f32, top, width: wide };
    let (bold, plain) = (Style::bold(8.5, colours::INK), Style::regular(9.0, colours::INK));
    let line = Stroke::solid(colours::HAIRLINE, 0.75);
    let (left, right, start) = (flow.x, flow.x + NAMES + wide * months.len() as f32, flow.y);
    sheet.tagged(Tag::Table, |sheet| {
        sheet.tagged(Tag::Row, |sheet| {
            sheet.tagged(Tag::ColumnHead, |sheet| sheet.text(left, start + 11.5, "On 1st of", bold));
            for (column, (name, _)) in months.iter().enumerate() {
                sheet.tagged(Tag::ColumnHead, |sheet| centred(sheet, area(column, start), ROW, name, bold));
            }
        });
        for (row, (name, points)) in rows.into_iter().enumerate() {
            let top = start + ROW * (row + 1) as f32;
            sheet.rule((left, top), (right, top), line);
            sheet.tagged(Tag::Row, |sheet| {
                sheet.tagged(Tag::RowHead, |sheet| sheet.text(left, top + 11.5, name, bold));
                for (column, (_, first)) in months.iter().enumerate() {
                    let words = value_on(points, *first);
                    sheet.tagged(Tag::Cell, |sheet| centred(sheet, area(column, top), ROW, &words, plain));
                }
            });
        }
    });
    flow.skip(3.0 * ROW);
}

/// The figure that held on a day, or a dash before there is one and after the last.
fn value_on(points: &[Point], day: u16) -> String {
    let before = points.iter().rev().find(|point| point.day <= day);
    let goes_on = points.iter().any(|point| point.day >= day);
    match before {
        Some(point) if goes_on => format!("{}%", point.percent.round()),
        _ => "–".to_owned(),
    }
}
