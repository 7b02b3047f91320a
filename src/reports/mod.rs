//! What is known about the whole: my training, people and their timelines, figures, the governors' report, exports.

pub mod export;
pub mod figures;
pub mod my_training;
pub mod pages;
pub mod people;
pub mod record;
pub mod roll;
pub mod sheet;
pub mod timeline;
pub mod words;
mod store;
