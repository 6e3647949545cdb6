//! Whom an account does not want to see, and who does not want to be seen by it. Everything that
//! lists contributions or notifications for an account asks here.

use std::collections::{HashMap, HashSet};

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::mutes;
use super::one_of::one_of;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::schema::blocks;

/// Why an account is not shown in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// The viewer blocks it.
    Blocks,
    /// It blocks the viewer.
    IsBlocked,
    /// The viewer wants nothing of its host.
    MutesHost,
    /// The viewer mutes it.
    Mutes,
}

/// Those of `accounts` that `viewer` is not shown in lists: blocks in either direction, mutes, and
/// whole hosts that it wants nothing of.
pub fn among(conn: &mut Conn, viewer: Viewer, accounts: &[Id<Account>]) -> QueryResult<HashSet<Id<Account>>> {
    Ok(reasons(conn, viewer, accounts)?.into_keys().collect())
}

/// Like [`among`], with the reason that weighs most.
pub fn reasons(
    conn: &mut Conn,
    viewer: Viewer,
    accounts: &[Id<Account>],
) -> QueryResult<HashMap<Id<Account>, Hidden>> {
    let Some(me) = viewer.account().filter(|_| !accounts.is_empty()) else { return Ok(HashMap::new()) };
    let blocked = blocked(conn, me, accounts)?;
    let blocking = blocks::table
        .filter(blocks::target_id.eq(me))
        .filter(one_of(blocks::account_id, accounts))
        .select(blocks::account_id);
    let blocking: Vec<Id<Account>> = run!(conn, load, blocking)?;
    let muted = mutes::muted(conn, me, accounts)?;
    let far = mutes::with_muted_hosts(conn, me, accounts)?;
    let mut reasons = HashMap::new();
    // The weightier ones later: they take the place of the others.
    for (why, found) in [
        (Hidden::Mutes, muted),
        (Hidden::MutesHost, far),
        (Hidden::Blocks, blocked),
        (Hidden::IsBlocked, blocking),
    ] {
        reasons.extend(found.into_iter().map(|account| (account, why)));
    }
    Ok(reasons)
}

/// Those of `accounts` that `me` itself wants nothing of: blocked or muted, whatever they think of it.
pub fn unwanted(
    conn: &mut Conn,
    me: Id<Account>,
    accounts: &[Id<Account>],
) -> QueryResult<HashSet<Id<Account>>> {
    if accounts.is_empty() {
        return Ok(HashSet::new());
    }
    let mut unwanted: HashSet<Id<Account>> = blocked(conn, me, accounts)?.into_iter().collect();
    unwanted.extend(mutes::muted(conn, me, accounts)?);
    Ok(unwanted)
}

fn blocked(conn: &mut Conn, me: Id<Account>, accounts: &[Id<Account>]) -> QueryResult<Vec<Id<Account>>> {
    let blocked = blocks::table
        .filter(blocks::account_id.eq(me))
        .filter(one_of(blocks::target_id, accounts))
        .select(blocks::target_id);
    run!(conn, load, blocked)
}

/// Leaves out what `viewer` does not see on the page of the account `of` itself. Whoever opens the page
/// of somebody whom they mute wants to see it; only who is blocked by it does not, and what it handed on
/// of others is sifted as everywhere.
pub fn sift_own(
    conn: &mut Conn,
    viewer: Viewer,
    of: Id<Account>,
    found: Vec<Found>,
) -> QueryResult<Vec<Found>> {
    let accounts: HashSet<Id<Account>> = found.iter().map(|one| one.head.author_id).chain([of]).collect();
    let reasons = reasons(conn, viewer, &accounts.into_iter().collect::<Vec<_>>())?;
    if reasons.get(&of) == Some(&Hidden::IsBlocked) {
        return Ok(Vec::new());
    }
    let seen = |one: &Found| one.head.author_id == of || !reasons.contains_key(&one.head.author_id);
    Ok(found.into_iter().filter(seen).collect())
}

/// Leaves out only what is by somebody who blocks `viewer`: what people keep and like themselves does not
/// vanish because they mute its author.
pub fn sift_kept(conn: &mut Conn, viewer: Viewer, found: Vec<Found>) -> QueryResult<Vec<Found>> {
    let authors: HashSet<Id<Account>> = found.iter().map(|one| one.head.author_id).collect();
    let reasons = reasons(conn, viewer, &authors.into_iter().collect::<Vec<_>>())?;
    let seen = |one: &Found| reasons.get(&one.head.author_id) != Some(&Hidden::IsBlocked);
    Ok(found.into_iter().filter(seen).collect())
}

/// Leaves out of a list of contributions what `viewer` does not want to see.
pub fn sift_heads(
    conn: &mut Conn,
    viewer: Viewer,
    heads: Vec<Contribution>,
) -> QueryResult<Vec<Contribution>> {
    let found = sift(conn, viewer, heads.into_iter().map(Found::from).collect())?;
    Ok(found.into_iter().map(|one| one.head).collect())
}

/// Leaves out what `viewer` does not want to see, by its author or by who boosted it.
pub fn sift(conn: &mut Conn, viewer: Viewer, found: Vec<Found>) -> QueryResult<Vec<Found>> {
    let accounts: HashSet<Id<Account>> =
        found.iter().flat_map(|one| [one.head.author_id, one.by()]).collect();
    let accounts: Vec<Id<Account>> = accounts.into_iter().collect();
    let hidden = among(conn, viewer, &accounts)?;
    let seen = |one: &Found| !hidden.contains(&one.head.author_id) && !hidden.contains(&one.by());
    Ok(found.into_iter().filter(seen).collect())
}
