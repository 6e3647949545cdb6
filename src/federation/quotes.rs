//! Quotes in posts from elsewhere: what is quoted is fetched from its own address, and so is the consent.

use activitypub_federation::config::Data;

use super::fetch::{self, Budget};
use super::objects;
use super::{Federation, FetchError};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::quote::{Consent, Quote, Stamp};
use crate::domain::uri::Uri;
use crate::services::quotes as service;
use crate::store::{Error, contributions, quotes};
use crate::vocab::incoming;

/// Looks for what a post quotes and for the consent. Where a consent that was here is shown no longer,
/// its own address decides.
pub async fn settle(data: &Data<Federation>, id: Id<Contribution>, depth: u8) -> Result<(), Error> {
    let budget = Budget::of_activity(data);
    let Some(quote) = open(data, id).await? else { return Ok(()) };
    if quote.quoted_id.is_none() && !find(data, &quote, depth, &budget).await? {
        return Ok(());
    }
    let Some(quote) = open(data, id).await? else { return Ok(()) };
    let Some(uri) = &quote.stamp_uri else { return Ok(()) };
    let stamp = match stamp(data, uri, &budget).await {
        Ok(stamp) => Some(stamp),
        Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(error) if error.is_temporary() => return Err(error.into()),
        Err(why) => {
            tracing::debug!(stamp = %uri, %why, "no consent to a quote");
            None
        }
    };
    data.app.db.write(|tx| service::stamped(tx, id, stamp.as_ref())).await
}

/// The quote, as long as others can still decide about it.
async fn open(data: &Federation, id: Id<Contribution>) -> Result<Option<Quote>, Error> {
    let quote = data.app.db.read(|conn| Ok(quotes::one(conn, id)?)).await?;
    Ok(quote.filter(|quote| matches!(quote.state, Consent::Pending | Consent::Accepted)))
}

/// Brings what is quoted here; `false` where it cannot be had.
async fn find(data: &Federation, quote: &Quote, depth: u8, budget: &Budget) -> Result<bool, Error> {
    let known = data.app.db.read(|conn| Ok(contributions::known(conn, &quote.quoted_uri)?)).await?;
    let fetched = match known {
        Some(_) => None,
        None => match objects::fetch(data, &quote.quoted_uri, budget).await {
            Ok(fetched) => Some(fetched),
            Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) if error.is_temporary() => return Err(error.into()),
            Err(_) => return Ok(false),
        },
    };
    data.app
        .db
        .write(|tx| {
            let uri = match &fetched {
                Some(fetched) => {
                    objects::keep_quoted(tx, fetched, depth.saturating_sub(1))?;
                    &fetched.object.id
                }
                None => &quote.quoted_uri,
            };
            let Some(quoted) = contributions::known(tx, uri)? else { return Ok(false) };
            service::found(tx, quote.contribution_id, &quoted)?;
            Ok(true)
        })
        .await
}

/// The consent at this address, on the server of whoever gives it.
async fn stamp(data: &Federation, uri: &Uri, budget: &Budget) -> Result<Stamp, FetchError> {
    let document = fetch::document(data, uri, budget).await?;
    let stamp = incoming::stamp(&document.value)?;
    if !document.uri.same_origin(&stamp.id) {
        return Err(FetchError::Refused("the consent belongs to another server".to_owned()));
    }
    Ok(stamp)
}
