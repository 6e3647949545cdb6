//! What a handle or an address means: an account or a contribution, fetched where it is not here.

use std::collections::HashSet;
use std::time::Duration;

use activitypub_federation::config::Data;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::fetch::{self, Budget};
use super::objects;
use super::{Federation, FetchError, copies, counts, webfinger};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::handle::Handle;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::services::accounts::{self as service, Name};
use crate::store::keys::Sight;
use crate::store::{Error, accounts, contributions};
use crate::text::entities::{self, Entity};
use crate::vocab::incoming::{Document, IncomingActor};

/// Handles of one text that are asked for at the same time.
const AT_ONCE: usize = 8;
/// How long whoever publishes waits for the names in the text.
const NAMES_PATIENCE: Duration = Duration::from_secs(5);
/// Fetches for one question of a person, where nobody else has to be asked.
const PER_QUESTION: usize = 10;

/// The account that a handle or an address means.
pub async fn account(data: &Data<Federation>, meant: &str) -> Result<Account, Error> {
    let meant = meant.trim();
    let budget = Budget::new(PER_QUESTION);
    let account = match (Handle::parse(meant), Uri::parse(meant)) {
        (_, Some(uri)) => actor(data, &uri, &budget).await?,
        (Some(handle), None) => by_handle(data, &handle, &budget).await?,
        (None, None) => {
            return Err(Refusal::invalid("account", "give a handle (name@host) or an address").into());
        }
    };
    counts::ask_later(data, &account).await?;
    Ok(account)
}

/// The accounts that a text names, asked for before anything is written. Whoever cannot be found, or not
/// in time, stays text: no server elsewhere keeps a member here from publishing.
pub async fn mentioned(data: &Data<Federation>, text: &str) -> Vec<Account> {
    let asked = handles(data, text).into_iter();
    let asked = asked.map(|handle| async move { account(data, &handle.to_string()).await.ok() });
    let answers = stream::iter(asked).buffer_unordered(AT_ONCE).take_until(sleep(NAMES_PATIENCE));
    answers.filter_map(async |found| found).collect().await
}

/// The accounts of ours that a text names; nobody is asked.
pub async fn mentioned_here(data: &Data<Federation>, text: &str) -> Result<Vec<Account>, Error> {
    let ours = &data.app.site.host;
    let named = entities::find(text).into_iter().filter_map(|(_, entity)| match entity {
        Entity::Mention { name, host } => host.is_none_or(|host| host == *ours).then_some(name),
        Entity::Tag(_) => None,
    });
    let names: HashSet<String> = named.take(data.app.config.limits.mentions).collect();
    data.app
        .db
        .read(|conn| {
            let mut found = Vec::new();
            for name in &names {
                found.extend(accounts::local_by_name(conn, name)?);
            }
            Ok(found)
        })
        .await
}

/// Like [`mentioned`]; where a text stays among members, nobody elsewhere hears that it names them.
pub async fn mentioned_in(data: &Data<Federation>, text: &str, inside: bool) -> Result<Vec<Account>, Error> {
    if inside { mentioned_here(data, text).await } else { Ok(mentioned(data, text).await) }
}

/// Like [`mentioned_in`], for a text that answers something, or changes it, and stays where that is.
pub async fn mentioned_beside(
    data: &Data<Federation>,
    text: &str,
    beside: Option<Id<Contribution>>,
) -> Result<Vec<Account>, Error> {
    let head = match beside {
        Some(id) => data.app.db.read(|conn| Ok(contributions::known_by_id(conn, id)?)).await?,
        None => None,
    };
    mentioned_in(data, text, head.is_some_and(|head| head.visibility == Visibility::Internal)).await
}

