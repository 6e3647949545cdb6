//! Quotes on the wire (FEP-044f): what a post says of the one it quotes, asking, and the consent.

use serde_json::{Value, json};

use super::object::Document;
use super::{PUBLIC, context};
use crate::domain::account::Account;
use crate::domain::quote::{QuotePolicy, Quoters, Quoting};
use crate::domain::uri::Uri;
use crate::text::quotes;

/// Says in a post what it quotes: in the words of FEP-044f, in older ones, and for everybody else as
/// a line of text.
pub(super) fn cite(document: &mut Document, quoting: &Quoting) {
    let uri = &quoting.quote.quoted_uri;
    for name in ["quote", "quoteUri", "_misskey_quote"] {
        document.insert(name.to_owned(), json!(uri));
    }
    if let Some(stamp) = quoting.quote.stamp() {
        document.insert("quoteAuthorization".to_owned(), json!(stamp));
    }
    let line = quotes::fallback(&quoting.url);
    if let Some(Value::String(content)) = document.get_mut("content") {
        content.insert_str(0, &line);
    }
    if let Some(Value::Object(map)) = document.get_mut("contentMap") {
        for content in map.values_mut() {
            if let Value::String(content) = content {
                content.insert_str(0, &line);
            }
        }
    }
}

/// Who may quote. Where nobody may, the author stands alone in the list: an empty one reads as "no
/// rule" in places.
pub(super) fn policy(policy: QuotePolicy, author: &Account) -> Value {
    let named = policy.automatic().filter_map(|quoters| match quoters {
        Quoters::Everyone => Some(PUBLIC),
        Quoters::Followers => author.followers.as_ref().map(Uri::as_str),
        Quoters::Followed | Quoters::Others => None,
    });
    let named: Vec<&str> = named.collect();
    json!({ "automaticApproval": if named.is_empty() { vec![author.uri.as_str()] } else { named } })
}

/// What asks whether `instrument` may quote `quoted`. The post is in it, so that nobody has to fetch
/// what may not be for everybody.
pub fn request(id: &Uri, actor: &Account, quoted: &Uri, instrument: &Value, to: &Uri) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "QuoteRequest",
        "actor": actor.uri,
        "to": [to],
        "object": quoted,
        "instrument": instrument,
    })
}

/// The answer to what asked; a yes names the consent.
pub fn answer(id: &Uri, actor: &Account, request: &Value, to: &Uri, stamp: Option<&Uri>) -> Value {
    let mut answer = json!({
        "@context": context(),
        "id": id,
        "type": if stamp.is_some() { "Accept" } else { "Reject" },
        "actor": actor.uri,
        "to": [to],
        "object": request,
    });
    if let (Some(stamp), Some(fields)) = (stamp, answer.as_object_mut()) {
        fields.insert("result".to_owned(), json!(stamp));
    }
    answer
}

/// The consent of `owner` to being quoted.
pub fn stamp(id: &Uri, owner: &Account, quoting: &Uri, quoted: &Uri) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "QuoteAuthorization",
        "attributedTo": owner.uri,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    })
}

/// Takes a consent back.
pub fn revocation(id: &Uri, stamp: &Value, owner: &Account) -> Value {
    let mut stamp = stamp.clone();
    if let Some(fields) = stamp.as_object_mut() {
        fields.remove("@context");
    }
    json!({
        "@context": context(),
        "id": id,
        "type": "Delete",
        "actor": owner.uri,
        "to": [PUBLIC],
        "object": stamp,
    })
}
