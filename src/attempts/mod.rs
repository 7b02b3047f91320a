//! Attempts: goes at a quiz, question by question. `rules` draws, shuffles and marks.

pub mod rules;
