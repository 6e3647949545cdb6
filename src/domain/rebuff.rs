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
    /// A version before the one that is here, once more.
    Repeated,
    /// Another text as the same version of a position.
    Contrary,
    /// Relations of questions that lead back to where they begin.
    Circle,
    /// A passage that never stood in what it is said to be from.
    Misquoted,
    /// A day that no calendar has.
    Misdated,
}

smallint_enum!(Rebuff {
    Questions = 0,
    Flood = 1,
    Unreadable = 2,
    Forbidden = 3,
    Altered = 4,
    Reports = 5,
    Repeated = 6,
    Contrary = 7,
    Circle = 8,
    Misquoted = 9,
    Misdated = 10,
});

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
            Self::Repeated => ("sends versions again that are older than what is here", "version"),
            Self::Contrary => ("sends different texts as the same version", "version"),
            Self::Circle => ("ties questions to each other in a circle", "relation"),
            Self::Misquoted => ("quotes passages that never stood where it says", "passage"),
            Self::Misdated => ("names days that no calendar has", "day"),
        }
    }
}
