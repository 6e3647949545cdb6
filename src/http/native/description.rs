//! `GET /api/plenum/v1/openapi.json`: what the routes here take and answer, for programs.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The description, kept as one file. Stories hold it against the routes and their answers.
const OPENAPI: &str = include_str!("openapi.json");

pub(super) fn router() -> Router {
    Router::new().route("/api/plenum/v1/openapi.json", get(openapi))
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=3600")], OPENAPI).into_response()
}
