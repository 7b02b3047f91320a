//! From a file's bytes to a table of text: which encoding, which separator, which row holds the headings. `rows.rs` reads on.

use std::borrow::Cow;

use super::headings::{self, NotAStaffList};

/// The most bytes that a staff list may have.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most rows below the headings, blank ones not counted.
pub const MOST_ROWS: usize = 50_000;

/// Some exports put a title and a date above the headings: this far down we look.
const HEADINGS_WITHIN: usize = 20;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// Added as a last line: if it does not come back by itself, a quotation mark above it was never closed.
const LAST_LINE: &str = "\u{2}the end\u{3}";

/// Text in rows. A row's number is the one that a spreadsheet shows beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub headings: Vec<String>,
    /// The rows below the headings that hold anything.
    pub rows: Vec<TableRow>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableRow {
    pub number: usize,
    pub cells: Vec<String>,
}

impl TableRow {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Reads a file's bytes as a table with headings that we know.
pub fn table(bytes: &[u8]) -> Result<Table, NotAStaffList> {
    if bytes.len() > MOST_BYTES {
        return no(
            "This file is larger than 8 MB, which is too large for a staff list: export only the staff, and only \
                   the columns that you need.",
        );
    }
    if let Some(kind) = other_kind(bytes) {
        return Err(NotAStaffList(kind.to_owned()));
    }
    let text = unix_line_ends(text(bytes)?);
    if text.trim().is_empty() {
        return no("This file is empty: export the staff list again, as CSV, and send that.");
    }
    let (text, told) = told_separator(&text);
    let separator = match told {
        Some(separator) => separator,
        None => likeliest_separator(text)?,
    };
    split_at_headings(rows(text, separator, usize::MAX)?)
}

fn no<T>(why: &str) -> Result<T, NotAStaffList> {
    Err(NotAStaffList(why.to_owned()))
}

const WORKBOOK: &str = "This is a spreadsheet workbook, not a CSV file: open it, choose Save As, pick ‘CSV UTF-8’, and \
                        send the file that this makes.";
const PDF: &str =
    "This is a PDF, which cannot be read as a list: export the staff list from your school’s system as CSV.";
const PICTURE: &str = "This is a picture, not a staff list: export the staff list from your school’s system as CSV.";
const WEB_PAGE: &str = "This is a web page, not a CSV file: if it opens in a spreadsheet, choose Save As there and pick \
                        ‘CSV UTF-8’.";
const NOT_TEXT: &str = "This file is not a text file, so it cannot be a staff list: export the list from your school’s \
                        system as CSV.";

/// What the file is, if its first bytes show that it is something else.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: [(&[u8], &str); 11] = [
        (b"%PDF", PDF),
        (b"PK\x03\x04", WORKBOOK),
        (b"PK\x05\x06", WORKBOOK),
        (b"\xD0\xCF\x11\xE0", WORKBOOK),
        (b"\x89PNG", PICTURE),
        (b"\xFF\xD8\xFF", PICTURE),
        (b"GIF8", PICTURE),
        (b"II*\0", PICTURE),
        (b"MM\0*", PICTURE),
        (b"{\\rtf", NOT_TEXT),
        (b"\x1F\x8B", NOT_TEXT),
    ];
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return Some(kind);
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let page = ["<!doctype", "<html", "<table", "<?xml", "<head", "<body", "<svg"];
    if page.iter().any(|tag| start.starts_with(tag)) {
        return Some(WEB_PAGE);
    }
    let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    (!wide && bytes.contains(&0)).then_some(NOT_TEXT)
}

/// A mark at the start decides; then UTF-8 if it is that; else Windows-1252, which older systems still write.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>, NotAStaffList> {
    let (text, broken) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes),
        },
    };
    if broken || text.contains('\0') {
        return no("Part of this file cannot be read as text: export it again, choosing ‘CSV UTF-8’ if you are asked.");
    }
    Ok(text)
}

fn unix_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text }
}

/// Excel may be told the separator by a first line such as `sep=;`. It does not show that line, nor count it.
fn told_separator(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim().to_ascii_lowercase().as_bytes() {
        [b's', b'e', b'p', b'=', separator] if SEPARATORS.contains(separator) => (rest, Some(*separator)),
        b"sep=" if first.ends_with('\t') => (rest, Some(b'\t')),
        _ => (text, None),
    }
}

/// The separator with which some row near the top names the most columns.
fn likeliest_separator(text: &str) -> Result<u8, NotAStaffList> {
    let mut best = (0, SEPARATORS[0]);
    for separator in SEPARATORS {
        let most = match rows(text, separator, HEADINGS_WITHIN) {
            Ok(rows) => rows.iter().map(recognised).max().unwrap_or(0),
            Err(_) => 0,
        };
        if most > best.0 {
            best = (most, separator);
        }
    }
    Ok(best.1)
}

fn recognised(row: &TableRow) -> usize {
    headings::recognised(row.cells.iter().map(String::as_str))
}

/// Splits text into rows that hold something, numbered as a spreadsheet would: blank lines count, and a line break within
/// quotation marks does not.
fn rows(text: &str, separator: u8, most: usize) -> Result<Vec<TableRow>, NotAStaffList> {
    let closed = format!("{}\n{LAST_LINE}\n", text.strip_suffix('\n').unwrap_or(text));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(closed.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let (mut number, mut lines) = (0, 1);
    loop {
        let more = reader.read_record(&mut record);
        if !more.map_err(|_| NotAStaffList(NOT_TEXT.to_owned()))? {
            return no(&format!(
                "Row {} opens a quotation mark (\") that is never closed: take it out, then send the file again.",
                number + 1
            ));
        }
        if record.len() == 1 && &record[0] == LAST_LINE {
            return Ok(rows);
        }
        let line = reader.position().line();
        let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        number += ((line - lines) as usize).saturating_sub(within);
        lines = line;
        rows.push(TableRow { number, cells: record.iter().map(str::to_owned).collect() });
        if rows.len() >= most {
            return Ok(rows);
        }
    }
}

fn split_at_headings(rows: Vec<TableRow>) -> Result<Table, NotAStaffList> {
    let near_the_top = rows.iter().take(HEADINGS_WITHIN).map(recognised);
    // the first of the best: a later row that only repeats the headings is not them
    let best =
        near_the_top.enumerate().fold((0, 0), |best, (place, many)| if many > best.1 { (place, many) } else { best });
    if best.1 < 2 {
        return no(
            "This file does not have the headings of a staff list, such as ‘Forename’, ‘Surname’, ‘Job title’ and \
                   ‘Start date’: export the staff list with its headings, as CSV.",
        );
    }
    let mut rows = rows.into_iter().skip(best.0);
    let headings = rows.next().map_or_else(Vec::new, |row| row.cells);
    let rows: Vec<TableRow> = rows.filter(|row| !row.is_blank()).collect();
    if rows.is_empty() {
        return no("This file has headings but nobody below them: export the staff list again, with its people.");
    }
    if rows.len() > MOST_ROWS {
        return no("This file has more than 50,000 rows, which is too many for one staff list: send it in parts.");
    }
    Ok(Table { headings, rows })
}
