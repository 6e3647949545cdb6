//! What may go wrong with other servers, as far as somebody acts differently on it.

use super::egress::EgressError;
use super::signature::SignatureError;
use crate::domain::Refusal;
use crate::domain::counting::{number, told};
use crate::domain::uri::Uri;
use crate::store::{Error, Fault};
use crate::vocab::incoming::Problem;

/// Why a request to an inbox, or a signed request for a document, is not answered with success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InboxError {
    /// It cannot be understood.
    #[error("{0}")]
    Malformed(String),
    /// Nobody we can name sent it.
    #[error("{0}")]
    Unauthorized(String),
    /// We know who sent it and do not want it.
    #[error("{0}")]
    Forbidden(String),
    /// It is too large.
    #[error("an activity has at most 1 MiB")]
    TooLarge,
    /// The sender sends too much.
    #[error("too many activities from this server: wait some minutes")]
    TooMany,
    /// We cannot say now; the sender should try again.
    #[error("{0}")]
    Unavailable(String),
}

impl InboxError {
    /// The HTTP status that says so.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unauthorized(_) => 401,
            Self::Forbidden(_) => 403,
            Self::TooLarge => 413,
            Self::TooMany => 429,
            Self::Unavailable(_) => 503,
        }
    }

    pub(super) fn unauthorized(why: impl Into<String>) -> Self {
        Self::Unauthorized(why.into())
    }
}

impl From<SignatureError> for InboxError {
    fn from(error: SignatureError) -> Self {
        Self::Unauthorized(error.to_string())
    }
}

impl From<Problem> for InboxError {
    fn from(problem: Problem) -> Self {
        Self::Malformed(problem.to_string())
    }
}

impl From<Error> for InboxError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Forbidden(refusal.to_string()),
            Error::Fault(fault) => {
                tracing::error!(%fault, "a request of another server could not be answered");
                Self::Unavailable("something broke on our side: try again later".to_owned())
            }
        }
    }
}

impl From<FetchError> for InboxError {
    /// The sender's key or account could not be fetched.
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Fault(fault) => Error::Fault(fault).into(),
            FetchError::Temporary(_)
            | FetchError::Led { .. }
            | FetchError::Spared(_)
            | FetchError::Exhausted => {
                Self::Unavailable(format!("the sender's key could not be fetched: {error}"))
            }
            FetchError::Blocked(_) => Self::Forbidden(error.to_string()),
            FetchError::Gone | FetchError::NotFound | FetchError::Refused(_) | FetchError::Altered(_) => {
                Self::Unauthorized(format!("the sender's key could not be fetched: {error}"))
            }
        }
    }
}

/// Why a document of another server is not here.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It was there and is gone for good.
    #[error("it is gone for good")]
    Gone,
    /// It is not there.
    #[error("there is no such thing")]
    NotFound,
    /// We do not talk to this server.
    #[error("{0}")]
    Blocked(String),
    /// It is there but cannot be accepted, or must not be asked for.
    #[error("{0}")]
    Refused(String),
    /// Somebody handed it on, and its author did not sign it so.
    #[error("{0}")]
    Altered(&'static str),
    /// It may be there later.
    #[error("{0}")]
    Temporary(String),
    /// Whoever was asked leads to an address that does not answer.
    #[error("{why}")]
    Led {
        /// That address.
        to: Uri,
        /// What happened there.
        why: String,
    },
    /// Our own bound on what one server is asked; the next minutes allow more.
    #[error("{0}")]
    Spared(String),
    /// Enough was fetched for one reason.
    #[error("too much would have to be fetched")]
    Exhausted,
    /// Something broke here.
    #[error("{0}")]
    Fault(Fault),
}

impl FetchError {
    /// Whether the same may succeed later.
    pub const fn is_temporary(&self) -> bool {
        self.is_unanswered() || matches!(self, Self::Spared(_) | Self::Exhausted | Self::Fault(_))
    }

    /// Whether the server that was asked did not answer. Only then others are asked what it said: our own
    /// bounds say nothing about it, and whoever exhausts them must not open that door.
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Temporary(_) | Self::Led { .. })
    }
}

impl FetchError {
    /// The same, after so many others were asked for a copy.
    pub(super) fn besides(self, asked: usize) -> Self {
        let asked = match number(asked) {
            0 => "nobody else could be asked for a copy".to_owned(),
            asked => {
                let who = told(asked, "organization", ("was", "were"));
                format!("{who} asked for a copy, and none has one that counts here")
            }
        };
        match self {
            Self::Temporary(why) => Self::Temporary(format!("{why}; {asked}")),
            Self::Led { to, why } => Self::Led { to, why: format!("{why}; {asked}") },
            other @ (Self::Gone
            | Self::NotFound
            | Self::Blocked(_)
            | Self::Refused(_)
            | Self::Altered(_)
            | Self::Spared(_)
            | Self::Exhausted
            | Self::Fault(_)) => other,
        }
    }
}

impl From<EgressError> for FetchError {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Gone => Self::Gone,
            EgressError::NotFound => Self::NotFound,
            EgressError::Blocked(why) => Self::Blocked(why),
            EgressError::Spared(why) => Self::Spared(why),
            EgressError::Temporary { led_to: Some(ref to), .. } => {
                Self::Led { to: to.clone(), why: format!("{}: {error}", to.host()) }
            }
            EgressError::Temporary { .. } => Self::Temporary(error.to_string()),
            EgressError::Refused(_) | EgressError::Status(_) | EgressError::Unacceptable(_) => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<Problem> for FetchError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.to_string())
    }
}

impl From<Error> for FetchError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(Refusal::Gone) => Self::Gone,
            Error::Refused(refusal) => Self::Refused(refusal.to_string()),
            Error::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<FetchError> for Error {
    /// For people who asked for it.
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Gone => Refusal::Gone.into(),
            FetchError::NotFound => Refusal::NotFound.into(),
            FetchError::Blocked(why) => Refusal::Forbidden(why).into(),
            FetchError::Fault(fault) => Self::Fault(fault),
            FetchError::Refused(_)
            | FetchError::Altered(_)
            | FetchError::Temporary(_)
            | FetchError::Led { .. }
            | FetchError::Spared(_)
            | FetchError::Exhausted => Refusal::Conflict(error.to_string()).into(),
        }
    }
}
