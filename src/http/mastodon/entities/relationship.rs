//! Relationship: how the asking account stands to another.

use serde::Serialize;

use super::{date, id};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::relation::{FollowState, Relationship as Stands};

/// A relationship as clients take it: every key, always.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
pub struct Relationship {
    /// The other account.
    pub id: String,
    /// Whether it is followed.
    pub following: bool,
    /// Whether its boosts are wanted.
    pub showing_reblogs: bool,
    /// Whether everything it publishes is told.
    pub notifying: bool,
    /// Only these languages are wanted; `null` for all.
    pub languages: Option<Vec<String>>,
    /// Whether it follows.
    pub followed_by: bool,
    /// Whether it is blocked.
    pub blocking: bool,
    /// Whether it blocks.
    pub blocked_by: bool,
    /// Whether it is muted.
    pub muting: bool,
    /// Whether its notifications are kept away, too.
    pub muting_notifications: bool,
    /// Until when it is muted.
    pub muting_expires_at: Option<String>,
    /// Whether it was asked, and has not answered.
    pub requested: bool,
    /// Whether it asks to follow.
    pub requested_by: bool,
    /// Whether its whole server is muted.
    pub domain_blocking: bool,
    /// Whether it is recommended.
    pub endorsed: bool,
    /// What was noted about it.
    pub note: String,
}

/// Renders how the asking account stands to the account with this key.
pub fn relationship(other: Id<Account>, stands: &Stands) -> Relationship {
    let follow = stands.follow.as_ref();
    let (mute, back) = (stands.mute.as_ref(), stands.followed_by.as_ref().map(|follow| follow.state));
    let languages = follow.and_then(|follow| follow.languages.as_deref());
    Relationship {
        id: id(other.get()),
        following: follow.is_some_and(|follow| follow.state == FollowState::Accepted),
        showing_reblogs: follow.is_some_and(|follow| follow.boosts),
        notifying: follow.is_some_and(|follow| follow.notify),
        languages: languages.map(|codes| codes.split(' ').map(str::to_owned).collect()),
        followed_by: back == Some(FollowState::Accepted),
        blocking: stands.blocking,
        blocked_by: stands.blocked_by,
        muting: mute.is_some(),
        muting_notifications: mute.is_some_and(|mute| mute.notifications),
        muting_expires_at: mute.and_then(|mute| mute.expires_at).map(date),
        requested: follow.is_some_and(|follow| follow.state == FollowState::Pending),
        requested_by: back == Some(FollowState::Pending),
        domain_blocking: stands.host_muted,
        endorsed: stands.endorsed,
        note: stands.note.clone(),
    }
}
