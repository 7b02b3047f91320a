//! From a table to typed rows: each row is read whole, or rejected with everything that is wrong in it.

use std::fmt;

use super::cells::{self, Fte, Order, SchoolSaid, Wrong};
use super::headings::{Column, Headings, NotAStaffList};
use super::names::{FullName, a_name};
use super::reading::{self, Table, TableRow};
use crate::clock::Day;
use crate::pdf;
use crate::people::rules::{EmploymentType, RoleGroup, WorkEmail};
use crate::text::capital;

/// A staff list as the file gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaffList {
    pub headings: Headings,
    /// Every row that holds anything, in the file's order.
    pub rows: Vec<Row>,
}

/// Reads a file. A file that is no staff list gets one sentence; a row that cannot be used gets its complaints.
pub fn staff_list(bytes: &[u8]) -> Result<StaffList, NotAStaffList> {
    let table = reading::table(bytes)?;
    let headings = Headings::recognise(&table.headings)?;
    let months_first = month_first(&table, &headings);
    let rows = table.rows.iter().map(|row| Reader::new(row, &headings, months_first.as_ref()).read()).collect();
    Ok(StaffList { headings, rows })
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    Read(Box<ImportedRow>),
    Rejected(RejectedRow),
}

impl Row {
    /// The number that a spreadsheet shows beside it.
    pub fn number(&self) -> usize {
        match self {
            Row::Read(row) => row.number,
            Row::Rejected(row) => row.number,
        }
    }
}

/// What a row says about a person and one post. What it leaves blank is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportedRow {
    pub number: usize,
    pub reference: Option<String>,
    pub staff_code: Option<String>,
    pub title: Option<String>,
    pub forename: String,
    pub surname: String,
    pub preferred_forename: Option<String>,
    pub preferred_surname: Option<String>,
    pub work_email: Option<WorkEmail>,
    /// Every way in which the row names its one school; none in a file for one school.
    pub school: Vec<SchoolSaid>,
    pub additional_schools: Vec<SchoolSaid>,
    pub job_title: String,
    pub role_group: Option<RoleGroup>,
    pub employment_type: Option<EmploymentType>,
    pub fte: Option<Fte>,
    pub term_time_only: Option<bool>,
    pub from: Day,
    pub until: Option<Day>,
    /// A reference, an email or a name: the plan finds out whose.
    pub line_manager: Option<String>,
    pub pause: Option<PauseSaid>,
    pub is_slt: Option<bool>,
    pub is_account_admin: Option<bool>,
    pub takes_images: Option<bool>,
    /// What was read but should be looked at. The row is used all the same.
    pub warnings: Vec<Complaint>,
}

/// A row that is not used, with what could be read of whom it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RejectedRow {
    pub number: usize,
    pub name: String,
    pub reference: Option<String>,
    pub work_email: Option<WorkEmail>,
    pub complaints: Vec<Complaint>,
}

/// What is wrong, where, and how to put it right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    pub row: usize,
    /// None if it is about the row as a whole.
    pub column: Option<Column>,
    pub reason: String,
    pub remedy: String,
}

impl Complaint {
    /// The same where the row is said already: "Start date: It is blank. Fill it in."
    pub fn sentence(&self) -> String {
        let words = format!("{} {}", self.reason, self.remedy);
        let Some(column) = self.column else { return words };
        format!("{}: {words}", capital(&column.to_string()))
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row {}", self.row)?;
        if let Some(column) = self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {} {}", self.reason, self.remedy)
    }
}

/// An absence: dates, and no reason.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PauseSaid {
    pub from: Day,
    pub until: Option<Day>,
}

/// Reads the words of `EmploymentType`, the workforce census's codes, and what some systems call them.
fn employment_type(text: &str) -> Option<EmploymentType> {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let plain = plain.strip_suffix("contract").unwrap_or(&plain);
    text.parse().ok().or(match plain {
        "prm" | "permanent" => Some(EmploymentType::Permanent),
        "fxt" | "tmp" | "fixedterm" | "temporary" => Some(EmploymentType::FixedTerm),
        "casual" | "zerohours" | "relief" | "bank" => Some(EmploymentType::Casual),
        "agencyworker" | "supplyagency" => Some(EmploymentType::Agency),
        "sla" | "servicelevelagreement" | "contractor" => Some(EmploymentType::ServiceAgreement),
        "unsalaried" | "trainingplacement" | "studentplacement" => Some(EmploymentType::Placement),
        "unpaid" => Some(EmploymentType::Volunteer),
        "trustee" => Some(EmploymentType::Governor),
        _ => None,
    })
}

const DATES: [Column; 4] = [Column::StartDate, Column::EndDate, Column::PauseFrom, Column::PauseTo];

