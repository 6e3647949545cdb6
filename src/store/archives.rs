//! The archives that members asked for.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::archive::Archive;
use crate::domain::id::Id;
use crate::schema::archives;

/// The archive of an account.
pub fn of(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<Archive>> {
    run!(conn, first, archives::table.find(account).select(Archive::as_select())).optional()
}

/// Keeps one in the place of the one before.
pub fn put(conn: &mut Conn, archive: &Archive) -> QueryResult<usize> {
    delete(conn, archive.account_id)?;
    run!(conn, execute, diesel::insert_into(archives::table).values(archive))
}

/// Forgets the archive of an account.
pub fn delete(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(archives::table.find(account)))
}

/// Those that were asked for before then.
pub fn older(conn: &mut Conn, than: Timestamp) -> QueryResult<Vec<Archive>> {
    run!(conn, load, archives::table.filter(archives::asked_at.lt(than)).select(Archive::as_select()))
}
