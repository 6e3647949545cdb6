//! The line that names what a post quotes, for readers whose server or app shows no quotes.

use super::plain;

/// The class by which those who do show quotes know the line.
pub const CLASS: &str = "quote-inline";

/// The line in front of a post that quotes what stands at `url`.
pub fn fallback(url: &str) -> String {
    let url = plain::escape(url);
    format!(
        "<p class=\"{CLASS}\">RE: <a href=\"{url}\" rel=\"nofollow noopener\" target=\"_blank\">{url}</a></p>"
    )
}
