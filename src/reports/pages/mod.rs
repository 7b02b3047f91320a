//! What is seen of the whole: my training, people, the overview, and the reports that governors read.

pub mod exempting;
pub mod my_training;
pub mod overview;
pub mod people;
pub mod person;
pub mod reports;
