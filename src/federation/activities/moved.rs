//! Move: an account lives elsewhere from now on.

use super::{Act, Finding, Need, Outcome};
use crate::domain::Refusal;
use crate::services::relations;
use crate::store::{Error, Tx};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let activity = act.activity();
    if activity.object_uri().as_ref() != Some(&act.actor.uri) {
        return Err(Refusal::forbidden("an account can move only itself").into());
    }
    let Some(target) = activity.target.as_ref().filter(|target| **target != act.actor.uri) else {
        return Ok(Outcome::Ignored("it does not say where to"));
    };
    // Who moved once does not move on, and nobody moves to an account that has moved itself:
    // chains and loops end here.
    if act.actor.moved_to.is_some() {
        return Ok(Outcome::Ignored("the account has moved before"));
    }
    let need = Need::Fresh(target.clone());
    match act.found.get(&need) {
        None => Ok(Outcome::Needs(need)),
        Some(Finding::Account(account, aliases)) => {
            if !aliases.contains(&act.actor.uri) || account.moved_to.is_some() {
                return Ok(Outcome::Ignored("the new account does not name the old one"));
            }
            relations::receive_move(tx, act.actor, account)?;
            Ok(Outcome::Done)
        }
        Some(_) => Ok(Outcome::Ignored("the new account cannot be fetched")),
    }
}
