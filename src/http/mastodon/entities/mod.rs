//! The entities of the client API. Rendering asks nothing: what an entity needs is loaded before.

pub mod account;
pub mod admin;
pub mod application;
pub mod card;
pub mod credentials;
pub mod edit;
pub mod emoji;
pub mod filter;
pub mod instance;
pub mod list;
pub mod media;
pub mod notification;
pub mod poll;
pub mod quote;
pub mod relationship;
pub mod report;
pub mod status;
pub mod tag;

use chrono::SecondsFormat;

use crate::clock::Timestamp;

/// A key as clients take it: decimal digits in a string.
pub fn id(id: i64) -> String {
    id.to_string()
}

/// A moment as clients take it: UTC with three digits of fraction and `Z`.
pub fn date(at: Timestamp) -> String {
    at.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A day at midnight, in the form of a moment.
pub fn day(at: Timestamp) -> String {
    format!("{}T00:00:00.000Z", at.to_date())
}
