//! Certificates for the shelf: a ZIP with one PDF each, named so that a person finds it, and an index that spreadsheets open.

use std::collections::BTreeMap;
use std::io::{Seek, Write};

use csv::{Terminator, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::rules::is_without_end;
use super::{Certificate, draw, rules};
use crate::clock::Day;
use crate::problem::{Problem, Result};
use crate::text::safe_cell;

pub const INDEX: &str = "index.csv";

/// Says to spreadsheets that the file is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A certificate, and where it stands on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    pub school: String,
    pub surname: String,
    pub forename: String,
    pub certificate: Certificate,
}

impl Shelved {
    /// "Harbour Academy/2026-27/Okonkwo, Daniel - SM-26-9XTB2M7K4Q.pdf"
    pub fn path(&self) -> String {
        let year = rules::year_of(self.certificate.cycle, self.certificate.completed).to_string().replace('/', "-");
        let name = file_name(&format!("{}, {}", self.surname, self.forename));
        format!("{}/{year}/{name} - {}.pdf", file_name(&self.school), self.certificate.number)
    }

    fn line(&self, path: &str) -> [String; 9] {
        let certificate = &self.certificate;
        let until = match certificate.valid_until {
            day if is_without_end(day) => "without end".to_owned(),
            day => day.slashed(),
        };
        [
            self.school.clone(),
            rules::year_of(certificate.cycle, certificate.completed).to_string(),
            self.surname.clone(),
            self.forename.clone(),
            certificate.title.clone(),
            certificate.number.to_string(),
            certificate.completed.slashed(),
            until,
            path.to_owned(),
        ]
    }
}

/// A name as every system takes it for a file's: without what some of them forbid, and not without anything.
fn file_name(name: &str) -> String {
    let allowed = |letter: char| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { ' ' } else { letter };
    let name = name.chars().map(allowed).collect::<String>();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "Unnamed".to_owned() } else { name.to_owned() }
}

/// Draws each and writes all. `address` is the public one, for the codes that lead to it. Only one PDF is held at a time: a
/// trust's shelf may be longer than its memory.
pub fn write(shelf: &[Shelved], address: &str, file: impl Write + Seek) -> Result<()> {
    let mut zip = ZipWriter::new(file);
    let mut index = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.to_vec());
    let headings =
        ["School", "Year", "Last name", "First name", "Certificate", "Number", "Completed", "Valid until", "File"];
    index.write_record(headings).map_err(unwritable)?;
    let mut folders = Folders::default();
    for one in shelf {
        let path = folders.path_of(one);
        index.write_record(one.line(&path).iter().map(|cell| safe_cell(cell))).map_err(unwritable)?;
        let issued = one.certificate.issued.day();
        zip.start_file(path, options(issued).compression_method(CompressionMethod::Stored)).map_err(unwritable)?;
        zip.write_all(&draw(&one.certificate, address)?)?;
    }
    let newest = shelf.iter().map(|one| one.certificate.issued.day()).max();
    zip.start_file(INDEX, newest.map_or_else(SimpleFileOptions::default, options)).map_err(unwritable)?;
    zip.write_all(&index.into_inner().map_err(unwritable)?)?;
    zip.finish().map_err(unwritable)?.flush()?;
    Ok(())
}

/// Two schools whose names are one as folders do not share it: the second is numbered.
#[derive(Default)]
struct Folders(BTreeMap<String, Vec<String>>);

impl Folders {
    fn path_of(&mut self, one: &Shelved) -> String {
        let path = one.path();
        let folder = file_name(&one.school);
        let names = self.0.entry(folder.to_lowercase()).or_default();
        let place = names.iter().position(|name| *name == one.school).unwrap_or_else(|| {
            names.push(one.school.clone());
            names.len() - 1
        });
        if place == 0 { path } else { path.replacen(&folder, &format!("{folder} {}", place + 1), 1) }
    }
}

fn options(day: Day) -> SimpleFileOptions {
    let (year, month, day) = (day.year(), day.month(), day.day_of_month());
    let stamp = || {
        DateTime::from_date_and_time(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?, 0, 0, 0).ok()
    };
    SimpleFileOptions::default().last_modified_time(stamp().unwrap_or_default())
}

fn unwritable(fault: impl std::fmt::Display) -> Problem {
    Problem::fault(format!("the shelf: {fault}"))
}
