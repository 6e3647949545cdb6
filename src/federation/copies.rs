//! Documents from others than their own server: taken by their proof alone.
//!
//! When an origin does not answer, whoever has its signed documents can hand them on. A copy counts
//! when its proof fits a key that we once saw in its author's own description; a key that we never
//! saw counts when two organizations that ours follows have seen it.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::fetch::{self, Budget};
use super::objects::{self, Authored};
use super::{Federation, FetchError, resolve};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::keys::{Algorithm, VerifyingKey};
use crate::domain::question::Qid;
use crate::domain::rebuff::Rebuff;
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::services::accounts::{self as service, Name};
use crate::store::contributions::Viewer;
use crate::store::keys::{self, Key, Sight};
use crate::store::{
    Conn, Error, accounts, contributions, host_health, hosts, positions, questions, rebuffs, relations,
};
use crate::vocab::incoming::{Document, IncomingActor, ObjectKind};
use crate::vocab::proof;
use crate::vocab::strict::parse_strict;

/// Requests that one search among others may cost.
pub(super) const SEARCH: usize = 80;
/// Organizations that are asked for one copy, of those that answer as far as we know.
const MOST_PEERS: usize = 50;
/// How many more are asked although they are known not to answer: one of them may be back.
const MOST_AWAY: usize = 2;
/// Organizations that are asked for what they have of one conversation.
const MOST_LISTS: usize = 20;
/// How long others are looked through for one copy.
pub(super) const PATIENCE: Duration = Duration::from_secs(45);
/// Copies of one question whose carriers are thought of.
const MOST_CARRIERS: usize = 6;
/// How many of them are asked because they carry the question that it is about, before those that ours
/// follows.
const CARRIERS: usize = 3;
/// How many of them have to have seen a key that we never saw.
const WITNESSES: usize = 2;
/// The media type of copies.
const COPY: &str = "application/vnd.plenum.copy+json";

/// A contribution from its own address, else from whoever has a copy that carries its author's
/// proof. `told_by` is asked first; where an address only leads to the author's own, which does not
/// answer, it is the one that leads there.
pub async fn object(
    data: &Federation,
    uri: &Uri,
    told_by: Option<&Uri>,
    budget: &Budget,
) -> Result<Authored, FetchError> {
    let error = match objects::fetch(data, uri, budget).await {
        Ok(found) => return Ok(found),
        Err(error) if error.is_unanswered() => error,
        Err(error) => return Err(error),
    };
    let about = if let FetchError::Led { to, .. } = &error { (to, Some(uri)) } else { (uri, told_by) };
    let mut asked = 0;
    // On the heap: what one peer has may need others in turn.
    let search = Box::pin(search(data, about, budget, &mut asked));
    match tokio::time::timeout(PATIENCE, search).await {
        Ok(found) => {
            if let Some(found) = found? {
                return Ok(found);
            }
        }
        Err(_) => tracing::debug!(uri = %about.0, "others are looked through no longer"),
    }
    Err(error.besides(asked))
}

/// Looks through the others for a copy, and counts whom it asks.
async fn search(
    data: &Federation,
    (uri, told_by): (&Uri, Option<&Uri>),
    budget: &Budget,
    asked: &mut usize,
) -> Result<Option<Authored>, FetchError> {
    for peer in peers(data, uri, told_by).await? {
        if budget.left() == 0 {
            break;
        }
        *asked += 1;
        match from_peer(data, &peer, uri, budget).await {
            Ok(found) => return Ok(Some(found)),
            Err(FetchError::Fault(fault)) => return Err(FetchError::Fault(fault)),
            Err(FetchError::Altered(why)) => altered(data, &peer, uri, why).await?,
            Err(other) => tracing::debug!(%uri, %peer, error = %other, "no copy there"),
        }
    }
    Ok(None)
}

async fn from_peer(
    data: &Federation,
    peer: &Uri,
    uri: &Uri,
    budget: &Budget,
) -> Result<Authored, FetchError> {
    let (value, text) = ask(data, peer, "copy?id", uri, budget).await?;
    let found = proven(data, &value, text, budget).await?;
    if found.object.id != *uri {
        return Err(refused("the copy is of something else"));
    }
    Ok(found)
}

