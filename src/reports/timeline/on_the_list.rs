//! What happened to somebody on the staff list: posts, names, emails and time away, with what each was before.
//! Only rows of schools in sight are looked at, so that a post which moved here from elsewhere reads as new.

use std::collections::{BTreeMap, BTreeSet};

use super::{Happened, read_day, span};
use crate::clock::{Day, Instant};
use crate::db::Conn;
use crate::people::import::Fte;
use crate::people::{self, PostRecord, School, Scope};
use crate::problem::Result;
use crate::reports::people::Seen;
use crate::reports::store::{self, CorrectionRow, PauseRow};
use crate::text;

pub(super) fn on_the_list(conn: &mut Conn, scope: Option<&Scope>, seen: &Seen) -> Result<Vec<Happened>> {
    let person = seen.person.id;
    let mut posts = people::posts_of(conn, &[person])?;
    let imports = imports(conn, &posts)?;
    let recorded = |record: &PostRecord| Happened::new(record.recorded, "").by(who(record, &imports));
    let first = posts.iter().find(|record| record.recorded == seen.person.first_listed);
    let listed = Happened::new(seen.person.first_listed, "Came onto the staff list");
    let mut happened = vec![listed.by(first.and_then(|record| recorded(record).by))];

    posts.retain(|record| scope.is_some_and(|scope| scope.includes(record.school)));
    let words = Words::of(conn, &posts)?;
    for (before, after) in pairs(&posts) {
        let Some(what) = words.of_post(before, after) else { continue };
        let import = if imports.contains_key(&after.recorded.0) { " (import)" } else { "" };
        happened.push(Happened { what: format!("{what}{import}"), ..recorded(after) });
    }
    happened.extend(store::corrections_of(conn, person)?.iter().map(of_correction));
    happened.extend(of_pauses(&store::pauses_of(conn, person)?)?);
    Ok(happened)
}

/// The instants of these rows that were imports, and who applied them.
fn imports(conn: &mut Conn, posts: &[PostRecord]) -> Result<BTreeMap<i64, Option<i64>>> {
    let instants: BTreeSet<i64> = posts.iter().map(|record| record.recorded.0).collect();
    Ok(store::imports_at(conn, &instants.into_iter().collect::<Vec<_>>())?.into_iter().collect())
}

fn who(record: &PostRecord, imports: &BTreeMap<i64, Option<i64>>) -> Option<i64> {
    record.recorded_by.or_else(|| imports.get(&record.recorded.0).copied().flatten())
}

// ── posts

/// Each row with the one in whose place it was recorded, if any: the likest of those that ended in the same act.
fn pairs(posts: &[PostRecord]) -> Vec<(Option<&PostRecord>, &PostRecord)> {
    type Alike = fn(&PostRecord, &PostRecord) -> bool;
    const LIKEST_FIRST: [Alike; 3] = [
        |old, new| old.school == new.school && old.post.from == new.post.from,
        |old, new| old.school == new.school,
        |_, _| true,
    ];
    let mut pairs: Vec<(Option<&PostRecord>, &PostRecord)> = posts.iter().map(|record| (None, record)).collect();
    let mut left: Vec<&PostRecord> = posts.iter().filter(|record| record.superseded.is_some()).collect();
    for alike in LIKEST_FIRST {
        for (before, after) in pairs.iter_mut().filter(|(before, _)| before.is_none()) {
            let found = left.iter().position(|old| {
                old.post.id < after.post.id && old.superseded == Some(after.recorded) && alike(old, after)
            });
            *before = found.map(|found| left.remove(found));
        }
    }
    pairs
}

/// The names that posts are told with.
struct Words {
    schools: BTreeMap<i64, School>,
    managers: BTreeMap<i64, String>,
}

impl Words {
    fn of(conn: &mut Conn, posts: &[PostRecord]) -> Result<Words> {
        let managers: BTreeSet<i64> = posts.iter().filter_map(|record| record.manager).collect();
        let managers = people::people(conn, &managers.into_iter().collect::<Vec<_>>())?;
        let schools = people::schools(conn)?;
        Ok(Words {
            schools: schools.into_iter().map(|school| (school.id, school)).collect(),
            managers: managers.into_iter().map(|person| (person.id, person.name())).collect(),
        })
    }

    /// Nothing if nothing that is shown has changed.
    fn of_post(&self, before: Option<&PostRecord>, after: &PostRecord) -> Option<String> {
        let post = &after.post;
        let Some(before) = before else {
            return Some(format!("Post recorded: {}, {}", self.job(after), span(post.from, post.until)));
        };
        let changes = self.changes(before, after);
        match (&changes[..], before.post.until == post.until) {
            ([], true) => None,
            ([], false) => Some(self.last_day(before, post.until)),
            (changes, true) => Some(format!("Post corrected ({}): {}", self.job(before), changes.join("; "))),
            (changes, false) => {
                let until = format!("last day from {} to {}", a_day(before.post.until), a_day(post.until));
                Some(format!("Post corrected ({}): {}; {until}", self.job(before), changes.join("; ")))
            }
        }
    }

