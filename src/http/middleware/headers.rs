//! The headers of every page: what it may load, who may keep it.

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

use crate::http::web::assets;

/// How long a cache may keep a page for readers without an account.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=30");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Adds what is missing. `read` is a GET or HEAD, `known` a request with a session cookie.
pub fn dress(response: &mut Response, read: bool, known: bool) {
    let media =
        response.headers().get(CONTENT_TYPE).map(|media| media.as_bytes().to_vec()).unwrap_or_default();
    let html = media.starts_with(b"text/html");
    let page = html || media.starts_with(b"application/atom+xml");
    let keep = read && !known && response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: with it browsers name no origin when they send a form, and we check that.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if page || headers.get(CONTENT_TYPE).is_none() {
        let keep = keep && !headers.contains_key(SET_COOKIE);
        headers.entry(CACHE_CONTROL).or_insert(if keep { PUBLIC } else { PRIVATE });
    }
    if page {
        headers.insert(VARY, HeaderValue::from_static("Accept, Cookie, Accept-Language"));
    }
    if html {
        let policy = HeaderValue::from_static(assets::CONTENT_SECURITY_POLICY);
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
}
