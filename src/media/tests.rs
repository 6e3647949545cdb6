//! Attacks with files (`security`, items 63 and 75), and what is kept of honest ones.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbaImage};

use super::picture::{self, Frame};
use super::{Bounds, Format, MediaError, focus, prepare, sniff};

const BOUNDS: Bounds =
    Bounds { image_bytes: 4 * 1024 * 1024, recording_bytes: 8 * 1024 * 1024, pixels: 4_000_000 };

fn written(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut pixels = RgbaImage::new(width, height);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        *pixel = image::Rgba([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 80, 255]);
    }
    let mut picture = DynamicImage::from(pixels);
    if format == ImageFormat::Jpeg {
        picture = picture.to_rgb8().into();
    }
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn why(bytes: Vec<u8>) -> MediaError {
    prepare(bytes, &BOUNDS).expect_err("it has to be refused")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn nothing_but_pixels_is_kept_of_a_photograph() {
    // An Exif block with a place, as a telephone writes it, and the order to turn by 90 degrees.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPSLatitude 52.52");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut photograph = written(40, 20, ImageFormat::Jpeg);
    let segment: Vec<u8> = [&b"\xff\xe1"[..], &length, &exif].concat();
    photograph.splice(2..2, segment);
    photograph.extend(b"<script>alert(1)</script>");
    let kept = prepare(photograph, &BOUNDS).unwrap();
    assert_eq!((kept.format, kept.size), (Format::Jpeg, Some((20, 40))), "it is turned upright");
    for word in [&b"Exif"[..], b"GPS", b"<script"] {
        assert!(!contains(&kept.bytes, word), "{}", String::from_utf8_lossy(word));
    }
    assert!(kept.blurhash.is_some_and(|blur| blur.len() > 6));
    assert_eq!(kept.preview.unwrap().size, (20, 40));
}

#[test]
fn each_kind_of_picture_is_taken() {
    for (format, kept_as) in [
        (ImageFormat::Png, Format::Png),
        (ImageFormat::Jpeg, Format::Jpeg),
        (ImageFormat::WebP, Format::WebP),
        (ImageFormat::Gif, Format::Png),
    ] {
        let kept = prepare(written(900, 300, format), &BOUNDS).unwrap();
        assert_eq!((kept.format, kept.size), (kept_as, Some((900, 300))));
        assert_eq!(sniff::format(&kept.bytes), Some(kept_as));
        let preview = kept.preview.unwrap();
        assert_eq!(preview.size, (640, 213));
        assert_eq!(sniff::format(&preview.bytes), Some(preview.format));
    }
}

#[test]
fn a_picture_larger_than_it_looks_is_refused_before_it_is_decoded() {
    // The header of a PNG with 50,000 x 50,000 pixels, with a true checksum.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend(50_000_u32.to_be_bytes());
    bomb.extend(50_000_u32.to_be_bytes());
    bomb.extend([8, 6, 0, 0, 0]);
    let sum = crc(&bomb[12..]);
    bomb.extend(sum.to_be_bytes());
    bomb.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    assert_eq!(why(bomb), MediaError::TooManyPixels(4_000_000));
    assert_eq!(why(written(2001, 2000, ImageFormat::Png)), MediaError::TooManyPixels(4_000_000));
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            },
        )
    })
}

/// A GIF of one pixel shown `frames` times, with a comment and an ending that is none.
fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    bytes.extend(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0!\xfe\x06secret\0!\xff\x0bXMP DataXMP\x03abc\0");
    for _ in 0..frames {
        bytes.extend(b"!\xf9\x04\0\x0a\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0");
    }
    bytes.extend(b";<html>");
    bytes
}

