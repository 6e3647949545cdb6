//! `plenum migrate`.

use super::{Failure, context};
use crate::config::Config;

/// Brings the database up to date; opening it does the work.
pub async fn run(config: Config) -> Result<(), Failure> {
    let db = context::database(&config).await?;
    db.close().await;
    println!("The database {} is up to date.", config.database.url);
    Ok(())
}
