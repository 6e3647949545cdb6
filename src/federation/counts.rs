//! What the server of an account says of its numbers: how many follow it, how many it follows, how much
//! it published. What we know ourselves is only what passed by here.

use activitypub_federation::config::Data;
use serde_json::Value;

use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::timeline::Claimed;
use crate::domain::uri::Uri;
use crate::services::accounts as service;
use crate::store::{Error, accounts, claimed_counts};
use crate::vocab::incoming::{IncomingCollection, address};

/// One request for each number.
const REQUESTS: usize = 3;

/// Asks for the numbers of an account, three small documents at most.
pub async fn ask(data: &Data<Federation>, id: Id<Account>) -> Result<(), Error> {
    let found = data.app.db.read(|conn| Ok((accounts::by_id(conn, id)?, accounts::document(conn, id)?)));
    let (Some(account), Some(document)) = found.await? else { return Ok(()) };
    if account.is_local() || account.is_barred() {
        return Ok(());
    }
    let document: Value = serde_json::from_str(&document).unwrap_or_default();
    let budget = Budget::new(REQUESTS);
    let known = data.app.db.read(|conn| Ok(claimed_counts::of(conn, &[id])?)).await?;
    let known = known.get(&id).copied().unwrap_or_default();
    // Who cannot be asked for the moment is asked again tomorrow, and what they said last stands till then.
    let claimed = Claimed {
        followers: total(data, &account, document.get("followers"), &budget).await.unwrap_or(known.followers),
        following: total(data, &account, document.get("following"), &budget).await.unwrap_or(known.following),
        contributions: total(data, &account, document.get("outbox"), &budget)
            .await
            .unwrap_or(known.contributions),
    };
    let now = data.now();
    data.app.db.write(|tx| Ok(claimed_counts::put(tx, id, claimed, now)?)).await?;
    Ok(())
}

/// How many stand in a collection of an account, as its own server says.
async fn total(
    data: &Data<Federation>,
    account: &Account,
    named: Option<&Value>,
    budget: &Budget,
) -> Result<Option<i64>, FetchError> {
    let own = |uri: &Uri| uri.same_origin(&account.uri);
    let Some(uri) = named.and_then(address).filter(own) else { return Ok(None) };
    match fetch::document(data, &uri, budget).await {
        Ok(document) if own(&document.uri) => {
            Ok(IncomingCollection::read(&document.value).ok().and_then(|collection| collection.total))
        }
        Err(error) if error.is_temporary() => Err(error),
        // It keeps the number to itself.
        Ok(_) | Err(_) => Ok(None),
    }
}

/// Has the numbers of an account asked for, unless that was done today.
pub async fn ask_later(data: &Federation, account: &Account) -> Result<(), Error> {
    let db = &data.app.db;
    let now = data.now();
    if db.read(|conn| service::are_counts_fresh(conn, account, now)).await? {
        return Ok(());
    }
    db.write(|tx| service::count_later(tx, account)).await
}
