//! How an account stands to others, many at a time, and the lists of accounts that come of it.

use std::collections::{HashMap, HashSet};

use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::mutes as mutes_store;
use super::page::{Page, paged};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::id::Id;
use crate::domain::relation::{Follow, FollowState, Mute, Relationship};
use crate::schema::{account_notes, accounts, blocks, endorsements, follows, mutes};

/// An account in a list, with the key of the row that puts it there.
pub type Listed = (i64, Account);

/// How `me` stands to each of `others`, by their keys.
pub fn of(
    conn: &mut Conn,
    me: Id<Account>,
    others: &[Id<Account>],
    now: Timestamp,
) -> QueryResult<HashMap<Id<Account>, Relationship>> {
    let ids = others.to_vec();
    let mut all: HashMap<_, _> = others.iter().map(|id| (*id, Relationship::default())).collect();
    let mut on = |id: Id<Account>, set: &dyn Fn(&mut Relationship)| {
        if let Some(relationship) = all.get_mut(&id) {
            set(relationship);
        }
    };
    let out = follows::table.filter(follows::follower_id.eq(me)).filter(follows::followee_id.eq_any(&ids));
    let out: Vec<Follow> = run!(conn, load, out.select(Follow::as_select()))?;
    for follow in out {
        on(follow.followee_id, &|relationship| relationship.follow = Some(follow.clone()));
    }
    let back = follows::table.filter(follows::followee_id.eq(me)).filter(follows::follower_id.eq_any(&ids));
    let back: Vec<Follow> = run!(conn, load, back.select(Follow::as_select()))?;
    for follow in back {
        on(follow.follower_id, &|relationship| relationship.followed_by = Some(follow.clone()));
    }
    for (account, target) in blocks_between(conn, me, &ids)? {
        if account == me {
            on(target, &|relationship| relationship.blocking = true);
        } else {
            on(account, &|relationship| relationship.blocked_by = true);
        }
    }
    let muted = mutes::table
        .filter(mutes::account_id.eq(me))
        .filter(mutes::target_id.eq_any(&ids))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)));
    let muted: Vec<Mute> = run!(conn, load, muted.select(Mute::as_select()))?;
    for mute in muted {
        on(mute.target_id, &|relationship| relationship.mute = Some(mute.clone()));
    }
    for id in mutes_store::with_muted_hosts(conn, me, &ids)? {
        on(id, &|relationship| relationship.host_muted = true);
    }
    for (id, note) in remarks(conn, me, &ids)? {
        match note {
            Some(note) => on(id, &|relationship| relationship.note.clone_from(&note)),
            None => on(id, &|relationship| relationship.endorsed = true),
        }
    }
    Ok(all)
}

fn blocks_between(
    conn: &mut Conn,
    me: Id<Account>,
    ids: &[Id<Account>],
) -> QueryResult<Vec<(Id<Account>, Id<Account>)>> {
    let mine = blocks::account_id.eq(me).and(blocks::target_id.eq_any(ids.to_vec()));
    let theirs = blocks::target_id.eq(me).and(blocks::account_id.eq_any(ids.to_vec()));
    let query = blocks::table.filter(mine.or(theirs)).select((blocks::account_id, blocks::target_id));
    run!(conn, load, query)
}

/// Notes (with their text) and endorsements (without) about these accounts.
fn remarks(
    conn: &mut Conn,
    me: Id<Account>,
    ids: &[Id<Account>],
) -> QueryResult<Vec<(Id<Account>, Option<String>)>> {
    let notes = account_notes::table
        .filter(account_notes::account_id.eq(me))
        .filter(account_notes::target_id.eq_any(ids.to_vec()))
        .select((account_notes::target_id, account_notes::comment));
    let notes: Vec<(Id<Account>, String)> = run!(conn, load, notes)?;
    let endorsed = endorsements::table
        .filter(endorsements::account_id.eq(me))
        .filter(endorsements::target_id.eq_any(ids.to_vec()))
        .select(endorsements::target_id);
    let endorsed: Vec<Id<Account>> = run!(conn, load, endorsed)?;
    let notes = notes.into_iter().map(|(id, text)| (id, Some(text)));
    Ok(notes.chain(endorsed.into_iter().map(|id| (id, None))).collect())
}

/// Notes something about another account; an empty text takes the note away.
pub fn put_note(conn: &mut Conn, me: Id<Account>, other: Id<Account>, text: &str) -> QueryResult<usize> {
    let gone = run!(conn, execute, diesel::delete(account_notes::table.find((me, other))))?;
    if text.is_empty() {
        return Ok(gone);
    }
    let row = (
        account_notes::account_id.eq(me),
        account_notes::target_id.eq(other),
        account_notes::comment.eq(text),
    );
    run!(conn, execute, diesel::insert_into(account_notes::table).values(row))
}

