//! What is known about the whole: my training, people and their timelines, figures, the governors' report, exports.

pub mod figures;
pub mod my_training;
pub mod pages;
pub mod sheet;
mod store;
pub mod words;
