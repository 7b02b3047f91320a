//! The tables of assignments: the only place that writes them.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use serde::Serialize;
use serde_json::Value;

use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::each_backend;
use crate::problem::{Problem, Result};
use crate::schema::{
    assignments, completions, contents, due_dates, exemptions, extensions, pauses, people, reconciliations,
    requirement_terms, requirements, term_dates,
};

/// Rows in one statement: well below what either database can bind.
const ROWS_AT_ONCE: usize = 500;

// ── rows, as their tables have them and as the evidence log has them

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = requirements, treat_none_as_default_value = false)]
pub struct RequirementRow {
    pub content_kind: String,
    pub content_slug: String,
    pub place: i32,
}

impl RequirementRow {
    pub fn kind(&self) -> Result<Kind> {
        Kind::named(&self.content_kind).ok_or_else(|| Problem::fault(format!("no such kind: {}", self.content_kind)))
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = requirement_terms, treat_none_as_default_value = false)]
pub struct TermsRow {
    pub requirement_id: i64,
    /// The audience as JSON.
    pub audience: String,
    pub every: String,
    /// "31 October"
    pub annual_due: String,
    pub starter_days: i32,
    pub from_day: String,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
    /// The last day on which it is asked.
    pub until_day: Option<String>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = term_dates, treat_none_as_default_value = false)]
pub struct TermDateRow {
    pub school_id: Option<i64>,
    pub kind: String,
    pub name: String,
    pub from_day: String,
    pub until_day: String,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = assignments, treat_none_as_default_value = false)]
pub struct AssignmentRow {
    pub person_id: i64,
    pub requirement_id: i64,
    pub cycle: String,
    pub round: i32,
    pub opens_day: String,
    pub closes_day: String,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = due_dates, treat_none_as_default_value = false)]
pub struct DueRow {
    pub assignment_id: i64,
    pub due_day: String,
    pub why: String,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = completions, treat_none_as_default_value = false)]
pub struct CompletionRow {
    pub assignment_id: i64,
    pub means: String,
    pub content_version: String,
    pub completed_at: i64,
    pub connection_recorded: bool,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = exemptions, treat_none_as_default_value = false)]
pub struct ExemptionRow {
    pub person_id: i64,
    pub requirement_id: Option<i64>,
    pub reason: String,
    pub from_day: String,
    pub until_day: Option<String>,
    pub given_by: Option<i64>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = extensions, treat_none_as_default_value = false)]
pub struct ExtensionRow {
    pub person_id: i64,
    pub requirement_id: i64,
    pub cycle: String,
    pub until_day: String,
    pub reason: String,
    pub given_by: Option<i64>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

// ── locks: PostgreSQL alone needs them; people before assignments, each in the order of their ids

/// Two reconciliations of one person wait for each other; what only names the person does not wait.
pub fn lock_people(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    lock(conn, "SELECT id FROM people WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
}

pub fn lock_assignments_of(conn: &mut Conn, people: &[i64]) -> Result<()> {
    let standing = "SELECT id FROM assignments WHERE person_id = ANY($1) AND superseded_at IS NULL \
                    ORDER BY id FOR NO KEY UPDATE";
    lock(conn, standing, people)
}

fn lock(conn: &mut Conn, words: &str, ids: &[i64]) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        diesel::sql_query(words).bind::<Array<BigInt>, _>(ids).execute(postgres)?;
    }
    Ok(())
}

// ── requirements

pub fn insert_requirement(conn: &mut Conn, row: &RequirementRow) -> Result<i64> {
    Ok(diesel::insert_into(requirements::table).values(row).returning(requirements::id).get_result(conn)?)
}

pub fn insert_terms(conn: &mut Conn, row: &TermsRow) -> Result<i64> {
    Ok(diesel::insert_into(requirement_terms::table).values(row).returning(requirement_terms::id).get_result(conn)?)
}

/// The requirement's standing terms are history from now on; gives their row's id.
pub fn supersede_terms(conn: &mut Conn, now: Instant, requirement: i64) -> Result<i64> {
    let standing = requirement_terms::requirement_id.eq(requirement).and(requirement_terms::superseded_at.is_null());
    Ok(diesel::update(requirement_terms::table.filter(standing))
        .set(requirement_terms::superseded_at.eq(now.0))
        .returning(requirement_terms::id)
        .get_result(conn)?)
}

