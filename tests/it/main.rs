//! One program for all tests: each file is a module, each test a sentence about people or rules.

mod calendar_rules;
mod import_reading;
mod people_rules;
mod sheets;
mod templates;
