//! How much of what was said elsewhere is here, and to ask for the rest.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::{Answer, Empty};
use super::super::mastodon::caller::{Allowed, Maybe, PathId};
use super::super::mastodon::scopes::{ReadDebate, WriteDebate};
use super::{entities, named, organizations};
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::mastodon::entities::date;
use crate::services::completeness::{self as service, Checked, Compared, Site};
use crate::store::completeness::Catalogue;
use crate::store::{accounts, completeness};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/contributions/{id}/completeness", get(thread))
        .route("/api/plenum/v1/contributions/{id}/resync", post(resync_thread))
        .route("/api/plenum/v1/organizations/{id}/catalogue", get(catalogue))
        .route("/api/plenum/v1/organizations/{id}/resync", post(resync_catalogue))
        .route("/api/plenum/v1/questions/{qid}/completeness", get(question))
        .route("/api/plenum/v1/questions/{qid}/resync", post(resync_question))
}

/// `GET /api/plenum/v1/contributions/{id}/completeness`: of the thread around it.
async fn thread(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let Checked { root, missing, at } =
        data.app.db.read(|conn| service::thread(conn, viewer, Id::new(key))).await?;
    Ok(Json(json!({
        "thread_id": root.id.to_string(),
        "here": root.local,
        "missing": missing,
        "checked_at": at.map(date),
    })))
}

/// `POST /api/plenum/v1/contributions/{id}/resync`: the servers that take part are asked soon.
async fn resync_thread(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    PathId(key): PathId,
) -> Answer<Empty> {
    let viewer = caller.viewer();
    data.app.db.write(|tx| service::resync_thread(tx, viewer, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `GET /api/plenum/v1/organizations/{id}/catalogue`: how far back what it published is here.
async fn catalogue(data: Data<Federation>, _: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let found = data.app.db.read(|conn| {
        let known = accounts::by_id(conn, Id::new(key))?;
        let known = known.filter(organizations::is_shown).ok_or(Refusal::NotFound)?;
        Ok((known.is_local(), completeness::catalogue(conn, known.id)?))
    });
    let (here, known) = found.await?;
    let state = match (&known, here) {
        (_, true) => "whole",
        (None, false) => "not-begun",
        (Some(Catalogue { finished_at: None, .. }), false) => "under-way",
        (Some(Catalogue { finished_at: Some(_), .. }), false) => "finished",
    };
    let of =
        |when: fn(&Catalogue) -> Option<crate::clock::Timestamp>| known.as_ref().and_then(when).map(date);
    Ok(Json(json!({
        "organization_id": key.to_string(),
        "state": state,
        "looked_at": known.as_ref().map_or(0, |known| known.taken),
        "complete_to": of(|known| known.complete_to),
        "finished_at": of(|known| known.finished_at),
        "updated_at": of(|known| Some(known.updated_at)),
    })))
}

/// `POST /api/plenum/v1/organizations/{id}/resync`: what it published is looked through again soon.
async fn resync_catalogue(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    PathId(key): PathId,
) -> Answer<Empty> {
    data.app.db.write(|tx| service::resync_catalogue(tx, &caller.user, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `GET /api/plenum/v1/questions/{qid}/completeness`: who else carries it, and whether they listed the
/// same positions when they were last asked.
async fn question(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
) -> Answer<Value> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    let Compared { sites, at } = data.app.db.read(|conn| service::question(conn, viewer, &qid)).await?;
    let site = |site: &Site| {
        let asked = site.exchange.as_ref();
        let answered = asked.map(|asked| asked.error.is_none());
        json!({
            "organization": entities::account(&site.organization),
            "checked_at": asked.map(|asked| date(asked.checked_at)),
            "answered": answered,
            "agrees": asked.filter(|_| answered == Some(true)).map(|asked| asked.agrees),
        })
    };
    Ok(Json(json!({
        "qid": qid.as_str(),
        "sites": sites.iter().map(site).collect::<Value>(),
        "checked_at": at.map(date),
    })))
}

/// `POST /api/plenum/v1/questions/{qid}/resync`: others that carry it are asked what they list.
async fn resync_question(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    Path(qid): Path<String>,
) -> Answer<Empty> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    data.app.db.write(|tx| service::resync_question(tx, viewer, &qid)).await?;
    Ok(Json(Empty))
}
