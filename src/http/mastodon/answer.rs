//! What the client API answers: JSON always, and errors as clients know them.

use std::fmt;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::domain::Refusal;
use crate::store::{Error, Fault};

/// What a handler answers.
pub type Answer<T> = Result<Json<T>, ApiError>;

/// Success without content: `{}`.
#[derive(Clone, Copy, Debug)]
pub struct Empty;

impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

impl IntoResponse for Empty {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// Why a client does not get what it asked for. Clients compare some of the texts, so they are the
/// ones that Mastodon uses.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The status to answer with.
    pub status: StatusCode,
    /// The text that clients show or compare.
    pub error: String,
    /// What to do about it, if there is more to say.
    pub description: Option<String>,
    /// Per field what is wrong with it.
    pub details: Option<Box<Value>>,
    /// What some errors bring with them, under its name.
    pub beside: Option<Box<(&'static str, Value)>>,
}

impl ApiError {
    /// A status with a text.
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into(), description: None, details: None, beside: None }
    }

    /// There is no such thing, or the asker may not know of it.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    /// No token, or one that is not valid (any more).
    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "The access token is invalid")
    }

    /// The account is frozen: its token reads, and does nothing else.
    pub fn frozen(origin: &str) -> Self {
        let why = format!(
            "Moderators have frozen your account: you can read, but not publish or change anything. Why, and how to \
             object: {origin}/settings/decisions"
        );
        Self::new(StatusCode::FORBIDDEN, why)
    }

    /// The token is good, but its login is closed or its account suspended. Apps keep the
    /// account and ask again; at [`ApiError::invalid_token`] they forget it.
    pub fn barred() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Your login is currently disabled")
    }

    /// The token was given for other things.
    pub fn outside_scopes() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is outside the authorized scopes")
    }

    /// The token speaks for an app, and this takes a person.
    pub fn needs_user() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "This method requires an authenticated user")
    }

    /// The asker may not do this.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is not allowed")
    }

    /// A value cannot be accepted.
    pub fn invalid(why: impl fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Validation failed: {why}"))
    }

    /// The request cannot be understood.
    pub fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, why)
    }

    /// Something broke on our side: recorded here, never shown.
    pub fn fault(what: &dyn fmt::Display) -> Self {
        tracing::error!(fault = %what, "a client could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on the server. Try again later.")
    }

    /// The same error with something beside it.
    #[must_use]
    pub fn beside(mut self, name: &'static str, value: Value) -> Self {
        self.beside = Some(Box::new((name, value)));
        self
    }

    /// The same error with more to read.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.description = Some(why.into());
        self
    }
}

/// The word for what is wrong, by what we say of it.
fn code(why: &str) -> &'static str {
    if why.contains("blank") || why.contains("empty") {
        "ERR_BLANK"
    } else if why.contains("longer than") || why.contains("more than") {
        "ERR_TOO_LONG"
    } else if why.contains("taken") {
        "ERR_TAKEN"
    } else {
        "ERR_INVALID"
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound | Refusal::Gone => Self::not_found(),
            Refusal::Unauthorized(why) => Self::invalid_token().because(why),
            Refusal::Forbidden(why) => Self::forbidden().because(why),
            Refusal::Invalid { field, why } => {
                let details = json!({ field: [{ "error": code(&why), "description": why }] });
                Self { details: Some(Box::new(details)), ..Self::invalid(format!("{field} {why}")) }
            }
            Refusal::Conflict(why) => Self::invalid(why),
            Refusal::TooMany(why) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests").because(why)
            }
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Fault(Fault::Unreachable(why)) => {
                tracing::error!(fault = %why, "the database cannot be reached");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server cannot answer now. Try again later.")
            }
            Error::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(fields) = body.as_object_mut() {
            if let Some(description) = &self.description {
                fields.insert("error_description".to_owned(), json!(description));
            }
            if let Some(details) = self.details {
                fields.insert("details".to_owned(), *details);
            }
            if let Some(beside) = self.beside {
                fields.insert(beside.0.to_owned(), beside.1);
            }
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if self.status == StatusCode::UNAUTHORIZED && !headers.contains_key(WWW_AUTHENTICATE) {
            let challenge = "Bearer realm=\"Plenum\", error=\"invalid_token\", \
                             error_description=\"The access token is invalid\"";
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
