//! Staff import: a file's bytes become rows, rows beside what is known become a plan, and a plan is applied as one act.
//! Read in this order; all but the last is pure.

mod reading;
mod headings;
mod names;
mod cells;
mod rows;
mod known;
mod whose;
mod managers;
mod changes;
mod posts;
mod missing;
mod plan;
mod apply;

pub use apply::{Import, Outcome, apply, known};
pub use cells::{Fte, SchoolSaid};
pub use changes::{
    Change, Changes, Field, NewPause, NewPerson, NewPost, NewReference, PersonChange, SupersededPause, SupersededPost,
};
pub use headings::{Column, Doubled, Headings};
pub use known::{
    Known, KnownPause, KnownPerson, KnownPost, KnownSchool, Manager, PauseValues, PersonValues, PostValues, Source,
    Taken,
};
pub use missing::{Missing, MissingPost};
pub use plan::{Counts, Fate, Plan, PlannedRow, plan};
pub use reading::{MOST_BYTES, MOST_ROWS, NotAStaffList, Table, TableRow};
pub use rows::{Complaint, ImportedRow, PauseSaid, RejectedRow, Row, StaffList, staff_list};
pub use whose::{Because, Candidate, Decision, Decisions};
