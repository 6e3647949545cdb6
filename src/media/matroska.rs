//! WebM: elements with texts and enclosed files are turned into empty ones of the same length.

use super::MediaError;
use super::recording::{MOST_PARTS, damaged};

/// The one element at the top that holds the others.
const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];
/// Facts about the recording, names among them.
const INFO: [u8; 4] = [0x15, 0x49, 0xa9, 0x66];
/// Tags and enclosed files.
const METADATA: [&[u8]; 2] = [&[0x12, 0x54, 0xc3, 0x67], &[0x19, 0x41, 0xa4, 0x69]];
/// Title, file names, and the day of the recording.
const NAMES: [&[u8]; 4] = [&[0x7b, 0xa9], &[0x73, 0x84], &[0x3c, 0x83, 0xab], &[0x44, 0x61]];
/// An element that says nothing.
const VOID: u8 = 0xec;

/// Empties what says something about people and places.
pub(super) fn clean(bytes: &mut [u8]) -> Result<(), MediaError> {
    walk(bytes, &mut 0, true)
}

fn walk(bytes: &mut [u8], parts: &mut usize, top: bool) -> Result<(), MediaError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        *parts += 1;
        if *parts > MOST_PARTS {
            return Err(damaged());
        }
        let (head, length) = element(rest).ok_or_else(damaged)?;
        // A live recording does not know how long its parts are; what follows is the recording.
        let Some(length) = length else {
            let (head, body) = rest.split_at_mut_checked(head).ok_or_else(damaged)?;
            return if top && head.starts_with(&SEGMENT) { walk(body, parts, false) } else { Ok(()) };
        };
        // Recorders that were cut off promise more than there is.
        let whole = head.checked_add(length).ok_or_else(damaged)?.min(rest.len());
        let (part, after) = rest.split_at_mut_checked(whole).ok_or_else(damaged)?;
        if METADATA.iter().chain(&NAMES).any(|id| part.starts_with(id)) {
            empty(part)?;
        } else if part.starts_with(&SEGMENT) || part.starts_with(&INFO) {
            let (_, body) = part.split_at_mut_checked(head).ok_or_else(damaged)?;
            walk(body, parts, false)?;
        }
        rest = after;
    }
    Ok(())
}

/// How long the head of an element is, and its content; `None` where it does not say.
fn element(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let id = width(*bytes.first()?)?;
    let size = width(*bytes.get(id)?)?;
    let digits = bytes.get(id..id + size)?;
    let value = digits.iter().fold(0_u64, |sum, digit| (sum << 8) | u64::from(*digit));
    let mask = (1_u64 << (7 * size)) - 1;
    let value = value & mask;
    let length = if value == mask { None } else { Some(usize::try_from(value).ok()?) };
    Some((id + size, length))
}

/// How many bytes a number has that begins with this one (RFC 8794 §4).
fn width(first: u8) -> Option<usize> {
    let zeros = usize::try_from(first.leading_zeros()).ok()?;
    (zeros < 8).then_some(zeros + 1)
}

/// Writes an element of the same length that says nothing.
fn empty(part: &mut [u8]) -> Result<(), MediaError> {
    let length = part.len();
    part.fill(0);
    let head: Vec<u8> = if length < 9 {
        let content = u8::try_from(length.saturating_sub(2)).map_err(|_| damaged())?;
        vec![VOID, 0x80 | content]
    } else {
        let content = u64::try_from(length - 9).map_err(|_| damaged())?;
        let size = (1_u64 << 56) | content;
        [&[VOID][..], &size.to_be_bytes()].concat()
    };
    part.get_mut(..head.len()).ok_or_else(damaged)?.copy_from_slice(&head);
    Ok(())
}
