//! Statements and theses: to read, publish, revise and withdraw.

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
use super::super::mastodon::scopes::ReadDebate;
use super::speaking::Speaking;
use super::{bases, entities, listed, named, one, statement_drafts};
use crate::domain::Refusal;
use crate::domain::contribution::Kind;
use crate::domain::id::Id;
use crate::domain::statement::Draft;
use crate::domain::user::Role;
use crate::federation::Federation;
use crate::services::statements as service;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, contributions, events, registers, revisions, statement_references, views};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/questions/{qid}/statements", get(on_question))
        .route("/api/plenum/v1/statements", get(index).post(publish))
        .route("/api/plenum/v1/statements/{id}", get(show).put(revise))
        .route("/api/plenum/v1/statements/{id}/retract", post(retract))
        .route("/api/plenum/v1/statements/{id}/source", get(source))
        .route("/api/plenum/v1/statements/{id}/supersede", post(supersede))
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
    Ok(Json(data.app.db.read(|conn| whole(conn, viewer, key)).await?))
}

/// A statement with its history.
pub(super) fn whole(conn: &mut Conn, viewer: Viewer, key: i64) -> Result<Value, Error> {
    let view = one(conn, viewer, key, &[Kind::Statement])?;
    let versions = revisions::of(conn, view.head.id)?;
    let mut entity = entities::contribution(&view);
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("history".to_owned(), entities::history(&view.head, &versions));
    }
    Ok(entity)
}

/// What an app sends to publish; said to be refused before anything is looked up elsewhere.
async fn draft(data: &Data<Federation>, caller: &Speaking, params: &Params) -> Result<Draft, ApiError> {
    if !caller.user.roles.has(Role::Publisher) {
        return Err(
            Refusal::forbidden("publishing in the organization's name takes the role publisher").into()
        );
    }
    let mut draft = statement_drafts::sent(data, params).await?;
    draft.convinced_by = statement_drafts::convinced_by(data, caller.viewer(), params).await?;
    if draft.language.is_empty() {
        return Err(Refusal::invalid("language", "say in which language it is written, such as `en`").into());
    }
    Ok(draft)
}

/// What is wrong with a thesis stands in the field that apps know: the text.
pub(super) fn in_text(error: Error) -> ApiError {
    match error {
        Error::Refused(Refusal::Invalid {
            field: field @ ("theses" | "thesis head" | "thesis number" | "thesis key"),
            why,
        }) => Refusal::invalid("text", format!("{field}: {why}")).into(),
        other => other.into(),
    }
}

/// `POST /api/plenum/v1/statements`.
async fn publish(data: Data<Federation>, caller: Speaking, params: Params) -> Answer<Value> {
    let draft = draft(&data, &caller, &params).await?;
    let made = data.app.db.write(|tx| {
        let view = service::publish(tx, &caller.user, draft.clone())?;
        whole(tx, caller.viewer(), view.head.id.get())
    });
    Ok(Json(made.await.map_err(in_text)?))
}

/// `PUT /api/plenum/v1/statements/{id}`: a new version, for a reason. Theses keep their keys by the marks
/// behind their headings.
async fn revise(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let draft = draft(&data, &caller, &params).await?;
    let reason = params.text("reason").unwrap_or_default();
    let (base, anew) = (bases::base(&params), params.flag("new_theses").unwrap_or_default());
    let made = data.app.db.write(|tx| {
        let head = contributions::by_id(tx, caller.viewer(), Id::new(key))?.ok_or(Refusal::NotFound)?;
        if let Some(now) = bases::newer(base, head.revision) {
            return Ok(Err(now));
        }
        // Of what is not ours the use case says so.
        if head.local {
            statement_drafts::keeps_theses(tx, head.id, &draft, anew)?;
        }
        service::revise(tx, &caller.user, head.id, draft.clone(), &reason)?;
        whole(tx, caller.viewer(), key).map(Ok)
    });
    bases::answer(made.await.map_err(in_text)?)
}

/// `POST /api/plenum/v1/statements/{id}/retract`: it is withdrawn, for a reason.
async fn retract(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    caller.retracts(&data, key, &params, (service::retract, whole)).await
}

/// `POST /api/plenum/v1/statements/{id}/supersede`: another one of ours takes its place, for a reason.
async fn supersede(
    data: Data<Federation>,
    caller: Speaking,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let missing = || Refusal::invalid("successor_id", "give the key of the statement that takes its place");
    let next = params.id("successor_id").ok_or_else(missing)?;
    let reason = params.text("reason").unwrap_or_default();
    let made = data.app.db.write(|tx| {
        service::supersede(tx, &caller.user, Id::new(key), Id::new(next), &reason)?;
        whole(tx, caller.viewer(), key)
    });
    Ok(Json(made.await?))
}

/// `GET /api/plenum/v1/statements/{id}/source`: what was typed, to go on with.
async fn source(data: Data<Federation>, caller: Allowed<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let view = one(conn, viewer, key, &[Kind::Statement])?;
        let ours = view.head.markdown.clone().filter(|_| view.head.local);
        Ok((view.head.clone(), ours.ok_or(Refusal::NotFound)?))
    });
    let (head, markdown) = found.await?;
    let mut fields = statement_drafts::fields(&markdown);
    fields.extend([
        ("id".to_owned(), json!(head.id.to_string())),
        ("language".to_owned(), json!(head.language)),
        ("revision".to_owned(), json!(head.revision)),
        ("markdown".to_owned(), json!(markdown)),
    ]);
    Ok(Json(Value::Object(fields)))
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
