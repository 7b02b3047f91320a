//! The table of self-checks: the only place that writes it.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::db::Conn;
use crate::problem::Result;
use crate::schema::self_checks;

#[derive(Debug, Clone, PartialEq, Eq, Insertable, Serialize, Queryable, Selectable)]
#[diesel(table_name = self_checks)]
pub struct SelfCheckRow {
    pub assignment_id: i64,
    pub content_version: String,
    pub done_at: i64,
}

pub fn insert(conn: &mut Conn, row: &SelfCheckRow) -> Result<i64> {
    Ok(diesel::insert_into(self_checks::table).values(row).returning(self_checks::id).get_result(conn)?)
}

/// The self-checks as the evidence log should have them.
pub fn evidence_self_checks(conn: &mut Conn) -> Result<Vec<(i64, Value)>> {
    let rows = self_checks::table.order(self_checks::id).select((self_checks::id, SelfCheckRow::as_select())).load::<(
        i64,
        SelfCheckRow,
    )>(
        conn
    )?;
    rows.into_iter().map(|(id, row)| Ok((id, serde_json::to_value(&row)?))).collect()
}
