//! Who follows and who blocks whom.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, SelectableHelper, TextExpressionMethods,
};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::account::{Account, AccountKind};
use crate::domain::id::Id;
use crate::domain::position::Listing;
use crate::domain::relation::{Follow, FollowOptions, FollowState};
use crate::domain::uri::Uri;
use crate::schema::{accounts, blocks, follows, hosts, positions};

/// Whether one follows the other, and it was agreed to.
pub fn follows(conn: &mut Conn, follower: Id<Account>, followee: Id<Account>) -> QueryResult<bool> {
    Ok(follow(conn, follower, followee)?.is_some_and(|follow| follow.state == FollowState::Accepted))
}

/// The relation of two accounts, agreed to or not.
pub fn follow(conn: &mut Conn, follower: Id<Account>, followee: Id<Account>) -> QueryResult<Option<Follow>> {
    let query =
        follows::table.filter(follows::followee_id.eq(followee)).filter(follows::follower_id.eq(follower));
    run!(conn, first, query.select(Follow::as_select())).optional()
}

/// Whether somebody here follows this account.
pub fn is_followed_here(conn: &mut Conn, followee: Id<Account>) -> QueryResult<bool> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(followee))
        .filter(accounts::host_id.is_null())
        .limit(1)
        .select(follows::id);
    let found: Option<Id<Follow>> = run!(conn, first, query).optional()?;
    Ok(found.is_some())
}

/// The organizations elsewhere that an account follows and that may be servers of our kind, the
/// first ones first.
pub fn peers(conn: &mut Conn, follower: Id<Account>) -> QueryResult<Vec<Account>> {
    let ours = hosts::software.is_null().or(hosts::software.assume_not_null().like("plenum%"));
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(follows::follower_id.eq(follower))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(accounts::kind.eq(AccountKind::Organization))
        .filter(ours)
        .order(follows::id);
    run!(conn, load, query.select(Account::as_select()))
}

/// Whether one blocks the other.
pub fn blocks(conn: &mut Conn, account: Id<Account>, target: Id<Account>) -> QueryResult<bool> {
    let query = blocks::table.find((account, target)).count();
    let count: i64 = run!(conn, get_result, query)?;
    Ok(count > 0)
}

/// How many follow an account.
pub fn count_followers(conn: &mut Conn, followee: Id<Account>) -> QueryResult<i64> {
    let query = follows::table
        .filter(follows::followee_id.eq(followee))
        .filter(follows::state.eq(FollowState::Accepted))
        .count();
    run!(conn, get_result, query)
}

/// How many an account follows.
pub fn count_following(conn: &mut Conn, follower: Id<Account>) -> QueryResult<i64> {
    let query = follows::table
        .filter(follows::follower_id.eq(follower))
        .filter(follows::state.eq(FollowState::Accepted))
        .count();
    run!(conn, get_result, query)
}

/// The relation that this activity asked for.
pub fn by_uri(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Follow>> {
    run!(conn, first, follows::table.filter(follows::uri.eq(uri)).select(Follow::as_select())).optional()
}

/// Puts on the map what waits of those whom an account follows.
pub fn list_waiting(conn: &mut Conn, follower: Id<Account>) -> QueryResult<usize> {
    let followed = follows::table
        .filter(follows::follower_id.eq(follower))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::followee_id);
    let waiting = positions::table
        .filter(positions::listing.eq(Listing::Waiting))
        .filter(positions::account_id.eq_any(followed));
    run!(conn, execute, diesel::update(waiting).set(positions::listing.eq(Listing::Listed)))
}

/// Keeps a new relation.
pub fn insert(
    tx: &mut Tx<'_>,
    follower: Id<Account>,
    followee: Id<Account>,
    uri: &Uri,
    state: FollowState,
) -> Result<Follow, Error> {
    let follow = Follow {
        id: tx.mint(),
        follower_id: follower,
        followee_id: followee,
        uri: uri.clone(),
        state,
        created_at: tx.now,
        boosts: true,
        notify: false,
        languages: None,
    };
    run!(tx, execute, diesel::insert_into(follows::table).values(&follow))?;
    Ok(follow)
}