    fn job(&self, record: &PostRecord) -> String {
        let job = if record.job_title.is_empty() { record.post.role_group.as_str() } else { &record.job_title };
        format!("{job} at {}", self.school(record.school))
    }

    fn school(&self, id: i64) -> &str {
        self.schools.get(&id).map(|school| school.name.as_str()).unwrap_or_default()
    }

    fn last_day(&self, before: &PostRecord, until: Option<Day>) -> String {
        let school = self.school(before.school);
        match until {
            Some(day) => format!("Last day at {school} set to {}", day.long()),
            None => format!("Last day at {school} taken back, which was {}", a_day(before.post.until)),
        }
    }

    /// "job title from “Teacher” to “Head of year”": everything but the last day.
    fn changes(&self, before: &PostRecord, after: &PostRecord) -> Vec<String> {
        let quoted = |words: &str| if words.is_empty() { "nothing".to_owned() } else { format!("“{words}”") };
        let said = |words: &str| if words.is_empty() { "not said".to_owned() } else { words.to_owned() };
        let share = |record: &PostRecord| record.fte_basis_points.map(|share| Fte(share).to_string());
        let (old, new) = (&before.post, &after.post);
        let both = [
            ("school", self.school(before.school).to_owned(), self.school(after.school).to_owned()),
            ("job title", quoted(&before.job_title), quoted(&after.job_title)),
            ("role group", old.role_group.to_string(), new.role_group.to_string()),
            ("employment", said(&before.employment_type), said(&after.employment_type)),
            ("share of full time", said(&share(before).unwrap_or_default()), said(&share(after).unwrap_or_default())),
            ("working time", works(old.term_time_only).to_owned(), works(new.term_time_only).to_owned()),
            ("extra jobs", extra(before), extra(after)),
            ("first day", old.from.long(), new.from.long()),
            ("line manager", self.manager(before), self.manager(after)),
        ];
        let changed = both.into_iter().filter(|(_, was, is)| was != is);
        changed.map(|(field, was, is)| format!("{field} from {was} to {is}")).collect()
    }

    fn manager(&self, record: &PostRecord) -> String {
        let known = record.manager.and_then(|id| self.managers.get(&id).cloned());
        let named = || record.manager_named.as_ref().map(|named| format!("“{named}”, who is not on the list"));
        known.or_else(named).unwrap_or_else(|| "nobody".to_owned())
    }
}

fn works(term_time_only: Option<bool>) -> &'static str {
    match term_time_only {
        Some(true) => "“in term time”",
        Some(false) => "“all year”",
        None => "“as usual for the job”",
    }
}

fn extra(record: &PostRecord) -> String {
    let jobs = record.post.flags.in_words().into_iter().map(|job| format!("“{job}”"));
    let jobs: Vec<String> = jobs.collect();
    if jobs.is_empty() { "none".to_owned() } else { text::list(&jobs) }
}

fn a_day(day: Option<Day>) -> String {
    day.map_or_else(|| "none".to_owned(), Day::long)
}

// ── names and emails

fn of_correction(row: &CorrectionRow) -> Happened {
    let what = format!("{} changed", text::capital(&row.field));
    Happened::new(Instant(row.recorded_at), what).by(row.recorded_by)
}

// ── time away

/// A pause that stands in the place of others tells what they were; one that nothing follows was taken back.
fn of_pauses(rows: &[PauseRow]) -> Result<Vec<Happened>> {
    let days = |row: &PauseRow| Ok(span(read_day(&row.from_day)?, row.until_day.as_deref().map(read_day).transpose()?));
    let mut happened = Vec::new();
    for row in rows {
        let ended = rows.iter().filter(|old| successor(rows, old).is_some_and(|new| new.id == row.id));
        let ended = ended.map(days).collect::<Result<Vec<String>>>()?;
        let what = match ended.is_empty() {
            true => format!("Pause recorded: {}", days(row)?),
            false => format!("Pause changed: {}; it was {}", days(row)?, text::list(&ended)),
        };
        happened.push(Happened::new(Instant(row.recorded_at), what).by(row.recorded_by));
        if let (Some(at), None) = (row.superseded_at, successor(rows, row)) {
            let what = format!("Pause taken back: {}", days(row)?);
            happened.push(Happened::new(Instant(at), what).by(row.superseded_by));
        }
    }
    Ok(happened)
}

/// What took a pause's place in the act that ended it.
fn successor<'r>(rows: &'r [PauseRow], old: &PauseRow) -> Option<&'r PauseRow> {
    rows.iter().find(|row| row.id > old.id && old.superseded_at == Some(row.recorded_at))
}