#[test]
fn moving_pictures_keep_moving_and_nothing_else() {
    let kept = prepare(gif(3), &BOUNDS).unwrap();
    assert_eq!((kept.format, kept.animated), (Format::Gif, true));
    assert!(contains(&kept.bytes, b"NETSCAPE2.0"));
    for word in [&b"secret"[..], b"XMP", b"<html>"] {
        assert!(!contains(&kept.bytes, word), "{}", String::from_utf8_lossy(word));
    }
    assert!(matches!(why(gif(100_000)), MediaError::TooManyFrames(_)));
    assert!(matches!(why(gif(3)[..60].to_vec()), MediaError::Damaged(_)));
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    for text in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<!doctype html><script>alert(1)</script>",
        "{\"type\":\"Note\",\"id\":\"https://here.example/c/1\"}",
        "alert(1)",
        "%PDF-1.7",
        "BM",
    ] {
        assert_eq!(why(text.as_bytes().to_vec()), MediaError::Unknown, "{text}");
    }
    for brand in [&b"\0\0\0\x18ftypheic"[..], b"\0\0\0\x18ftypavif", b"\0\0\0\x0cJXL \r\n\x87\n", b"II*\0"] {
        assert_eq!(why(brand.to_vec()), MediaError::Unknown);
    }
    assert_eq!(why(Vec::new()), MediaError::Empty);
    assert_eq!(why(vec![0xff; 5_000_000]), MediaError::Unknown);
}

#[test]
fn a_picture_that_is_cut_or_disturbed_ends_in_a_sentence() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let whole = written(64, 64, format);
        for length in [0, 1, 3, 12, 20, 33, whole.len() / 2, whole.len() - 9] {
            let _ = prepare(whole[..length].to_vec(), &BOUNDS);
        }
        for place in (0..whole.len()).step_by(7) {
            let mut disturbed = whole.clone();
            disturbed[place] ^= 0x55;
            let _ = prepare(disturbed, &BOUNDS);
        }
        assert!(matches!(why(whole[..20].to_vec()), MediaError::Damaged(_)), "{format:?}");
    }
}

#[test]
fn a_file_with_another_inside_becomes_a_picture_only() {
    let mut polyglot = written(8, 8, ImageFormat::Png);
    polyglot.extend(b"<html><script src=/media/x></script>PK\x03\x04");
    let kept = prepare(polyglot, &BOUNDS).unwrap();
    assert!(!contains(&kept.bytes, b"<html>") && !contains(&kept.bytes, b"PK"));
}

fn mp4_box(name: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
    [&length[..], name, body].concat()
}