/// The requirement that asks for this or offers it, if there is one.
pub fn requirement_for(conn: &mut Conn, kind: Kind, slug: &str) -> Result<Option<i64>> {
    let of_this = requirements::content_kind.eq(kind.as_str()).and(requirements::content_slug.eq(slug));
    Ok(requirements::table.filter(of_this).select(requirements::id).first(conn).optional()?)
}

/// In the order of *My training*.
pub fn all_requirements(conn: &mut Conn) -> Result<Vec<(i64, RequirementRow)>> {
    Ok(requirements::table
        .order((requirements::place, requirements::id))
        .select((requirements::id, RequirementRow::as_select()))
        .load(conn)?)
}

/// Every row of terms, superseded ones too.
pub fn all_terms(conn: &mut Conn) -> Result<Vec<(i64, TermsRow)>> {
    Ok(requirement_terms::table
        .order(requirement_terms::id)
        .select((requirement_terms::id, TermsRow::as_select()))
        .load(conn)?)
}

// ── term dates

pub fn insert_term_date(conn: &mut Conn, row: &TermDateRow) -> Result<i64> {
    Ok(diesel::insert_into(term_dates::table).values(row).returning(term_dates::id).get_result(conn)?)
}

pub fn supersede_term_dates(conn: &mut Conn, now: Instant, ids: &[i64]) -> Result<()> {
    diesel::update(term_dates::table.filter(term_dates::id.eq_any(ids)))
        .set(term_dates::superseded_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

pub fn all_term_dates(conn: &mut Conn) -> Result<Vec<(i64, TermDateRow)>> {
    Ok(term_dates::table.order(term_dates::id).select((term_dates::id, TermDateRow::as_select())).load(conn)?)
}

/// Grows with every change of requirements, content or term dates: rows written, and rows superseded.
pub fn edition(conn: &mut Conn) -> Result<i64> {
    use diesel::dsl::count;
    let (terms, past_terms): (i64, i64) = requirement_terms::table
        .select((count(requirement_terms::id), count(requirement_terms::superseded_at)))
        .first(conn)?;
    let (dates, past_dates): (i64, i64) =
        term_dates::table.select((count(term_dates::id), count(term_dates::superseded_at))).first(conn)?;
    let versions: i64 = contents::table.count().get_result(conn)?;
    Ok(terms + past_terms + dates + past_dates + versions)
}

// ── what stands, for reconciling

/// A standing assignment that has not closed, its due date's row, and when it was completed.
pub type Held = (i64, AssignmentRow, Option<i64>, Option<DueRow>, Option<i64>);

pub fn held(conn: &mut Conn, people: &[i64], today: Day) -> Result<Vec<Held>> {
    let due = due_dates::assignment_id.eq(assignments::id).and(due_dates::superseded_at.is_null());
    let completion = completions::assignment_id.eq(assignments::id).and(completions::superseded_at.is_null());
    Ok(assignments::table
        .left_join(due_dates::table.on(due))
        .left_join(completions::table.on(completion))
        .filter(assignments::person_id.eq_any(people))
        .filter(assignments::superseded_at.is_null())
        .filter(assignments::closes_day.ge(today.to_string()))
        .select((
            assignments::id,
            AssignmentRow::as_select(),
            due_dates::id.nullable(),
            Option::<DueRow>::as_select(),
            completions::completed_at.nullable(),
        ))
        .load(conn)?)
}

/// Person, requirement, cycle and when: every standing completion.
pub fn completed_cycles(conn: &mut Conn, people: &[i64]) -> Result<Vec<(i64, i64, String, i64)>> {
    Ok(completions::table
        .inner_join(assignments::table)
        .filter(assignments::person_id.eq_any(people).and(completions::superseded_at.is_null()))
        .select((assignments::person_id, assignments::requirement_id, assignments::cycle, completions::completed_at))
        .load(conn)?)
}

/// People and their `changed_at`.
pub fn changed_at(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    Ok(people::table.filter(people::id.eq_any(ids)).select((people::id, people::changed_at)).load(conn)?)
}

/// People whose assignments were last brought up to date for an earlier day, or before they, a requirement or a calendar
/// changed.
pub fn unreconciled(conn: &mut Conn, today: Day, edition: i64, limit: i64) -> Result<Vec<i64>> {
    let stale = reconciliations::day
        .ne(today.to_string())
        .or(reconciliations::edition.ne(edition))
        .or(reconciliations::person_changed_at.ne(people::changed_at));
    Ok(people::table
        .left_join(reconciliations::table)
        .filter(reconciliations::person_id.nullable().is_null().or(stale.nullable().eq(true)))
        .order(people::id)
        .limit(limit)
        .select(people::id)
        .load(conn)?)
}

// ── reconciling

/// Many at once; gives their ids in order.
pub fn insert_assignments(conn: &mut Conn, rows: &[AssignmentRow]) -> Result<Vec<i64>> {
    let mut ids = Vec::with_capacity(rows.len());
    for some in rows.chunks(ROWS_AT_ONCE) {
        let mut made: Vec<i64> = each_backend!(conn, |c| diesel::insert_into(assignments::table)
            .values(some)
            .returning(assignments::id)
            .get_results(c))?;
        made.sort_unstable();
        ids.extend(made);
    }
    Ok(ids)
}

pub fn insert_due_dates(conn: &mut Conn, rows: &[DueRow]) -> Result<()> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        each_backend!(conn, |c| diesel::insert_into(due_dates::table).values(some).execute(c))?;
    }
    Ok(())
}

