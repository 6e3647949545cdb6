//! What happens before an inbox answers: everything that decides whether an activity is kept, and
//! nothing of what it means.

use activitypub_federation::config::Data;
use http::header::CONTENT_TYPE;
use http::request::Parts;

use super::commit::Arrival;
use super::egress::is_activity_json;
use super::signature::{self, RequestHead};
use super::{Federation, InboxError, keys};
use crate::clock::Timestamp;
use crate::domain::host::{PER_NAME, below};
use crate::domain::inbox::InboxState;
use crate::store::accounts;
use crate::store::inbox_items::NewItem;
use crate::vocab::incoming::Envelope;
use crate::vocab::strict::parse_strict;

/// The largest activity in bytes.
const LARGEST: usize = 1024 * 1024;

/// Verifies an activity and returns once it is on disk.
pub(super) async fn receive(data: &Data<Federation>, parts: &Parts, body: &[u8]) -> Result<(), InboxError> {
    if body.len() > LARGEST {
        return Err(InboxError::TooLarge);
    }
    check_media_type(parts)?;
    let origins = [data.app.site.origin.clone()];
    let head =
        RequestHead { method: &parts.method, target: &parts.uri, headers: &parts.headers, origins: &origins };
    let now = data.now();
    let claims = signature::check(&head, body, now)?;
    let value = parse_strict(body).map_err(|error| InboxError::Malformed(error.to_string()))?;
    let envelope = Envelope::read(&value)?;
    if is_farewell_of_a_stranger(data, &envelope).await? {
        return Ok(());
    }
    let known = claims.iter().all(|claim| data.state.keys.get(&claim.key_id, now).is_some());
    if !known {
        keys::admit(data, &claims).await?;
    }
    // What carries a signature of its own may come from somebody else's hands.
    let expected = (!envelope.portable).then_some(&envelope.actor);
    let signer = keys::verify(data, &claims, expected).await?;
    let host = signer.uri.host();
    if !has_room(data, host, now) {
        return Err(InboxError::TooMany);
    }
    let uri = if signer.uri == envelope.actor {
        envelope.id.to_string()
    } else {
        // From somebody else's hands it must not stand in the way of the same one from its author.
        format!("{} via {}", envelope.id, signer.uri)
    };
    let body = String::from_utf8_lossy(body).into_owned();
    let item = NewItem {
        uri,
        signer_id: Some(signer.id),
        host_id: signer.host,
        body,
        state: InboxState::Waiting,
        attempts: 0,
        due_at: now,
        received_at: now,
    };
    let arrival = Arrival { item, signer: signer.id, host: host.to_owned() };
    data.state.committer.commit(data, arrival).await
}

/// Counts one more activity from a host, where it may send one more; hosts below one name have a bound together.
fn has_room(data: &Federation, host: &str, now: Timestamp) -> bool {
    let most = data.app.config.limits.activities_per_host;
    let name = below(host);
    let all = most.saturating_mul(u32::try_from(PER_NAME).unwrap_or(u32::MAX));
    data.state.arrivals.take(host, most, now)
        && (name == host || data.state.arrivals.take(&format!("*.{name}"), all, now))
}

fn check_media_type(parts: &Parts) -> Result<(), InboxError> {
    let mut named = parts.headers.get_all(CONTENT_TYPE).iter();
    let one = named.next().and_then(|value| value.to_str().ok()).filter(|_| named.next().is_none());
    if one.is_some_and(is_activity_json) {
        return Ok(());
    }
    Err(InboxError::Malformed("send application/activity+json".to_owned()))
}

/// Servers tell everybody they ever heard of when an account is gone. Where we do not know it there
/// is nothing to do, and its key is gone with it.
async fn is_farewell_of_a_stranger(data: &Data<Federation>, envelope: &Envelope) -> Result<bool, InboxError> {
    if !envelope.farewell {
        return Ok(false);
    }
    let known = data.app.db.read(|conn| Ok(accounts::by_uri(conn, &envelope.actor)?)).await?;
    Ok(known.is_none())
}
