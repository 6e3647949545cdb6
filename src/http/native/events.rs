//! `/api/plenum/v1/events`: the chronology, to read, add to, revise and withdraw.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Maybe, PathId};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::speaking::Speaking;
use super::{drafts, entities, listed, one};
use crate::domain::contribution::Kind;
use crate::domain::date::Date;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::events as service;
use crate::store::contributions::Viewer;
use crate::store::events::{self, Days};
use crate::store::{Conn, Error, revisions, views};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/events", get(index).post(publish))
        .route("/api/plenum/v1/events/{id}", get(show).put(revise))
        .route("/api/plenum/v1/events/{id}/retract", post(retract))
}

/// The days between which events are wanted; a month or a year stands for its first or last day.
fn days(params: &Params) -> Result<Days, ApiError> {
    let named = |name: &str| match params.text(name).filter(|text| !text.trim().is_empty()) {
        Some(text) => Date::parse(&text).map(Some).map_err(ApiError::from),
        None => Ok(None),
    };
    let usual = Days::default();
    Ok(Days {
        from: named("from")?.map_or(usual.from, |date| date.first().as_text()),
        to: named("to")?.map_or(usual.to, |date| date.last().as_text()),
    })
}

/// `GET /api/plenum/v1/events`.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page, days) = (caller.viewer(), paging::page(&params, 40, 80), days(&params)?);
    let found = data.app.db.read(|conn| {
        let heads = events::page(conn, viewer, &days, page)?;
        let views = views::load(conn, viewer, heads)?;
        Ok(views.iter().map(|view| (view.head.id.get(), entities::contribution(view))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// An event with its history and the texts that link to it.
fn whole(conn: &mut Conn, viewer: Viewer, key: i64) -> Result<Value, Error> {
    let view = one(conn, viewer, key, &[Kind::Event])?;
    let versions = revisions::of(conn, view.head.id)?;
    let citing = events::citing(conn, viewer, &view.head)?;
    let mut entity = entities::contribution(&view);
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("history".to_owned(), entities::history(&view.head, &versions));
        fields.insert("cited_by".to_owned(), entities::references(&citing));
    }
    Ok(entity)
}

/// `GET /api/plenum/v1/events/{id}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    Ok(Json(data.app.db.read(|conn| whole(conn, viewer, key)).await?))
}

/// `POST /api/plenum/v1/events`.
async fn publish(data: Data<Federation>, caller: Speaking, params: Params) -> Answer<Value> {
    let draft = drafts::event(&params)?;
    let made = data.app.db.write(|tx| {
        let view = service::publish(tx, &caller.user, &draft)?;
        whole(tx, caller.viewer(), view.head.id.get())
    });
    Ok(Json(made.await?))
}

/// `PUT /api/plenum/v1/events/{id}`: everything is replaced, for a reason.
async fn revise(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let (draft, reason) = (drafts::event(&params)?, params.text("reason").unwrap_or_default());
    let made = data.app.db.write(|tx| {
        service::revise(tx, &caller.user, Id::new(key), &draft, &reason)?;
        whole(tx, caller.viewer(), key)
    });
    Ok(Json(made.await?))
}

/// `POST /api/plenum/v1/events/{id}/retract`: it is withdrawn, for a reason.
async fn retract(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    caller.retracts(&data, key, &params, (service::retract, whole)).await
}
