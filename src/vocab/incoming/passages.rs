//! The passages of a version of a statement, as its document lays them out: introduction, each thesis
//! under its permanent key, closing. By them two versions are compared.

use serde_json::Value;

use super::object::part;
use super::values::Fields;
use crate::text::{plain, sanitize};

/// Theses of one version that are told apart.
const MOST: usize = 500;

/// A passage that keeps its name from version to version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// `introduction`, the key of a thesis such as `k1`, or `closing`.
    pub key: String,
    /// What it says, as plain text; that of a thesis begins with its number.
    pub text: String,
}

/// The passages of a version; none where the document is no statement of our kind.
pub fn passages(document: &Value) -> Vec<Passage> {
    let Some(fields) = document.as_object() else { return Vec::new() };
    let around = |name: &str| {
        let text = plain::text(&part(fields, name));
        (!text.trim().is_empty()).then(|| Passage { key: name.to_owned(), text })
    };
    around("introduction").into_iter().chain(theses(fields)).chain(around("closing")).collect()
}

fn theses(fields: &Fields) -> Vec<Passage> {
    let content = fields.get("content").and_then(Value::as_str).unwrap_or_default();
    let start = range(fields, "introduction").map_or(0, |(_, end)| end);
    let after = range(fields, "closing").or_else(|| range(fields, "references"));
    let end = after.map_or(usize::MAX, |(start, _)| start);
    let between: String = content.chars().skip(start).take(end.saturating_sub(start)).collect();
    let mut theses: Vec<(String, String)> = Vec::new();
    for piece in between.split("<h3>").skip(1) {
        if theses.len() >= MOST {
            break;
        }
        match (key(piece), theses.last_mut()) {
            (Some(key), _) => theses.push((key, format!("<h3>{piece}"))),
            // A heading within the body of a thesis.
            (None, Some((_, html))) => html.push_str(&format!("<h3>{piece}")),
            (None, None) => {}
        }
    }
    let passage = |(key, html): (String, String)| Passage { key, text: plain::text(&sanitize::clean(&html)) };
    theses.into_iter().map(passage).collect()
}

fn range(fields: &Fields, name: &str) -> Option<(usize, usize)> {
    let ranges = fields.get("plenum:parts")?.as_object()?;
    let [start, end] = ranges.get(&format!("plenum:{name}"))?.as_array()?.as_slice() else { return None };
    let index = |value: &Value| usize::try_from(value.as_u64()?).ok();
    Some((index(start)?, index(end)?))
}

/// The key to which the number of a thesis leads.
fn key(piece: &str) -> Option<String> {
    let address = piece.strip_prefix("<a href=\"")?.split('"').next()?;
    let (_, key) = address.rsplit_once('#')?;
    let digits = key.strip_prefix('k')?;
    let is_key = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_key.then(|| key.to_owned())
}
