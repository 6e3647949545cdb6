//! Tag: a hashtag.

use serde::Serialize;
use serde_json::Value;

use crate::domain::site::Site;

/// A hashtag as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Tag {
    /// The name stands for a key, too.
    pub id: String,
    /// Without `#`.
    pub name: String,
    /// Its page here.
    pub url: String,
    /// Uses per day.
    pub history: Vec<Value>,
}

/// Renders a hashtag by its folded name.
pub fn tag(name: &str, site: &Site) -> Tag {
    Tag {
        id: name.to_owned(),
        name: name.to_owned(),
        url: format!("{}/tags/{name}", site.origin),
        history: Vec::new(),
    }
}
