//! From whom accounts want to hear, and what was put aside.

use diesel::dsl::{count_star, max, min};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::notification::{Aside, Notification, Policy};
use crate::schema::{notification_permissions, notification_policies, notifications};

/// The policy of an account; the open one where it never chose.
pub fn of(conn: &mut Conn, account: Id<Account>) -> QueryResult<Policy> {
    let query = notification_policies::table.find(account);
    let found: Option<Policy> = run!(conn, first, query.select(Policy::as_select())).optional()?;
    Ok(found.unwrap_or_default())
}

/// Keeps the policy of an account.
pub fn put(conn: &mut Conn, account: Id<Account>, policy: &Policy) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(notification_policies::table.find(account)))?;
    let row = (notification_policies::account_id.eq(account), policy);
    run!(conn, execute, diesel::insert_into(notification_policies::table).values(row))
}

/// Whether an account agreed to hear from another in spite of its policy.
pub fn is_permitted(conn: &mut Conn, account: Id<Account>, from: Id<Account>) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, notification_permissions::table.find((account, from)).count())?;
    Ok(count > 0)
}

/// Keeps that an account agreed to hear from another, and brings back what was put aside.
pub fn permit(tx: &mut Tx<'_>, account: Id<Account>, from: Id<Account>) -> Result<(), Error> {
    let row = (
        notification_permissions::account_id.eq(account),
        notification_permissions::from_id.eq(from),
        notification_permissions::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(notification_permissions::table).values(row).on_conflict_do_nothing();
    run!(tx, execute, insert)?;
    let aside = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::from_id.eq(from))
        .filter(notifications::filtered.eq(true));
    run!(tx, execute, diesel::update(aside).set(notifications::filtered.eq(false)))?;
    Ok(())
}

/// Removes what was put aside from another account.
pub fn dismiss(conn: &mut Conn, account: Id<Account>, from: Id<Account>) -> QueryResult<usize> {
    let aside = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::from_id.eq(from))
        .filter(notifications::filtered.eq(true));
    run!(conn, execute, diesel::delete(aside))
}

/// What was put aside, one entry per account, the latest first.
pub fn aside(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Aside>> {
    let query = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::filtered.eq(true))
        .group_by(notifications::from_id)
        .order(max(notifications::id).desc())
        .select((
            notifications::from_id,
            count_star(),
            min(notifications::created_at),
            max(notifications::created_at),
            max(notifications::id),
        ));
    type Row = (Id<Account>, i64, Option<Timestamp>, Option<Timestamp>, Option<Id<Notification>>);
    let rows: Vec<Row> = run!(conn, load, query)?;
    let last: Vec<Id<Notification>> = rows.iter().filter_map(|row| row.4).collect();
    let query = notifications::table
        .filter(notifications::id.eq_any(last))
        .select((notifications::id, notifications::contribution_id));
    let about: Vec<(Id<Notification>, Option<Id<Contribution>>)> = run!(conn, load, query)?;
    let entry = |(from, count, first, last, id): Row| Aside {
        from,
        count,
        first: first.unwrap_or_default(),
        last: last.unwrap_or_default(),
        last_id: id.unwrap_or(Id::new(0)),
        about: about.iter().find(|(of, _)| Some(*of) == id).and_then(|(_, about)| *about),
    };
    Ok(rows.into_iter().map(entry).collect())
}
