//! Files pages refer to, and what robots should know.

use axum::extract::{Path, RawQuery};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::Answer;
use crate::http::error::PageError;
use crate::http::web::assets;

/// `GET /assets/{name}`: pages name the version, and a version never changes.
pub async fn asset(Path(name): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let asset = assets::find(&name).ok_or_else(PageError::not_found)?;
    let current =
        query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(env!("CARGO_PKG_VERSION"));
    let cache = if current { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    // Apps in pages of other origins draw them, as they draw everybody's pictures.
    let headers =
        [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, cache), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Ok((headers, asset.body).into_response())
}

/// `GET /robots.txt`: everything public may be indexed; forms are no pages.
pub async fn robots() -> Answer {
    let text = "User-agent: *\nDisallow: /sign-in\nDisallow: /reply\nDisallow: /interact\n\
         Disallow: /authorize_interaction\nDisallow: /invite/\nDisallow: /publish\nDisallow: /notifications\nDisallow: /settings/\n";
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], text)
        .into_response())
}
