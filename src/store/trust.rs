//! How the copies of an author were authenticated.

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::trust::Trust;
use crate::schema::contributions;

/// Whether any copy of this author was accepted only because others vouched for the key.
pub fn is_attested(conn: &mut Conn, author: Id<Account>) -> QueryResult<bool> {
    let attested = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::trust.eq(Trust::Attested));
    let count: i64 = run!(conn, get_result, attested.count())?;
    Ok(count > 0)
}
