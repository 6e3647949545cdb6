//! What organizations without a server said, as somebody here found it in a source: to read, enter and
//! take back.

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
use super::{drafts, entities, listed, named};
use crate::domain::Refusal;
use crate::domain::attribution::Attribution;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::http::mastodon::entities::date;
use crate::services::attributions as service;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, attributions, questions};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/questions/{qid}/attributions", get(index).post(enter))
        .route("/api/plenum/v1/attributions/{id}", get(show))
        .route("/api/plenum/v1/attributions/{id}/withdraw", post(withdraw))
}

/// Who entered it stands in the audit log only.
fn shown(said: &Attribution) -> Value {
    json!({
        "id": said.id.to_string(),
        "qid": said.qid.as_str(),
        "name": said.name,
        "answer": entities::said(&said.answer),
        "answer_key": said.answer_key.as_ref().map(|key| key.as_str()),
        "certainty": said.certainty.as_str(),
        "stated_on": said.stated_on,
        "quotation": said.quotation,
        "source_title": said.source_title,
        "source_url": said.source_url,
        "entered_at": date(said.created_at),
        "withdrawn_at": said.withdrawn_at.map(date),
    })
}

/// Refuses what is said on a question that the viewer does not see.
fn seen(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> Result<(), Error> {
    if questions::carried(conn, viewer, qid)?.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    Ok(())
}

/// `GET /api/plenum/v1/questions/{qid}/attributions`: those that stand.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, qid, page) = (caller.viewer(), named(&qid)?, paging::page(&params, 40, 80));
    let found = data.app.db.read(|conn| {
        seen(conn, viewer, &qid)?;
        let mut all = attributions::on(conn, &qid)?;
        all.retain(|said| said.withdrawn_at.is_none());
        let page = page.of(all, |said| said.id.get());
        Ok(page.iter().map(|said| (said.id.get(), shown(said))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// `GET /api/plenum/v1/attributions/{id}`, also one that was taken back: the map of an earlier day
/// shows it.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let said = attributions::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
        seen(conn, viewer, &said.qid)?;
        Ok(said)
    });
    Ok(Json(shown(&found.await?)))
}

/// `POST /api/plenum/v1/questions/{qid}/attributions`.
async fn enter(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (viewer, qid, draft) = (caller.viewer(), named(&qid)?, drafts::attribution(&params));
    let made = data.app.db.write(|tx| {
        seen(tx, viewer, &qid)?;
        service::enter(tx, &caller.user, &qid, &draft)
    });
    Ok(Json(shown(&made.await?)))
}

/// `POST /api/plenum/v1/attributions/{id}/withdraw`.
async fn withdraw(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    PathId(key): PathId,
) -> Answer<Value> {
    let gone = data.app.db.write(|tx| {
        service::withdraw(tx, &caller.user, Id::new(key))?;
        attributions::by_id(tx, Id::new(key))?.ok_or_else(|| Refusal::NotFound.into())
    });
    Ok(Json(shown(&gone.await?)))
}
