//! Files as others read them.

use serde_json::{Map, Value, json};

use crate::domain::media::Media;
use crate::domain::view::View;

/// The attachments of a contribution of ours.
pub(super) fn attachments(view: &View) -> Vec<Value> {
    let origin = view.head.uri.origin();
    view.media.iter().map(|media| attachment(media, origin)).collect()
}

fn attachment(media: &Media, origin: &str) -> Value {
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("type", json!("Document"));
    put("mediaType", json!(media.media_type));
    put("url", json!(format!("{origin}{}", media.path())));
    // Mastodon takes an empty text for a description; none is none.
    put("name", if media.description.is_empty() { Value::Null } else { json!(media.description) });
    if let (Some(width), Some(height)) = (media.width, media.height) {
        put("width", json!(width));
        put("height", json!(height));
    }
    if let Some(blurhash) = &media.blurhash {
        put("blurhash", json!(blurhash));
    }
    if let (Some(x), Some(y)) = (media.focus_x, media.focus_y) {
        put("focalPoint", json!([x, y]));
    }
    document.into()
}
