//! Lists and who is on them.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::page::{Page, paged};
use super::tx::Tx;
use crate::domain::account::{Account, AccountState};
use crate::domain::id::Id;
use crate::domain::list::{List, RepliesShown};
use crate::schema::{accounts, list_accounts, lists};

/// The lists of an account in the order in which they were made.
pub fn of(conn: &mut Conn, owner: Id<Account>) -> QueryResult<Vec<List>> {
    let query = lists::table.filter(lists::account_id.eq(owner)).order(lists::id);
    run!(conn, load, query.select(List::as_select()))
}

/// A list, if it belongs to this account.
pub fn by_id(conn: &mut Conn, owner: Id<Account>, id: Id<List>) -> QueryResult<Option<List>> {
    let query = lists::table.find(id).filter(lists::account_id.eq(owner));
    run!(conn, first, query.select(List::as_select())).optional()
}

/// Makes a list.
pub fn insert(
    tx: &mut Tx<'_>,
    owner: Id<Account>,
    title: &str,
    replies: RepliesShown,
    exclusive: bool,
) -> Result<List, Error> {
    let list = List { id: tx.mint(), account_id: owner, title: title.to_owned(), replies, exclusive };
    let row = (
        lists::id.eq(list.id),
        lists::account_id.eq(owner),
        lists::title.eq(title),
        lists::replies.eq(replies),
        lists::exclusive.eq(exclusive),
        lists::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(lists::table).values(row))?;
    Ok(list)
}

/// Changes a list.
pub fn update(conn: &mut Conn, list: &List) -> QueryResult<usize> {
    let change =
        (lists::title.eq(&list.title), lists::replies.eq(list.replies), lists::exclusive.eq(list.exclusive));
    run!(conn, execute, diesel::update(lists::table.find(list.id)).set(change))
}

/// Removes a list.
pub fn delete(conn: &mut Conn, id: Id<List>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(list_accounts::table.filter(list_accounts::list_id.eq(id))))?;
    run!(conn, execute, diesel::delete(lists::table.find(id)))
}

/// Puts an account on a list; once is enough.
pub fn add(conn: &mut Conn, list: Id<List>, account: Id<Account>) -> QueryResult<usize> {
    let row = (list_accounts::list_id.eq(list), list_accounts::account_id.eq(account));
    run!(conn, execute, diesel::insert_into(list_accounts::table).values(row).on_conflict_do_nothing())
}

/// Takes an account off a list.
pub fn remove(conn: &mut Conn, list: Id<List>, account: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(list_accounts::table.find((list, account))))
}

/// Takes an account off every list of this owner.
pub fn remove_everywhere(conn: &mut Conn, owner: Id<Account>, account: Id<Account>) -> QueryResult<usize> {
    let own = lists::table.filter(lists::account_id.eq(owner)).select(lists::id);
    let rows = list_accounts::table
        .filter(list_accounts::account_id.eq(account))
        .filter(list_accounts::list_id.eq_any(own));
    run!(conn, execute, diesel::delete(rows))
}

/// Who is on a list.
pub fn members(conn: &mut Conn, list: Id<List>, page: Page) -> QueryResult<Vec<Account>> {
    let query = list_accounts::table
        .inner_join(accounts::table.on(accounts::id.eq(list_accounts::account_id)))
        .filter(list_accounts::list_id.eq(list))
        .filter(accounts::state.eq(AccountState::Active));
    paged!(conn, page, query.select(Account::as_select()), list_accounts::account_id)
}

/// The lists of an owner on which an account is.
pub fn with(conn: &mut Conn, owner: Id<Account>, account: Id<Account>) -> QueryResult<Vec<List>> {
    let query = lists::table
        .inner_join(list_accounts::table.on(list_accounts::list_id.eq(lists::id)))
        .filter(lists::account_id.eq(owner))
        .filter(list_accounts::account_id.eq(account))
        .order(lists::id);
    run!(conn, load, query.select(List::as_select()))
}
