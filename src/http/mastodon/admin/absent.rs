//! What the API knows and this server does not have, because people sign in by name and nobody's
//! address is kept: lists without entries, and a reason for whoever wants to add one.

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::scopes::{
    AdminRead, AdminReadCanonicalEmailBlocks, AdminReadEmailDomainBlocks, AdminWriteCanonicalEmailBlocks,
    AdminWriteEmailDomainBlocks, Needs,
};
use super::may;
use crate::domain::permission::Permission;

/// The routes without content.
pub(super) fn router() -> Router {
    let counted = ["/api/v1/admin/measures", "/api/v1/admin/dimensions", "/api/v1/admin/retention"];
    let looked_at =
        ["/api/v1/admin/trends/tags", "/api/v1/admin/trends/statuses", "/api/v1/admin/trends/links"];
    let router = Router::new()
        .route(
            "/api/v1/admin/email_domain_blocks",
            get(none::<AdminReadEmailDomainBlocks>).post(no_address::<AdminWriteEmailDomainBlocks>),
        )
        .route(
            "/api/v1/admin/email_domain_blocks/{id}",
            get(unknown::<AdminReadEmailDomainBlocks>).delete(unknown::<AdminWriteEmailDomainBlocks>),
        )
        .route(
            "/api/v1/admin/canonical_email_blocks",
            get(none::<AdminReadCanonicalEmailBlocks>).post(no_address::<AdminWriteCanonicalEmailBlocks>),
        )
        .route("/api/v1/admin/canonical_email_blocks/test", post(none::<AdminReadCanonicalEmailBlocks>))
        .route(
            "/api/v1/admin/canonical_email_blocks/{id}",
            get(unknown::<AdminReadCanonicalEmailBlocks>).delete(unknown::<AdminWriteCanonicalEmailBlocks>),
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

async fn no_address<N: Needs>(caller: Allowed<N>) -> ApiError {
    let why = "people join by invitation and without an e-mail address, so there is nothing to block";
    admin(&caller).err().unwrap_or_else(|| ApiError::invalid(why))
}
