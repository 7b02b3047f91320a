//! Certificates for the shelf: each in force once, where a person finds it, and nothing of another school in a school's own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::process::{Command, ExitCode};

use seamark::certificates;
use seamark::cli;
use seamark::db::Target;
use zip::ZipArchive;

use crate::certificates_room::day;
use crate::house::ADDRESS;
use crate::overview_page::Staffed;

/// The files of an export, by their paths.
fn export(staffed: &Staffed, school: Option<i64>) -> BTreeMap<String, Vec<u8>> {
    let today = staffed.trust.clock.now().day();
    let shelf = staffed.trust.app.read(|conn| certificates::shelf(conn, school, today)).unwrap();
    let mut file = Cursor::new(Vec::new());
    certificates::export::write(&shelf, ADDRESS, &mut file).unwrap();
    let mut zip = ZipArchive::new(file).unwrap();
    let places = 0..zip.len();
    let files = places.map(|place| {
        let mut entry = zip.by_index(place).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    });
    files.collect()
}

fn index(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let text = String::from_utf8(files["index.csv"].clone()).unwrap();
    let lines = text.strip_prefix('\u{feff}').unwrap().trim_end().split("\r\n");
    lines.map(str::to_owned).collect()
}

fn words(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("certificate.pdf");
    fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&path).arg("-").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_certificate_in_force_is_found_by_school_year_and_name() {
    let staffed = Staffed::new();
    let withdrawn = staffed.trust.held_by(&staffed.oak[1]).remove(0).number;
    staffed.trust.act(move |act| certificates::withdraw(act, &withdrawn));
    let files = export(&staffed, None);
    assert_eq!(files.len(), 6 * 6 - 1 + 1, "five courses and the year, for six people, less one, and the index");
    let held = staffed.trust.held_by(&staffed.oak[0]);
    for certificate in &held {
        let path = format!("Oak Primary/2026-27/Ashquill, Robin - {}.pdf", certificate.number);
        assert_eq!(files[&path], certificates::draw(certificate, ADDRESS).unwrap(), "the very bytes that they hold");
    }
    let lines = index(&files);
    assert_eq!(lines[0], "School,Year,Last name,First name,Certificate,Number,Completed,Valid until,File");
    assert_eq!(lines.len(), files.len());
    let number = &held[0].number;
    let line = lines.iter().find(|line| line.contains(number.as_str())).unwrap();
    assert!(line.starts_with("Oak Primary,2026/27,Ashquill,Robin,"), "{line}");
    assert!(line.contains(&format!(",{number},28/09/2026,")), "{line}");
    assert!(line.ends_with(&format!("\"Oak Primary/2026-27/Ashquill, Robin - {number}.pdf\"")), "{line}");
    let years_on = day("2028-01-10");
    let expired = staffed.trust.app.read(|conn| certificates::shelf(conn, None, years_on)).unwrap();
    assert_eq!(expired, [], "what is no longer valid is not on the shelf");
}

#[test]
fn a_schools_export_names_no_other_school() {
    let staffed = Staffed::new();
    let shared = staffed.elm[2].clone();
    staffed.trust.passes(&shared, "acceptable-use");
    staffed.trust.passes(&staffed.elm[0], "acceptable-use");
    for (school, own, other, many) in
        [(staffed.trust.elm, "Elm Academy", "Oak", 2), (staffed.trust.oak, "Oak Primary", "Elm", 37)]
    {
        let files = export(&staffed, Some(school));
        assert_eq!(files.len(), many + 1, "{own}");
        for (path, bytes) in &files {
            let said = if path.ends_with(".pdf") { words(bytes) } else { String::from_utf8(bytes.clone()).unwrap() };
            assert!(!path.contains(other) && !said.contains(other), "{path}: {said}");
            assert!(path == "index.csv" || path.starts_with(own), "{path}");
        }
    }
}

#[test]
fn no_name_opens_a_folder_or_runs_in_a_spreadsheet() {
    let staffed = Staffed::new();
    let odd = staffed.trust.teacher("../../Al", "=1+1|\"x\"", staffed.trust.oak);
    let number = staffed.trust.passes(&odd, "acceptable-use").number;
    let files = export(&staffed, None);
    let path = format!("Oak Primary/2026-27/=1+1 x , .. .. Al - {number}.pdf");
    assert!(files.contains_key(&path), "{:?}", files.keys().filter(|path| path.contains("Al")).collect::<Vec<_>>());
    let line = index(&files).into_iter().find(|line| line.contains(number.as_str())).unwrap();
    assert!(line.contains(",\"'=1+1|\"\"x\"\"\","), "{line}");
}

#[test]
fn an_export_by_command_never_overwrites_and_knows_its_schools() {
    let staffed = Staffed::new();
    let config = &staffed.trust.app.desk.config;
    let database = match &config.database {
        Target::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Target::Postgres(url) => url.clone(),
    };
    let (settings, out) = (config.data.join("seamark.toml"), config.data.join("shelf.zip"));
    fs::write(&settings, format!("data = {:?}\ndatabase = {database:?}\n", config.data.to_str().unwrap())).unwrap();
    let runs = |more: &[&str]| {
        let line = ["seamark", "--config", settings.to_str().unwrap(), "certificates", "export"];
        let line = line.iter().chain(more).map(Into::into);
        format!("{:?}", cli::run(line.collect::<Vec<std::ffi::OsString>>()))
    };
    let (well, ill) = (format!("{:?}", ExitCode::from(0)), format!("{:?}", ExitCode::from(1)));
    let to = out.to_str().unwrap();
    assert_eq!(runs(&["--school", "999999", "--out", to]), ill);
    assert!(!out.exists());
    assert_eq!(runs(&["--school", "123456", "--out", to]), well);
    let written = fs::read(&out).unwrap();
    assert!(ZipArchive::new(Cursor::new(written.clone())).is_ok());
    assert_eq!(runs(&["--out", to]), ill);
    assert!(fs::read(&out).unwrap() == written, "what was there is untouched");
}
