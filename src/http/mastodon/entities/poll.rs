//! Poll.

use serde::Serialize;

use super::emoji::CustomEmoji;
use super::{date, id};
use crate::clock::Timestamp;
use crate::domain::poll::PollView;
use crate::domain::timeline::Mine;

/// A poll as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Poll {
    /// Key: that of its status.
    pub id: String,
    /// Until when.
    pub expires_at: Option<String>,
    /// Whether it is over.
    pub expired: bool,
    /// Whether more than one answer may be chosen.
    pub multiple: bool,
    /// Votes in all.
    pub votes_count: i64,
    /// How many took part.
    pub voters_count: Option<i64>,
    /// The answers.
    pub options: Vec<PollOption>,
    /// Emoji in its texts.
    pub emojis: Vec<CustomEmoji>,
    /// Whether the asking account took part, or asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voted: Option<bool>,
    /// What it chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_votes: Option<Vec<i32>>,
}

/// One answer.
#[derive(Clone, Debug, Serialize)]
pub struct PollOption {
    /// What it says.
    pub title: String,
    /// How often it was chosen; hidden until the end where the author wants it.
    pub votes_count: Option<i64>,
}

/// Renders a poll for who asks.
pub fn poll(view: &PollView, emojis: Vec<CustomEmoji>, mine: Option<&Mine>, now: Timestamp) -> Poll {
    let over = view.poll.is_over(now);
    let hidden = view.poll.hides_totals && !over;
    let option = |option: &crate::domain::poll::PollOption| PollOption {
        title: option.title.clone(),
        votes_count: (!hidden).then_some(option.votes),
    };
    Poll {
        id: id(view.poll.contribution_id.get()),
        expires_at: view.poll.ends_at.map(date),
        expired: over,
        multiple: view.poll.multiple,
        votes_count: view.options.iter().map(|option| option.votes).sum(),
        voters_count: Some(view.poll.voters),
        options: view.options.iter().map(option).collect(),
        emojis,
        voted: mine.map(|mine| mine.wrote || !view.chosen.is_empty()),
        own_votes: mine.map(|_| view.chosen.clone()),
    }
}
