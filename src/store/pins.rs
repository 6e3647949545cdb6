//! What an account shows first.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::schema::{contributions, pins};

/// What an account pinned and the viewer may see, what was pinned last first.
pub fn of(conn: &mut Conn, viewer: Viewer, account: Id<Account>) -> QueryResult<Vec<Contribution>> {
    let query = pins::table
        .inner_join(contributions::table.on(contributions::id.eq(pins::contribution_id)))
        .filter(pins::account_id.eq(account))
        .filter(visible_to(viewer))
        .order((pins::created_at.desc(), pins::contribution_id.desc()));
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Pins a contribution.
pub fn insert(
    conn: &mut Conn,
    account: Id<Account>,
    contribution: Id<Contribution>,
    now: Timestamp,
) -> QueryResult<usize> {
    let row =
        (pins::account_id.eq(account), pins::contribution_id.eq(contribution), pins::created_at.eq(now));
    run!(conn, execute, diesel::insert_into(pins::table).values(row))
}

/// Takes all pins of an account away.
pub fn clear(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(pins::table.filter(pins::account_id.eq(account))))
}

/// Takes a pin away.
pub fn delete(conn: &mut Conn, account: Id<Account>, contribution: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(pins::table.find((account, contribution))))
}
