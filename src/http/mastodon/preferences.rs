//! `GET /api/v1/preferences`: what apps take over when somebody signs in.

use activitypub_federation::config::Data;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::Answer;
use super::caller::Allowed;
use super::entities::quote::policy_word;
use super::entities::status::visibility;
use super::scopes::ReadAccounts;
use crate::federation::Federation;
use crate::store::profiles;

pub(super) fn router() -> Router {
    Router::new().route("/api/v1/preferences", get(show))
}

async fn show(data: Data<Federation>, caller: Allowed<ReadAccounts>) -> Answer<Value> {
    let profile = data.app.db.read(|conn| Ok(profiles::of(conn, caller.account.id)?)).await?;
    Ok(Json(json!({
        "posting:default:visibility": visibility(profile.visibility),
        "posting:default:sensitive": profile.sensitive,
        "posting:default:language": profile.language,
        "posting:default:quote_policy": policy_word(profile.quote_policy),
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    })))
}
