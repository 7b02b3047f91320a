//! A plan in words: each row's fate as HR reads it on the page, in the file of all rows, and on the command line.

use super::known::{Known, Source};
use super::plan::{Counts, Fate, Plan, PlannedRow};
use super::rows::{Complaint, ImportedRow, Row, StaffList};
use crate::text::count;

/// A row in words; what it does not say is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldRow {
    pub number: usize,
    pub name: String,
    pub fate: &'static str,
    pub school: String,
    pub job: String,
    pub start: String,
    /// What changes, whom it may be about, or why it is rejected: a sentence each.
    pub what: Vec<String>,
    /// What to look at, though the row is used.
    pub look_at: Vec<String>,
}

/// Every row of the list, in its order.
pub fn told(list: &StaffList, plan: &Plan, known: &Known, source: Source) -> Vec<ToldRow> {
    let rows = list.rows.iter().zip(&plan.rows);
    rows.map(|(row, planned)| told_row(row, planned, known, source)).collect()
}

fn told_row(row: &Row, planned: &PlannedRow, known: &Known, source: Source) -> ToldRow {
    let (school, job, start) = match row {
        Row::Read(row) => (school(row, known, source), row.job_title.clone(), row.from.long()),
        Row::Rejected(_) => Default::default(),
    };
    ToldRow {
        number: planned.number,
        name: planned.name.clone(),
        fate: fate(&planned.fate),
        school,
        job,
        start,
        what: what(&planned.fate, known),
        look_at: planned.warnings.iter().map(Complaint::sentence).collect(),
    }
}

fn school(row: &ImportedRow, known: &Known, source: Source) -> String {
    let school = match (row.school.first(), source) {
        (Some(said), _) => known.school_said(said),
        (None, Source::School(id)) => known.school(id),
        (None, Source::Trust) => None,
    };
    school.map(|school| school.name.clone()).unwrap_or_default()
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::New => "new",
        Fate::Changed(_) => "changed",
        Fate::Unchanged => "unchanged",
        Fate::SamePerson(_) => "the same person?",
        Fate::Rejected(_) => "rejected",
    }
}

fn what(fate: &Fate, known: &Known) -> Vec<String> {
    match fate {
        Fate::New | Fate::Unchanged => Vec::new(),
        Fate::Changed(changes) => changes.iter().map(ToString::to_string).collect(),
        Fate::Rejected(complaints) => complaints.iter().map(Complaint::sentence).collect(),
        Fate::SamePerson(candidates) => candidates
            .iter()
            .map(|candidate| format!("{}? {}", known.described(candidate.person), candidate.because))
            .collect(),
    }
}

/// "3 new people, 2 changed, 1 row rejected".
pub fn summary(counts: &Counts) -> String {
    let mut parts = Vec::new();
    if counts.new_people > 0 {
        parts.push(count(counts.new_people, "new person", "new people"));
    }
    if counts.changed_people > 0 {
        parts.push(count(counts.changed_people, "changed", "changed"));
    }
    if counts.same_person_rows > 0 {
        parts.push(count(counts.same_person_rows, "row waits for you", "rows wait for you"));
    }
    if counts.rejected_rows > 0 {
        parts.push(count(counts.rejected_rows, "row rejected", "rows rejected"));
    }
    if parts.is_empty() { "Nothing would change".to_owned() } else { parts.join(", ") }
}
