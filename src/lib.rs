//! Seamark, bottom to top: read this list as the contents page. Each module may name those above it, never one below.

// ── ground: knows nothing of schools
pub mod act;
pub mod clock;
pub mod config;
pub mod db;
pub mod evidence;
pub mod facts;
pub mod ids;
pub mod keys;
pub mod mail;
pub mod problem;
pub mod schema;
pub mod settings;
pub mod text;

// ── rooms: each may name the ground and the rooms above it in this list
pub mod people;
pub mod assignments;
