//! Web Push: where apps that sleep want to hear of notifications, and how these are sealed for them.

mod seal;
mod server_key;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

pub use seal::{Keys, Sealed};
pub use server_key::ServerKey;

use super::account::Account;
use super::id::Id;
use super::notification::NotificationKind;
use super::sql::smallint_enum;
use crate::clock::Timestamp;

/// What an app may want to hear of, as the client API names it.
pub const ALERTS: [&str; 12] = [
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
];

/// Where one token's app wants to hear of notifications.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::push_subscriptions)]
pub struct Subscription {
    /// Our key; clients take it as a small number.
    pub id: Id<Subscription>,
    /// The digest of the token.
    pub token_hash: String,
    /// Whose notifications.
    pub account_id: Id<Account>,
    /// The address at the push service.
    pub endpoint: String,
    /// The app's public key.
    pub p256dh: Vec<u8>,
    /// What it shares with us alone.
    pub auth: Vec<u8>,
    /// Whether it reads RFC 8291; else the draft before it.
    pub standard: bool,
    /// The wanted alerts, separated by spaces.
    pub alerts: String,
    /// From whom.
    pub policy: Senders,
    /// Since when.
    pub created_at: Timestamp,
}

impl Subscription {
    /// Whether notifications of this name are wanted.
    pub fn wants(&self, alert: &str) -> bool {
        self.alerts.split(' ').any(|wanted| wanted == alert)
    }

    /// The app's keys.
    pub fn keys(&self) -> Keys<'_> {
        Keys { p256dh: &self.p256dh, auth: &self.auth }
    }
}

/// From whom an app wants to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Senders {
    /// Everybody.
    #[default]
    All,
    /// Those whom the account follows.
    Followed,
    /// Those who follow it.
    Follower,
    /// Nobody.
    None,
}

smallint_enum!(Senders { All = 0, Followed = 1, Follower = 2, None = 3 });

impl Senders {
    /// The policy of this name.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::All, Self::Followed, Self::Follower, Self::None].into_iter().find(|from| from.word() == word)
    }

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Followed => "followed",
            Self::Follower => "follower",
            Self::None => "none",
        }
    }
}

/// What apps call a kind of notification.
pub const fn alert(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Mention => "mention",
        NotificationKind::Published => "status",
        NotificationKind::Boost => "reblog",
        NotificationKind::Follow => "follow",
        NotificationKind::FollowRequest => "follow_request",
        NotificationKind::Like => "favourite",
        NotificationKind::Poll => "poll",
        NotificationKind::Update => "update",
        NotificationKind::Report => "admin.report",
        NotificationKind::Objection => "admin.objection",
        NotificationKind::Quote => "quote",
        NotificationKind::QuotedUpdate => "quoted_update",
        NotificationKind::Decision => "moderation_warning",
        NotificationKind::Severance => "severed_relationships",
    }
}
