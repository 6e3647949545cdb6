//! What a file is, told from its first bytes.

/// A format that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pictures.
    Jpeg,
    /// Pictures.
    Png,
    /// Pictures, also moving ones.
    Gif,
    /// Pictures.
    WebP,
    /// Recordings with pictures, also those of Apple's older name.
    Mp4,
    /// Recordings with pictures.
    WebM,
    /// Sound in an MP4 file.
    M4a,
    /// Sound.
    Mp3,
    /// Sound.
    Ogg,
    /// Sound.
    Flac,
    /// Sound.
    Wav,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As a picture.
    Image,
    /// As pictures with sound.
    Video,
    /// As sound.
    Audio,
}

impl Format {
    /// Every one of them.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::WebP,
        Self::Mp4,
        Self::WebM,
        Self::M4a,
        Self::Mp3,
        Self::Ogg,
        Self::Flac,
        Self::Wav,
    ];

    /// Other media types under which apps know what we take.
    pub const ALSO_CALLED: [&str; 4] = ["video/quicktime", "audio/x-m4a", "audio/mp3", "audio/x-wav"];

    /// The media type under which it is served.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
        }
    }

    /// The format that is served under this media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == media_type)
    }

    /// The ending of its file name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Mp4 => "mp4",
            Self::WebM => "webm",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Flac => "flac",
            Self::Wav => "wav",
        }
    }

    /// How it is shown.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Jpeg | Self::Png | Self::Gif | Self::WebP => Kind::Image,
            Self::Mp4 | Self::WebM => Kind::Video,
            Self::M4a | Self::Mp3 | Self::Ogg | Self::Flac | Self::Wav => Kind::Audio,
        }
    }
}

/// The format of a file; `None` for everything that we do not take, SVG and HTML among it.
pub fn format(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |place: usize, magic: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(magic));
    if starts(b"\xff\xd8\xff") {
        return Some(Format::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Some(Format::Png);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Some(Format::Gif);
    }
    if starts(b"RIFF") {
        return if at(8, b"WEBP") { Some(Format::WebP) } else { at(8, b"WAVE").then_some(Format::Wav) };
    }
    if at(4, b"ftyp") {
        return brand(bytes.get(8..12)?);
    }
    if starts(b"\x1a\x45\xdf\xa3") {
        // Matroska and WebM share this start; the name of the format stands in the header.
        let head = bytes.get(..64).unwrap_or(bytes);
        return head.windows(4).any(|word| word == b"webm").then_some(Format::WebM);
    }
    if starts(b"OggS") {
        return Some(Format::Ogg);
    }
    if starts(b"fLaC") {
        return Some(Format::Flac);
    }
    if starts(b"ID3") || mpeg_frame(bytes) {
        return Some(Format::Mp3);
    }
    None
}

/// The members of the MP4 family that we take; pictures in it (HEIC, AVIF) are not among them.
fn brand(brand: &[u8]) -> Option<Format> {
    match brand {
        b"M4A " | b"M4B " => Some(Format::M4a),
        b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"qt  "
        | b"dash" | b"MSNV" | b"3gp4" | b"3gp5" | b"3gp6" => Some(Format::Mp4),
        _ => None,
    }
}

/// Whether an MPEG audio frame of layer III stands at the start.
fn mpeg_frame(bytes: &[u8]) -> bool {
    let [first, second, third, ..] = bytes else { return false };
    let layer = (second >> 1) & 0b11;
    let rate = third >> 4;
    *first == 0xff && second & 0xe0 == 0xe0 && layer == 0b01 && rate != 0 && rate != 0b1111
}
