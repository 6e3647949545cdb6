//! What stands in a timeline: contributions, and that somebody handed one on.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::account::Account;
use super::contribution::Contribution;
use super::emoji::Emoji;
use super::id::Id;
use super::profile::Profile;
use super::quote::{Permission, Showing};
use super::view::View;
use crate::clock::Timestamp;

/// An account hands a contribution on to its followers.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::boosts)]
pub struct Boost {
    /// Our key, in the same order as those of contributions.
    pub id: Id<Boost>,
    /// Who hands it on.
    pub account_id: Id<Account>,
    /// What.
    pub contribution_id: Id<Contribution>,
    /// When.
    pub created_at: Timestamp,
}

/// A contribution that an account keeps for later.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::bookmarks)]
pub struct Bookmark {
    /// Our key.
    pub id: Id<Bookmark>,
    /// Who keeps it.
    pub account_id: Id<Account>,
    /// What.
    pub contribution_id: Id<Contribution>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A place in a timeline before it is loaded: a contribution, or the boost of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The contribution.
    pub head: Contribution,
    /// Who handed it on, where that is why it stands here.
    pub boost: Option<Boost>,
}

impl Found {
    /// The key by which timelines are ordered and paged.
    pub fn key(&self) -> i64 {
        self.boost.as_ref().map_or(self.head.id.get(), |boost| boost.id.get())
    }

    /// Who put it into the timeline.
    pub fn by(&self) -> Id<Account> {
        self.boost.as_ref().map_or(self.head.author_id, |boost| boost.account_id)
    }
}

impl From<Contribution> for Found {
    fn from(head: Contribution) -> Self {
        Self { head, boost: None }
    }
}

/// One line of a timeline with everything its rendering needs.
#[derive(Clone, Debug)]
pub struct Line {
    /// The contribution.
    pub view: View,
    /// Its author, with counts.
    pub author: AccountView,
    /// Who handed it on and when, where that is why it stands here.
    pub boost: Option<(Boost, AccountView)>,
    /// Whom it answers.
    pub answers: Option<Id<Account>>,
    /// What the asking account did with it; `None` when nobody is signed in.
    pub mine: Option<Mine>,
    /// What it quotes.
    pub quote: Option<QuoteLine>,
    /// The app it was written with, where somebody here wrote it with one.
    pub tool: Option<Tool>,
}

/// An app as readers are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What it calls itself.
    pub name: String,
    /// Its page.
    pub website: Option<String>,
}

impl Line {
    /// The key by which timelines are ordered and paged.
    pub fn key(&self) -> i64 {
        self.boost.as_ref().map_or(self.view.head.id.get(), |(boost, _)| boost.id.get())
    }
}

/// What the asking account sees of a quote.
#[derive(Clone, Debug)]
pub struct QuoteLine {
    /// What, and why not more.
    pub showing: Showing,
    /// The quoted contribution, where it may be named.
    pub quoted_id: Option<Id<Contribution>>,
    /// The same with everything its rendering needs; within a quote only the key is loaded.
    pub quoted: Option<Box<Line>>,
}

/// What an account did with a contribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mine {
    /// It wrote it.
    pub wrote: bool,
    /// It likes it.
    pub liked: bool,
    /// It boosted it.
    pub boosted: bool,
    /// It keeps it.
    pub bookmarked: bool,
    /// It does not want to hear of its thread.
    pub muted: bool,
    /// It shows it first.
    pub pinned: bool,
    /// What it may expect that wants to quote it.
    pub quoting: Permission,
}

/// What the server of an account says of its numbers; `None` is what it keeps to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// How many contributions it has.
    pub contributions: Option<i64>,
    /// How many follow it.
    pub followers: Option<i64>,
    /// How many it follows.
    pub following: Option<i64>,
}

/// An account with everything its rendering needs.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// What it says about itself at length; `None` where it never did.
    pub profile: Option<Profile>,
    /// The small pictures that its texts name.
    pub emojis: Vec<Emoji>,
    /// How many contributions it has: what we know of, or more where its server says so.
    pub contributions: i64,
    /// How many follow it, in the same way.
    pub followers: i64,
    /// How many it follows, in the same way.
    pub following: i64,
    /// When it said or boosted something last.
    pub last_at: Option<Timestamp>,
    /// Where it moved, if we know the new account.
    pub moved: Option<Box<AccountView>>,
}
