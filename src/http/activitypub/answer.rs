//! How we answer servers: the media type letter for letter, caching, and errors as JSON.

use activitypub_federation::config::Data;
use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::domain::Refusal;
use crate::domain::site::FederationMode;
use crate::federation::{self, Federation, InboxError};
use crate::store::contributions::Viewer;
use crate::store::{Error, settings};
use crate::vocab::MEDIA_TYPE;

/// Why a server does not get what it asked for.
pub enum Answer {
    /// A refusal with its status.
    Refused(StatusCode, String),
    /// It is gone for good; the document says so.
    Gone(Value),
    /// Something broke here.
    Fault(Error),
}

impl Answer {
    /// There is nothing for this asker.
    pub fn not_found() -> Self {
        Self::Refused(StatusCode::NOT_FOUND, "not found".to_owned())
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(Refusal::NotFound) => Self::not_found(),
            Error::Refused(Refusal::Gone) => Self::Refused(StatusCode::GONE, "gone".to_owned()),
            Error::Refused(refusal) => Self::Refused(StatusCode::FORBIDDEN, refusal.to_string()),
            fault @ Error::Fault(_) => Self::Fault(fault),
        }
    }
}

impl From<InboxError> for Answer {
    fn from(error: InboxError) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        Self::Refused(status, error.to_string())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(status, why) => {
                let retry = (status == StatusCode::SERVICE_UNAVAILABLE).then_some([("retry-after", "60")]);
                (status, retry, Json(json!({ "error": why }))).into_response()
            }
            Self::Gone(tombstone) => (StatusCode::GONE, document(&tombstone, "max-age=180")).into_response(),
            Self::Fault(error) => {
                tracing::error!(%error, "a document could not be served");
                let body = Json(json!({ "error": "something broke on our side: try again later" }));
                (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
            }
        }
    }
}

/// A document with what caches may do with it.
pub fn document(value: &Value, cache: &'static str) -> Response {
    text(value.to_string(), cache)
}

/// A document that is kept as text, because its proof covers every letter.
pub fn text(body: String, cache: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (CACHE_CONTROL, HeaderValue::from_static(cache)),
        (VARY, HeaderValue::from_static("Accept, Signature, Signature-Input")),
    ];
    (headers, body).into_response()
}

/// What caches may do with a public document.
pub const PUBLIC: &str = "public, max-age=180";
/// What caches may do with what changes often.
pub const FRESH: &str = "public, max-age=0";
/// What caches may do with what only this asker may see.
pub const PRIVATE: &str = "private, no-store";

/// Who asks. An unsigned request is anyone, except where only listed servers take part; a bad signature or a
/// host that is not let in is refused.
pub async fn viewer(data: &Data<Federation>, parts: &Parts) -> Result<Viewer, Answer> {
    if let Some(account) = federation::signed_by(data, parts).await? {
        return Ok(Viewer::Remote(account.id));
    }
    let mode = data.app.db.read(|conn| Ok(settings::get(conn)?.federation_mode)).await?;
    match mode {
        FederationMode::Open | FederationMode::Quarantine => Ok(Viewer::Anyone),
        FederationMode::Allowlist => {
            let why = "only servers on the list of this site take part: sign the request".to_owned();
            Err(Answer::Refused(StatusCode::UNAUTHORIZED, why))
        }
    }
}
