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
    /// The counters that a request falls under, with their limits.
    fn of(&self, request: &Request, limits: &config::Limits) -> [(&Throttle, u32); 2] {
        let path = request.uri().path();
        let upload = *request.method() == Method::POST && matches!(path, "/api/v1/media" | "/api/v2/media");
        let deletion = path.starts_with("/api/v1/statuses/")
            && (*request.method() == Method::DELETE || path.ends_with("/unreblog"));
        let special = if upload {
            (&self.uploads, limits.uploads)
        } else if deletion {
            (&self.deletions, limits.deletions)
        } else if registers(request) {
            (&self.apps, limits.apps)
        } else {
            (&self.requests, limits.requests)
        };
        [(&self.requests, limits.requests), special]
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
    let counters = counts.of(&request, limits);
    for (counter, limit) in counters.into_iter().filter(|(_, limit)| *limit > 0) {
        if counter.is_exhausted(&key, limit, now) {
            return refused(counter.left(&key, limit, now), now);
        }
    }
    let [(requests, _), (special, _)] = counters;
    requests.count(&key, now);
    if !std::ptr::eq(requests, special) {
        special.count(&key, now);
    }
    let left = counters.map(|(counter, limit)| (limit > 0).then(|| counter.left(&key, limit, now)));
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        counts.strangers.count(&address, now);
    }
    // Of two limits the nearer one is told.
    if let Some(left) = left.into_iter().flatten().min_by_key(|left| left.remaining) {
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
