//! Custom emoji: small pictures that texts name between colons, each server its own.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::id::Id;
use super::uri::Uri;
use crate::clock::Timestamp;

/// The longest shortcode in characters.
const LONGEST: usize = 64;
/// Shortcodes of one text that are looked at.
const MOST_PER_TEXT: usize = 50;

/// A custom emoji.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::emojis)]
pub struct Emoji {
    /// Our key.
    pub id: Id<Emoji>,
    /// Whose it is: the name of a host, blank for ours.
    pub host: String,
    /// What texts call it, without the colons.
    pub shortcode: String,
    /// Under which heading apps offer it; blank for none.
    pub category: String,
    /// The random part of its address here.
    pub name: String,
    /// Its media type; blank where nobody knows yet.
    pub media_type: String,
    /// Where its bytes are kept; `None` for one elsewhere.
    pub file: Option<String>,
    /// Its address elsewhere; never given to readers as something to load.
    pub remote_url: Option<String>,
    /// Its length; 0 where nobody knows yet.
    pub bytes: i64,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Emoji {
    /// Where readers find it, below the origin.
    pub fn path(&self) -> String {
        format!("/media/emoji/{}", self.name)
    }
}

/// An emoji as another server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedEmoji {
    /// What texts call it.
    pub shortcode: String,
    /// Its picture.
    pub url: Uri,
}

/// Whether texts may call an emoji so.
pub fn is_shortcode(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=LONGEST).contains(&text.len()) && text.chars().all(word)
}

/// What a text names between colons, each once.
pub fn shortcodes(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split(':').collect();
    // What stands before the first and after the last colon is between none.
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    let mut found: Vec<&str> = inner.iter().copied().filter(|part| is_shortcode(part)).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST_PER_TEXT);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes_stand_between_colons() {
        assert_eq!(shortcodes("<p>a :bee: b :rose_2::bee: c</p>"), ["bee", "rose_2"]);
        assert!(shortcodes("https://a.example:8080/x").is_empty());
        assert!(shortcodes(":not one: : ::").is_empty());
        assert!(shortcodes("").is_empty());
        assert!(!is_shortcode(&"x".repeat(65)));
    }
}
