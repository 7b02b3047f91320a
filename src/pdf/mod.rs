//! Tagged PDF sheets: plain values in, the same bytes out every time. A room's `sheet.rs` draws on a `Sheet`; `finish` writes it.
//!
//! Lengths are points (1/72 inch); the origin is the top left corner of the page, and `y` grows downwards.

mod flow;
mod fonts;
mod marks;
mod paint;
mod sheet;
mod tags;
mod words;
mod write;

pub use flow::{Flow, footers};
pub use fonts::{Weight, clean, unprintable};
pub use paint::{Colour, Path, Stroke, colours};
pub use sheet::{About, Column, Paper, Sheet};
pub use tags::Tag;
pub use words::{Align, Span, Style, fitted, fitted_in_lines, line_width, paragraph_height, width, wrap};

/// Why a sheet could not be drawn: always a fault of ours, never of what was printed.
#[derive(Debug, thiserror::Error)]
pub enum PdfFault {
    #[error("the font {0} cannot be read")]
    Font(&'static str),
    #[error("the address is too long for a QR code: {0}")]
    Qr(#[from] qrcode::types::QrError),
    #[error("the drawing is not sound: {0}")]
    Drawing(String),
    #[error("the document cannot be written: {0}")]
    Write(#[from] lopdf::Error),
    #[error("the document cannot be written: {0}")]
    Output(#[from] std::io::Error),
}