/// A version of a position by its number and digest, from its origin or whoever else kept it word for
/// word. The proof of any key that its author ever had counts: what is asked for is history.
pub(super) async fn version(
    data: &Federation,
    uri: &Uri,
    author: &Account,
    (number, digest): (i32, &str),
    budget: &Budget,
) -> Result<Authored, FetchError> {
    let mut failed = FetchError::NotFound;
    let origin = std::iter::once(uri.clone()).filter(|uri| !data.is_ours(uri));
    for peer in origin.chain(peers(data, uri, None).await?) {
        match version_from(data, &peer, (uri, author), number, budget).await {
            Ok(found) if proof::digest(&found.object.value).is_ok_and(|found| found == digest) => {
                return Ok(found);
            }
            Err(FetchError::Fault(fault)) => return Err(FetchError::Fault(fault)),
            Err(error) if error.is_temporary() => failed = error,
            Err(FetchError::Altered(why)) => altered(data, &peer, uri, why).await?,
            Ok(_) | Err(_) => tracing::debug!(%uri, number, %peer, "no such version there"),
        }
    }
    Err(failed)
}

async fn version_from(
    data: &Federation,
    peer: &Uri,
    (uri, author): (&Uri, &Account),
    number: i32,
    budget: &Budget,
) -> Result<Authored, FetchError> {
    let (value, text) = ask(data, peer, &format!("copy?rev={number}&id"), uri, budget).await?;
    let Document::Object(object) = Document::read(&value)? else {
        return Err(refused("a version of a position is expected"));
    };
    let fits = matches!(&object.kind, ObjectKind::Position(position) if position.revision == number);
    if !fits || object.id != *uri || object.owner != author.uri {
        return Err(refused("this is another version, or of something else"));
    }
    let Some(key) = proving(data, &value, author).await? else {
        return Err(FetchError::Altered("the version does not carry the proof of its author"));
    };
    let trust = if key.is_seen() { Trust::Proven } else { Trust::Attested };
    Ok(Authored { object: *object, author: author.clone(), text, trust })
}

/// A contribution whose document carries its author's proof, whoever handed it to us.
pub async fn proven(
    data: &Federation,
    value: &Value,
    text: String,
    budget: &Budget,
) -> Result<Authored, FetchError> {
    let Document::Object(object) = Document::read(value)? else {
        return Err(refused("a copy of a contribution is expected"));
    };
    let author = account(data, &object.owner, budget).await?;
    let Some(key) = proving(data, value, &author).await? else {
        return Err(FetchError::Altered("the copy does not carry the proof of its author"));
    };
    if key.retired_at.is_some() {
        // Whoever found an old key may not speak over what stands.
        let known = data.app.db.read(|conn| Ok(contributions::known(conn, &object.id)?)).await?;
        if known.is_some() {
            return Err(refused("its author no longer uses the key it is signed with"));
        }
    }
    let trust = if key.is_seen() { Trust::Proven } else { Trust::Attested };
    Ok(Authored { object: *object, author, text, trust })
}

