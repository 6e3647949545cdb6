//! The door for apps: the Mastodon client API and OAuth 2.
//!
//! Files are named as the method pages of the API's documentation. Handlers read [`params::Params`],
//! name what they need of the caller with [`caller::Allowed`] or [`caller::Maybe`], call one use case
//! and render one entity.

mod accounts;
mod admin;
mod announcements;
pub mod answer;
mod apps;
mod bookmarks;
pub mod caller;
mod conversations;
mod custom_emojis;
mod domain_blocks;
mod doors;
pub mod entities;
mod favourites;
mod filters;
mod instance;
mod limits;
mod lists;
mod markers;
mod media;
mod nested;
mod notifications;
mod oauth;
pub mod paging;
pub mod params;
mod polls;
mod preferences;
mod push;
mod quiet;
mod related;
mod reports;
pub mod scopes;
mod search;
pub mod shown;
mod statuses;
pub mod streaming;
mod tags;
mod timelines;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::timeout::TimeoutLayer;

use crate::config;
use answer::ApiError;
pub use doors::trimmed;

/// How long the sending of a file may take. Only members get as far as sending.
const UPLOAD: Duration = Duration::from_secs(300);

/// Whether a path belongs to this door, whatever stands there.
pub fn serves(path: &str) -> bool {
    let oauth = path.starts_with("/oauth/") && !path.starts_with("/oauth/authorize");
    path.starts_with("/api/") || oauth || path == "/.well-known/oauth-authorization-server"
}

/// Every route of the client API and those of `others` that are for apps, dressed for browsers
/// elsewhere.
pub fn router(limits: &config::Http, others: Router) -> Router {
    others
        .merge(accounts::router())
        .merge(admin::router())
        .merge(announcements::router())
        .merge(apps::router())
        .merge(bookmarks::router())
        .merge(conversations::router())
        .merge(custom_emojis::router())
        .merge(domain_blocks::router())
        .merge(favourites::router())
        .merge(filters::router())
        .merge(instance::router())
        .merge(notifications::router())
        .merge(lists::router())
        .merge(markers::router())
        .merge(oauth::router())
        .merge(polls::router())
        .merge(preferences::router())
        .merge(push::router())
        .merge(quiet::router())
        .merge(related::router())
        .merge(reports::router())
        .merge(search::router())
        .merge(statuses::router())
        .merge(streaming::router())
        .merge(tags::router())
        .merge(timelines::router())
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "This address takes other methods")
        })
        .layer(CatchPanicLayer::custom(panicked))
        // Every body is read by `Params`, which has its own limits.
        .layer(DefaultBodyLimit::disable())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(limits.request_seconds),
        ))
        .merge(files())
        .layer(from_fn_with_state(Arc::<limits::Counts>::default(), limits::guard))
        .layer(from_fn_with_state(limits.body_bytes, doors::lift_token))
        .layer(from_fn(doors::finish))
        // Pages of timelines shrink to a sixth; streams and pictures are left as they are.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(doors::cors())
}

/// Files have their own patience: a telephone on a bad line takes minutes for one.
fn files() -> Router {
    media::router()
        .layer(CatchPanicLayer::custom(panicked))
        .layer(DefaultBodyLimit::disable())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, UPLOAD))
}

/// A bug of ours ends one request, never the server.
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ApiError::fault(&message.unwrap_or("a handler panicked")).into_response()
}
