//! Lists: timelines of chosen accounts, seen by their owner only.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::id::Id;
use super::sql::smallint_enum;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::lists)]
pub struct List {
    /// Our key.
    pub id: Id<List>,
    /// Whose it is.
    pub account_id: Id<Account>,
    /// What the owner calls it.
    pub title: String,
    /// Which replies it shows.
    pub replies: RepliesShown,
    /// Whether its accounts are left out of the home timeline.
    pub exclusive: bool,
}

/// Which replies of its accounts a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum RepliesShown {
    /// Those to accounts on the list.
    #[default]
    List,
    /// Those to accounts that the owner follows.
    Followed,
    /// None.
    None,
}

smallint_enum!(RepliesShown { List = 0, Followed = 1, None = 2 });
