//! Quotes: a post shows another contribution inside itself, as far as that one's author agrees (FEP-044f).

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::SmallInt;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::contribution::{Contribution, Visibility};
use super::id::Id;
use super::sql::{newtype_column, smallint_enum};
use super::uri::Uri;

/// That a post quotes something.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::quotes, treat_none_as_default_value = false)]
pub struct Quote {
    /// The post.
    pub contribution_id: Id<Contribution>,
    /// What it quotes, where we have it.
    pub quoted_id: Option<Id<Contribution>>,
    /// What it quotes, as the wire names it.
    pub quoted_uri: Uri,
    /// What the author of the quoted one says to it.
    pub state: Consent,
    /// The document in which that author agrees; a quote of oneself needs none.
    pub stamp_uri: Option<Uri>,
    /// The activity that asked for it.
    pub request_uri: Option<Uri>,
}

impl Quote {
    /// The document that shows the consent to others.
    pub fn stamp(&self) -> Option<&Uri> {
        self.stamp_uri.as_ref().filter(|_| self.state == Consent::Accepted)
    }
}

/// What the author of something says to being quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SmallInt)]
pub enum Consent {
    /// Nothing yet.
    Pending,
    /// Yes.
    Accepted,
    /// No.
    Rejected,
    /// Yes at first, and no since.
    Revoked,
}

smallint_enum!(Consent { Pending = 0, Accepted = 1, Rejected = 2, Revoked = 3 });

/// What a viewer sees of a quote, and why not more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// What is quoted.
    Shown,
    /// Nothing before its author agreed.
    Pending,
    /// Nothing: its author said no.
    Rejected,
    /// Nothing: its author thought better of it.
    Revoked,
    /// Nothing: it was deleted.
    Deleted,
    /// Nothing: it is not for this viewer.
    Unauthorized,
    /// Only when asked for: the viewer blocks its author.
    BlockedAccount,
    /// Only when asked for: the viewer wants nothing of its host.
    BlockedHost,
    /// Only when asked for: the viewer mutes its author.
    MutedAccount,
}

/// A quote in a post from elsewhere, before anybody agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedQuote {
    /// What it quotes.
    pub uri: Uri,
    /// Where the consent is said to be.
    pub stamp: Option<Uri>,
    /// How many quotes within quotes are fetched from here on.
    pub depth: u8,
}

/// A consent as its own address serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its identity.
    pub id: Uri,
    /// Who agrees.
    pub owner: Uri,
    /// To what.
    pub quoting: Uri,
    /// The contribution that may be quoted there.
    pub quoted: Uri,
}

/// Who may quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoters {
    /// Everyone.
    Everyone,
    /// Those who follow the author.
    Followers,
    /// Those whom the author follows.
    Followed,
    /// Others, whom we cannot tell.
    Others,
}

impl Quoters {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Everyone, Self::Followers, Self::Followed, Self::Others];

    const fn bit(self) -> i16 {
        match self {
            Self::Everyone => 1,
            Self::Followers => 2,
            Self::Followed => 4,
            Self::Others => 8,
        }
    }
}

/// Who may quote at once, and who may ask, as bits: the lower four and the four above them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = SmallInt)]
pub struct QuotePolicy(i16);

newtype_column!(QuotePolicy, i16, SmallInt);

impl QuotePolicy {
    /// Nobody but the author.
    pub const NOBODY: Self = Self(0);
    /// Everyone.
    pub const EVERYONE: Self = Self(Quoters::Everyone.bit());
    /// Those who follow the author.
    pub const FOLLOWERS: Self = Self(Quoters::Followers.bit());

    /// What these may at once and those may ask for.
    pub fn new(
        automatic: impl IntoIterator<Item = Quoters>,
        manual: impl IntoIterator<Item = Quoters>,
    ) -> Self {
        let bits = |quoters: Quoters| quoters.bit();
        let automatic = automatic.into_iter().map(bits).fold(0, |all, bit| all | bit);
        let manual = manual.into_iter().map(bits).fold(0, |all, bit| all | bit);
        Self(automatic | (manual << 4))
    }

