//! The door for requests: pages for people, ActivityPub for servers, the client API and our own for
//! apps.

pub mod activitypub;
pub mod error;
pub mod extract;
pub mod mastodon;
pub mod media;
pub mod middleware;
pub mod native;
pub mod throttle;
pub mod web;

use std::any::Any;
use std::time::Duration;

use activitypub_federation::config::{Data, FederationConfig, FederationMiddleware};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request};
use axum::http::header::VARY;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::{ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config;
use crate::federation::Federation;
use crate::services::queues;
use crate::store::settings;
use activitypub::{actors, contributions};
use error::PageError;
use extract::accept::wants_activity;

/// Every door of a site. Which one is decided by the path alone, so that an app never gets a page
/// and a reader never gets JSON, whatever they ask for.
pub fn router(config: FederationConfig<Federation>) -> Router {
    let limits = config.to_request_data().app.config.clone();
    let (apps, site) = (mastodon::router(&limits.http, native::router()), site(&limits));
    let doors = service_fn(move |mut request: Request| {
        if let Some(uri) = without_zeros(request.uri()) {
            *request.uri_mut() = uri;
        }
        if (request.uri().path().starts_with("/api/") || request.uri().path().starts_with("/oauth/"))
            && let Some(uri) = mastodon::trimmed(request.uri())
        {
            *request.uri_mut() = uri;
        }
        let door = if mastodon::serves(request.uri().path()) { &apps } else { &site };
        door.clone().oneshot(request)
    });
    Router::new()
        .fallback_service(doors)
        .layer(from_fn(middleware::networks::admit))
        .layer(FederationMiddleware::new(config))
        .layer(from_fn(middleware::drain::drain))
}

/// The same address with the mark of what cannot be read in the place of zero bytes. No text of ours
/// holds one, and PostgreSQL does not even take the question.
fn without_zeros(uri: &Uri) -> Option<Uri> {
    let written = uri.path_and_query()?.as_str();
    if !written.contains("%00") {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(written.replace("%00", "%EF%BF%BD").parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// Pages for people and documents for servers.
fn site(limits: &config::Config) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/health", get(health))
        .route("/health/live", get(async || "OK"))
        .route("/health/work", get(working))
        .route("/actors/{name}", get(actor))
        .route("/c/{token}", get(post))
        .route("/s/{token}", get(identity))
        .route("/s/{token}/t/{key}", get(identity))
        .route("/q/{qid}", get(identity))
        .route("/q/{qid}/position", get(identity))
        .route("/events/{token}", get(event))
        .route("/statements/{slug}", get(statement_page))
        .route("/statements/{slug}/theses/{key}", get(thesis_page))
        .route("/questions/{slug}", get(question_page))
        .route("/positions/{id}", get(position_page))
        .merge(activitypub::router())
        .merge(media::router())
        .merge(web::router())
        .fallback(async || PageError::not_found())
        .method_not_allowed_fallback(async || PageError::new(StatusCode::METHOD_NOT_ALLOWED, ""))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limits.http.body_bytes))
        .merge(web::imports(limits.limits.import_bytes).layer(CatchPanicLayer::custom(panicked)))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(limits.http.request_seconds),
        ))
        .layer(from_fn(middleware::pages::finish))
}

/// `GET /`: the home page; for servers the instance actor, where Lemmy looks for it.
async fn home(data: Data<Federation>, headers: HeaderMap, page: web::Visit) -> Response {
    if wants_activity(&headers) {
        return negotiated(actors::instance(data).await);
    }
    web::home_page(&data, page).await
}

/// `GET /health`: `OK` while the database answers, for monitors and reverse proxies.
async fn health(data: Data<Federation>) -> Response {
    match data.app.db.read(|conn| Ok(settings::get(conn)?)).await {
        Ok(_) => "OK".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "The database does not answer").into_response(),
    }
}