pub fn supersede_due_dates(conn: &mut Conn, now: Instant, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(ROWS_AT_ONCE) {
        diesel::update(due_dates::table.filter(due_dates::id.eq_any(some)))
            .set(due_dates::superseded_at.eq(now.0))
            .execute(conn)?;
    }
    Ok(())
}

pub fn withdraw_assignments(conn: &mut Conn, now: Instant, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(ROWS_AT_ONCE) {
        diesel::update(assignments::table.filter(assignments::id.eq_any(some)))
            .set(assignments::superseded_at.eq(now.0))
            .execute(conn)?;
    }
    Ok(())
}

/// Notes for which day, and by what knowledge, these people's assignments are what they should be.
pub fn put_reconciliations(conn: &mut Conn, seen: &[(i64, i64)], day: Day, edition: i64) -> Result<()> {
    let ids: Vec<i64> = seen.iter().map(|(person, _)| *person).collect();
    let rows: Vec<_> = seen
        .iter()
        .map(|(person, changed_at)| {
            (
                reconciliations::person_id.eq(*person),
                reconciliations::day.eq(day.to_string()),
                reconciliations::person_changed_at.eq(*changed_at),
                reconciliations::edition.eq(edition),
            )
        })
        .collect();
    diesel::delete(reconciliations::table.filter(reconciliations::person_id.eq_any(ids))).execute(conn)?;
    each_backend!(conn, |c| diesel::insert_into(reconciliations::table).values(&rows).execute(c))?;
    Ok(())
}

// ── facts

/// Which assignments: whose, and the days that their cycles must touch.
pub struct Span<'a> {
    pub people: Option<&'a [i64]>,
    pub first: String,
    pub last: String,
}

/// Loads for one chunk of the people after another, or once for all.
fn each_chunk<T>(people: Option<&[i64]>, mut load: impl FnMut(Option<&[i64]>) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let Some(people) = people else { return load(None) };
    let mut found = Vec::new();
    for some in people.chunks(ROWS_AT_ONCE) {
        found.extend(load(Some(some))?);
    }
    Ok(found)
}

/// Every row, withdrawn ones too.
pub fn assignments_in(conn: &mut Conn, span: &Span) -> Result<Vec<(i64, AssignmentRow)>> {
    each_chunk(span.people, |some| {
        let query = assignments::table
            .filter(assignments::opens_day.le(&span.last).and(assignments::closes_day.ge(&span.first)))
            .select((assignments::id, AssignmentRow::as_select()));
        Ok(match some {
            Some(people) => query.filter(assignments::person_id.eq_any(people)).load(conn)?,
            None => query.load(conn)?,
        })
    })
}