    /// The policy as far as a contribution of this visibility can have it: what is not for everybody
    /// is quoted by its author only.
    pub const fn within(self, visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public | Visibility::Unlisted => self,
            Visibility::Followers | Visibility::Mentioned | Visibility::Internal => Self::NOBODY,
        }
    }

    const fn is_automatic(self, quoters: Quoters) -> bool {
        self.0 & quoters.bit() != 0
    }

    const fn is_manual(self, quoters: Quoters) -> bool {
        (self.0 >> 4) & quoters.bit() != 0
    }

    /// Who may quote at once.
    pub fn automatic(self) -> impl Iterator<Item = Quoters> {
        Quoters::ALL.into_iter().filter(move |quoters| self.is_automatic(*quoters))
    }

    /// Who may ask.
    pub fn manual(self) -> impl Iterator<Item = Quoters> {
        Quoters::ALL.into_iter().filter(move |quoters| self.is_manual(*quoters))
    }

    /// Whether the answer depends on who follows whom.
    pub const fn asks_for_ties(self) -> bool {
        let ties = Quoters::Followers.bit() | Quoters::Followed.bit();
        (self.0 | (self.0 >> 4)) & ties != 0
    }

    const fn permits(self, tie: Tie) -> Permission {
        let known =
            [(Quoters::Everyone, true), (Quoters::Followers, tie.follows), (Quoters::Followed, tie.followed)];
        let [(everyone, _), (followers, follows), (followees, followed)] = known;
        if self.is_automatic(everyone)
            || (follows && self.is_automatic(followers))
            || (followed && self.is_automatic(followees))
        {
            return Permission::Automatic;
        }
        if self.is_manual(everyone)
            || (follows && self.is_manual(followers))
            || (followed && self.is_manual(followees))
        {
            return Permission::Manual;
        }
        if self.is_automatic(Quoters::Others) || self.is_manual(Quoters::Others) {
            return Permission::Unknown;
        }
        Permission::Denied
    }
}

/// What ties somebody who wants to quote to the author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tie {
    /// Both are the same account.
    pub own: bool,
    /// The one who quotes follows the author.
    pub follows: bool,
    /// The author follows the one who quotes.
    pub followed: bool,
}

/// What somebody may expect who wants to quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// It is granted at once.
    Automatic,
    /// The author will be asked.
    Manual,
    /// It is refused.
    #[default]
    Denied,
    /// The author's rule is none that we know.
    Unknown,
}

/// What somebody with this tie may expect who wants to quote `head`: the same for ours and theirs.
pub const fn permission(head: &Contribution, tie: Tie) -> Permission {
    match head.visibility {
        Visibility::Mentioned | Visibility::Internal => Permission::Denied,
        Visibility::Public | Visibility::Unlisted | Visibility::Followers if tie.own => Permission::Automatic,
        Visibility::Followers => Permission::Denied,
        Visibility::Public | Visibility::Unlisted => head.quote_policy.permits(tie),
    }
}

/// A quote as it is kept, with what is named of the quoted one.
#[derive(Clone, Debug)]
pub struct Quoting {
    /// The row.
    pub quote: Quote,
    /// The page of what is quoted.
    pub url: String,
    /// Who wrote it, where we have it.
    pub author: Option<Id<Account>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_who_may_and_who_may_ask() {
        let stranger = Tie::default();
        let follower = Tie { follows: true, ..Tie::default() };
        let friend = Tie { followed: true, ..Tie::default() };
        assert_eq!(QuotePolicy::EVERYONE.permits(stranger), Permission::Automatic);
        assert_eq!(QuotePolicy::NOBODY.permits(follower), Permission::Denied);
        assert_eq!(QuotePolicy::FOLLOWERS.permits(stranger), Permission::Denied);
        assert_eq!(QuotePolicy::FOLLOWERS.permits(follower), Permission::Automatic);
        let mixed = QuotePolicy::new([Quoters::Followers], [Quoters::Everyone]);
        assert_eq!(mixed.permits(stranger), Permission::Manual);
        assert_eq!(mixed.permits(follower), Permission::Automatic);
        assert_eq!(mixed.automatic().collect::<Vec<_>>(), [Quoters::Followers]);
        assert_eq!(mixed.manual().collect::<Vec<_>>(), [Quoters::Everyone]);
        let odd = QuotePolicy::new([Quoters::Followed], [Quoters::Others]);
        assert_eq!(
            (odd.permits(friend), odd.permits(stranger)),
            (Permission::Automatic, Permission::Unknown)
        );
        assert!(odd.asks_for_ties() && !QuotePolicy::EVERYONE.asks_for_ties());
        assert_eq!(mixed.within(Visibility::Followers), QuotePolicy::NOBODY);
    }
}
