//! Files that belong to contributions and accounts.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE32_NOPAD;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
use super::sql::smallint_enum;
use super::uri::Uri;
use crate::clock::Timestamp;
use crate::media::picture::Frame;
use crate::media::{self, Format, Prepared};

/// The most files beside one contribution.
pub const MOST_PER_CONTRIBUTION: usize = 4;
/// What the picture of an account is cut to.
pub const AVATAR: Frame = Frame { width: 400, height: 400 };
/// What the banner of an account is cut to.
pub const HEADER: Frame = Frame { width: 1500, height: 500 };
/// The longest description in characters.
pub const LONGEST_DESCRIPTION: usize = 1500;

/// A file: one of ours with the place where it is kept, or one elsewhere with its address.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::media, treat_none_as_default_value = false)]
pub struct Media {
    /// Our key.
    pub id: Id<Media>,
    /// Who owns it.
    pub account_id: Id<Account>,
    /// What it stands beside; `None` while nothing is published with it.
    pub contribution_id: Option<Id<Contribution>>,
    /// Its place among the files of its contribution, from 0.
    pub rank: i32,
    /// What it is there for.
    pub purpose: Purpose,
    /// How it is shown.
    pub kind: MediaKind,
    /// Its media type.
    pub media_type: String,
    /// The random part of its address here: whoever knows it may read the file.
    pub name: String,
    /// Where its bytes are kept; `None` for a file elsewhere.
    pub file: Option<String>,
    /// Where the bytes of its small picture are kept.
    pub preview: Option<String>,
    /// Its address elsewhere; never given to readers as something to load.
    pub remote_url: Option<String>,
    /// Its length; 0 where nobody knows yet.
    pub bytes: i64,
    /// Width in pixels.
    pub width: Option<i32>,
    /// Height in pixels.
    pub height: Option<i32>,
    /// Width of the small picture.
    pub preview_width: Option<i32>,
    /// Height of the small picture.
    pub preview_height: Option<i32>,
    /// How long it plays.
    pub duration_ms: Option<i64>,
    /// What it shows, in words.
    pub description: String,
    /// A blur of it.
    pub blurhash: Option<String>,
    /// Where its middle is for the eye, from -1 (left) to 1.
    pub focus_x: Option<f64>,
    /// Where its middle is for the eye, from -1 (bottom) to 1.
    pub focus_y: Option<f64>,
    /// When it was sent, or when we first heard of it.
    pub created_at: Timestamp,
}

impl Media {
    /// Whether its bytes are kept for good here.
    pub const fn is_ours(&self) -> bool {
        self.file.is_some()
    }

    /// The path under which the file is read here, whether it is ours or comes through us.
    pub fn path(&self) -> String {
        format!("/media/{}/original.{}", self.name, ending(&self.media_type))
    }

    /// The path of its small picture; a picture without one stands for itself.
    pub fn preview_path(&self) -> Option<String> {
        if let Some(preview) = &self.preview {
            let ending = preview.rsplit_once('.').map_or("jpg", |(_, ending)| ending);
            return Some(format!("/media/{}/small.{ending}", self.name));
        }
        match self.kind {
            MediaKind::Image | MediaKind::Animation => Some(self.path()),
            MediaKind::Video | MediaKind::Audio | MediaKind::Unknown => None,
        }
    }
}

/// The digest under which the copy of an address is kept.
pub fn address_digest(url: &str) -> String {
    BASE32_NOPAD.encode(digest(&SHA256, url.as_bytes()).as_ref()).to_ascii_lowercase()
}

/// Where readers find the picture or banner of an account: for accounts elsewhere it comes through
/// us, under an address that changes with the picture.
pub fn account_picture(account: &Account, purpose: Purpose, origin: &str) -> Option<String> {
    let url = match purpose {
        Purpose::Avatar => account.icon_url.as_ref()?,
        Purpose::Header => account.header_url.as_ref()?,
        Purpose::Attachment => return None,
    };
    if account.is_local() {
        return Some(url.clone());
    }
    let name = if purpose == Purpose::Avatar { "avatar" } else { "header" };
    let version: String = address_digest(url).chars().take(16).collect();
    Some(format!("{origin}/media/accounts/{}/{name}/{version}", account.id))
}

fn ending(media_type: &str) -> &'static str {
    Format::of_media_type(media_type).map_or("bin", Format::ending)
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A picture that moves, without sound.
    Animation,
    /// Pictures with sound.
    Video,
    /// Sound.
    Audio,
    /// Something that we only lead to.
    Unknown,
}

smallint_enum!(MediaKind { Image = 0, Animation = 1, Video = 2, Audio = 3, Unknown = 4 });

/// What a file is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Purpose {
    /// It stands beside a contribution.
    Attachment,
    /// It shows an account.
    Avatar,
    /// It stands on top of an account's page.
    Header,
}

smallint_enum!(Purpose { Attachment = 0, Avatar = 1, Header = 2 });

/// A file whose bytes are kept already, before there is a row for it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// How it is shown.
    pub kind: MediaKind,
    /// Its media type.
    pub media_type: &'static str,
    /// Where its bytes are.
    pub file: String,
    /// Its length.
    pub bytes: i64,
    /// Width and height.
    pub size: Option<(i32, i32)>,
    /// How long it plays.
    pub duration_ms: Option<i64>,
    /// Its small picture.
    pub preview: Option<KeptPreview>,
    /// A blur of it.
    pub blurhash: Option<String>,
}

/// A small picture whose bytes are kept already.
#[derive(Clone, Debug)]
pub struct KeptPreview {
    /// Where its bytes are.
    pub file: String,
    /// Width and height.
    pub size: (i32, i32),
}

fn side(side: u32) -> i32 {
    i32::try_from(side).unwrap_or(i32::MAX)
}

impl KeptPreview {
    /// A small picture of this size at this place.
    pub fn new(file: String, (width, height): (u32, u32)) -> Self {
        Self { file, size: (side(width), side(height)) }
    }
}

impl Kept {
    /// A prepared file at this place, still without its small picture.
    pub fn new(prepared: &Prepared, file: String) -> Self {
        let kind = match prepared.format.kind() {
            media::Kind::Image if prepared.animated => MediaKind::Animation,
            media::Kind::Image => MediaKind::Image,
            media::Kind::Video => MediaKind::Video,
            media::Kind::Audio => MediaKind::Audio,
        };
        Self {
            kind,
            media_type: prepared.format.media_type(),
            file,
            bytes: i64::try_from(prepared.bytes.len()).unwrap_or(i64::MAX),
            size: prepared.size.map(|(width, height)| (side(width), side(height))),
            duration_ms: prepared.duration_ms,
            preview: None,
            blurhash: prepared.blurhash.clone(),
        }
    }

    /// A picture at this place.
    pub fn picture(format: Format, file: String, bytes: usize, size: Option<(u32, u32)>) -> Self {
        Self {
            kind: MediaKind::Image,
            media_type: format.media_type(),
            file,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            size: size.map(|(width, height)| (side(width), side(height))),
            duration_ms: None,
            preview: None,
            blurhash: None,
        }
    }
}

/// A file beside a contribution from elsewhere, as its document describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedMedia {
    /// Its address.
    pub url: Uri,
    /// How it is shown.
    pub kind: MediaKind,
    /// Its media type, as its server says.
    pub media_type: String,
    /// What it shows, in words.
    pub description: String,
    /// A blur of it.
    pub blurhash: Option<String>,
    /// Width and height.
    pub size: Option<(i32, i32)>,
    /// Where its middle is for the eye.
    pub focus: Option<(f64, f64)>,
}
