//! Turns refusals and faults into pages, and lets no page leave without its headers.

use activitypub_federation::config::Data;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE, REFERER};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::headers;
use crate::federation::Federation;
use crate::http::error::Problem;
use crate::http::extract::accept::wants_activity;
use crate::http::extract::session::Cookies;
use crate::http::extract::visit::Visit;
use crate::http::web::error::ErrorPage;
use crate::http::web::handlers::sign_in::own_path;

/// The outermost layer around pages and documents; needs the federation in the extensions.
pub async fn finish(data: Data<Federation>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let server = wants_activity(request.headers());
    // A button has no field at which a mistake could stand: whoever pressed it is led back to it.
    let form = from(&data.app.site.origin, &request);
    let mut asked = HeaderMap::new();
    for cookie in request.headers().get_all(COOKIE) {
        asked.append(COOKIE, cookie.clone());
    }
    let mut response = next.run(request).await;
    if let Some(why) = problem(&response) {
        let status = response.status();
        let sent = method == Method::POST || status == StatusCode::UNPROCESSABLE_ENTITY;
        let form = form.as_deref().filter(|_| sent);
        let page = error_page(&data, (&method, form), (&uri, &asked), (status, &why), server).await;
        response = carry(response, page);
    }
    let known = Cookies::of(&data.app.site.origin).session(&asked).is_some();
    headers::dress(&mut response, method == Method::GET || method == Method::HEAD, known);
    response
}

/// The reason of a response that still has no page: ours, or one that a layer below made.
fn problem(response: &Response) -> Option<String> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.why.clone());
    }
    let bare =
        response.headers().get(CONTENT_TYPE).is_none_or(|media| media.as_bytes().starts_with(b"text/plain"));
    let cut = matches!(
        response.status(),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT
    );
    (bare && cut).then(String::new)
}

async fn error_page(
    data: &Data<Federation>,
    (method, form): (&Method, Option<&str>),
    (uri, asked): (&Uri, &HeaderMap),
    (status, why): (StatusCode, &str),
    server: bool,
) -> Response {
    if server {
        return (status, axum::Json(serde_json::json!({ "error": status.canonical_reason() })))
            .into_response();
    }
    let Ok(visit) = Visit::load(data, asked, uri, true).await else { return plain(status) };
    if status == StatusCode::UNAUTHORIZED && method == Method::GET {
        return Redirect::to(&visit.sign_in_path()).into_response();
    }
    let page = ErrorPage::new(visit.layout(""), status.as_u16(), why).after(form);
    match page.to_html() {
        Some(html) => (status, Html(html)).into_response(),
        None => plain(status),
    }
}

/// The path of the page of ours from which a request came.
fn from(origin: &str, request: &Request) -> Option<String> {
    let page = request.headers().get(REFERER)?.to_str().ok()?;
    page.strip_prefix(origin).map(|path| own_path(path).to_owned())
}

/// When not even the frame can be loaded.
fn plain(status: StatusCode) -> Response {
    (status, format!("{status}\nTry again in a few minutes.\n")).into_response()
}

/// Keeps headers such as `Allow` and `Retry-After` of the bare response.
fn carry(bare: Response, mut page: Response) -> Response {
    for name in ["allow", "retry-after", "set-cookie"] {
        if let Some(value) = bare.headers().get(name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}
