//! Which column of a staff list means what: the canonical names, and the headings that the usual systems give them.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::text;

/// One sentence that says why a file is no staff list, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotAStaffList(pub String);

impl fmt::Display for NotAStaffList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAStaffList {}

/// What a column of a staff list may hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Column {
    StaffRef,
    StaffCode,
    Title,
    Forename,
    Surname,
    PreferredForename,
    PreferredSurname,
    FullName,
    WorkEmail,
    SchoolUrn,
    SchoolName,
    EstablishmentNo,
    LocalAuthority,
    JobTitle,
    RoleGroup,
    EmploymentType,
    Fte,
    TermTimeOnly,
    StartDate,
    EndDate,
    LineManager,
    AdditionalSchools,
    PauseFrom,
    PauseTo,
    IsSlt,
    IsAccountAdmin,
    TakesImages,
}

use Column::*;

/// Each column: the canonical name, the words we use to people, and other systems' headings, the best first.
/// Headings are compared by their letters and digits alone, so `Start date`, `start_date` and `StartDate` are one.
const COLUMNS: [(Column, &str, &str, &str); 27] = [
    (
        StaffRef,
        "staff_ref",
        "staff reference",
        "staff reference|payroll number|payroll no|payroll ref|payroll id|employee number|employee no|employee id|\
         employee ref|arbor staff id|staff id|staff number|staff no|mis id|isams id|bromcom staff id|wonde id|\
         person id|unique id|upi|id",
    ),
    (StaffCode, "staff_code", "staff code", "staff initials|initials|timetable code|teacher code|user code"),
    (Title, "title", "title", "salutation|name title"),
    (
        Forename,
        "forename",
        "forename",
        "legal forename|legal first name|first name|firstname|given name|forenames|first names|forename legal|name first",
    ),
    (Surname, "surname", "surname", "legal surname|legal last name|last name|family name|surname legal|name last"),
    (
        PreferredForename,
        "preferred_forename",
        "preferred forename",
        "preferred first name|chosen forename|chosen name|known as|preferred name|forename preferred",
    ),
    (
        PreferredSurname,
        "preferred_surname",
        "preferred surname",
        "preferred last name|chosen surname|surname preferred",
    ),
    (FullName, "name", "name", "full name|staff name|staff member|employee name|employee|display name"),
    (
        WorkEmail,
        "work_email",
        "work email",
        "work email address|main work email|default email|school email|contact details work email|\
         contact details data emails work|emails work|email work|email|email address|e mail|email addresses|primary email",
    ),
    (
        SchoolUrn,
        "school_urn",
        "school URN",
        "urn|establishment urn|academy urn|unique reference number|dfe urn|school urn number",
    ),
    (
        SchoolName,
        "school_name",
        "school name",
        "school|academy|academy name|establishment|establishment name|main school|primary school site|board|\
         governing board|governing body|organisation|organisation name|workplace",
    ),
    (
        EstablishmentNo,
        "establishment_no",
        "establishment number",
        "laestab|la estab|dfe number|dfe no|dfe establishment number|establishment number|estab|estab no|estab number",
    ),
    (LocalAuthority, "la", "local authority number", "la number|la code|la no|local authority|local authority code"),
    (
        JobTitle,
        "job_title",
        "job title",
        "job|post title|post|position|job role|business role|business roles|role title|roles|role|\
         employment details job title|designation",
    ),
    (RoleGroup, "role_group", "role group", "staff group|role category"),
    (
        EmploymentType,
        "employment_type",
        "employment type",
        "contract type|contract agreement type|employment basis|type of contract|agreement type",
    ),
    (Fte, "fte", "FTE", "full time equivalent|fte ratio|contract fte|contracted fte"),
    (TermTimeOnly, "term_time_only", "term time only", "term time|tto|term time only yn|term time worker|term only"),
    (
        StartDate,
        "start_date",
        "start date",
        "start|employment start|employment start date|contract start date|contract start|post start date|role start date|\
         date started|date of appointment|appointed|appointment date|date appointed|joining date|date of joining|joined|\
         employment details start|employment details employment start date|continuous service start|term starts|from",
    ),
    (
        EndDate,
        "end_date",
        "end date",
        "end|employment end|employment end date|contract end date|contract end|post end date|role end date|leave|\
         leaving date|leave date|date left|date of leaving|leaver date|employment details end|\
         employment details employment end date|term ends|term end|term of office ends|until",
    ),
    (
        LineManager,
        "line_manager_ref",
        "line manager",
        "line manager|line manager reference|line manager id|line manager email|line manager name|manager|\
         manager email|manager name|reports to|appraiser",
    ),
    (
        AdditionalSchools,
        "additional_schools",
        "additional schools",
        "other schools|also works at|additional school urns",
    ),
    (
        PauseFrom,
        "absence_pause_from",
        "absence pause from",
        "pause from|absence from|absent from|absence start|absence start date|leave of absence from",
    ),
    (
        PauseTo,
        "absence_pause_to",
        "absence pause to",
        "pause to|absence to|absent to|absence end|absence end date|leave of absence to",
    ),
    (IsSlt, "is_slt", "is SLT", "slt|senior leadership team|senior leader|slt member|leadership team"),
    (
        IsAccountAdmin,
        "is_account_admin",
        "is account admin",
        "account admin|account administrator|social media admin|social media administrator|is account administrator",
    ),
    (TakesImages, "takes_images", "takes images", "takes photos|takes photographs|photographer|uses images"),
];

