//! Moving GIFs, block by block: pictures and their timing stay, everything else goes.

use super::{Bounds, MediaError};

/// The most pictures in one file.
const MOST_FRAMES: usize = 1000;
/// The most pixels of all pictures together, as a multiple of what one picture may have.
const MOST_PIXELS: u64 = 8;

/// A cleaned file.
#[derive(Clone, Debug)]
pub struct Animation {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many pictures it shows.
    pub frames: usize,
}

/// Reads a GIF and writes only what is needed to show it: no comments, no texts, no data of
/// programs, nothing after its end.
pub fn clean(bytes: &[u8], bounds: &Bounds) -> Result<Animation, MediaError> {
    let mut reader = Reader { rest: bytes };
    let mut kept = Vec::with_capacity(bytes.len());
    let head = reader.take(13)?;
    let (width, height, flags) = match head {
        [_, _, _, _, _, _, w0, w1, h0, h1, flags, ..] => {
            (u16::from_le_bytes([*w0, *w1]), u16::from_le_bytes([*h0, *h1]), *flags)
        }
        _ => return Err(cut()),
    };
    let canvas = u64::from(width).saturating_mul(u64::from(height));
    if canvas > bounds.pixels {
        return Err(MediaError::TooManyPixels(bounds.pixels));
    }
    kept.extend(b"GIF89a");
    kept.extend(head.get(6..).unwrap_or_default());
    kept.extend(reader.palette(flags)?);
    let (mut frames, mut pixels) = (0_usize, 0_u64);
    loop {
        match reader.byte()? {
            b',' => {
                frames += 1;
                pixels = pixels.saturating_add(canvas);
                if frames > MOST_FRAMES {
                    return Err(MediaError::TooManyFrames(MOST_FRAMES));
                }
                if pixels > bounds.pixels.saturating_mul(MOST_PIXELS) {
                    return Err(MediaError::TooManyPixels(bounds.pixels.saturating_mul(MOST_PIXELS)));
                }
                kept.push(b',');
                kept.extend(reader.image()?);
            }
            b'!' => extension(&mut reader, &mut kept)?,
            b';' => break,
            _ => return Err(MediaError::Damaged("an unknown block".to_owned())),
        }
    }
    kept.push(b';');
    Ok(Animation { bytes: kept, frames })
}

/// Keeps how long pictures stand and how often they repeat.
fn extension(reader: &mut Reader<'_>, kept: &mut Vec<u8>) -> Result<(), MediaError> {
    let label = reader.byte()?;
    let blocks = reader.blocks()?;
    let timing = label == 0xf9;
    let repeats = label == 0xff && blocks.starts_with(b"\x0bNETSCAPE2.0\x03\x01") && blocks.len() == 17;
    if timing || repeats {
        kept.extend([b'!', label]);
        kept.extend(blocks);
    }
    Ok(())
}

fn cut() -> MediaError {
    MediaError::Damaged("it ends in the middle".to_owned())
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], MediaError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, MediaError> {
        self.take(1)?.first().copied().ok_or_else(cut)
    }

    /// The table of colours that `flags` announces.
    fn palette(&mut self, flags: u8) -> Result<&'a [u8], MediaError> {
        let length = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
        self.take(length)
    }

    /// Blocks up to the empty one, as they stand.
    fn blocks(&mut self) -> Result<&'a [u8], MediaError> {
        let start = self.rest;
        loop {
            let length = self.byte()?;
            if length == 0 {
                break;
            }
            self.take(usize::from(length))?;
        }
        start.get(..start.len() - self.rest.len()).ok_or_else(cut)
    }

    /// One picture without its leading comma.
    fn image(&mut self) -> Result<&'a [u8], MediaError> {
        let start = self.rest;
        let flags = self.take(9)?.last().copied().unwrap_or_default();
        self.palette(flags)?;
        self.byte()?;
        self.blocks()?;
        start.get(..start.len() - self.rest.len()).ok_or_else(cut)
    }
}
