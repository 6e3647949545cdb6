//! What accounts keep for later, and threads they do not want to hear of.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::Bookmark;
use crate::domain::uri::Uri;
use crate::schema::{bookmarks, contributions, muted_threads};

/// Keeps a contribution for an account; once is enough.
pub fn insert(tx: &mut Tx<'_>, account: Id<Account>, id: Id<Contribution>) -> Result<(), Error> {
    let query = bookmarks::table
        .filter(bookmarks::account_id.eq(account))
        .filter(bookmarks::contribution_id.eq(id))
        .select(bookmarks::id);
    let known: Option<Id<Bookmark>> = run!(tx, first, query).optional()?;
    if known.is_some() {
        return Ok(());
    }
    let row = Bookmark { id: tx.mint(), account_id: account, contribution_id: id, created_at: tx.now };
    run!(tx, execute, diesel::insert_into(bookmarks::table).values(&row))?;
    Ok(())
}

/// No longer keeps it.
pub fn delete(conn: &mut Conn, account: Id<Account>, id: Id<Contribution>) -> QueryResult<usize> {
    let kept =
        bookmarks::table.filter(bookmarks::account_id.eq(account)).filter(bookmarks::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(kept))
}

/// The addresses of everything that an account keeps, the latest first.
pub fn uris(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Uri>> {
    let query = bookmarks::table
        .inner_join(contributions::table.on(contributions::id.eq(bookmarks::contribution_id)))
        .filter(bookmarks::account_id.eq(account))
        .filter(visible_to(Viewer::Member(account)))
        .order(bookmarks::id.desc())
        .select(contributions::uri);
    run!(conn, load, query)
}

/// No longer keeps what has this address.
pub fn delete_by_uri(conn: &mut Conn, account: Id<Account>, uri: &Uri) -> QueryResult<usize> {
    let meant = contributions::table.filter(contributions::uri.eq(uri)).select(contributions::id);
    let kept = bookmarks::table
        .filter(bookmarks::account_id.eq(account))
        .filter(bookmarks::contribution_id.eq_any(meant));
    run!(conn, execute, diesel::delete(kept))
}

/// An account does not want to hear of a thread.
pub fn mute_thread(tx: &mut Tx<'_>, account: Id<Account>, thread: Id<Contribution>) -> Result<(), Error> {
    if is_muted(tx, account, thread)? {
        return Ok(());
    }
    let row = (
        muted_threads::account_id.eq(account),
        muted_threads::thread_id.eq(thread),
        muted_threads::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(muted_threads::table).values(row))?;
    Ok(())
}

/// It wants to hear of it again.
pub fn unmute_thread(conn: &mut Conn, account: Id<Account>, thread: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(muted_threads::table.find((account, thread))))
}

/// Who did not want to hear of a thread does not want to hear of the one that it turned out to belong to.
pub fn carry_mutes(conn: &mut Conn, from: Id<Contribution>, to: Id<Contribution>) -> QueryResult<()> {
    let query = muted_threads::table
        .filter(muted_threads::thread_id.eq(from))
        .select((muted_threads::account_id, muted_threads::created_at));
    let rows: Vec<(Id<Account>, Timestamp)> = run!(conn, load, query)?;
    for (account, since) in rows {
        unmute_thread(conn, account, from)?;
        if is_muted(conn, account, to)? {
            continue;
        }
        let row = (
            muted_threads::account_id.eq(account),
            muted_threads::thread_id.eq(to),
            muted_threads::created_at.eq(since),
        );
        run!(conn, execute, diesel::insert_into(muted_threads::table).values(row))?;
    }
    Ok(())
}

/// Whether an account does not want to hear of the thread in which something stands.
pub fn is_muted_about(conn: &mut Conn, account: Id<Account>, about: Id<Contribution>) -> QueryResult<bool> {
    let thread = contributions::table.find(about).select(contributions::thread_id);
    let muted = muted_threads::table
        .filter(muted_threads::account_id.eq(account))
        .filter(muted_threads::thread_id.eq_any(thread))
        .count();
    let count: i64 = run!(conn, get_result, muted)?;
    Ok(count > 0)
}

fn is_muted(conn: &mut Conn, account: Id<Account>, thread: Id<Contribution>) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, muted_threads::table.find((account, thread)).count())?;
    Ok(count > 0)
}
