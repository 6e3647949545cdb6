//! How much one caller may ask, in the memory of one server, and the headers that tell apps.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::ApiError;
use super::caller;
use super::entities::date;
use crate::clock::Timestamp;
use crate::config;
use crate::federation::Federation;
use crate::http::extract::peer::Peer;
use crate::http::throttle::{Left, Throttle};
use crate::services::users::secret_hash;

const FIVE_MINUTES: i64 = 300;
const TEN_MINUTES: i64 = 600;
const HALF_HOUR: i64 = 1800;

/// What is counted.
#[derive(Debug)]
pub(super) struct Counts {
    requests: Throttle,
    uploads: Throttle,
    deletions: Throttle,
    apps: Throttle,
    /// Answers "this token is invalid" to one address: made-up tokens are no way around its limit.
    strangers: Throttle,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            requests: Throttle::within(FIVE_MINUTES),
            uploads: Throttle::within(HALF_HOUR),
            deletions: Throttle::within(HALF_HOUR),
            apps: Throttle::within(TEN_MINUTES),
            strangers: Throttle::within(FIVE_MINUTES),
        }
    }
}

impl Counts {
    /// The counters that a request falls under, with their limits; 0 is none.
    fn of(&self, request: &Request, limits: &config::Limits) -> Vec<(&Throttle, u32)> {
        let path = request.uri().path();
        let upload = *request.method() == Method::POST && matches!(path, "/api/v1/media" | "/api/v2/media");
        let deletion = path.starts_with("/api/v1/statuses/")
            && (*request.method() == Method::DELETE || path.ends_with("/unreblog"));
        let mut counters = vec![(&self.requests, limits.requests)];
        if upload {
            counters.push((&self.uploads, limits.uploads));
        } else if deletion {
            counters.push((&self.deletions, limits.deletions));
        } else if registers(request) {
            counters.push((&self.apps, limits.apps));
        }
        counters
    }
}

/// Whether an app wants to be known here. Nobody looks at a token then, so none changes who is counted.
fn registers(request: &Request) -> bool {
    *request.method() == Method::POST && request.uri().path() == "/api/v1/apps"
}

/// Counts a request before it is answered, and refuses it where there were too many.
pub(super) async fn guard(
    State(counts): State<Arc<Counts>>,
    data: Data<Federation>,
    Peer(peer): Peer,
    request: Request,
    next: Next,
) -> Response {
    let (limits, now) = (&data.app.config.limits, data.app.clock().now());
    let address = format!("address {peer}");
    let token = caller::token(request.headers(), request.uri()).filter(|_| !registers(&request));
    let key = match token {
        Some(token) => format!("token {}", secret_hash(&token)),
        None => address.clone(),
    };
    if limits.requests > 0 && counts.strangers.is_exhausted(&address, limits.requests, now) {
        return refused(counts.strangers.left(&address, limits.requests, now), now);
    }
    let mut left = Vec::new();
    for (counter, limit) in counts.of(&request, limits).into_iter().filter(|(_, limit)| *limit > 0) {
        match counter.try_count(&key, limit, now) {
            Ok(one) => left.push(one),
            Err(none) => return refused(none, now),
        }
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        counts.strangers.count(&address, limits.requests, now);
    }
    // Of two limits the nearer one is told.
    if let Some(left) = left.into_iter().min_by_key(|left| left.remaining) {
        tell(response.headers_mut(), left);
    }
    response
}

fn refused(left: Left, now: Timestamp) -> Response {
    let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    let mut response = error.into_response();
    let seconds = left.reset.seconds().saturating_sub(now.seconds()).max(1);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    tell(response.headers_mut(), left);
    response
}

/// All three or none: clients that find one look for the others.
fn tell(headers: &mut HeaderMap, left: Left) {
    let Ok(reset) = HeaderValue::from_str(&date(left.reset)) else { return };
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), left.limit.into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), left.remaining.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), reset);
}
