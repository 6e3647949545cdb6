//! Bytes to pictures and recordings: what a file is, what of it we keep, and what others may see.
//!
//! Nothing here touches a disk or the network. A file is what its bytes say, never what its name
//! or its sender says; decoders are memory-safe and are told their limits before the first pixel.

pub mod gif;
mod matroska;
mod ogg;
pub mod picture;
pub mod recording;
pub mod sniff;

pub use sniff::{Format, Kind};

/// How much one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The largest picture in bytes.
    pub image_bytes: usize,
    /// The largest recording in bytes.
    pub recording_bytes: usize,
    /// The most pixels of a picture, counted before any of them is decoded.
    pub pixels: u64,
}

/// A file that passed: clean, measured, ready to be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What it is.
    pub format: Format,
    /// The bytes to keep, without metadata.
    pub bytes: Vec<u8>,
    /// Whether it moves.
    pub animated: bool,
    /// Width and height, where it has any.
    pub size: Option<(u32, u32)>,
    /// How long it plays, in milliseconds.
    pub duration_ms: Option<i64>,
    /// A small picture of it.
    pub preview: Option<Preview>,
    /// A blur of it, to be shown until it is there.
    pub blurhash: Option<String>,
}

/// A small picture of something.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What it is.
    pub format: Format,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Width and height.
    pub size: (u32, u32),
}

/// Why a file is not taken; each is a sentence for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is none of the formats that we take.
    #[error(
        "this kind of file is not supported: send JPEG, PNG, GIF, WebP, MP4, WebM, MP3, Ogg, FLAC or WAV"
    )]
    Unknown,
    /// Too many bytes.
    #[error("the file is larger than {0} bytes")]
    TooLarge(usize),
    /// Too many pixels.
    #[error("the picture has more than {0} pixels")]
    TooManyPixels(u64),
    /// Too many pictures in one file.
    #[error("the animation has more than {0} frames")]
    TooManyFrames(usize),
    /// It is not what its first bytes promise.
    #[error("the file is damaged: {0}")]
    Damaged(String),
}

/// Takes a file as it was sent, and makes of it what is kept and shown.
pub fn prepare(bytes: Vec<u8>, bounds: &Bounds) -> Result<Prepared, MediaError> {
    if bytes.is_empty() {
        return Err(MediaError::Empty);
    }
    let format = sniff::format(&bytes).ok_or(MediaError::Unknown)?;
    let most = bounds.bytes(format);
    if bytes.len() > most {
        return Err(MediaError::TooLarge(most));
    }
    match format.kind() {
        Kind::Image => picture::prepare(&bytes, format, bounds),
        Kind::Video | Kind::Audio => recording::prepare(bytes, format),
    }
}

impl Bounds {
    /// The most bytes that a file of this format may have.
    pub const fn bytes(&self, format: Format) -> usize {
        match format.kind() {
            Kind::Image => self.image_bytes,
            Kind::Video | Kind::Audio => self.recording_bytes,
        }
    }
}

/// The two numbers of a focal point, each from -1 to 1, as clients and peers write it.
pub fn focus(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(',')?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    Some((number(x)?.clamp(-1.0, 1.0), number(y)?.clamp(-1.0, 1.0)))
}

#[cfg(test)]
mod tests;
