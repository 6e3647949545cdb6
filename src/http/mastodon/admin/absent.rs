//! What the API counts and this server does not: nobody is watched, so there are no numbers of readers and no trends.

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::Answer;
use super::super::caller::Allowed;
use super::super::scopes::AdminRead;
use super::may;
use crate::domain::permission::Permission;

/// The routes without content.
pub(super) fn router() -> Router {
    let counted = ["/api/v1/admin/measures", "/api/v1/admin/dimensions", "/api/v1/admin/retention"];
    let looked_at =
        ["/api/v1/admin/trends/tags", "/api/v1/admin/trends/statuses", "/api/v1/admin/trends/links"];
    let router = counted.into_iter().fold(Router::new(), |router, path| router.route(path, post(none)));
    looked_at.into_iter().fold(router, |router, path| router.route(path, get(none)))
}

async fn none(caller: Allowed<AdminRead>) -> Answer<Vec<Value>> {
    may(&caller, Permission::Settings)?;
    Ok(Json(Vec::new()))
}
