//! The governors' report: its figures give nobody away, a past day keeps its figures, and what is issued never changes.

use std::fs;
use std::process::Command;

use diesel::connection::SimpleConnection;
use seamark::app::covered;
use seamark::clock::Instant;
use seamark::db::Conn;
use seamark::each_backend;
use seamark::evidence::verify::verify;
use seamark::people;
use seamark::people::rules::{AccessRole, Urn};
use seamark::problem::Result;
use seamark::reports::governors::{self, Report};
use seamark::reports::issued;

use crate::certificates_room::day;
use crate::house::TRUST;
use crate::house::browser::{Browser, Page};
use crate::overview_page::Staffed;

impl Staffed {
    fn report(&self, school: Option<i64>, as_at: Instant) -> Report {
        let app = &self.trust.app;
        app.read(|conn| governors::report(conn, &app.library(), TRUST, school, as_at)).unwrap()
    }

    fn draft(&self, school: Option<i64>, as_at: Instant) -> Vec<u8> {
        issued::draft(&self.report(school, as_at)).unwrap()
    }

    /// Issues a report by the page; gives the page that follows.
    fn issues(&self, hr: &Browser, school: &str) -> Page {
        let page = hr.opens("/reports");
        let sent = hr.fills_in(&page, "/reports", &[("school", school), ("day", ""), ("do", "issue")]);
        assert_eq!(sent.status, 303, "{}", sent.words());
        hr.opens("/reports")
    }

    fn complaints(&self) -> Vec<String> {
        let key = self.trust.app.evidence_key.signing_key().verifying_key();
        self.trust.app.read(|conn| verify(conn, &key, &covered())).unwrap().complaints
    }
}

/// The printed words, white space made single.
fn words(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&path).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_governor_reads_how_the_schools_stand_and_no_name() {
    let staffed = Staffed::new();
    let text = words(&staffed.draft(None, staffed.trust.clock.now()));
    assert!(text.contains("Not yet: 40% of staff are up to date with everything that is asked of them."), "{text}");
    for code in ["K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8"] {
        assert!(text.contains(code), "{code}: {text}");
    }
    assert!(text.contains("Draft: not issued"));
    for person in staffed.oak.iter().chain(&staffed.elm) {
        assert!(!text.contains(&person.surname), "{}: {text}", person.surname);
    }
}

#[test]
fn a_school_of_three_is_hidden_and_so_is_the_one_that_would_give_it_away() {
    let staffed = Staffed::new();
    let text = words(&staffed.draft(None, staffed.trust.clock.now()));
    assert!(text.contains("fewer than 5 people"), "{text}");
    assert!(!text.contains("46%"), "Oak’s figure would give away Elm’s: {text}");
    let text = words(&staffed.draft(Some(staffed.trust.elm), staffed.trust.clock.now()));
    assert!(text.contains("too few people here"), "{text}");
    assert!(!text.contains("3 people"), "no headcount: {text}");
}

#[test]
fn a_school_may_not_print_how_many_work_there() {
    let staffed = Staffed::new();
    let text = words(&staffed.draft(Some(staffed.trust.oak), staffed.trust.clock.now()));
    assert!(text.contains("46% of staff are up to date"), "{text}");
    assert!(!text.contains("13"), "{text}");
}

#[test]
fn a_past_day_gives_what_it_gave_then() {
    let staffed = Staffed::new();
    let then = day("2026-10-20").end();
    let drawn = staffed.draft(None, then);
    staffed.trust.completes_everything(&staffed.oak[8]);
    let leaver = staffed.oak[0].clone();
    staffed.trust.act(move |act| people::leave(act, &leaver, day("2026-10-01")));
    assert!(drawn == staffed.draft(None, then), "a correction made later shows only in a later view");
    assert!(words(&staffed.draft(None, staffed.trust.clock.now())) != words(&drawn));
}

