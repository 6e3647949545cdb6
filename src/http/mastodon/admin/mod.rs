//! `/api/v1/admin` and `/api/v2/admin`: what moderators and admins do from an app. A scope makes nobody
//! one of them: the roles of the login decide, as on every page.

mod absent;
mod accounts;
mod email_blocks;
mod hosts;
mod networks;
mod reports;

use axum::Router;

use super::answer::ApiError;
use super::caller::Speaker;
use crate::domain::permission::Permission;

/// The routes of moderation.
pub(super) fn router() -> Router {
    Router::new()
        .merge(absent::router())
        .merge(accounts::router())
        .merge(email_blocks::router())
        .merge(hosts::router())
        .merge(networks::router())
        .merge(reports::router())
}

/// Refuses whoever may not decide this.
fn may(speaker: &Speaker, permission: Permission) -> Result<(), ApiError> {
    if speaker.user.roles.may(permission) { Ok(()) } else { Err(ApiError::forbidden()) }
}
