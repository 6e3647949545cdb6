//! Whose key signed a request: remembered, known, or fetched once.
//!
//! A key counts when the document of its owner, from the owner's own address, lists it.

use std::sync::Arc;

use activitypub_federation::config::Data;
use http::request::Parts;

use super::fetch::{self, Budget};
use super::signature::{self, Claim, RequestHead, SignatureError};
use super::{Federation, FetchError, InboxError, resolve};
use crate::domain::account::{Account, AccountState};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::keys::VerifyingKey;
use crate::domain::uri::Uri;
use crate::store::{Error, accounts, keys};
use crate::vocab::incoming::{Document, IncomingActor, key_owner};

/// How long a key is used without a look into the database, in seconds.
const REMEMBERED: i64 = 600;
/// How long a key that does not fit is not fetched again, in seconds.
const COOLDOWN: i64 = 300;
/// Requests that one unknown key may cost: the key, its owner, the owner's handle.
const PER_KEY: usize = 4;

/// A key and whose it is.
#[derive(Clone, Debug)]
pub(super) struct KnownKey {
    pub(super) key: VerifyingKey,
    pub(super) owner: Owner,
}

/// The account that a key belongs to.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) id: Id<Account>,
    pub(super) uri: Uri,
    pub(super) host: Option<Id<Host>>,
}

impl Federation {
    /// Lets the keys of an account be read from the database again.
    pub(super) async fn forget_keys(&self, account: Id<Account>) -> Result<(), Error> {
        for key in self.app.db.read(|conn| Ok(keys::of_account(conn, account)?)).await? {
            self.state.keys.remove(&key.uri);
        }
        Ok(())
    }
}

