//! `/media/…`: files as readers get them, ours and those of other servers through us.
//!
//! Whatever somebody managed to upload, it is served as what its bytes are, in a sandbox without
//! script, and never as a document of ours. The address of a file is random; whoever was given it
//! may read the file, until what it stands beside is gone.

use std::ops::Range;

use activitypub_federation::config::Data;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::PageError;
use crate::domain::account::{Account, AccountState};
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::media::{Media, Purpose, account_picture};
use crate::domain::uri::Uri;
use crate::federation::{Federation, FetchError, media};
use crate::media::Format;
use crate::store::media::CachedFile;
use crate::store::{Conn, Error, accounts, cards, contributions, emojis};

/// What a browser may do with a file that it opens by itself: show it.
const INERT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; \
     frame-ancestors 'none'",
);
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// A file never changes under its address.
const OPEN: HeaderValue = HeaderValue::from_static("public, max-age=604800, immutable");
/// What not everybody was given is kept by no cache in between.
const CLOSED: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// Every route of files.
pub fn router() -> Router {
    Router::new()
        .route("/media/{name}/{file}", get(show))
        .route("/media/accounts/{id}/{picture}/{version}", get(picture))
        .route("/media/emoji/{name}", get(emoji))
        .route("/media/cards/{name}", get(card))
}

/// A file that is about to be sent.
struct Found {
    file: String,
    media_type: String,
    length: u64,
    open: bool,
}

