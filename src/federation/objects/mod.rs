//! One file per noun: read it from its document, keep it.

pub mod account;
pub mod contribution;

pub use contribution::{Authored, fetch, keep, keep_quoted};
