//! Interim stand-in so that main compiles: its owner replaces this whole file.
use super::activities::Activity;
use super::*;
use crate::domain::{account::Account, id::Id, uri::Uri};
pub fn to_followers(_: &mut Tx<'_>, _: Id<Activity>, _: Id<Account>) -> Result<(), Error> {
    Ok(())
}
pub fn to_accounts(_: &mut Tx<'_>, _: Id<Activity>, _: &[Id<Account>]) -> Result<(), Error> {
    Ok(())
}
pub fn keep_large(_: &mut Tx<'_>, _: &Uri, _: bool) -> Result<(), Error> {
    Ok(())
}
pub fn pending(_: &mut Conn) -> diesel::QueryResult<i64> {
    Ok(0)
}
