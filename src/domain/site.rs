//! One server of one organization, and what its admins decide.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::SmallInt;

use super::account::Account;
use super::id::Id;
use super::position::ListingPolicy;
use super::sql::smallint_enum;

/// What never changes once a site is set up: where it is and who speaks there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Scheme and host of every address of ours: `https://red.example`.
    pub origin: String,
    /// The host part of the origin, with a port where it is not the default one.
    pub host: String,
    /// The organization that speaks.
    pub organization: Id<Account>,
    /// Its Forum, which announces the debate to followers.
    pub forum: Id<Account>,
    /// The actor that signs our fetches.
    pub instance: Id<Account>,
}

/// What an admin may change at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Name of the site as people read it; at setup the organization's name.
    pub name: String,
    /// A few sentences about the organization, Markdown.
    pub description: String,
    /// What becomes of the data of those who read and write here, Markdown; empty where nobody wrote it.
    pub privacy: String,
    /// Languages of the site, the main one first.
    pub languages: Vec<String>,
    /// Who is let in.
    pub federation_mode: FederationMode,
    /// Who may reply where a contribution says nothing else.
    pub reply_policy: ReplyPolicy,
    /// Whose positions are on our maps by themselves.
    pub listing_policy: ListingPolicy,
    /// How to reach a person, shown on `/about`.
    pub contact: String,
    /// After how many days what moderators remove is deleted; until then it can be taken back.
    pub grace_days: i32,
}

/// Which servers may take part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum FederationMode {
    /// Everyone who is not blocked.
    Open,
    /// Strangers' contributions are kept and shown to signed-in members until approved.
    #[default]
    Quarantine,
    /// Only listed hosts, in both directions.
    Allowlist,
}

smallint_enum!(FederationMode { Open = 0, Quarantine = 1, Allowlist = 2 });

impl FederationMode {
    /// Every mode, in the order in which a form offers them.
    pub const ALL: [Self; 3] = [Self::Quarantine, Self::Open, Self::Allowlist];

    /// The word used in forms, flags and the database of settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Quarantine => "quarantine",
            Self::Allowlist => "allowlist",
        }
    }

    /// The mode that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// Who may reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum ReplyPolicy {
    /// Everyone the federation mode lets in.
    #[default]
    Everyone,
    /// Accounts of approved hosts.
    KnownHosts,
    /// Accounts that the organization follows.
    Followed,
    /// Members of this site.
    Members,
}

smallint_enum!(ReplyPolicy { Everyone = 0, KnownHosts = 1, Followed = 2, Members = 3 });

impl ReplyPolicy {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 4] = [Self::Everyone, Self::KnownHosts, Self::Followed, Self::Members];

    /// The word in forms and settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::KnownHosts => "known_hosts",
            Self::Followed => "followed",
            Self::Members => "members",
        }
    }

    /// The one that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == word)
    }
}
