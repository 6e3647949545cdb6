//! Positions: those on a question, one with its history, to publish, withdraw and list them.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Allowed, Maybe, PathId};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::{ReadDebate, WriteDebate};
use super::speaking::Speaking;
use super::{bases, drafts, entities, in_order, listed, named, one};
use crate::domain::contribution::Kind;
use crate::domain::id::Id;
use crate::domain::position::Listing;
use crate::domain::user::{Role, User};
use crate::domain::{Refusal, question::Qid};
use crate::federation::Federation;
use crate::federation::lookup;
use crate::services::positions as service;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, events, positions, questions, revisions};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/questions/{qid}/positions", get(index).post(publish))
        .route("/api/plenum/v1/positions/{id}", get(show))
        .route("/api/plenum/v1/positions/{id}/source", get(source))
        .route("/api/plenum/v1/positions/{id}/retract", post(retract))
        .route("/api/plenum/v1/positions/{id}/list", post(list))
        .route("/api/plenum/v1/positions/{id}/unlist", post(unlist))
}

/// Whether somebody decides which positions are on the map.
pub(super) fn keeps_the_map(user: &User) -> bool {
    [Role::Publisher, Role::Moderator, Role::Admin].iter().any(|role| user.roles.has(*role))
}

/// Which positions are wanted: those on the map, unless somebody who keeps it asks for others.
fn wanted(params: &Params, user: Option<&User>) -> Result<Listing, ApiError> {
    let listing = match params.text("listing").as_deref() {
        None | Some("" | "listed") => return Ok(Listing::Listed),
        Some("waiting") => Listing::Waiting,
        Some("unlisted") => Listing::Unlisted,
        Some(_) => return Err(ApiError::invalid("listing is not included in the list")),
    };
    if user.is_some_and(keeps_the_map) {
        return Ok(listing);
    }
    Err(Refusal::forbidden("the map is kept by publishers and moderators").into())
}

/// `GET /api/plenum/v1/questions/{qid}/positions`.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, qid, page) = (caller.viewer(), named(&qid)?, paging::page(&params, 40, 80));
    let listing = wanted(&params, caller.user())?;
    let found = data.app.db.read(|conn| {
        if questions::carried(conn, viewer, &qid)?.is_empty() {
            return Err(Refusal::NotFound.into());
        }
        let mut rows = positions::on(conn, viewer, &qid)?;
        rows.retain(|(_, position)| position.listing == listing);
        let ids: Vec<_> = page.of(rows, |(head, _)| head.id.get()).iter().map(|(head, _)| head.id).collect();
        let views = in_order(conn, viewer, &ids)?;
        Ok(views.iter().map(|view| (view.head.id.get(), entities::contribution(view))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// A position with its history and what its owner gave out against it.
fn whole(conn: &mut Conn, viewer: Viewer, key: i64) -> Result<Value, Error> {
    let view = one(conn, viewer, key, &[Kind::Position])?;
    let versions = revisions::of(conn, view.head.id)?;
    let against = positions::equivocations(conn, view.head.id)?;
    let events = events::cited(conn, viewer, &[view.head.id])?;
    let mut entity = entities::contribution(&view);
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("history".to_owned(), entities::history(&view.head, &versions));
        fields.insert("events".to_owned(), entities::references(events.iter().map(|(head, _)| head)));
        let other = |other: &positions::Equivocation| json!({ "revision": other.revision, "digest": other.digest, "document": other.document });
        fields.insert("equivocations".to_owned(), against.iter().map(other).collect());
    }
    Ok(entity)
}

/// `GET /api/plenum/v1/positions/{id}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    Ok(Json(data.app.db.read(|conn| whole(conn, viewer, key)).await?))
}

/// `GET /api/plenum/v1/positions/{id}/source`: what was typed, to go on with.
async fn source(data: Data<Federation>, caller: Allowed<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let draft = data.app.db.read(|conn| {
        let view = one(conn, viewer, key, &[Kind::Position])?;
        service::draft_of(&positions::parts(conn, view.head.id)?.ok_or(Refusal::NotFound)?)
    });
    let draft = draft.await?;
    Ok(Json(json!({
        "id": key.to_string(),
        "answer": draft.answer,
        "certainty": draft.certainty,
        "reasoning": draft.reasoning.as_str(),
        "conditions": draft.conditions.as_str(),
        "limits": draft.limits.as_str(),
        "evidence": draft.evidence.as_str(),
        "statement": draft.statement,
        "theses": draft.theses,
        "adopted_body": draft.adopted_body,
        "adopted_on": draft.adopted_on,
        "language": draft.language,
    })))
}

/// `POST /api/plenum/v1/questions/{qid}/positions`: the organization's position, or its next revision.
async fn publish(
    data: Data<Federation>,
    caller: Speaking,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (qid, draft): (Qid, _) = (named(&qid)?, drafts::position(&params)?);
    let (viewer, origin) = (caller.viewer(), &data.app.site.origin);
    let draft = data.app.db.read(|conn| lookup::identities(conn, origin, viewer, &draft)).await?;
    let reason = params.text("reason").unwrap_or_default();
    let (base, organization) = (bases::base(&params), data.app.site.organization);
    let made = data.app.db.write(|tx| {
        let known = positions::of_account(tx, &qid, organization)?;
        if let Some(now) = bases::newer(base, known.map_or(0, |(head, _)| head.revision)) {
            return Ok(Err(now));
        }
        let view = service::publish(tx, &caller.user, &qid, &draft, &reason)?;
        whole(tx, caller.viewer(), view.head.id.get()).map(Ok)
    });
    bases::answer(made.await?)
}

/// `POST /api/plenum/v1/positions/{id}/retract`: it is withdrawn, for a reason.
async fn retract(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    caller.retracts(&data, key, &params, (service::retract, whole)).await
}

/// `POST /api/plenum/v1/positions/{id}/list`.
async fn list(data: Data<Federation>, caller: Allowed<WriteDebate>, PathId(key): PathId) -> Answer<Value> {
    put(&data, &caller, key, true).await
}

/// `POST /api/plenum/v1/positions/{id}/unlist`.
async fn unlist(data: Data<Federation>, caller: Allowed<WriteDebate>, PathId(key): PathId) -> Answer<Value> {
    put(&data, &caller, key, false).await
}

/// Puts a position on our map, or takes it off.
async fn put(
    data: &Data<Federation>,
    caller: &Allowed<WriteDebate>,
    key: i64,
    listed: bool,
) -> Answer<Value> {
    let made = data.app.db.write(|tx| {
        service::list(tx, &caller.user, Id::new(key), listed)?;
        whole(tx, caller.viewer(), key)
    });
    Ok(Json(made.await?))
}
