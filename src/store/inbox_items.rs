//! Interim stand-in so that main compiles: its owner replaces this whole file.
use super::*;
pub fn pending(_: &mut Conn) -> diesel::QueryResult<i64> {
    Ok(0)
}
