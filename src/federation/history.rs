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
use crate::domain::job::{Below, Job};
use crate::domain::position::Position;
use crate::services::positions::{self as service, Filled};
use crate::store::{Conn, Error, Tx, accounts, contributions, jobs, positions, revisions};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// Versions that are asked for at a time; the rest is asked for afterwards.
const MOST: usize = 50;
/// How often it is gone on with: more versions than this brings are not kept of one position.
const ROUNDS: u32 = 3;
/// Versions that are looked at in one round, here or not.
const LOOKED_AT: usize = 1000;
/// Requests that one round may cost.
const REQUESTS: usize = 200;

/// What follows what: the number of a version, and the digest by which the next one names it.
struct Link {
    number: i32,
    digest: String,
}

/// How far one round came.
enum Reached {
    /// The first version: nothing is missing.
    Bottom,
    /// A version that nobody has, or that is not kept.
    End,
    /// As many as are asked for at a time; the next one is this.
    Pause(Link),
}

/// Fills the gaps in the history of a position as far as somebody has what is missing. Where all of it
/// is here afterwards, the position is no longer marked.
pub async fn fill(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    go_on(data, id, 0, None).await
}

/// Goes on with that, below what was looked at in earlier rounds.
pub async fn go_on(
    data: &Data<Federation>,
    id: Id<Contribution>,
    round: u32,
    below: Option<&Below>,
) -> Result<(), Error> {
    let Some((head, position, author)) = data.app.db.read(|conn| load(conn, id)).await? else {
        return Ok(());
    };
    let top = below.map_or(head.revision, |below| below.top);
    let first = match below {
        Some(below) => Some(Link { number: below.number, digest: below.digest.clone() }),
        None => link(head.revision, position.previous.clone()),
    };
    let reached = match first {
        Some(first) => descend(data, (&head, &author), first).await?,
        None if head.revision == 1 => Reached::Bottom,
        None => Reached::End,
    };
    match reached {
        Reached::Bottom => data.app.db.write(|tx| unmark(tx, id, top)).await,
        Reached::Pause(link) if round < ROUNDS => {
            let below = Some(Below { top, number: link.number, digest: link.digest });
            let on = Job::FetchHistory { position: id.get(), round: round.saturating_add(1), below };
            let now = data.now();
            data.app.db.write(|tx| jobs::enqueue(tx, &on, now)).await
        }
        Reached::Pause(_) | Reached::End => Ok(()),
    }
}

/// Goes from version to version, and asks for those that are not here.
async fn descend(
    data: &Data<Federation>,
    (head, author): (&Contribution, &Account),
    first: Link,
) -> Result<Reached, Error> {
    let budget = Budget::new(REQUESTS);
    let (mut asked, mut kept) = (0, 0);
    let mut wanted = first;
    for _ in 0..LOOKED_AT {
        let here = data.app.db.read(|conn| Ok(revisions::by_number(conn, head.id, wanted.number)?)).await?;
        let fits = here.filter(|version| version.digest == wanted.digest);
        let document = match fits.and_then(|version| version.document) {
            Some(document) => document,
            // What is asked for and not kept would be asked for again and again.
            None if asked == MOST && kept == 0 => return Ok(Reached::End),
            None if asked == MOST => return Ok(Reached::Pause(wanted)),
            None => {
                asked += 1;
                let found = missing(data, (head, author), &wanted, &budget).await?;
                let Some((document, filled)) = found.filter(|(_, filled)| *filled != Filled::Full) else {
                    return Ok(Reached::End);
                };
                kept += usize::from(filled == Filled::Kept);
                document
            }
        };
        match link(wanted.number, previous(&document)) {
            Some(next) => wanted = next,
            None if wanted.number == 1 => return Ok(Reached::Bottom),
            None => return Ok(Reached::End),
        }
    }
    Ok(Reached::End)
}

/// Nothing is missing below the version that was looked at. One that came meanwhile may have a gap of its
/// own.
fn unmark(tx: &mut Tx<'_>, id: Id<Contribution>, looked_at: i32) -> Result<(), Error> {
    let now = contributions::known_by_id(tx, id)?;
    if now.is_some_and(|now| now.revision == looked_at) {
        positions::set_gap(tx, id, false)?;
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
) -> Result<Option<(String, Filled)>, Error> {
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
    Ok(Some((text, kept.await?)))
}
