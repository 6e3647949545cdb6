//! What accounts here should hear of.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::notification::{Notification, NotificationKind};
use crate::schema::notifications;

/// Notes that `account` should hear of something; the same thing is noted once.
pub fn insert(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    kind: NotificationKind,
    from: Id<Account>,
    about: Option<Id<Contribution>>,
) -> Result<(), Error> {
    let same = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::from_id.eq(from));
    let before: i64 = match about {
        Some(about) => run!(tx, get_result, same.filter(notifications::contribution_id.eq(about)).count())?,
        None => run!(tx, get_result, same.filter(notifications::contribution_id.is_null()).count())?,
    };
    if before > 0 {
        return Ok(());
    }
    let id: Id<Notification> = tx.mint();
    let row = (
        notifications::id.eq(id),
        notifications::account_id.eq(account),
        notifications::kind.eq(kind),
        notifications::from_id.eq(from),
        notifications::contribution_id.eq(about),
        notifications::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(notifications::table).values(row))?;
    Ok(())
}

/// What an account should hear of, newest first.
pub fn page(
    conn: &mut Conn,
    account: Id<Account>,
    before: Option<Id<Notification>>,
    limit: i64,
) -> QueryResult<Vec<Notification>> {
    let query = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .order(notifications::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Notification::as_select()))
}

/// How many an account has not read.
pub fn unread(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    let query = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::read_at.is_null())
        .count();
    run!(conn, get_result, query)
}

/// Marks everything of an account as read.
pub fn mark_read(conn: &mut Conn, account: Id<Account>, now: Timestamp) -> QueryResult<usize> {
    let open = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::read_at.is_null());
    run!(conn, execute, diesel::update(open).set(notifications::read_at.eq(now)))
}

/// Removes what was noted about a contribution that is gone.
pub fn forget(conn: &mut Conn, about: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(notifications::table.filter(notifications::contribution_id.eq(about))))
}
