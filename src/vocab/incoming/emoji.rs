//! Custom emoji beside a text.

use serde_json::Value;

use super::values::{self, Fields};
use crate::domain::emoji::{ReceivedEmoji, is_shortcode};
use crate::domain::uri::Uri;

/// Emoji beside one text at most.
const MOST: usize = 50;
/// Entries of `tag` that are looked at.
const MOST_ENTRIES: usize = 200;

/// The emoji of a document, each once. Only web addresses count as pictures.
pub(super) fn of(fields: &Fields) -> Vec<ReceivedEmoji> {
    let mut found: Vec<ReceivedEmoji> = Vec::new();
    for entry in values::entries(fields.get("tag")).iter().take(MOST_ENTRIES).filter_map(Value::as_object) {
        if values::kind(entry) != Some("Emoji") || found.len() >= MOST {
            continue;
        }
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
        let shortcode = name.trim_matches(':');
        let url = entry.get("icon").and_then(values::link).and_then(|url| Uri::parse(&url));
        let known = found.iter().any(|emoji| emoji.shortcode == shortcode);
        if let Some(url) = url.filter(|_| is_shortcode(shortcode) && !known) {
            found.push(ReceivedEmoji { shortcode: shortcode.to_owned(), url });
        }
    }
    found
}
