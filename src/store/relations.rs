//! Who follows and who blocks whom.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::relation::{Follow, FollowState};
use crate::schema::{accounts, blocks, follows};

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
