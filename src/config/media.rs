//! `[media]`: where pictures and recordings are kept, and how large they may be.

use std::fmt;
use std::path::PathBuf;

use super::setting::{Raw, Setting};
use super::sources::Section;

/// Uploads, and the copies of what other servers show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The directory of all files, where no bucket is named; default: `./data/media`.
    pub directory: PathBuf,
    /// The largest picture in bytes; default: 16 MiB.
    pub image_bytes: usize,
    /// The largest video or sound recording in bytes; default: 40 MiB.
    pub recording_bytes: usize,
    /// The most pixels of a picture, counted before it is decoded; default: 33177600.
    pub pixels: u32,
    /// Days after which the copy of another server's file is fetched again; default: 14.
    pub cache_days: u32,
    /// The most bytes that all such copies take together; the oldest give way; default: 10 GiB.
    pub cache_bytes: i64,
    /// The bucket of an S3-compatible store that takes the place of the directory; default: none.
    pub s3_bucket: Option<String>,
    /// The region of the bucket; default: `us-east-1`, which most stores other than Amazon's accept.
    pub s3_region: String,
    /// The URL of a store other than Amazon's; default: none.
    pub s3_endpoint: Option<String>,
    /// The name of the access key; default: none.
    pub s3_key: Option<String>,
    /// The access key's secret; default: none.
    pub s3_secret: Option<Secret>,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            directory: PathBuf::from("./data/media"),
            image_bytes: 16 * 1024 * 1024,
            recording_bytes: 40 * 1024 * 1024,
            pixels: 33_177_600,
            cache_days: 14,
            cache_bytes: 10 * 1024 * 1024 * 1024,
            s3_bucket: None,
            s3_region: "us-east-1".to_owned(),
            s3_endpoint: None,
            s3_key: None,
            s3_secret: None,
        }
    }
}

impl Media {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            directory: section.get("directory", default.directory),
            image_bytes: section.number("image_bytes", default.image_bytes, 65_536..=104_857_600),
            recording_bytes: section.number(
                "recording_bytes",
                default.recording_bytes,
                65_536..=1_073_741_824,
            ),
            pixels: section.number("pixels", default.pixels, 1_000_000..=200_000_000),
            cache_days: section.number("cache_days", default.cache_days, 1..=3650),
            cache_bytes: section.number(
                "cache_bytes",
                default.cache_bytes,
                268_435_456..=1_125_899_906_842_624,
            ),
            s3_bucket: section.get("s3_bucket", default.s3_bucket),
            s3_region: section.get("s3_region", default.s3_region),
            s3_endpoint: section.get("s3_endpoint", default.s3_endpoint),
            s3_key: section.get("s3_key", default.s3_key),
            s3_secret: section.get("s3_secret", default.s3_secret),
        }
    }

    /// The largest file that somebody may send, of whatever kind.
    pub fn largest(&self) -> usize {
        self.image_bytes.max(self.recording_bytes)
    }
}

/// A secret, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself: not for logs.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

impl Setting for Secret {
    fn read(raw: &Raw) -> Result<Self, String> {
        String::read(raw).map(Self)
    }
}
