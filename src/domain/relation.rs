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
