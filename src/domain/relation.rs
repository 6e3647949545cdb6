//! Who follows whom.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::id::Id;
use super::sql::smallint_enum;
use super::uri::Uri;
use crate::clock::Timestamp;

/// One account follows another, or asks to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::follows)]
pub struct Follow {
    /// Our key.
    pub id: Id<Follow>,
    /// Who follows.
    pub follower_id: Id<Account>,
    /// Who is followed.
    pub followee_id: Id<Account>,
    /// The `Follow` activity.
    pub uri: Uri,
    /// Asked or agreed.
    pub state: FollowState,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Whether the follower wants to see what the other boosts.
    pub boosts: bool,
    /// Whether the follower wants to be told of everything that is new.
    pub notify: bool,
    /// Only these languages, separated by spaces; `None` for all.
    pub languages: Option<String>,
}

/// How an account wants to follow another; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowOptions {
    /// See what the other boosts.
    pub boosts: Option<bool>,
    /// Be told of everything that is new.
    pub notify: Option<bool>,
    /// Only these languages; an empty list for all.
    pub languages: Option<Vec<String>>,
}

/// One account does not want to see another.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::mutes)]
pub struct Mute {
    /// Who does not want to see.
    pub account_id: Id<Account>,
    /// Whom.
    pub target_id: Id<Account>,
    /// Our key.
    pub id: Id<Mute>,
    /// Whether notifications are kept away, too.
    pub notifications: bool,
    /// Until when; `None` for ever.
    pub expires_at: Option<Timestamp>,
}

/// How one account stands to another, from both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relationship {
    /// The one follows the other, or asks to.
    pub follow: Option<Follow>,
    /// The other follows the one, or asks to.
    pub followed_by: Option<Follow>,
    /// The one blocks the other.
    pub blocking: bool,
    /// The other blocks the one.
    pub blocked_by: bool,
    /// The one does not want to see the other.
    pub mute: Option<Mute>,
    /// The one wants nothing of the other's whole server.
    pub host_muted: bool,
    /// The one recommends the other.
    pub endorsed: bool,
    /// What the one noted about the other.
    pub note: String,
}

/// Asked or agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum FollowState {
    /// Asked, no answer yet.
    Pending,
    /// Agreed.
    Accepted,
}

smallint_enum!(FollowState { Pending = 0, Accepted = 1 });
