//! Quote, `ShallowQuote` and `QuoteApproval`: what a status quotes, and who may quote it.

use serde::Serialize;

use super::id;
use super::status::{Status, quoted};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::quote::{Permission, QuotePolicy, Quoters, Showing};
use crate::domain::site::Site;
use crate::domain::timeline::{Mine, QuoteLine};

/// What a status quotes.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Quote {
    /// With the quoted status.
    Full {
        /// Whether it is shown, or why not.
        state: &'static str,
        /// The status, with a shallow quote of its own.
        quoted_status: Option<Box<Status>>,
    },
    /// Within a quote.
    Shallow {
        /// Whether it is shown, or why not.
        state: &'static str,
        /// The key of the status.
        quoted_status_id: Option<String>,
    },
}

impl Quote {
    /// The quoted status.
    pub fn status_mut(&mut self) -> Option<&mut Status> {
        match self {
            Self::Full { quoted_status, .. } => quoted_status.as_deref_mut(),
            Self::Shallow { .. } => None,
        }
    }
}

/// Who may quote a status.
#[derive(Clone, Debug, Serialize)]
pub struct QuoteApproval {
    automatic: Vec<&'static str>,
    manual: Vec<&'static str>,
    current_user: &'static str,
}

const fn state(showing: Showing) -> &'static str {
    match showing {
        Showing::Shown => "accepted",
        Showing::Pending => "pending",
        Showing::Rejected => "rejected",
        Showing::Revoked => "revoked",
        Showing::Deleted => "deleted",
        Showing::Unauthorized => "unauthorized",
        Showing::BlockedAccount => "blocked_account",
        Showing::BlockedHost => "blocked_domain",
        Showing::MutedAccount => "muted_account",
    }
}

/// Renders a quote; `within` another one only its key is named.
pub(super) fn quote(line: &QuoteLine, site: &Site, now: Timestamp, within: bool) -> Quote {
    let state = state(line.showing);
    if within {
        return Quote::Shallow { state, quoted_status_id: line.quoted_id.map(|quoted| id(quoted.get())) };
    }
    let quoted_status = line.quoted.as_ref().map(|inner| Box::new(quoted(inner, site, now)));
    Quote::Full { state, quoted_status }
}

const fn quoters(quoters: Quoters) -> &'static str {
    match quoters {
        Quoters::Everyone => "public",
        Quoters::Followers => "followers",
        Quoters::Followed => "following",
        Quoters::Others => "unsupported_policy",
    }
}

/// Renders who may quote.
pub(super) fn approval(head: &Contribution, mine: Option<&Mine>) -> QuoteApproval {
    let policy = head.quote_policy;
    QuoteApproval {
        automatic: policy.automatic().map(quoters).collect(),
        manual: policy.manual().map(quoters).collect(),
        current_user: match mine.map_or(Permission::Denied, |mine| mine.quoting) {
            Permission::Automatic => "automatic",
            Permission::Manual => "manual",
            Permission::Denied => "denied",
            Permission::Unknown => "unknown",
        },
    }
}

/// The words of the client API for the rules that an author of ours can choose.
const POLICIES: [(&str, QuotePolicy); 3] = [
    ("public", QuotePolicy::EVERYONE),
    ("followers", QuotePolicy::FOLLOWERS),
    ("nobody", QuotePolicy::NOBODY),
];

/// Reads such a word.
pub fn parse_policy(word: &str) -> Option<QuotePolicy> {
    POLICIES.into_iter().find(|(known, _)| *known == word).map(|(_, policy)| policy)
}

/// The word for a rule of ours.
pub fn policy_word(policy: QuotePolicy) -> &'static str {
    POLICIES.into_iter().find(|(_, known)| *known == policy).map_or("nobody", |(word, _)| word)
}
