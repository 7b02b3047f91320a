//! Attestations: a person's signature under one policy version for one cycle, statement by statement; and what they say who
//! cannot confirm a statement yet. A signature is a row, an entry and a completion; a query is a row that another one closes.

pub mod forms;
mod letter;
pub mod pages;
pub mod rules;
pub mod sheet;
mod store;

use std::sync::Arc;

use serde_json::Value;

pub use rules::{Answer, Closing, Connection, NotYet, Outcome, Query, Question, SignedStatement, State, Typed};

use crate::act::Act;
use crate::assignments::rules::{Cycle, QueryKind, Standing};
use crate::assignments::{self, Assignment, Completion, Means, Whom};
use crate::certificates;
use crate::clock::{Day, Instant};
use crate::courses::reading::{FilledBy, PolicyChange, Statement};
use crate::courses::{Kind, Library, PRIVACY_CHECK, Policy};
use crate::db::{Conn, lock_row};
use crate::evidence::Draft;
use crate::facts::Fact;
use crate::ids;
use crate::people::rules::Post;
use crate::people::{self, Person, Viewer};
use crate::problem::{Complaints, Problem, Result};
use rules::{Closed, Known};
use sheet::{ReceiptFacts, Stated};
use store::{ClosingRow, QueryAndClosing, QueryRow, Signature, SignatureRow};

/// A signature under one version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    pub id: i64,
    pub assignment: i64,
    pub person: i64,
    pub slug: String,
    pub version: String,
    pub cycle: Cycle,
    /// The name as it was when they signed.
    pub printed_name: String,
    pub statements: Vec<SignedStatement>,
    /// What to quote when asking about it: AT-26-9XTB2M7K4Q.
    pub reference: String,
    pub entry_id: String,
    pub signed_at: Instant,
}

// ── before signing

/// Where somebody stands with signing a policy: all that the page shows.
#[derive(Debug, Clone)]
pub struct Signing {
    pub assignment: Assignment,
    /// The version in use: the one that would be signed.
    pub policy: Arc<Policy>,
    /// What is still to be finished first: courses, then self-checks.
    pub left: Vec<Assignment>,
    pub statements: Vec<(Statement, State)>,
    /// This assignment's own signature.
    pub signed: Option<Attestation>,
    /// The last signature under this policy in an earlier assignment.
    pub signed_before: Option<Attestation>,
    /// What changed since then, each with its place in the policy's own list of changes.
    pub changes: Vec<(usize, PolicyChange)>,
}

impl Signing {
    /// Signing opens when the cycle's courses and self-check are complete or exempt.
    pub fn is_open(&self) -> bool {
        self.left.is_empty()
    }

    /// A query waits for somebody's answer.
    pub fn is_waiting(&self) -> bool {
        self.statements.iter().any(|(_, state)| matches!(state, State::Waiting(_)))
    }

    fn statement(&self, id: &str) -> Result<&(Statement, State)> {
        self.statements.iter().find(|(statement, _)| statement.id == id).ok_or(Problem::NotFound)
    }
}

/// Not found for somebody who is not asked to sign this policy.
pub fn signing(conn: &mut Conn, library: &Library, person: i64, slug: &str, now: Instant) -> Result<Signing> {
    let policy = library.policy(slug).ok_or(Problem::NotFound)?;
    let assignment = assignments::assignment_for(conn, person, Kind::Policy, slug, now)?;
    let training = assignments::my_training(conn, person, now)?;
    let of_cycle: Vec<&Assignment> = training.iter().filter(|one| one.cycle == assignment.cycle).collect();
    let queries = read_queries(store::queries_about(conn, assignment.id)?)?;
    let ticked = store::ticks(conn, assignment.id, &policy.version)?;
    let known = |by: FilledBy| known(by, &of_cycle, now);
    let asked = statements_of(conn, &policy, person, now.day())?;
    let statements = asked.into_iter().map(|statement| {
        let state = rules::state_of(&statement, &queries, &ticked, known);
        (statement, state)
    });
    let statements = statements.collect();
    let mut signatures = signatures_of(conn, person)?;
    signatures.retain(|signature| signature.slug == slug);
    let (mut own, before): (Vec<_>, Vec<_>) =
        signatures.into_iter().partition(|signature| signature.assignment == assignment.id);
    let signed_before = before.into_iter().next_back();
    let changes = match &signed_before {
        Some(before) => changes_since(conn, library, &policy, &before.version)?,
        None => Vec::new(),
    };
    let left = of_cycle.into_iter().filter(|one| comes_first(one) && is_left(one, now)).cloned().collect();
    Ok(Signing { assignment, policy, left, statements, signed: own.pop(), signed_before, changes })
}

