//! An activity that nobody we can name vouches for: only a hint to ask its origin.

use super::create::{self, Telling};
use super::{Arrived, Finding, Found, Need, Outcome, Voucher, delete, flag};
use crate::domain::account::Account;
use crate::domain::uri::Uri;
use crate::services;
use crate::store::{Error, Tx, accounts, contributions};
use crate::vocab::incoming::Verb;

pub(super) fn apply(
    tx: &mut Tx<'_>,
    arrived: &Arrived,
    voucher: Voucher<'_>,
    found: &Found,
) -> Result<Outcome, Error> {
    let activity = &arrived.activity;
    if let (Verb::Flag, Voucher::Group(group)) = (&activity.verb, voucher) {
        return flag::handed_on(tx, group, activity);
    }
    let Some(uri) = activity.object_uri().filter(|uri| uri.same_origin(&activity.actor)) else {
        return Ok(Outcome::Ignored("unsigned, and its object belongs to another server"));
    };
    match activity.verb {
        Verb::Create | Verb::Update if uri != activity.actor => told(tx, &uri, voucher, found),
        Verb::Update => match fetched(found, Need::Fresh(uri)) {
            Err(needs) => Ok(needs),
            Ok(_) => Ok(Outcome::Done),
        },
        Verb::Delete if uri == activity.actor => farewell(tx, &uri, found),
        Verb::Delete => removed(tx, &uri, found),
        _ => Ok(Outcome::Ignored("unsigned")),
    }
}

fn fetched(found: &Found, need: Need) -> Result<&Finding, Outcome> {
    found.get(&need).ok_or(Outcome::Needs(need))
}

fn told(tx: &mut Tx<'_>, uri: &Uri, voucher: Voucher<'_>, found: &Found) -> Result<Outcome, Error> {
    let endorser = match voucher {
        Voucher::Group(group) => Some(group),
        Voucher::Actor | Voucher::Bearer => None,
    };
    match fetched(found, Need::Object(uri.clone())) {
        Err(needs) => Ok(needs),
        Ok(Finding::Object(object)) => {
            create::take(tx, &object.object, &object.author, &Telling::fetched(endorser, found))
        }
        Ok(Finding::Gone) => gone(tx, uri),
        Ok(Finding::Account(..) | Finding::Failed(_)) => {
            Ok(Outcome::Ignored("its origin does not confirm it"))
        }
    }
}

fn removed(tx: &mut Tx<'_>, uri: &Uri, found: &Found) -> Result<Outcome, Error> {
    if contributions::known(tx, uri)?.is_none() {
        return Ok(Outcome::Ignored("it is not here"));
    }
    match fetched(found, Need::Object(uri.clone())) {
        Err(needs) => Ok(needs),
        Ok(Finding::Gone) => gone(tx, uri),
        Ok(_) => Ok(Outcome::Ignored("its origin still has it")),
    }
}

/// Its origin says that it is gone: so it is here. What hinted at it is nobody's word, and goes no further.
fn gone(tx: &mut Tx<'_>, uri: &Uri) -> Result<Outcome, Error> {
    let Some(known) = contributions::known(tx, uri)? else {
        return Ok(Outcome::Ignored("it is not here"));
    };
    match accounts::by_id(tx, known.author_id)?.filter(|author| !author.is_local()) {
        Some(author) => delete::remove(tx, uri, &author, None),
        None => Ok(Outcome::Ignored("it is ours")),
    }
}

fn farewell(tx: &mut Tx<'_>, uri: &Uri, found: &Found) -> Result<Outcome, Error> {
    let Some(account) = accounts::by_uri(tx, uri)?.filter(|account: &Account| !account.is_local()) else {
        return Ok(Outcome::Ignored("the account is not known here"));
    };
    match fetched(found, Need::Fresh(uri.clone())) {
        Err(needs) => Ok(needs),
        Ok(Finding::Gone) => {
            services::accounts::remove(tx, &account)?;
            Ok(Outcome::Done)
        }
        Ok(_) => Ok(Outcome::Ignored("the account is still there")),
    }
}
