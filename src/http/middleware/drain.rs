//! What is left of a body that nobody wanted to read is read all the same, within bounds: a connection
//! that is closed while the client still sends shows it a broken pipe in the place of our answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// How much is read for nothing, in bytes.
const MOST: usize = 1024 * 1024;
/// How long we listen to it.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that two look at, one after the other: the handler, and whoever reads the rest.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

/// Answers, and has the whole request read before the answer leaves.
pub async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let shared = Shared(Arc::new(Mutex::new(body)));
    let mut rest = shared.clone();
    let response = next.run(Request::from_parts(parts, Body::new(shared))).await;
    // Who sends more than that, or too slowly, is cut off.
    let _ = tokio::time::timeout(PATIENCE, read(&mut rest)).await;
    response
}

async fn read(rest: &mut Shared) {
    let mut left = MOST;
    while let Some(Ok(frame)) = rest.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}
