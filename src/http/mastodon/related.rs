//! Whom the asking account blocks, mutes and recommends, and who asks to follow it.

use activitypub_federation::config::Data;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::accounts::{listed, relate};
use super::answer::{Answer, ApiError};
use super::caller::{Allowed, PathId};
use super::entities::date;
use super::entities::relationship::Relationship;
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadAccounts, ReadBlocks, ReadFollows, ReadMutes, WriteFollows};
use super::shown;
use crate::domain::relation::FollowState;
use crate::federation::Federation;
use crate::services::relations;
use crate::store::contributions::Viewer;
use crate::store::{mutes, relationships};

/// The routes of these lists.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/blocks", get(blocks))
        .route("/api/v1/mutes", get(muted))
        .route("/api/v1/endorsements", get(endorsements))
        .route("/api/v1/follow_requests", get(requests))
        .route("/api/v1/follow_requests/{id}/authorize", post(authorize))
        .route("/api/v1/follow_requests/{id}/reject", post(reject))
}

/// `GET /api/v1/blocks`.
async fn blocks(
    data: Data<Federation>,
    caller: Allowed<ReadBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    let me = caller.account.id;
    listed(&data, &params, |conn, page| Ok(relationships::blocked(conn, me, page)?)).await
}

/// `GET /api/v1/mutes`: each with the time at which it ends.
async fn muted(
    data: Data<Federation>,
    caller: Allowed<ReadMutes>,
    params: Params,
) -> Result<Response, ApiError> {
    let (me, page, now) = (caller.account.id, paging::page(&params, 40, 80), data.app.clock().now());
    let found = data.app.db.read(|conn| {
        let rows = mutes::page(conn, me, now, page)?;
        let ids: Vec<_> = rows.iter().map(|(_, account)| account.id).collect();
        let ends = paging::ends(rows.iter().map(|(mute, _)| mute.id.get()));
        let mut accounts = shown::accounts_by_ids(conn, &data.app, &ids)?;
        for (account, (mute, _)) in accounts.iter_mut().zip(&rows) {
            account.mute_expires_at = Some(mute.expires_at.map(date));
        }
        Ok((accounts, ends))
    });
    let (accounts, ends) = found.await?;
    Ok(paging::listed(&params, &accounts, ends, Newer::SinceId))
}

/// `GET /api/v1/endorsements`.
async fn endorsements(
    data: Data<Federation>,
    caller: Allowed<ReadAccounts>,
    params: Params,
) -> Result<Response, ApiError> {
    let me = caller.account.id;
    listed(&data, &params, |conn, page| Ok(relationships::endorsed(conn, Viewer::Member(me), me, page)?))
        .await
}

/// `GET /api/v1/follow_requests`.
async fn requests(
    data: Data<Federation>,
    caller: Allowed<ReadFollows>,
    params: Params,
) -> Result<Response, ApiError> {
    let me = caller.account.id;
    listed(&data, &params, |conn, page| {
        Ok(relationships::followers(conn, Viewer::Member(me), me, FollowState::Pending, page)?)
    })
    .await
}

/// `POST /api/v1/follow_requests/{id}/authorize`, by the key of the account that asks.
async fn authorize(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    relate::act(&data, &caller, key, relations::accept).await
}

/// `POST /api/v1/follow_requests/{id}/reject`.
async fn reject(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    relate::act(&data, &caller, key, relations::reject).await
}
