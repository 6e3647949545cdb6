//! Ogg: comments are blanked where they stand, and the pages they stand on are summed up anew.

use super::MediaError;
use super::recording::damaged;

/// Pages at the start on which comments may stand.
const MOST_PAGES: usize = 256;
/// How comments of Opus and Vorbis begin.
const COMMENTS: [&[u8]; 2] = [b"OpusTags", b"\x03vorbis"];

/// How sound in Opus and Vorbis begins; nothing else is taken.
const HEADS: [&[u8]; 2] = [b"OpusHead", b"\x01vorbis"];

/// A page: where it starts, and where its content is.
struct Page {
    start: usize,
    body: usize,
    end: usize,
    /// Where the first packet on it ends, or goes over to the next page.
    packet: usize,
    /// Whether that packet ends here.
    ends: bool,
}

/// Blanks the comments.
pub(super) fn clean(bytes: &mut [u8]) -> Result<(), MediaError> {
    let mut at = 0;
    let mut comments = false;
    for _ in 0..MOST_PAGES {
        if at >= bytes.len() {
            break;
        }
        let page = page(bytes, at).ok_or_else(damaged)?;
        let body = bytes.get_mut(page.body..page.packet).ok_or_else(damaged)?;
        if at == 0 && !HEADS.iter().any(|head| body.starts_with(head)) {
            return Err(MediaError::Unknown);
        }
        let begins = COMMENTS.iter().find(|start| body.starts_with(start));
        if let Some(start) = begins {
            // An empty list of comments by nobody, and padding: two lengths of zero.
            body.get_mut(start.len()..).ok_or_else(damaged)?.fill(0);
            comments = true;
            frame(body, start);
        } else if comments {
            body.fill(0);
        }
        if comments {
            sum_up(bytes, &page)?;
            if page.ends {
                return Ok(());
            }
        }
        at = page.end;
    }
    Ok(())
}

/// Vorbis ends its comments with a set bit right after the lists.
fn frame(body: &mut [u8], start: &[u8]) {
    if start.starts_with(b"\x03")
        && let Some(bit) = body.get_mut(start.len() + 8)
    {
        *bit = 1;
    }
}

fn page(bytes: &[u8], start: usize) -> Option<Page> {
    let head = bytes.get(start..start.checked_add(27)?)?;
    if !head.starts_with(b"OggS") {
        return None;
    }
    let count = usize::from(*head.last()?);
    let body = start + 27 + count;
    let laces = bytes.get(start + 27..body)?;
    let length: usize = laces.iter().map(|lace| usize::from(*lace)).sum();
    let end = body.checked_add(length)?;
    let last = laces.iter().position(|lace| *lace < 255);
    let first: usize =
        laces.iter().take(last.map_or(count, |last| last + 1)).map(|lace| usize::from(*lace)).sum();
    let packet = body + first;
    (end <= bytes.len()).then_some(Page { start, body, end, packet, ends: last.is_some() })
}

/// The checksum of RFC 3533 §6, counted with its own place empty.
fn sum_up(bytes: &mut [u8], page: &Page) -> Result<(), MediaError> {
    let whole = bytes.get_mut(page.start..page.end).ok_or_else(damaged)?;
    whole.get_mut(22..26).ok_or_else(damaged)?.fill(0);
    let sum = whole.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
            if sum & 0x8000_0000 == 0 { sum << 1 } else { (sum << 1) ^ 0x04c1_1db7 }
        })
    });
    whole.get_mut(22..26).ok_or_else(damaged)?.copy_from_slice(&sum.to_le_bytes());
    Ok(())
}
