//! The one way handlers read parameters: query and body in any encoding, merged with Rails' keys.

use activitypub_federation::config::Data;
use axum::RequestExt;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answer::ApiError;
use super::nested;
use crate::federation::Federation;

/// Pairs and fields of one request at most.
const PAIRS: usize = 1000;
/// What a form takes besides the file in it.
const BESIDES: usize = 1024 * 1024;

/// What a client sent beside the path.
#[derive(Clone, Debug, Default)]
pub struct Params {
    fields: Map<String, Value>,
    files: Vec<(String, Upload)>,
    query: String,
    address: String,
}

/// A file of a form.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The name on the sender's machine.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Params {
    /// A text; numbers and booleans as they are written.
    pub fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(text)
    }

    /// A text that has to be there.
    pub fn required(&self, name: &str) -> Result<String, ApiError> {
        let missing = || ApiError::bad_request(format!("param is missing or the value is empty: {name}"));
        self.text(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// A yes or no, in any of the ways in which clients write it.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.fields.get(name)? {
            Value::Bool(value) => Some(*value),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            other => text(other)
                .map(|text| !matches!(text.to_ascii_lowercase().as_str(), "" | "0" | "f" | "false" | "off")),
        }
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|text| text.trim().parse().ok())
    }

    /// A key of ours; anything else is no key.
    pub fn id(&self, name: &str) -> Option<i64> {
        self.number(name).filter(|id| *id >= 0)
    }

    /// A list of texts; a single value is a list of one.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.items(name).iter().filter_map(|value| text(value)).collect()
    }

    /// A list of keys; what is no key is left out.
    pub fn ids(&self, name: &str) -> Vec<i64> {
        self.list(name).iter().filter_map(|text| text.trim().parse().ok()).collect()
    }

    /// A group of fields: `poll[options][]`.
    pub fn map(&self, name: &str) -> Option<Self> {
        match self.fields.get(name)? {
            Value::Object(fields) => Some(self.group(fields)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        }
    }

    /// A list of groups: `fields_attributes[0][name]`, as a list or as a map with numbers.
    pub fn maps(&self, name: &str) -> Vec<Self> {
        self.items(name).into_iter().filter_map(Value::as_object).map(|fields| self.group(fields)).collect()
    }

    /// Whether the field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null()) || self.file(name).is_some()
    }

    /// A file of this name.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files.iter().find(|(key, _)| key == name).map(|(_, file)| file)
    }

    /// The pairs of the query as they were sent.
    pub fn query(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.query.as_bytes())
    }

    /// The address of this request as clients see it, without the query.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn group(&self, fields: &Map<String, Value>) -> Self {
        Self { fields: fields.clone(), ..Self::default() }
    }

    fn items(&self, name: &str) -> Vec<&Value> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().collect(),
            Some(Value::Object(fields)) => nested::in_order(fields),
            Some(scalar) => vec![scalar],
        }
    }
}

/// Whether files are sent to this path; elsewhere nobody may send as much.
fn takes_files(path: &str) -> bool {
    let place = path.strip_prefix("/api/v1/").or_else(|| path.strip_prefix("/api/v2/")).unwrap_or_default();
    place == "media"
        || place.starts_with("media/")
        || place == "accounts/update_credentials"
        || place == "profile"
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let data = Data::<Federation>::from_request_parts(&mut parts, state).await;
        let data = data.map_err(|(_, why)| ApiError::fault(&why))?;
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let address = format!("{}{}", data.app.site.origin, parts.uri.path());
        let mut params = Self { query, address, ..Self::default() };
        let pairs: Vec<_> = params.query().into_owned().take(PAIRS).collect();
        for (key, value) in pairs {
            nested::insert(&mut params.fields, &key, Value::String(value));
        }
        let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let media = media.unwrap_or_default().to_ascii_lowercase();
        let request = Request::from_parts(parts, body);
        if media.starts_with("multipart/form-data") {
            let most = if takes_files(request.uri().path()) {
                data.app.config.media.largest().saturating_add(BESIDES)
            } else {
                data.app.config.http.body_bytes
            };
            params.read_multipart(request, most).await?;
        } else {
            let bytes = to_bytes(request.into_body(), data.app.config.http.body_bytes).await;
            let bytes = bytes.map_err(|_| too_large())?;
            params.read_body(&media, &bytes)?;
        }
        Ok(params)
    }
}

impl Params {
    /// A body with its type; without one it is JSON if it begins like JSON, else a form.
    fn read_body(&mut self, media: &str, bytes: &[u8]) -> Result<(), ApiError> {
        let json = media.contains("json") || (media.is_empty() && bytes.trim_ascii_start().starts_with(b"{"));
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        if !json {
            for (key, value) in form_urlencoded::parse(bytes).into_owned().take(PAIRS) {
                nested::insert(&mut self.fields, &key, Value::String(value));
            }
            return Ok(());
        }
        let value = serde_json::from_slice(bytes)
            .map_err(|error| ApiError::bad_request(format!("The body is no valid JSON: {error}")))?;
        if let Value::Object(fields) = value {
            for (key, value) in fields {
                if key.contains('[') {
                    nested::insert(&mut self.fields, &key, value);
                } else {
                    self.fields.insert(key, value);
                }
            }
        }
        Ok(())
    }

    async fn read_multipart(&mut self, request: Request, most: usize) -> Result<(), ApiError> {
        let request = request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, most)));
        let form = request.extract::<Multipart, _>().await;
        let mut form = form.map_err(|error| ApiError::bad_request(error.body_text()))?;
        for _ in 0..PAIRS {
            let field = form.next_field().await.map_err(|error| unreadable(&error))?;
            let Some(field) = field else { return Ok(()) };
            let key = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
            match file {
                Some(name) => self.files.push((key, Upload { name, bytes })),
                None => {
                    let value = String::from_utf8_lossy(&bytes).into_owned();
                    nested::insert(&mut self.fields, &key, Value::String(value));
                }
            }
        }
        Ok(())
    }
}

fn unreadable(error: &axum::extract::multipart::MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        ApiError::bad_request(error.body_text())
    }
}

fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is larger than this server takes")
}
