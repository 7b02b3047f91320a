//! What reports read of all rooms' tables. It writes none of theirs.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::clock::Day;
use crate::db::Conn;
use crate::each_backend;
use crate::problem::Result;
use crate::schema::{assignments, attempts, certificate_endings, certificates, page_reads, queries, query_closings};

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

/// All that stands beside one person's standing assignments, in one statement. The words are bound and not written into it,
/// so that the database need not read the statement anew each time.
pub fn beside_training(conn: &mut Conn, person: i64, today: Day, year: &str) -> Result<Vec<BesideRow>> {
    let (day, none) = (today.to_string(), None::<i64>);
    let standing = || {
        let of_person = assignments::person_id.eq(person).and(assignments::superseded_at.is_null());
        of_person.and(assignments::closes_day.ge(day.clone()))
    };
    let open_query = query_closings::table.on(query_closings::query_id.eq(queries::id));
    let ending = certificate_endings::table.on(certificate_endings::certificate_id.eq(certificates::id));
    let of_year = certificates::assignment_id.is_not_null().or(certificates::cycle.eq(year));
    let holds = certificates::person_id.eq(person).and(certificates::valid_until.ge(day.clone())).and(of_year);
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
        .load(c)?))
}
