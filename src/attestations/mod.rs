//! Attestations: a person's signature under one policy version for one cycle, statement by statement.

pub mod sheet;
