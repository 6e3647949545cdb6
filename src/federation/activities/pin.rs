//! Add and Remove: an account shows other things first.

use super::{Act, Outcome};
use crate::domain::job::Job;
use crate::store::{Error, Tx, jobs};

/// Only what an account says of its own list concerns us; then the list is asked for.
pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let Some(list) = &act.activity().target else {
        return Ok(Outcome::Ignored("it does not say to what"));
    };
    if act.actor.featured.as_ref() != Some(list) {
        return Ok(Outcome::Ignored("the list is not what the account shows first"));
    }
    let now = tx.now;
    jobs::enqueue(tx, &Job::FetchPins { uri: act.actor.uri.to_string() }, now)?;
    Ok(Outcome::Done)
}
