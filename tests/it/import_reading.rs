//! Staff lists as the usual systems export them: what each row says, and what is said of rows and files that cannot be used.

use proptest::prelude::*;
use seamark::clock::Day;
use seamark::people::import::{
    Column, Fte, ImportedRow, PauseSaid, RejectedRow, Row, SchoolSaid, StaffList, staff_list,
};
use seamark::people::rules::{EmploymentType, RoleGroup, Urn};

macro_rules! list {
    ($name:literal) => {
        include_bytes!(concat!("staff_lists/", $name, ".csv")).as_slice()
    };
}

fn reads(bytes: &[u8]) -> StaffList {
    staff_list(bytes).unwrap_or_else(|why| panic!("{why}"))
}

fn rows<'a>(list: &'a StaffList) -> Vec<&'a ImportedRow> {
    let read = |row: &'a Row| match row {
        Row::Read(row) => &**row,
        Row::Rejected(row) => panic!("{:?}", row.complaints),
    };
    list.rows.iter().map(read).collect()
}

fn rejected(list: &StaffList, number: usize) -> &RejectedRow {
    match list.rows.iter().find(|row| row.number() == number) {
        Some(Row::Rejected(row)) => row,
        other => panic!("row {number} is {other:?}"),
    }
}

fn complaints(list: &StaffList, number: usize) -> Vec<String> {
    rejected(list, number).complaints.iter().map(ToString::to_string).collect()
}

