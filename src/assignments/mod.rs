//! Assignments, the spine: who has what to do, in which cycle, by which day, and how it stands.

pub mod calendar;
pub mod rules;
