//! A plan in words: each row's fate, and who is not in the list, as HR reads it on the page, in the file of all rows, and on
//! the command line.

use serde::{Deserialize, Serialize};

use super::known::{Known, Source};
use super::missing::Missing;
use super::plan::{Counts, Fate, Plan, PlannedRow, Who};
use super::rows::{Complaint, ImportedRow, Row, StaffList};
use crate::clock::Day;
use crate::text::count;

/// A row in words; what it does not say is empty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ToldRow {
    pub number: usize,
    pub name: String,
    /// None while nobody can tell.
    pub who: Option<Who>,
    pub fate: Becomes,
    pub school: String,
    pub job: String,
    pub start: String,
    /// The last day, where the row gives one.
    pub end: String,
    pub email: String,
    pub reference: String,
    /// What changes, whom it may be about, or why it is rejected: a sentence each.
    pub what: Vec<String>,
    /// What to look at, though the row is used.
    pub look_at: Vec<String>,
}

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Becomes {
    New,
    /// New, with a job that has ended.
    NewAndLeft,
    Changed,
    Unchanged,
    SamePerson,
    Rejected,
}

impl Becomes {
    pub fn as_str(self) -> &'static str {
        match self {
            Becomes::New => "new",
            Becomes::NewAndLeft => "new, but has left",
            Becomes::Changed => "changed",
            Becomes::Unchanged => "unchanged",
            Becomes::SamePerson => "the same person?",
            Becomes::Rejected => "rejected",
        }
    }

    pub fn is_new(self) -> bool {
        matches!(self, Becomes::New | Becomes::NewAndLeft)
    }
}

/// Somebody who is known, with jobs that the list leaves out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ToldMissing {
    pub person: i64,
    /// "Nair, Priya"
    pub name: String,
    pub email: String,
    pub reference: String,
    pub is_in_the_list: bool,
    /// Job, school and first day of each.
    pub posts: Vec<(String, String, String)>,
}

impl ToldMissing {
    /// "Teacher at Fairhaven Primary"
    pub fn jobs(&self) -> String {
        let jobs: Vec<String> = self.posts.iter().map(|(job, school, _)| format!("{job} at {school}")).collect();
        let jobs = jobs.join(", ");
        if self.is_in_the_list { format!("{jobs} (in the file, but not with this job)") } else { jobs }
    }

    pub fn fate(&self) -> &'static str {
        if self.is_in_the_list { "in the file, but not with this job" } else { "not in the file" }
    }

    pub fn why(&self) -> &'static str {
        match self.is_in_the_list {
            true => "The file has a row of theirs, but none for this job. Nothing happens to it.",
            false => "No row of the file is about them. Nothing happens to them.",
        }
    }
}

/// Whom the list leaves out, in the order of their names.
pub fn told_missing(plan: &Plan, known: &Known) -> Vec<ToldMissing> {
    let told = |missing: &Missing| ToldMissing {
        person: missing.person,
        name: missing.listed_name.clone(),
        email: missing.work_email.as_ref().map(ToString::to_string).unwrap_or_default(),
        reference: missing.references.join(", "),
        is_in_the_list: missing.is_in_the_list,
        posts: missing
            .posts
            .iter()
            .map(|post| (post.job_title.clone(), known.school_name(post.school).to_owned(), post.from.long()))
            .collect(),
    };
    plan.missing.iter().map(told).collect()
}

/// Every row of the list, in its order.
pub fn told(list: &StaffList, plan: &Plan, known: &Known, source: Source) -> Vec<ToldRow> {
    let rows = list.rows.iter().zip(&plan.rows);
    rows.map(|(row, planned)| told_row(row, planned, known, source)).collect()
}

fn told_row(row: &Row, planned: &PlannedRow, known: &Known, source: Source) -> ToldRow {
    let (email, reference) = match row {
        Row::Read(row) => (&row.work_email, &row.reference),
        Row::Rejected(row) => (&row.work_email, &row.reference),
    };
    let (email, reference) = (email.as_ref().map(ToString::to_string), reference.clone());
    let (school, job, start, end) = match row {
        Row::Read(row) => {
            let end = row.until.map(Day::long).unwrap_or_default();
            (school(row, known, source), row.job_title.clone(), row.from.long(), end)
        }
        Row::Rejected(_) => Default::default(),
    };
    ToldRow {
        number: planned.number,
        name: planned.name.clone(),
        who: planned.who,
        fate: becomes(planned),
        school,
        job,
        start,
        end,
        email: email.unwrap_or_default(),
        reference: reference.unwrap_or_default(),
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

fn becomes(planned: &PlannedRow) -> Becomes {
    match planned.fate {
        Fate::New if planned.has_left => Becomes::NewAndLeft,
        Fate::New => Becomes::New,
        Fate::Changed(_) => Becomes::Changed,
        Fate::Unchanged => Becomes::Unchanged,
        Fate::SamePerson(_) => Becomes::SamePerson,
        Fate::Rejected(_) => Becomes::Rejected,
    }
}

fn what(fate: &Fate, known: &Known) -> Vec<String> {
    match fate {
        Fate::New | Fate::Unchanged => Vec::new(),
        Fate::Changed(changes) => changes.iter().map(ToString::to_string).collect(),
        Fate::Rejected(complaints) => complaints.iter().map(Complaint::sentence).collect(),
        Fate::SamePerson(candidates) => candidates
            .iter()
            .map(|candidate| format!("{}. {}", known.described(candidate.person), candidate.because))
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