/// The first date that only makes sense with the month first, if no date shows that this file puts the day first.
/// Then no date in figures can be trusted: 03/04/2026 would be read as the wrong day.
fn month_first(table: &Table, headings: &Headings) -> Option<(usize, String)> {
    let places: Vec<usize> = DATES.into_iter().filter_map(|column| headings.place(column)).collect();
    let mut first = None;
    for row in &table.rows {
        for text in places.iter().filter_map(|place| row.cells.get(*place)).map(|cell| cells::tidy(cell)) {
            match cells::order(&text) {
                Some(Order::DayFirst) => return None,
                Some(Order::MonthFirst) if first.is_none() => first = Some((row.number, text)),
                _ => {}
            }
        }
    }
    first
}

/// Reads one row, gathering everything that is wrong with it.
struct Reader<'a> {
    row: &'a TableRow,
    headings: &'a Headings,
    month_first: Option<&'a (usize, String)>,
    complaints: Vec<Complaint>,
    warnings: Vec<Complaint>,
}

const NAME: usize = 100;
const REFERENCE: usize = 64;
const EMAIL: usize = 254;
const JOB_TITLE: usize = 150;
const SCHOOL: usize = 200;
const SHORT: usize = 40;

impl<'a> Reader<'a> {
    fn new(row: &'a TableRow, headings: &'a Headings, month_first: Option<&'a (usize, String)>) -> Reader<'a> {
        Reader { row, headings, month_first, complaints: Vec::new(), warnings: Vec::new() }
    }

    fn read(mut self) -> Row {
        self.check_shape();
        let reference = self.reference();
        let work_email = self.work_email();
        let (title, forename, surname) = self.name();
        if reference.is_none() && work_email.is_none() && self.complaints.is_empty() {
            self.complain(
                None,
                Wrong::new(
                    "There is neither a staff reference nor a work email, so nobody can tell whose row this is.",
                    "Add one of them.",
                ),
            );
        }
        let row = self.rest(reference.clone(), work_email.clone(), title, forename.clone(), surname.clone());
        let number = self.row.number;
        match row {
            Some(row) if self.complaints.is_empty() => {
                Row::Read(Box::new(ImportedRow { warnings: self.warnings, ..row }))
            }
            _ => Row::Rejected(RejectedRow {
                number,
                name: [forename, surname].into_iter().flatten().collect::<Vec<_>>().join(" "),
                reference,
                work_email,
                complaints: self.complaints,
            }),
        }
    }

    /// Reads every cell, so that all complaints are made at once, and then asks whether enough is there.
    fn rest(
        &mut self,
        reference: Option<String>,
        work_email: Option<WorkEmail>,
        title: Option<String>,
        forename: Option<String>,
        surname: Option<String>,
    ) -> Option<ImportedRow> {
        let staff_code = self.text(Column::StaffCode, SHORT);
        let preferred_forename = self.personal_name(Column::PreferredForename);
        let preferred_surname = self.personal_name(Column::PreferredSurname);
        let school = self.school();
        let additional_schools = self.additional_schools();
        let job_title = self.needed(Column::JobTitle, JOB_TITLE);
        let role_group = self.role_group();
        let employment_type = self.employment_type();
        let fte = self.parsed(Column::Fte, SHORT, Fte::read);
        let [term_time_only, is_slt, is_account_admin, takes_images] =
            [Column::TermTimeOnly, Column::IsSlt, Column::IsAccountAdmin, Column::TakesImages]
                .map(|column| self.parsed(column, SHORT, cells::yes_or_no));
        let (from, until) = self.post_days();
        let pause = self.pause();
        let line_manager = self.text(Column::LineManager, EMAIL);
        Some(ImportedRow {
            number: self.row.number,
            reference,
            staff_code,
            title,
            forename: forename?,
            surname: surname?,
            preferred_forename,
            preferred_surname,
            work_email,
            school,
            additional_schools,
            job_title: job_title?,
            role_group,
            employment_type,
            fte,
            term_time_only,
            from: from?,
            until,
            line_manager,
            pause,
            is_slt,
            is_account_admin,
            takes_images,
            warnings: Vec::new(),
        })
    }

    // ── cells

    fn complaint(&self, column: Option<Column>, wrong: Wrong) -> Complaint {
        Complaint { row: self.row.number, column, reason: wrong.reason, remedy: wrong.remedy }
    }

    fn complain(&mut self, column: impl Into<Option<Column>>, wrong: Wrong) {
        let complaint = self.complaint(column.into(), wrong);
        self.complaints.push(complaint);
    }

    fn warn(&mut self, column: Column, reason: impl Into<String>, remedy: &str) {
        let warning = self.complaint(Some(column), Wrong::new(reason, remedy));
        self.warnings.push(warning);
    }

    /// A column's tidy text; none if there is no such column, the cell is blank, or it cannot be used.
    fn text(&mut self, column: Column, most: usize) -> Option<String> {
        let in_a_name = matches!(
            column,
            Column::Forename
                | Column::Surname
                | Column::PreferredForename
                | Column::PreferredSurname
                | Column::FullName
        );
        let cell = self.row.cells.get(self.headings.place(column)?)?;
        let text = cells::tidy(cell);
        if cells::is_blank(&text, in_a_name) {
            return None;
        }
        match cells::whole(&text, most) {
            Ok(()) => Some(text),
            Err(wrong) => {
                self.complain(column, wrong);
                None
            }
        }
    }

    /// The same, with a complaint if there is nothing.
    fn needed(&mut self, column: Column, most: usize) -> Option<String> {
        let complaints = self.complaints.len();
        let text = self.text(column, most);
        if text.is_none() && self.complaints.len() == complaints {
            self.complain(column, Wrong::new("It is blank.", "Fill it in in your school’s system."));
        }
        text
    }

    fn parsed<T>(&mut self, column: Column, most: usize, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        match read(&self.text(column, most)?) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.complain(column, wrong);
                None
            }
        }
    }

    /// More cells than headings: a comma stands in a cell without quotation marks, and everything after it has moved.
    fn check_shape(&mut self) {
        let columns = self.headings.columns();
        if self.row.cells.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
            let cells = self.row.cells.len();
            self.complain(
                None,
                Wrong::new(
                    format!("It has {cells} cells, but there are only {columns} headings, so its cells may stand in the wrong columns."),
                    "Put quotation marks around a cell that holds a comma.",
                ),
            );
        }
    }

    // ── who

    fn reference(&mut self) -> Option<String> {
        self.parsed(Column::StaffRef, REFERENCE, |text| match cells::spoiled_by_a_spreadsheet(text) {
            false => Ok(text.to_owned()),
            true => Err(Wrong::new(
                format!("A spreadsheet has changed ‘{text}’ into a number, so the reference itself is lost."),
                "Export the list again and send it without opening it in a spreadsheet.",
            )),
        })
    }

    fn work_email(&mut self) -> Option<WorkEmail> {
        let email = self.parsed(Column::WorkEmail, EMAIL, |text| {
            WorkEmail::parse(text).map_err(|why| {
                Wrong::new(format!("{why}."), "Correct it, or leave it blank for somebody without a work email.")
            })
        })?;
        if email.shared_mailbox().is_some() {
            self.warn(
                Column::WorkEmail,
                format!("‘{email}’ looks like a mailbox that several people read, so it is not used."),
                "Give the person’s own work email, or leave it blank.",
            );
            return None;
        }
        Some(email)
    }

    fn personal_name(&mut self, column: Column) -> Option<String> {
        let name = self.parsed(column, NAME, a_name)?;
        self.warn_of_letters(column, &name);
        Some(name)
    }

    /// Certificates print a mark for a letter that none of our fonts has.
    fn warn_of_letters(&mut self, column: Column, name: &str) {
        if name.is_ascii() {
            return;
        }
        let letters: String = pdf::unprintable(name).into_iter().collect();
        if !letters.is_empty() {
            self.warn(
                column,
                format!("Certificates cannot print ‘{letters}’ in ‘{name}’: a mark stands there instead."),
                "If the person also writes their name in European letters, give that as the preferred name.",
            );
        }
    }

    /// Title, forename and surname, from columns of their own or from the one full name.
    fn name(&mut self) -> (Option<String>, Option<String>, Option<String>) {
        let title = self.text(Column::Title, SHORT);
        if self.headings.has(Column::Forename) && self.headings.has(Column::Surname) {
            return (title, self.needed_name(Column::Forename), self.needed_name(Column::Surname));
        }
        let Some(full) = self.needed_name(Column::FullName) else { return (title, None, None) };
        let Some(name) = FullName::split(&full) else {
            self.complain(
                Column::FullName,
                Wrong::new(format!("‘{full}’ has only one part."), "Give a forename and a surname."),
            );
            return (title, None, None);
        };
        if name.is_a_guess {
            let FullName { forename, surname, .. } = &name;
            self.warn(
                Column::FullName,
                format!("‘{full}’ was read as forename ‘{forename}’ and surname ‘{surname}’."),
                "If that is wrong, give the two in columns of their own.",
            );
        }
        (title.or(name.title), Some(name.forename), Some(name.surname))
    }

    fn needed_name(&mut self, column: Column) -> Option<String> {
        let text = self.needed(column, if column == Column::FullName { 2 * NAME } else { NAME })?;
        match a_name(&text) {
            Ok(name) => {
                self.warn_of_letters(column, &name);
                Some(name)
            }
            Err(wrong) => {
                self.complain(column, wrong);
                None
            }
        }
    }

    // ── where and what

    fn school(&mut self) -> Vec<SchoolSaid> {
        let complaints = self.complaints.len();
        let urn = self.parsed(Column::SchoolUrn, SCHOOL, SchoolSaid::read);
        let number = self.establishment_number();
        let name = self.parsed(Column::SchoolName, SCHOOL, SchoolSaid::read);
        let school: Vec<SchoolSaid> = [urn, number, name].into_iter().flatten().collect();
        if school.is_empty() && self.headings.name_the_school() && self.complaints.len() == complaints {
            let columns = [Column::SchoolUrn, Column::SchoolName, Column::EstablishmentNo];
            let column = columns.into_iter().find(|column| self.headings.has(*column));
            self.complain(column, Wrong::new("It is blank.", "Say which school this is, by its URN."));
        }
        school
    }

    /// Seven digits, or the establishment's four after the local authority's three from the column beside it.
    fn establishment_number(&mut self) -> Option<SchoolSaid> {
        let authority = self.text(Column::LocalAuthority, SCHOOL);
        self.parsed(Column::EstablishmentNo, SHORT, |text| {
            let four = text.len() == 4 && text.chars().all(|c| c.is_ascii_digit());
            match (&authority, four) {
                (Some(authority), true) => SchoolSaid::read(&format!("{authority}{text}")),
                (None, true) => Err(Wrong::new(
                    format!("‘{text}’ does not say which local authority’s school it is."),
                    "Write all seven digits, or give the school’s URN.",
                )),
                _ => SchoolSaid::read(text),
            }
        })
    }

    fn additional_schools(&mut self) -> Vec<SchoolSaid> {
        let Some(list) = self.text(Column::AdditionalSchools, 10 * SCHOOL) else { return Vec::new() };
        let mut schools = Vec::new();
        for part in list.split([';', ',', '|']).map(str::trim).filter(|part| !part.is_empty()) {
            match SchoolSaid::read(part) {
                Ok(school) => schools.push(school),
                Err(wrong) => self.complain(Column::AdditionalSchools, wrong),
            }
        }
        schools
    }

    fn role_group(&mut self) -> Option<RoleGroup> {
        let words = self.text(Column::RoleGroup, NAME)?;
        let read = words.parse().ok();
        if read.is_none() {
            self.warn(
                Column::RoleGroup,
                format!("‘{words}’ is not a role group that Seamark knows, so the job title decides."),
                "Write one of Seamark’s role groups, such as teacher, office or midday.",
            );
        }
        read
    }

    fn employment_type(&mut self) -> Option<EmploymentType> {
        let text = self.text(Column::EmploymentType, NAME)?;
        let read = employment_type(&text);
        if read.is_none() {
            self.warn(
                Column::EmploymentType,
                format!("‘{text}’ is not an employment type that Seamark knows, so it is left out."),
                "It may be permanent, fixed term, casual, agency, service agreement, volunteer or governor.",
            );
        }
        read
    }

    // ── when

    fn day(&mut self, column: Column) -> Option<Day> {
        let month_first = self.month_first;
        self.parsed(column, SHORT, |text| match month_first {
            Some((row, example)) if cells::order(text) == Some(Order::Either) => Err(Wrong::new(
                format!(
                    "‘{text}’ cannot be trusted: this file seems to put the month first (row {row} says ‘{example}’)."
                ),
                "Export it with dates as day/month/year.",
            )),
            _ => cells::day(text),
        })
    }

    fn post_days(&mut self) -> (Option<Day>, Option<Day>) {
        let complaints = self.complaints.len();
        let from = self.day(Column::StartDate);
        if from.is_none() && self.complaints.len() == complaints {
            self.complain(Column::StartDate, Wrong::new("It is blank.", "Give the day on which the person started."));
        }
        let until = self.day(Column::EndDate);
        if let (Some(from), Some(until)) = (from, until) {
            self.in_order(Column::EndDate, from, until);
        }
        (from, until)
    }

    fn pause(&mut self) -> Option<PauseSaid> {
        let complaints = self.complaints.len();
        let from = self.day(Column::PauseFrom);
        let until = self.day(Column::PauseTo);
        match (from, until) {
            (Some(from), Some(until)) => self.in_order(Column::PauseTo, from, until),
            (None, Some(_)) if self.complaints.len() == complaints => self.complain(
                Column::PauseFrom,
                Wrong::new("The absence has an end but no start.", "Give the first day of the absence."),
            ),
            _ => {}
        }
        Some(PauseSaid { from: from?, until })
    }

    fn in_order(&mut self, column: Column, from: Day, until: Day) {
        if until < from {
            let reason = format!("{} is before the start, {}.", until.long(), from.long());
            self.complain(column, Wrong::new(reason, "Correct one of the two."));
        }
    }
}