fn statements_of(conn: &mut Conn, policy: &Policy, person: i64, today: Day) -> Result<Vec<Statement>> {
    let posts = people::posts_of(conn, &[person])?;
    let current: Vec<&Post> = posts
        .iter()
        .filter(|record| record.superseded.is_none() && record.post.is_current_on(today))
        .map(|record| &record.post)
        .collect();
    Ok(rules::sets_for(policy, &current).into_iter().flat_map(|set| &set.statements).cloned().collect())
}

fn comes_first(assignment: &Assignment) -> bool {
    matches!(assignment.kind, Kind::Course | Kind::Checklist)
}

fn is_left(assignment: &Assignment, now: Instant) -> bool {
    !matches!(assignment.status(now).standing, Standing::Completed { .. } | Standing::Exempt)
}

/// What the cycle's completions say of a statement that is filled by them.
fn known(by: FilledBy, of_cycle: &[&Assignment], now: Instant) -> Known {
    let fills = |one: &Assignment| match by {
        FilledBy::Courses => one.kind == Kind::Course,
        FilledBy::SelfCheck => one.kind == Kind::Checklist && one.slug == PRIVACY_CHECK,
    };
    let asked: Vec<&&Assignment> = of_cycle.iter().filter(|one| fills(one)).collect();
    let last = asked.iter().flat_map(|one| &one.facts.completions).filter(|row| row.known_at(now));
    match last.map(|row| row.what.at.day()).max() {
        Some(day) => Known::Done(day),
        None if asked.is_empty() => Known::NotAsked,
        None => Known::Exempt,
    }
}

fn changes_since(
    conn: &mut Conn,
    library: &Library,
    policy: &Policy,
    signed_version: &str,
) -> Result<Vec<(usize, PolicyChange)>> {
    if policy.version == signed_version {
        return Ok(Vec::new());
    }
    let signed = library.policy_at(conn, &policy.slug, signed_version)?;
    Ok(rules::changes_since(policy, &signed).into_iter().map(|(place, change)| (place, change.clone())).collect())
}

// ── signing

/// What somebody ticked, under the version that they were shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ticks {
    pub version: String,
    /// The ids of statements.
    pub statements: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub entry_id: String,
    pub reference: String,
}

/// Signs a policy: the signature, its entry, the completion, the certificates that it earns, and the receipt by letter.
/// Complains of each statement that is not ticked. A second arrival gives the first's signature.
pub fn sign(
    act: &mut Act,
    library: &Library,
    key: &certificates::Key,
    person: &Person,
    slug: &str,
    ticks: &Ticks,
) -> Result<Signed> {
    let assignment = assignments::assignment_for(act.conn, person.id, Kind::Policy, slug, act.now)?;
    lock_row(act.conn, "assignments", assignment.id)?;
    let signing = signing(act.conn, library, person.id, slug, act.now)?;
    if let Some(signed) = signing.signed {
        return Ok(Signed { entry_id: signed.entry_id, reference: signed.reference });
    }
    may_sign(&signing, act.now)?;
    is_shown_version(&signing, ticks)?;
    let statements = answered(&signing, ticks)?;
    put_signature(act, library, key, person, &signing, statements)
}

