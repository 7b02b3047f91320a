//! `seamark staff import`: the dry run in words, and the same list applied when it is told to.

use std::fmt::Write;

use super::told::{Becomes, ToldMissing, ToldRow, summary, told, told_missing};
use super::upload::{DryRun, dry_run};
use super::{Decisions, Import, Outcome, apply};
use crate::act;
use crate::clock::Instant;
use crate::db::{Conn, Database};
use crate::evidence::Actor;
use crate::people::rules::Urn;
use crate::people::{self, Scope};
use crate::problem::{Problem, Result};
use crate::text::count;

/// What `seamark staff import` was asked.
pub struct ImportCommand<'a> {
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub school: Option<&'a str>,
    pub apply: bool,
}

/// What to print, and whether every row can be used.
pub fn import_command(database: &Database, now: Instant, command: &ImportCommand) -> Result<(String, bool)> {
    let school = command.school.map(|urn| database.read(|conn| school_id(conn, urn))).transpose()?;
    let today = now.day();
    let looked = database.read(|conn| dry_run(conn, command.bytes, school, &Scope::Trust, &Decisions::new(), today))?;
    let run = looked.map_err(|why| Problem::refused(why.to_string()))?;
    let mut said = in_words(command.file_name, &run);
    let counts = run.plan.counts;
    let sound = counts.rejected_rows == 0;
    if !command.apply {
        said.push_str("Nothing has changed yet. Add --apply to take the list in.\n");
        return Ok((said, sound));
    }
    let import = Import {
        plan: run.plan,
        scope: Scope::Trust,
        file_name: command.file_name.to_owned(),
        file_hash: run.file_hash,
        school,
    };
    match act::perform(database, Actor::shell(), now, move |act| apply(act, &import))? {
        Outcome::Applied(_) => {
            let (new, changed) = (counts.new_people, counts.changed_people);
            let _ = writeln!(said, "Done: {} added, {changed} changed.", count(new, "person", "people"));
            Ok((said, sound))
        }
        Outcome::Changed => {
            Err(Problem::refused("Somebody changed the staff list meanwhile, so nothing was written. Run it again."))
        }
    }
}

fn school_id(conn: &mut Conn, urn: &str) -> Result<i64> {
    let urn = Urn::parse(urn).map_err(Problem::refused)?;
    let found = people::schools(conn)?.into_iter().find(|school| school.urn == urn);
    found.map(|school| school.id).ok_or_else(|| Problem::refused(format!("{urn} is not one of the trust’s schools.")))
}

fn in_words(file_name: &str, run: &DryRun) -> String {
    let rows = told(&run.list, &run.plan, &run.known, run.source);
    let counts = &run.plan.counts;
    let mut said = format!("{file_name}: {}\n{}", count(rows.len(), "row", "rows"), summary(counts));
    let _ = writeln!(said, ", {} unchanged\n", counts.unchanged_people);
    for sentence in run.list.headings.not_read() {
        let _ = writeln!(said, "{sentence}\n");
    }
    let of = |fate: Becomes| rows.iter().filter(|row| row.fate == fate).collect::<Vec<_>>();
    tell(&mut said, "Rejected: mend these in the file", &of(Becomes::Rejected), why);
    tell(&mut said, "The same person? Bring the list in on the page /import to answer", &of(Becomes::SamePerson), why);
    tell(&mut said, "New", &of(Becomes::New), |row| format!("{}, {}, from {}", row.job, row.school, row.start));
    tell(&mut said, "New, but have left", &of(Becomes::NewAndLeft), |row| {
        format!("{}, {}, from {} until {}", row.job, row.school, row.start, row.end)
    });
    tell(&mut said, "Changed", &of(Becomes::Changed), why);
    let noticed: Vec<&ToldRow> = rows.iter().filter(|row| !row.look_at.is_empty()).collect();
    tell(&mut said, "Used, but look at these", &noticed, |row| row.look_at.join(" "));
    tell_missing(&mut said, &told_missing(&run.plan, &run.known));
    said
}

fn why(row: &ToldRow) -> String {
    row.what.join(" ")
}

fn tell(said: &mut String, heading: &str, rows: &[&ToldRow], words: impl Fn(&ToldRow) -> String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(said, "{heading}");
    for row in rows {
        let _ = writeln!(said, "  row {}, {}: {}", row.number, row.name, words(row));
    }
    said.push('\n');
}

fn tell_missing(said: &mut String, missing: &[ToldMissing]) {
    if missing.is_empty() {
        return;
    }
    said.push_str("Not in the file: for you to look at, nothing happens to them\n");
    for missing in missing {
        let _ = writeln!(said, "  {}: {}", missing.name, missing.jobs());
    }
    said.push('\n');
}
