//! Update: somebody changed something, or themselves.

use super::{Act, Finding, Need, Outcome, create};
use crate::domain::Refusal;
use crate::store::{Error, Tx};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let activity = act.activity();
    let own = activity.object_uri().as_ref() == Some(&act.actor.uri);
    if !own && activity.object().is_some_and(|item| item.is_actor()) {
        return Err(Refusal::forbidden("an account is changed by itself only").into());
    }
    if !own {
        // What we have not heard of yet is taken like something new.
        return create::apply(tx, act);
    }
    // Never from the activity: keys and addresses count only as the account's own address has them.
    let need = Need::Fresh(act.actor.uri.clone());
    match act.found.get(&need) {
        None => Ok(Outcome::Needs(need)),
        Some(Finding::Account(..)) => Ok(Outcome::Done),
        Some(_) => Ok(Outcome::Ignored("its own address does not confirm the change")),
    }
}
