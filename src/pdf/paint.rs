//! Colours, shapes and strokes, as printpdf's operations.

use printpdf::{
    Color, Line, LineCapStyle, LineDashPattern, LineJoinStyle, LinePoint, Op, PaintMode, Point, Polygon, PolygonRing,
    Pt, Rgb, WindingOrder,
};

/// A screen colour, 0 to 255 a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The product's colours; each says one thing.
pub mod colours {
    use super::Colour;

    pub const INK: Colour = Colour(0x0d, 0x1b, 0x22);
    pub const QUIET: Colour = Colour(0x47, 0x56, 0x5e);
    pub const WHITE: Colour = Colour(0xff, 0xff, 0xff);
    pub const HAIRLINE: Colour = Colour(0xcb, 0xd8, 0xdd);
    pub const DEEP_SEA: Colour = Colour(0x06, 0x28, 0x3a);
    pub const SEA: Colour = Colour(0x0b, 0x4a, 0x66);
    pub const LAST_YEAR: Colour = Colour(0x8a, 0xa4, 0xb0);
    pub const SHALLOWS: Colour = Colour(0x5f, 0xb3, 0xcf);
    pub const AMBER: Colour = Colour(0xf2, 0xa9, 0x00);
    /// Only for help, and for questions to ask.
    pub const SAND: Colour = Colour(0xf7, 0xf3, 0xea);
    pub const DONE: Colour = Colour(0x0f, 0x7a, 0x52);
    pub const DONE_GROUND: Colour = Colour(0xdf, 0xf3, 0xe9);
    pub const DONE_WORDS: Colour = Colour(0x0a, 0x5c, 0x3d);
    pub const DUE: Colour = Colour(0x8a, 0x5a, 0x00);
    pub const DUE_GROUND: Colour = Colour(0xfd, 0xf0, 0xcf);
    pub const DUE_WORDS: Colour = Colour(0x6b, 0x46, 0x00);
    pub const LATE: Colour = Colour(0xb3, 0x26, 0x1e);
    pub const LATE_GROUND: Colour = Colour(0xfb, 0xe3, 0xe1);
    pub const LATE_WORDS: Colour = Colour(0x8f, 0x1d, 0x17);
    pub const NONE: Colour = Colour(0x5c, 0x6b, 0x73);
    pub const NONE_GROUND: Colour = Colour(0xe9, 0xee, 0xf0);
    pub const NONE_WORDS: Colour = Colour(0x33, 0x42, 0x4a);
}

impl Colour {
    /// This colour laid over another, so that no transparency is needed; 1.0 covers it.
    pub fn over(self, ground: Colour, cover: f32) -> Colour {
        let mix = |top: u8, below: u8| (f32::from(top) * cover + f32::from(below) * (1.0 - cover)).round() as u8;
        Colour(mix(self.0, ground.0), mix(self.1, ground.1), mix(self.2, ground.2))
    }

    pub(super) fn ink(self) -> Color {
        let part = |channel: u8| (f32::from(channel) / 255.0 * 1000.0).round() / 1000.0;
        Color::Rgb(Rgb::new(part(self.0), part(self.1), part(self.2), None))
    }
}

/// How a line is drawn. The width is in points; dashes are lengths of dash and gap, none for an unbroken line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stroke {
    pub colour: Colour,
    pub width: f32,
    pub dashes: Option<(f32, f32)>,
}

impl Stroke {
    pub const fn solid(colour: Colour, width: f32) -> Stroke {
        Stroke { colour, width, dashes: None }
    }

    pub const fn dashed(colour: Colour, width: f32, dash: f32, gap: f32) -> Stroke {
        Stroke { colour, width, dashes: Some((dash, gap)) }
    }
}

/// Straight and curved lines, possibly in several parts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Path {
    parts: Vec<Vec<(f32, f32, bool)>>,
}

/// How far a curve's handles lie along the tangents for a quarter of a circle.
const QUARTER: f32 = 0.5523;

impl Path {
    pub fn from(x: f32, y: f32) -> Path {
        Path::default().then_from(x, y)
    }

