//! What people here were told about decisions about them, and what they answered.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::report::{Outcome, Warning};
use crate::schema::warnings;

/// Keeps what somebody is told.
pub fn insert(conn: &mut Conn, warning: &Warning) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(warnings::table).values(warning))
}

/// What was told with this key.
pub fn by_id(conn: &mut Conn, id: Id<Warning>) -> QueryResult<Option<Warning>> {
    run!(conn, first, warnings::table.find(id).select(Warning::as_select())).optional()
}

/// What an account was told, newest first.
pub fn of(conn: &mut Conn, account: Id<Account>, limit: i64) -> QueryResult<Vec<Warning>> {
    let query =
        warnings::table.filter(warnings::account_id.eq(account)).order(warnings::id.desc()).limit(limit);
    run!(conn, load, query.select(Warning::as_select()))
}

/// What an account was told last of this kind.
pub fn newest(conn: &mut Conn, account: Id<Account>, outcome: Outcome) -> QueryResult<Option<Warning>> {
    let query = warnings::table
        .filter(warnings::account_id.eq(account))
        .filter(warnings::outcome.eq(outcome))
        .order(warnings::id.desc());
    run!(conn, first, query.select(Warning::as_select())).optional()
}

/// What somebody objected to and nobody answered, oldest first.
pub fn appealed(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Warning>> {
    let query = warnings::table
        .filter(warnings::appealed_at.is_not_null())
        .filter(warnings::answered_at.is_null())
        .order(warnings::id)
        .limit(limit);
    run!(conn, load, query.select(Warning::as_select()))
}

/// How many objections nobody answered.
pub fn count_appealed(conn: &mut Conn) -> QueryResult<i64> {
    let open =
        warnings::table.filter(warnings::appealed_at.is_not_null()).filter(warnings::answered_at.is_null());
    run!(conn, get_result, open.count())
}

/// Keeps what somebody says against a decision; 0 where they did already.
pub fn appeal(tx: &mut Tx<'_>, id: Id<Warning>, text: &str) -> QueryResult<usize> {
    let open = warnings::table.filter(warnings::id.eq(id)).filter(warnings::appealed_at.is_null());
    let change = (warnings::appeal.eq(Some(text)), warnings::appealed_at.eq(Some(tx.now)));
    run!(tx, execute, diesel::update(open).set(change))
}

/// Keeps what was answered; 0 where somebody was faster.
pub fn answer(tx: &mut Tx<'_>, id: Id<Warning>, granted: bool, text: &str) -> QueryResult<usize> {
    let open = warnings::table
        .filter(warnings::id.eq(id))
        .filter(warnings::appealed_at.is_not_null())
        .filter(warnings::answered_at.is_null());
    let change = (
        warnings::answer.eq(Some(text)),
        warnings::granted.eq(Some(granted)),
        warnings::answered_at.eq(Some(tx.now)),
    );
    run!(tx, execute, diesel::update(open).set(change))
}
