//! Sending a notification to an app that sleeps, through the service of its vendor.

use std::time::Duration;

use activitypub_federation::config::Data;
use data_encoding::BASE64URL_NOPAD;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, InvalidHeaderValue};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::Federation;
use super::egress::{EgressError, EgressPolicy};
use crate::domain::id::Id;
use crate::domain::notification::Notification;
use crate::domain::push::{Sealed, Subscription};
use crate::services::push::{self, Message};
use crate::store::{Error, Fault, push_subscriptions, settings};

/// Seconds for which a service keeps a message for an app that cannot be reached.
const KEPT: &str = "172800";

/// The address of an app at its service, if we may send there.
pub fn endpoint(policy: &EgressPolicy, address: &str) -> Option<String> {
    policy.check_url(address).ok().map(|_| address.to_owned())
}

/// Sends a notification. What the service refuses for good ends the subscription; an error means
/// that it is worth another try.
pub async fn send(
    data: &Data<Federation>,
    subscription: Id<Subscription>,
    notification: Id<Notification>,
) -> Result<(), Error> {
    let app = &data.app;
    let found = app.db.write(|tx| {
        let contact = settings::get(tx)?.contact;
        let token = |hash: &str| app.tokens.of(hash);
        Ok(push::message(tx, subscription, notification, token)?.map(|message| (message, contact)))
    });
    let Some((message, contact)) = found.await? else { return Ok(()) };
    let post = prepared(data, &message, &contact);
    let Some((headers, body)) = post else { return end(data, &message).await };
    let deadline = Duration::from_secs(app.config.federation.request_seconds);
    match data.egress.post(&message.subscription.endpoint, headers, body, deadline).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) if matches!(answer.status, 408 | 429 | 500..) => {
            Err(later(format!("the push service answered {}", answer.status)))
        }
        // Gone, forbidden, moved elsewhere: the app will subscribe anew.
        Ok(_) => end(data, &message).await,
        Err(error @ EgressError::Temporary { .. }) => Err(later(error.to_string())),
        Err(_) => end(data, &message).await,
    }
}

fn later(why: String) -> Error {
    Fault::Unreachable(why).into()
}

async fn end(data: &Data<Federation>, message: &Message) -> Result<(), Error> {
    let hash = &message.subscription.token_hash;
    data.app.db.write(|tx| Ok(push_subscriptions::delete(tx, hash)?)).await.map(drop)
}

/// What is posted; `None` where the subscription is unusable.
fn prepared(data: &Data<Federation>, message: &Message, contact: &str) -> Option<(HeaderMap, Vec<u8>)> {
    let Message { subscription, text, key } = message;
    let sealed = subscription.keys().seal(text.as_bytes(), subscription.standard).ok()?;
    let audience = Url::parse(&subscription.endpoint).ok()?.origin().ascii_serialization();
    let mail = contact.contains('@') && !contact.contains(char::is_whitespace);
    let contact = if mail { format!("mailto:{contact}") } else { data.app.site.origin.clone() };
    let statement = key.state(&audience, &contact, data.now()).ok()?;
    let headers = headers(&sealed, &statement, &key.public(), subscription.standard).ok()?;
    Some((headers, sealed.body))
}

fn headers(
    sealed: &Sealed,
    statement: &str,
    key: &str,
    standard: bool,
) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("ttl"), HeaderValue::from_static(KEPT));
    headers.insert(HeaderName::from_static("urgency"), HeaderValue::from_static("normal"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let (encoding, authorization) = if standard {
        ("aes128gcm", format!("vapid t={statement},k={key}"))
    } else {
        let (salt, public) = (BASE64URL_NOPAD.encode(&sealed.salt), BASE64URL_NOPAD.encode(&sealed.public));
        headers.insert(HeaderName::from_static("encryption"), format!("salt={salt}").parse()?);
        let keys = format!("dh={public};p256ecdsa={key}");
        headers.insert(HeaderName::from_static("crypto-key"), keys.parse()?);
        ("aesgcm", format!("WebPush {statement}"))
    };
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    headers.insert(AUTHORIZATION, authorization.parse()?);
    Ok(headers)
}
