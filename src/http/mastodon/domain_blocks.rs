//! `/api/v1/domain_blocks`: hosts that an account wants nothing of.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};

use super::answer::{Answer, ApiError, Empty};
use super::caller::Allowed;
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadBlocks, WriteBlocks};
use crate::federation::Federation;
use crate::services::relations;
use crate::store::mutes;

/// The routes of this list.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/domain_blocks", get(index).post(create).delete(remove))
}

/// `GET /api/v1/domain_blocks`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    let page = paging::page(&params, 100, 200);
    let rows = data.app.db.read(|conn| Ok(mutes::hosts_page(conn, caller.account.id, page)?)).await?;
    let ends = paging::ends(rows.iter().map(|(key, _)| *key));
    let hosts: Vec<String> = rows.into_iter().map(|(_, host)| host).collect();
    Ok(paging::listed(&params, &hosts, ends, Newer::SinceId))
}

/// `POST /api/v1/domain_blocks`.
async fn create(data: Data<Federation>, caller: Allowed<WriteBlocks>, params: Params) -> Answer<Empty> {
    let host = params.required("domain")?;
    data.app.db.write(|tx| relations::mute_host(tx, &caller.account, &host)).await?;
    Ok(Json(Empty))
}

/// `DELETE /api/v1/domain_blocks`.
async fn remove(data: Data<Federation>, caller: Allowed<WriteBlocks>, params: Params) -> Answer<Empty> {
    let host = params.required("domain")?;
    data.app.db.write(|tx| relations::unmute_host(tx, &caller.account, &host)).await?;
    Ok(Json(Empty))
}
