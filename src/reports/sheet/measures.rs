//! K1 to K8 as cards, four in a row: the figure, how it stands, what it is, last year and target.

use super::{Band, Measure};
use crate::pdf::{Align, Colour, Column, Flow, Sheet, Span, Style, Tag, colours, fitted_in_lines, width, wrap};

const ACROSS: usize = 4;
const GAP: f32 = 12.0;
const HIGH: f32 = 62.0;

pub fn draw(sheet: &mut Sheet, flow: &mut Flow, measures: &[Measure]) {
    let wide = (flow.width - GAP * (ACROSS - 1) as f32) / ACROSS as f32;
    sheet.tagged(Tag::List, |sheet| {
        for row in measures.chunks(ACROSS) {
            flow.make_room(sheet, HIGH);
            for (place, measure) in row.iter().enumerate() {
                let area = Column { x: flow.x + (wide + GAP) * place as f32, top: flow.y, width: wide };
                sheet.tagged(Tag::Item, |sheet| sheet.tagged(Tag::Body, |sheet| card(sheet, area, measure)));
            }
            flow.skip(HIGH + 8.0);
        }
    });
    flow.skip(4.0);
}

fn card(sheet: &mut Sheet, area: Column, measure: &Measure) {
    let (edge, ground, ink) = colours_of(measure.band);
    sheet.rounded(area.x, area.top, 3.0, HIGH, 0.0, edge);
    let inside = Column { x: area.x + 10.0, width: area.width - 10.0, ..area };
    let pill = Style::bold(7.5, ink);
    let pill_wide = width(&measure.band_word, pill) + 11.0;
    let room = inside.width - pill_wide - 5.0;

    let value = fitted_in_lines(&measure.value, Style::bold(20.0, colours::INK), room, 1, 9.5);
    let two_lines = fitted_in_lines(&measure.value, value, room, 2, 6.0);
    let words = [Span::new(measure.value.as_str(), two_lines)];
    let long = wrap(&words, room).len() > 1;
    let top = if long { area.top - 0.5 } else { area.top + 11.5 - value.size * 0.61 };
    sheet.paragraph(Column { top, width: room, ..inside }, Align::Left, 1.15, &words);
    sheet.decoration(|sheet| {
        sheet.rounded(inside.x + inside.width - pill_wide, area.top + 4.0, pill_wide, 13.0, 6.5, ground);
    });
    sheet.text(inside.x + inside.width - pill_wide + 5.5, area.top + 13.2, &measure.band_word, pill);

    let quiet = Style::regular(9.0, colours::INK);
    let label = format!("{} · {}", measure.code, measure.label);
    let style = fitted_in_lines(&label, quiet, inside.width, 2, 6.0);
    sheet.paragraph(Column { top: area.top + 25.0, ..inside }, Align::Left, 1.22, &[Span::new(label.as_str(), style)]);

    let compared = [measure.last_year.as_deref(), measure.target.as_deref()];
    let compared = compared.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let style = fitted_in_lines(&compared, Style::regular(8.0, colours::QUIET), inside.width, 1, 5.0);
    sheet.paragraph(Column { top: area.top + 49.5, ..inside }, Align::Left, 1.3, &[Span::new(compared, style)]);
}

/// Edge, ground and words of a band.
pub fn colours_of(band: Band) -> (Colour, Colour, Colour) {
    match band {
        Band::Good => (colours::DONE, colours::DONE_GROUND, colours::DONE_WORDS),
        Band::Watch => (colours::AMBER, colours::DUE_GROUND, colours::DUE_WORDS),
        Band::Act => (colours::LATE, colours::LATE_GROUND, colours::LATE_WORDS),
        Band::NotShown => (colours::NONE, colours::NONE_GROUND, colours::NONE_WORDS),
    }
}
