//! `/api/v1/custom_emojis`: the small pictures of this server.

use activitypub_federation::config::Data;
use axum::routing::get;
use axum::{Json, Router};

use super::answer::Answer;
use super::caller::Maybe;
use super::entities::emoji::{CustomEmoji, emojis};
use super::scopes::Anything;
use crate::federation::Federation;
use crate::store;

/// The route of emoji.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/custom_emojis", get(index))
}

/// `GET /api/v1/custom_emojis`.
async fn index(data: Data<Federation>, _caller: Maybe<Anything>) -> Answer<Vec<CustomEmoji>> {
    let known = data.app.db.read(|conn| Ok(store::emojis::of_host(conn, "")?)).await?;
    Ok(Json(emojis(&known, &data.app.site)))
}
