//! One POST to one inbox, and what the answer means.

use std::time::Duration;

use activitypub_federation::config::Data;
use http::Method;

use super::Federation;
use super::egress::{EgressError, PostOutcome};
use super::signature::{self, Outgoing, Signer};
use crate::domain::host::SignatureScheme;
use crate::domain::uri::Uri;

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken, with this form of signature.
    Delivered(SignatureScheme),
    /// It will never be taken; the host itself is well.
    Dead {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// One line.
        why: String,
    },
    /// The host may take it later.
    Later {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// One line.
        why: String,
        /// When the host wants to be asked again.
        retry_after: Option<Duration>,
    },
}

/// Posts `body` to `inbox`, signed afresh: first in the form the host took last, then, when that is
/// refused with 400 or 401, once in the other.
pub async fn deliver(
    data: &Data<Federation>,
    signer: &Signer,
    scheme: SignatureScheme,
    inbox: &Uri,
    body: &str,
) -> Outcome {
    let first = attempt(data, signer, scheme, inbox, body).await;
    let refused = |result: &Result<PostOutcome, EgressError>| {
        matches!(result, Ok(PostOutcome { status: 400 | 401, .. }))
    };
    if !refused(&first) {
        return judge(first, scheme);
    }
    // A host that knows one form refuses the other whatever we send, so where both are refused the
    // first answer is the one that means something.
    let second = attempt(data, signer, scheme.other(), inbox, body).await;
    if refused(&second) { judge(first, scheme) } else { judge(second, scheme.other()) }
}

async fn attempt(
    data: &Data<Federation>,
    signer: &Signer,
    scheme: SignatureScheme,
    inbox: &Uri,
    body: &str,
) -> Result<PostOutcome, EgressError> {
    let url = data.egress.policy().check_url(inbox.as_str())?;
    let outgoing = Outgoing { method: &Method::POST, url: &url, body: Some(body.as_bytes()) };
    let headers = signature::sign(scheme, outgoing, signer, data.app.clock().now())
        .map_err(|error| EgressError::Refused(error.to_string()))?;
    let deadline = Duration::from_secs(data.app.config.federation.request_seconds);
    data.egress.post(inbox.as_str(), headers, body.as_bytes().to_vec(), deadline).await
}

/// The table of `FEDERATION.md`, "Delivery".
fn judge(result: Result<PostOutcome, EgressError>, scheme: SignatureScheme) -> Outcome {
    let answered = match result {
        Ok(answered) => answered,
        Err(EgressError::Temporary { why, retry_after }) => {
            return Outcome::Later { status: None, why, retry_after };
        }
        Err(error) => return Outcome::Dead { status: None, why: error.to_string() },
    };
    let status = answered.status;
    let why = format!("status {status}: {}", answered.answer).trim_end_matches([' ', ':']).to_owned();
    match status {
        200..=299 => Outcome::Delivered(scheme),
        401 | 408 | 425 | 429 | 500 | 502..=599 => {
            Outcome::Later { status: Some(status), why, retry_after: answered.retry_after }
        }
        _ => Outcome::Dead { status: Some(status), why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_one_meaning() {
        let judged = |status| {
            let answer = PostOutcome { status, retry_after: None, answer: String::new() };
            match judge(Ok(answer), SignatureScheme::Cavage) {
                Outcome::Delivered(_) => "delivered",
                Outcome::Dead { .. } => "dead",
                Outcome::Later { .. } => "later",
            }
        };
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), "delivered", "{status}");
        }
        for status in [301, 302, 400, 403, 404, 405, 410, 413, 418, 422, 501] {
            assert_eq!(judged(status), "dead", "{status}");
        }
        for status in [401, 408, 425, 429, 500, 502, 503, 504] {
            assert_eq!(judged(status), "later", "{status}");
        }
    }
}
