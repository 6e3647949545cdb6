//! What an account here should hear of.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::contribution::Contribution;
use super::id::Id;
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
}

smallint_enum!(NotificationKind {
    Mention = 0,
    Follow = 1,
    FollowRequest = 2,
    Like = 3,
    Boost = 4,
    Update = 5,
    Report = 6,
});
