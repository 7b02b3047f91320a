//! Certificates: issued for a completion, numbered, signed, and verifiable by anybody who holds one.

pub mod sheet;
