//! Addresses of what was deleted, so that a late or repeated Create does not bring it back.

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::uri::Uri;
use crate::schema::tombstones;

/// Whether something of this address was deleted.
pub fn contains(conn: &mut Conn, uri: &Uri) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, tombstones::table.find(uri).count())?;
    Ok(count > 0)
}

/// Remembers that something of this address was deleted.
pub fn insert(tx: &mut Tx<'_>, uri: &Uri) -> Result<(), Error> {
    if !contains(tx, uri)? {
        let row = (tombstones::uri.eq(uri), tombstones::created_at.eq(tx.now));
        run!(tx, execute, diesel::insert_into(tombstones::table).values(row))?;
    }
    Ok(())
}

/// Forgets what was deleted before `when`.
pub fn purge(conn: &mut Conn, when: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(tombstones::table.filter(tombstones::created_at.lt(when))))
}