#[test]
fn of_a_day_before_any_records_a_report_says_that_there_are_none() {
    let staffed = Staffed::new();
    let report = staffed.report(None, day("2020-01-01").end());
    assert_eq!(report.headline, "No records of that day");
    let text = words(&issued::draft(&report).unwrap());
    assert!(text.contains("There are no records of this day. They begin on "), "{text}");
    assert!(!text.contains("K1 ·") && !text.contains("too few people"), "{text}");
}

#[test]
fn a_central_team_has_no_governors_and_its_report_goes_to_the_trustees() {
    let staffed = Staffed::new();
    let central = staffed.trust.act(|act| people::add_school(act, &Urn::parse("CENTRAL").unwrap(), "Central team"));
    let text = words(&staffed.draft(Some(central), staffed.trust.clock.now()));
    assert!(text.contains("Report to the board of trustees on the Central team"), "{text}");
    let text = words(&staffed.draft(Some(staffed.trust.oak), staffed.trust.clock.now()));
    assert!(text.contains("Report to the governors of Oak"), "{text}");
}

#[test]
fn a_report_is_issued_once_and_keeps_its_bytes() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    let form = hr.opens("/reports");
    let fields = [("school", ""), ("day", "20/10/2026"), ("do", "issue")];
    for _ in 0..2 {
        assert_eq!(hr.fills_in(&form, "/reports", &fields).status, 303);
    }
    let page = hr.opens("/reports");
    assert!(page.says("2026-AUT-0001") && !page.says("2026-AUT-0002"), "{}", page.words());

    let pdf = hr.opens("/reports/2026-AUT-0001.pdf");
    assert_eq!((pdf.status, pdf.content_type.as_str()), (200, "application/pdf"));
    let text = words(&pdf.body);
    assert!(text.contains("Report 2026-AUT-0001, issued 24 November 2026"), "{text}");
    assert!(text.contains("Evidence checkpoint") && text.contains("As at 20 October 2026"), "{text}");

    staffed.trust.completes_everything(&staffed.oak[8]);
    staffed.trust.it_is("2026-12-01");
    let governor = staffed.as_holder(&staffed.elm[0], AccessRole::Governor, None);
    assert!(governor.opens("/governors").says("2026-AUT-0001"));
    assert!(governor.opens("/reports/2026-AUT-0001.pdf").body == pdf.body);
    assert_eq!(staffed.complaints(), [""; 0]);
}

#[test]
fn a_report_that_somebody_changed_is_found() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    staffed.issues(&hr, "");
    staffed.trust.app.desk.database.write(change).unwrap();
    assert_eq!(staffed.complaints(), ["reports 1: document_sha256 is not what the log recorded"]);
}

fn change(conn: &mut Conn) -> Result<()> {
    let bytes = if let Conn::Sqlite(_) = conn { "CAST('forged' AS BLOB)" } else { "CAST('forged' AS BYTEA)" };
    each_backend!(conn, |c| c.batch_execute(&format!("UPDATE reports SET document = {bytes}")))?;
    Ok(())
}

#[test]
fn a_schools_governors_read_their_schools_reports_alone() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    staffed.issues(&hr, "");
    staffed.issues(&hr, "123456");
    assert!(staffed.issues(&hr, "654321").says("2026-AUT-0003"));
    let governor = staffed.as_holder(&staffed.elm[1], AccessRole::Governor, Some(staffed.trust.elm));
    let page = governor.opens("/governors");
    assert!(page.says("2026-AUT-0003") && !page.says("Oak"), "{}", page.words());
    assert_eq!(governor.opens("/reports/2026-AUT-0003.pdf").status, 200);
    for others in ["/reports/2026-AUT-0001.pdf", "/reports/2026-AUT-0002.pdf", "/reports", "/overview"] {
        assert_eq!(governor.opens(others).status, 404, "{others}");
    }
}

/// The numbers of the reports that somebody may open, of the first three.
fn opens(reader: &Browser) -> Vec<u32> {
    let answers = |number: &u32| reader.opens(&format!("/reports/2026-AUT-000{number}.pdf")).status == 200;
    (1..4).filter(answers).collect()
}

