//! What happens to every answer of the client API on its way out, and to every path on its way in.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, LINK, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

use serde_json::Value;
use url::form_urlencoded;

use super::answer::ApiError;
use super::caller::{self, TOKEN};

/// Lets pages of other origins call: they send a token, never a cookie. The requested headers are
/// mirrored, because a literal `*` does not stand for `Authorization`.
pub(super) fn cors() -> CorsLayer {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let exposed = [
        LINK,
        RETRY_AFTER,
        HeaderName::from_static("x-ratelimit-limit"),
        HeaderName::from_static("x-ratelimit-remaining"),
        HeaderName::from_static("x-ratelimit-reset"),
        HeaderName::from_static("x-request-id"),
        HeaderName::from_static("mastodon-async-refresh"),
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(methods)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list(exposed))
        .max_age(Duration::from_secs(7200))
}

/// Makes JSON of what a layer below refused in plain words, and adds what every answer carries.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let bare =
        response.headers().get(CONTENT_TYPE).is_none_or(|media| media.as_bytes().starts_with(b"text/plain"));
    if bare && (status.is_client_error() || status.is_server_error()) {
        let text = status.canonical_reason().unwrap_or("The request was refused");
        let mut json = ApiError::new(status, text).into_response();
        if let Some(allow) = response.headers_mut().remove("allow") {
            json.headers_mut().insert("allow", allow);
        }
        response = json;
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    headers.append(VARY, HeaderValue::from_static("Authorization, Origin"));
    response
}

/// Puts a token that came in a form or in JSON where tokens belong: old clients send it there.
pub(super) async fn lift_token(State(most): State<usize>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let (form, json) = (media.starts_with("application/x-www-form-urlencoded"), media.contains("json"));
    if !(form || json) || parts.method == Method::GET || caller::token(&parts.headers, &parts.uri).is_some() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Ok(bytes) = to_bytes(body, most).await else {
        let why = "The request is larger than this server takes";
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why).into_response();
    };
    let token = if form { token_in_form(&bytes) } else { token_in_json(&bytes) };
    if let Some(value) = token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok()) {
        parts.headers.insert(AUTHORIZATION, value);
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn token_in_form(bytes: &[u8]) -> Option<String> {
    let mut pairs = form_urlencoded::parse(bytes);
    pairs.find(|(key, _)| TOKEN.contains(&&**key)).map(|(_, value)| value.into_owned())
}

fn token_in_json(bytes: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(bytes).ok()?;
    TOKEN.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned)
}

/// The same address without slashes at its end. Not a redirect: the body would be lost.
pub fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let short = path.trim_end_matches('/');
    if short.len() == path.len() || short.is_empty() {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{short}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}
