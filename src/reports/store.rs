//! What reports read of all rooms' tables, none of which it writes, and the table of issued reports, which it does.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::clock::{Day, Instant};
use crate::courses::Kind;
use crate::db::Conn;
use crate::each_backend;
use crate::mail::outbox::WAITING;
use crate::problem::Result;
use crate::schema::{
    assignments, attempts, certificate_endings, certificates, chase_letters, chases, completions, due_dates,
    exemptions, extensions, imports, outbox, page_reads, pauses, person_corrections, posts, queries, query_closings,
    refreshers, reports, requirements, staff_references,
};

/// What stands beside an assignment: a page read, a go at the quiz, a query that is open, a certificate that holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct BesideRow {
    /// None for the year's certificate.
    pub assignment: Option<i64>,
    pub what: String,
    /// The page's name, the query's kind, the certificate's number.
    pub word: String,
    /// None for an attempt that is not finished.
    pub at: Option<i64>,
}

pub const PAGE: &str = "page";
pub const ATTEMPT: &str = "attempt";
pub const QUERY: &str = "query";
pub const CERTIFICATE: &str = "certificate";
/// A course that was completed in the academic year before; the word is its slug.
pub const LAST_YEAR: &str = "last year";
/// This academic year's refresher.
pub const REFRESHER: &str = "refresher";

/// All that stands beside one person's standing assignments, in one statement. The words are bound and not written into it,
/// so that the database need not read the statement anew each time.
pub fn beside_training(
    conn: &mut Conn,
    person: i64,
    today: Day,
    year: &str,
    last_year: &str,
) -> Result<Vec<BesideRow>> {
    let (day, none) = (today.to_string(), None::<i64>);
    let standing = || {
        let of_person = assignments::person_id.eq(person).and(assignments::superseded_at.is_null());
        of_person.and(assignments::closes_day.ge(day.clone()))
    };
    let open_query = query_closings::table.on(query_closings::query_id.eq(queries::id));
    let ending = certificate_endings::table.on(certificate_endings::certificate_id.eq(certificates::id));
    let of_year = certificates::assignment_id.is_not_null().or(certificates::cycle.eq(year));
    let holds = certificates::person_id.eq(person).and(certificates::valid_until.ge(day.clone())).and(of_year);
    let in_last_year = assignments::person_id.eq(person).and(assignments::cycle.eq(last_year));
    let of_course = requirements::content_kind.eq(Kind::Course.as_str()).and(completions::superseded_at.is_null());
    each_backend!(conn, |c| Ok(page_reads::table
        .inner_join(assignments::table)
        .filter(standing())
        .select((
            page_reads::assignment_id.nullable(),
            PAGE.into_sql::<Text>(),
            page_reads::page,
            none.into_sql::<Nullable<BigInt>>()
        ))
        .union_all(attempts::table.inner_join(assignments::table).filter(standing()).select((
            attempts::assignment_id.nullable(),
            ATTEMPT.into_sql::<Text>(),
            "".into_sql::<Text>(),
            attempts::finished_at,
        )))
        .union_all(
            queries::table
                .inner_join(assignments::table.on(assignments::id.eq(queries::assignment_id)))
                .left_join(open_query)
                .filter(standing().and(query_closings::id.nullable().is_null()))
                .select((
                    queries::assignment_id.nullable(),
                    QUERY.into_sql::<Text>(),
                    queries::kind,
                    queries::opened_at.nullable(),
                ))
        )
        .union_all(
            certificates::table
                .left_join(ending)
                .filter(holds.and(certificate_endings::id.nullable().is_null()))
                .select((
                    certificates::assignment_id,
                    CERTIFICATE.into_sql::<Text>(),
                    certificates::number,
                    certificates::issued_at.nullable(),
                ))
        )
        .union_all(
            completions::table
                .inner_join(assignments::table.inner_join(requirements::table))
                .filter(in_last_year.and(of_course))
                .select((
                    none.into_sql::<Nullable<BigInt>>(),
                    LAST_YEAR.into_sql::<Text>(),
                    requirements::content_slug,
                    completions::completed_at.nullable(),
                ))
        )
        .union_all(refreshers::table.filter(refreshers::person_id.eq(person).and(refreshers::cycle.eq(year))).select((
            none.into_sql::<Nullable<BigInt>>(),
            REFRESHER.into_sql::<Text>(),
            "".into_sql::<Text>(),
            refreshers::finished_at,
        )))
        .load(c)?))
}

