//! Two drawings that several sheets share: the Seamark mark, and a QR code.

use qrcode::{Color, EcLevel, QrCode};

use super::PdfFault;
use super::paint::{Colour, Path, colours};
use super::sheet::Sheet;
use super::tags::Tag;

impl Sheet {
    /// The daymark over waves, so many points high; the tower's colour suits what it stands on.
    pub fn seamark(&mut self, x: f32, y: f32, high: f32, tower: Colour) {
        let scale = high / 30.0;
        let roof = Path::from(13.0, 0.0).line_to(22.0, 9.0).line_to(22.0, 13.0).line_to(4.0, 13.0).line_to(4.0, 9.0);
        let body = Path::from(6.0, 15.0).line_to(20.0, 15.0).line_to(22.0, 24.0).line_to(4.0, 24.0);
        let waves = Path::from(0.0, 27.0)
            .curve_to((3.0, 24.6), (5.5, 24.6), (8.7, 27.0))
            .curve_to((11.9, 29.4), (14.3, 29.4), (17.3, 27.0))
            .curve_to((20.3, 24.6), (23.0, 24.6), (26.0, 27.0))
            .line_to(26.0, 30.0)
            .line_to(0.0, 30.0);
        self.tagged(Tag::Figure("The Seamark mark: a daymark over waves".to_owned()), |sheet| {
            sheet.fill(&roof.placed(scale, x, y), colours::AMBER);
            sheet.fill(&body.placed(scale, x, y), tower);
            sheet.fill(&waves.placed(scale, x, y), colours::SHALLOWS);
        });
    }

    /// A QR code that leads to an address. Keep four modules clear around it: about an eighth of its side.
    pub fn qr(&mut self, x: f32, y: f32, side: f32, address: &str) -> Result<(), PdfFault> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M)?;
        let count = code.width();
        let module = side / count as f32;
        let colours = code.into_colors();
        let mut squares = Path::default();
        for (row, modules) in colours.chunks(count).enumerate() {
            for (start, end) in dark_stretches(modules) {
                let top = row as f32 * module;
                let (left, right) = (start as f32 * module, end as f32 * module);
                squares = squares
                    .then_from(left, top)
                    .line_to(right, top)
                    .line_to(right, top + module)
                    .line_to(left, top + module);
            }
        }
        self.tagged(Tag::Figure(format!("QR code that leads to {address}")), |sheet| {
            sheet.fill(&squares.placed(1.0, x, y), colours::INK);
        });
        Ok(())
    }
}

/// Where dark modules stand side by side in a row: from, and to before.
fn dark_stretches(row: &[Color]) -> Vec<(usize, usize)> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (place, _) in row.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        match stretches.last_mut() {
            Some(last) if last.1 == place => last.1 = place + 1,
            _ => stretches.push((place, place + 1)),
        }
    }
    stretches
}
