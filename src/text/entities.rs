//! Interim stand-in so that main compiles: its owner replaces this whole file.
use std::ops::Range;
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    Mention { name: String, host: Option<String> },
    Tag(String),
}
pub fn find(_: &str) -> Vec<(Range<usize>, Entity)> {
    Vec::new()
}
