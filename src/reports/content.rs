//! What content has to do with people: how many have completed it in the cycle under way.

use crate::clock::Day;
use crate::courses::Kind;
use crate::db::Conn;
use crate::problem::Result;

use super::store;

/// How many people have completed it in a cycle that is under way, so that a change can touch them.
pub fn completed_now(conn: &mut Conn, kind: Kind, slug: &str, today: Day) -> Result<u64> {
    let people = store::completed_now(conn, kind.as_str(), slug, today)?;
    Ok(u64::try_from(people).unwrap_or_default())
}
