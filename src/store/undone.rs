//! Activities that were taken back before they arrived.

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::uri::Uri;
use crate::schema::undone;

/// Remembers that `actor` took the activity `uri` back.
pub fn remember(tx: &mut Tx<'_>, uri: &Uri, actor: &Uri) -> Result<(), Error> {
    let known: i64 = run!(tx, get_result, undone::table.find((uri, actor)).count())?;
    if known == 0 {
        let row = (undone::uri.eq(uri), undone::actor_uri.eq(actor), undone::created_at.eq(tx.now));
        run!(tx, execute, diesel::insert_into(undone::table).values(row))?;
    }
    Ok(())
}

/// Whether `actor` took the activity `uri` back; it is forgotten with the answer.
pub fn take(conn: &mut Conn, uri: &Uri, actor: &Uri) -> QueryResult<bool> {
    Ok(run!(conn, execute, diesel::delete(undone::table.find((uri, actor))))? > 0)
}

/// Forgets what was taken back before `when`.
pub fn purge(conn: &mut Conn, when: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(undone::table.filter(undone::created_at.lt(when))))
}
