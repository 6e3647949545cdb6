//! Flag: a report to our moderators.

use super::{Act, Outcome};
use crate::domain::account::Account;
use crate::domain::uri::Uri;
use crate::services::reports;
use crate::store::{Error, Tx, accounts, contributions, hosts};
use crate::vocab::incoming::Item;

/// How many of the reported addresses are looked at.
const MOST: usize = 50;

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let activity = act.activity();
    let home = match act.actor.host_id {
        Some(id) => hosts::by_id(tx, id)?,
        None => None,
    };
    if home.is_some_and(|host| host.reject_reports) {
        return Ok(Outcome::Ignored("reports of its server are not heard here"));
    }
    let items: Vec<Uri> = activity.objects.iter().take(MOST).filter_map(Item::uri).collect();
    let Some(target) = target(tx, &items)? else {
        return Ok(Outcome::Ignored("it is about nobody here"));
    };
    reports::receive(tx, &activity.id, act.actor, Some(&target), &items, &activity.content)?;
    Ok(Outcome::Done)
}

/// The account of ours that a report is about. The answer never says which addresses exist.
fn target(tx: &mut Tx<'_>, items: &[Uri]) -> Result<Option<Account>, Error> {
    if let Some(named) = accounts::by_uris(tx, items)?.into_iter().find(Account::is_local) {
        return Ok(Some(named));
    }
    let origin = tx.site()?.origin.clone();
    for item in items.iter().filter(|item| item.origin() == origin) {
        if let Some(reported) = contributions::known(tx, item)? {
            return Ok(accounts::by_id(tx, reported.author_id)?);
        }
    }
    Ok(None)
}
