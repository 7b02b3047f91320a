//! One program for all tests: each file is a module, each test a sentence about people or rules.

mod assignments_room;
mod calendar_rules;
mod courses_content;
mod database;
mod house;
mod due_day_rules;
mod figure_rules;
mod import_plan;
mod import_reading;
mod people_rules;
mod schema;
mod sheets;
mod status_rules;
mod templates;
