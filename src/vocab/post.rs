//! A post as a Note.

use serde_json::{Value, json};

use super::object;
use crate::domain::view::View;

/// The Note of a post.
pub fn document(view: &View) -> Value {
    let mut document = object::head(view, "Note");
    document.insert("summary".to_owned(), json!(view.head.summary));
    if view.head.summary.is_none() {
        document.remove("summary");
    }
    document.into()
}
