//! What happens between accounts: the activities we send.

use serde_json::{Value, json};

use super::{PUBLIC, context};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::uri::Uri;

/// An activity about a whole object: Create or Update. Its addressing repeats the object's.
pub fn about(kind: &str, id: &Uri, object: &Value, published: Timestamp) -> Value {
    let mut activity = json!({
        "@context": context(),
        "id": id,
        "type": kind,
        "actor": object.get("attributedTo").or_else(|| object.get("id")),
        "published": published.to_rfc3339(),
        "to": object.get("to").cloned().unwrap_or_else(|| json!([PUBLIC])),
        "cc": object.get("cc").cloned().unwrap_or_else(|| json!([])),
        "object": object,
    });
    if let (Some(audience), Some(fields)) = (object.get("audience"), activity.as_object_mut()) {
        fields.insert("audience".to_owned(), audience.clone());
    }
    activity
}

/// An activity of `actor` towards one account or about one small object.
pub fn simple(kind: &str, id: &Uri, actor: &Account, object: &Value, to: &[&Uri]) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": kind,
        "actor": actor.uri,
        "to": to,
        "object": object,
    })
}

/// Something is put into a list of the actor, or taken out: Add or Remove.
pub fn listed(kind: &str, id: &Uri, actor: &Account, object: &Value, list: &Uri) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": kind,
        "actor": actor.uri,
        "to": [PUBLIC],
        "cc": actor.followers,
        "object": object,
        "target": list,
    })
}

/// An Announce: a boost where `object` is an address, FEP-1b12 where it is a whole activity.
pub fn announce(id: &Uri, actor: &Account, object: &Value, author: &Uri, published: Timestamp) -> Value {
    let mut cc: Vec<&Uri> = actor.followers.iter().collect();
    if *author != actor.uri {
        cc.push(author);
    }
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "Announce",
        "actor": actor.uri,
        "published": published.to_rfc3339(),
        "to": [PUBLIC],
        "cc": cc,
        "object": object,
    })
}

/// An Announce of what the actor said to its followers, for the same.
pub fn announce_to_followers(id: &Uri, actor: &Account, object: &Value, published: Timestamp) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "Announce",
        "actor": actor.uri,
        "published": published.to_rfc3339(),
        "to": actor.followers.iter().collect::<Vec<_>>(),
        "cc": [],
        "object": object,
    })
}

/// A Delete of the actor itself.
pub fn farewell(id: &Uri, actor: &Account, published: Timestamp) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "Delete",
        "actor": actor.uri,
        "published": published.to_rfc3339(),
        "to": [PUBLIC],
        "object": actor.uri,
        // Lemmy keeps what somebody said, unless it is asked not to.
        "removeData": true,
    })
}

/// A Delete that leaves only the address behind.
pub fn delete(id: &Uri, actor: &Account, object: &Uri, cc: &[String], published: Timestamp) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "Delete",
        "actor": actor.uri,
        "published": published.to_rfc3339(),
        "to": [PUBLIC],
        "cc": cc,
        "object": { "id": object, "type": "Tombstone" },
    })
}
