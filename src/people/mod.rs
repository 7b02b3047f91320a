//! People: the trust, its schools, and who works there.

pub mod import;
pub mod rules;
