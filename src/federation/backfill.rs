//! Making a thread complete, within a budget.

use activitypub_federation::config::Data;

use super::Federation;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::store::Error;

/// Interim.
pub async fn parent(_: &Data<Federation>, _: &Uri) -> Result<(), Error> {
    Ok(())
}
/// Interim.
pub async fn replies(_: &Data<Federation>, _: Id<Contribution>) -> Result<(), Error> {
    Ok(())
}
/// Interim.
pub async fn theses(_: &Data<Federation>, _: Id<Contribution>) -> Result<(), Error> {
    Ok(())
}
/// Interim.
pub async fn outbox(_: &Data<Federation>, _: Id<Account>) -> Result<(), Error> {
    Ok(())
}
/// Interim.
pub async fn nodeinfo(_: &Data<Federation>, _: &str) -> Result<(), Error> {
    Ok(())
}