/// Their due dates, superseded ones too.
pub fn due_dates_in(conn: &mut Conn, span: &Span) -> Result<Vec<DueRow>> {
    each_chunk(span.people, |some| {
        let query = due_dates::table
            .inner_join(assignments::table)
            .filter(assignments::opens_day.le(&span.last).and(assignments::closes_day.ge(&span.first)))
            .select(DueRow::as_select());
        Ok(match some {
            Some(people) => query.filter(assignments::person_id.eq_any(people)).load(conn)?,
            None => query.load(conn)?,
        })
    })
}

/// Their completions, superseded ones too.
pub fn completions_in(conn: &mut Conn, span: &Span) -> Result<Vec<CompletionRow>> {
    each_chunk(span.people, |some| {
        let query = completions::table
            .inner_join(assignments::table)
            .filter(assignments::opens_day.le(&span.last).and(assignments::closes_day.ge(&span.first)))
            .select(CompletionRow::as_select());
        Ok(match some {
            Some(people) => query.filter(assignments::person_id.eq_any(people)).load(conn)?,
            None => query.load(conn)?,
        })
    })
}

pub fn exemptions_of(conn: &mut Conn, people: Option<&[i64]>) -> Result<Vec<(i64, ExemptionRow)>> {
    each_chunk(people, |some| {
        let query = exemptions::table.order(exemptions::id).select((exemptions::id, ExemptionRow::as_select()));
        Ok(match some {
            Some(people) => query.filter(exemptions::person_id.eq_any(people)).load(conn)?,
            None => query.load(conn)?,
        })
    })
}

/// One standing assignment with what it asks for, its due date and its completion.
pub type Standing = (i64, AssignmentRow, RequirementRow, Option<DueRow>, Option<CompletionRow>);

/// What one person has that has not closed, in one statement.
pub fn standing_of(conn: &mut Conn, person: i64, today: Day) -> Result<Vec<Standing>> {
    let due = due_dates::assignment_id.eq(assignments::id).and(due_dates::superseded_at.is_null());
    let completion = completions::assignment_id.eq(assignments::id).and(completions::superseded_at.is_null());
    Ok(each_backend!(conn, |c| assignments::table
        .inner_join(requirements::table)
        .left_join(due_dates::table.on(due))
        .left_join(completions::table.on(completion))
        .filter(assignments::person_id.eq(person).and(assignments::superseded_at.is_null()))
        .filter(assignments::closes_day.ge(today.to_string()))
        .order((requirements::place, requirements::id, assignments::opens_day, assignments::round))
        .select((
            assignments::id,
            AssignmentRow::as_select(),
            RequirementRow::as_select(),
            Option::<DueRow>::as_select(),
            Option::<CompletionRow>::as_select(),
        ))
        .load(c))?)
}

/// A standing exemption (its requirement, and true) or pause (false): id, reason, first and last day.
pub type Reprieve = (i64, bool, Option<i64>, String, String, Option<String>, i64);

/// What excuses one person or lets their clock stand still, in one statement. Its words are bound, so that it is
/// prepared once.
pub fn reprieves_of(conn: &mut Conn, person: i64) -> Result<Vec<Reprieve>> {
    use diesel::sql_types::{Bool, Nullable, Text};
    each_backend!(conn, |c| Ok(exemptions::table
        .filter(exemptions::person_id.eq(person).and(exemptions::superseded_at.is_null()))
        .select((
            exemptions::id,
            true.into_sql::<Bool>(),
            exemptions::requirement_id,
            exemptions::reason,
            exemptions::from_day,
            exemptions::until_day,
            exemptions::recorded_at,
        ))
        .union_all(pauses::table.filter(pauses::person_id.eq(person).and(pauses::superseded_at.is_null())).select((
            pauses::id,
            false.into_sql::<Bool>(),
            None::<i64>.into_sql::<Nullable<BigInt>>(),
            "".into_sql::<Text>(),
            pauses::from_day,
            pauses::until_day,
            pauses::recorded_at,
        )),)
        .load(c)?))
}

/// One assignment by its id, whether it stands or not.
pub fn assignment(conn: &mut Conn, id: i64) -> Result<AssignmentRow> {
    Ok(assignments::table.find(id).select(AssignmentRow::as_select()).first(conn)?)
}

