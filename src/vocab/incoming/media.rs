//! Files beside things to read.

use serde_json::Value;

use super::values::{self, Fields};
use crate::domain::media::{LONGEST_DESCRIPTION, MediaKind, ReceivedMedia};
use crate::domain::uri::Uri;

/// Files that are kept in mind per contribution.
const MOST_MEDIA: usize = 16;
/// Files that are looked at before we stop looking.
const MOST_ATTACHMENTS: usize = 64;
const LONGEST_BLURHASH: usize = 100;
const LARGEST_SIDE: i64 = 100_000;

/// The pictures and recordings among the attachments.
pub(super) fn of(fields: &Fields) -> Vec<ReceivedMedia> {
    let attachments = values::entries(fields.get("attachment")).iter().take(MOST_ATTACHMENTS);
    attachments.filter_map(read).take(MOST_MEDIA).collect()
}

/// A picture or recording; `None` for everything else, which becomes a link.
pub(super) fn read(value: &Value) -> Option<ReceivedMedia> {
    let fields = value.as_object()?;
    let media_type = media_type(fields);
    let kind = kind(values::kind(fields)?, &media_type)?;
    let url = Uri::parse(&values::link(value)?)?;
    Some(ReceivedMedia {
        url,
        kind,
        media_type,
        description: description(fields),
        blurhash: blurhash(fields),
        size: side(fields, "width").zip(side(fields, "height")),
        focus: focus(fields),
    })
}

/// Plain text of several lines: what looks like HTML in it is meant as it stands.
fn description(fields: &Fields) -> String {
    let said = ["name", "summary"].iter().find_map(|name| values::text(fields, name));
    let text: String = said.unwrap_or_default().chars().take(LONGEST_DESCRIPTION).collect();
    let shown = |c: &char| *c == '\n' || !c.is_control();
    text.chars().filter(shown).collect::<String>().trim().to_owned()
}

fn media_type(fields: &Fields) -> String {
    let said = fields.get("mediaType").and_then(Value::as_str).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let word = |c: char| c.is_ascii_alphanumeric() || "/+.-".contains(c);
    if essence.len() <= 100 && essence.chars().all(word) { essence } else { String::new() }
}

/// How it is shown. SVG is a program: it is led to, never shown.
fn kind(kind: &str, media_type: &str) -> Option<MediaKind> {
    if media_type.contains("svg") {
        return None;
    }
    match (kind, media_type.split('/').next().unwrap_or_default()) {
        ("Document" | "Image", "image") => Some(MediaKind::Image),
        ("Document" | "Video", "video") => Some(MediaKind::Video),
        ("Document" | "Audio", "audio") => Some(MediaKind::Audio),
        ("Image", "") => Some(MediaKind::Image),
        ("Video", "") => Some(MediaKind::Video),
        ("Audio", "") => Some(MediaKind::Audio),
        _ => None,
    }
}

/// The alphabet of a blur is base 83; anything else would reach clients as it is.
fn blurhash(fields: &Fields) -> Option<String> {
    let text = fields.get("blurhash")?.as_str()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "#$%*+,-.:;=?@[]^_{|}~".contains(c);
    let good = (6..=LONGEST_BLURHASH).contains(&text.len()) && text.chars().all(fits);
    good.then(|| text.to_owned())
}

fn side(fields: &Fields, name: &str) -> Option<i32> {
    let side = fields.get(name)?.as_i64().filter(|side| (1..=LARGEST_SIDE).contains(side))?;
    i32::try_from(side).ok()
}

fn focus(fields: &Fields) -> Option<(f64, f64)> {
    let [x, y] = fields.get("focalPoint")?.as_array()?.as_slice() else { return None };
    Some((x.as_f64()?.clamp(-1.0, 1.0), y.as_f64()?.clamp(-1.0, 1.0)))
}
