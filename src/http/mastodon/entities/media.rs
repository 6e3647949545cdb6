//! MediaAttachment: a file beside a status.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::id;
use crate::domain::media::{Media, MediaKind};

/// A file as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct MediaAttachment {
    /// Key.
    pub id: String,
    /// How it is shown.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it is read; always from us, except for what we only lead to.
    pub url: String,
    /// Where a small picture of it is.
    pub preview_url: Option<String>,
    /// Where it comes from; only for what we lead to, because apps open it, and then the other server
    /// learns who reads.
    pub remote_url: Option<String>,
    /// Where its small picture comes from.
    pub preview_remote_url: Option<String>,
    /// A short address, which we do not have.
    pub text_url: Option<String>,
    /// Sizes, and where its middle is.
    pub meta: Option<Value>,
    /// What it shows, in words.
    pub description: Option<String>,
    /// A blur of it.
    pub blurhash: Option<String>,
}

/// Renders a file of the site at `origin`.
pub fn media(row: &Media, origin: &str) -> MediaAttachment {
    let here = |path: String| format!("{origin}{path}");
    let shown = row.kind != MediaKind::Unknown;
    let elsewhere = row.remote_url.clone();
    let url = elsewhere.clone().filter(|_| !shown).unwrap_or_else(|| here(row.path()));
    // A film without a picture shows a quiet one: clients draw an empty frame otherwise.
    let quiet = || (row.kind == MediaKind::Video).then(|| here("/assets/header.png".to_owned()));
    MediaAttachment {
        id: id(row.id.get()),
        kind: kind(row.kind),
        url,
        preview_url: row.preview_path().map(here).or_else(quiet),
        remote_url: elsewhere.filter(|_| !shown),
        preview_remote_url: None,
        text_url: None,
        meta: meta(row),
        description: Some(row.description.clone()).filter(|text| !text.is_empty()),
        blurhash: row.blurhash.clone(),
    }
}

/// A file that stood beside an earlier version and is gone: `nth` tells it from its neighbours, and it
/// leads to `page`.
pub fn removed(nth: usize, page: &str, description: Option<String>) -> MediaAttachment {
    MediaAttachment {
        id: nth.to_string(),
        kind: kind(MediaKind::Unknown),
        url: page.to_owned(),
        preview_url: None,
        remote_url: None,
        preview_remote_url: None,
        text_url: None,
        meta: None,
        description,
        blurhash: None,
    }
}

/// Renders the files beside one status.
pub fn list(rows: &[Media], origin: &str) -> Vec<MediaAttachment> {
    rows.iter().map(|row| media(row, origin)).collect()
}

/// A moving GIF stays a picture: `gifv` means a film without sound to clients.
const fn kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image | MediaKind::Animation => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Unknown => "unknown",
    }
}

fn meta(row: &Media) -> Option<Value> {
    let mut meta = Map::new();
    let mut original = row.width.zip(row.height).map(size).unwrap_or_default();
    if let Some(duration) = row.duration_ms.and_then(|ms| i32::try_from(ms).ok()) {
        original.insert("duration".to_owned(), json!(f64::from(duration) / 1000.0));
    }
    let small = row.preview_width.zip(row.preview_height).map(size);
    let small = small.unwrap_or_else(|| original.clone());
    if !original.is_empty() {
        meta.insert("original".to_owned(), original.into());
        meta.insert("small".to_owned(), small.into());
    }
    if let Some((x, y)) = row.focus_x.zip(row.focus_y) {
        meta.insert("focus".to_owned(), json!({ "x": x, "y": y }));
    }
    (!meta.is_empty()).then(|| meta.into())
}

fn size((width, height): (i32, i32)) -> Map<String, Value> {
    let mut size = Map::new();
    size.insert("width".to_owned(), json!(width));
    size.insert("height".to_owned(), json!(height));
    size.insert("size".to_owned(), json!(format!("{width}x{height}")));
    size.insert("aspect".to_owned(), json!(f64::from(width) / f64::from(height.max(1))));
    size
}
