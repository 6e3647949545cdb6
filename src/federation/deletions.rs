//! Deletions of positions as sites that compare hand them on: who missed the `Delete` of an author hears
//! of it from whoever did not.
//!
//! A deletion counts by the proof of the author of what it deletes, by a key that is still used; where
//! that cannot be shown, the author's own server is asked. Nobody deletes for somebody else.

use activitypub_federation::config::Data;
use serde_json::Value;

use super::activities::delete;
use super::fetch::{self, Budget};
use super::{Federation, FetchError, copies, objects};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::exchange::SetDigest;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::store::keys::Key;
use crate::store::{Conn, Error, accounts, contributions, positions, tombstones};
use crate::vocab::incoming::IncomingCollection;

/// Deletions that are taken from one list.
const MOST: usize = 500;

/// Takes the deletions on a question that a site knows and we do not. `entrance` is that of its list of
/// positions, `before` their digest when it was last compared with. Returns the digest.
pub(super) async fn take(
    data: &Data<Federation>,
    (qid, copy): (&Qid, &Contribution),
    entrance: &Value,
    before: &str,
    budget: &Budget,
) -> Result<String, FetchError> {
    let theirs = entrance.get("plenum:deletionDigest").and_then(Value::as_str).unwrap_or_default();
    let theirs: String = theirs.chars().take(64).collect();
    let ours = data.app.db.read(|conn| digest(conn, qid)).await?;
    if theirs.is_empty() || theirs == ours || theirs == before {
        return Ok(theirs);
    }
    let list = fetch::document(data, &Uri::ours(copy.uri.as_str(), "/deletions"), budget).await?;
    let mut whole = true;
    for item in IncomingCollection::read(&list.value)?.items.iter().take(MOST) {
        match one(data, qid, item, budget).await {
            Ok(()) => {}
            Err(FetchError::Fault(fault)) => return Err(FetchError::Fault(fault)),
            Err(error) => {
                whole &= !error.is_temporary();
                tracing::debug!(%error, "a deletion is not taken from a list");
            }
        }
    }
    // What could not be shown for the moment is asked for again.
    Ok(if whole { theirs } else { String::new() })
}

fn digest(conn: &mut Conn, qid: &Qid) -> Result<String, Error> {
    let gone = tombstones::addresses(conn, qid)?;
    Ok(SetDigest::of(gone.iter().map(|uri| (uri, ""))).to_hex())
}

/// Applies one deletion, if it is the word of the author of what it deletes.
async fn one(data: &Data<Federation>, qid: &Qid, item: &Value, budget: &Budget) -> Result<(), FetchError> {
    let named = |name: &str| item.get(name).and_then(Value::as_str);
    let object = item.get("object");
    let object = object.and_then(|object| object.as_str().or_else(|| object.get("id")?.as_str()));
    let (Some("Delete"), Some(uri)) = (named("type"), object.and_then(Uri::parse)) else {
        return Ok(());
    };
    if data.is_ours(&uri) {
        return Ok(());
    }
    let Some(author) = data.app.db.read(|conn| author_of(conn, qid, &uri)).await? else { return Ok(()) };
    if named("actor") != Some(author.uri.as_str()) {
        return Err(FetchError::Refused("somebody else would delete it".to_owned()));
    }
    let key = copies::proving(data, item, &author).await?.filter(Key::is_seen);
    // Its author's own word, whatever became of the key: others may check it, too.
    let word = key.as_ref().map(|_| item);
    if key.is_none_or(|key| key.retired_at.is_some()) {
        match objects::fetch(data, &uri, budget).await {
            Err(FetchError::Gone) => {}
            Err(error) => return Err(error),
            Ok(_) => return Err(FetchError::Refused("its author has not deleted it".to_owned())),
        }
    }
    let removed = data.app.db.write(|tx| delete::remove(tx, &uri, &author, word)).await;
    removed.map(|_| ()).map_err(FetchError::from)
}

/// Whose position on this question stands at an address, as far as it is here; or stood, where we know that it
/// is gone and nobody could show us its author's word.
fn author_of(conn: &mut Conn, qid: &Qid, uri: &Uri) -> Result<Option<Account>, Error> {
    let Some(head) = contributions::known(conn, uri)? else { return Ok(None) };
    if head.state == State::Deleted {
        let mark = tombstones::by_uri(conn, uri)?.filter(|mark| mark.qid.as_ref() == Some(qid));
        return Ok(match mark.filter(|mark| mark.document.is_none()) {
            Some(_) => accounts::by_id(conn, head.author_id)?,
            None => None,
        });
    }
    let position = positions::parts(conn, head.id)?.filter(|position| position.qid == *qid);
    Ok(match position {
        Some(position) => accounts::by_id(conn, position.account_id)?,
        None => None,
    })
}
