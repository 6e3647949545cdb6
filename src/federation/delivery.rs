//! One POST to one inbox, and what the answer means.

use std::time::Duration;

use activitypub_federation::config::Data;
use http::Method;
use tokio::time::Instant;

use super::Federation;
use super::egress::{EgressError, PostOutcome};
use super::signature::{self, Outgoing, Signer};
use crate::domain::account::Account;
use crate::domain::host::SignatureScheme;
use crate::domain::id::Id;
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::store::{Error, Fault, keys};

/// How long a parsed key is used before it is looked up again: a replaced key stays valid longer.
const KEY_SECONDS: i64 = 600;

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
    /// It may be taken later.
    Later {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// One line.
        why: String,
        /// When the host wants to be asked again.
        retry_after: Option<Duration>,
        /// Whether the host would take nothing else either; else this one may be to blame.
        down: bool,
    },
}

/// What is posted.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// Who signs.
    pub signer: &'a Signer,
    /// Where to.
    pub inbox: &'a Uri,
    /// The activity, word for word.
    pub body: &'a str,
}

/// With what an account of ours signs; `None` when it has no key any more.
pub async fn signer(data: &Data<Federation>, account: Id<Account>) -> Result<Option<Signer>, Error> {
    let now = data.now();
    if let Some(known) = data.state.signers.get(&account, now) {
        return Ok(Some(known));
    }
    match data.app.db.read(|conn| keys::signing(conn, account, Algorithm::Rsa)).await {
        Ok(found) => {
            let signer = Signer { key_id: found.uri, key: found.key };
            data.state.signers.put(account, signer.clone(), now.plus_seconds(KEY_SECONDS), now);
            Ok(Some(signer))
        }
        Err(Error::Fault(Fault::Broken(why))) => {
            tracing::error!(why, "an account of ours cannot sign");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Posts an activity, signed afresh: first in the form the host took last, then, when that is
/// refused with 400 or 401, once in the other. Where the host knows only one form, it refuses the
/// other one whatever we send, so that the first answer is the one that means something.
pub async fn deliver(data: &Data<Federation>, scheme: SignatureScheme, post: Post<'_>) -> Outcome {
    let end = Instant::now() + Duration::from_secs(data.app.config.federation.request_seconds);
    let first = attempt(data, scheme, post, end).await;
    if !first.as_ref().is_ok_and(|first| matches!(first.status, 400 | 401)) {
        return judge(first, scheme);
    }
    let second = attempt(data, scheme.other(), post, end).await;
    match second.as_ref().map(|second| second.status) {
        Ok(400 | 401) => judge(first, scheme),
        _ => judge(second, scheme.other()),
    }
}

async fn attempt(
    data: &Data<Federation>,
    scheme: SignatureScheme,
    post: Post<'_>,
    end: Instant,
) -> Result<PostOutcome, EgressError> {
    let url = data.egress.policy().check_url(post.inbox.as_str())?;
    let outgoing = Outgoing { method: &Method::POST, url: &url, body: Some(post.body.as_bytes()) };
    let headers = signature::sign(scheme, outgoing, post.signer, data.now())
        .map_err(|error| EgressError::Refused(error.to_string()))?;
    let left = end.saturating_duration_since(Instant::now());
    data.egress.post(post.inbox.as_str(), headers, post.body.as_bytes().to_vec(), left).await
}

/// The table of `FEDERATION.md`, "Delivery".
fn judge(result: Result<PostOutcome, EgressError>, scheme: SignatureScheme) -> Outcome {
    let answered = match result {
        Ok(answered) => answered,
        Err(EgressError::Temporary { why, retry_after, .. }) => {
            return Outcome::Later { status: None, why, retry_after, down: true };
        }
        Err(error) => return Outcome::Dead { status: None, why: error.to_string() },
    };
    let (status, retry_after) = (answered.status, answered.retry_after);
    let why = format!("status {status}: {}", answered.answer).trim_end_matches([' ', ':']).to_owned();
    match status {
        200..=299 => Outcome::Delivered(scheme),
        401 | 408 | 425 | 429 | 500 | 502..=599 => {
            let down = retry_after.is_some() || matches!(status, 429 | 502..=504);
            Outcome::Later { status: Some(status), why, retry_after, down }
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
                Outcome::Later { down: true, .. } => "later, like everything else",
                Outcome::Later { down: false, .. } => "later",
            }
        };
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), "delivered", "{status}");
        }
        for status in [301, 302, 400, 403, 404, 405, 410, 413, 418, 422, 501] {
            assert_eq!(judged(status), "dead", "{status}");
        }
        for status in [401, 408, 425, 500, 507] {
            assert_eq!(judged(status), "later", "{status}");
        }
        for status in [429, 502, 503, 504] {
            assert_eq!(judged(status), "later, like everything else", "{status}");
        }
    }
}
