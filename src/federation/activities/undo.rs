//! Undo: somebody takes back what they did.

use super::{Act, Outcome};
use crate::domain::Refusal;
use crate::domain::uri::Uri;
use crate::services::{interactions, quotes, relations as service};
use crate::store::{Error, Tx, accounts, relations};
use crate::vocab::incoming::{InnerActivity, Item, Verb};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let Some(item) = act.activity().object() else {
        return Ok(Outcome::Ignored("it takes nothing back"));
    };
    if let Some(inner) = item.activity() {
        if inner.actor.as_ref() != Some(&act.actor.uri) {
            return Err(Refusal::forbidden("only who did something can take it back").into());
        }
        return embedded(tx, act, &inner);
    }
    match item.uri() {
        Some(uri) => address(tx, act, &uri),
        None => Ok(Outcome::Ignored("it takes nothing back")),
    }
}

fn embedded(tx: &mut Tx<'_>, act: &Act<'_>, inner: &InnerActivity) -> Result<Outcome, Error> {
    let object = inner.object.as_ref().and_then(Item::uri);
    let id = inner.id.as_ref();
    match inner.verb {
        Verb::Follow => {
            let followee = match &object {
                Some(uri) => accounts::by_uri(tx, uri)?,
                None => None,
            };
            service::receive_unfollow(tx, id, act.actor, followee.as_ref())?;
        }
        Verb::Like => interactions::receive_unlike(tx, act.actor, id, object.as_ref())?,
        Verb::Announce => interactions::receive_unboost(tx, act.actor, id, object.as_ref())?,
        Verb::Block => {
            let target = match &object {
                Some(uri) => accounts::by_uri(tx, uri)?,
                None => None,
            };
            if let Some(target) = target {
                service::unblock(tx, act.actor, &target)?;
            }
        }
        Verb::Accept => return withdraw_consent(tx, act, inner),
        Verb::QuoteRequest => {
            if let Some(request) = id {
                quotes::withdraw(tx, act.actor, request)?;
            }
        }
        _ => return Ok(Outcome::Ignored("this cannot be taken back here")),
    }
    Ok(Outcome::Done)
}

/// Taking an Accept back ends the relation, like a Reject.
fn withdraw_consent(tx: &mut Tx<'_>, act: &Act<'_>, inner: &InnerActivity) -> Result<Outcome, Error> {
    let request = inner.object.as_ref().and_then(Item::uri);
    let follow = match request {
        Some(uri) => relations::by_uri(tx, &uri)?.filter(|follow| follow.followee_id == act.actor.id),
        None => None,
    };
    let follower = match follow {
        Some(follow) => accounts::by_id(tx, follow.follower_id)?,
        None => None,
    };
    match follower {
        Some(follower) => {
            service::receive_answer(tx, false, act.actor, &follower, None)?;
            Ok(Outcome::Done)
        }
        None => Ok(Outcome::Ignored("it answers no request of ours")),
    }
}

/// Only an address: whatever this account did under it.
fn address(tx: &mut Tx<'_>, act: &Act<'_>, uri: &Uri) -> Result<Outcome, Error> {
    if let Some(target) = relations::block_by_uri(tx, act.actor.id, uri)? {
        relations::delete_block(tx, act.actor.id, target)?;
        return Ok(Outcome::Done);
    }
    if relations::by_uri(tx, uri)?.is_some_and(|follow| follow.follower_id == act.actor.id) {
        service::receive_unfollow(tx, Some(uri), act.actor, None)?;
        return Ok(Outcome::Done);
    }
    if quotes::withdraw(tx, act.actor, uri)? {
        return Ok(Outcome::Done);
    }
    // Nothing of that name yet: it may still be on its way, and then it comes too late.
    interactions::receive_undo(tx, uri, act.actor)?;
    Ok(Outcome::Done)
}