/// The accounts that a text names as far as they are known here, and the handles that are not; nobody is asked.
pub async fn mentioned_known(
    data: &Data<Federation>,
    text: &str,
) -> Result<(Vec<Account>, Vec<String>), Error> {
    let handles = handles(data, text);
    data.app
        .db
        .read(|conn| {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for handle in &handles {
                match accounts::by_handle(conn, handle)? {
                    Some(account) => known.push(account),
                    None if handle.host == data.app.site.host => {}
                    None => unknown.push(handle.to_string()),
                }
            }
            Ok((known, unknown))
        })
        .await
}

/// The handles in a text, each once, as many as a text may name.
fn handles(data: &Federation, text: &str) -> Vec<Handle> {
    let mut handles: Vec<Handle> = Vec::new();
    for (_, entity) in entities::find(text) {
        if let Entity::Mention { name, host } = entity {
            let handle = Handle::new(&name, &host.unwrap_or_else(|| data.app.site.host.clone()));
            if !handles.contains(&handle) {
                handles.push(handle);
            }
        }
    }
    handles.truncate(data.app.config.limits.mentions);
    handles
}

async fn by_handle(data: &Federation, handle: &Handle, budget: &Budget) -> Result<Account, FetchError> {
    let known = data.app.db.read(|conn| Ok(accounts::by_handle(conn, handle)?)).await?;
    if let Some(known) = known {
        return Ok(known);
    }
    if handle.host == data.app.site.host {
        return Err(FetchError::NotFound);
    }
    let mut answer = webfinger::ask(data, handle, budget).await?;
    if answer.subject != *handle {
        // The host prefers another name: that name's host has to agree, and then it counts.
        let preferred = webfinger::ask(data, &answer.subject, budget).await?;
        if preferred != answer {
            return Err(FetchError::Refused("WebFinger contradicts itself about this handle".to_owned()));
        }
        answer = preferred;
    }
    if data.is_ours(&answer.account) {
        return Err(FetchError::Refused("the handle claims an account of ours".to_owned()));
    }
    let _flight = data.state.flights.enter(answer.account.as_str()).await;
    let (actor, text) = fetch_actor(data, &answer.account, budget).await?;
    if actor.id != answer.account || !bears(&actor, &answer.subject) {
        return Err(FetchError::Refused("the account does not call itself by this handle".to_owned()));
    }
    store(data, &actor, &text, &Name::Verified(answer.subject)).await
}

/// Whether an account calls itself by this handle.
fn bears(actor: &IncomingActor, handle: &Handle) -> bool {
    let named = actor.webfinger.as_ref() == Some(handle);
    named || handle.name.eq_ignore_ascii_case(&actor.name)
}

/// The account at this address: as we know it, else as its server describes it.
pub async fn actor(data: &Federation, uri: &Uri, budget: &Budget) -> Result<Account, FetchError> {
    if let Some(known) = known(data, uri).await? {
        return Ok(known);
    }
    let _flight = data.state.flights.enter(uri.as_str()).await;
    // Somebody else may have fetched it while we waited.
    if let Some(known) = known(data, uri).await? {
        return Ok(known);
    }
    fetch_and_store(data, uri, budget).await.map(|(account, _)| account)
}

async fn known(data: &Federation, uri: &Uri) -> Result<Option<Account>, FetchError> {
    let known = data.app.db.read(|conn| Ok(accounts::by_uri(conn, uri)?)).await?;
    match known {
        Some(known) if known.state == AccountState::Deleted => Err(FetchError::Gone),
        None if data.is_ours(uri) => Err(FetchError::NotFound),
        known => Ok(known),
    }
}

/// Brings an account up to date from its own address, and says what else it is known as.
pub async fn fresh(data: &Federation, uri: &Uri, budget: &Budget) -> Result<(Account, Vec<Uri>), FetchError> {
    if data.is_ours(uri) {
        let account = known(data, uri).await?.ok_or(FetchError::NotFound)?;
        return Ok((account, Vec::new()));
    }
    let _flight = data.state.flights.enter(uri.as_str()).await;
    let (account, actor) = fetch_and_store(data, uri, budget).await?;
    Ok((account, actor.also_known_as))
}

