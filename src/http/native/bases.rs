//! What somebody went on from, where they say it: another version may have come meanwhile, and nobody's
//! words are overwritten unread.

use axum::Json;
use axum::http::StatusCode;
use serde_json::Value;

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::params::Params;

/// What was made, or what stands where somebody went on from something else.
pub(super) type Made = Result<Value, String>;

/// The version that somebody went on from.
pub(super) fn base(params: &Params) -> Option<i32> {
    params.number("base_revision").and_then(|number| i32::try_from(number).ok())
}

/// Says which version stands now, where it is another one than somebody went on from.
pub(super) fn newer(base: Option<i32>, now: i32) -> Option<String> {
    base.filter(|base| *base != now).map(|_| format!("base_revision {now}"))
}

/// The answer to an app.
pub(super) fn answer(made: Made) -> Answer<Value> {
    made.map(Json).map_err(|now| {
        let why = format!("read what stands there now, and send your words again with {now}");
        ApiError::new(StatusCode::CONFLICT, "Somebody else was faster").because(why)
    })
}
