//! Ordered collections and their pages.

use serde_json::{Value, json};

use super::context;
use crate::domain::uri::Uri;

/// The entrance of a paged collection; `first` is left out where the items are nobody's business.
pub fn paged(id: &str, owner: &Uri, total: i64, first: Option<&str>) -> Value {
    let mut collection = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "OrderedCollection",
        "attributedTo": owner,
        "totalItems": total,
    });
    if let (Some(first), Some(fields)) = (first, collection.as_object_mut()) {
        fields.insert("first".to_owned(), json!(first));
    }
    collection
}

/// One page of a collection.
pub fn page(id: &str, of: &str, items: &[Value], next: Option<&str>) -> Value {
    let mut page = json!({
        "@context": context(),
        "id": id,
        "type": "OrderedCollectionPage",
        "partOf": of,
        "orderedItems": items,
    });
    if let (Some(next), Some(fields)) = (next, page.as_object_mut()) {
        fields.insert("next".to_owned(), json!(next));
    }
    page
}

/// A whole collection in one document, for those who cannot page.
pub fn flat(id: &str, owner: &Uri, items: &[Value]) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "OrderedCollection",
        "attributedTo": owner,
        "totalItems": items.len(),
        "orderedItems": items,
    })
}