/// `GET /media/{name}/{file}`: a file beside a contribution, or a picture of an account of ours.
async fn show(
    data: Data<Federation>,
    Path((name, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let (row, owner, head) =
        data.app.db.read(|conn| known(conn, &name)).await?.ok_or_else(PageError::not_found)?;
    let path = format!("/media/{name}/{file}");
    // What waits for a contribution may yet stand beside one that few may see.
    let open = head.map_or(row.purpose != Purpose::Attachment, |head| head.is_open());
    let found = if path == row.path() {
        original(&data, &row, &owner, open).await?
    } else if row.preview_path().is_some_and(|preview| path == preview) {
        small(&data, &row, open).await?
    } else {
        return Err(PageError::not_found());
    };
    send(&data, found, &headers).await
}

/// `GET /media/accounts/{id}/{picture}/{version}`: a picture of an account elsewhere.
async fn picture(
    data: Data<Federation>,
    Path((id, picture, version)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id: Id<Account> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    let account = data.app.db.read(|conn| Ok(accounts::by_id(conn, id)?)).await?;
    let account = account.ok_or_else(PageError::not_found)?;
    let purpose = if picture == "avatar" { Purpose::Avatar } else { Purpose::Header };
    let path = format!("/media/accounts/{id}/{picture}/{version}");
    let shown = account_picture(&account, purpose, "").is_some_and(|known| known == path);
    let url = match purpose {
        Purpose::Avatar => account.icon_url.as_ref(),
        Purpose::Header | Purpose::Attachment => account.header_url.as_ref(),
    };
    let url = url.filter(|_| shown).ok_or_else(PageError::not_found)?;
    let found = elsewhere(&data, &account, url, true).await?;
    send(&data, found, &headers).await
}

/// `GET /media/emoji/{name}`: a small picture that texts name.
async fn emoji(
    data: Data<Federation>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let found = data.app.db.read(|conn| Ok(emojis::by_name(conn, &name)?)).await?;
    let known = found.ok_or_else(PageError::not_found)?;
    let found = match (known.file, known.remote_url) {
        (Some(file), _) => Found {
            file,
            media_type: known.media_type,
            length: u64::try_from(known.bytes).unwrap_or_default(),
            open: true,
        },
        (None, Some(url)) => {
            let host = Uri::parse(&format!("https://{}/", known.host)).ok_or_else(PageError::not_found)?;
            copied(media::copy_for(&data, &host, &url).await, true)?
        }
        (None, None) => return Err(PageError::not_found()),
    };
    send(&data, found, &headers).await
}

/// `GET /media/cards/{name}`: the picture of a page that a contribution links to.
async fn card(
    data: Data<Federation>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let found = data.app.db.read(|conn| Ok(cards::by_name(conn, &name)?)).await?;
    let card = found.ok_or_else(PageError::not_found)?;
    let (page, image) = (Uri::parse(&card.url), card.image_url);
    let (page, image) = page.zip(image).ok_or_else(PageError::not_found)?;
    let found = copied(media::copy_for(&data, &page, &image).await, true)?;
    // A page may call anything its picture.
    if !found.media_type.starts_with("image/") {
        return Err(PageError::not_found());
    }
    send(&data, found, &headers).await
}

type Known = (Media, Account, Option<Contribution>);

/// The file of this name, as long as there is somebody and something to show it with.
fn known(conn: &mut Conn, name: &str) -> Result<Option<Known>, Error> {
    let Some(row) = crate::store::media::by_name(conn, name)? else { return Ok(None) };
    let owner = accounts::by_id(conn, row.account_id)?;
    let present =
        |owner: &Account| owner.state == AccountState::Active && owner.standing != HostStanding::Suspended;
    let Some(owner) = owner.filter(present) else { return Ok(None) };
    let head = match row.contribution_id {
        Some(id) => contributions::known_by_id(conn, id)?,
        None => None,
    };
    if head.as_ref().is_some_and(|head| matches!(head.state, State::Deleted | State::Withheld)) {
        return Ok(None);
    }
    Ok(Some((row, owner, head)))
}

async fn original(
    data: &Data<Federation>,
    row: &Media,
    owner: &Account,
    open: bool,
) -> Result<Found, PageError> {
    match (&row.file, &row.remote_url) {
        (Some(file), _) => Ok(Found {
            file: file.clone(),
            media_type: row.media_type.clone(),
            length: u64::try_from(row.bytes).unwrap_or_default(),
            open,
        }),
        (None, Some(url)) => elsewhere(data, owner, url, open).await,
        (None, None) => Err(PageError::not_found()),
    }
}

async fn small(data: &Data<Federation>, row: &Media, open: bool) -> Result<Found, PageError> {
    let file = row.preview.clone().ok_or_else(PageError::not_found)?;
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let format = Format::ALL.into_iter().find(|format| format.ending() == ending);
    let media_type = format.ok_or_else(PageError::not_found)?.media_type().to_owned();
    let length = data.app.storage.length(&file).await?.ok_or_else(PageError::not_found)?;
    Ok(Found { file, media_type, length, open })
}

/// A file of another server. Whether it is missing, gone or unwanted is nobody's business.
async fn elsewhere(
    data: &Data<Federation>,
    owner: &Account,
    url: &str,
    open: bool,
) -> Result<Found, PageError> {
    copied(media::copy(data, owner, url).await, open)
}

fn copied(copy: Result<CachedFile, FetchError>, open: bool) -> Result<Found, PageError> {
    match copy {
        Ok(copy) => Ok(Found {
            file: copy.file,
            media_type: copy.media_type,
            length: u64::try_from(copy.bytes).unwrap_or_default(),
            open,
        }),
        Err(
            FetchError::Temporary(_) | FetchError::Led { .. } | FetchError::Spared(_) | FetchError::Exhausted,
        ) => Err(PageError::new(StatusCode::BAD_GATEWAY, "The other server does not answer at the moment.")),
        Err(FetchError::Fault(fault)) => Err(Error::Fault(fault).into()),
        Err(
            FetchError::Gone
            | FetchError::NotFound
            | FetchError::Refused(_)
            | FetchError::Altered(_)
            | FetchError::Blocked(_),
        ) => Err(PageError::not_found()),
    }
}

async fn send(data: &Data<Federation>, found: Found, asked: &HeaderMap) -> Result<Response, PageError> {
    let tag = format!("\"{}\"", found.file.replace(['/', '.'], "-"));
    let same = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains(&tag));
    if asked.get(IF_NONE_MATCH).is_some_and(same) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let range = match asked.get(RANGE).and_then(|range| range.to_str().ok()) {
        Some(range) => part(range, found.length),
        None => Part::Whole,
    };
    let (status, range) = match range {
        Part::Whole => (StatusCode::OK, 0..found.length),
        Part::Range(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Outside => {
            let total = format!("bytes */{}", found.length);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, total)]).into_response());
        }
    };
    let content = data.app.storage.get(&found.file, range.clone()).await?;
    let mut response = Body::from_stream(content.ok_or_else(PageError::not_found)?).into_response();
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(CONTENT_TYPE, &found.media_type);
    put(CONTENT_LENGTH, &(range.end - range.start).to_string());
    put(ETAG, &tag);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        put(CONTENT_RANGE, &format!("bytes {}-{last}/{}", range.start, found.length));
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, if found.open { OPEN } else { CLOSED });
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, INERT);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    Outside,
}

/// The one part of a file that is asked for; several, or what nobody understands, mean the whole
/// (RFC 9110 §14.2).
fn part(header: &str, length: u64) -> Part {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.trim().is_empty() => first..length,
        (None, Some(last)) if first.trim().is_empty() => length.saturating_sub(last)..length,
        _ => return Part::Whole,
    };
    if range.start < range.end { Part::Range(range) } else { Part::Outside }
}