/// Everybody with a standing post at one of these schools, or whose standing post names this manager.
pub fn holders_of_posts(conn: &mut Conn, schools: &[i64], manager: i64) -> Result<Vec<i64>> {
    let in_sight = posts::school_id.eq_any(schools).or(posts::manager_id.eq(manager).assume_not_null());
    let mut found: Vec<i64> =
        posts::table.filter(posts::superseded_at.is_null().and(in_sight)).select(posts::person_id).load(conn)?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

// ── one person's history

/// A completion with what it completed: kind and slug, and the row's own columns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct CompletionRow {
    pub assignment: i64,
    pub kind: String,
    pub slug: String,
    pub means: String,
    pub version: String,
    pub completed_at: i64,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

/// Every one of somebody's, superseded ones too, in the order of recording.
pub fn completions_of(conn: &mut Conn, person: i64) -> Result<Vec<CompletionRow>> {
    Ok(completions::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(assignments::person_id.eq(person))
        .order((completions::recorded_at, completions::id))
        .select((
            completions::assignment_id,
            requirements::content_kind,
            requirements::content_slug,
            completions::means,
            completions::content_version,
            completions::completed_at,
            completions::recorded_at,
            completions::superseded_at,
        ))
        .load(conn)?)
}

/// An attempt that passed, without its marks: those are its person's own, and so are the tries that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct PassRow {
    pub slug: String,
    pub number: i32,
    pub version: String,
    pub finished_at: Option<i64>,
}

pub fn passes_of(conn: &mut Conn, person: i64) -> Result<Vec<PassRow>> {
    Ok(attempts::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(assignments::person_id.eq(person).and(attempts::passed.eq(true)))
        .order(attempts::id)
        .select((requirements::content_slug, attempts::number, attempts::content_version, attempts::finished_at))
        .load(conn)?)
}

/// An exemption, with the slug of the one thing that it is from; none if it is from all.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ExemptionRow {
    pub id: i64,
    pub kind: Option<String>,
    pub slug: Option<String>,
    pub reason: String,
    pub from_day: String,
    pub until_day: Option<String>,
    pub given_by: Option<i64>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

pub fn exemptions_of(conn: &mut Conn, person: i64) -> Result<Vec<ExemptionRow>> {
    Ok(exemptions::table
        .left_join(requirements::table)
        .filter(exemptions::person_id.eq(person))
        .order(exemptions::id)
        .select((
            exemptions::id,
            requirements::content_kind.nullable(),
            requirements::content_slug.nullable(),
            exemptions::reason,
            exemptions::from_day,
            exemptions::until_day,
            exemptions::given_by,
            exemptions::recorded_at,
            exemptions::superseded_at,
        ))
        .load(conn)?)
}

/// More time that somebody was given, with what for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ExtensionRow {
    pub kind: String,
    pub slug: String,
    pub until_day: String,
    pub reason: String,
    pub given_by: Option<i64>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
}

/// Superseded ones too.
pub fn extensions_of(conn: &mut Conn, person: i64) -> Result<Vec<ExtensionRow>> {
    Ok(extensions::table
        .inner_join(requirements::table)
        .filter(extensions::person_id.eq(person))
        .order(extensions::id)
        .select((
            requirements::content_kind,
            requirements::content_slug,
            extensions::until_day,
            extensions::reason,
            extensions::given_by,
            extensions::recorded_at,
            extensions::superseded_at,
        ))
        .load(conn)?)
}

/// A due day that somebody was given for an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct DueRow {
    pub assignment: i64,
    pub kind: String,
    pub slug: String,
    pub due_day: String,
    pub recorded_at: i64,
}

/// In the order of recording.
pub fn due_days_of(conn: &mut Conn, person: i64) -> Result<Vec<DueRow>> {
    Ok(due_dates::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(assignments::person_id.eq(person))
        .order((due_dates::recorded_at, due_dates::id))
        .select((
            due_dates::assignment_id,
            requirements::content_kind,
            requirements::content_slug,
            due_dates::due_day,
            due_dates::recorded_at,
        ))
        .load(conn)?)
}

/// A letter that left, and who chased, if it came of a chase.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct LetterRow {
    pub kind: String,
    pub sent_at: Option<i64>,
    pub chased_by: Option<i64>,
}

pub fn letters_to(conn: &mut Conn, person: i64) -> Result<Vec<LetterRow>> {
    let chase = chases::table.on(chases::id.eq(chase_letters::chase_id));
    Ok(outbox::table
        .left_join(chase_letters::table.on(chase_letters::outbox_id.eq(outbox::id)))
        .left_join(chase)
        .filter(outbox::person_id.eq(person).and(outbox::sent_at.is_not_null()))
        .order(outbox::id)
        .select((outbox::kind, outbox::sent_at, chases::chased_by.nullable()))
        .load(conn)?)
}

/// The instants of these that were imports, each with who applied it.
pub fn imports_at(conn: &mut Conn, instants: &[i64]) -> Result<Vec<(i64, Option<i64>)>> {
    let applied = imports::table.filter(imports::applied_at.eq_any(instants));
    Ok(applied.select((imports::applied_at, imports::applied_by)).load(conn)?)
}