/// Keeps that an account recommends another.
pub fn endorse(tx: &mut Tx<'_>, me: Id<Account>, other: Id<Account>) -> Result<(), Error> {
    let id: Id<Account> = tx.mint();
    let row = (
        endorsements::account_id.eq(me),
        endorsements::target_id.eq(other),
        endorsements::id.eq(id),
        endorsements::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(endorsements::table).values(row).on_conflict_do_nothing();
    run!(tx, execute, insert)?;
    Ok(())
}

/// Takes a recommendation back.
pub fn unendorse(conn: &mut Conn, me: Id<Account>, other: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(endorsements::table.find((me, other))))
}

/// Which accounts a viewer finds in lists of others: members of this site are named to members alone,
/// unless they want to be found.
macro_rules! named_to {
    ($viewer:expr) => {
        accounts::host_id
            .is_not_null()
            .or(accounts::kind.ne(AccountKind::Person))
            .or(accounts::discoverable.eq(true))
            .or(matches!($viewer, Viewer::Member(_)).into_sql::<Bool>())
    };
}

/// Which of these accounts are named to a viewer in lists of others.
pub fn named(conn: &mut Conn, viewer: Viewer, ids: &[Id<Account>]) -> QueryResult<HashSet<Id<Account>>> {
    let query = accounts::table.filter(accounts::id.eq_any(ids.to_vec())).filter(named_to!(viewer));
    let found: Vec<Id<Account>> = run!(conn, load, query.select(accounts::id))?;
    Ok(found.into_iter().collect())
}

/// Whom an account recommends, the latest first.
pub fn endorsed(conn: &mut Conn, viewer: Viewer, me: Id<Account>, page: Page) -> QueryResult<Vec<Listed>> {
    let query = endorsements::table
        .inner_join(accounts::table.on(accounts::id.eq(endorsements::target_id)))
        .filter(endorsements::account_id.eq(me))
        .filter(named_to!(viewer))
        .filter(accounts::state.eq(AccountState::Active));
    paged!(conn, page, query.select((endorsements::id, Account::as_select())), endorsements::id)
}

/// Who follows an account, or asks to, the latest first.
pub fn followers(
    conn: &mut Conn,
    viewer: Viewer,
    account: Id<Account>,
    state: FollowState,
    page: Page,
) -> QueryResult<Vec<Listed>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(account))
        .filter(follows::state.eq(state))
        .filter(named_to!(viewer))
        .filter(accounts::state.eq(AccountState::Active));
    paged!(conn, page, query.select((follows::id, Account::as_select())), follows::id)
}

/// Whom an account follows, the latest first.
pub fn following(
    conn: &mut Conn,
    viewer: Viewer,
    account: Id<Account>,
    page: Page,
) -> QueryResult<Vec<Listed>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(account))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(named_to!(viewer))
        .filter(accounts::state.eq(AccountState::Active));
    paged!(conn, page, query.select((follows::id, Account::as_select())), follows::id)
}

/// Whom an account blocks, the latest first.
pub fn blocked(conn: &mut Conn, account: Id<Account>, page: Page) -> QueryResult<Vec<Listed>> {
    let query = blocks::table
        .inner_join(accounts::table.on(accounts::id.eq(blocks::target_id)))
        .filter(blocks::account_id.eq(account));
    paged!(conn, page, query.select((blocks::id, Account::as_select())), blocks::id)
}

/// Who among those whom `me` follows also follows `other`.
pub fn familiar(
    conn: &mut Conn,
    me: Id<Account>,
    other: Id<Account>,
    limit: i64,
) -> QueryResult<Vec<Account>> {
    let mine = diesel::alias!(follows as mine);
    let query = follows::table
        .inner_join(mine.on(mine.field(follows::followee_id).eq(follows::follower_id)))
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(other))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(mine.field(follows::follower_id).eq(me))
        .filter(mine.field(follows::state).eq(FollowState::Accepted))
        .filter(accounts::state.eq(AccountState::Active))
        .order(follows::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Account::as_select()))
}

/// How many ask to follow an account.
pub fn count_requests(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    let query = follows::table
        .filter(follows::followee_id.eq(account))
        .filter(follows::state.eq(FollowState::Pending))
        .count();
    run!(conn, get_result, query)
}
