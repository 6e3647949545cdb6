//! How far an account has read, remembered for all its devices.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::sql::smallint_enum;
use crate::clock::Timestamp;

/// A place in a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::markers)]
pub struct Marker {
    /// Of which timeline.
    pub timeline: Timeline,
    /// The newest entry that was read.
    pub last_read_id: i64,
    /// How often it was set.
    pub version: i32,
    /// When it was set last.
    pub updated_at: Timestamp,
}

/// A timeline that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Timeline {
    /// The home timeline.
    Home,
    /// The notifications.
    Notifications,
}

smallint_enum!(Timeline { Home = 0, Notifications = 1 });
