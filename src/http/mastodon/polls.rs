//! `/api/v1/polls`: reading polls and choosing.

use activitypub_federation::config::Data;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::answer::{Answer, ApiError};
use super::caller::{Allowed, Maybe, PathId};
use super::entities::poll::Poll;
use super::params::Params;
use super::scopes::{ReadStatuses, WriteStatuses};
use super::shown;
use crate::federation::{Federation, polls as federation};
use crate::services;
use crate::store::contributions::Viewer;
use crate::store::polls;

/// The routes of polls.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/polls/{id}", get(show)).route("/api/v1/polls/{id}/votes", post(vote))
}

/// `GET /api/v1/polls/{id}`: members hear of a poll elsewhere how it stands now.
async fn show(data: Data<Federation>, caller: Maybe<ReadStatuses>, PathId(key): PathId) -> Answer<Poll> {
    let viewer = caller.viewer();
    let now = data.app.clock().now();
    if let Viewer::Member(_) = viewer {
        let going_on = data.app.db.read(|conn| {
            let head = shown::meant(conn, viewer, key)?;
            let poll = polls::one(conn, None, head.id)?.filter(|view| !view.poll.is_over(now));
            Ok(poll.map(|_| head))
        });
        if let Some(head) = going_on.await? {
            federation::refresh(&data, &head).await?;
        }
    }
    let status = data.app.db.read(|conn| shown::status_by_key(conn, &data.app, viewer, key)).await?;
    status.poll.map(Json).ok_or_else(ApiError::not_found)
}

/// `POST /api/v1/polls/{id}/votes`.
async fn vote(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Poll> {
    let choices: Option<Vec<i32>> = params.list("choices").iter().map(|choice| choice.parse().ok()).collect();
    let choices = choices.ok_or_else(|| ApiError::invalid("a choice is the number of an answer"))?;
    let viewer = caller.viewer();
    let status = data.app.db.write(|tx| {
        let head = shown::meant(tx, viewer, key)?;
        services::polls::vote(tx, &caller.account, head.id, &choices)?;
        shown::status(tx, &data.app, viewer, head)
    });
    status.await?.poll.map(Json).ok_or_else(ApiError::not_found)
}
