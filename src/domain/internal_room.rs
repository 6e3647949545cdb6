//! A room of the internal space: a subject under which members talk among themselves.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
use super::permission::Permission;
use super::user::User;
use crate::clock::Timestamp;

/// The longest title, in characters.
const LONGEST: usize = 100;

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::internal_rooms, treat_none_as_default_value = false)]
pub struct InternalRoom {
    /// Our key.
    pub id: Id<InternalRoom>,
    /// What it is about.
    pub title: String,
    /// Who opened it.
    pub created_by: Id<Account>,
    /// When.
    pub created_at: Timestamp,
    /// Since when nothing new is begun in it.
    pub closed_at: Option<Timestamp>,
}

impl InternalRoom {
    /// Whether somebody names and closes it: who opened it, and moderators.
    pub fn is_kept_by(&self, user: &User) -> bool {
        self.created_by == user.account_id || user.roles.may(Permission::Review)
    }
}

/// A title as it is kept, or what is wrong with it.
pub fn title(typed: &str) -> Result<String, String> {
    let title = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err("Say in a few words what the room is about.".to_owned());
    }
    if title.chars().count() > LONGEST {
        return Err(format!("A title has at most {LONGEST} characters."));
    }
    Ok(title)
}

/// A conversation as a reader finds it in its room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomThread {
    /// What was said first, of what is still there.
    pub first: Id<Contribution>,
    /// What was said last.
    pub last: Id<Contribution>,
}

/// What a reader finds in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomNews {
    /// How many conversations.
    pub threads: i64,
    /// What was said last.
    pub last: Id<Contribution>,
}
