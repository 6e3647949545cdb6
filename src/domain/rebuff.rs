//! Why something that a server sent or handed out was not taken in: what admins see counted.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::sql::smallint_enum;

/// A reason, as far as admins do something different about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Rebuff {
    /// More questions than anybody could read.
    Questions,
    /// More of the debate than is taken from an organization or a server that nobody here follows.
    Flood,
    /// It cannot be read.
    Unreadable,
    /// Our rules, or its author's own word before, forbid it.
    Forbidden,
    /// A copy, or a word of somebody else, that its author did not sign so.
    Altered,
    /// More reports than moderators can look into.
    Reports,
}

smallint_enum!(Rebuff { Questions = 0, Flood = 1, Unreadable = 2, Forbidden = 3, Altered = 4, Reports = 5 });

impl Rebuff {
    /// What the server does, and what is counted: one of it and many.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Questions => ("sends too many questions", "question"),
            Self::Flood => ("sends too much of organizations that nobody here follows", "text"),
            Self::Unreadable => ("sends what cannot be read", "activity"),
            Self::Forbidden => ("sends what our rules refuse", "activity"),
            Self::Altered => ("hands out what its author did not sign so", "copy"),
            Self::Reports => ("reports more than moderators can look into", "report"),
        }
    }
}
