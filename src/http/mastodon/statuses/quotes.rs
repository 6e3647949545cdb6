//! Who quotes a status, taking a consent back, and who may quote it from now on.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, PathId};
use super::super::entities::status::Status;
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{ReadStatuses, WriteStatuses};
use super::super::shown;
use super::compose::quote_policy;
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::services;
use crate::store::{contributions, timelines};

/// The routes of quotes.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/statuses/{id}/quotes", get(index))
        .route("/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", post(revoke))
        .route("/api/v1/statuses/{id}/interaction_policy", put(policy).patch(policy))
}

/// `GET /api/v1/statuses/{id}/quotes`: those that its author agreed to.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page) = (caller.viewer(), paging::page(&params, 20, 40));
    let listed = data.app.db.read(|conn| {
        let quoted = shown::meant(conn, viewer, key)?;
        let found = timelines::quoting(conn, viewer, quoted.id, &page)?;
        let ends = paging::ends(found.iter().map(Found::key));
        Ok((shown::statuses(conn, &data.app, viewer, found)?, ends))
    });
    let (statuses, ends) = listed.await?;
    Ok(paging::listed(&params, &statuses, ends, Newer::SinceId))
}

/// `POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke`: answers with the post that quoted.
async fn revoke(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Answer<Status> {
    let viewer = caller.viewer();
    let Path((key, quoting)) = path.map_err(|_| ApiError::not_found())?;
    let parse = |key: &str| Id::<Contribution>::parse(key).ok_or(Refusal::NotFound);
    let (key, quoting) = (parse(&key)?, parse(&quoting)?);
    let status = data.app.db.write(|tx| {
        let quoted = shown::meant(tx, viewer, key.get())?;
        let head = services::quotes::revoke(tx, &caller.account, quoted.id, quoting)?;
        shown::status(tx, &data.app, viewer, head)
    });
    Ok(Json(status.await?))
}

/// `PUT /api/v1/statuses/{id}/interaction_policy`.
async fn policy(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Status> {
    let chosen = quote_policy(&params)?;
    let viewer = caller.viewer();
    let status = data.app.db.write(|tx| {
        let head = contributions::by_id(tx, viewer, Id::new(key))?.ok_or(Refusal::NotFound)?;
        if let Some(chosen) = chosen {
            services::quotes::set_policy(tx, &caller.account, head.id, chosen)?;
        }
        shown::status_by_key(tx, &data.app, viewer, head.id.get())
    });
    Ok(Json(status.await?))
}
