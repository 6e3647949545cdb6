//! Polls: what stands to choose from, until when, and what was chosen.

use diesel::prelude::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::contribution::Contribution;
use super::id::Id;
use crate::clock::Timestamp;
use crate::text::plain;

/// A post that asks its readers to choose.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::polls, treat_none_as_default_value = false)]
pub struct Poll {
    /// The post.
    pub contribution_id: Id<Contribution>,
    /// Until when; `None` for a poll elsewhere that never ends.
    pub ends_at: Option<Timestamp>,
    /// Whether more than one answer may be chosen.
    pub multiple: bool,
    /// Whether the counts are shown only after the end.
    pub hides_totals: bool,
    /// How many took part.
    pub voters: i64,
}

/// One answer of a poll.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::poll_options)]
pub struct PollOption {
    /// The post.
    pub contribution_id: Id<Contribution>,
    /// Place, from 0.
    pub position: i32,
    /// What it says, plain text.
    pub title: String,
    /// How often it was chosen.
    pub votes: i64,
}

/// A poll with everything its rendering needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollView {
    /// The poll.
    pub poll: Poll,
    /// The answers in their order.
    pub options: Vec<PollOption>,
    /// What the asking account chose.
    pub chosen: Vec<i32>,
}

impl Poll {
    /// Whether it is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// A poll elsewhere, as its document describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedPoll {
    /// The answers, and how often each was chosen.
    pub options: Vec<(String, i64)>,
    /// Whether more than one answer may be chosen.
    pub multiple: bool,
    /// Until when.
    pub ends_at: Option<Timestamp>,
    /// How many took part.
    pub voters: i64,
}

/// A poll as somebody wants to ask it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPoll {
    /// The answers to choose from.
    pub options: Vec<String>,
    /// How long it runs from now on; `None` as usual, and when a post is edited, as long as before.
    pub seconds: Option<i64>,
    /// Whether more than one answer may be chosen.
    pub multiple: bool,
    /// Whether the counts are shown only after the end.
    pub hides_totals: bool,
}

impl NewPoll {
    /// Answers at most.
    pub const MOST_OPTIONS: usize = 10;
    /// The longest answer in characters.
    pub const LONGEST_OPTION: usize = 100;
    /// The shortest and the longest time.
    pub const SECONDS: (i64, i64) = (300, 2_629_746);
    /// How long a poll runs whose author does not say.
    const USUAL_SECONDS: i64 = 24 * 3600;

    /// Checks it; the answers come back trimmed.
    pub fn accept(mut self) -> Result<Self, Refusal> {
        let no = |why: &str| Err(Refusal::invalid("poll", why));
        self.options = self.options.iter().map(|option| plain::single_line(option)).collect();
        self.options.retain(|option| !option.is_empty());
        let mut once = self.options.clone();
        once.sort_unstable();
        once.dedup();
        if !(2..=Self::MOST_OPTIONS).contains(&self.options.len()) {
            return no("has to offer 2 to 10 answers");
        }
        if once.len() != self.options.len() {
            return no("offers the same answer twice");
        }
        if self.options.iter().any(|option| plain::length(option) > Self::LONGEST_OPTION) {
            return no("has an answer of more than 100 characters");
        }
        self.runs_until(Timestamp(0))?;
        Ok(self)
    }

    /// How long it runs, in seconds.
    pub fn lasts(&self) -> i64 {
        self.seconds.unwrap_or(Self::USUAL_SECONDS)
    }

    /// When it ends if it begins at `now`.
    pub fn runs_until(&self, now: Timestamp) -> Result<Timestamp, Refusal> {
        let seconds = self.lasts();
        if !(Self::SECONDS.0..=Self::SECONDS.1).contains(&seconds) {
            return Err(Refusal::invalid("poll", "has to run for 5 minutes to a month"));
        }
        Ok(now.plus_seconds(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_offers_a_choice_for_a_while() {
        let poll = |options: &[&str], seconds| NewPoll {
            options: options.iter().map(ToString::to_string).collect(),
            seconds: Some(seconds),
            ..NewPoll::default()
        };
        assert_eq!(poll(&[" yes", "", "no "], 300).accept().unwrap().options, ["yes", "no"]);
        for bad in [poll(&["yes"], 300), poll(&["a", "a "], 300), poll(&["a", "b"], 299)] {
            assert!(bad.clone().accept().is_err(), "{bad:?}");
        }
    }
}
