//! What the admins tell everybody: rules, and announcements.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::id::Id;
use crate::clock::Timestamp;

/// A rule of this site.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::rules)]
pub struct Rule {
    /// Our key.
    pub id: Id<Rule>,
    /// The rule in a few words.
    pub text: String,
    /// More about it; empty for nothing.
    pub hint: String,
    /// Its place, from 1.
    pub rank: i32,
}

/// An announcement to the members.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::announcements)]
pub struct Announcement {
    /// Our key.
    pub id: Id<Announcement>,
    /// What it says, as Markdown.
    pub markdown: String,
    /// When what it is about begins.
    pub starts_at: Option<Timestamp>,
    /// When it is over; it is not shown any more then.
    pub ends_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Timestamp,
}

/// What members answered to an announcement with one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// To which.
    pub announcement: Id<Announcement>,
    /// The sign.
    pub name: String,
    /// How many.
    pub count: i64,
    /// Whether the asking account is one of them.
    pub mine: bool,
}
