//! What can go wrong, as five faces. Translated once at the web edge (`http::faces`) and once at the command line (`cli`).

use std::fmt;

pub type Result<T> = std::result::Result<T, Problem>;

#[derive(Debug)]
pub enum Problem {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// There is no such thing, or this person may not see it: the two look the same.
    NotFound,
    /// Understood, and not allowed now; the sentence says why and what to do.
    Refused(String),
    /// What was typed needs putting right, field by field.
    Invalid(Complaints),
    /// Our fault. Logged at the edge alone, with a reference that can be read out on the telephone.
    Fault(Fault),
}

/// Complaints by the name of the form's field, one a field, in the order in which they were found, which is the page's;
/// "" is the form as a whole.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Complaints(pub Vec<(String, String)>);

impl Complaints {
    pub fn add(&mut self, field: &str, complaint: impl Into<String>) {
        if self.get(field).is_none() {
            self.0.push((field.to_owned(), complaint.into()));
        }
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, complaint)| complaint.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ok if nobody complained.
    pub fn into_result(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Problem::Invalid(self)) }
    }
}

#[derive(Debug)]
pub struct Fault {
    /// For the log alone.
    pub cause: String,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    Plain,
    /// Too much to do at once: nothing was changed, try again in some seconds.
    Busy,
    /// Two acts stood in each other's way (PostgreSQL): worth another try.
    Deadlock,
    /// The disk did not take or give what was asked: nothing that follows can be trusted.
    Disk,
}

impl Problem {
    pub fn fault(cause: impl Into<String>) -> Problem {
        Problem::Fault(Fault { cause: cause.into(), kind: FaultKind::Plain })
    }

    pub fn busy(cause: impl Into<String>) -> Problem {
        Problem::Fault(Fault { cause: cause.into(), kind: FaultKind::Busy })
    }

    pub fn refused(why: impl Into<String>) -> Problem {
        Problem::Refused(why.into())
    }

    /// One complaint about one field.
    pub fn invalid(field: &str, complaint: impl Into<String>) -> Problem {
        let mut complaints = Complaints::default();
        complaints.add(field, complaint);
        Problem::Invalid(complaints)
    }

    pub fn fault_kind(&self) -> Option<FaultKind> {
        match self {
            Problem::Fault(fault) => Some(fault.kind),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::SignedOut => write!(f, "Nobody is signed in."),
            Problem::NotFound => write!(f, "There is no such thing."),
            Problem::Refused(why) => write!(f, "{why}"),
            Problem::Invalid(complaints) => {
                let lines: Vec<String> = complaints
                    .0
                    .iter()
                    .map(|(field, words)| if field.is_empty() { words.clone() } else { format!("{field}: {words}") })
                    .collect();
                write!(f, "{}", lines.join("\n"))
            }
            Problem::Fault(fault) => write!(f, "{}", fault.cause),
        }
    }
}

impl std::error::Error for Problem {}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Problem {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        let cause = error.to_string();
        let kind = match &error {
            Error::NotFound => return Problem::NotFound,
            Error::DatabaseError(Kind::SerializationFailure, _) => FaultKind::Deadlock,
            _ if cause.contains("deadlock detected") => FaultKind::Deadlock,
            _ if cause.contains("disk I/O error") || cause.contains("database or disk is full") => FaultKind::Disk,
            _ if cause.contains("database is locked") || cause.contains("lock timeout") => FaultKind::Busy,
            _ => FaultKind::Plain,
        };
        Problem::Fault(Fault { cause, kind })
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Problem {
        Problem::fault(format!("JSON: {error}"))
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Problem {
        Problem::fault(format!("file: {error}"))
    }
}
