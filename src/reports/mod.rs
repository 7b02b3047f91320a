//! What is known about the whole: my training, people and their timelines, figures, the governors' report, exports.

pub mod content;
pub mod export;
pub mod figures;
pub mod governors;
pub mod issued;
pub mod my_training;
pub mod overview;
pub mod pages;
pub mod people;
pub mod record;
pub mod roll;
pub mod sheet;
pub mod standings;
pub mod timeline;
pub mod words;
mod store;
