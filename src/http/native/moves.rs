//! Who changed position on a question, when and why.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::Answer;
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::{entities, named};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::mastodon::entities::date;
use crate::store::positions::{self, Move};
use crate::store::{accounts, questions};

/// Entries of one answer, where nobody says how many, and at most.
const USUAL: i64 = 40;
const MOST: i64 = 200;
/// So many entries can be passed over.
const DEEPEST: i64 = 100_000;

pub(super) fn router() -> Router {
    Router::new().route("/api/plenum/v1/questions/{qid}/moves", get(index))
}

/// `GET /api/plenum/v1/questions/{qid}/moves`: the versions of all positions on the map, the latest first.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Answer<Value> {
    let (viewer, qid) = (caller.viewer(), named(&qid)?);
    let limit = params.number("limit").unwrap_or(USUAL).clamp(1, MOST);
    let offset = params.number("offset").unwrap_or(0).clamp(0, DEEPEST);
    let found = data.app.db.read(|conn| {
        if questions::carried(conn, viewer, &qid)?.is_empty() {
            return Err(Refusal::NotFound.into());
        }
        let moves = positions::moves(conn, viewer, &qid, None, (limit, offset))?;
        let whose: Vec<Id<Account>> = moves.iter().map(|one| one.account).collect();
        let whose: HashMap<_, _> =
            accounts::by_ids(conn, &whose)?.into_iter().map(|account| (account.id, account)).collect();
        Ok((moves, whose))
    });
    let (moves, whose) = found.await?;
    Ok(Json(moves.iter().filter_map(|one| Some(shown(one, whose.get(&one.account)?))).collect()))
}

fn shown(one: &Move, organization: &Account) -> Value {
    let deed = match (one.state, one.revision) {
        (State::Retracted, _) => "withdrawn",
        (_, 1) => "taken",
        (_, _) => "changed",
    };
    json!({
        "at": date(one.at),
        "organization": entities::account(organization),
        "deed": deed,
        "position_id": one.position.to_string(),
        "revision": one.revision,
        "title": one.title,
        "reason": one.reason,
        "language": entities::said(&one.language),
    })
}
