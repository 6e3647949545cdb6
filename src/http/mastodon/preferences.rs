//! `GET /api/v1/preferences`: what apps take over when somebody signs in.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::Answer;
use super::caller::Allowed;
use super::scopes::ReadAccounts;

pub(super) fn router() -> Router {
    Router::new().route("/api/v1/preferences", get(show))
}

async fn show(_caller: Allowed<ReadAccounts>) -> Answer<Value> {
    Ok(Json(json!({
        "posting:default:visibility": "public",
        "posting:default:sensitive": false,
        "posting:default:language": null,
        "posting:default:quote_policy": "nobody",
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    })))
}