/// The one of the keys that the author ever had which a proof fits.
pub(super) async fn proving(
    data: &Federation,
    value: &Value,
    author: &Account,
) -> Result<Option<Key>, FetchError> {
    let Some(method) = proof::verification_method(value).and_then(Uri::parse) else { return Ok(None) };
    if !method.same_origin(&author.uri) {
        return Ok(None);
    }
    let known = data.app.db.read(|conn| Ok(keys::of_account(conn, author.id)?)).await?;
    let now = data.now();
    for key in known.into_iter().filter(|key| key.algorithm == Algorithm::Ed25519) {
        if key.is_named(method.as_str()) && proof::verify(value, &key.verifying()?, now).is_ok() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// An account from its own address; where that does not answer, from copies that two organizations which
/// ours follows vouch for. Who carries a question may hand documents on and vouches for nobody: whoever wants
/// to can carry one.
async fn account(data: &Federation, uri: &Uri, budget: &Budget) -> Result<Account, FetchError> {
    let error = match resolve::actor(data, uri, budget).await {
        Ok(account) => return Ok(account),
        Err(error) if error.is_unanswered() => error,
        Err(error) => return Err(error),
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut copies = Vec::new();
    for peer in followed(data, Some(uri)).await? {
        let Ok(attested) = attested(data, &peer, uri, budget).await else { continue };
        for key in attested {
            *seen.entry(key).or_default() += 1;
        }
        copies.extend(ask(data, &peer, "copy?id", uri, budget).await.ok());
        let agreed = seen.iter().filter(|(_, witnesses)| **witnesses >= WITNESSES);
        for (multibase, _) in agreed {
            for (value, text) in &copies {
                if let Some(account) = vouched(data, uri, (value, text), multibase).await? {
                    return Ok(account);
                }
            }
        }
    }
    Err(error)
}

/// Keeps a copy of an account's description that is signed with a key others have seen.
async fn vouched(
    data: &Federation,
    uri: &Uri,
    (value, text): (&Value, &str),
    multibase: &str,
) -> Result<Option<Account>, FetchError> {
    let Ok(key) = VerifyingKey::from_multibase(multibase) else { return Ok(None) };
    let Ok(actor) = IncomingActor::read(value) else { return Ok(None) };
    let listed = actor.keys.iter().any(|listed| listed.key == key);
    if actor.id != *uri || !listed || proof::verify(value, &key, data.now()).is_err() {
        return Ok(None);
    }
    let name = Name::Claimed(actor.handle());
    let kept = data.app.db.write(|tx| {
        let account = service::receive(tx, &actor, text, &name, Sight::Others)?;
        // It was asked first, before anybody here knew of it.
        host_health::went_dark(tx, account.uri.host())?;
        Ok(account)
    });
    let kept = kept.await;
    match kept {
        Ok(account) => Ok(Some(account)),
        Err(Error::Refused(refusal)) => Err(refused(&refusal.to_string())),
        Err(Error::Fault(fault)) => Err(FetchError::Fault(fault)),
    }
}

/// The keys of an account that an organization which ours follows says to have seen, under its own signature.
async fn attested(
    data: &Federation,
    peer: &Uri,
    uri: &Uri,
    budget: &Budget,
) -> Result<Vec<String>, FetchError> {
    let (witness, value) = attestation(data, peer, uri, budget).await?;
    let organization = data.app.site.organization;
    if !data.app.db.read(|conn| Ok(relations::follows(conn, organization, witness.id)?)).await? {
        return Err(refused("ours does not follow who vouches for these keys"));
    }
    let listed = value.get("plenum:keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let key = |entry: &Value| Some(entry.get("plenum:key")?.as_str()?.to_owned());
    let mut keys: Vec<String> = listed.iter().filter_map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Where an account goes on, and with which key, as this guarantor says under its own signature.
pub(super) async fn succession(
    data: &Federation,
    guarantor: &Uri,
    uri: &Uri,
    budget: &Budget,
) -> Result<Option<(Uri, String)>, FetchError> {
    resolve::actor(data, guarantor, budget).await?;
    let (witness, value) = attestation(data, guarantor, uri, budget).await?;
    if witness.uri != *guarantor {
        return Err(refused("another organization speaks there"));
    }
    let successor = value.get("plenum:successor").and_then(Value::as_str).and_then(Uri::parse);
    let key = value.get("plenum:successorKey").and_then(Value::as_str);
    Ok(successor.zip(key.map(str::to_owned)))
}

/// What an organization says about an account, under its own signature; and who that is.
async fn attestation(
    data: &Federation,
    peer: &Uri,
    uri: &Uri,
    budget: &Budget,
) -> Result<(Account, Value), FetchError> {
    let (value, _) = ask(data, peer, "keys?actor", uri, budget).await?;
    let witness = value.get("attributedTo").and_then(Value::as_str).and_then(Uri::parse);
    let witness = witness.filter(|witness| witness.same_origin(peer));
    let witness = witness.ok_or_else(|| refused("nobody vouches for these keys"))?;
    let known = data.app.db.read(|conn| Ok(accounts::by_uri(conn, &witness)?)).await?;
    let known = known.ok_or_else(|| refused("the witness is not known here"))?;
    let about = value.get("plenum:actor").and_then(Value::as_str);
    if about != Some(uri.as_str()) || proving(data, &value, &known).await?.is_none() {
        return Err(refused("the witness did not sign this"));
    }
    Ok((known, value))
}

/// Where others list what they have of the conversation in which something stands.
pub(super) async fn conversations(data: &Federation, uri: &Uri) -> Result<Vec<Uri>, FetchError> {
    let peers = peers(data, uri, None).await?;
    Ok(peers.iter().take(MOST_LISTS).map(|peer| place(peer, "thread?id", uri)).collect())
}

/// The address at which a peer answers what it knows of something.
fn place(peer: &Uri, what: &str, uri: &Uri) -> Uri {
    let encoded: String = url::form_urlencoded::byte_serialize(uri.as_str().as_bytes()).collect();
    Uri::ours(peer.origin(), &format!("/.well-known/plenum/{what}={encoded}"))
}

async fn ask(
    data: &Federation,
    peer: &Uri,
    what: &str,
    uri: &Uri,
    budget: &Budget,
) -> Result<(Value, String), FetchError> {
    let url = place(peer, what, uri);
    let fetched = fetch::plain(data, &url, COPY, budget).await?;
    let text = String::from_utf8(fetched.body).map_err(|_| refused("the copy is no text"))?;
    let value = parse_strict(text.as_bytes()).map_err(|error| refused(&error.to_string()))?;
    Ok((value, text))
}

/// Somebody who may have a copy.
struct Place {
    uri: Uri,
    /// Whether their server is known not to answer.
    away: bool,
}

/// Whom we ask for a copy: who told us, some of those that carry the question it is about, organizations
/// that ours follows, then the other carriers. Never the origin.
async fn peers(data: &Federation, uri: &Uri, told_by: Option<&Uri>) -> Result<Vec<Uri>, FetchError> {
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| Ok((places(conn, organization)?, carriers(conn, uri)?)));
    let (followed, carriers) = found.await?;
    let (first, later) = carriers.split_at(carriers.len().min(CARRIERS));
    let told = told_by.map(|told| Place { uri: told.clone(), away: false });
    Ok(chosen(data, Some(uri), told.iter().chain(first).chain(&followed).chain(later)))
}

/// The organizations that ours follows, those first that answer; never the origin of what is looked for.
pub(super) async fn followed(data: &Federation, origin: Option<&Uri>) -> Result<Vec<Uri>, FetchError> {
    let organization = data.app.site.organization;
    let followed = data.app.db.read(|conn| places(conn, organization)).await?;
    Ok(chosen(data, origin, followed.iter()))
}

/// One of each server, as many as are asked: those first that answer as far as we know, and a few of the
/// others.
fn chosen<'a>(
    data: &Federation,
    origin: Option<&Uri>,
    places: impl Iterator<Item = &'a Place> + Clone,
) -> Vec<Uri> {
    let others = places.filter(|place| {
        !data.is_ours(&place.uri) && origin.is_none_or(|origin| !place.uri.same_origin(origin))
    });
    let mut chosen: Vec<Uri> = Vec::new();
    for (away, most) in [(false, MOST_PEERS), (true, MOST_AWAY)] {
        let full = chosen.len().saturating_add(most);
        for place in others.clone().filter(|place| place.away == away) {
            let known = chosen.iter().any(|known| known.same_origin(&place.uri));
            if !known && chosen.len() < full {
                chosen.push(place.uri.clone());
            }
        }
    }
    chosen
}

/// The organizations that one of ours follows.
fn places(conn: &mut Conn, organization: Id<Account>) -> Result<Vec<Place>, Error> {
    let followed = relations::peers(conn, organization)?;
    with_health(conn, followed.into_iter().map(|account| (account.uri, account.id)).collect())
}

fn with_health(conn: &mut Conn, found: Vec<(Uri, Id<Account>)>) -> Result<Vec<Place>, Error> {
    let owners: Vec<Id<Account>> = found.iter().map(|(_, owner)| *owner).collect();
    let away = hosts::unreachable(conn, &owners)?;
    Ok(found.into_iter().map(|(uri, owner)| Place { uri, away: away.contains_key(&owner) }).collect())
}

/// Where a question is carried that a copy or a position names in its address, or on which a statement
/// sets out a position; those first that answer.
fn carriers(conn: &mut Conn, uri: &Uri) -> Result<Vec<Place>, Error> {
    let mut qids: Vec<Qid> = Qid::in_address(uri).into_iter().collect();
    qids.extend(positions::set_out_by(conn, uri)?);
    let mut found = Vec::new();
    for qid in qids.iter().take(CARRIERS) {
        let copies = questions::carried(conn, Viewer::Anyone, qid)?;
        found.extend(copies.into_iter().take(MOST_CARRIERS).map(|(head, _)| (head.uri, head.author_id)));
    }
    let mut carriers = with_health(conn, found)?;
    carriers.sort_by_key(|place| place.away);
    Ok(carriers)
}

/// Somebody hands out what its author did not sign so: admins read it in the log, and how often on the page.
pub(super) async fn altered(data: &Federation, by: &Uri, of: &Uri, why: &str) -> Result<(), FetchError> {
    tracing::warn!(uri = %of, by = by.host(), why, "an altered copy was refused");
    let noted = data.app.db.write(|tx| rebuffs::note(tx, by.host(), Rebuff::Altered));
    noted.await.map_err(FetchError::from)
}

fn refused(why: &str) -> FetchError {
    FetchError::Refused(why.to_owned())
}