fn may_sign(signing: &Signing, now: Instant) -> Result<()> {
    if signing.assignment.is_complete(now) {
        return Err(Problem::refused("This is recorded as done already. There is nothing to sign."));
    }
    if !signing.is_open() {
        return Err(Problem::refused("Signing opens when your courses and your self-check are done."));
    }
    Ok(())
}

fn is_shown_version(signing: &Signing, ticks: &Ticks) -> Result<()> {
    if signing.policy.version == ticks.version {
        return Ok(());
    }
    Err(Problem::invalid("", "The policy has changed since you opened this page. Read what changed, then sign."))
}

/// Every statement with its answer, or a complaint about each that has none.
fn answered(signing: &Signing, ticks: &Ticks) -> Result<Vec<SignedStatement>> {
    let mut complaints = Complaints::default();
    let mut answered = Vec::with_capacity(signing.statements.len());
    for (statement, state) in &signing.statements {
        match (rules::answer_to(state, ticks.statements.contains(&statement.id)), state) {
            (Some(answer), _) => answered.push(rules::signed_statement(statement, answer)),
            (None, State::Waiting(_)) => complaints.add("", "You can sign when your question is settled."),
            (None, _) => {
                let beginning = rules::beginning(&statement.text);
                complaints.add(&statement.id, format!("Tick “{beginning}”, or choose “I can’t confirm this yet”"));
            }
        }
    }
    complaints.into_result()?;
    Ok(answered)
}

fn put_signature(
    act: &mut Act,
    library: &Library,
    key: &certificates::Key,
    person: &Person,
    signing: &Signing,
    statements: Vec<SignedStatement>,
) -> Result<Signed> {
    let (assignment, policy) = (&signing.assignment, &signing.policy);
    let entry = Draft::new("attestation")?.about(&person.pseudonym, person.identity());
    let row = SignatureRow {
        assignment_id: assignment.id,
        content_version: policy.version.clone(),
        printed_name: person.name(),
        statements: serde_json::to_string(&statements)?,
        reference: reference(act.now)?,
        entry_id: entry.entry_id.clone(),
        signed_at: act.now.0,
    };
    let id = store::insert_signature(act.conn, &row)?;
    let completion = Completion {
        means: Means::Attestation,
        content_version: policy.version.clone(),
        at: act.now,
        connection_recorded: statements.iter().any(|statement| statement.answer == Answer::ConnectionRecorded),
    };
    let completed = assignments::complete(act, assignment.id, &completion)?;
    let entry = entry
        .under(Kind::Policy.as_str(), &policy.slug, &policy.version)
        .fact("cycle", assignment.cycle.to_string())
        .fact("reference", row.reference.as_str())
        .fact("statements", serde_json::to_value(&statements)?)
        .row("attestations", id, &row)?;
    let entry = completed.in_entry(entry)?;
    act.record(entry);
    store::forget_ticks(act.conn, assignment.id)?;
    if completed.is_new() {
        certificates::after_completion(act, key, assignment.id, &policy.title, None)?;
    }
    send_receipt(
        act,
        library,
        person,
        &attestation((id, row.clone(), person.id, assignment.cycle.to_string(), policy.slug.clone()))?,
    )?;
    Ok(Signed { entry_id: row.entry_id, reference: row.reference })
}

/// AT, the year, and 50 random bits: "AT-26-9XTB2M7K4Q".
fn reference(now: Instant) -> Result<String> {
    Ok(format!("AT-{:02}-{}", now.day().year().rem_euclid(100), ids::random_crockford()?))
}

fn send_receipt(act: &mut Act, library: &Library, person: &Person, attestation: &Attestation) -> Result<()> {
    let Some(email) = &person.work_email else { return Ok(()) };
    let facts = receipt(act.conn, library, "", attestation)?;
    act.post(&letter::receipt(person, email, &facts, &attestation.slug))?;
    Ok(())
}

