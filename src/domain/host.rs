//! A server we know: what we decided about it and how it is doing.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::SmallInt;

use super::id::Id;
use super::sql::smallint_enum;
use crate::clock::Timestamp;

/// A server, by its DNS name (and port, where a test uses one).
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::hosts)]
pub struct Host {
    /// Our key.
    pub id: Id<Host>,
    /// Name, lower case, without trailing dot.
    pub name: String,
    /// What we decided.
    pub standing: HostStanding,
    /// What it runs, after NodeInfo: `mastodon 4.7.0`.
    pub software: Option<String>,
    /// Which HTTP signature it accepted last.
    pub signature: SignatureScheme,
    /// Failures in a row.
    pub failures: i32,
    /// Since when nothing succeeds.
    pub failing_since: Option<Timestamp>,
    /// When its queue is due next; `None` when nothing waits.
    pub due_at: Option<Timestamp>,
    /// Last success of a delivery.
    pub last_success_at: Option<Timestamp>,
    /// Last verified request from it.
    pub last_seen_at: Option<Timestamp>,
    /// Why the last delivery failed.
    pub last_error: Option<String>,
    /// Whether its files are neither fetched nor shown.
    pub reject_media: bool,
    /// Whether its reports are not heard.
    pub reject_reports: bool,
    /// Since when it does not answer what we ask.
    pub dark_since: Option<Timestamp>,
    /// When we first heard of it.
    pub created_at: Timestamp,
    /// Whether it lets anybody sign up, by its own word.
    pub open_sign_ups: Option<bool>,
}

impl Host {
    /// Since when it is not reachable: it neither takes what we send nor answers what we ask.
    pub fn unreachable_since(&self) -> Option<Timestamp> {
        unreachable_since(self.failing_since, self.dark_since)
    }
}

/// How many servers' worth is taken of all servers below one name together.
pub const PER_NAME: i64 = 10;

/// The last two labels of a name: near enough to what one owner can multiply.
pub fn below(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').filter_map(|(at, _)| at.checked_add(1));
    dots.nth(1).and_then(|at| host.get(at..)).unwrap_or(host)
}

/// Since when a server is not reachable that has been failing to take, and to answer, since these moments.
pub fn unreachable_since(failing: Option<Timestamp>, dark: Option<Timestamp>) -> Option<Timestamp> {
    failing.into_iter().chain(dark).min()
}

/// What we decided about a host or an account from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum HostStanding {
    /// Nobody here decided yet: quarantine applies.
    #[default]
    Unknown,
    /// Let in.
    Approved,
    /// What comes from there is shown to members only, and to those who follow its author.
    Limited,
    /// Neither heard nor served.
    Suspended,
}

smallint_enum!(HostStanding { Unknown = 0, Approved = 1, Limited = 2, Suspended = 3 });

/// The form of an HTTP signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum SignatureScheme {
    /// draft-cavage-http-signatures-12.
    #[default]
    Cavage,
    /// RFC 9421.
    Rfc9421,
}

smallint_enum!(SignatureScheme { Cavage = 0, Rfc9421 = 1 });

impl SignatureScheme {
    /// The other form, for the second knock.
    pub const fn other(self) -> Self {
        match self {
            Self::Cavage => Self::Rfc9421,
            Self::Rfc9421 => Self::Cavage,
        }
    }
}
