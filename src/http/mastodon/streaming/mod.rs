//! `/api/v1/streaming`: what happens, as it happens, over a WebSocket or as server-sent events.

mod channel;
mod hub;
mod lines;
mod socket;

use activitypub_federation::config::Data;
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::answer::ApiError;
use super::caller::Caller;
use super::params::Params;
use crate::app::App;
use crate::app::streams::{Channel, Reader, Stream};
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::extract::peer::Address;
use crate::store::lists;
use channel::Refused;
pub use hub::run;

/// Bytes of one message of a client: it names a stream and nothing more.
const MESSAGE: usize = 4096;

/// The routes of streams.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/streaming", get(upgrade))
        .route("/api/v1/streaming/health", get(async || ([(CONTENT_TYPE, "text/plain")], "OK")))
        .route("/api/v1/streaming/{*name}", get(events))
}

/// Guard: somebody who may open a stream.
struct Subscriber {
    reader: Reader,
    /// The token where it came as a subprotocol: browsers want to read it again.
    protocol: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Subscriber {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let protocol = parts.headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
        let protocol = protocol.and_then(|list| list.split(',').next()).map(|token| token.trim().to_owned());
        let caller = match (Caller::of(parts, state).await?, &protocol) {
            (Some(caller), _) => caller,
            (None, Some(secret)) => {
                let data = Data::<Federation>::from_request_parts(parts, state).await;
                let data = data.map_err(|(_, why)| ApiError::fault(&why))?;
                Caller::by_secret(&data, secret).await?
            }
            (None, None) => return Err(ApiError::invalid_token()),
        };
        let account = caller.account.ok_or_else(ApiError::needs_user)?.id;
        let (statuses, notifications) =
            (caller.scopes.cover("read:statuses"), caller.scopes.cover("read:notifications"));
        if !statuses && !notifications {
            return Err(ApiError::outside_scopes());
        }
        let Ok(Address(address)) = Address::from_request_parts(parts, state).await;
        let reader = Reader { account, token_hash: caller.token_hash, statuses, notifications, address };
        Ok(Self { reader, protocol })
    }
}

/// `GET /api/v1/streaming`: a WebSocket with any number of subscriptions.
async fn upgrade(
    data: Data<Federation>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    subscriber: Subscriber,
    params: Params,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|why| ApiError::bad_request(why.to_string()))?;
    let app = data.app.clone();
    let stream = open(&app, &subscriber.reader)?;
    let first = params.text("stream").filter(|name| !name.is_empty());
    let first = first.map(|name| channel::named(&name, params.text("tag"), params.text("list")));
    // The buffers are small, because there are many sockets and what goes through them is short.
    let upgrade = upgrade.read_buffer_size(MESSAGE).write_buffer_size(0);
    let upgrade = upgrade.max_write_buffer_size(socket::UNSENT).max_message_size(MESSAGE);
    let upgrade = match subscriber.protocol {
        Some(protocol) => upgrade.protocols([protocol]),
        None => upgrade,
    };
    let reader = subscriber.reader;
    Ok(upgrade.on_upgrade(move |socket| socket::serve(socket, app, reader, stream, first)))
}

/// `GET /api/v1/streaming/…`: one subscription as server-sent events.
async fn events(
    data: Data<Federation>,
    Path(name): Path<String>,
    subscriber: Subscriber,
    params: Params,
) -> Result<Response, ApiError> {
    let name = name.replace('/', ":");
    let media = params.flag("only_media").unwrap_or(false) && name.starts_with("public");
    let name = if media { format!("{name}:media") } else { name };
    let channel = channel::named(&name, params.text("tag"), params.text("list"));
    let channel = channel.map_err(|refused| match refused {
        Refused::Unknown => ApiError::new(StatusCode::NOT_FOUND, "Not Found"),
        Refused::Incomplete(why) => ApiError::bad_request(why),
    })?;
    let reader = &subscriber.reader;
    if !covers(reader, &channel) {
        return Err(ApiError::outside_scopes());
    }
    if !is_own(&data.app, reader, &channel).await? {
        return Err(ApiError::not_found());
    }
    let connection = data.app.streams.connection().ok_or_else(full)?;
    let stream = open(&data.app, reader)?;
    stream.subscribe(channel);
    Ok(lines::answer(stream, connection).into_response())
}

fn open(app: &App, reader: &Reader) -> Result<Stream, ApiError> {
    app.streams.open(reader.clone()).ok_or_else(full)
}

fn full() -> ApiError {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        .because("too many streams are open: close some, or try again later")
}

/// Whether the reader's token covers a channel.
fn covers(reader: &Reader, channel: &Channel) -> bool {
    match channel {
        Channel::Notifications => reader.notifications,
        Channel::User
        | Channel::Public { .. }
        | Channel::Hashtag { .. }
        | Channel::List(_)
        | Channel::Direct => reader.statuses,
    }
}

/// Whether a channel is the reader's to read: lists have owners.
async fn is_own(app: &App, reader: &Reader, channel: &Channel) -> Result<bool, ApiError> {
    let Channel::List(list) = channel else { return Ok(true) };
    let id = Id::new(list.get());
    let list = app.db.read(|conn| Ok(lists::by_id(conn, reader.account, id)?)).await?;
    Ok(list.is_some())
}
