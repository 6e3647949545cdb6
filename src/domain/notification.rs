//! What an account here should hear of.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
use super::report::{Report, Warning};
use super::sql::smallint_enum;
use crate::clock::Timestamp;

/// One line of somebody's notifications.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::notifications)]
pub struct Notification {
    /// Our key.
    pub id: Id<Notification>,
    /// Who should hear.
    pub account_id: Id<Account>,
    /// Of what.
    pub kind: NotificationKind,
    /// Who did it.
    pub from_id: Id<Account>,
    /// To which contribution.
    pub contribution_id: Option<Id<Contribution>>,
    /// When.
    pub created_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// The group in which clients may show it with others of its kind; `None` when it stands alone.
    pub bundle: Option<String>,
    /// Whether the account's policy puts it aside.
    pub filtered: bool,
    /// The report that moderators are told of.
    pub report_id: Option<Id<Report>>,
    /// What moderators decided about the account.
    pub warning_id: Option<Id<Warning>>,
    /// The relations that ended, as JSON.
    pub severance: Option<String>,
}

impl Notification {
    /// The relations that ended with a decision about somebody else.
    pub fn severance(&self) -> Option<Severance> {
        self.severance.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }
}

/// Relations of an account that ended with a decision about a server, or about another account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severance {
    /// Whether a server was meant.
    pub of_server: bool,
    /// The server, or the handle of the account.
    pub target: String,
    /// Followers that were lost.
    pub followers: i64,
    /// Follows that were lost.
    pub following: i64,
}

/// Why somebody hears of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum NotificationKind {
    /// Somebody replied to, or named, the account.
    Mention,
    /// Somebody follows.
    Follow,
    /// Somebody asks to follow.
    FollowRequest,
    /// Somebody likes a contribution.
    Like,
    /// Somebody boosted a contribution.
    Boost,
    /// A contribution the account took part in was changed.
    Update,
    /// Somebody reported something to the moderators.
    Report,
    /// An account that was followed with this wish published something.
    Published,
    /// A poll ended in which the account took part.
    Poll,
    /// Somebody quoted a contribution.
    Quote,
    /// What the account quoted was changed.
    QuotedUpdate,
    /// Somebody objects to what moderators decided about them.
    Objection,
    /// Moderators decided something about the account, or answered its objection.
    Decision,
    /// Relations of the account ended with a decision about others.
    Severance,
}

smallint_enum!(NotificationKind {
    Mention = 0,
    Follow = 1,
    FollowRequest = 2,
    Like = 3,
    Boost = 4,
    Update = 5,
    Report = 6,
    Published = 7,
    Poll = 8,
    Quote = 9,
    QuotedUpdate = 10,
    Objection = 11,
    Decision = 12,
    Severance = 13,
});

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Mention,
        Self::Follow,
        Self::FollowRequest,
        Self::Like,
        Self::Boost,
        Self::Update,
        Self::Report,
        Self::Published,
        Self::Poll,
        Self::Quote,
        Self::QuotedUpdate,
        Self::Objection,
        Self::Decision,
        Self::Severance,
    ];

    /// Whether many of the kind are shown as one: "3 people like this".
    pub const fn is_bundled(self) -> bool {
        match self {
            Self::Like | Self::Boost | Self::Follow => true,
            Self::Mention
            | Self::FollowRequest
            | Self::Update
            | Self::Report
            | Self::Published
            | Self::Poll
            | Self::Quote
            | Self::QuotedUpdate
            | Self::Objection
            | Self::Decision
            | Self::Severance => false,
        }
    }
}

/// What becomes of notifications of a sort that not everybody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Handling {
    /// They are shown.
    #[default]
    Accept,
    /// They are put aside.
    Filter,
    /// They are not kept.
    Drop,
}

smallint_enum!(Handling { Accept = 0, Filter = 1, Drop = 2 });

impl Handling {
    /// Every handling.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Filter, Self::Drop];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Filter => "filter",
            Self::Drop => "drop",
        }
    }

    /// The handling that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|handling| handling.as_str() == word)
    }
}

/// From whom an account wants to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::notification_policies)]
pub struct Policy {
    /// Accounts that it does not follow.
    pub not_following: Handling,
    /// Accounts that do not follow it.
    pub not_followers: Handling,
    /// Accounts younger than 30 days.
    pub new_accounts: Handling,
    /// Direct messages that answer nothing.
    pub private_mentions: Handling,
    /// Accounts that our moderators limited.
    pub limited_accounts: Handling,
    /// Programs.
    pub bots: Handling,
}

/// Notifications of one account that were put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Who did it.
    pub from: Id<Account>,
    /// How many there are.
    pub count: i64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// The key of the last.
    pub last_id: Id<Notification>,
    /// The contribution that the last one is about.
    pub about: Option<Id<Contribution>>,
}
