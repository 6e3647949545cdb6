//! What the API knows and this server does not have, because nobody's network is kept and nothing is counted: lists
//! without entries, and a reason for whoever wants to add one.

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::scopes::{AdminRead, AdminReadIpBlocks, AdminWriteIpBlocks, Needs};
use super::may;
use crate::domain::permission::Permission;

/// The routes without content.
pub(super) fn router() -> Router {
    let counted = ["/api/v1/admin/measures", "/api/v1/admin/dimensions", "/api/v1/admin/retention"];
    let looked_at =
        ["/api/v1/admin/trends/tags", "/api/v1/admin/trends/statuses", "/api/v1/admin/trends/links"];
    let router = Router::new()
        .route(
            "/api/v1/admin/ip_blocks",
            get(none::<AdminReadIpBlocks>).post(no_machine::<AdminWriteIpBlocks>),
        )
        .route(
            "/api/v1/admin/ip_blocks/{id}",
            get(unknown::<AdminReadIpBlocks>)
                .put(unknown::<AdminWriteIpBlocks>)
                .patch(unknown::<AdminWriteIpBlocks>)
                .delete(unknown::<AdminWriteIpBlocks>),
        );
    let router = counted.into_iter().fold(router, |router, path| router.route(path, post(none::<AdminRead>)));
    looked_at.into_iter().fold(router, |router, path| router.route(path, get(none::<AdminRead>)))
}

fn admin(speaker: &Speaker) -> Result<(), ApiError> {
    may(speaker, Permission::Settings)
}

async fn none<N: Needs>(caller: Allowed<N>) -> Answer<Vec<Value>> {
    admin(&caller)?;
    Ok(Json(Vec::new()))
}

async fn unknown<N: Needs>(caller: Allowed<N>, _key: PathId) -> ApiError {
    admin(&caller).err().unwrap_or_else(ApiError::not_found)
}

async fn no_machine<N: Needs>(caller: Allowed<N>) -> ApiError {
    let why = "nobody's address is kept here: block addresses in front of this server";
    admin(&caller).err().unwrap_or_else(|| ApiError::invalid(why))
}
