//! Recordings: passed through as they are, but for what they say about people and places.
//!
//! Nothing is decoded. Metadata is overwritten where it stands, so that every offset in the file
//! stays true; a file whose structure we cannot follow is refused.

use super::{Format, MediaError, Prepared, matroska, ogg};

/// How deep boxes of an MP4 file stand in each other before we stop believing it.
const DEEPEST: usize = 8;
/// How many boxes, chunks or elements are looked at.
pub(super) const MOST_PARTS: usize = 100_000;

/// Takes a recording.
pub(super) fn prepare(mut bytes: Vec<u8>, format: Format) -> Result<Prepared, MediaError> {
    let mut seen = Seen::default();
    match format {
        Format::Mp4 | Format::M4a => boxes(&mut bytes, 0, &mut seen)?,
        Format::Mp3 => bytes = mp3(bytes)?,
        Format::Flac => flac(&mut bytes)?,
        Format::Wav => bytes = wav(&bytes)?,
        Format::WebM => matroska::clean(&mut bytes)?,
        Format::Ogg => ogg::clean(&mut bytes)?,
        Format::Jpeg | Format::Png | Format::Gif | Format::WebP => return Err(MediaError::Unknown),
    }
    Ok(Prepared {
        format,
        bytes,
        animated: false,
        size: seen.size,
        duration_ms: seen.duration_ms,
        preview: None,
        blurhash: None,
    })
}

/// What an MP4 file says about itself.
#[derive(Default)]
struct Seen {
    size: Option<(u32, u32)>,
    duration_ms: Option<i64>,
    parts: usize,
}

pub(super) fn damaged() -> MediaError {
    MediaError::Damaged("its parts do not fit together".to_owned())
}

/// Boxes that hold boxes.
const HOLDERS: [&[u8]; 7] = [b"moov", b"trak", b"mdia", b"minf", b"edts", b"moof", b"traf"];
/// Boxes with texts, places and data of programs.
const METADATA: [&[u8]; 4] = [b"udta", b"meta", b"uuid", b"ilst"];

/// Walks the boxes of ISO 14496-12 and empties those with metadata.
fn boxes(bytes: &mut [u8], depth: usize, seen: &mut Seen) -> Result<(), MediaError> {
    if depth > DEEPEST {
        return Err(damaged());
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        seen.parts += 1;
        if seen.parts > MOST_PARTS {
            return Err(damaged());
        }
        let (head, length) = box_length(rest).ok_or_else(damaged)?;
        let (part, after) = rest.split_at_mut_checked(length).ok_or_else(damaged)?;
        let (head, body) = part.split_at_mut_checked(head).ok_or_else(damaged)?;
        let name = head.get_mut(4..8).ok_or_else(damaged)?;
        if METADATA.contains(&&*name) {
            name.copy_from_slice(b"free");
            body.fill(0);
        } else if HOLDERS.contains(&&*name) {
            boxes(body, depth + 1, seen)?;
        } else if name == b"mvhd" {
            seen.duration_ms = duration(body);
        } else if name == b"tkhd" {
            seen.size = track_size(body).or(seen.size);
        }
        rest = after;
    }
    Ok(())
}

/// How long the head of a box and the whole box are.
fn box_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let short = number(bytes, 0, 4)?;
    let (head, length) = match short {
        0 => (8, u64::try_from(bytes.len()).ok()?),
        1 => (16, number(bytes, 8, 8)?),
        short => (8, short),
    };
    let length = usize::try_from(length).ok()?;
    (length >= head).then_some((head, length))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().fold(0, |sum, digit| (sum << 8) | u64::from(*digit)))
}

fn duration(body: &[u8]) -> Option<i64> {
    let (scale, length) = match body.first()? {
        0 => (number(body, 12, 4)?, number(body, 16, 4)?),
        _ => (number(body, 20, 4)?, number(body, 24, 8)?),
    };
    i64::try_from(length.checked_mul(1000)?.checked_div(scale)?).ok().filter(|ms| *ms < i64::from(i32::MAX))
}

fn track_size(body: &[u8]) -> Option<(u32, u32)> {
    let at = if body.first()? == &0 { 76 } else { 88 };
    let side = |at| u32::try_from(number(body, at, 2)?).ok().filter(|side| *side > 0);
    Some((side(at)?, side(at + 4)?))
}

/// Cuts off the tags around the sound.
fn mp3(mut bytes: Vec<u8>) -> Result<Vec<u8>, MediaError> {
    while bytes.starts_with(b"ID3") {
        let digits = bytes.get(6..10).ok_or_else(damaged)?;
        let length = digits.iter().fold(0_usize, |sum, digit| (sum << 7) | usize::from(digit & 0x7f));
        let footer = if bytes.get(5).is_some_and(|flags| flags & 0x10 != 0) { 10 } else { 0 };
        let end = length + 10 + footer;
        if end >= bytes.len() {
            return Err(damaged());
        }
        bytes.drain(..end);
    }
    let start = bytes.len().saturating_sub(128);
    if bytes.get(start..).is_some_and(|tail| tail.starts_with(b"TAG")) {
        bytes.truncate(start);
    }
    // What is left has to be sound: a tag in front must not hide anything else.
    if super::sniff::format(bytes.get(padding(&bytes)..).unwrap_or_default()) == Some(Format::Mp3) {
        return Ok(bytes);
    }
    Err(damaged())
}

fn padding(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
}

/// Turns comments, pictures and data of programs into padding.
fn flac(bytes: &mut [u8]) -> Result<(), MediaError> {
    const PADDING: u8 = 1;
    const KEPT: [u8; 3] = [0, 1, 3];
    let mut rest = bytes.get_mut(4..).ok_or_else(damaged)?;
    loop {
        let (head, after) = rest.split_at_mut_checked(4).ok_or_else(damaged)?;
        let length = usize::try_from(number(head, 1, 3).ok_or_else(damaged)?).map_err(|_| damaged())?;
        let (body, after) = after.split_at_mut_checked(length).ok_or_else(damaged)?;
        let first = head.first_mut().ok_or_else(damaged)?;
        let last = *first & 0x80 != 0;
        if !KEPT.contains(&(*first & 0x7f)) {
            *first = (*first & 0x80) | PADDING;
            body.fill(0);
        }
        if last {
            return Ok(());
        }
        rest = after;
    }
}

/// Keeps the two chunks that sound needs.
fn wav(bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let mut kept = b"RIFF\0\0\0\0WAVE".to_vec();
    let mut rest = bytes.get(12..).ok_or_else(damaged)?;
    for _ in 0..MOST_PARTS {
        let Some((head, after)) = rest.split_at_checked(8) else { break };
        let (name, length) = head.split_at_checked(4).ok_or_else(damaged)?;
        let length: [u8; 4] = length.try_into().map_err(|_| damaged())?;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| damaged())?;
        // Recorders that were cut off promise more than there is.
        let (body, after) = after.split_at_checked(length).unwrap_or((after, &[]));
        if matches!(name, b"fmt " | b"data" | b"fact") {
            let length = u32::try_from(body.len()).map_err(|_| damaged())?;
            kept.extend(name);
            kept.extend(length.to_le_bytes());
            kept.extend(body);
            kept.extend(std::iter::repeat_n(0, body.len() % 2));
        }
        rest = after.get(length % 2..).unwrap_or_default();
    }
    let length = u32::try_from(kept.len().saturating_sub(8)).map_err(|_| damaged())?;
    kept.splice(4..8, length.to_le_bytes());
    Ok(kept)
}
