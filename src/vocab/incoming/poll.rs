//! The poll of a Question.

use serde_json::Value;

use super::values::{self, Fields};
use crate::domain::poll::ReceivedPoll;

const MOST_OPTIONS: usize = 50;
const LONGEST_OPTION: usize = 300;

/// The poll, if it offers a choice. The end is the earlier of what is planned and what happened.
pub(super) fn of(fields: &Fields) -> Option<ReceivedPoll> {
    let (listed, multiple) = match (fields.get("oneOf"), fields.get("anyOf")) {
        (Some(one), _) => (one, false),
        (None, Some(any)) => (any, true),
        (None, None) => return None,
    };
    let options: Vec<(String, i64)> =
        values::entries(Some(listed)).iter().take(MOST_OPTIONS).filter_map(option).collect();
    if options.len() < 2 {
        return None;
    }
    let most = options.iter().map(|(_, votes)| *votes).max().unwrap_or(0);
    let voters = fields.get("votersCount").and_then(Value::as_i64);
    let closed = values::time(fields, "closed");
    Some(ReceivedPoll {
        voters: voters.unwrap_or(most).max(0),
        ends_at: closed.into_iter().chain(values::time(fields, "endTime")).min(),
        options,
        multiple,
    })
}

fn option(value: &Value) -> Option<(String, i64)> {
    let fields = value.as_object()?;
    let replies = fields.get("replies").and_then(|replies| replies.get("totalItems"));
    let votes = replies.and_then(Value::as_i64).unwrap_or(0).max(0);
    Some((values::line(fields, "name", LONGEST_OPTION)?, votes))
}
