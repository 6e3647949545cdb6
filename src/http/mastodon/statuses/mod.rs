//! `/api/v1/statuses`: reading, writing and reacting.

mod compose;
mod quotes;
mod react;
mod scheduled;

use activitypub_federation::config::Data;
use axum::Json;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError};
use super::caller::{Allowed, Maybe, PathId};
use super::entities::card::card as rendered_card;
use super::entities::edit::{StatusEdit, edits};
use super::entities::status::{Context, Status, StatusSource};
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadAccounts, ReadStatuses};
use super::shown;
use crate::domain::Refusal;
use crate::domain::account::Account as Doer;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::threads::{self, Reach};
use crate::store::{Conn, Error, cards, lines, revisions, timelines};
use crate::text::Html;
use crate::text::plain;

/// Statuses that may be asked for at once.
const BATCH: usize = 20;

/// How far a reader with a token sees around a status, and one without.
const MEMBERS_REACH: Reach = Reach { ancestors: 4096, descendants: 4096, depth: 4096 };
const STRANGERS_REACH: Reach = Reach { ancestors: 40, descendants: 60, depth: 20 };

/// The routes of statuses.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/statuses", get(batch).post(compose::create))
        .route(
            "/api/v1/statuses/{id}",
            get(show).put(compose::update).patch(compose::update).delete(compose::delete),
        )
        .route("/api/v1/statuses/{id}/context", get(context))
        .route("/api/v1/statuses/{id}/history", get(history))
        .route("/api/v1/statuses/{id}/source", get(source))
        .route("/api/v1/statuses/{id}/card", get(card))
        .route("/api/v1/statuses/{id}/favourited_by", get(favourited_by))
        .route("/api/v1/statuses/{id}/reblogged_by", get(reblogged_by))
        .route("/api/v1/statuses/{id}/favourite", post(react::favourite))
        .route("/api/v1/statuses/{id}/unfavourite", post(react::unfavourite))
        .route("/api/v1/statuses/{id}/reblog", post(react::reblog))
        .route("/api/v1/statuses/{id}/unreblog", post(react::unreblog))
        .route("/api/v1/statuses/{id}/bookmark", post(react::bookmark))
        .route("/api/v1/statuses/{id}/unbookmark", post(react::unbookmark))
        .route("/api/v1/statuses/{id}/mute", post(react::mute))
        .route("/api/v1/statuses/{id}/unmute", post(react::unmute))
        .route("/api/v1/statuses/{id}/pin", post(react::pin))
        .route("/api/v1/statuses/{id}/unpin", post(react::unpin))
        .merge(quotes::router())
        .merge(scheduled::router())
}

/// `GET /api/v1/statuses?id[]=`.
async fn batch(data: Data<Federation>, caller: Maybe<ReadStatuses>, params: Params) -> Answer<Vec<Status>> {
    let (viewer, keys) = (caller.viewer(), params.ids("id"));
    if keys.len() > BATCH {
        return Err(ApiError::invalid(format!("at most {BATCH} statuses can be asked for at once")));
    }
    let shown = data.app.db.read(|conn| {
        let mut found = Vec::new();
        for key in &keys {
            found.extend(timelines::find(conn, viewer, *key)?);
        }
        shown::statuses(conn, &data.app, viewer, found)
    });
    Ok(Json(shown.await?))
}

/// `GET /api/v1/statuses/{id}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadStatuses>, PathId(key): PathId) -> Answer<Status> {
    let viewer = caller.viewer();
    Ok(Json(data.app.db.read(|conn| shown::status_by_key(conn, &data.app, viewer, key)).await?))
}

