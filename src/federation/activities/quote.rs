//! QuoteRequest: somebody wants to quote something of ours (FEP-044f).

use super::{Act, Finding, Need, Outcome};
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::quote::{Permission, Quote};
use crate::domain::uri::Uri;
use crate::federation::objects::contribution::received;
use crate::federation::objects::keep;
use crate::services::contributions as contribution_service;
use crate::services::quotes::{self as service, Request};
use crate::store::contributions::{self, Viewer};
use crate::store::{Error, Tx, quotes};
use crate::vocab::incoming::{IncomingObject, Item};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let activity = act.activity();
    let quoted = match activity.object_uri() {
        Some(uri) => contributions::by_uri(tx, Viewer::Remote(act.actor.id), &uri)?,
        None => None,
    };
    let Some(quoted) = quoted.filter(|quoted| quoted.local) else {
        return Ok(Outcome::Ignored("there is nothing here that it could quote"));
    };
    let Some(quoting) = activity.instrument.as_ref().and_then(Item::uri) else {
        return Ok(Outcome::Ignored("it names no post that would quote"));
    };
    if !quoting.same_origin(&act.actor.uri) {
        return Err(Refusal::forbidden("a post is quoted in by its own author only").into());
    }
    let request = Request { uri: &activity.id, actor: act.actor, quoting: &quoting, quoted: &quoted };
    if service::permission(tx, act.actor, &quoted)? != Permission::Automatic {
        service::refuse(tx, &request)?;
        return Ok(Outcome::Done);
    }
    if let Some(outcome) = bring(tx, act, &quoting, &quoted)? {
        return Ok(outcome);
    }
    service::answer(tx, &request)?;
    Ok(Outcome::Done)
}

/// Makes sure that the post is here which wants to quote: from the request itself, else from its own
/// address.
fn bring(
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    quoting: &Uri,
    quoted: &Contribution,
) -> Result<Option<Outcome>, Error> {
    let instrument = act.activity().instrument.as_ref().filter(|item| item.is_readable());
    if let Some(Item::Embedded(value)) = instrument {
        let object = IncomingObject::read(value).map_err(|why| Refusal::forbidden(why.to_string()))?;
        if object.owner != act.actor.uri {
            return Err(Refusal::forbidden("a post is quoted in by its own author only").into());
        }
        let received = received(tx, &object, act.actor, value.to_string(), act.voucher.trust())?;
        contribution_service::receive(tx, &received)?;
        return Ok(None);
    }
    let known = contributions::known(tx, quoting)?;
    let cited = |quote: Quote| quote.quoted_uri == quoted.uri;
    let here = match known {
        Some(known) => quotes::one(tx, known.id)?.is_some_and(cited),
        None => false,
    };
    if here {
        return Ok(None);
    }
    let need = Need::Object(quoting.clone());
    match act.found.get(&need) {
        None => Ok(Some(Outcome::Needs(need))),
        Some(Finding::Object(found)) if found.author.id == act.actor.id => {
            keep(tx, found)?;
            Ok(None)
        }
        // There is nothing to agree to; whoever asked hears so.
        Some(_) => Ok(None),
    }
}
