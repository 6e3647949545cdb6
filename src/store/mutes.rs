//! Whom and which hosts an account does not want to see.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::relation::Mute;
use crate::schema::{accounts, follows, host_mutes, hosts, mutes};

/// The mute of one account by another, unless its time is over.
pub fn mute(
    conn: &mut Conn,
    account: Id<Account>,
    target: Id<Account>,
    now: Timestamp,
) -> QueryResult<Option<Mute>> {
    let query = mutes::table.find((account, target));
    let found: Option<Mute> = run!(conn, first, query.select(Mute::as_select())).optional()?;
    Ok(found.filter(|mute| mute.expires_at.is_none_or(|at| at > now)))
}

/// Those of `accounts` that an account mutes. Mutes whose time is over are removed by a job; until then
/// they count.
pub fn muted(
    conn: &mut Conn,
    account: Id<Account>,
    accounts: &[Id<Account>],
) -> QueryResult<Vec<Id<Account>>> {
    let muted = mutes::table
        .filter(mutes::account_id.eq(account))
        .filter(one_of(mutes::target_id, accounts))
        .select(mutes::target_id);
    run!(conn, load, muted)
}

/// Those of `accounts` that live on hosts which an account wants nothing of.
pub fn with_muted_hosts(
    conn: &mut Conn,
    account: Id<Account>,
    accounts: &[Id<Account>],
) -> QueryResult<Vec<Id<Account>>> {
    let query = accounts::table
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .inner_join(host_mutes::table.on(host_mutes::host.eq(hosts::name)))
        .filter(host_mutes::account_id.eq(account))
        .filter(one_of(accounts::id, accounts))
        .select(accounts::id);
    run!(conn, load, query)
}

/// Removes mutes whose time is over.
pub fn expire(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(mutes::table.filter(mutes::expires_at.le(now))))
}

/// Keeps a mute, in place of an earlier one.
pub fn put(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    target: Id<Account>,
    notifications: bool,
    expires_at: Option<Timestamp>,
) -> Result<(), Error> {
    delete(tx, account, target)?;
    let id: Id<Mute> = tx.mint();
    let row = (
        mutes::account_id.eq(account),
        mutes::target_id.eq(target),
        mutes::id.eq(id),
        mutes::notifications.eq(notifications),
        mutes::expires_at.eq(expires_at),
        mutes::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(mutes::table).values(row))?;
    Ok(())
}

/// Removes a mute.
pub fn delete(conn: &mut Conn, account: Id<Account>, target: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(mutes::table.find((account, target))))
}

/// Whom an account mutes, the latest first.
pub fn page(
    conn: &mut Conn,
    account: Id<Account>,
    now: Timestamp,
    page: Page,
) -> QueryResult<Vec<(Mute, Account)>> {
    let query = mutes::table
        .inner_join(accounts::table.on(accounts::id.eq(mutes::target_id)))
        .filter(mutes::account_id.eq(account))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)));
    paged!(conn, page, query.select((Mute::as_select(), Account::as_select())), mutes::id)
}

/// Keeps that an account wants nothing of a host.
pub fn put_host(tx: &mut Tx<'_>, account: Id<Account>, host: &str) -> Result<(), Error> {
    let id: Id<Mute> = tx.mint();
    let row = (
        host_mutes::account_id.eq(account),
        host_mutes::host.eq(host),
        host_mutes::id.eq(id),
        host_mutes::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(host_mutes::table).values(row).on_conflict_do_nothing();
    run!(tx, execute, insert)?;
    Ok(())
}

/// Takes that back.
pub fn delete_host(conn: &mut Conn, account: Id<Account>, host: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(host_mutes::table.find((account, host.to_owned()))))
}

/// The hosts that an account wants nothing of, the latest first.
pub fn hosts_page(conn: &mut Conn, account: Id<Account>, page: Page) -> QueryResult<Vec<(i64, String)>> {
    let query = host_mutes::table
        .filter(host_mutes::account_id.eq(account))
        .select((host_mutes::id, host_mutes::host));
    paged!(conn, page, query, host_mutes::id)
}

/// Whom on this host an account follows, or asked to.
pub fn followed_on(conn: &mut Conn, account: Id<Account>, host: &str) -> QueryResult<Vec<Account>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(follows::follower_id.eq(account))
        .filter(hosts::name.eq(host.to_owned()));
    run!(conn, load, query.select(Account::as_select()))
}

/// Who on this host follows an account.
pub fn followers_on(conn: &mut Conn, account: Id<Account>, host: &str) -> QueryResult<Vec<Account>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(follows::followee_id.eq(account))
        .filter(hosts::name.eq(host.to_owned()));
    run!(conn, load, query.select(Account::as_select()))
}
