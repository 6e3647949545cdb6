//! Versions of a position that are missing here: a version follows the one before it by its digest, and
//! where that one is not here it is asked for, at its origin and at whoever else may have it.
//!
//! What is found is history, never a new word: it counts by the proof of its author, whichever of the
//! author's keys made it. A version that was given out with other words than ours is kept beside it.

use activitypub_federation::config::Data;

use super::copies;
use super::fetch::Budget;
use super::objects::contribution::received;
use super::{Federation, FetchError};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::position::Position;
use crate::services::positions as service;
use crate::store::{Conn, Error, Tx, accounts, contributions, jobs, positions, revisions};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// Versions that are asked for at a time; the rest is asked for afterwards.
const MOST: usize = 50;
/// Versions that are looked at, here or not.
const LOOKED_AT: usize = 10_000;
/// Requests that this may cost.
const REQUESTS: usize = 200;

/// What follows what: the number of a version, and the digest by which the next one names it.
struct Link {
    number: i32,
    digest: String,
}

/// Fills the gaps in the history of a position as far as somebody has what is missing. Where all of it
/// is here afterwards, the position is no longer marked.
pub async fn fill(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    let Some((head, position, author)) = data.app.db.read(|conn| load(conn, id)).await? else {
        return Ok(());
    };
    let budget = Budget::new(REQUESTS);
    let mut next = link(head.revision, position.previous.clone());
    let mut whole = next.is_some() || head.revision == 1;
    let mut asked = 0;
    for _ in 0..LOOKED_AT {
        let Some(wanted) = next.take() else { break };
        let here = data.app.db.read(|conn| Ok(revisions::by_number(conn, id, wanted.number)?)).await?;
        let fits = here.as_ref().filter(|version| version.digest == wanted.digest);
        let document = match fits.and_then(|version| version.document.clone()) {
            Some(document) => document,
            None if asked == MOST => return go_on(data, id).await,
            None => match missing(data, (&head, &author), &wanted, &budget).await? {
                Some(document) => document,
                None => {
                    whole = false;
                    break;
                }
            },
        };
        asked += usize::from(fits.is_none());
        next = link(wanted.number, previous(&document));
        whole = next.is_some() || wanted.number == 1;
    }
    if whole && next.is_none() {
        data.app.db.write(|tx| unmark(tx, &head)).await?;
    }
    Ok(())
}

/// The rest, which reaches deeper, has its turn at once.
async fn go_on(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    let (on, now) = (Job::FetchHistory { position: id.get() }, data.now());
    data.app.db.write(|tx| jobs::enqueue(tx, &on, now)).await
}

/// Nothing is missing below the version that was looked at. One that came meanwhile may have a gap of its
/// own.
fn unmark(tx: &mut Tx<'_>, looked_at: &Contribution) -> Result<(), Error> {
    let now = contributions::known_by_id(tx, looked_at.id)?;
    if now.is_some_and(|now| now.revision == looked_at.revision) {
        positions::set_gap(tx, looked_at.id, false)?;
    }
    Ok(())
}

fn link(number: i32, previous: Option<String>) -> Option<Link> {
    let number = number.checked_sub(1).filter(|number| *number > 0)?;
    Some(Link { number, digest: previous? })
}

fn load(conn: &mut Conn, id: Id<Contribution>) -> Result<Option<(Contribution, Position, Account)>, Error> {
    let Some(head) = contributions::known_by_id(conn, id)? else { return Ok(None) };
    let Some(position) = positions::parts(conn, id)?.filter(|position| position.gap) else {
        return Ok(None);
    };
    let author = accounts::by_id(conn, head.author_id)?;
    Ok(author.map(|author| (head, position, author)))
}

/// By which digest a version names the one before it.
fn previous(document: &str) -> Option<String> {
    let value = serde_json::from_str(document).ok()?;
    let ObjectKind::Position(position) = IncomingObject::read(&value).ok()?.kind else { return None };
    position.previous
}

/// The version that is wanted, from whoever has it; kept where it is found.
async fn missing(
    data: &Data<Federation>,
    (head, author): (&Contribution, &Account),
    wanted: &Link,
    budget: &Budget,
) -> Result<Option<String>, Error> {
    let found = match copies::version(data, &head.uri, author, (wanted.number, &wanted.digest), budget).await
    {
        Ok(found) => found,
        Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(error) if error.is_temporary() => return Err(error.into()),
        Err(error) => {
            tracing::debug!(uri = %head.uri, number = wanted.number, %error, "a version is not to be had");
            return Ok(None);
        }
    };
    let text = found.text.clone();
    let kept = data.app.db.write(|tx| {
        let (object, author) = (&found.object, &found.author);
        let version = received(tx, object, author, found.text.clone(), found.trust)?;
        service::fill(tx, head.id, &version)
    });
    kept.await?;
    Ok(Some(text))
}
