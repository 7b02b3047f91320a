//! Staff import, the pure half: a file's bytes become rows, and rows, beside what is known, become a plan. Read in this order.

mod cells;
mod headings;
mod reading;
mod rows;

pub use cells::{Fte, SchoolSaid};
pub use headings::{Column, Doubled, Headings};
pub use reading::{MOST_BYTES, MOST_ROWS, NotAStaffList, Table, TableRow};
pub use rows::{Complaint, EmploymentType, ImportedRow, PauseSaid, RejectedRow, RoleSaid, Row, StaffList, staff_list};
