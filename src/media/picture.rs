//! Pictures: decoded within bounds, turned upright, and written anew, so that nothing but pixels
//! is kept of what was sent.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::{Bounds, Format, MediaError, Prepared, Preview, gif};

/// The most pixels that are kept; more are scaled down. About what a large screen shows.
const KEPT_PIXELS: u64 = 3840 * 2160;
/// The longer side of a preview.
const PREVIEW_SIDE: u32 = 640;
/// The longer side of what a blur is made from.
const BLUR_SIDE: u32 = 32;
/// How much working memory a decoder may take, per pixel that we accept.
const BYTES_PER_PIXEL: u64 = 8;
const QUALITY: u8 = 88;
const PREVIEW_QUALITY: u8 = 80;

/// What a profile picture or banner becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Takes a picture.
pub(super) fn prepare(bytes: &[u8], format: Format, bounds: &Bounds) -> Result<Prepared, MediaError> {
    if format == Format::Gif {
        let animation = gif::clean(bytes, bounds)?;
        if animation.frames > 1 {
            let first = decode(&animation.bytes, format, bounds)?;
            let size = (first.width(), first.height());
            return finish(format, animation.bytes, (true, size), &first);
        }
    }
    let picture = shrink(decode(bytes, format, bounds)?);
    let size = (picture.width(), picture.height());
    let (format, bytes) = encode(&picture, format, QUALITY)?;
    finish(format, bytes, (false, size), &picture)
}

fn finish(
    format: Format,
    bytes: Vec<u8>,
    (animated, size): (bool, (u32, u32)),
    picture: &DynamicImage,
) -> Result<Prepared, MediaError> {
    let preview = preview(picture)?;
    let blurhash = blur(picture);
    Ok(Prepared {
        format,
        bytes,
        animated,
        size: Some(size),
        duration_ms: None,
        preview: Some(preview),
        blurhash,
    })
}

/// Makes a picture fill a frame: scaled and cut around its middle, never larger than it was.
pub fn fill(bytes: &[u8], frame: Frame, bounds: &Bounds) -> Result<(Format, Vec<u8>), MediaError> {
    if bytes.is_empty() {
        return Err(MediaError::Empty);
    }
    if bytes.len() > bounds.image_bytes {
        return Err(MediaError::TooLarge(bounds.image_bytes));
    }
    let format = super::sniff::format(bytes).filter(|format| format.kind() == super::Kind::Image);
    let format = format.ok_or(MediaError::Unknown)?;
    let picture = decode(bytes, format, bounds)?;
    let fits = picture.width() <= frame.width && picture.height() <= frame.height;
    let picture =
        if fits { picture } else { picture.resize_to_fill(frame.width, frame.height, FilterType::Triangle) };
    encode(&picture, format, QUALITY)
}

/// The size that a picture says it has. Nothing is decoded.
pub fn size(bytes: &[u8], format: Format) -> Option<(u32, u32)> {
    ImageReader::with_format(Cursor::new(bytes), codec(format)?).into_dimensions().ok()
}

/// A small picture of a picture.
pub fn preview(picture: &DynamicImage) -> Result<Preview, MediaError> {
    let small = fit(picture, PREVIEW_SIDE);
    let size = (small.width(), small.height());
    // Only what lets something shine through needs PNG.
    let format = if picture.color().has_alpha() { Format::Png } else { Format::Jpeg };
    let (format, bytes) = encode(&small, format, PREVIEW_QUALITY)?;
    Ok(Preview { format, bytes, size })
}

fn blur(picture: &DynamicImage) -> Option<String> {
    let small = picture.thumbnail(BLUR_SIDE, BLUR_SIDE).into_rgba8();
    let (width, height) = small.dimensions();
    let parts = if width >= height { (4, 3) } else { (3, 4) };
    blurhash::encode(parts.0, parts.1, width, height, small.as_raw()).ok()
}

/// Decodes one picture (the first of several) and turns it upright.
///
/// What it says about its size is believed only as a reason to refuse it.
pub(super) fn decode(bytes: &[u8], format: Format, bounds: &Bounds) -> Result<DynamicImage, MediaError> {
    let codec = codec(format).ok_or(MediaError::Unknown)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), codec);
    let mut limits = Limits::default();
    limits.max_alloc = Some(bounds.pixels.saturating_mul(BYTES_PER_PIXEL));
    reader.limits(limits);
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => MediaError::TooManyPixels(bounds.pixels),
        other => MediaError::Damaged(other.to_string()),
    };
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width).saturating_mul(u64::from(height)) > bounds.pixels {
        return Err(MediaError::TooManyPixels(bounds.pixels));
    }
    if width == 0 || height == 0 {
        return Err(MediaError::Damaged("it has no pixels".to_owned()));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

const fn codec(format: Format) -> Option<image::ImageFormat> {
    match format {
        Format::Jpeg => Some(image::ImageFormat::Jpeg),
        Format::Png => Some(image::ImageFormat::Png),
        Format::Gif => Some(image::ImageFormat::Gif),
        Format::WebP => Some(image::ImageFormat::WebP),
        Format::Mp4 | Format::WebM | Format::M4a | Format::Mp3 | Format::Ogg | Format::Flac | Format::Wav => {
            None
        }
    }
}

fn shrink(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
    let pixels = width.saturating_mul(height);
    if pixels <= KEPT_PIXELS {
        return picture;
    }
    // The side of the square root, in whole numbers: both sides shrink by the same factor.
    let side = |side: u64| {
        let scaled = side.saturating_mul(side).saturating_mul(KEPT_PIXELS) / pixels.max(1);
        u32::try_from(scaled.isqrt().max(1)).unwrap_or(u32::MAX)
    };
    picture.resize_exact(side(width), side(height), FilterType::Triangle)
}

fn fit(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture.clone();
    }
    picture.thumbnail(side, side)
}

/// Writes pixels as a file of the same family. Photographs become JPEG; pictures with transparent
/// places keep them.
fn encode(picture: &DynamicImage, format: Format, quality: u8) -> Result<(Format, Vec<u8>), MediaError> {
    let mut bytes = Vec::new();
    let alpha = picture.color().has_alpha();
    let target = match format {
        Format::WebP if alpha => Format::WebP,
        Format::Png | Format::Gif => Format::Png,
        _ => Format::Jpeg,
    };
    let done = match target {
        Format::Png if alpha => picture.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes)),
        Format::Png => picture.to_rgb8().write_with_encoder(PngEncoder::new(&mut bytes)),
        Format::WebP => picture.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut bytes)),
        _ => picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)),
    };
    done.map_err(|error| MediaError::Damaged(error.to_string()))?;
    Ok((target, bytes))
}
