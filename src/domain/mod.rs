//! The things of a debate and their rules: no SQL, no JSON, no network, no clock of their own.

pub mod statement;
