//! Follow: somebody asks to hear from an account of ours.

use super::{Act, Outcome};
use crate::services::relations;
use crate::store::{Error, Tx, accounts};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let followee = match act.activity().object_uri() {
        Some(uri) => accounts::by_uri(tx, &uri)?.filter(|account| account.is_local()),
        None => None,
    };
    let Some(followee) = followee else {
        return Ok(Outcome::Ignored("there is no such account here"));
    };
    relations::receive_follow(tx, &act.activity().id, act.actor, &followee)?;
    Ok(Outcome::Done)
}
