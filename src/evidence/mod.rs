//! The evidence log that every room appends to: an append-only Merkle log (RFC 6962) of acts that may have to be proved.
//! `Draft` is what a verb hands to its act; `log` writes drafts; `checkpoint` signs the log; `verify` checks all of it.

mod canonical;
pub mod checkpoint;
mod log;
pub mod tree;
pub mod verify;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use canonical::canonical;
pub use log::{Actor, EntryLine, append, entries_about, last_recorded, origin, size};

use crate::ids;
use crate::problem::Result;

/// The bytes' own version: changed whenever their form changes, so that old entries keep verifying.
pub const FORMAT: u32 = 1;

/// An entry before it has a place in the log. It has its id already, so that a receipt can name it.
#[derive(Debug, Clone)]
pub struct Draft {
    pub entry_id: String,
    pub kind: &'static str,
    pub subject: Option<Subject>,
    pub content: Option<ContentName>,
    act: Map<String, Value>,
    rows: Vec<Value>,
}

/// Whom an entry is about: a random pseudonym in the leaf, and what identifies the person in a payload of its own.
#[derive(Debug, Clone)]
pub struct Subject {
    pub pseudonym: String,
    pub identity: Value,
}

/// The exact content that an act was done under.
#[derive(Debug, Clone, Serialize)]
pub struct ContentName {
    pub kind: String,
    pub slug: String,
    pub version: String,
}

impl Draft {
    pub fn new(kind: &'static str) -> Result<Draft> {
        Ok(Draft { entry_id: ids::random_id()?, kind, subject: None, content: None, act: Map::new(), rows: Vec::new() })
    }

    pub fn about(mut self, pseudonym: &str, identity: Value) -> Draft {
        self.subject = Some(Subject { pseudonym: pseudonym.to_owned(), identity });
        self
    }

    pub fn under(mut self, kind: &str, slug: &str, version: &str) -> Draft {
        self.content = Some(ContentName { kind: kind.to_owned(), slug: slug.to_owned(), version: version.to_owned() });
        self
    }

    /// One fact about the act.
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Draft {
        self.act.insert(name.to_owned(), value.into());
        self
    }

    /// A row that this act wrote, column by column: `verify` holds the table against it.
    pub fn row(mut self, table: &str, id: i64, row: &impl Serialize) -> Result<Draft> {
        let columns = serde_json::to_value(row)?;
        self.rows.push(json!({ "table": table, "id": id, "set": columns }));
        Ok(self)
    }

    /// Columns of an earlier row that this act changed, such as when it was superseded.
    pub fn changed(mut self, table: &str, id: i64, columns: Value) -> Draft {
        self.rows.push(json!({ "table": table, "id": id, "set": columns }));
        self
    }

    fn payload(&self) -> Value {
        let mut act = self.act.clone();
        if !self.rows.is_empty() {
            act.insert("rows".to_owned(), Value::Array(self.rows.clone()));
        }
        Value::Object(act)
    }
}
