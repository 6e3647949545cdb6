//! Delete: something, or somebody, is gone, or a consent.

use serde_json::Value;

use super::{Act, Outcome};
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::uri::Uri;
use crate::services::{accounts, contributions, publish, quotes};
use crate::store::{Error, Tx};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let Some(uri) = act.activity().object_uri() else {
        return Ok(Outcome::Ignored("it names nothing"));
    };
    if uri == act.actor.uri {
        accounts::remove(tx, act.actor)?;
        return Ok(Outcome::Done);
    }
    if quotes::unstamped(tx, act.actor, &uri)? {
        return Ok(Outcome::Done);
    }
    remove(tx, &uri, act.actor, &act.activity().value)
}

/// Removes a contribution of `by`. Our Forum hands on what removed it.
pub(in crate::federation) fn remove(
    tx: &mut Tx<'_>,
    uri: &Uri,
    by: &Account,
    activity: &Value,
) -> Result<Outcome, Error> {
    match contributions::remove(tx, uri, by, activity)? {
        Some(view) if view.head.state != State::Held => {
            publish::announce_in_forum(tx, &view.head, &view.author, activity)?;
            Ok(Outcome::Done)
        }
        Some(_) => Ok(Outcome::Done),
        None => Ok(Outcome::Ignored("it is not here")),
    }
}
