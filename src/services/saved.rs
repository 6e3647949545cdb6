//! What an account keeps, shows first, or does not want to hear of.

use super::publish;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State, Visibility};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::store::contributions::{self, Viewer};
use crate::store::{Error, Tx, bookmarks, pins};

/// Contributions that an account shows first at most.
pub const MOST_PINS: usize = 5;

/// Keeps a contribution for later.
pub fn bookmark(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let head = seen(tx, account, id)?;
    bookmarks::insert(tx, account.id, head.id)
}

/// No longer keeps it.
pub fn unbookmark(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    bookmarks::delete(tx, account.id, id)?;
    Ok(())
}

/// The account does not want to hear of what is said in this thread.
pub fn mute_thread(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let head = seen(tx, account, id)?;
    bookmarks::mute_thread(tx, account.id, head.thread_id)
}

/// It wants to hear of it again.
pub fn unmute_thread(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let head = seen(tx, account, id)?;
    bookmarks::unmute_thread(tx, account.id, head.thread_id)?;
    Ok(())
}

/// Shows a contribution of its own first; again changes nothing.
pub fn pin(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let head = seen(tx, account, id)?;
    if head.author_id != account.id {
        return Err(Refusal::invalid("base", "only your own contributions can be pinned").into());
    }
    if matches!(head.visibility, Visibility::Mentioned | Visibility::Internal) {
        return Err(Refusal::invalid("base", "what only some may see cannot be pinned").into());
    }
    let pinned = pins::of(tx, Viewer::Member(account.id), account.id)?;
    if pinned.iter().any(|one| one.id == id) {
        return Ok(());
    }
    if pinned.len() >= MOST_PINS {
        return Err(Refusal::invalid("base", "at most 5 contributions can be pinned").into());
    }
    let now = tx.now;
    pins::insert(tx, account.id, id, now)?;
    publish::listed_first(tx, account, "Add", &head)
}

/// No longer shows it first.
pub fn unpin(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    if pins::delete(tx, account.id, id)? == 0 {
        return Ok(());
    }
    let head = seen(tx, account, id)?;
    publish::listed_first(tx, account, "Remove", &head)
}

/// Somebody elsewhere shows these contributions of theirs first, as far as they are here.
pub fn show_first(tx: &mut Tx<'_>, account: &Account, uris: &[Uri]) -> Result<(), Error> {
    pins::clear(tx, account.id)?;
    let now = tx.now;
    for (rank, uri) in (0..).zip(uris) {
        let head = contributions::known(tx, uri)?;
        let own = head.filter(|head| head.author_id == account.id && head.state != State::Deleted);
        if let Some(head) = own {
            pins::insert(tx, account.id, head.id, Timestamp(now.0 - rank))?;
        }
    }
    Ok(())
}

fn seen(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    contributions::by_id(tx, Viewer::Member(account.id), id)?.ok_or_else(|| Refusal::NotFound.into())
}
