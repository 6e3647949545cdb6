//! What its author deleted: emptied, and marked so that it does not come back.

use serde_json::Value;

use super::contributions;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Kind, State};
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::store::keys::{self, Key};
use crate::store::tombstones::{self, Tombstone};
use crate::store::{Error, Tx, contributions as kept, revisions};
use crate::vocab::proof;

/// Removes what its author deleted, and remembers the address. `word` is the author's own `Delete`, where one
/// was shown to be theirs.
pub fn remove(tx: &mut Tx<'_>, uri: &Uri, by: &Account, word: Option<&Value>) -> Result<Option<View>, Error> {
    let Some(known) = kept::known(tx, uri)? else {
        if uri.same_origin(&by.uri) {
            tombstones::insert(tx, uri)?;
        }
        return Ok(None);
    };
    if known.author_id != by.id {
        return Err(Refusal::forbidden("only its author may delete a contribution").into());
    }
    let word = match word {
        Some(word) if is_proven(tx, by, word)? => Some(word.to_string()),
        Some(_) | None => None,
    };
    if known.state == State::Deleted {
        // Its origin may have said so first; this is the word that others can check.
        if let Some(word) = word {
            tombstones::prove(tx, uri, &word)?;
        }
        return Ok(None);
    }
    let view = contributions::load(tx, known.id)?;
    bury(tx, &view, word)?;
    Ok(Some(view))
}

/// Whether a document carries a proof by one of the keys that an account showed at its own address.
fn is_proven(tx: &mut Tx<'_>, by: &Account, document: &Value) -> Result<bool, Error> {
    let Some(method) = proof::verification_method(document) else { return Ok(false) };
    for key in keys::of_account(tx, by.id)?.into_iter().filter(Key::is_seen) {
        if key.is_named(method) && proof::verify(document, &key.verifying()?, tx.now).is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Empties what was deleted and marks its address. Of what belongs to the debate the signed word is
/// kept for those who missed it.
fn bury(tx: &mut Tx<'_>, view: &View, document: Option<String>) -> Result<(), Error> {
    let head = &view.head;
    let qid = if let Body::Position(stand) = &view.body { Some(stand.position.qid.clone()) } else { None };
    let digest = revisions::newest(tx, head.id)?.map(|version| version.digest);
    contributions::erase(tx, head.id)?;
    let mark = Tombstone {
        uri: head.uri.clone(),
        created_at: tx.now,
        kind: (head.kind != Kind::Post).then_some(head.kind),
        qid,
        digest,
        document,
    };
    tombstones::keep(tx, &mark)
}
