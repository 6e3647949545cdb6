//! Interim stand-in so that main compiles: its owner replaces this whole file.
use crate::domain::account::Account;
use crate::store::*;
pub fn follow(_: &mut Tx<'_>, _: &Account, _: &Account) -> Result<(), Error> {
    Ok(())
}
