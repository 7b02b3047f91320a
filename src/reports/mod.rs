//! What is known about the whole: figures, people's timelines, the governors' report, exports.

pub mod figures;
pub mod sheet;
