//! Likes and boosts.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::{Event, Gone, Tx};
use super::{Error, withheld_reactions};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::notification::NotificationKind;
use crate::domain::timeline::Boost;
use crate::domain::uri::Uri;
use crate::schema::{accounts, boosts, likes};

/// The activity with which an account likes a contribution.
pub fn like(conn: &mut Conn, account: Id<Account>, id: Id<Contribution>) -> QueryResult<Option<Uri>> {
    run!(conn, first, likes::table.find((account, id)).select(likes::uri)).optional()
}

/// Keeps a like.
pub fn insert_like(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    id: Id<Contribution>,
    uri: &Uri,
) -> Result<(), Error> {
    let key: Id<Contribution> = tx.mint();
    let row = (
        likes::id.eq(key),
        likes::account_id.eq(account),
        likes::contribution_id.eq(id),
        likes::uri.eq(uri),
        likes::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(likes::table).values(row))?;
    Ok(())
}

/// Removes a like.
pub fn delete_like(conn: &mut Conn, account: Id<Account>, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(likes::table.find((account, id))))
}

/// The activity with which an account boosted a contribution.
pub fn boost(conn: &mut Conn, account: Id<Account>, id: Id<Contribution>) -> QueryResult<Option<Uri>> {
    let query = boosts::table
        .filter(boosts::account_id.eq(account))
        .filter(boosts::contribution_id.eq(id))
        .select(boosts::uri);
    run!(conn, first, query).optional()
}

/// The boost of a contribution by an account, as a row.
pub fn boost_of(conn: &mut Conn, account: Id<Account>, id: Id<Contribution>) -> QueryResult<Option<Boost>> {
    let query = boosts::table.filter(boosts::account_id.eq(account)).filter(boosts::contribution_id.eq(id));
    run!(conn, first, query.select(Boost::as_select())).optional()
}

/// Who here boosted a contribution.
pub fn local_boosters(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Id<Account>>> {
    let query = boosts::table
        .inner_join(accounts::table.on(accounts::id.eq(boosts::account_id)))
        .filter(boosts::contribution_id.eq(id))
        .filter(accounts::host_id.is_null())
        .select(boosts::account_id);
    run!(conn, load, query)
}

/// Keeps a boost.
pub fn insert_boost(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    id: Id<Contribution>,
    uri: &Uri,
) -> Result<(), Error> {
    let key: Id<Contribution> = tx.mint();
    let row = (
        boosts::id.eq(key),
        boosts::account_id.eq(account),
        boosts::contribution_id.eq(id),
        boosts::uri.eq(uri),
        boosts::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(boosts::table).values(row))?;
    tx.after_commit(Event::Placed(key.get()));
    Ok(())
}

/// Removes a boost.
pub fn delete_boost(tx: &mut Tx<'_>, account: Id<Account>, id: Id<Contribution>) -> QueryResult<usize> {
    let Some(boost) = boost_of(tx, account, id)? else { return Ok(0) };
    end_boost(tx, &boost)
}

fn end_boost(tx: &mut Tx<'_>, boost: &Boost) -> QueryResult<usize> {
    tx.after_commit(Event::Gone(Gone { key: boost.id.get(), by: boost.account_id, open: false }));
    run!(tx, execute, diesel::delete(boosts::table.filter(boosts::id.eq(boost.id))))
}

/// Removes the like or boost that this activity made, if it is by this account. Returns what it was,
/// in the words in which it was told, and of what.
pub fn delete_by_uri(
    tx: &mut Tx<'_>,
    uri: &Uri,
    account: Id<Account>,
) -> QueryResult<Vec<(NotificationKind, Id<Contribution>)>> {
    let like = likes::table.filter(likes::uri.eq(uri)).filter(likes::account_id.eq(account));
    let boost = boosts::table.filter(boosts::uri.eq(uri)).filter(boosts::account_id.eq(account));
    let boost: Option<Boost> = run!(tx, first, boost.select(Boost::as_select())).optional()?;
    let mut gone = Vec::new();
    if let Some(boost) = boost {
        end_boost(tx, &boost)?;
        gone.push((NotificationKind::Boost, boost.contribution_id));
    }
    let liked: Vec<Id<Contribution>> = run!(tx, load, like.select(likes::contribution_id))?;
    gone.extend(liked.into_iter().map(|id| (NotificationKind::Like, id)));
    run!(tx, execute, diesel::delete(like))?;
    Ok(gone)
}

/// Removes every like and boost of an account that is gone.
pub fn forget(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
    withheld_reactions::forget(conn, account)?;
    let likes = run!(conn, execute, diesel::delete(likes::table.filter(likes::account_id.eq(account))))?;
    let boosts = run!(conn, execute, diesel::delete(boosts::table.filter(boosts::account_id.eq(account))))?;
    Ok(likes + boosts)
}
