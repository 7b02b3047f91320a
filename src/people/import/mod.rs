//! Staff import: a file's bytes become rows, rows beside what is known become a plan, and a plan is applied as one act.
//! Read in this order; what comes before `apply` is pure.

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
mod told;
mod apply;
mod upload;
mod command;

pub use apply::{Applied, Import, Outcome, apply, known};
pub use cells::{Fte, SchoolSaid};
pub use changes::{
    Change, Changes, Field, NewPause, NewPerson, NewPost, NewReference, PersonChange, SupersededPause, SupersededPost,
};
pub use command::{ImportCommand, import_command};
pub use headings::{Column, Doubled, Headings, NotAStaffList};
pub use known::{
    Known, KnownPause, KnownPerson, KnownPost, KnownSchool, Manager, PauseValues, PersonValues, PostValues, Source,
    Taken,
};
pub use missing::{Missing, MissingPost};
pub use names::{a_name, fold};
pub use plan::{Counts, Fate, Plan, PlannedRow, Who, plan};
pub use reading::{MOST_BYTES, MOST_ROWS, Table, TableRow};
pub use rows::{Complaint, ImportedRow, PauseSaid, RejectedRow, Row, StaffList, staff_list};
pub use told::{Becomes, ToldMissing, ToldRow, summary, told, told_missing};
pub use upload::{Done, DryRun, Here, Upload, dry_run, forget_old, keep, keep_what_was_done, kept, still_here};
pub use whose::{Because, Candidate, Decision, Decisions};
