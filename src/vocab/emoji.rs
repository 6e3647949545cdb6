//! Custom emoji on the wire.

use serde_json::{Value, json};

use crate::domain::emoji::Emoji;

/// An entry of `tag` for an emoji of ours.
pub(super) fn entry(emoji: &Emoji, origin: &str) -> Value {
    json!({
        "id": format!("{origin}{}", emoji.path()),
        "type": "Emoji",
        "name": format!(":{}:", emoji.shortcode),
        "updated": emoji.updated_at.to_rfc3339(),
        "icon": {
            "type": "Image",
            "mediaType": emoji.media_type,
            "url": format!("{origin}{}", emoji.path()),
        },
    })
}
