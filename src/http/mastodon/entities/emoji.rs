//! `CustomEmoji`.

use serde::Serialize;

use crate::domain::emoji::Emoji;
use crate::domain::site::Site;

/// An emoji as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct CustomEmoji {
    /// What texts call it.
    pub shortcode: String,
    /// Its picture.
    pub url: String,
    /// Its picture without movement.
    pub static_url: String,
    /// Whether apps offer it.
    pub visible_in_picker: bool,
    /// Under which heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// Renders emoji; apps offer only those of this server.
pub fn emojis(emojis: &[Emoji], site: &Site) -> Vec<CustomEmoji> {
    let one = |emoji: &Emoji| {
        let url = format!("{}{}", site.origin, emoji.path());
        CustomEmoji {
            shortcode: emoji.shortcode.clone(),
            static_url: url.clone(),
            url,
            visible_in_picker: emoji.host.is_empty(),
            category: Some(emoji.category.clone()).filter(|category| !category.is_empty()),
        }
    };
    emojis.iter().map(one).collect()
}
