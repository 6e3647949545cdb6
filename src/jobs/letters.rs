//! Sending letters. Each is written anew when it is tried again, with a link of its own: the one before ends.

use activitypub_federation::config::Data;

use crate::domain::id::Id;
use crate::domain::mail_address::Letter;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::services::mail_addresses;
use crate::store::{Error, Tx};

/// Asks a user to confirm their address.
pub(super) async fn confirmation(data: &Data<Federation>, user: Id<User>) -> Result<(), Error> {
    send(data, |tx| mail_addresses::confirmation(tx, user)).await
}

/// Sends a user a link for a new password.
pub(super) async fn new_password(data: &Data<Federation>, user: Id<User>) -> Result<(), Error> {
    send(data, |tx| mail_addresses::new_password(tx, user)).await
}

async fn send(
    data: &Data<Federation>,
    write: impl Fn(&mut Tx<'_>) -> Result<Option<Letter>, Error>,
) -> Result<(), Error> {
    // Whoever takes the mail server out of the settings wants nothing sent.
    let Some(mailer) = &data.app.mailer else { return Ok(()) };
    match data.app.db.write(write).await? {
        Some(letter) => mailer.send(&letter, data.app.clock().now()).await,
        None => Ok(()),
    }
}
