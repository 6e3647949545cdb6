//! What accounts elsewhere show first: the collections that they call `featured` and `featuredTags`.

use activitypub_federation::config::Data;

use super::backfill::{item_of, keep_all, walk};
use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::domain::account::Account;
use crate::domain::uri::Uri;
use crate::services::saved::{self, MOST_PINS};
use crate::services::tags;
use crate::store::{Error, accounts, contributions};
use crate::vocab::incoming::{IncomingActor, address};

/// Brings here what an account shows first, in its order. Where it does not say, what is here stays.
pub async fn fetch(data: &Data<Federation>, uri: &Uri) -> Result<(), Error> {
    let known = data.app.db.read(|conn| Ok(accounts::by_uri(conn, uri)?)).await?;
    let Some(account) = known.filter(|account| !account.is_local()) else { return Ok(()) };
    let budget = Budget::of_activity(data);
    pinned(data, &account, &budget).await?;
    hashtags(data, &account, &budget).await
}

async fn pinned(data: &Data<Federation>, account: &Account, budget: &Budget) -> Result<(), Error> {
    let Some(featured) = &account.featured else { return Ok(()) };
    let Some(items) = said(walk(data, featured, (1, MOST_PINS), budget).await)? else { return Ok(()) };
    let (mut pinned, mut found) = (Vec::new(), Vec::new());
    for item in &items {
        let Some(uri) = address(item) else { continue };
        let known = data.app.db.read(|conn| Ok(contributions::known(conn, &uri)?)).await?;
        if known.is_none() {
            let fetched = item_of(data, item, featured, budget).await?;
            found.extend(fetched.filter(|one| one.author.id == account.id));
        }
        pinned.push(uri);
    }
    keep_all(data, &found, Some(featured)).await?;
    data.app.db.write(|tx| saved::show_first(tx, account, &pinned)).await
}

/// The account says in its document where its hashtags are.
async fn hashtags(data: &Data<Federation>, account: &Account, budget: &Budget) -> Result<(), Error> {
    let Some(document) = said(fetch::document(data, &account.uri, budget).await)? else { return Ok(()) };
    let actor = IncomingActor::read(&document.value).ok().filter(|actor| actor.id == account.uri);
    let Some(list) = actor.and_then(|actor| actor.featured_tags) else { return Ok(()) };
    let Some(items) = said(walk(data, &list, (1, tags::MOST_FEATURED), budget).await)? else { return Ok(()) };
    let names = items.iter().filter_map(|item| tags::folded(item.get("name")?.as_str()?));
    let names: Vec<String> = names.collect();
    data.app.db.write(|tx| tags::show(tx, account, &names)).await
}

/// What was found; whoever does not answer changes nothing.
fn said<T>(found: Result<T, FetchError>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(FetchError::Fault(fault)) => Err(Error::Fault(fault)),
        Err(_) => Ok(None),
    }
}