/// Which of a name, an email, a title or a code was put right.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = person_corrections)]
pub struct CorrectionRow {
    pub field: String,
    pub recorded_by: Option<i64>,
    pub recorded_at: i64,
}

pub fn corrections_of(conn: &mut Conn, person: i64) -> Result<Vec<CorrectionRow>> {
    Ok(person_corrections::table
        .filter(person_corrections::person_id.eq(person))
        .order(person_corrections::id)
        .select(CorrectionRow::as_select())
        .load(conn)?)
}

/// Time away, with who recorded it and who ended it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pauses)]
pub struct PauseRow {
    pub id: i64,
    pub from_day: String,
    pub until_day: Option<String>,
    pub recorded_at: i64,
    pub superseded_at: Option<i64>,
    pub recorded_by: Option<i64>,
    pub superseded_by: Option<i64>,
}

pub fn pauses_of(conn: &mut Conn, person: i64) -> Result<Vec<PauseRow>> {
    let theirs = pauses::table.filter(pauses::person_id.eq(person)).order(pauses::id);
    Ok(theirs.select(PauseRow::as_select()).load(conn)?)
}

/// Where somebody's references in other systems come from, and the references.
pub fn references_of(conn: &mut Conn, person: i64) -> Result<Vec<(String, String)>> {
    Ok(staff_references::table
        .filter(staff_references::person_id.eq(person))
        .order(staff_references::id)
        .select((staff_references::source, staff_references::reference))
        .load(conn)?)
}

/// The letters that reminded these people since an instant, and those that wait to: to whom, and when each was sent.
pub fn reminders_since(conn: &mut Conn, people: &[i64], since: Instant) -> Result<Vec<(i64, Option<i64>)>> {
    let chased = chase_letters::table.on(chase_letters::outbox_id.eq(outbox::id));
    let reminds = chase_letters::id.nullable().is_not_null().or(outbox::kind.like("reminder%"));
    let counts = outbox::sent_at.ge(since.0).or(outbox::state.eq(WAITING));
    Ok(outbox::table
        .left_join(chased)
        .filter(outbox::person_id.eq_any(people).and(counts).and(reminds))
        .select((outbox::person_id.assume_not_null(), outbox::sent_at))
        .load(conn)?)
}

// ── issued reports

#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
pub struct ReportRow {
    pub number: String,
    pub school_id: Option<i64>,
    pub as_at: i64,
    pub log_size: i64,
    pub checkpoint: String,
    pub headline: String,
    pub document: Vec<u8>,
    pub issued_by: Option<i64>,
    pub issued_at: i64,
    /// School ids as JSON.
    pub gives_away: Option<String>,
}

pub fn insert_report(conn: &mut Conn, row: &ReportRow) -> Result<i64> {
    Ok(diesel::insert_into(reports::table).values(row).returning(reports::id).get_result(conn)?)
}

/// How many were issued so far: numbers count on from there.
pub fn reports_so_far(conn: &mut Conn) -> Result<i64> {
    Ok(reports::table.count().get_result(conn)?)
}

/// Every issued report, the newest first, without its bytes.
pub type ReportLine = (i64, String, Option<i64>, i64, String, i64, Option<String>);

pub fn report_lines(conn: &mut Conn) -> Result<Vec<ReportLine>> {
    Ok(reports::table
        .order(reports::id.desc())
        .select((
            reports::id,
            reports::number,
            reports::school_id,
            reports::as_at,
            reports::headline,
            reports::issued_at,
            reports::gives_away,
        ))
        .load(conn)?)
}

pub fn document(conn: &mut Conn, report: i64) -> Result<Vec<u8>> {
    Ok(reports::table.find(report).select(reports::document).first(conn)?)
}

pub fn all_reports(conn: &mut Conn) -> Result<Vec<(i64, ReportRow)>> {
    Ok(reports::table.order(reports::id).select((reports::id, ReportRow::as_select())).load(conn)?)
}

// ── content

/// How many people have completed something in a cycle that is under way.
pub fn completed_now(conn: &mut Conn, kind: &str, slug: &str, today: Day) -> Result<i64> {
    let of_it = requirements::content_kind.eq(kind).and(requirements::content_slug.eq(slug));
    let standing = assignments::superseded_at.is_null().and(assignments::closes_day.ge(today.to_string()));
    let found = completions::table
        .inner_join(assignments::table.inner_join(requirements::table))
        .filter(of_it.and(standing).and(completions::superseded_at.is_null()))
        .select(diesel::dsl::count(assignments::person_id).aggregate_distinct())
        .first(conn)?;
    Ok(found)
}
