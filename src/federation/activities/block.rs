//! Block: somebody wants nothing to do with an account of ours.

use super::{Act, Outcome};
use crate::services::relations;
use crate::store::{Error, Tx, accounts, undone};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let target = match act.activity().object_uri() {
        Some(uri) => accounts::by_uri(tx, &uri)?.filter(|account| account.is_local()),
        None => None,
    };
    let Some(target) = target else {
        return Ok(Outcome::Ignored("there is no such account here"));
    };
    if undone::take(tx, &act.activity().id, &act.actor.uri)? {
        return Ok(Outcome::Ignored("it was taken back before it came"));
    }
    relations::block(tx, act.actor, &target, &act.activity().id)?;
    Ok(Outcome::Done)
}
