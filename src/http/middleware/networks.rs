//! The first door: whoever comes from a network of which nothing is answered gets one sentence.

use activitypub_federation::config::Data;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::domain::network_rule::Bar;
use crate::federation::Federation;
use crate::http::extract::peer::Address;
use crate::http::mastodon::{self, answer::ApiError};

/// What they read. It names no rule: whoever is meant by mistake can ask from elsewhere.
const WHY: &str = "The admins of this server do not answer the network you come from";

/// Answers a request, or says that it is not.
pub async fn admit(
    data: Data<Federation>,
    Address(address): Address,
    request: Request,
    next: Next,
) -> Response {
    let bar = match address {
        Some(address) => data.app.networks.bar(&data.app.db, address).await,
        None => None,
    };
    match bar {
        Some(Bar::Everything) if mastodon::serves(request.uri().path()) => {
            ApiError::new(StatusCode::FORBIDDEN, WHY).into_response()
        }
        Some(Bar::Everything) => (StatusCode::FORBIDDEN, format!("{WHY}.\n")).into_response(),
        Some(Bar::Joining | Bar::Uninvited) | None => next.run(request).await,
    }
}