/// Keeps what somebody has ticked so far, in the place of what was kept before.
pub fn keep_ticks(act: &mut Act, library: &Library, person: i64, slug: &str, ticks: &Ticks) -> Result<()> {
    let assignment = assignments::assignment_for(act.conn, person, Kind::Policy, slug, act.now)?;
    lock_row(act.conn, "assignments", assignment.id)?;
    let signing = signing(act.conn, library, person, slug, act.now)?;
    if signing.signed.is_some() || signing.policy.version != ticks.version {
        return Ok(());
    }
    let ticked: Vec<String> = signing
        .statements
        .iter()
        .filter(|(statement, state)| matches!(state, State::ToTick { .. }) && ticks.statements.contains(&statement.id))
        .map(|(statement, _)| statement.id.clone())
        .collect();
    store::replace_ticks(act.conn, act.now, assignment.id, &ticks.version, &ticked)
}

// ── what was signed

/// Everything that one person ever signed, oldest first.
pub fn signatures_of(conn: &mut Conn, person: i64) -> Result<Vec<Attestation>> {
    store::signatures_of(conn, person)?.into_iter().map(attestation).collect()
}

/// The latest signature under one policy; not found for somebody who has never signed it.
pub fn last_signature(conn: &mut Conn, person: i64, slug: &str) -> Result<Attestation> {
    let mut signatures = signatures_of(conn, person)?.into_iter();
    signatures.rfind(|signature| signature.slug == slug).ok_or(Problem::NotFound)
}

/// A signature by its reference, for whoever signed it and for HR of that person.
pub fn signature_seen_by(conn: &mut Conn, viewer: &Viewer, reference: &str, today: Day) -> Result<Attestation> {
    let signature = store::signature_by_reference(conn, reference)?.ok_or(Problem::NotFound)?;
    let signature = attestation(signature)?;
    let may_see = signature.person == viewer.person || people::is_in_hr_scope(conn, viewer, signature.person, today)?;
    may_see.then_some(signature).ok_or(Problem::NotFound)
}

/// What the receipt of a signature is drawn from (`sheet::draw`): the statements as they were shown.
pub fn receipt(conn: &mut Conn, library: &Library, trust: &str, signed: &Attestation) -> Result<ReceiptFacts> {
    let policy = library.policy_at(conn, &signed.slug, &signed.version)?;
    let text_of = |signed: &SignedStatement| {
        let set = policy.statement_set(&signed.set)?;
        set.statements.iter().find(|statement| statement.id == signed.id).map(|statement| statement.text.clone())
    };
    let stated = signed.statements.iter().map(|statement| Stated {
        text: text_of(statement).unwrap_or_else(|| statement.id.clone()),
        answer: statement.answer.words().to_owned(),
    });
    Ok(ReceiptFacts {
        trust: trust.to_owned(),
        printed_name: signed.printed_name.clone(),
        policy: policy.title.clone(),
        version: rules::fingerprint(&signed.version),
        cycle: rules::cycle_words(signed.cycle),
        signed_at: signed.signed_at,
        statements: stated.collect(),
        entry_id: signed.entry_id.clone(),
        reference: signed.reference.clone(),
    })
}

/// For `evidence verify`: the queries as the log should have them, and what closed them.
pub fn evidence_queries(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_queries(conn)
}

pub fn evidence_query_closings(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_query_closings(conn)
}

/// For `evidence verify`: the signatures as the log should have them.
pub fn evidence_attestations(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    store::evidence_attestations(conn)
}

fn attestation((id, row, person, cycle, slug): Signature) -> Result<Attestation> {
    Ok(Attestation {
        id,
        assignment: row.assignment_id,
        person,
        slug,
        version: row.content_version,
        cycle: cycle.parse().map_err(Problem::fault)?,
        printed_name: row.printed_name,
        statements: serde_json::from_str(&row.statements)?,
        reference: row.reference,
        entry_id: row.entry_id,
        signed_at: Instant(row.signed_at),
    })
}

// ── "I can't confirm this yet"

