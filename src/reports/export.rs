//! People as a file that spreadsheets open: what is seen in the list, and how each thing stands. British dates, and no cell
//! that a spreadsheet would run.

use csv::{Terminator, WriterBuilder};

use super::people::{Row, Shown, Sight};
use super::roll::Asked;
use super::words::{self, group_pill};
use crate::assignments::Requirement;
use crate::clock::Day;
use crate::courses::Library;
use crate::courses::views::title_of;
use crate::people::School;
use crate::people::rules::WorkEmail;
use crate::problem::{Problem, Result};
use crate::text::{list, safe_cell};

/// Says to spreadsheets that the file is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// One line a person, three columns a requirement.
pub fn people(
    rows: &[Row],
    requirements: &[Requirement],
    schools: &[School],
    library: &Library,
    today: Day,
) -> Result<Vec<u8>> {
    let mut file = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.to_vec());
    file.write_record(cells(headings(requirements, library))).map_err(unwritable)?;
    for row in rows {
        file.write_record(cells(line(row, requirements, schools, today))).map_err(unwritable)?;
    }
    file.into_inner().map_err(|fault| Problem::fault(format!("CSV: {fault}")))
}

fn unwritable(fault: csv::Error) -> Problem {
    Problem::fault(format!("CSV: {fault}"))
}

fn cells(texts: Vec<String>) -> impl Iterator<Item = String> {
    texts.into_iter().map(|text| safe_cell(&text))
}

fn headings(requirements: &[Requirement], library: &Library) -> Vec<String> {
    let fixed = ["Last name", "First name", "Work email", "School", "Job", "Role group", "Status"];
    let mut headings: Vec<String> = fixed.map(str::to_owned).to_vec();
    for requirement in requirements {
        let title = title_of(library, requirement.kind, &requirement.slug);
        headings.extend(["", " – due", " – done"].map(|what| format!("{title}{what}")));
    }
    headings
}

fn line(row: &Row, requirements: &[Requirement], schools: &[School], today: Day) -> Vec<String> {
    let seen = &row.seen;
    let is_hr = seen.sight == Sight::Hr;
    let email = seen.person.work_email.as_ref().filter(|_| is_hr).map(WorkEmail::as_str);
    let main = seen.main_post(today);
    let mut line = vec![
        seen.person.known_surname().to_owned(),
        seen.person.known_as().to_owned(),
        email.unwrap_or_default().to_owned(),
        schools_of(row, schools, today),
        main.map(words::job).unwrap_or_default(),
        main.map(|record| record.post.role_group.to_string()).unwrap_or_default(),
        match row.stands(today) {
            Shown::In(group) => group_pill(group, row.days_late(), row.days_left()).words,
            Shown::WithoutPost => "No current post".to_owned(),
        },
    ];
    for requirement in requirements {
        let asked = row.on_roll.asked.iter().rfind(|asked| asked.assignment.requirement == requirement.id());
        line.extend(asked.map_or_else(Default::default, |asked| standing(asked, is_hr)));
    }
    line
}

fn standing(asked: &Asked, is_hr: bool) -> [String; 3] {
    let words = if is_hr { asked.standing().as_str() } else { asked.standing().for_manager() };
    let done = asked.assignment.facts.completions.iter().rfind(|row| row.superseded.is_none());
    let done = done.filter(|_| asked.standing().is_completed()).map(|row| row.what.at.day().slashed());
    [words.to_owned(), asked.status.due.map(Day::slashed).unwrap_or_default(), done.unwrap_or_default()]
}

/// Only those in sight.
fn schools_of(row: &Row, schools: &[School], today: Day) -> String {
    let mut names: Vec<String> = Vec::new();
    for record in row.seen.posts_on(today) {
        let school = schools.iter().find(|school| school.id == record.school);
        names.extend(school.map(|school| school.name.clone()).filter(|name| !names.contains(name)));
    }
    list(&names)
}
