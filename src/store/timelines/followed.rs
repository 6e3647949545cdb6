//! The home timeline: what an account and those it follows said and boosted.
//!
//! Two ways of reading, both of them exact. Who follows lively accounts finds a page among the
//! newest rows of `feed`, so those are walked first. Who follows quiet ones would walk far; then
//! each of them is asked for its newest row, and only the few that can stand on this page are read.

use std::collections::HashSet;

use diesel::dsl::{exists, max, min};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};

use super::{Place, Row, fill, plain, sift};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::domain::timeline::Found;
use crate::schema::{feed, follows};
use crate::store::conn::{Conn, run};
use crate::store::contributions::Viewer;
use crate::store::lines;
use crate::store::page::{Page, paged};

/// How many rows are walked before every followed account is asked.
const WINDOW: i64 = 2000;

/// The home timeline of an account.
pub fn home(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<Found>> {
    let viewer = Viewer::Member(me);
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sift(conn, viewer, found)?;
        overheard(conn, me, found)
    };
    Ok(plain(fill(conn, viewer, page, |conn, page| places(conn, me, page), keep)?))
}

/// Leaves out what is said to accounts that the reader does not follow.
fn overheard(conn: &mut Conn, me: Id<Account>, found: Vec<(i64, Found)>) -> QueryResult<Vec<(i64, Found)>> {
    let answers = lines::answered(conn, found.iter().map(|(_, one)| &one.head))?;
    let asked: HashSet<Id<Account>> = answers.values().copied().collect();
    let query = follows::table
        .filter(follows::follower_id.eq(me))
        .filter(follows::followee_id.eq_any(asked))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::followee_id);
    let followed: Vec<Id<Account>> = if answers.is_empty() { Vec::new() } else { run!(conn, load, query)? };
    let meant = |one: &Found| {
        if one.boost.is_some() || one.head.in_reply_to_uri.is_none() || one.head.author_id == me {
            return true;
        }
        let to = one.head.in_reply_to_id.and_then(|parent| answers.get(&parent));
        to.is_some_and(|to| *to == me || *to == one.head.author_id || followed.contains(to))
    };
    Ok(found.into_iter().filter(|(_, one)| meant(one)).collect())
}

fn places(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<Place>> {
    let bound = window(conn, page)?;
    let near = match bound {
        Some(bound) if page.is_ascending() => Page { max_id: Some(bound.min(page.below())), ..*page },
        Some(bound) => Page { since_id: Some(bound.max(page.above())), ..*page },
        None => *page,
    };
    let rows = walk(conn, me, &near)?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= page.limit;
    let rows = if full || bound.is_none() { rows } else { gather(conn, me, page)? };
    Ok(rows.into_iter().map(Place::from).collect())
}

/// The key at the far end of the window; `None` where the page has fewer rows to look at.
fn window(conn: &mut Conn, page: &Page) -> QueryResult<Option<i64>> {
    let within = feed::table
        .filter(feed::id.lt(page.below()))
        .filter(feed::id.gt(page.above()))
        .select(feed::id)
        .offset(WINDOW)
        .limit(1);
    if page.is_ascending() {
        run!(conn, first, within.order(feed::id.asc())).optional()
    } else {
        run!(conn, first, within.order(feed::id.desc())).optional()
    }
}

/// Walks the rows of everybody and takes those of the account and whom it follows.
fn walk(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<Row>> {
    let followed = exists(
        follows::table
            .filter(follows::followee_id.eq(feed::account_id))
            .filter(follows::follower_id.eq(me))
            .filter(follows::state.eq(FollowState::Accepted)),
    );
    let query = feed::table.filter(feed::account_id.eq(me).or(followed)).select((
        feed::id,
        feed::account_id,
        feed::contribution_id,
    ));
    paged!(conn, page, query, feed::id)
}

/// Asks every followed account for its row next to the page's bound. The rows of the page are
/// among those of the `limit` accounts whose rows are nearest, and none is farther than the
/// farthest of these.
fn gather(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<Row>> {
    let mut nearest = nearest_of_followed(conn, me, page)?;
    if let Some(own) = nearest_of(conn, me, page)? {
        nearest.push((me, own));
    }
    nearest.sort_unstable_by_key(|(_, key)| if page.is_ascending() { *key } else { -*key });
    nearest.truncate(usize::try_from(page.limit).unwrap_or(0));
    let Some((_, farthest)) = nearest.last().copied() else { return Ok(Vec::new()) };
    let full = i64::try_from(nearest.len()).unwrap_or(i64::MAX) >= page.limit;
    let near = match (full, page.is_ascending()) {
        (false, _) => *page,
        (true, true) => Page { max_id: Some(farthest.saturating_add(1)), ..*page },
        (true, false) => Page { since_id: Some(farthest.saturating_sub(1)), ..*page },
    };
    let mut rows: Vec<Row> = Vec::new();
    for (account, _) in nearest {
        let query = feed::table.filter(feed::account_id.eq(account)).select((
            feed::id,
            feed::account_id,
            feed::contribution_id,
        ));
        let own: Vec<Row> = paged!(conn, near, query, feed::id)?;
        rows.extend(own);
    }
    rows.sort_unstable_by_key(|(key, ..)| if page.is_ascending() { *key } else { -*key });
    rows.truncate(usize::try_from(page.limit).unwrap_or(0));
    Ok(page.newest_first(rows))
}

fn nearest_of_followed(
    conn: &mut Conn,
    me: Id<Account>,
    page: &Page,
) -> QueryResult<Vec<(Id<Account>, i64)>> {
    let within = feed::table
        .filter(feed::account_id.eq(follows::followee_id))
        .filter(feed::id.lt(page.below()))
        .filter(feed::id.gt(page.above()));
    let followed =
        follows::table.filter(follows::follower_id.eq(me)).filter(follows::state.eq(FollowState::Accepted));
    let rows: Vec<(Id<Account>, Option<i64>)> = if page.is_ascending() {
        let nearest = within.select(min(feed::id)).single_value();
        run!(conn, load, followed.select((follows::followee_id, nearest)))?
    } else {
        let nearest = within.select(max(feed::id)).single_value();
        run!(conn, load, followed.select((follows::followee_id, nearest)))?
    };
    Ok(rows.into_iter().filter_map(|(account, key)| Some((account, key?))).collect())
}

fn nearest_of(conn: &mut Conn, account: Id<Account>, page: &Page) -> QueryResult<Option<i64>> {
    let query = feed::table.filter(feed::account_id.eq(account)).select(feed::id);
    let near = Page { limit: 1, ..*page };
    let rows: Vec<i64> = paged!(conn, near, query, feed::id)?;
    Ok(rows.into_iter().next())
}
