//! Texts of servers of other kinds that name a question: what waits, and what moderators decide.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::Allowed;
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::{ReadDebate, WriteDebate};
use super::{entities, in_order, listed, named};
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::external_statement::{ExternalStatement, PublishedText};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::question::Qid;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::mastodon::entities::date;
use crate::services::external_statements as service;
use crate::store::questions::Copy;
use crate::store::{Error, Tx, external_statements, questions};

/// Texts that wait for moderators: more than the site lets wait at once.
const MOST: i64 = 1000;

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/external-statements", get(index))
        .route("/api/plenum/v1/questions/{qid}/external-statements/{id}/list", post(list))
        .route("/api/plenum/v1/questions/{qid}/external-statements/{id}/refuse", post(refuse))
        .route("/api/plenum/v1/questions/{qid}/external-statements/{id}/withdraw", post(withdraw))
}

/// `GET /api/plenum/v1/external-statements`: texts that wait, each once, with the questions that they
/// name; of one question with `qid`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    if !caller.user.roles.may(Permission::Review) {
        return Err(Refusal::forbidden("what waits is read and decided by moderators").into());
    }
    let only = match params.text("qid").filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            let why = || Refusal::invalid("qid", format!("“{text}” is no name of a question"));
            Some(Qid::parse(text.trim()).ok_or_else(why)?)
        }
        None => None,
    };
    let (viewer, page) = (caller.viewer(), paging::page(&params, 20, 80));
    let found = data.app.db.read(|conn| {
        let mut found = external_statements::waiting(conn, viewer, MOST)?;
        found.retain(|text| only.as_ref().is_none_or(|only| text.statement.qid == *only));
        let mut ids: Vec<Id<Contribution>> = found.iter().map(|text| text.head.id).collect();
        ids.dedup();
        let ids = page.of(ids, |id| id.get());
        let views = in_order(conn, viewer, &ids)?;
        let qids: Vec<Qid> = found.iter().map(|text| text.statement.qid.clone()).collect();
        let asked = questions::of_qids(conn, viewer, &qids)?;
        Ok(views.iter().map(|view| (view.head.id.get(), waits(view, &found, &asked))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// A text, and for which questions it waits.
fn waits(view: &View, found: &[PublishedText], asked: &HashMap<Qid, Copy>) -> Value {
    let own = found.iter().filter(|text| text.head.id == view.head.id);
    let question = |text: &PublishedText| {
        let copy = asked.get(&text.statement.qid)?;
        Some(json!({
            "qid": text.statement.qid.as_str(),
            "text": copy.0.title,
            "found_at": date(text.statement.created_at),
        }))
    };
    json!({
        "contribution": entities::text(view),
        "questions": own.filter_map(question).collect::<Value>(),
    })
}

/// What a path names: the question, and the key of the text.
type Place = Path<(String, String)>;

/// `POST /api/plenum/v1/questions/{qid}/external-statements/{id}/list`: whether it waits for that, or a
/// moderator found it.
async fn list(data: Data<Federation>, caller: Allowed<WriteDebate>, place: Place) -> Answer<Value> {
    decide(&data, &place, |tx, id, qid| service::list(tx, &caller.user, id, qid)).await
}

/// `POST /api/plenum/v1/questions/{qid}/external-statements/{id}/refuse`: it does not wait any more.
async fn refuse(data: Data<Federation>, caller: Allowed<WriteDebate>, place: Place) -> Answer<Value> {
    decide(&data, &place, |tx, id, qid| service::refuse(tx, &caller.user, id, qid)).await
}

/// `POST /api/plenum/v1/questions/{qid}/external-statements/{id}/withdraw`: it is taken off the map again,
/// for a reason.
async fn withdraw(
    data: Data<Federation>,
    caller: Allowed<WriteDebate>,
    place: Place,
    params: Params,
) -> Answer<Value> {
    let reason = params.text("reason").unwrap_or_default();
    decide(&data, &place, |tx, id, qid| service::withdraw(tx, &caller.user, id, qid, &reason)).await
}

async fn decide(
    data: &Data<Federation>,
    Path((qid, id)): &Place,
    decision: impl Fn(&mut Tx<'_>, Id<Contribution>, &Qid) -> Result<(), Error>,
) -> Answer<Value> {
    let key = id.parse().ok().filter(|key: &i64| *key > 0);
    let (qid, id) = (named(qid)?, Id::new(key.ok_or_else(ApiError::not_found)?));
    let made = data.app.db.write(|tx| {
        decision(tx, id, &qid)?;
        decided(tx, id, &qid)
    });
    Ok(Json(made.await?))
}

/// What was decided of a text beside a question.
fn decided(tx: &mut Tx<'_>, id: Id<Contribution>, qid: &Qid) -> Result<Value, Error> {
    let ExternalStatement { listing, listed_at, withdrawn_at, .. } =
        external_statements::of(tx, id, qid)?.ok_or(Refusal::NotFound)?;
    Ok(json!({
        "contribution_id": id.to_string(),
        "qid": qid.as_str(),
        "listing": entities::position::listing(listing),
        "listed_at": listed_at.map(date),
        "withdrawn_at": withdrawn_at.map(date),
    }))
}
