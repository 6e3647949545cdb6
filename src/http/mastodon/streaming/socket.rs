//! A WebSocket: subscriptions come in, frames go out.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::channel::{Refused, named, written};
use super::{covers, is_own};
use crate::app::App;
use crate::app::streams::{Channel, Frame, Reader, Stream};

/// Bytes that may wait for a socket: a frame with a long text and its author.
pub(super) const UNSENT: usize = 4 * 1024 * 1024;
/// How often the other side is asked whether it is still there.
const PULSE: Duration = Duration::from_secs(30);
/// How long one frame may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a socket ends.
enum Over {
    /// The other side left, or is too slow.
    Gone,
    /// We say goodbye, with this code.
    Closed(u16, &'static str),
}

/// Serves one socket until either side ends it.
pub(super) async fn serve(
    mut socket: WebSocket,
    app: App,
    reader: Reader,
    mut stream: Stream,
    first: Option<Result<Channel, Refused>>,
) {
    let reply = match first {
        Some(asked) => subscribe(&app, &reader, &stream, asked).await,
        None => None,
    };
    let greeted = match reply {
        Some(reply) => send(&mut socket, Message::text(reply)).await,
        None => Ok(()),
    };
    if let Ok(()) = greeted
        && let Err(Over::Closed(code, reason)) = exchange(&mut socket, &app, &reader, &mut stream).await
    {
        let goodbye = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let _ = send(&mut socket, goodbye).await;
    }
}

async fn exchange(
    socket: &mut WebSocket,
    app: &App,
    reader: &Reader,
    stream: &mut Stream,
) -> Result<(), Over> {
    let mut pulse = interval(PULSE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pulse.reset();
    let mut alive = true;
    loop {
        tokio::select! {
            frame = stream.next() => {
                let frame = frame.ok_or(Over::Closed(close_code::NORMAL, "the stream has ended"))?;
                send(socket, Message::text(text(&frame))).await?;
            }
            message = socket.recv() => {
                alive = true;
                match message {
                    Some(Ok(Message::Text(words))) => {
                        if let Some(reply) = heard(app, reader, stream, words.as_str()).await {
                            send(socket, Message::text(reply)).await?;
                        }
                    }
                    Some(Ok(Message::Binary(_))) => {
                        return Err(Over::Closed(close_code::UNSUPPORTED, "send text"));
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Over::Gone),
                }
            }
            _ = pulse.tick() => {
                if !alive {
                    return Err(Over::Gone);
                }
                alive = false;
                send(socket, Message::Ping(axum::body::Bytes::new())).await?;
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Over> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Over::Gone),
    }
}

fn text(frame: &Frame) -> String {
    let payload: &str = &frame.payload;
    json!({ "stream": written(&frame.channel), "event": frame.event, "payload": payload }).to_string()
}

/// Does what a message asks for; what is returned is an answer to it. What is no message of the
/// protocol is passed over.
async fn heard(app: &App, reader: &Reader, stream: &Stream, words: &str) -> Option<String> {
    let message: Value = serde_json::from_str(words).ok()?;
    let text = |name: &str| match message.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let (kind, name) = (text("type")?, text("stream").unwrap_or_default());
    let asked = named(&name, text("tag"), text("list"));
    match (kind.as_str(), asked) {
        ("subscribe", asked) => subscribe(app, reader, stream, asked).await,
        ("unsubscribe", Ok(channel)) => {
            stream.unsubscribe(&channel);
            None
        }
        _ => None,
    }
}

async fn subscribe(
    app: &App,
    reader: &Reader,
    stream: &Stream,
    asked: Result<Channel, Refused>,
) -> Option<String> {
    let channel = match asked {
        Ok(channel) => channel,
        Err(Refused::Unknown) => return Some(refusal(StatusCode::BAD_REQUEST, "Unknown stream type")),
        Err(Refused::Incomplete(why)) => return Some(refusal(StatusCode::BAD_REQUEST, why)),
    };
    if !covers(reader, &channel) {
        let why = "Access token does not have the required scopes";
        return Some(refusal(StatusCode::UNAUTHORIZED, why));
    }
    match is_own(app, reader, &channel).await {
        Ok(true) if stream.subscribe(channel) => None,
        Ok(true) => Some(refusal(StatusCode::BAD_REQUEST, "Too many subscriptions")),
        Ok(false) => Some(refusal(StatusCode::UNAUTHORIZED, "Not authorized to stream this list")),
        Err(error) => Some(refusal(StatusCode::BAD_REQUEST, &error.error)),
    }
}

fn refusal(status: StatusCode, why: &str) -> String {
    json!({ "error": why, "status": status.as_u16() }).to_string()
}
