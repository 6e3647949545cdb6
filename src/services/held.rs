//! What waits of others: letting it be seen, and deleting it.

use super::cards::{self, Named};
use super::contributions::{erase, load, notify, stored};
use super::{condemnations, external_statements, publish, quotes};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, NEWS_SECONDS, State};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::user::User;
use crate::store::held::Source;
use crate::store::{
    Error, Event, Tx, accounts, contributions, held, jobs, rejected_authors, revisions, tombstones,
};

/// Contributions that are shown in one transaction.
const AT_ONCE: usize = 100;

/// A moderator lets an author in: what was held becomes visible and is announced, the first of it at once and
/// the rest by a job. How much that is.
pub fn approve(tx: &mut Tx<'_>, author: Id<Account>) -> Result<usize, Error> {
    accounts::set_standing(tx, author, HostStanding::Approved)?;
    let held = held::of(tx, author)?;
    let until = tx.now.0;
    begin(tx, &held, &Job::ReleaseAuthor { author: author.get(), until })
}

/// Everything that waits from a server becomes visible and is announced, in the same way.
pub fn let_in(tx: &mut Tx<'_>, host: Id<Host>) -> Result<usize, Error> {
    let held = held::from(tx, host)?;
    let until = tx.now.0;
    begin(tx, &held, &Job::ReleaseHost { host: host.get(), until })
}

/// What waits from a server on which our organization follows somebody now becomes visible, in the same way; what a
/// rule about texts caught goes on waiting.
pub(super) fn follow(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    let until = tx.now;
    if release_some(tx, Source::Followed(host), (until, Id::new(0)))?.is_some() {
        jobs::enqueue(tx, &Job::ReleaseFollowed { host: host.get(), until: until.0 }, until)?;
    }
    Ok(())
}

fn begin(tx: &mut Tx<'_>, held: &[Id<Contribution>], rest: &Job) -> Result<usize, Error> {
    for id in held.iter().take(AT_ONCE) {
        release(tx, *id)?;
    }
    if held.len() > AT_ONCE {
        let now = tx.now;
        jobs::enqueue(tx, rest, now)?;
    }
    Ok(held.len())
}

/// Shows some of what waited when it was let in, behind a place; where to go on. What cannot be shown goes on
/// waiting, for a moderator to look at.
pub fn release_some(
    tx: &mut Tx<'_>,
    source: Source,
    (until, after): (Timestamp, Id<Contribution>),
) -> Result<Option<Id<Contribution>>, Error> {
    let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let some = held::let_in_since(tx, source, (until, after), limit)?;
    for id in &some {
        match tx.savepoint(|tx| release(tx, *id)) {
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => tracing::warn!(contribution = id.get(), %error, "it could not be shown"),
            Ok(()) => {}
        }
    }
    Ok(some.last().copied())
}

/// What waits of some authors is deleted, and nothing of it is taken in again. How much that is.
pub fn reject(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    about: &str,
    authors: &[Id<Account>],
) -> Result<usize, Error> {
    let held = held::of_all(tx, authors)?;
    reject_all(tx, user, about, &held)?;
    Ok(held.len())
}

/// The same for all that waits from a server.
pub fn reject_from(tx: &mut Tx<'_>, user: Option<Id<User>>, host: &Host) -> Result<usize, Error> {
    let held = held::from(tx, host.id)?;
    reject_all(tx, user, &host.name, &held)?;
    Ok(held.len())
}

/// Whoever wrote any of it is known as rejected from then on.
fn reject_all(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    about: &str,
    held: &[Id<Contribution>],
) -> Result<(), Error> {
    let authors = held::authors_of(tx, held)?;
    if let Some(condemnation) = condemnations::condemn(tx, user, about, held)? {
        rejected_authors::insert(tx, condemnation, user, &authors)?;
    }
    Ok(())
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

/// Shows what was held, and tells whom it concerns; what its author has withdrawn is no news, and what is old
/// none for those who follow the Forum.
fn release(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let state = declared(tx, id)?;
    contributions::set_state(tx, id, state)?;
    tx.after_commit(Event::Placed(id.get()));
    let view = load(tx, id)?;
    cards::rename(tx, id, &Named::of(&view))?;
    quotes::approved(tx, id)?;
    external_statements::approved(tx, &view)?;
    if state != State::Current {
        return Ok(());
    }
    notify(tx, &view)?;
    if !view.head.is_younger_than(NEWS_SECONDS, tx.now) {
        return Ok(());
    }
    let address = serde_json::json!(view.head.uri);
    publish::announce_in_forum(tx, &view.head, &view.author, &address)
}
