//! Like, in any of its dialects.

use super::{Act, Outcome};
use crate::services::interactions;
use crate::store::{Error, Tx, contributions};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let liked = match act.activity().object_uri() {
        Some(uri) => contributions::known(tx, &uri)?,
        None => None,
    };
    match liked {
        Some(liked) => {
            interactions::receive_like(tx, &act.activity().id, act.actor, &liked)?;
            Ok(Outcome::Done)
        }
        None => Ok(Outcome::Ignored("what is liked is not here")),
    }
}
