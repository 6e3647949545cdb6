//! A unit of work: the connection and what a use case may need besides.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use diesel::dsl::max;
use diesel::{ExpressionMethods, QueryDsl};

use super::conn::{Conn, run};
use super::error::{Error, Fault};
use super::rebuffs::Counts;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::content_rule::ContentRule;
use crate::domain::contribution::Contribution;
use crate::domain::id::{Id, Mint};
use crate::domain::notice::Announcement;
use crate::domain::notification::Notification;
use crate::domain::site::Site;
use crate::schema::contributions;

/// How far back an event is compared with those before it: repetitions do no harm, and a large
/// import must not compare each with all.
const COMPARED: usize = 16;

/// What others hear after a commit, never before and never of work that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Deliveries wait.
    Deliveries,
    /// Received activities wait.
    Inbox,
    /// Jobs wait.
    Jobs,
    /// A token ended, or a network is kept out: open streams look whether it was theirs.
    Listeners,
    /// A contribution or boost with this key stands in timelines.
    Placed(i64),
    /// A contribution was changed.
    Changed(Id<Contribution>),
    /// A contribution or boost is gone from timelines.
    Gone(Gone),
    /// The admins told the members something.
    Announced(Id<Announcement>),
    /// They took it back.
    Unannounced(Id<Announcement>),
    /// An account of ours answered an announcement with a sign, or took the sign back.
    Reacted {
        /// To which.
        to: Id<Announcement>,
        /// The sign.
        name: String,
    },
    /// What was put aside for an account of ours stands among the rest now.
    Merged(Id<Account>),
    /// An account of ours was told something.
    Notified {
        /// Who should hear.
        to: Id<Account>,
        /// Of what.
        id: Id<Notification>,
    },
}

/// What is left to say of a contribution or boost that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gone {
    /// Its key.
    pub key: i64,
    /// Who said or boosted it.
    pub by: Id<Account>,
    /// Whether everybody was shown it.
    pub open: bool,
}

/// A write transaction. It can be made by `Db::write` only, so every change of the world is one
/// of these, and it never waits for the network.
pub struct Tx<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) site: Option<Arc<Site>>,
    pub(super) mint: &'a Mint,
    pub(super) events: Vec<Event>,
    /// What was not taken in, by server and reason.
    pub(super) rebuffs: Counts,
    /// The rules about texts, once they were asked for.
    pub(super) rules: Option<Arc<[ContentRule]>>,
    /// What this process calls itself.
    pub(super) process: &'a str,
    /// The moment of the whole unit of work.
    pub now: Timestamp,
}

impl Tx<'_> {
    /// The site that is set up here.
    pub fn site(&self) -> Result<Arc<Site>, Error> {
        let missing = || Fault::Broken("this site is not set up yet: run `plenum setup`".to_owned()).into();
        self.site.clone().ok_or_else(missing)
    }

    /// Makes the rest of this transaction belong to the site that it sets up.
    pub fn found(&mut self, site: Site) {
        self.site = Some(Arc::new(site));
    }

    /// A new key.
    pub fn mint<T>(&self) -> Id<T> {
        self.mint.next(self.now)
    }

    /// A free key for what was said elsewhere at this moment, after everything else of the moment: pages
    /// and apps order by keys, and what is fetched late stands where it belongs.
    pub fn mint_at(&mut self, published_at: Timestamp) -> Result<Id<Contribution>, Error> {
        let keys = Id::elsewhere_at(published_at);
        let taken = contributions::table.filter(contributions::id.between(*keys.start(), *keys.end()));
        let last: Option<Id<Contribution>> = run!(self, get_result, taken.select(max(contributions::id)))?;
        let next = last.map_or(*keys.start(), |last| Id::new(last.get().saturating_add(1)));
        Ok(if keys.contains(&next) { next } else { self.mint() })
    }

    /// Tells the rest of the server once this is committed.
    pub fn after_commit(&mut self, event: Event) {
        if !self.events.iter().rev().take(COMPARED).any(|known| *known == event) {
            self.events.push(event);
        }
    }

    /// Sees whether `work` would be refused: its rows are taken back in any case.
    pub fn tried<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<(), Error> {
        self.conn.begin(true)?;
        let (events, rebuffs) = (self.events.len(), self.rebuffs.clone());
        let result = work(self);
        self.conn.end(false)?;
        self.events.truncate(events);
        self.rebuffs = rebuffs;
        result.map(drop)
    }

    /// Runs `work` in a savepoint: when it fails, its rows are taken back and the rest stays.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.conn.begin(true)?;
        let (events, rebuffs) = (self.events.len(), self.rebuffs.clone());
        let result = work(self);
        self.conn.end(result.is_ok())?;
        if result.is_err() {
            self.events.truncate(events);
            self.rebuffs = rebuffs;
        }
        result
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
