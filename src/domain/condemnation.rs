//! A decision to delete contributions, which can be taken back until it is due.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::id::Id;
use super::report::Report;
use super::user::User;
use crate::clock::Timestamp;

/// One decision, and when what it took out of sight is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::condemnations, treat_none_as_default_value = false)]
pub struct Condemnation {
    /// Our key.
    pub id: Id<Condemnation>,
    /// Who decided; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// What it is about, in words.
    pub about: String,
    /// How many contributions.
    pub texts: i64,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When they are deleted.
    pub due_at: Timestamp,
    /// Which report it answers.
    pub report_id: Option<Id<Report>>,
}
