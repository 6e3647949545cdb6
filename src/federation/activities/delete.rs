//! Delete: something, or somebody, is gone, or a consent.

use serde_json::Value;

use super::{Act, Outcome};
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::uri::Uri;
use crate::services::{accounts, publish, quotes, tombstones};
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
    remove(tx, &uri, act.actor, Some(&act.activity().value))
}

/// Removes a contribution of `by`. `word` is the `Delete` by which `by` said so, where it was shown to be theirs:
/// our Forum hands it on. What nobody vouches for is handed on to nobody, whatever it led us to find out.
pub(in crate::federation) fn remove(
    tx: &mut Tx<'_>,
    uri: &Uri,
    by: &Account,
    word: Option<&Value>,
) -> Result<Outcome, Error> {
    match (tombstones::remove(tx, uri, by, word)?, word) {
        (Some(view), Some(word)) if view.head.state != State::Held => {
            publish::announce_in_forum(tx, &view.head, &view.author, word)?;
            Ok(Outcome::Done)
        }
        (Some(_), _) => Ok(Outcome::Done),
        (None, _) => Ok(Outcome::Ignored("it is not here")),
    }
}
