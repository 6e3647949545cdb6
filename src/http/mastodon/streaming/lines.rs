//! Server-sent events: one subscription, one line after the other.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use crate::app::streams::{Frame, Stream};

/// How long there may be silence before a sign of life.
const SILENCE: Duration = Duration::from_secs(15);

/// A response that goes on until either side ends it.
pub(super) fn answer(stream: Stream, connection: OwnedSemaphorePermit) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "private, no-store"),
        // nginx would collect what should leave at once.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let hello = stream::once(async { Ok::<_, std::convert::Infallible>(Bytes::from_static(b":)\n")) });
    let lines = stream::unfold(
        (stream, connection, Instant::now() + SILENCE),
        |(mut stream, connection, until)| async move {
            let line = tokio::select! {
                frame = stream.next() => written(&frame?),
                () = sleep_until(until) => Bytes::from_static(b":thump\n\n"),
            };
            Some((Ok(line), (stream, connection, Instant::now() + SILENCE)))
        },
    );
    (headers, Body::from_stream(stream::StreamExt::chain(hello, lines)))
}

fn written(frame: &Frame) -> Bytes {
    // JSON has no line breaks outside of escapes, so the payload is one line.
    Bytes::from(format!("event: {}\ndata: {}\n\n", frame.event, frame.payload))
}