/// Asks, declares or disagrees, about one statement; gives the query's id. One query about a statement is open at a time:
/// a second arrival gives the first's id.
pub fn open_query(
    act: &mut Act,
    library: &Library,
    person: &Person,
    slug: &str,
    statement: &str,
    why: &NotYet,
) -> Result<i64> {
    let assignment = assignments::assignment_for(act.conn, person.id, Kind::Policy, slug, act.now)?;
    lock_row(act.conn, "assignments", assignment.id)?;
    let signing = signing(act.conn, library, person.id, slug, act.now)?;
    may_sign(&signing, act.now)?;
    let (statement, state) = signing.statement(statement)?;
    match state {
        State::Waiting(query) => return Ok(query.id),
        State::ToTick { .. } => {}
        State::Fact(..) | State::ConnectionRecorded(_) => return Err(Problem::NotFound),
    }
    if why.kind() == QueryKind::Connection && !statement.declare {
        return Err(Problem::NotFound);
    }
    let row = store::insert_query(
        act.conn,
        act.now,
        assignment.id,
        &statement.id,
        rules::kind_word(why.kind()),
        why.words(),
    )?;
    let entry = Draft::new("query-opened")?
        .about(&person.pseudonym, person.identity())
        .under(Kind::Policy.as_str(), slug, &signing.policy.version)
        .row("queries", row.id, &store::query_as_recorded(&row))?;
    act.record(entry);
    Ok(row.id)
}

/// Closes a query of this person in the way that its kind is closed, and writes to them. A second arrival changes nothing.
pub fn close_query(act: &mut Act, library: &Library, person: &Person, query: i64, closing: &Closing) -> Result<()> {
    lock_row(act.conn, "queries", query)?;
    let found = query_of(act.conn, person.id, query)?;
    if !found.is_open() {
        return Ok(());
    }
    if found.kind != closing.closes() {
        return Err(Problem::refused("This is closed in another way. Open the person’s page again."));
    }
    if let Some((field, complaint)) = closing.complaint(act.now.day()) {
        return Err(Problem::invalid(field, complaint));
    }
    let row = ClosingRow {
        query_id: query,
        outcome: closing.outcome().to_owned(),
        words: closing.words().to_owned(),
        review_day: closing.review_day().map(|day| day.to_string()),
        closed_by: act.who.person,
        closed_at: act.now.0,
    };
    let id = store::insert_closing(act.conn, &row)?;
    let (slug, _) = store::policy_of(act.conn, found.assignment)?;
    let entry = Draft::new("query-closed")?
        .about(&person.pseudonym, person.identity())
        .fact("statement", found.statement.as_str())
        .fact("query_kind", rules::kind_word(found.kind))
        .row("query_closings", id, &store::closing_as_recorded(&row))?;
    act.record(entry);
    let left = open_queries(act.conn, found.assignment)?;
    tell(act, library, person, &slug, closing, &left)
}

/// What of an assignment is still with HR, oldest first: until it is settled, nobody can sign.
pub fn open_queries(conn: &mut Conn, assignment: i64) -> Result<Vec<Query>> {
    let mut queries = read_queries(store::queries_about(conn, assignment)?)?;
    queries.retain(Query::is_open);
    Ok(queries)
}

/// The letter that a query is settled waits for the person's working hours.
fn tell(
    act: &mut Act,
    library: &Library,
    person: &Person,
    slug: &str,
    closing: &Closing,
    left: &[Query],
) -> Result<()> {
    let Some(email) = &person.work_email else { return Ok(()) };
    let title = library.title(Kind::Policy, slug).unwrap_or_else(|| "policy".to_owned());
    let not_before = assignments::in_working_hours(act.conn, person.id, act.now)?;
    act.post(&letter::settled(person, email, &title, closing, left, not_before))?;
    Ok(())
}

/// One query of one person; not found if it is another's.
pub fn query_of(conn: &mut Conn, person: i64, query: i64) -> Result<Query> {
    read_query(store::query_of_person(conn, person, query)?.ok_or(Problem::NotFound)?)
}

