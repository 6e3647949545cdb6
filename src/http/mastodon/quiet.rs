//! What clients ask for and this server has none of: empty lists, so that nothing looks broken.

use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, Maybe};
use super::scopes::{Anything, ReadAccounts};

/// The routes without content.
pub(super) fn router() -> Router {
    let open = [
        "/api/v1/trends",
        "/api/v1/trends/tags",
        "/api/v1/trends/statuses",
        "/api/v1/trends/links",
        "/api/v1/accounts/{id}/identity_proofs",
    ];
    let router = open.into_iter().fold(Router::new(), |router, path| router.route(path, get(nothing)));
    router
        .route("/api/v1/instance/translation_languages", get(none))
        .route("/api/v1/instance/terms_of_service", get(absent))
        .route("/api/v1/suggestions", get(suggestions))
        .route("/api/v1/suggestions/{id}", delete(unsuggest))
        .route("/api/v2/suggestions", get(suggestions))
}

async fn nothing(_caller: Maybe<Anything>) -> Json<Vec<Value>> {
    Json(Vec::new())
}

async fn none(_caller: Maybe<Anything>) -> Json<Value> {
    Json(json!({}))
}

async fn absent(_caller: Maybe<Anything>) -> ApiError {
    ApiError::not_found()
}

/// `DELETE /api/v1/suggestions/{id}`: nobody is suggested, so nobody has to be taken away.
async fn unsuggest(_caller: Allowed<ReadAccounts>) -> Empty {
    Empty
}

async fn suggestions(_caller: Allowed<ReadAccounts>) -> Answer<Vec<Value>> {
    Ok(Json(Vec::new()))
}
