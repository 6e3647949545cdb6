//! Which documents are texts that stand by themselves: an article, a page, a long note, of servers
//! that know nothing of our words.

use serde_json::Value;

use super::values;
use crate::text::{plain, sanitize};

/// From how many characters on a note is such a text.
const LONG: usize = 1500;

/// Whether the document of a post is such a text (`FEDERATION.md`, "Texts of servers of other kinds").
pub fn is_text(document: &Value) -> bool {
    let Some(fields) = document.as_object() else { return false };
    if fields.keys().any(|key| key.starts_with("plenum:")) {
        return false;
    }
    match values::kind(fields) {
        Some("Article" | "Page") => true,
        Some("Note") => {
            let text = values::text(fields, "content").unwrap_or_default();
            text.len() >= LONG && plain::text(&sanitize::clean(text)).chars().count() >= LONG
        }
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_texts_that_stand_by_themselves_count() {
        assert!(is_text(&json!({ "type": "Article", "content": "<p>Short.</p>" })));
        assert!(is_text(&json!({ "type": "Page" })));
        assert!(!is_text(&json!({ "type": "Article", "plenum:kind": "Statement" })));
        let long = "word ".repeat(310);
        assert!(is_text(&json!({ "type": "Note", "content": format!("<p>{long}</p>") })));
        let tags = "<b></b>".repeat(300);
        assert!(!is_text(&json!({ "type": "Note", "content": format!("<p>word{tags}</p>") })), "no words");
        assert!(!is_text(&json!({ "type": "Video" })) && !is_text(&json!("https://a.example/1")));
    }
}
