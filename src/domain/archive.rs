//! What a member takes along: everything of their account in one file.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::id::Id;
use crate::clock::Timestamp;

/// How long it is kept, in days.
pub const KEPT_DAYS: i64 = 7;
/// How long after one request the next one may follow, in seconds.
const PAUSE_SECONDS: i64 = 24 * 3600;

/// An archive that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::archives, treat_none_as_default_value = false)]
pub struct Archive {
    /// Whose.
    pub account_id: Id<Account>,
    /// When they asked.
    pub asked_at: Timestamp,
    /// Where it is kept; `None` as long as it is being made.
    pub file: Option<String>,
    /// How large it is.
    pub bytes: i64,
    /// When it was made.
    pub made_at: Option<Timestamp>,
}

impl Archive {
    /// Whether another one may be asked for.
    pub fn may_be_followed(&self, now: Timestamp) -> bool {
        self.asked_at.plus_seconds(PAUSE_SECONDS) <= now
    }
}
