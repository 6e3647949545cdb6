//! Statements and theses, to read.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Maybe, PathId};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::{entities, listed, named, one};
use crate::domain::contribution::Kind;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::store::{events, registers, revisions, statement_references, views};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/questions/{qid}/statements", get(on_question))
        .route("/api/plenum/v1/statements", get(index))
        .route("/api/plenum/v1/statements/{id}", get(show))
        .route("/api/plenum/v1/theses/{id}", get(thesis))
}

/// `GET /api/plenum/v1/statements`, of all organizations or of one.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page) = (caller.viewer(), paging::page(&params, 20, 40));
    let author = params.id("organization").map(Id::new);
    let found = data.app.db.read(|conn| {
        let heads = registers::statements(conn, viewer, author, page)?;
        let views = views::load(conn, viewer, heads)?;
        Ok(views.iter().map(|view| (view.head.id.get(), entities::contribution(view))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// `GET /api/plenum/v1/questions/{qid}/statements`: those that say that they answer or raise it.
async fn on_question(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page, qid) = (caller.viewer(), paging::page(&params, 20, 40), named(&qid)?);
    let found = data.app.db.read(|conn| {
        let heads = statement_references::on_question(conn, viewer, &qid, page)?;
        let views = views::load(conn, viewer, heads)?;
        Ok(views.iter().map(|view| (view.head.id.get(), entities::contribution(view))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// `GET /api/plenum/v1/statements/{id}`, with its history.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let view = one(conn, viewer, key, &[Kind::Statement])?;
        let versions = revisions::of(conn, view.head.id)?;
        let mut entity = entities::contribution(&view);
        if let Some(fields) = entity.as_object_mut() {
            fields.insert("history".to_owned(), entities::history(&view.head, &versions));
        }
        Ok(entity)
    });
    Ok(Json(found.await?))
}

/// `GET /api/plenum/v1/theses/{id}`.
async fn thesis(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let view = one(conn, viewer, key, &[Kind::Thesis])?;
        let events = events::cited(conn, viewer, &[view.head.id])?;
        let mut entity = entities::contribution(&view);
        if let Some(fields) = entity.as_object_mut() {
            fields.insert("events".to_owned(), entities::references(events.iter().map(|(head, _)| head)));
        }
        Ok(entity)
    });
    Ok(Json(found.await?))
}
