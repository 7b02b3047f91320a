//! Seamark, bottom to top: read this list as the contents page. Each module may name those above it, never one below.

// ── ground: knows nothing of schools
pub mod clock;