#[test]
fn recordings_lose_places_and_names_but_no_offset() {
    let mut head = vec![0; 100];
    head[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    head[16..20].copy_from_slice(&4500_u32.to_be_bytes());
    let mut track = vec![0; 84];
    track[76..78].copy_from_slice(&640_u16.to_be_bytes());
    track[80..82].copy_from_slice(&360_u16.to_be_bytes());
    let track = mp4_box(b"trak", &[mp4_box(b"tkhd", &track), mp4_box(b"udta", b"name Bela")].concat());
    let place = mp4_box(b"udta", b"\xa9xyz+52.5200+013.4050/");
    let movie = mp4_box(b"moov", &[mp4_box(b"mvhd", &head), track, place].concat());
    let file = [mp4_box(b"ftyp", b"isom\0\0\0\0"), movie, mp4_box(b"mdat", b"pictures")].concat();
    let kept = prepare(file.clone(), &BOUNDS).unwrap();
    assert_eq!((kept.format, kept.size, kept.duration_ms), (Format::Mp4, Some((640, 360)), Some(4500)));
    assert_eq!(kept.bytes.len(), file.len());
    assert!(!contains(&kept.bytes, b"+52.52") && !contains(&kept.bytes, b"Bela"));
    assert!(contains(&kept.bytes, b"pictures"));

    let nested = (0..20).fold(Vec::new(), |inside, _| mp4_box(b"moov", &inside));
    let nested = [mp4_box(b"ftyp", b"isom\0\0\0\0"), nested].concat();
    assert!(matches!(why(nested), MediaError::Damaged(_)));
    let lying = [&mp4_box(b"ftyp", b"isom\0\0\0\0")[..], b"\xff\xff\xff\xffmoov"].concat();
    assert!(matches!(why(lying), MediaError::Damaged(_)));
}

#[test]
fn sound_loses_its_tags() {
    let sound = b"\xff\xfb\x90\x00 sound".to_vec();
    let tagged = [&b"ID3\x04\0\0\0\0\0\x0aBela Bela."[..], &sound].concat();
    assert_eq!(prepare(tagged, &BOUNDS).unwrap().bytes, sound);
    assert!(matches!(why(b"ID3\x04\0\0\0\0\0\x04abcd<html>".to_vec()), MediaError::Damaged(_)));

    let flac = [&b"fLaC\0\0\0\x02xx\x84\0\0\x04Bela"[..], b"frames"].concat();
    let kept = prepare(flac, &BOUNDS).unwrap().bytes;
    assert!(!contains(&kept, b"Bela") && contains(&kept, b"frames"));

    let wav = b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0xxLIST\x04\0\0\0Beladata\x02\0\0\0yy".to_vec();
    let kept = prepare(wav, &BOUNDS).unwrap().bytes;
    assert!(!contains(&kept, b"Bela") && contains(&kept, b"yy"));
}

#[test]
fn a_profile_picture_fills_its_frame() {
    let frame = Frame { width: 400, height: 400 };
    let (format, bytes) = picture::fill(&written(900, 500, ImageFormat::Png), frame, &BOUNDS).unwrap();
    assert_eq!((format, picture::size(&bytes, format)), (Format::Png, Some((400, 400))));
    assert!(picture::fill(b"<svg/>", frame, &BOUNDS).is_err());
}

#[test]
fn a_focal_point_is_two_numbers() {
    assert_eq!(focus("0.5, -3"), Some((0.5, -1.0)));
    for text in ["", "1", "a,b", "NaN,0", "inf,0"] {
        assert_eq!(focus(text), None, "{text}");
    }
}

fn ogg_page(packets: &[&[u8]]) -> Vec<u8> {
    let mut page = b"OggS\0\0".to_vec();
    page.extend([0; 20]);
    page.push(u8::try_from(packets.len()).unwrap());
    page.extend(packets.iter().map(|packet| u8::try_from(packet.len()).unwrap()));
    page.extend(packets.concat());
    page
}

#[test]
fn ogg_loses_its_comments_and_keeps_what_stands_beside_them() {
    let comments = b"\x03vorbis\x04\0\0\0Bela\x01\0\0\0\x07\0\0\0A=Berlin\x01";
    let file = [ogg_page(&[b"\x01vorbis...."]), ogg_page(&[comments, b"\x05vorbis setup"])].concat();
    let kept = prepare(file.clone(), &BOUNDS).unwrap().bytes;
    assert_eq!(kept.len(), file.len());
    assert!(!contains(&kept, b"Bela") && !contains(&kept, b"Berlin") && contains(&kept, b"\x05vorbis setup"));
    assert_eq!(why(ogg_page(&[b"\x80theora"])), MediaError::Unknown);
    assert!(matches!(why(b"OggS\0\0short".to_vec()), MediaError::Damaged(_)));
}

#[test]
fn webm_loses_its_tags_and_keeps_its_length() {
    let element = |id: &[u8], body: &[u8]| [id, &[0x80 | u8::try_from(body.len()).unwrap()], body].concat();
    let info = element(&[0x15, 0x49, 0xa9, 0x66], &element(&[0x7b, 0xa9], b"Bela"));
    let tags = element(&[0x12, 0x54, 0xc3, 0x67], b"Berlin Alexanderplatz");
    let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], b"pictures");
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], b"\x42\x82\x84webm");
    let parts = [info, tags, cluster].concat();
    let known = [&head[..], &element(&[0x18, 0x53, 0x80, 0x67], &parts)].concat();
    let live = [&head[..], &[0x18, 0x53, 0x80, 0x67, 0xff], &parts].concat();
    for file in [known, live] {
        let kept = prepare(file.clone(), &BOUNDS).unwrap();
        assert_eq!((kept.format, kept.bytes.len()), (Format::WebM, file.len()));
        assert!(!contains(&kept.bytes, b"Bela") && !contains(&kept.bytes, b"Berlin"));
        assert!(contains(&kept.bytes, b"pictures"));
    }
    assert!(matches!(why([&head[..], &[0, 0, 0]].concat()), MediaError::Damaged(_)));
}