    /// Begins another part.
    pub fn then_from(mut self, x: f32, y: f32) -> Path {
        self.parts.push(vec![(x, y, false)]);
        self
    }

    pub fn line_to(mut self, x: f32, y: f32) -> Path {
        self.extend(&[(x, y, false)]);
        self
    }

    pub fn curve_to(mut self, first: (f32, f32), second: (f32, f32), to: (f32, f32)) -> Path {
        self.extend(&[(first.0, first.1, true), (second.0, second.1, true), (to.0, to.1, false)]);
        self
    }

    /// A rectangle whose corners are rounded: top left, top right, bottom right, bottom left.
    pub fn rectangle(x: f32, y: f32, wide: f32, high: f32, corners: [f32; 4]) -> Path {
        let (right, bottom) = (x + wide, y + high);
        let [nw, ne, se, sw] = corners;
        let k = 1.0 - QUARTER;
        Path::from(x + nw, y)
            .line_to(right - ne, y)
            .curve_to((right - ne * k, y), (right, y + ne * k), (right, y + ne))
            .line_to(right, bottom - se)
            .curve_to((right, bottom - se * k), (right - se * k, bottom), (right - se, bottom))
            .line_to(x + sw, bottom)
            .curve_to((x + sw * k, bottom), (x, bottom - sw * k), (x, bottom - sw))
            .line_to(x, y + nw)
            .curve_to((x, y + nw * k), (x + nw * k, y), (x + nw, y))
    }

    pub fn circle(x: f32, y: f32, radius: f32) -> Path {
        Path::rectangle(x - radius, y - radius, radius * 2.0, radius * 2.0, [radius; 4])
    }

    /// The path made larger, then moved.
    pub fn placed(mut self, scale: f32, x: f32, y: f32) -> Path {
        for point in self.parts.iter_mut().flatten() {
            *point = (point.0 * scale + x, point.1 * scale + y, point.2);
        }
        self
    }

    fn extend(&mut self, points: &[(f32, f32, bool)]) {
        if let Some(part) = self.parts.last_mut() {
            part.extend_from_slice(points);
        }
    }

    fn points(part: &[(f32, f32, bool)], page_height: f32) -> Vec<LinePoint> {
        part.iter().map(|(x, y, bezier)| LinePoint { p: point(*x, page_height - y), bezier: *bezier }).collect()
    }

    /// Fills the path; parts inside other parts cut holes in them.
    pub(super) fn fill(&self, colour: Colour, page_height: f32) -> Vec<Op> {
        let rings = self.parts.iter().map(|part| PolygonRing { points: Path::points(part, page_height) }).collect();
        let polygon = Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::EvenOdd };
        vec![Op::SetFillColor { col: colour.ink() }, Op::DrawPolygon { polygon }]
    }

    pub(super) fn stroke(&self, stroke: Stroke, closed: bool, page_height: f32) -> Vec<Op> {
        let pattern =
            stroke.dashes.map_or_else(LineDashPattern::solid, |(dash, gap)| LineDashPattern::new(0.0, &[dash, gap]));
        let cap = if stroke.dashes.is_some() { LineCapStyle::Butt } else { LineCapStyle::Round };
        let mut ops = vec![
            Op::SetOutlineColor { col: stroke.colour.ink() },
            Op::SetOutlineThickness { pt: Pt(stroke.width) },
            Op::SetLineDashPattern { dash: pattern },
            Op::SetLineCapStyle { cap },
            Op::SetLineJoinStyle { join: LineJoinStyle::Round },
        ];
        let lines = self.parts.iter().map(|part| Line { points: Path::points(part, page_height), is_closed: closed });
        ops.extend(lines.map(|line| Op::DrawLine { line }));
        ops
    }
}

/// A point in the page's own axes, to a hundredth: finer than any printer, and shorter to write.
pub(super) fn point(x: f32, y: f32) -> Point {
    let hundredths = |length: f32| Pt((length * 100.0).round() / 100.0);
    Point { x: hundredths(x), y: hundredths(y) }
}
