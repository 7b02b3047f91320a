//! People: the trust, its schools, and who works there.

pub mod rules;