/// Fetches an account again; where it is gone for good, so it is here.
pub async fn refresh(data: &Data<Federation>, uri: &Uri) -> Result<(), Error> {
    match fresh(data, uri, &Budget::new(PER_QUESTION)).await {
        Ok(_) => Ok(()),
        Err(FetchError::Gone) => {
            data.app
                .db
                .write(|tx| match accounts::by_uri(tx, uri)? {
                    Some(account) => service::remove(tx, &account),
                    None => Ok(()),
                })
                .await
        }
        Err(error) => Err(error.into()),
    }
}

/// The description of an actor, from its own address.
pub(super) async fn fetch_actor(
    data: &Federation,
    uri: &Uri,
    budget: &Budget,
) -> Result<(IncomingActor, String), FetchError> {
    let document = fetch::document(data, uri, budget).await?;
    match Document::read(&document.value)? {
        Document::Actor(actor) => Ok((*actor, document.text)),
        Document::Tombstone(_) => Err(FetchError::Gone),
        Document::Object(_) | Document::Other(_) => {
            Err(FetchError::Refused("this address names no account".to_owned()))
        }
    }
}

async fn fetch_and_store(
    data: &Federation,
    uri: &Uri,
    budget: &Budget,
) -> Result<(Account, IncomingActor), FetchError> {
    let (actor, text) = fetch_actor(data, uri, budget).await?;
    let account = accept(data, &actor, &text, budget).await?;
    Ok((account, actor))
}

/// Keeps what an actor's own address says of it, under the handle that it bears rightly.
///
/// Its own server's word is enough for a handle on that server which nobody else has. For a
/// handle on another host, or one that somebody has already, WebFinger decides.
pub(super) async fn accept(
    data: &Federation,
    actor: &IncomingActor,
    text: &str,
    budget: &Budget,
) -> Result<Account, FetchError> {
    let own = actor.handle();
    if let Some(claimed) = actor.webfinger.as_ref().filter(|claimed| claimed.host != own.host)
        && webfinger::confirm(data, claimed, &actor.id, budget).await.is_ok()
    {
        return store(data, actor, text, &Name::Verified(claimed.clone())).await;
    }
    let taken = data.app.db.read(|conn| Ok(accounts::by_handle(conn, &own)?)).await?;
    if taken.is_some_and(|other| other.uri != actor.id) {
        webfinger::confirm(data, &own, &actor.id, budget).await?;
        return store(data, actor, text, &Name::Verified(own)).await;
    }
    store(data, actor, text, &Name::Claimed(own)).await
}

async fn store(
    data: &Federation,
    actor: &IncomingActor,
    text: &str,
    name: &Name,
) -> Result<Account, FetchError> {
    let account = data.app.db.write(|tx| service::receive(tx, actor, text, name, Sight::Own)).await?;
    // Whoever checks a signature from now on sees the keys as they are now.
    data.forget_keys(account.id).await?;
    fetch::forget_failure(data, &actor.id);
    Ok(account)
}

/// The contribution that an address means: as we know it, else as its server serves it.
pub async fn contribution(data: &Data<Federation>, url: &str) -> Result<Contribution, Error> {
    let uri = Uri::parse(url.trim()).ok_or_else(|| Refusal::invalid("address", "this is no web address"))?;
    let known = data.app.db.read(|conn| Ok(contributions::known(conn, &uri)?)).await?;
    if let Some(known) = known {
        return Ok(known);
    }
    let budget = Budget::new(PER_QUESTION.saturating_add(copies::SEARCH));
    let found = copies::object(data, &uri, None, &budget).await?;
    let stored = data.app.db.write(|tx| objects::keep(tx, &found));
    stored.await?;
    let known = data.app.db.read(|conn| Ok(contributions::known(conn, &found.object.id)?)).await?;
    known.ok_or_else(|| Refusal::NotFound.into())
}
