//! What can go wrong on the way out, as far as callers act differently on it.

use std::error::Error;
use std::time::Duration;

use chrono::DateTime;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use url::Url;

use super::address::NotPublic;
use crate::domain::uri::Uri;

/// Nobody is told to wait longer than a week.
const MAX_WAIT: i64 = 7 * 24 * 60 * 60;

/// Why a request brought nothing; each is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// Our rules forbid it; asking again changes nothing.
    #[error("not asked: {0}")]
    Refused(String),
    /// The server is one that we do not talk to.
    #[error("{0}")]
    Blocked(String),
    /// Our own bound on what one server is asked; the next minutes allow more.
    #[error("{0}")]
    Spared(String),
    /// It may work later.
    #[error("no answer, which may be different later: {why}")]
    Temporary {
        /// What happened.
        why: String,
        /// When the other server wants to be asked again.
        retry_after: Option<Duration>,
        /// Whether nothing answered but, at most, something that stands before the server.
        dark: bool,
        /// The address that did not answer, where redirects had led there.
        led_to: Option<Uri>,
    },
    /// There is no such thing (404).
    #[error("the other server knows no such thing")]
    NotFound,
    /// There was such a thing (410).
    #[error("the thing is gone for good")]
    Gone,
    /// Another status than 200.
    #[error("the other server answered with status {0}")]
    Status(u16),
    /// The answer is not what was asked for.
    #[error("the answer is not acceptable: {0}")]
    Unacceptable(String),
}

impl EgressError {
    /// Whether the same request may succeed later.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary { .. })
    }

    /// Whether the server itself did not answer; one that says that it is busy did.
    pub const fn is_dark(&self) -> bool {
        matches!(self, Self::Temporary { dark: true, .. })
    }

    /// The address that did not answer, where redirects had led there: whoever was asked first did.
    pub const fn led_to(&self) -> Option<&Uri> {
        match self {
            Self::Temporary { led_to, .. } => led_to.as_ref(),
            Self::Refused(_)
            | Self::Blocked(_)
            | Self::Spared(_)
            | Self::NotFound
            | Self::Gone
            | Self::Status(_)
            | Self::Unacceptable(_) => None,
        }
    }

    /// The same, at this address instead of the one that was asked.
    pub(super) fn at(mut self, url: &Url) -> Self {
        if let Self::Temporary { led_to, .. } = &mut self {
            *led_to = Uri::parse(url.as_str());
        }
        self
    }

    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self::Unacceptable(why.into())
    }

    pub(super) fn temporary(why: impl Into<String>) -> Self {
        Self::Temporary { why: why.into(), retry_after: None, dark: true, led_to: None }
    }

    /// What a status other than 200 means for a GET.
    pub(super) fn of_status(status: u16, headers: &HeaderMap) -> Self {
        match status {
            404 => Self::NotFound,
            410 => Self::Gone,
            408 | 425 | 429 | 500..=599 => {
                let retry_after = retry_after(headers);
                let dark = matches!(status, 502..=504) && retry_after.is_none();
                Self::Temporary { why: format!("status {status}"), retry_after, dark, led_to: None }
            }
            _ => Self::Status(status),
        }
    }
}

impl From<reqwest::Error> for EgressError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        let mut last = error.to_string();
        while let Some(inner) = cause {
            if let Some(forbidden) = inner.downcast_ref::<NotPublic>() {
                return Self::refused(forbidden.to_string());
            }
            last = inner.to_string();
            cause = inner.source();
        }
        if error.is_builder() { Self::Refused(last) } else { Self::temporary(last) }
    }
}

/// When to come back: seconds, or a date as seen from the other server's own `Date`.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let date = |text: &str| DateTime::parse_from_rfc2822(text).ok().map(|at| at.timestamp());
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => date(text)? - date(headers.get(DATE)?.to_str().ok()?)?,
    };
    u64::try_from(seconds.clamp(0, MAX_WAIT)).ok().map(Duration::from_secs)
}