impl Column {
    /// The heading that our own template uses.
    pub fn canonical(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> &'static (Column, &'static str, &'static str, &'static str) {
        &COLUMNS[self as usize]
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

/// Every known heading, and how good a name for its column it is: 0 is best.
static KNOWN: LazyLock<HashMap<String, (Column, usize)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (column, canonical, _, others) in &COLUMNS {
        for (rank, heading) in std::iter::once(*canonical).chain(others.split('|')).enumerate() {
            known.entry(letters_and_digits(heading)).or_insert((*column, rank));
        }
    }
    known
});

fn letters_and_digits(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a heading means, if we know it.
pub fn column(heading: &str) -> Option<Column> {
    KNOWN.get(&letters_and_digits(heading)).map(|(column, _)| *column)
}

/// How many different columns a row would name, if it were the row of headings.
pub(super) fn recognised<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let mut columns: Vec<Column> = cells.filter_map(column).collect();
    columns.sort_unstable();
    columns.dedup();
    columns.len()
}

/// Where each column stands in the file, and which of the file's headings are not used.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Headings {
    /// How many columns have a heading, to the last that has one.
    columns: usize,
    places: Vec<(Column, usize)>,
    /// Each column that is used, with the heading that the file gives it.
    pub used: Vec<(Column, String)>,
    /// Headings that mean nothing to us. Their cells are not read.
    pub ignored: Vec<String>,
    /// A second heading for a column: which, and the one used in its place.
    pub doubled: Vec<Doubled>,
}

/// Two headings for one column: the better one is used, and the other is said, not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubled {
    pub column: Column,
    pub used: String,
    pub not_used: String,
}

impl fmt::Display for Doubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Doubled { column, used, not_used } = self;
        write!(f, "‘{not_used}’ and ‘{used}’ both look like the {column}. ‘{used}’ is used, and ‘{not_used}’ is not.")
    }
}

impl Headings {
    /// Recognises a row of headings, or says in one sentence why the file cannot be read as a staff list.
    pub fn recognise(cells: &[String]) -> Result<Headings, NotAStaffList> {
        let columns = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let mut headings = Headings { columns, ..Headings::default() };
        let mut best: HashMap<Column, (usize, usize)> = HashMap::new();
        for (place, cell) in cells.iter().enumerate() {
            match KNOWN.get(&letters_and_digits(cell)) {
                Some(&(column, rank)) => headings.claim(&mut best, column, rank, place, cells)?,
                None if cell.trim().is_empty() => {}
                None => headings.ignored.push(cell.trim().to_owned()),
            }
        }
        headings.places = best.into_iter().map(|(column, (_, place))| (column, place)).collect();
        headings.places.sort_unstable();
        headings.used = headings.places.iter().map(|(c, place)| (*c, cells[*place].trim().to_owned())).collect();
        headings.are_enough()?;
        Ok(headings)
    }

    fn claim(
        &mut self,
        best: &mut HashMap<Column, (usize, usize)>,
        column: Column,
        rank: usize,
        place: usize,
        cells: &[String],
    ) -> Result<(), NotAStaffList> {
        let heading = |place: usize| cells[place].trim().to_owned();
        let Some(&(other_rank, other)) = best.get(&column) else {
            best.insert(column, (rank, place));
            return Ok(());
        };
        if rank == other_rank {
            return Err(NotAStaffList(format!(
                "Two columns are both headed ‘{}’: rename the one that Seamark should not read, then send the file again.",
                heading(place)
            )));
        }
        let (winner, loser) = if rank < other_rank { (place, other) } else { (other, place) };
        best.insert(column, (rank.min(other_rank), winner));
        self.doubled.iter_mut().filter(|d| d.column == column).for_each(|d| d.used = heading(winner));
        self.doubled.push(Doubled { column, used: heading(winner), not_used: heading(loser) });
        Ok(())
    }

    fn are_enough(&self) -> Result<(), NotAStaffList> {
        let missing: Vec<&str> = [
            (self.has(Forename) && self.has(Surname) || self.has(FullName), "forename and surname"),
            (self.has(StaffRef) || self.has(WorkEmail), "staff_ref or work_email"),
            (self.has(JobTitle), "job_title"),
            (self.has(StartDate), "start_date"),
        ]
        .into_iter()
        .filter_map(|(there, name)| (!there).then_some(name))
        .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(NotAStaffList(format!(
            "This list has no heading that Seamark knows for {}: add the missing columns, or change their headings to \
             these names, then send the file again.",
            missing.join(", ")
        )))
    }

    /// What of the file is not read, in sentences.
    pub fn not_read(&self) -> Vec<String> {
        let names: Vec<String> = self.ignored.iter().map(|heading| format!("‘{heading}’")).collect();
        let ignored = match &names[..] {
            [] => None,
            [one] => Some(format!("The column {one} is not read.")),
            several => Some(format!("The columns {} are not read.", text::list(several))),
        };
        ignored.into_iter().chain(self.doubled.iter().map(Doubled::to_string)).collect()
    }

    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|(c, _)| *c == column).map(|(_, place)| *place)
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether each row says its school; if not, the whole file is for one school, to be chosen.
    pub fn name_the_school(&self) -> bool {
        self.has(SchoolUrn) || self.has(SchoolName) || self.has(EstablishmentNo)
    }
}
