//! What servers elsewhere say of the numbers of their accounts.

use std::collections::HashMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::timeline::Claimed;
use crate::schema::claimed_counts;

/// When the server of an account was asked last.
pub fn asked_at(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<Timestamp>> {
    run!(conn, first, claimed_counts::table.find(account).select(claimed_counts::asked_at)).optional()
}

/// Keeps what it said.
pub fn put(conn: &mut Conn, account: Id<Account>, claimed: Claimed, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(claimed_counts::table.find(account)))?;
    let row = (
        claimed_counts::account_id.eq(account),
        claimed_counts::contributions.eq(claimed.contributions),
        claimed_counts::followers.eq(claimed.followers),
        claimed_counts::following.eq(claimed.following),
        claimed_counts::asked_at.eq(now),
    );
    run!(conn, execute, diesel::insert_into(claimed_counts::table).values(row))
}

/// What was said of these accounts, as far as anything was.
pub fn of(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<HashMap<Id<Account>, Claimed>> {
    let query = claimed_counts::table.filter(one_of(claimed_counts::account_id, ids)).select((
        claimed_counts::account_id,
        claimed_counts::contributions,
        claimed_counts::followers,
        claimed_counts::following,
    ));
    type Row = (Id<Account>, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = run!(conn, load, query)?;
    let one = |(id, contributions, followers, following): Row| {
        (id, Claimed { contributions, followers, following })
    };
    Ok(rows.into_iter().map(one).collect())
}