/// Reports of the trust, of Oak and of Elm, in this order.
fn issues_three(staffed: &Staffed) {
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    ["", "123456", "654321"].iter().for_each(|school| drop(staffed.issues(&hr, school)));
    assert_eq!(opens(&hr), [1, 2, 3], "who sees everybody reads everything");
}

#[test]
fn nobody_reads_the_trusts_report_beside_one_that_leaves_a_small_school() {
    use AccessRole::{Governor, HR};
    let staffed = Staffed::new();
    issues_three(&staffed);
    let (oak, elm) = (Some(staffed.trust.oak), Some(staffed.trust.elm));
    let cases: [(&[(AccessRole, Option<i64>)], &[u32], &str); 7] = [
        (&[(Governor, None)], &[1], "Oak’s figures would leave Elm’s three people"),
        (&[(Governor, oak)], &[2], "Oak’s governors read Oak’s"),
        (&[(Governor, oak), (Governor, elm)], &[2, 3], "each of both is their own"),
        (&[(Governor, None), (Governor, oak)], &[2], "who governs Oak knows its figures"),
        (&[(Governor, None), (HR, oak)], &[2], "so does its HR"),
        (&[(Governor, None), (HR, elm)], &[3], "and Elm’s"),
        (&[(Governor, None), (HR, None)], &[1, 2, 3], "HR of the trust see every figure anyway"),
    ];
    for ((roles, wanted, why), person) in cases.into_iter().zip(&staffed.oak[1..]) {
        roles.iter().for_each(|(role, school)| drop(staffed.as_holder(person, *role, *school)));
        let reader = Browser::of(&staffed.trust.app, person.id);
        assert_eq!(opens(&reader), wanted, "{why}");
        let page = reader.opens("/governors");
        let listed = (1..4).filter(|number| page.says(&format!("2026-AUT-000{number}"))).collect::<Vec<u32>>();
        assert_eq!(listed, wanted, "{why}");
    }
    assert_eq!(staffed.complaints(), [""; 0]);
}

#[test]
fn where_no_school_is_small_the_trusts_governors_read_every_report_until_one_is() {
    let staffed = Staffed::new();
    let more = ["Poplar", "Quince", "Rowan", "Sallow", "Teasel", "Umbel", "Vetch", "Willow"];
    let more: Vec<_> = more.iter().map(|name| staffed.trust.teacher("Wren", name, staffed.trust.elm)).collect();
    issues_three(&staffed);
    let governor = || staffed.as_holder(&staffed.oak[1], AccessRole::Governor, None);
    assert_eq!(opens(&governor()), [1, 2, 3]);
    staffed.trust.it_is("2026-12-01");
    for leaver in more {
        staffed.trust.act(move |act| people::leave(act, &leaver, day("2026-11-27")));
    }
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    staffed.issues(&hr, "");
    assert_eq!(opens(&governor()), [1], "a week’s difference hides nobody");
    assert_eq!(governor().opens("/reports/2026-AUT-0004.pdf").status, 200);
}

#[test]
fn one_schools_hr_draw_no_report_of_another() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.elm[0], AccessRole::HR, Some(staffed.trust.elm));
    let page = hr.opens("/reports");
    for school in ["", "123456"] {
        let sent = hr.fills_in(&page, "/reports", &[("school", school), ("day", ""), ("do", "draft")]);
        assert_eq!(sent.status, 404, "{school}");
    }
    let draft = hr.fills_in(&page, "/reports", &[("school", "654321"), ("day", ""), ("do", "draft")]);
    assert!(draft.body.starts_with(b"%PDF"));
}

#[test]
fn a_day_that_has_not_come_is_not_drawn() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    let page = hr.opens("/reports");
    let again = hr.fills_in(&page, "/reports", &[("school", ""), ("day", "01/02/2027"), ("do", "issue")]);
    assert_eq!(again.status, 422);
    assert!(again.says("That day has not come yet.") && again.says("01/02/2027"));
}
