//! Versions by their numbers, and what one changed against another.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::{entities, one};
use crate::domain::Refusal;
use crate::domain::contribution::Kind;
use crate::federation::Federation;
use crate::services::versions::{self, Change};
use crate::store::contributions::Viewer;
use crate::store::revisions::{self, Revision};
use crate::store::{Conn, Error};
use crate::text::diff::{Fate, Piece};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/contributions/{id}/versions/{number}", get(show))
        .route("/api/plenum/v1/contributions/{id}/versions/{number}/changes", get(changes))
}

/// What has versions that are quoted by their numbers.
const KINDS: [Kind; 6] =
    [Kind::Statement, Kind::Thesis, Kind::Question, Kind::Position, Kind::Critique, Kind::Event];

/// The keys in a path: of the contribution, and the number of the version.
fn keys((id, number): &(String, String)) -> Result<(i64, i32), ApiError> {
    let id = id.parse().ok().filter(|id: &i64| *id > 0);
    let number = number.parse().ok().filter(|number: &i32| *number > 0);
    id.zip(number).ok_or_else(ApiError::not_found)
}

fn version(conn: &mut Conn, viewer: Viewer, (id, number): (i64, i32)) -> Result<(Value, Revision), Error> {
    let view = one(conn, viewer, id, &KINDS)?;
    let found = revisions::by_number(conn, view.head.id, number)?.ok_or(Refusal::NotFound)?;
    Ok((entities::version(&view.head, &found), found))
}

/// `GET /api/plenum/v1/contributions/{id}/versions/{number}`, with the document as it was signed.
async fn show(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(path): Path<(String, String)>,
) -> Answer<Value> {
    let (viewer, keys) = (caller.viewer(), keys(&path)?);
    let (mut entity, found) = data.app.db.read(|conn| version(conn, viewer, keys)).await?;
    let document = found.document.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("convinced_by".to_owned(), json!(found.convinced_by.all()));
        fields.insert("document".to_owned(), document.into());
    }
    Ok(Json(entity))
}

/// `GET /api/plenum/v1/contributions/{id}/versions/{number}/changes`: against the version before, or
/// against `since`.
async fn changes(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(path): Path<(String, String)>,
    params: Params,
) -> Answer<Value> {
    let (viewer, (id, number)) = (caller.viewer(), keys(&path)?);
    let since = match params.text("since").filter(|text| !text.trim().is_empty()) {
        Some(text) => text.trim().parse().ok(),
        None => number.checked_sub(1),
    };
    let found = data.app.db.read(|conn| {
        let (_, after) = version(conn, viewer, (id, number))?;
        let before = match since {
            Some(since) => revisions::by_number(conn, after.contribution_id, since)?,
            None => None,
        };
        let missing =
            || Refusal::invalid("since", "names no version that is here: give the number of another one");
        Ok((before.ok_or_else(missing)?, after))
    });
    let (before, after) = found.await?;
    let changed = data.app.differences.find(|| versions::changes(&before, &after)).await?;
    let changed: Vec<Value> = changed.iter().map(change).collect();
    Ok(Json(json!({
        "contribution_id": after.contribution_id.to_string(),
        "since": before.revision,
        "revision": after.revision,
        "changes": changed,
    })))
}

fn change(change: &Change) -> Value {
    json!({
        "passage": change.passage,
        "fate": change.fate.as_str(),
        "words": change.pieces.iter().map(piece).collect::<Value>(),
    })
}

fn piece(piece: &Piece) -> Value {
    let fate = match piece.fate {
        Fate::Kept => "kept",
        Fate::Removed => "removed",
        Fate::Added => "added",
    };
    json!({ "fate": fate, "text": piece.text })
}