/// `GET /api/v1/statuses/{id}/context`.
async fn context(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    PathId(key): PathId,
) -> Answer<Context> {
    let viewer = caller.viewer();
    let reach = if viewer == Viewer::Anyone { STRANGERS_REACH } else { MEMBERS_REACH };
    let context = data.app.db.read(|conn| {
        let head = shown::meant(conn, viewer, key)?;
        let around = threads::around(conn, viewer, &head, reach)?;
        let copies: Vec<String> = around.copies.iter().map(ToString::to_string).collect();
        let above = around.ancestors.len();
        let all = around.ancestors.into_iter().chain(around.descendants).map(Found::from).collect();
        let mut ancestors = shown::statuses(conn, &data.app, viewer, all)?;
        let mut descendants = ancestors.split_off(above.min(ancestors.len()));
        // Apps draw a tree by these keys, and show nothing whose parent is not in it.
        for answer in &mut descendants {
            if answer.in_reply_to_id.as_ref().is_some_and(|parent| copies.contains(parent)) {
                answer.in_reply_to_id = Some(head.id.to_string());
                answer.in_reply_to_account_id = Some(head.author_id.to_string());
            }
        }
        Ok(Context { ancestors, descendants })
    });
    Ok(Json(context.await?))
}

/// `GET /api/v1/statuses/{id}/history`.
async fn history(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    PathId(key): PathId,
) -> Answer<Vec<StatusEdit>> {
    let viewer = caller.viewer();
    let versions = data.app.db.read(|conn| {
        let head = shown::meant(conn, viewer, key)?;
        let versions = revisions::of(conn, head.id)?;
        let line = lines::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
        Ok(edits(&line, &versions, &data.app.site, data.app.clock().now()))
    });
    Ok(Json(versions.await?))
}

/// `GET /api/v1/statuses/{id}/source`.
async fn source(
    data: Data<Federation>,
    caller: Allowed<ReadStatuses>,
    PathId(key): PathId,
) -> Answer<StatusSource> {
    let viewer = caller.viewer();
    let head = data.app.db.read(|conn| shown::meant(conn, viewer, key)).await?;
    let written = || plain::paragraphs(&Html::from_store(head.content.clone()));
    let spoiler = head.summary.clone().filter(|_| head.kind == Kind::Post && head.title.is_none());
    Ok(Json(StatusSource {
        id: head.id.to_string(),
        text: head.markdown.clone().unwrap_or_else(written),
        spoiler_text: spoiler.unwrap_or_default(),
    }))
}

/// `GET /api/v1/statuses/{id}/card`: what the page says that it links to; `{}` where there is none.
async fn card(data: Data<Federation>, caller: Maybe<ReadStatuses>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let head = shown::meant(conn, viewer, key)?;
        let card = cards::of(conn, &[head.id])?.remove(&head.id);
        Ok(card.filter(|_| head.is_open()))
    });
    let shown = found.await?.map(|one| rendered_card(&one, &data.app.site.origin));
    Ok(Json(shown.map_or_else(|| json!({}), |shown| json!(shown))))
}

/// `GET /api/v1/statuses/{id}/favourited_by`.
async fn favourited_by(
    data: Data<Federation>,
    caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    people(&data, caller.viewer(), key, &params, timelines::liked_by).await
}

/// `GET /api/v1/statuses/{id}/reblogged_by`.
async fn reblogged_by(
    data: Data<Federation>,
    caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    people(&data, caller.viewer(), key, &params, timelines::boosted_by).await
}

/// Who did something with a contribution, as `doers` reads them from the store: each with the key of
/// having done so, which is what pages are counted by.
async fn people<E>(
    data: &Data<Federation>,
    viewer: Viewer,
    key: i64,
    params: &Params,
    doers: impl FnOnce(&mut Conn, Viewer, Id<Contribution>, &Page) -> Result<Vec<(i64, Id<Doer>)>, E>,
) -> Result<Response, ApiError>
where
    Error: From<E>,
{
    let page = paging::page(params, 40, 80);
    let listed = data.app.db.read(|conn| {
        let head = shown::meant(conn, viewer, key)?;
        let rows = doers(conn, viewer, head.id, &page)?;
        let ids: Vec<_> = rows.iter().map(|(_, account)| *account).collect();
        let ends = paging::ends(rows.iter().map(|(key, _)| *key));
        Ok((shown::accounts_by_ids(conn, &data.app, &ids)?, ends))
    });
    let (accounts, ends) = listed.await?;
    Ok(paging::listed(params, &accounts, ends, Newer::SinceId))
}