// ── completions, exemptions and extensions

pub fn is_complete(conn: &mut Conn, assignment: i64) -> Result<bool> {
    let standing = completions::assignment_id.eq(assignment).and(completions::superseded_at.is_null());
    Ok(completions::table.filter(standing).select(completions::id).first::<i64>(conn).optional()?.is_some())
}

pub fn standing_completion(conn: &mut Conn, assignment: i64) -> Result<Option<(i64, CompletionRow)>> {
    let standing = completions::assignment_id.eq(assignment).and(completions::superseded_at.is_null());
    Ok(completions::table
        .filter(standing)
        .select((completions::id, CompletionRow::as_select()))
        .first(conn)
        .optional()?)
}

pub fn supersede_completion(conn: &mut Conn, now: Instant, id: i64) -> Result<()> {
    diesel::update(completions::table.find(id)).set(completions::superseded_at.eq(now.0)).execute(conn)?;
    Ok(())
}

pub fn insert_completion(conn: &mut Conn, row: &CompletionRow) -> Result<i64> {
    Ok(each_backend!(conn, |c| diesel::insert_into(completions::table)
        .values(row)
        .returning(completions::id)
        .get_result(c))?)
}

pub fn insert_exemption(conn: &mut Conn, row: &ExemptionRow) -> Result<i64> {
    Ok(diesel::insert_into(exemptions::table).values(row).returning(exemptions::id).get_result(conn)?)
}

/// The person's standing exemption with this id.
pub fn exemption(conn: &mut Conn, person: i64, id: i64) -> Result<ExemptionRow> {
    Ok(exemptions::table
        .filter(exemptions::id.eq(id).and(exemptions::person_id.eq(person)).and(exemptions::superseded_at.is_null()))
        .select(ExemptionRow::as_select())
        .first(conn)?)
}

pub fn supersede_exemption(conn: &mut Conn, now: Instant, id: i64) -> Result<()> {
    diesel::update(exemptions::table.find(id)).set(exemptions::superseded_at.eq(now.0)).execute(conn)?;
    Ok(())
}

pub fn insert_extension(conn: &mut Conn, row: &ExtensionRow) -> Result<i64> {
    Ok(diesel::insert_into(extensions::table).values(row).returning(extensions::id).get_result(conn)?)
}

/// The standing extension of this requirement in this cycle is history from now on; gives its row's id, if there was one.
pub fn supersede_extension(
    conn: &mut Conn,
    now: Instant,
    person: i64,
    requirement: i64,
    cycle: &str,
) -> Result<Option<i64>> {
    let of_this = extensions::person_id.eq(person).and(extensions::requirement_id.eq(requirement));
    let standing = of_this.and(extensions::cycle.eq(cycle)).and(extensions::superseded_at.is_null());
    let standing: Option<i64> = extensions::table.filter(standing).select(extensions::id).first(conn).optional()?;
    if let Some(id) = standing {
        diesel::update(extensions::table.find(id)).set(extensions::superseded_at.eq(now.0)).execute(conn)?;
    }
    Ok(standing)
}

/// Those that stand.
pub fn extensions_of(conn: &mut Conn, people: Option<&[i64]>) -> Result<Vec<(i64, ExtensionRow)>> {
    each_chunk(people, |some| {
        let query = extensions::table
            .filter(extensions::superseded_at.is_null())
            .order(extensions::id)
            .select((extensions::id, ExtensionRow::as_select()));
        Ok(match some {
            Some(people) => query.filter(extensions::person_id.eq_any(people)).load(conn)?,
            None => query.load(conn)?,
        })
    })
}

// ── for `evidence verify`: each row with its columns as the log should have them

pub fn evidence_completions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    as_recorded(completions::table.select((completions::id, CompletionRow::as_select())).load(conn)?)
}

pub fn evidence_exemptions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    as_recorded(exemptions::table.select((exemptions::id, ExemptionRow::as_select())).load(conn)?)
}

pub fn evidence_extensions(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    as_recorded(extensions::table.select((extensions::id, ExtensionRow::as_select())).load(conn)?)
}

pub fn as_recorded<Row: Serialize>(rows: Vec<(i64, Row)>) -> Result<Vec<(i64, Value)>> {
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}