fn refused(bytes: &[u8]) -> String {
    staff_list(bytes).expect_err("a staff list").0
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn email(row: &ImportedRow) -> &str {
    row.work_email.as_ref().map_or("", |email| email.as_str())
}

/// One person in a list with the headings that are needed, and one more column.
fn with(heading: &str, cell: &str) -> StaffList {
    let text =
        format!("staff_ref;forename;surname;job_title;start_date;{heading}\n1;Ada;Byron;Teacher;2020-09-01;{cell}\n");
    reads(text.as_bytes())
}

fn only(list: &StaffList) -> &ImportedRow {
    rows(list)[0]
}

#[test]
fn sims_in_windows_1252_keeps_names_and_leading_zeros() {
    let list = reads(list!("sims"));
    let people = rows(&list);
    assert_eq!(people.len(), 5);
    assert_eq!(people[0].reference.as_deref(), Some("0004217"));
    assert_eq!(people[0].staff_code.as_deref(), Some("AKH"));
    assert_eq!((people[1].forename.as_str(), people[1].surname.as_str()), ("Paddy", "O’Brien"));
    assert_eq!((people[2].forename.as_str(), people[2].surname.as_str()), ("Zoë", "Lindström"));
    assert_eq!(people[2].employment_type, Some(EmploymentType::FixedTerm));
    assert_eq!(people[3].work_email, None);
    assert_eq!(people[3].preferred_surname.as_deref(), Some("Adeyemi"));
    assert_eq!(people[3].job_title, "Midday Supervisor");
    assert_eq!(people[4].until, Some(day("2026-08-31")));
    assert_eq!(people[0].from, day("2019-09-01"));
    assert_eq!(list.headings.ignored, ["Teacher Number"]);
    assert!(!list.headings.name_the_school());
    let said: Vec<String> = list.headings.doubled.iter().map(ToString::to_string).collect();
    assert_eq!(
        said[0],
        "‘Legal Forename’ and ‘Forename’ both look like the forename. ‘Forename’ is used, and ‘Legal Forename’ is not."
    );
    assert!(said[2].contains("‘Post’ is used, and ‘Role’ is not"), "{said:?}");
}

#[test]
fn arbor_with_a_mark_gives_iso_dates_and_managers() {
    let list = reads(list!("arbor"));
    let people = rows(&list);
    assert_eq!(list.headings.ignored, ["Gender"]);
    assert_eq!(people[0].reference.as_deref(), Some("101"));
    assert_eq!(people[0].preferred_forename.as_deref(), Some("Sam"));
    assert_eq!(people[0].line_manager.as_deref(), Some("Ruth Abara"));
    assert_eq!(people[2].surname, "de la Cruz");
    assert_eq!(people[2].job_title, "Learning Support Assistant, Lunchtime Supervisor");
    assert_eq!(people[3].until, Some(day("2026-12-18")));
}

#[test]
fn bromcom_with_semicolons_names_schools_by_urn_and_people_by_email() {
    let list = reads(list!("bromcom"));
    let people = rows(&list);
    assert_eq!(people[0].reference, None);
    assert_eq!(people[0].staff_code.as_deref(), Some("JSM"));
    assert_eq!(email(people[0]), "j.smith@westbay.example");
    assert_eq!(people[0].school, [SchoolSaid::Urn(Urn::parse("142310").unwrap())]);
    assert_eq!(people[2].until, Some(day("2025-08-31")));
    assert!(list.headings.name_the_school());
}

#[test]
fn scholarpack_dates_without_zeros_and_blanks_in_words_are_read() {
    let list = reads(list!("scholarpack"));
    let people = rows(&list);
    assert_eq!(people[0].reference.as_deref(), Some("0012"));
    assert_eq!(people[0].from, day("2021-09-01"));
    assert_eq!(people[1].work_email, None);
    assert_eq!(people[1].from, day("2009-04-20"));
    assert_eq!(people[2].until, None);
}

#[test]
fn integris_headings_are_found_below_a_title() {
    let list = reads(list!("integris"));
    let people = rows(&list);
    assert_eq!(people.iter().map(|p| p.number).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(people[1].surname, "Weiß");
}

#[test]
fn isams_in_utf_16_with_tabs_is_read() {
    let list = reads(list!("isams"));
    let people = rows(&list);
    assert_eq!(people[1].surname, "Łukasik");
    assert_eq!(people[0].from, day("2019-09-01"));
}

#[test]
fn pupil_asset_rows_are_numbered_as_a_spreadsheet_shows_them() {
    let list = reads(list!("pupil_asset"));
    let people = rows(&list);
    // sep= is not shown; blank lines are, and a line break within a cell is not a row
    assert_eq!(people.iter().map(|p| p.number).collect::<Vec<_>>(), [3, 5, 6]);
    assert_eq!(people[1].from, day("2024-01-05"));
    assert_eq!(people[2].surname, "Mac an tSaoir");
}

#[test]
fn wonde_field_names_are_recognised() {
    let list = reads(list!("wonde"));
    let people = rows(&list);
    assert_eq!(people[0].reference.as_deref(), Some("5521"));
    assert_eq!(email(people[0]), "lucy.pemberton@harbourprimary.example");
    assert_eq!(people[1].from, day("2020-02-24"));
    assert_eq!(people[1].school, [SchoolSaid::Name("North Quay Academy".to_owned())]);
    let not_used: Vec<&str> = list.headings.doubled.iter().map(|d| d.not_used.as_str()).collect();
    assert_eq!(not_used, ["id", "upi"]);
    assert!(list.headings.doubled.iter().all(|d| d.used == "mis_id"), "{:?}", list.headings.doubled);
}

#[test]
fn governors_full_names_are_divided_and_a_guess_is_said() {
    let list = reads(list!("governorhub"));
    let people = rows(&list);
    assert_eq!(people[0].title.as_deref(), Some("Mrs"));
    assert_eq!((people[1].forename.as_str(), people[1].surname.as_str()), ("Joseph", "Baker"));
    assert!(people[1].warnings.is_empty());
    assert_eq!(people[2].forename, "Mary Anne");
    assert_eq!(
        people[2].warnings[0].to_string(),
        "Row 4, name: ‘Mary Anne Okafor’ was read as forename ‘Mary Anne’ and surname ‘Okafor’. If that is wrong, give the \
         two in columns of their own."
    );
}

#[test]
fn our_own_columns_carry_every_fact() {
    let list = reads(list!("seamark"));
    let people = rows(&list);
    assert!(list.headings.ignored.is_empty() && list.headings.doubled.is_empty());
    assert_eq!(list.headings.used.len(), 23);
    assert_eq!(people[0].is_slt, Some(true));
    assert_eq!(people[1].fte, Some(Fte(6000)));
    assert_eq!(people[3].fte, Some(Fte(2000)));
    assert_eq!(people[3].school, [SchoolSaid::Urn(Urn::parse("138855").unwrap())]);
    assert_eq!(people[3].term_time_only, Some(true));
    assert_eq!(people[4].fte, Some(Fte(8649)));
    assert_eq!(people[4].role_group, Some(RoleGroup::TeachingAssistant));
    assert_eq!(people[4].pause, Some(PauseSaid { from: day("2026-09-21"), until: Some(day("2026-12-18")) }));
    assert_eq!(people[4].additional_schools.len(), 2);
    assert_eq!(people[5].school, [SchoolSaid::Name("COAST".to_owned())]);
}

#[test]
fn every_complaint_names_row_column_reason_and_remedy() {
    let list = reads(list!("troubled"));
    let Row::Read(ann) = &list.rows[0] else { panic!("{:?}", list.rows[0]) };
    assert_eq!(ann.reference.as_deref(), Some("0001"));
    assert_eq!((ann.forename.as_str(), ann.surname.as_str()), ("Ann Marie", "Bell"));
    assert_eq!(email(ann), "ann.bell@coast.example");
    let Row::Read(bob) = &list.rows[1] else { panic!("{:?}", list.rows[1]) };
    assert_eq!(bob.work_email, None);
    assert!(bob.warnings[0].to_string().contains("several people read"), "{:?}", bob.warnings);
    let told = [
        (4, "Row 4: There is neither a staff reference nor a work email"),
        (5, "Row 5, work email: ‘dan.eve@coast’ is not an email address. Correct it"),
        (5, "Row 5, start date: ‘31/02/2020’ is not a day in the calendar. Write it as day/month/year"),
        (6, "Row 6, school URN: ‘14231’ is not a school’s number: a URN has 6 digits."),
        (6, "Row 6, start date: ‘25/12/26’ has a year of two figures"),
        (6, "Row 6, FTE: ‘1.2’ is not a share of full time."),
        (6, "Row 6, term time only: ‘maybe’ is neither yes nor no. Write Y or N."),
        (7, "Row 7, forename: It is blank."),
        (7, "Row 7, job title: It is blank."),
        (7, "Row 7, start date: ‘09/25/2020’ has the month before the day."),
        (8, "Row 8: It has 12 cells, but there are only 11 headings"),
        (9, "Row 9, staff reference: A spreadsheet has changed ‘4.2E+05’ into a number"),
        (9, "Row 9, start date: ‘44075’ is a number where a date should be."),
        (10, "Row 10, forename: ‘ZoÃ«’ has letters that were lost when the file was saved."),
        (10, "Row 10, end date: 1 September 2019 is before the start, 1 September 2020."),
        (11, "Row 11, surname: ‘=HYPERLINK(1)’ is not a name."),
    ];
    for (number, start) in told {
        let said = complaints(&list, number);
        assert!(said.iter().any(|said| said.starts_with(start)), "{start}\n{said:#?}");
    }
    let Some(Row::Read(na)) = list.rows.last() else { panic!() };
    assert_eq!((na.number, na.forename.as_str(), na.surname.as_str()), (13, "Na", "None"));
    assert_eq!((na.until, na.fte, na.term_time_only), (None, Some(Fte(5000)), Some(true)));
    assert_eq!(list.rows.len(), 11);
    assert_eq!(list.headings.ignored, ["colour"]);
}

#[test]
fn a_rejected_row_still_says_whom_it_is_about() {
    let list = reads(list!("troubled"));
    let row = rejected(&list, 6);
    assert_eq!((row.name.as_str(), row.reference.as_deref()), ("Eli Fox", Some("0005")));
}

#[test]
fn excel_s_text_wrapping_keeps_its_zeros() {
    let list = reads(b"staff_ref,forename,surname,job_title,start_date\n=\"00042\",Ada,Byron,Teacher,2020-09-01\n");
    assert_eq!(only(&list).reference.as_deref(), Some("00042"));
}

#[test]
fn days_are_read_in_every_british_way_and_no_other() {
    for (text, read) in [
        ("01/09/2026", "2026-09-01"),
        ("1/9/2026", "2026-09-01"),
        ("1-9-2026", "2026-09-01"),
        ("01.09.2026", "2026-09-01"),
        ("2026-09-01", "2026-09-01"),
        ("2026-09-01T00:00:00Z", "2026-09-01"),
        ("01/09/2026 00:00", "2026-09-01"),
        ("1 Sept 2026", "2026-09-01"),
        ("1st September 2026", "2026-09-01"),
        ("01-SEP-2026", "2026-09-01"),
        ("29/02/2028", "2028-02-29"),
    ] {
        assert_eq!(only(&with("end_date", text)).until, Some(day(read)), "{text}");
    }
    for (text, why) in [
        ("01/09/26", "a year of two figures"),
        ("1 Sep 26", "a year of two figures"),
        ("09/25/2026", "the month before the day"),
        ("29/02/2027", "not a day in the calendar"),
        ("31/12/9999", "cannot be right"),
        ("20260901", "is a number"),
        ("46266", "is a number"),
        ("2026-09-01T23:00:00Z", "not a date that can be read"),
        ("September 2026", "not a date that can be read"),
        ("soon", "not a date that can be read"),
        ("٠١/٠٩/٢٠٢٦", "not a date that can be read"),
    ] {
        let said = complaints(&with("end_date", text), 2);
        assert!(said.len() == 1 && said[0].contains(why), "{text}: {said:?}");
    }
}

#[test]
fn one_date_with_the_month_first_makes_every_doubtful_date_suspect() {
    let list = reads(
        b"staff_ref,forename,surname,job_title,start_date\n1,Ada,Byron,Teacher,03/04/2020\n2,Bea,Cole,Cook,09/25/2020\n\
          3,Cy,Dee,Cook,2020-09-01\n4,Di,Eve,Cook,04/04/2020\n",
    );
    assert!(complaints(&list, 2)[0].contains("this file seems to put the month first (row 3 says ‘09/25/2020’)"));
    assert!(complaints(&list, 3)[0].contains("the month before the day"));
    assert!(matches!(list.rows[2], Row::Read(_)) && matches!(list.rows[3], Row::Read(_)));
}

#[test]
fn shares_of_full_time_are_read_exactly_or_not_at_all() {
    for (text, read) in [
        ("1", 10_000),
        ("0", 0),
        ("0.6", 6000),
        (".5", 5000),
        ("0.8649", 8649),
        ("60%", 6000),
        ("86.49 %", 8649),
        ("1.0000", 10_000),
    ] {
        assert_eq!(only(&with("fte", text)).fte, Some(Fte(read)), "{text}");
    }
    for text in ["1.01", "60", "0,6", "101%", "-0.5", "0.86486", "half", "%", "1.2.3", "²"] {
        assert_eq!(complaints(&with("fte", text), 2).len(), 1, "{text}");
    }
    assert_eq!(
        (Fte(6000).to_string(), Fte(8649).to_string(), Fte(10_000).to_string()),
        ("0.60".into(), "0.8649".into(), "1.00".into())
    );
}

#[test]
fn schools_are_named_by_urn_establishment_number_or_name() {
    let urn = |digits| SchoolSaid::Urn(Urn::parse(digits).unwrap());
    for (heading, cell, read) in [
        ("urn", "123456", urn("123456")),
        ("URN", "123456.0", urn("123456")),
        ("school_name", "123456", urn("123456")),
        ("LAESTAB", "813/4001", SchoolSaid::Laestab("8134001".into())),
        ("DfE number", "8134001", SchoolSaid::Laestab("8134001".into())),
        ("School", "Harbour Primary School", SchoolSaid::Name("Harbour Primary School".into())),
        ("urn", "COAST", SchoolSaid::Name("COAST".into())),
    ] {
        assert_eq!(only(&with(heading, cell)).school, [read], "{heading} {cell}");
    }
    assert_eq!(only(&with("LA;establishment_no", "813;4001")).school, [SchoolSaid::Laestab("8134001".into())]);
    for cell in ["12345", "12345678", "012345", ""] {
        assert_eq!(complaints(&with("urn", cell), 2).len(), 1, "{cell}");
    }
}

#[test]
fn what_is_too_long_is_rejected_with_the_limit_and_never_cut() {
    let said = complaints(&with("preferred_surname", &"ab".repeat(51)), 2);
    assert!(said[0].contains("has 102 characters, and the most is 100"), "{said:?}");
}

#[test]
fn a_name_with_accents_is_never_taken_for_a_garbled_one() {
    for name in ["Zoë", "O’Brien", "Łukasz", "Ås", "Ñandú", "Þóra", "Šárka", "Ελένη", "Ãngela", "Â"] {
        assert_eq!(only(&with("preferred_forename", name)).preferred_forename.as_deref(), Some(name));
    }
    for name in ["ZoÃ«", "Oâ€™Brien", "Zo\u{fffd}", "Å�ukasz"] {
        assert_eq!(complaints(&with("preferred_forename", name), 2).len(), 1, "{name}");
    }
}

#[test]
fn headings_are_recognised_whatever_their_case_spaces_and_marks() {
    for heading in ["End date", "END_DATE", "end-date", "EndDate", " End  Date ", "Leaving Date:", "Contract end date"]
    {
        assert!(with(heading, "").headings.has(Column::EndDate), "{heading}");
    }
}

#[test]
fn a_file_that_is_no_staff_list_gets_one_clear_sentence() {
    let workbook = refused(b"PK\x03\x04\x14\x00\x06\x00rest");
    assert_eq!(
        workbook,
        "This is a spreadsheet workbook, not a CSV file: open it, choose Save As, pick ‘CSV UTF-8’, and send the file that this makes."
    );
    for (bytes, start) in [
        (&b""[..], "This file is empty"),
        (b"\xEF\xBB\xBF \r\n\r\n", "This file is empty"),
        (b"%PDF-1.7\n%abc", "This is a PDF"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "This is a spreadsheet workbook"),
        (b"\x89PNG\r\n\x1a\n", "This is a picture"),
        (b"\xFF\xD8\xFF\xE0", "This is a picture"),
        (b"\n <!DOCTYPE html><html></html>", "This is a web page"),
        (b"<html><table>", "This is a web page"),
        (b"a,b\0c", "This file is not a text file"),
        (b"\xFF\xFE\x41", "Part of this file cannot be read"),
        (b"Dear all,\nplease find the list attached.\n", "This file does not have the headings of a staff list"),
        (b"Surname\nByron\n", "This file does not have the headings of a staff list"),
        (b"Forename,Surname,Email\nAda,Byron,ada@coast.example\n", "This list has no heading that Seamark knows for job_title, start_date"),
        (b"staff_ref,forename,surname,job_title,start_date\n,,,,\n\n", "This file has headings but nobody below them"),
        (b"staff_ref,forename,surname,job_title,start_date\n1,\"Ada,Byron,Teacher,2020-09-01\n2,Bea,Cole,Cook,2020-09-01\n", "Row 2 opens a quotation mark"),
        (b"staff_ref,forename,surname,job_title,start_date,forename\n1,Ada,Byron,Teacher,2020-09-01,A\n", "Two columns are both headed ‘forename’"),
    ] {
        let said = refused(bytes);
        assert!(said.starts_with(start), "{said}");
        assert!(said.ends_with('.') && said.matches(". ").count() == 0, "one sentence: {said}");
    }
    let mut long = b"staff_ref,forename,surname,job_title,start_date\n".to_vec();
    long.extend(b"1,A,B,C,2020-09-01\n".repeat(50_001));
    assert!(refused(&long).starts_with("This file has more than 50,000 rows"));
    assert!(refused(&vec![b'a'; 8 * 1024 * 1024 + 1]).starts_with("This file is larger than 8 MB"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = staff_list(&bytes);
    }

    #[test]
    fn any_text_below_headings_is_read_or_refused(text in "[ -~\u{a0}\u{e9}\u{2019}\n\r\t\"]{0,200}") {
        let _ = staff_list(format!("staff_ref,forename,surname,job_title,start_date,end_date,fte,urn\n{text}").as_bytes());
    }

    #[test]
    fn every_row_is_read_or_rejected_once(cells in proptest::collection::vec(proptest::collection::vec("[a-z0-9/.@ -]{0,12}", 8), 1..30)) {
        let mut text = String::from("staff_ref,forename,surname,job_title,start_date,end_date,fte,work_email\n");
        for row in &cells {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        let filled: Vec<usize> = (0..cells.len()).filter(|i| cells[*i].iter().any(|c| !c.trim().is_empty())).map(|i| i + 2).collect();
        match staff_list(text.as_bytes()) {
            Ok(list) => prop_assert_eq!(list.rows.iter().map(Row::number).collect::<Vec<_>>(), filled),
            Err(_) => prop_assert!(filled.is_empty()),
        }
    }
}
