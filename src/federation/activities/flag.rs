//! Flag: a report to our moderators.

use super::{Act, Outcome};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::rebuff::Rebuff;
use crate::domain::uri::Uri;
use crate::services::reports;
use crate::store::{self, Error, Tx, accounts, contributions, hosts};
use crate::vocab::incoming::{IncomingActivity, Item};

/// How many of the reported addresses are looked at, and about how many accounts a report may be.
const MOST: usize = 50;
const MOST_TARGETS: usize = 5;

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    take(tx, act.actor, act.activity(), &act.activity().id)
}

/// Lemmy hands reports on to the servers that have moderators of the group: the group answers for what its
/// people report, and the report gets an address that nobody takes for that of its author.
pub(super) fn handed_on(
    tx: &mut Tx<'_>,
    group: &Account,
    activity: &IncomingActivity,
) -> Result<Outcome, Error> {
    match Uri::parse(&format!("{}#by-{}", activity.id, group.id)) {
        Some(uri) => take(tx, group, activity, &uri),
        None => Ok(Outcome::Rebuffed(Rebuff::Unreadable)),
    }
}

fn take(
    tx: &mut Tx<'_>,
    reporter: &Account,
    activity: &IncomingActivity,
    uri: &Uri,
) -> Result<Outcome, Error> {
    let home = match reporter.host_id {
        Some(id) => hosts::by_id(tx, id)?,
        None => None,
    };
    if home.is_some_and(|host| host.reject_reports) {
        return Ok(Outcome::Ignored("reports of its server are not heard here"));
    }
    let items: Vec<Uri> = activity.objects.iter().take(MOST).filter_map(Item::uri).collect();
    let about = about(tx, reporter, &items)?;
    if about.is_empty() {
        return Ok(Outcome::Ignored("it is about nobody here"));
    }
    let mut whole = about.len() <= MOST_TARGETS;
    for (number, (target, items)) in about.iter().take(MOST_TARGETS).enumerate() {
        let uri = match number {
            0 => Some(uri.clone()),
            more => Uri::parse(&format!("{uri}#{more}")),
        };
        if let Some(uri) = uri {
            whole &= reports::receive(tx, &uri, reporter, target, items, &activity.content)?;
        }
    }
    Ok(if whole { Outcome::Done } else { Outcome::Rebuffed(Rebuff::Reports) })
}

/// The accounts that a report is about, each with what is said to be theirs: a report of its own for each,
/// because nobody reads what is reported about themselves. Accounts elsewhere are reported with what they
/// said where our moderators moderate. The answer never says which addresses exist.
fn about(tx: &mut Tx<'_>, reporter: &Account, items: &[Uri]) -> Result<Vec<(Account, Vec<Uri>)>, Error> {
    let origin = tx.site()?.origin.clone();
    let mut about: Vec<(Account, Vec<Uri>)> = Vec::new();
    for item in items {
        let named = accounts::by_uri(tx, item)?.filter(Account::is_local);
        let target = match contributions::known(tx, item)? {
            Some(head) if named.is_none() && is_ours_to_judge(tx, &origin, reporter, &head)? => {
                accounts::by_id(tx, head.author_id)?
            }
            Some(_) | None => named,
        };
        let Some(target) = target else { continue };
        match about.iter_mut().find(|(known, _)| known.id == target.id) {
            Some((_, theirs)) => theirs.push(item.clone()),
            None => about.push((target, vec![item.clone()])),
        }
    }
    Ok(about)
}

/// Whether something was said here, or in a thread of ours or to one of us, and the server that reports it
/// can know it.
fn is_ours_to_judge(
    tx: &mut Tx<'_>,
    origin: &str,
    reporter: &Account,
    head: &Contribution,
) -> Result<bool, Error> {
    if head.state == State::Deleted || !store::reports::is_known_to(tx, reporter, head)? {
        return Ok(false);
    }
    if head.uri.origin() == origin {
        return Ok(true);
    }
    let root = contributions::known_by_id(tx, head.thread_id)?;
    Ok(root.is_some_and(|root| root.local) || store::reports::names_us(tx, head.id)?)
}
