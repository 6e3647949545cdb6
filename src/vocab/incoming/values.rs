//! Single values of foreign documents: lenient where peers differ, strict where security demands it.

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::domain::uri::Uri;
use crate::text::Html;
use crate::text::{plain, sanitize};

/// The fields of a document.
pub(super) type Fields = Map<String, Value>;

/// Keys that give a document another meaning to a JSON-LD processor than to us.
const REROOTING: [&str; 3] = ["@graph", "@included", "@reverse"];

/// One value or several: JSON-LD leaves out the array around a single one.
pub fn entries(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

/// The address in a string, or the `id` of an object. An array is neither.
pub fn address(value: &Value) -> Option<Uri> {
    match value {
        Value::String(text) => Uri::parse(text),
        Value::Object(fields) => fields.get("id").and_then(Value::as_str).and_then(Uri::parse),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// The one address of a field; several are refused, because nobody could say which one counts.
pub(super) fn single(fields: &Fields, name: &str) -> Option<Uri> {
    match fields.get(name)? {
        Value::Array(values) => match values.as_slice() {
            [one] => address(one),
            _ => None,
        },
        value => address(value),
    }
}

/// The identity of a document: a string and nothing else.
pub(super) fn identity(fields: &Fields) -> Option<Uri> {
    fields.get("id").and_then(Value::as_str).and_then(Uri::parse)
}

/// The type; of several the last, which is the most common one where peers send two.
pub(super) fn kind(fields: &Fields) -> Option<&str> {
    let kind = match fields.get("type")? {
        Value::Array(kinds) => kinds.last()?,
        kind => kind,
    };
    kind.as_str().filter(|kind| !kind.is_empty() && kind.len() <= 100)
}

/// Whether a JSON-LD processor could read something else in this document than we do.
pub fn is_rerooted(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.keys().any(|key| REROOTING.contains(&key.as_str())) || fields.values().any(is_rerooted)
        }
        Value::Array(values) => values.iter().any(is_rerooted),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A moment.
pub(super) fn time(fields: &Fields, name: &str) -> Option<Timestamp> {
    fields.get(name).and_then(Value::as_str).and_then(Timestamp::parse)
}

/// Whether a field says `true`.
pub(super) fn flag(fields: &Fields, name: &str) -> bool {
    fields.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// The text of a field as it came; where it is missing, the first one of its language map.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let direct = fields.get(name).and_then(Value::as_str);
    direct.or_else(|| map(fields, name)?.values().find_map(Value::as_str))
}

/// The language map beside a field: `contentMap` beside `content`.
pub(super) fn map<'a>(fields: &'a Fields, name: &str) -> Option<&'a Fields> {
    fields.get(&format!("{name}Map")).and_then(Value::as_object)
}

/// A field as plain text in one line, at most `most` characters; `None` where nothing is left.
pub(super) fn line(fields: &Fields, name: &str, most: usize) -> Option<String> {
    text(fields, name).map(|text| to_line(text, most)).filter(|line| !line.is_empty())
}

/// HTML or plain text as one line of plain text.
pub(super) fn to_line(text: &str, most: usize) -> String {
    // No more of a huge text is read than could be kept.
    let start: String = text.chars().take(most.saturating_mul(4)).collect();
    let text = if start.contains(['<', '&']) { plain::text(&sanitize::clean(&start)) } else { start };
    plain::single_line(&text).chars().take(most).collect()
}

/// Safe HTML of a field.
pub(super) fn html(fields: &Fields, name: &str) -> Html {
    text(fields, name).map(sanitize::clean).unwrap_or_default()
}

/// A web address for people to follow, never for us.
pub(super) fn link(value: &Value) -> Option<String> {
    let named = |fields: &Fields| {
        let link = fields.get("href").or_else(|| fields.get("url"))?;
        Uri::parse(link.as_str()?)
    };
    let uri = match value {
        Value::String(text) => Uri::parse(text),
        Value::Object(fields) => named(fields),
        Value::Array(values) => return values.iter().find_map(link),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    };
    uri.map(|uri| uri.to_string())
}

/// Whom a document is addressed to; `bto` and `bcc` are never read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Everyone, and it may be announced.
    pub public: bool,
    /// Everyone who has the address.
    pub unlisted: bool,
    /// Actors and collections named in `to`, `cc` and `audience`, without the public address.
    pub named: Vec<Uri>,
}

/// How many addressees are looked at.
const MOST_NAMED: usize = 200;

impl Audience {
    pub(super) fn read(fields: &Fields) -> Self {
        let public =
            |value: &Value| matches!(value.as_str(), Some(super::super::PUBLIC | "as:Public" | "Public"));
        let (to, cc) = (entries(fields.get("to")), entries(fields.get("cc")));
        let everyone = to.iter().chain(cc).chain(entries(fields.get("audience")));
        let mut named: Vec<Uri> =
            everyone.filter(|value| !public(value)).take(MOST_NAMED).filter_map(address).collect();
        named.sort_unstable();
        named.dedup();
        Self { public: to.iter().any(public), unlisted: cc.iter().any(public), named }
    }
}
