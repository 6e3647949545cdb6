//! Critiques: those of a contribution, one, and to publish one.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Allowed, Maybe, PathId};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::{ReadDebate, WriteDebate};
use super::{drafts, entities, listed, one};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::federation::{Federation, resolve};
use crate::services::posts::{self, NewPost};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, audit, hiding, registers, settings, views};
use crate::text::{Markdown, plain};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/contributions/{id}/critiques", get(index).post(publish))
        .route("/api/plenum/v1/critiques/{id}", get(show))
}

/// Critiques as entities, without those of whom the viewer does not want to see.
pub(super) fn shown(
    conn: &mut Conn,
    viewer: Viewer,
    heads: Vec<Contribution>,
) -> Result<Vec<(i64, Value)>, Error> {
    let found = hiding::sift(conn, viewer, heads.into_iter().map(Found::from).collect())?;
    let views = views::load(conn, viewer, found.into_iter().map(|one| one.head).collect())?;
    Ok(views.iter().map(|view| (view.head.id.get(), entities::contribution(view))).collect())
}

/// `GET /api/plenum/v1/contributions/{id}/critiques`.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page) = (caller.viewer(), paging::page(&params, 20, 80));
    let found = data.app.db.read(|conn| {
        let target = contributions::by_id(conn, viewer, Id::new(key))?.ok_or(Refusal::NotFound)?;
        let heads = registers::critiques_of(conn, viewer, target.id, page)?;
        shown(conn, viewer, heads)
    });
    Ok(listed(&params, &found.await?))
}

/// `GET /api/plenum/v1/critiques/{id}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| one(conn, viewer, key, &[Kind::Critique])).await?;
    Ok(Json(entities::contribution(&found)))
}

/// `POST /api/plenum/v1/contributions/{id}/critiques`: official where the token speaks for the
/// organization, else a personal contribution.
async fn publish(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let (critique, language) = (drafts::critique(&params)?, drafts::language(&params)?);
    let text = params.required("text")?;
    let (length, most) = (plain::length(&text), data.app.config.limits.post_characters);
    if length > most {
        return Err(
            Refusal::invalid("text", format!("has {length} characters, at most {most} are allowed")).into()
        );
    }
    let mentions = resolve::mentioned_beside(&data, &text, Some(Id::new(key))).await?;
    let made = data.app.db.write(|tx| {
        let usual = settings::get(tx)?.languages.into_iter().next().unwrap_or_default();
        let post = NewPost {
            markdown: Markdown::new(&*text),
            in_reply_to: Some(Id::new(key)),
            language: language.clone().unwrap_or(usual),
            mentions: mentions.clone(),
            critique: Some(critique.clone()),
            ..NewPost::default()
        };
        let view = posts::publish(tx, &caller.account, &post)?;
        if caller.account.id == tx.site()?.organization {
            audit::record(tx, Some(caller.user.id), "critique.publish", view.head.uri.as_str(), "")?;
        }
        Ok(entities::contribution(&view))
    });
    Ok(Json(made.await?))
}
