//! One program for all tests: each file is a module, each test a sentence about people or rules.
// A test may stop at the first surprise, and asks the environment which database it is for.
#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::unwrap_used)]

mod access;
mod addenda;
mod architecture;
mod assignments_pages;
mod assignments_room;
mod attempts_pages;
mod attempts_room;
mod attempts_rules;
mod attestations_room;
mod calendar_rules;
mod certificates_pages;
mod certificates_room;
mod courses_check;
mod courses_content;
mod courses_in_use;
mod courses_pages;
mod courses_rules;
mod courses_site;
mod courses_stored;
mod courses_trace;
mod database;
mod due_day_rules;
mod evidence_log;
mod figure_rules;
mod governors_report;
mod house;
mod import_apply;
mod import_pages;
mod import_plan;
mod import_reading;
mod more_time;
mod one_server;
mod my_training;
mod people_pages;
mod overview_page;
mod people_rules;
mod schema;
mod self_checks_room;
mod setting_up;
mod sheets;
mod shelf;
mod status_rules;
mod templates;