/// Finds out who made one of these claims. One that holds is enough. Where it has to be `expected`,
/// nobody else's account is even kept.
pub(super) async fn verify(
    data: &Federation,
    claims: &[Claim],
    expected: Option<&Uri>,
) -> Result<Owner, InboxError> {
    let mut last = InboxError::from(SignatureError::Missing);
    for claim in claims {
        match verify_one(data, claim, expected).await {
            Ok(owner) => return Ok(owner),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn verify_one(data: &Federation, claim: &Claim, expected: Option<&Uri>) -> Result<Owner, InboxError> {
    if data.is_ours(&claim.key_id) {
        return Err(InboxError::unauthorized("this key belongs to us"));
    }
    let Some(known) = known(data, &claim.key_id).await? else {
        return fetch_and_verify(data, claim, expected).await;
    };
    check_owner(&known.owner.uri, expected)?;
    match claim.verify(&known.key) {
        Ok(()) => Ok(known.owner.clone()),
        Err(mismatch) => {
            // The owner may have changed the key. That is asked once in a while, not once per forgery.
            let now = data.now();
            if data.state.refetched.get(&claim.key_id, now).is_some() {
                return Err(mismatch.into());
            }
            data.state.refetched.put(claim.key_id.clone(), (), now.plus_seconds(COOLDOWN), now);
            fetch_and_verify(data, claim, expected).await
        }
    }
}

fn check_owner(owner: &Uri, expected: Option<&Uri>) -> Result<(), InboxError> {
    if expected.is_some_and(|expected| expected != owner) {
        return Err(InboxError::unauthorized("the signer is not the activity's actor"));
    }
    Ok(())
}

/// The key as we know it, where we saw it at its owner's own address: the word of others proves what was
/// published, and nobody's presence.
async fn known(data: &Federation, uri: &Uri) -> Result<Option<Arc<KnownKey>>, InboxError> {
    let now = data.now();
    if let Some(known) = data.state.keys.get(uri, now) {
        return Ok(Some(known));
    }
    let stored = data.app.db.read(|conn| {
        let Some(key) = keys::by_uri(conn, uri)?.filter(|key| key.retired_at.is_none() && key.is_seen())
        else {
            return Ok(None);
        };
        let owner = accounts::by_id(conn, key.account_id)?;
        let owner = owner.filter(|owner| !owner.is_local() && owner.state == AccountState::Active);
        Ok(owner.map(|owner| (key, owner)))
    });
    let Some((key, owner)) = stored.await? else { return Ok(None) };
    let owner = Owner { id: owner.id, uri: owner.uri, host: owner.host_id };
    let known = Arc::new(KnownKey { key: key.verifying()?, owner });
    data.state.keys.put(uri.clone(), Arc::clone(&known), now.plus_seconds(REMEMBERED), now);
    Ok(Some(known))
}

/// Fetches the owner of a key, checks the claim, and only then keeps anything.
async fn fetch_and_verify(
    data: &Federation,
    claim: &Claim,
    expected: Option<&Uri>,
) -> Result<Owner, InboxError> {
    let _flight = data.state.flights.enter(claim.key_id.as_str()).await;
    // Whoever was here first may have fetched it.
    if let Some(known) = known(data, &claim.key_id).await?
        && claim.verify(&known.key).is_ok()
    {
        return Ok(known.owner.clone());
    }
    let budget = Budget::new(PER_KEY);
    let (actor, text) = owner_of(data, &claim.key_id, &budget).await?;
    check_owner(&actor.id, expected)?;
    let listed = actor.keys.iter().find(|key| key.uri == claim.key_id);
    let key =
        listed.ok_or_else(|| InboxError::unauthorized("the signer's account does not list this key"))?;
    claim.verify(&key.key)?;
    let account = resolve::accept(data, &actor, &text, &budget).await?;
    let owner = Owner { id: account.id, uri: account.uri, host: account.host_id };
    let known = Arc::new(KnownKey { key: key.key.clone(), owner: owner.clone() });
    let now = data.now();
    data.state.keys.put(claim.key_id.clone(), known, now.plus_seconds(REMEMBERED), now);
    Ok(owner)
}

/// The account whose document should list this key. The key's address leads to the account itself,
/// or to a document of its own that names its owner.
async fn owner_of(
    data: &Federation,
    key: &Uri,
    budget: &Budget,
) -> Result<(IncomingActor, String), InboxError> {
    let document = fetch::document(data, &key.document(), budget).await?;
    let owner = key_owner(&document.value).filter(|owner| owner.same_origin(key));
    match Document::read(&document.value) {
        Ok(Document::Actor(actor)) => return Ok((*actor, document.text)),
        Ok(Document::Tombstone(_)) => return Err(FetchError::Gone.into()),
        Err(problem) if owner.as_ref() == Some(&document.uri) => {
            return Err(InboxError::unauthorized(format!("the signer's account: {problem}")));
        }
        Ok(Document::Object(_) | Document::Other(_)) | Err(_) => {}
    }
    let owner = owner.ok_or_else(|| InboxError::unauthorized("the key names no owner on its own server"))?;
    Ok(resolve::fetch_actor(data, &owner, budget).await?)
}

/// Who signed this request for a document; `None` where nobody did.
pub async fn signed_by(data: &Data<Federation>, parts: &Parts) -> Result<Option<Account>, InboxError> {
    let signed = parts.headers.contains_key("signature") || parts.headers.contains_key("signature-input");
    if !signed {
        return Ok(None);
    }
    let origins = [data.app.site.origin.clone()];
    let head =
        RequestHead { method: &parts.method, target: &parts.uri, headers: &parts.headers, origins: &origins };
    let claims = signature::check(&head, b"", data.now())?;
    admit(data, &claims).await?;
    let owner = verify(data, &claims, None).await?;
    let account = data.app.db.read(|conn| Ok(accounts::by_id(conn, owner.id)?)).await?;
    match account {
        Some(account) if account.standing == HostStanding::Suspended => {
            Err(InboxError::Forbidden("this account is suspended here".to_owned()))
        }
        account => Ok(account),
    }
}

/// Refuses the servers we do not talk to, before anything is asked of anybody.
pub(super) async fn admit(data: &Federation, claims: &[Claim]) -> Result<(), InboxError> {
    let hosts: Vec<&str> = claims.iter().map(|claim| claim.key_id.host()).collect();
    let refused =
        data.app.db.read(|conn| Ok(hosts.iter().map(|host| fetch::admits(conn, host)).find_map(Result::err)));
    match refused.await? {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
