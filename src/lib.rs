//! Seamark, bottom to top: read this list as the contents page. Each module may name those above it, never one below.

// ── ground: knows nothing of schools
pub mod schema;
pub mod problem;
pub mod clock;
pub mod facts;
pub mod ids;
pub mod text;
pub mod keys;
pub mod assets;
pub mod db;
pub mod settings;
pub mod config;
pub mod evidence;
pub mod mail;
pub mod act;
pub mod pdf;
pub mod http;

// ── rooms: each may name the ground and the rooms above it in this list
pub mod people;
pub mod identity;
pub mod courses;
pub mod assignments;
pub mod certificates;
pub mod attempts;
pub mod attestations;
pub mod self_checks;
pub mod reports;
pub mod reminders;

// ── roof: knows all, known by none
pub mod shelf;
pub mod app;
pub mod operations;
pub mod content_page;
pub mod settings_page;
pub mod setup;
pub mod postman;
pub mod rounds;
pub mod demo;
pub mod server;
pub mod preview;
pub mod doctor;
pub mod cli;
