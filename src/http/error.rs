//! What becomes of a refusal or a fault on the way to a page: a status and, for refusals, the reason.
//!
//! Handlers return [`PageError`]; the page itself is made by `middleware::pages`, which knows who asks.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::Refusal;
use crate::store::Error;

/// Why somebody does not get the page.
#[derive(Debug)]
pub struct PageError {
    /// The status to answer with.
    pub status: StatusCode,
    /// The reason as the reader sees it; blank takes the usual words for the status.
    pub why: String,
    /// The field of a form that it is about, and what is wrong with it.
    pub at: Option<(&'static str, String)>,
}

/// Marks a response whose page is still to be made.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The reason as the reader sees it.
    pub why: String,
}

impl PageError {
    /// A status with a reason; a blank reason takes the usual words.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), at: None }
    }

    /// There is nothing for this asker: the same for what is hidden and for what never was.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// The asker has to sign in first.
    pub fn sign_in_first() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "")
    }

    /// The asker lacks a role.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, why)
    }

    /// Something broke on our side: recorded here, never shown.
    pub fn fault(what: &dyn std::fmt::Display) -> Self {
        tracing::error!(fault = %what, "a page could not be served");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        let at = match &refusal {
            Refusal::Invalid { field, why } => Some((*field, why.clone())),
            Refusal::NotFound
            | Refusal::Gone
            | Refusal::Unauthorized(_)
            | Refusal::Forbidden(_)
            | Refusal::Conflict(_)
            | Refusal::TooMany(_) => None,
        };
        let status = match &refusal {
            Refusal::NotFound => return Self::not_found(),
            Refusal::Gone => return Self::new(StatusCode::GONE, ""),
            Refusal::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden(_) => StatusCode::FORBIDDEN,
            Refusal::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Conflict(_) => StatusCode::CONFLICT,
            Refusal::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        };
        Self { at, ..Self::new(status, sentence(&refusal.to_string())) }
    }
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Problem { why: self.why });
        response
    }
}

/// A reason as a sentence of its own: "the text is long" becomes "The text is long."
pub fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let ended = reason.ends_with(['.', '!', '?']);
    format!("{first}{}{}", letters.as_str(), if ended || reason.is_empty() { "" } else { "." })
}
