//! `/api/v2/filters`: filters with their words and single statuses; version 1 beside it.

mod v1;

use activitypub_federation::config::Data;
use axum::routing::get;
use axum::{Json, Router};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::filter::{self, Filter, Keyword, Single};
use super::params::Params;
use super::scopes::{ReadFilters, WriteFilters};
use crate::clock::Timestamp;
use crate::domain::filter::{Context, Contexts, FilterAction, FilterChange, FilterRow};
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::filters::{self, WordChange};
use crate::store::filters as kept;

/// The routes of filters.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v2/filters", get(index).post(create))
        .route("/api/v2/filters/{id}", get(show).put(update).patch(update).delete(delete))
        .route("/api/v2/filters/{id}/keywords", get(words).post(add_word))
        .route(
            "/api/v2/filters/keywords/{id}",
            get(word).put(change_word).patch(change_word).delete(remove_word),
        )
        .route("/api/v2/filters/{id}/statuses", get(singles).post(add_single))
        .route("/api/v2/filters/statuses/{id}", get(single).delete(remove_single))
        .merge(v1::router())
}

/// A filter before anything is said about it.
fn blank() -> FilterChange {
    FilterChange {
        title: String::new(),
        contexts: Contexts::default(),
        action: FilterAction::default(),
        expires_at: None,
    }
}

fn as_it_is(row: &FilterRow) -> FilterChange {
    FilterChange {
        title: row.title.clone(),
        contexts: row.contexts,
        action: row.action,
        expires_at: row.expires_at,
    }
}

/// What the parameters say about where and how long a filter applies; the rest stays.
fn scoped(params: &Params, now: Timestamp, mut change: FilterChange) -> Result<FilterChange, ApiError> {
    if params.has("context") {
        let words = params.list("context");
        let contexts: Option<Vec<_>> = words.iter().map(|word| Context::parse(word)).collect();
        let unknown = || ApiError::invalid("Context None or invalid context supplied");
        change.contexts = Contexts::of(&contexts.ok_or_else(unknown)?);
    }
    if params.has("expires_in") {
        let seconds = params.number("expires_in").filter(|seconds| *seconds > 0);
        change.expires_at = seconds.map(|seconds| now.plus_seconds(seconds));
    }
    Ok(change)
}

/// What the parameters say about the head of a filter.
fn headed(params: &Params, now: Timestamp, change: FilterChange) -> Result<FilterChange, ApiError> {
    let mut change = scoped(params, now, change)?;
    if let Some(title) = params.text("title") {
        change.title = title.trim().to_owned();
    }
    if let Some(word) = params.text("filter_action") {
        let unknown = || ApiError::invalid("Action is not included in the list");
        change.action = FilterAction::parse(&word).ok_or_else(unknown)?;
    }
    Ok(change)
}

/// What the parameters say about the words of a filter.
fn worded(params: &Params) -> Vec<WordChange> {
    let one = |group: &Params| {
        let (text, whole) = (group.text("keyword"), group.flag("whole_word"));
        match group.id("id").filter(|id| *id > 0).map(Id::new) {
            Some(id) if group.flag("_destroy") == Some(true) => WordChange::Remove(id),
            Some(id) => WordChange::Change(id, text, whole),
            None => WordChange::Add(text.unwrap_or_default(), whole.unwrap_or(true)),
        }
    };
    params.maps("keywords_attributes").iter().map(one).collect()
}

/// `GET /api/v2/filters`.
async fn index(data: Data<Federation>, caller: Allowed<ReadFilters>) -> Answer<Vec<Filter>> {
    let known = data.app.db.read(|conn| Ok(kept::of(conn, caller.account.id)?)).await?;
    Ok(Json(known.iter().map(filter::filter).collect()))
}

/// `POST /api/v2/filters`.
async fn create(data: Data<Federation>, caller: Allowed<WriteFilters>, params: Params) -> Answer<Filter> {
    let change = headed(&params, data.app.clock().now(), blank())?;
    let words = worded(&params);
    let made = data.app.db.write(|tx| filters::make(tx, &caller.account, &change, &words)).await?;
    Ok(Json(filter::filter(&made)))
}