/// `GET /health/work`: `OK` while what waits is done in time, for whoever is woken when it is not.
async fn working(data: Data<Federation>) -> Response {
    let now = data.app.clock().now();
    match data.app.db.read(|conn| queues::troubles(conn, now)).await {
        Ok(troubles) if troubles.is_empty() => "OK".into_response(),
        // Names of servers are for those who sign in.
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "Work waits longer than ten minutes").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "The database does not answer").into_response(),
    }
}

/// `GET /actors/{name}`: an identity; people are led to the page.
async fn actor(data: Data<Federation>, Path(name): Path<String>, parts: Parts) -> Response {
    if wants_activity(&parts.headers) {
        return negotiated(actors::actor(&data, &parts, &name).await);
    }
    see(&format!("/@{name}"))
}

/// `GET /c/{token}`: a post.
async fn post(data: Data<Federation>, Path(token): Path<String>, parts: Parts, page: web::Visit) -> Response {
    let path = format!("/c/{token}");
    if wants_activity(&parts.headers) {
        return negotiated(contributions::show(&data, &parts, &path).await);
    }
    web::post_page(&data, page, &token).await
}

/// `GET /events/{token}`: a dated fact.
async fn event(
    data: Data<Federation>,
    Path(token): Path<String>,
    parts: Parts,
    page: web::Visit,
) -> Response {
    let path = format!("/events/{token}");
    if wants_activity(&parts.headers) {
        return negotiated(contributions::show(&data, &parts, &path).await);
    }
    web::event_page(&data, page, &token).await
}

/// `GET /s/{token}`, `/s/{token}/t/{key}`, `/q/{qid}`, `/q/{qid}/position`: identities, which servers
/// get as documents; people are led to the page.
async fn identity(data: Data<Federation>, parts: Parts) -> Response {
    let path = parts.uri.path();
    if wants_activity(&parts.headers) {
        return negotiated(contributions::show(&data, &parts, path).await);
    }
    people(&data, path).await
}

/// `GET /statements/{slug}`: a statement's page; servers are led to its identity.
async fn statement_page(
    data: Data<Federation>,
    Path(slug): Path<String>,
    parts: Parts,
    page: web::Visit,
) -> Response {
    if wants_activity(&parts.headers) {
        return negotiated(contributions::statement_by_slug(&data, &parts, &slug).await);
    }
    web::statement_page(&data, page, &slug).await
}

/// `GET /statements/{slug}/theses/{key}`: a thesis's page; servers are led to its identity.
async fn thesis_page(
    data: Data<Federation>,
    Path((slug, key)): Path<(String, String)>,
    parts: Parts,
    page: web::Visit,
) -> Response {
    if wants_activity(&parts.headers) {
        return negotiated(contributions::thesis_by_slug(&data, &parts, &slug, &key).await);
    }
    web::thesis_page(&data, page, &slug, &key).await
}

/// `GET /questions/{slug}`: a question's page; servers are led to its identity.
async fn question_page(
    data: Data<Federation>,
    Path(slug): Path<String>,
    parts: Parts,
    page: web::Visit,
) -> Response {
    if wants_activity(&parts.headers) {
        return negotiated(contributions::question_by_slug(&data, &parts, &slug).await);
    }
    web::question_page(&data, page, &slug).await
}

/// `GET /positions/{id}`: a position's page; servers are led to its identity.
async fn position_page(
    data: Data<Federation>,
    Path(key): Path<String>,
    parts: Parts,
    page: web::Visit,
) -> Response {
    if wants_activity(&parts.headers) {
        return negotiated(contributions::position_by_key(&data, &parts, &key).await);
    }
    web::position_page(&data, page, &key).await
}

fn negotiated(answer: Result<Response, activitypub::answer::Answer>) -> Response {
    answer.into_response()
}

/// Leads people from an identity to its page.
async fn people(data: &Data<Federation>, path: &str) -> Response {
    match contributions::page_of(data, path).await {
        Ok(url) => see(&url),
        Err(answer) => answer.into_response(),
    }
}

fn see(url: &str) -> Response {
    let mut response = axum::response::Redirect::to(url).into_response();
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// A bug of ours ends one request, never the server.
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    PageError::fault(&message.unwrap_or("a handler panicked")).into_response()
}
