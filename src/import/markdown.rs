//! Interim stand-in so that main compiles: its owner replaces this whole file.
use super::*;
pub fn parse(_: &str) -> Result<Import, ImportError> {
    Err(ImportError)
}
pub fn write(_: &crate::domain::statement::Draft) -> String {
    String::new()
}