/// Changes whether a relation is agreed to.
pub fn set_state(conn: &mut Conn, id: Id<Follow>, state: FollowState) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(follows::table.find(id)).set(follows::state.eq(state)))
}

/// Changes what the follower wants to see of a relation.
pub fn set_options(conn: &mut Conn, id: Id<Follow>, options: &FollowOptions) -> QueryResult<()> {
    let row = || diesel::update(follows::table.find(id));
    if let Some(boosts) = options.boosts {
        run!(conn, execute, row().set(follows::boosts.eq(boosts)))?;
    }
    if let Some(notify) = options.notify {
        run!(conn, execute, row().set(follows::notify.eq(notify)))?;
    }
    if let Some(languages) = &options.languages {
        let languages = Some(languages.join(" ")).filter(|languages| !languages.is_empty());
        run!(conn, execute, row().set(follows::languages.eq(languages)))?;
    }
    Ok(())
}

/// Who here wants to be told of everything that an account publishes.
pub fn listeners(conn: &mut Conn, followee: Id<Account>) -> QueryResult<Vec<Id<Account>>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(followee))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(follows::notify.eq(true))
        .filter(accounts::host_id.is_null())
        .select(follows::follower_id);
    run!(conn, load, query)
}

/// Gives a relation the address of the request that renewed it.
pub fn set_uri(conn: &mut Conn, id: Id<Follow>, uri: &Uri) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(follows::table.find(id)).set(follows::uri.eq(uri)))
}

/// Removes a relation.
pub fn delete(conn: &mut Conn, id: Id<Follow>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(follows::table.find(id)))
}

/// Who here follows an account.
pub fn local_followers(conn: &mut Conn, followee: Id<Account>) -> QueryResult<Vec<Id<Account>>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(followee))
        .filter(accounts::host_id.is_null())
        .select(follows::follower_id);
    run!(conn, load, query)
}

/// Who waits to follow an account.
pub fn pending_followers(conn: &mut Conn, followee: Id<Account>) -> QueryResult<Vec<Id<Account>>> {
    let query = follows::table
        .filter(follows::followee_id.eq(followee))
        .filter(follows::state.eq(FollowState::Pending))
        .order(follows::id)
        .select(follows::follower_id);
    run!(conn, load, query)
}

/// Keeps a block.
pub fn insert_block(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    target: Id<Account>,
    uri: &Uri,
) -> Result<(), Error> {
    let id: Id<Account> = tx.mint();
    let row = (
        blocks::id.eq(id),
        blocks::account_id.eq(account),
        blocks::target_id.eq(target),
        blocks::uri.eq(uri),
        blocks::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(blocks::table).values(row))?;
    Ok(())
}

/// The activity with which one blocks the other.
pub fn block(conn: &mut Conn, account: Id<Account>, target: Id<Account>) -> QueryResult<Option<Uri>> {
    run!(conn, first, blocks::table.find((account, target)).select(blocks::uri)).optional()
}

/// Removes a block.
pub fn delete_block(conn: &mut Conn, account: Id<Account>, target: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(blocks::table.find((account, target))))
}

/// Ends every relation and block of an account that is gone.
pub fn forget(conn: &mut Conn, account: Id<Account>) -> QueryResult<()> {
    let followed = follows::table.filter(follows::followee_id.eq(account));
    run!(conn, execute, diesel::delete(followed))?;
    run!(conn, execute, diesel::delete(follows::table.filter(follows::follower_id.eq(account))))?;
    run!(conn, execute, diesel::delete(blocks::table.filter(blocks::account_id.eq(account))))?;
    run!(conn, execute, diesel::delete(blocks::table.filter(blocks::target_id.eq(account))))?;
    Ok(())
}

/// Whom an account blocked with this activity.
pub fn block_by_uri(conn: &mut Conn, account: Id<Account>, uri: &Uri) -> QueryResult<Option<Id<Account>>> {
    let query = blocks::table
        .filter(blocks::account_id.eq(account))
        .filter(blocks::uri.eq(uri))
        .select(blocks::target_id);
    run!(conn, first, query).optional()
}
