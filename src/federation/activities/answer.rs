//! Accept and Reject: the answer to a request of ours to follow somebody, or to quote something.

use super::{Act, Outcome};
use crate::domain::account::Account;
use crate::domain::quote::Quote;
use crate::domain::uri::Uri;
use crate::services::{quotes as quote_service, relations as service};
use crate::store::{Error, Tx, accounts, contributions, quotes, relations};
use crate::vocab::incoming::{Item, Verb};

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>, yes: bool) -> Result<Outcome, Error> {
    let Some(item) = act.activity().object() else {
        return Ok(Outcome::Ignored("it answers nothing"));
    };
    if let Some(quote) = quoting(tx, item)? {
        let stamp = act.activity().result.as_ref().filter(|_| yes);
        if yes && stamp.is_none() {
            return Ok(Outcome::Ignored("it agrees to a quote without saying where"));
        }
        return match quote_service::answered(tx, act.actor, &quote, stamp)? {
            true => Ok(Outcome::Done),
            false => Ok(Outcome::Ignored("it answers no request of ours")),
        };
    }
    let follower = match item {
        Item::Address(uri) => asked_by(tx, uri)?,
        Item::Embedded(_) => embedded(tx, act, item)?,
    };
    match follower {
        Some(follower) => {
            // Only the account that was asked can answer: the pair has to be a request of ours.
            service::receive_answer(tx, yes, act.actor, &follower, None)?;
            Ok(Outcome::Done)
        }
        None => Ok(Outcome::Ignored("it answers no request of ours")),
    }
}

/// The quote that a request of ours asked for: by its address, else by the post that quotes.
fn quoting(tx: &mut Tx<'_>, item: &Item) -> Result<Option<Quote>, Error> {
    let inner = match item {
        Item::Address(uri) => return Ok(quotes::by_request(tx, uri)?),
        Item::Embedded(_) => item.activity().filter(|inner| inner.verb == Verb::QuoteRequest),
    };
    let Some(inner) = inner else { return Ok(None) };
    if let Some(uri) = &inner.id
        && let Some(quote) = quotes::by_request(tx, uri)?
    {
        return Ok(Some(quote));
    }
    let head = match &inner.instrument {
        Some(uri) => contributions::known(tx, uri)?,
        None => None,
    };
    let quote = match head {
        Some(head) => quotes::one(tx, head.id)?,
        None => None,
    };
    let object = inner.object.as_ref().and_then(Item::uri);
    Ok(quote.filter(|quote| Some(&quote.quoted_uri) == object.as_ref()))
}

fn asked_by(tx: &mut Tx<'_>, uri: &Uri) -> Result<Option<Account>, Error> {
    match relations::by_uri(tx, uri)? {
        Some(follow) => Ok(accounts::by_id(tx, follow.follower_id)?),
        None => Ok(None),
    }
}

/// By its address, else by its two ends: some peers give the request an address of their own.
fn embedded(tx: &mut Tx<'_>, act: &Act<'_>, item: &Item) -> Result<Option<Account>, Error> {
    let Some(inner) = item.activity().filter(|inner| inner.verb == Verb::Follow) else {
        return Ok(None);
    };
    let asked = inner.object.as_ref().and_then(Item::uri);
    if asked.as_ref() != Some(&act.actor.uri) {
        return Ok(None);
    }
    if let Some(uri) = &inner.id
        && let Some(follower) = asked_by(tx, uri)?
    {
        return Ok(Some(follower));
    }
    match inner.actor {
        Some(uri) => Ok(accounts::by_uri(tx, &uri)?.filter(Account::is_local)),
        None => Ok(None),
    }
}
