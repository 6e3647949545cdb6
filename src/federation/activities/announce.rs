//! Announce: a boost, or a group handing something on (FEP-1b12).

use super::create::{self, Telling};
use super::{Act, Finding, Need, Outcome, Voucher};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::uri::Uri;
use crate::services::interactions;
use crate::store::{Error, Tx, contributions, relations};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    if let Some(inner) = &act.arrived.inner {
        let (group, audience) = (act.actor, &inner.activity.audience.named);
        let named = audience.contains(&group.uri)
            || group.followers.as_ref().is_some_and(|uri| audience.contains(uri))
            // What its own people say elsewhere, a Forum hands on to those who follow it.
            || group.uri.same_origin(&inner.activity.actor);
        if group.kind != AccountKind::Forum || !named {
            return Ok(Outcome::Ignored("the activity was not addressed to this group"));
        }
        return super::apply(tx, inner, Voucher::Group(group), act.found);
    }
    let Some(uri) = act.activity().object_uri() else {
        return Ok(Outcome::Ignored("it names nothing"));
    };
    boost(tx, act, &uri)
}

/// What is boosted is taken from its own address, never from the one who boosts it.
fn boost(tx: &mut Tx<'_>, act: &Act<'_>, uri: &Uri) -> Result<Outcome, Error> {
    let ours = uri.origin() == tx.site()?.origin;
    if !ours && !relations::is_followed_here(tx, act.actor.id)? {
        return Ok(Outcome::Ignored("nobody here follows who boosts it"));
    }
    if contributions::known(tx, uri)?.is_none() {
        if ours {
            return Err(Refusal::NotFound.into());
        }
        let need = Need::Object(uri.clone());
        match act.found.get(&need) {
            None => return Ok(Outcome::Needs(need)),
            Some(Finding::Object(object)) => {
                let telling = Telling::fetched(Some(act.actor), act.found);
                let taken = create::take(tx, &object.object, &object.author, &telling)?;
                if !matches!(taken, Outcome::Done) {
                    return Ok(taken);
                }
            }
            Some(_) => return Ok(Outcome::Ignored("it cannot be fetched")),
        }
    }
    // A group shows what belongs to it; that is no sign of liking.
    if act.actor.kind == AccountKind::Forum {
        return Ok(Outcome::Done);
    }
    match contributions::known(tx, uri)? {
        Some(boosted) => {
            interactions::receive_boost(tx, &act.activity().id, act.actor, &boosted)?;
            Ok(Outcome::Done)
        }
        None => Ok(Outcome::Ignored("it is known under another address")),
    }
}
