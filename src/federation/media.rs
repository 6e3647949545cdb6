//! Files of other servers, as our readers get them: fetched by us, once, and kept for a while.
//!
//! Only addresses that stand in our own tables are asked for, so nobody can send us anywhere, and
//! no reader's address reaches the other server.

use std::sync::atomic::Ordering;

use super::fetch::{admit_owner, file};
use super::{Federation, FetchError};
use crate::domain::account::{Account, AccountState};
use crate::domain::host::HostStanding;
use crate::domain::media::address_digest;
use crate::domain::uri::Uri;
use crate::services;
use crate::store::media::{self, CachedFile};

/// Our copy of the file at `url`, which belongs to `owner`. It is fetched when we have none.
pub async fn copy(data: &Federation, owner: &Account, url: &str) -> Result<CachedFile, FetchError> {
    if owner.state == AccountState::Deleted {
        return Err(FetchError::Gone);
    }
    if owner.standing == HostStanding::Suspended {
        return Err(FetchError::Blocked("the account is suspended here".to_owned()));
    }
    copy_for(data, &owner.uri, url).await
}

/// Our copy of the file at `url`, which somebody on the server of `owner` uses.
pub async fn copy_for(data: &Federation, owner: &Uri, url: &str) -> Result<CachedFile, FetchError> {
    let uri = Uri::parse(url).ok_or_else(|| FetchError::Refused("this is no address".to_owned()))?;
    admit_owner(data, owner, &uri).await?;
    let address = address_digest(url);
    if let Some(copy) = known(data, &address).await? {
        return Ok(copy);
    }
    let _flight = data.state.flights.enter(&format!("file {address}")).await;
    if let Some(copy) = known(data, &address).await? {
        return Ok(copy);
    }
    let closing = |_| FetchError::Temporary("the server stops".to_owned());
    let _seat = data.state.downloads.acquire().await.map_err(closing)?;
    let (format, bytes) = file(data, owner, &uri).await?;
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let file = data.app.storage.put(format, bytes).await?;
    let copy = CachedFile {
        address,
        media_type: format.media_type().to_owned(),
        file,
        bytes: length,
        fetched_at: data.now(),
        host: Some(owner.host().to_owned()),
    };
    let most = data.app.config.media.cache_bytes;
    // Counting looks at all copies: it is done after each thousandth of what they may take.
    let uncounted = data.state.uncounted.fetch_add(length, Ordering::Relaxed).saturating_add(length);
    let most = (uncounted >= most / 1000).then_some(most);
    if most.is_some() {
        data.state.uncounted.store(0, Ordering::Relaxed);
    }
    data.app.db.write(|tx| services::media::keep_copy(tx, &copy, most)).await?;
    Ok(copy)
}

async fn known(data: &Federation, address: &str) -> Result<Option<CachedFile>, FetchError> {
    Ok(data.app.db.read(|conn| Ok(media::cached(conn, address)?)).await?)
}