/// A query as HR read it on the page of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub query: Query,
    /// The policy's slug.
    pub slug: String,
    /// The statement as the policy in use has it; its id if that has it no more.
    pub statement: String,
}

/// Every query of one person, oldest first.
pub fn queries_of_person(conn: &mut Conn, library: &Library, person: i64) -> Result<Vec<Listed>> {
    let found = store::queries_of_person(conn, person)?;
    found
        .into_iter()
        .map(|(row, closing, slug)| {
            let query = read_query((row, closing))?;
            let statement = statement_text(library, &slug, &query.statement);
            Ok(Listed { query, slug, statement })
        })
        .collect()
}

/// Whose arrangements are to be looked at again from a day on, and when, in the order of the days.
pub fn review_days(conn: &mut Conn, since: Day) -> Result<Vec<(i64, Day)>> {
    let rows = store::review_days(conn, since)?.into_iter();
    let mut days: Vec<(i64, Day)> =
        rows.map(|(person, day)| Ok((person, day.parse().map_err(Problem::fault)?))).collect::<Result<_>>()?;
    days.sort_by_key(|(person, day)| (*day, *person));
    Ok(days)
}

fn statement_text(library: &Library, slug: &str, id: &str) -> String {
    let policy = library.policy(slug);
    let statements = policy.iter().flat_map(|policy| &policy.statement_sets).flat_map(|set| &set.statements);
    let found = statements.into_iter().find(|statement| statement.id == id).map(|statement| statement.text.clone());
    found.unwrap_or_else(|| id.to_owned())
}

/// What status needs of queries: by assignment, closed ones too.
pub fn queries_of(conn: &mut Conn, whom: Whom) -> Result<Vec<(i64, Fact<QueryKind>)>> {
    store::query_spans(conn, whom)?
        .into_iter()
        .map(|(assignment, kind, opened, closed)| {
            let opened = Instant(opened);
            let what = rules::kind_named(&kind).ok_or_else(|| Problem::fault("a query of no known kind"))?;
            let superseded = closed.map(Instant);
            Ok((assignment, Fact { what, from: opened.day(), until: None, recorded: opened, superseded }))
        })
        .collect()
}

/// Puts the queries into the facts of these assignments, so that their status knows of them.
pub fn add_queries<'a>(
    conn: &mut Conn,
    whom: Whom,
    assignments: impl IntoIterator<Item = &'a mut Assignment>,
) -> Result<()> {
    let queries = queries_of(conn, whom)?;
    if queries.is_empty() {
        return Ok(());
    }
    for assignment in assignments.into_iter().filter(|assignment| assignment.kind == Kind::Policy) {
        let of_this = queries.iter().filter(|(id, _)| *id == assignment.id);
        assignment.facts.queries.extend(of_this.map(|(_, query)| query.clone()));
    }
    Ok(())
}

fn read_queries(rows: Vec<QueryAndClosing>) -> Result<Vec<Query>> {
    rows.into_iter().map(read_query).collect()
}

fn read_query((row, closing): QueryAndClosing) -> Result<Query> {
    let QueryRow { id, assignment_id, statement, kind, words, opened_at } = row;
    let kind = rules::kind_named(&kind).ok_or_else(|| Problem::fault("a query of no known kind"))?;
    let closed = closing.map(read_closing).transpose()?;
    Ok(Query { id, assignment: assignment_id, statement, kind, words, opened: Instant(opened_at), closed })
}

fn read_closing(row: ClosingRow) -> Result<Closed> {
    let review_day = row.review_day.as_deref().map(str::parse).transpose().map_err(Problem::fault)?;
    let closing = Closing::read(&row.outcome, &row.words, review_day)
        .ok_or_else(|| Problem::fault("a query closed in no known way"))?;
    Ok(Closed { closing, at: Instant(row.closed_at), by: row.closed_by })
}
