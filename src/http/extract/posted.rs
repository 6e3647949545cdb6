//! Forms that arrive by POST, accepted from our own pages only.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use super::session::token_fits;
use super::visit::Visit;
use crate::http::error::PageError;

/// What somebody reads who sends too much.
const TOO_LARGE: &str = "This is larger than what the server takes at once. \
                         Split it and send its parts one after the other.";
/// Fields of a form with files at most.
const MOST_FIELDS: usize = 50;

/// A form whose token fits the cookie it came with.
#[derive(Clone, Debug)]
pub struct Posted {
    /// Who sent it.
    pub visit: Visit,
    /// What it says.
    pub fields: Fields,
}

/// A form that changes nothing here, so that visitors need no cookie for it. Signed-in members
/// carry their token all the same.
#[derive(Clone, Debug)]
pub struct Asking(pub Posted);

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    /// Files as they were sent: not every file is UTF-8.
    files: Vec<(String, Bytes)>,
}

impl Fields {
    /// The value of a field, blank where there is none; line ends as `\n`.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Fields that a form begins with.
    pub fn of(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let pairs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { pairs, files: Vec::new() }
    }

    /// The bytes of a file; none where no file was chosen.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let sent = self.files.iter().find(|(key, bytes)| key == name && !bytes.is_empty());
        sent.map(|(_, bytes)| bytes.as_ref())
    }

    /// Reads a body of type `application/x-www-form-urlencoded`.
    pub fn parse(body: &[u8]) -> Self {
        let tidy = |value: &str| value.replace("\r\n", "\n").replace('\0', "");
        let pairs = form_urlencoded::parse(body).map(|(key, value)| (key.into_owned(), tidy(&value)));
        Self { pairs: pairs.collect(), files: Vec::new() }
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let posted = read(request, state).await?;
        check_token(&posted)?;
        Ok(posted)
    }
}

impl<S: Send + Sync> FromRequest<S> for Asking {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let posted = read(request, state).await?;
        if posted.visit.session.member.is_some() {
            check_token(&posted)?;
        }
        Ok(Self(posted))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Posted, PageError> {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::from_request_parts(&mut parts, state).await?;
    if !is_from_us(&parts.headers, &visit.site.origin) {
        return Err(forged());
    }
    let media = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.to_ascii_lowercase();
    let request = Request::from_parts(parts, body);
    if media.starts_with("multipart/form-data") {
        // Files are long, and held in memory: nobody else has any to send.
        visit.concerned()?;
        return Ok(Posted { visit, fields: with_files(request, state).await? });
    }
    if !media.starts_with("application/x-www-form-urlencoded") {
        return Err(PageError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This address takes forms only."));
    }
    let body = Bytes::from_request(request, state).await;
    let body = body.map_err(|rejected| refused(rejected.status()))?;
    Ok(Posted { visit, fields: Fields::parse(&body) })
}

fn refused(status: StatusCode) -> PageError {
    let why = if status == StatusCode::PAYLOAD_TOO_LARGE { TOO_LARGE } else { "This form cannot be read." };
    PageError::new(status, why)
}

/// The fields of a form with files. A file is a field like the others, too, and its name is one more: `file` and
/// `file_name`.
async fn with_files<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, PageError> {
    let mut form = Multipart::from_request(request, state).await.map_err(|error| refused(error.status()))?;
    let mut fields = Fields::default();
    while fields.pairs.len() < MOST_FIELDS {
        let next = form.next_field().await.map_err(|error| refused(error.status()))?;
        let Some(field) = next else { break };
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| refused(error.status()))?;
        if let Some(file) = file {
            fields.pairs.push((format!("{name}_name"), file));
            fields.files.push((name.clone(), bytes.clone()));
        }
        let text = String::from_utf8_lossy(&bytes);
        fields.pairs.push((name, text.replace("\r\n", "\n").replace('\0', "")));
    }
    Ok(fields)
}

/// Whether the browser says that a page of ours sent the form. Clients that say nothing are left to
/// the token.
fn is_from_us(headers: &HeaderMap, origin: &str) -> bool {
    let named = headers.get(ORIGIN).is_none_or(|value| value.as_bytes() == origin.as_bytes());
    let site = headers
        .get("sec-fetch-site")
        .is_none_or(|value| matches!(value.as_bytes(), b"same-origin" | b"none"));
    named && site
}

fn check_token(posted: &Posted) -> Result<(), PageError> {
    let secret = posted.visit.session.secret.as_deref();
    let fits = secret.is_some_and(|secret| token_fits(secret, posted.fields.get("csrf")));
    if fits { Ok(()) } else { Err(forged()) }
}

fn forged() -> PageError {
    PageError::forbidden(
        "This form did not come from a page of this site, or that page was open for too long. \
         Go back, copy your text, reload the page and send it again.",
    )
}
