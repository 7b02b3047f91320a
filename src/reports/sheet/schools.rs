//! Schools by requirement: a table whose numbers are always printed, and whose bands show in greyscale too.

use super::measures::colours_of;
use super::{Band, Cell, GovernorsFacts, SchoolRow, centred};
use crate::pdf::{
    Align, Column, Flow, Path, Sheet, Span, Style, Tag, colours, fitted_in_lines, paragraph_height, width, wrap,
};

const NAMES: f32 = 104.0;
const GAP: f32 = 2.5;
const HEAD: Style = Style::bold(8.5, colours::INK);
const NAME: Style = Style::bold(9.0, colours::INK);

/// The table's measurements: they depend on how many requirements there are.
struct Grid {
    left: f32,
    wide: f32,
    head_style: Style,
    head_high: f32,
}

pub fn draw(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    if facts.schools.is_empty() || facts.requirements.is_empty() {
        return;
    }
    let grid = Grid::new(flow, &facts.requirements);
    flow.heading(sheet, "Where each school stands", grid.head_high + 60.0);
    sheet.tagged(Tag::Table, |sheet| {
        head(sheet, flow, &grid, &facts.requirements);
        for school in &facts.schools {
            let high = row_height(school);
            if !flow.fits(high) {
                flow.turn(sheet);
                sheet.decoration(|sheet| head(sheet, flow, &grid, &facts.requirements));
            }
            row(sheet, flow, &grid, school, high);
        }
    });
    legend(sheet, flow, facts);
}

impl Grid {
    fn new(flow: &Flow, requirements: &[String]) -> Grid {
        let wide = (flow.width - NAMES + GAP) / requirements.len().max(1) as f32 - GAP;
        let inside = wide - 2.0;
        let longest = requirements.iter().flat_map(|name| name.split_whitespace()).map(|word| width(word, HEAD));
        let longest = longest.fold(1.0, f32::max);
        let head_style = HEAD.at((HEAD.size * inside / longest).clamp(5.0, HEAD.size));
        let lines = requirements.iter().map(|name| wrap(&[Span::new(name.as_str(), head_style)], inside).len());
        let head_high = lines.max().unwrap_or(1) as f32 * head_style.size * 1.15 + 6.0;
        Grid { left: flow.x + NAMES, wide, head_style, head_high }
    }

    fn x(&self, column: usize) -> f32 {
        self.left + (self.wide + GAP) * column as f32
    }
}

fn head(sheet: &mut Sheet, flow: &mut Flow, grid: &Grid, requirements: &[String]) {
    sheet.tagged(Tag::Row, |sheet| {
        sheet.tagged(Tag::ColumnHead, |sheet| {
            sheet.text(flow.x, flow.y + grid.head_high - 5.5, "School", grid.head_style);
        });
        for (column, name) in requirements.iter().enumerate() {
            let area = Column { x: grid.x(column) + 1.0, top: flow.y - 1.0, width: grid.wide - 2.0 };
            sheet.tagged(Tag::ColumnHead, |sheet| centred(sheet, area, grid.head_high, name, grid.head_style));
        }
    });
    flow.skip(grid.head_high);
}

fn name_style(school: &SchoolRow) -> Style {
    fitted_in_lines(&school.name, NAME, NAMES - 8.0, 2, 8.0)
}

fn name_height(school: &SchoolRow) -> f32 {
    paragraph_height(&[Span::new(school.name.as_str(), name_style(school))], NAMES - 8.0, 1.2)
}

fn row_height(school: &SchoolRow) -> f32 {
    (name_height(school) + 5.4).max(22.0)
}

fn row(sheet: &mut Sheet, flow: &mut Flow, grid: &Grid, school: &SchoolRow, high: f32) {
    sheet.tagged(Tag::Row, |sheet| {
        let style = name_style(school);
        let top = flow.y + (high - name_height(school)) / 2.0;
        sheet.tagged(Tag::RowHead, |sheet| {
            let area = Column { x: flow.x, top, width: NAMES - 8.0 };
            sheet.paragraph(area, Align::Left, 1.2, &[Span::new(school.name.as_str(), style)])
        });
        for (column, cell) in school.cells.iter().enumerate() {
            let area = Column { x: grid.x(column), top: flow.y, width: grid.wide };
            sheet.tagged(Tag::Cell, |sheet| figure(sheet, area, high, cell));
        }
    });
    flow.skip(high + GAP);
}

fn figure(sheet: &mut Sheet, area: Column, high: f32, cell: &Cell) {
    let (_, ground, ink) = colours_of(cell.band);
    sheet.rounded(area.x, area.top, area.width, high, 3.5, ground);
    corner(sheet, area.x + area.width, area.top, cell.band);
    let room = area.width - 6.0;
    let style = fitted_in_lines(&cell.text, Style::bold(9.75, ink), room, 1, 8.0);
    let style = fitted_in_lines(&cell.text, style, room, 2, 4.5);
    centred(sheet, Column { x: area.x + 3.0, width: room, ..area }, high, &cell.text, style);
}

/// The mark that tells the bands apart without colour: half a corner for *watch*, a whole one for *act*.
fn corner(sheet: &mut Sheet, right: f32, top: f32, band: Band) {
    const SIDE: f32 = 7.0;
    let (edge, _, ink) = colours_of(band);
    let triangle = |side: f32| {
        Path::from(right - side, top)
            .line_to(right - 3.5, top)
            .curve_to((right - 1.5, top), (right, top + 1.5), (right, top + 3.5))
            .line_to(right, top + side)
    };
    match band {
        Band::Act => sheet.fill(&triangle(SIDE + 1.0), ink),
        Band::Watch => sheet.fill(&triangle(SIDE - 1.5), edge),
        Band::Good | Band::NotShown => {}
    }
}

/// What the colours and corners mean.
fn legend(sheet: &mut Sheet, flow: &mut Flow, facts: &GovernorsFacts) {
    let style = Style::regular(8.0, colours::QUIET);
    flow.make_room(sheet, 16.0);
    let mut x = flow.x + NAMES;
    sheet.tagged(Tag::Paragraph, |sheet| {
        for (band, words) in &facts.legend {
            let (_, ground, _) = colours_of(*band);
            sheet.decoration(|sheet| {
                sheet.rounded(x, flow.y + 2.0, 16.0, 10.0, 3.5, ground);
                corner(sheet, x + 16.0, flow.y + 2.0, *band);
            });
            x += 20.0;
            x += sheet.text(x, flow.y + 9.8, &format!("{words} "), style) + 10.0;
        }
    });
    flow.skip(if facts.legend.is_empty() { 10.0 } else { 24.0 });
}
