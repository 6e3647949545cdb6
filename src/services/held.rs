//! What waits of others: letting it be seen, and deleting it.

use super::cards::{self, Named};
use super::contributions::{erase, load, notify, stored};
use super::{external_statements, publish, quotes};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::store::{Error, Event, Tx, accounts, contributions, held, revisions, tombstones};

/// A moderator lets an author in: what was held becomes visible and is announced.
pub fn approve(tx: &mut Tx<'_>, author: Id<Account>) -> Result<usize, Error> {
    accounts::set_standing(tx, author, HostStanding::Approved)?;
    let held = held::of(tx, author)?;
    release(tx, &held)?;
    Ok(held.len())
}

/// Everything that waits from a server becomes visible and is announced.
pub fn let_in(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    let held = held::from(tx, host)?;
    release(tx, &held)
}

/// What waits of an author is deleted, and nothing of it is taken in again.
pub fn reject(tx: &mut Tx<'_>, author: Id<Account>) -> Result<usize, Error> {
    let held = held::of(tx, author)?;
    for id in &held {
        expel(tx, *id)?;
    }
    Ok(held.len())
}

/// Deletes a contribution and does not take it in again.
pub(super) fn expel(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let head = stored(tx, id)?;
    erase(tx, id)?;
    // What is ours comes from nowhere else.
    if head.local { Ok(()) } else { tombstones::insert(tx, &head.uri) }
}

/// What the author says of the newest version, whatever we made of it.
fn declared(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<State, Error> {
    Ok(match revisions::newest(tx, id)?.map(|version| version.state) {
        Some(state @ (State::Superseded | State::Retracted)) => state,
        Some(State::Current | State::Deleted | State::Held | State::Withheld) | None => State::Current,
    })
}

/// Shows what was held, and tells whom it concerns; what its author has withdrawn is no news.
fn release(tx: &mut Tx<'_>, held: &[Id<Contribution>]) -> Result<(), Error> {
    for id in held {
        let state = declared(tx, *id)?;
        contributions::set_state(tx, *id, state)?;
        tx.after_commit(Event::Placed(id.get()));
        let view = load(tx, *id)?;
        cards::rename(tx, *id, &Named::of(&view))?;
        quotes::approved(tx, *id)?;
        external_statements::approved(tx, &view)?;
        if state != State::Current {
            continue;
        }
        notify(tx, &view)?;
        let address = serde_json::json!(view.head.uri);
        publish::announce_in_forum(tx, &view.head, &view.author, &address)?;
    }
    Ok(())
}
