//! What accounts elsewhere show first: the collections that they call `featured`.

use activitypub_federation::config::Data;

use super::backfill::{item_of, keep_all, walk};
use super::fetch::Budget;
use super::{Federation, FetchError};
use crate::domain::uri::Uri;
use crate::services::saved::{self, MOST_PINS};
use crate::store::{Error, accounts, contributions};
use crate::vocab::incoming::address;

/// Brings here what an account shows first, in its order. Where it does not say, what is here stays.
pub async fn fetch(data: &Data<Federation>, uri: &Uri) -> Result<(), Error> {
    let known = data.app.db.read(|conn| Ok(accounts::by_uri(conn, uri)?)).await?;
    let Some(account) = known.filter(|account| !account.is_local()) else { return Ok(()) };
    let Some(featured) = &account.featured else { return Ok(()) };
    let budget = Budget::of_activity(data);
    let items = match walk(data, featured, (1, MOST_PINS), &budget).await {
        Ok(items) => items,
        Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(_) => return Ok(()),
    };
    let (mut pinned, mut found) = (Vec::new(), Vec::new());
    for item in &items {
        let Some(uri) = address(item) else { continue };
        let known = data.app.db.read(|conn| Ok(contributions::known(conn, &uri)?)).await?;
        if known.is_none() {
            let fetched = item_of(data, item, featured, &budget).await?;
            found.extend(fetched.filter(|one| one.author.id == account.id));
        }
        pinned.push(uri);
    }
    keep_all(data, &found).await?;
    data.app.db.write(|tx| saved::show_first(tx, &account, &pinned)).await
}
