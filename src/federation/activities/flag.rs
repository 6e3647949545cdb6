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
    let about = about(tx, &items)?;
    if about.is_empty() {
        return Ok(Outcome::Ignored("it is about nobody here"));
    }
    for (number, (target, items)) in about.iter().enumerate() {
        let uri = match number {
            0 => Some(activity.id.clone()),
            more => Uri::parse(&format!("{}#{more}", activity.id)),
        };
        if let Some(uri) = uri {
            reports::receive(tx, &uri, act.actor, target, items, &activity.content)?;
        }
    }
    Ok(Outcome::Done)
}

/// The accounts of ours that a report is about, each with what is said to be theirs: a report of its own
/// for each, because nobody reads what is reported about themselves. The answer never says which addresses
/// exist.
fn about(tx: &mut Tx<'_>, items: &[Uri]) -> Result<Vec<(Account, Vec<Uri>)>, Error> {
    let origin = tx.site()?.origin.clone();
    let mut about: Vec<(Account, Vec<Uri>)> = Vec::new();
    for item in items.iter().filter(|item| item.origin() == origin) {
        let named = accounts::by_uri(tx, item)?.filter(Account::is_local);
        let author = match contributions::known(tx, item)? {
            Some(reported) if named.is_none() => accounts::by_id(tx, reported.author_id)?,
            Some(_) | None => None,
        };
        let Some(target) = named.or(author) else { continue };
        match about.iter_mut().find(|(known, _)| known.id == target.id) {
            Some((_, theirs)) => theirs.push(item.clone()),
            None => about.push((target, vec![item.clone()])),
        }
    }
    Ok(about)
}
