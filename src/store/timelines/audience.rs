//! Who among those that listen may see something new in their timelines. Whether it does stand there
//! is for the timelines themselves to say; this only spares asking all of them.

use std::collections::HashSet;

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::list::List;
use crate::domain::relation::FollowState;
use crate::schema::{boosts, feed, followed_tags, follows, list_accounts, tags};
use crate::store::conn::{Conn, run};
use crate::store::contributions;

/// Readers in one query: a statement of SQLite takes 32,766 values.
const AT_ONCE: usize = 10_000;

/// Boosts of one contribution that are looked at when it goes.
const MOST_BOOSTS: i64 = 20;

/// A boost, and who may have been shown it.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Its key.
    pub key: i64,
    /// Those in whose home timeline it may stand.
    pub homes: HashSet<Id<Account>>,
    /// The lists on which it may stand.
    pub lists: HashSet<Id<List>>,
}

/// Something in timelines, and who may be shown it.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Who said or boosted it.
    pub by: Id<Account>,
    /// Whether it is a boost.
    pub boost: bool,
    /// Who may see the contribution.
    pub visibility: Visibility,
    /// Its hashtags, folded.
    pub tags: Vec<String>,
    /// When the contribution was published.
    pub published_at: Timestamp,
    /// Those in whose home timeline it may stand.
    pub homes: HashSet<Id<Account>>,
    /// The lists on which it may stand.
    pub lists: HashSet<Id<List>>,
}

/// The audience of the contribution or boost with this key, among these readers and lists; `None`
/// when it is gone.
pub fn audience(
    conn: &mut Conn,
    key: i64,
    readers: &[Id<Account>],
    lists: &[Id<List>],
) -> QueryResult<Option<Audience>> {
    let row = feed::table.find(key).select((feed::account_id, feed::contribution_id));
    let rows: Vec<(Id<Account>, Id<_>)> = run!(conn, load, row)?;
    let Some((by, id)) = rows.into_iter().next() else { return Ok(None) };
    let Some(head) = contributions::known_by_id(conn, id)? else { return Ok(None) };
    let names: Vec<String> =
        run!(conn, load, tags::table.filter(tags::contribution_id.eq(id)).select(tags::name))?;
    let mut homes = followers(conn, by, readers)?;
    if !names.is_empty() {
        let curious = followed_tags::table
            .filter(followed_tags::name.eq_any(names.clone()))
            .select(followed_tags::account_id);
        let curious: Vec<Id<Account>> = run!(conn, load, curious)?;
        let curious: HashSet<Id<Account>> = curious.into_iter().collect();
        homes.extend(readers.iter().copied().filter(|reader| curious.contains(reader)));
    }
    Ok(Some(Audience {
        by,
        boost: key != id.get(),
        visibility: head.visibility,
        tags: names,
        published_at: head.published_at,
        homes,
        lists: lists_with(conn, by, lists)?,
    }))
}

/// Those of these readers who are the account itself or follow it.
pub fn followers(
    conn: &mut Conn,
    account: Id<Account>,
    readers: &[Id<Account>],
) -> QueryResult<HashSet<Id<Account>>> {
    let mut found: HashSet<Id<Account>> =
        readers.iter().copied().filter(|reader| *reader == account).collect();
    for some in readers.chunks(AT_ONCE) {
        let query = follows::table
            .filter(follows::followee_id.eq(account))
            .filter(follows::follower_id.eq_any(some.to_vec()))
            .filter(follows::state.eq(FollowState::Accepted))
            .select(follows::follower_id);
        let followers: Vec<Id<Account>> = run!(conn, load, query)?;
        found.extend(followers);
    }
    Ok(found)
}

/// The newest boosts of a contribution that these readers and lists may have been shown: to whom, and
/// on which lists, by the keys of the boosts.
pub fn boosts_shown(
    conn: &mut Conn,
    id: Id<Contribution>,
    readers: &[Id<Account>],
    lists: &[Id<List>],
) -> QueryResult<Vec<Handed>> {
    let boosts = boosts::table
        .filter(boosts::contribution_id.eq(id))
        .select((boosts::id, boosts::account_id))
        .order(boosts::id.desc())
        .limit(MOST_BOOSTS);
    let rows: Vec<(i64, Id<Account>)> = run!(conn, load, boosts)?;
    let shown = |(key, by): (i64, Id<Account>)| {
        Ok(Handed { key, homes: followers(conn, by, readers)?, lists: lists_with(conn, by, lists)? })
    };
    rows.into_iter().map(shown).collect()
}

/// Those of these lists on which an account is.
pub fn lists_with(
    conn: &mut Conn,
    account: Id<Account>,
    lists: &[Id<List>],
) -> QueryResult<HashSet<Id<List>>> {
    let query = list_accounts::table
        .filter(list_accounts::account_id.eq(account))
        .filter(list_accounts::list_id.eq_any(lists.to_vec()))
        .select(list_accounts::list_id);
    let found: Vec<Id<List>> = run!(conn, load, query)?;
    Ok(found.into_iter().collect())
}