/// `GET /api/v2/filters/{id}`.
async fn show(data: Data<Federation>, caller: Allowed<ReadFilters>, PathId(key): PathId) -> Answer<Filter> {
    let found = data.app.db.read(|conn| filters::own(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(filter::filter(&found)))
}

/// `PUT /api/v2/filters/{id}`.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Filter> {
    let (id, owner) = (Id::new(key), &caller.account);
    let before = data.app.db.read(|conn| filters::own(conn, owner, id)).await?;
    let change = headed(&params, data.app.clock().now(), as_it_is(&before.row))?;
    let words = worded(&params);
    let changed = data.app.db.write(|tx| filters::change(tx, owner, id, &change, &words)).await?;
    Ok(Json(filter::filter(&changed)))
}

/// `DELETE /api/v2/filters/{id}`.
async fn delete(data: Data<Federation>, caller: Allowed<WriteFilters>, PathId(key): PathId) -> Answer<Empty> {
    data.app.db.write(|tx| filters::remove(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `GET /api/v2/filters/{id}/keywords`.
async fn words(
    data: Data<Federation>,
    caller: Allowed<ReadFilters>,
    PathId(key): PathId,
) -> Answer<Vec<Keyword>> {
    let found = data.app.db.read(|conn| filters::own(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(found.keywords.iter().map(filter::keyword).collect()))
}

/// `POST /api/v2/filters/{id}/keywords`.
async fn add_word(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Keyword> {
    let (text, whole) =
        (params.text("keyword").unwrap_or_default(), params.flag("whole_word").unwrap_or(true));
    let owner = &caller.account;
    let added = data.app.db.write(|tx| filters::add_word(tx, owner, Id::new(key), &text, whole)).await?;
    Ok(Json(filter::keyword(&added)))
}

/// `GET /api/v2/filters/keywords/{id}`.
async fn word(data: Data<Federation>, caller: Allowed<ReadFilters>, PathId(key): PathId) -> Answer<Keyword> {
    let found = data.app.db.read(|conn| filters::word(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(filter::keyword(&found)))
}

/// `PUT /api/v2/filters/keywords/{id}`.
async fn change_word(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Keyword> {
    let (text, whole) = (params.text("keyword"), params.flag("whole_word"));
    let owner = &caller.account;
    let changed =
        data.app.db.write(|tx| filters::change_word(tx, owner, Id::new(key), text.as_deref(), whole)).await?;
    Ok(Json(filter::keyword(&changed)))
}

/// `DELETE /api/v2/filters/keywords/{id}`.
async fn remove_word(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
) -> Answer<Empty> {
    data.app.db.write(|tx| filters::remove_word(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `GET /api/v2/filters/{id}/statuses`.
async fn singles(
    data: Data<Federation>,
    caller: Allowed<ReadFilters>,
    PathId(key): PathId,
) -> Answer<Vec<Single>> {
    let found = data.app.db.read(|conn| filters::own(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(found.contributions.iter().map(filter::single).collect()))
}

/// `POST /api/v2/filters/{id}/statuses`.
async fn add_single(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Single> {
    params.required("status_id")?;
    let status = Id::new(params.id("status_id").ok_or_else(ApiError::not_found)?);
    let owner = &caller.account;
    let added = data.app.db.write(|tx| filters::add_single(tx, owner, Id::new(key), status)).await?;
    Ok(Json(filter::single(&added)))
}

/// `GET /api/v2/filters/statuses/{id}`.
async fn single(data: Data<Federation>, caller: Allowed<ReadFilters>, PathId(key): PathId) -> Answer<Single> {
    let found = data.app.db.read(|conn| filters::single(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(filter::single(&found)))
}

/// `DELETE /api/v2/filters/statuses/{id}`.
async fn remove_single(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
) -> Answer<Empty> {
    data.app.db.write(|tx| filters::remove_single(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty))
}
