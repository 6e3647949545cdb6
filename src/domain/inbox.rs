//! An activity that came in and is kept until everything it means is done.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::host::Host;
use super::id::Id;
use super::sql::smallint_enum;

/// A received activity.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::inbox_items)]
pub struct InboxItem {
    /// Our key; items are applied in its order.
    pub id: Id<InboxItem>,
    /// The activity, and for one from somebody else's hands also whose; unique.
    pub uri: String,
    /// Who signed the request that brought it.
    pub signer_id: Option<Id<Account>>,
    /// The server that brought it.
    pub host_id: Option<Id<Host>>,
    /// The activity as it came.
    pub body: String,
    /// What became of it.
    pub state: InboxState,
    /// How often it was tried.
    pub attempts: i32,
    /// Why the last attempt failed, or why it was set aside.
    pub error: Option<String>,
}

/// What became of a received activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum InboxState {
    /// It waits to be applied.
    Waiting,
    /// Its effects, if it has any, are here.
    Done,
    /// It failed too often and is set aside with its error.
    Parked,
}

smallint_enum!(InboxState { Waiting = 0, Done = 1, Parked = 2 });
