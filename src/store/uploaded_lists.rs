//! Lists of rules that somebody looks at before they are taken in, one for each user.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::uploaded_lists;

/// Keeps a list in the place of the one before.
pub fn put(tx: &mut Tx<'_>, user: Id<User>, digest: &str, content: &str) -> QueryResult<usize> {
    delete(tx, user)?;
    let row = (
        uploaded_lists::user_id.eq(user),
        uploaded_lists::digest.eq(digest),
        uploaded_lists::content.eq(content),
        uploaded_lists::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(uploaded_lists::table).values(row))
}

/// What a user looks at, if it has this digest.
pub fn content(conn: &mut Conn, user: Id<User>, digest: &str) -> QueryResult<Option<String>> {
    let query = uploaded_lists::table.find(user).filter(uploaded_lists::digest.eq(digest.to_owned()));
    run!(conn, first, query.select(uploaded_lists::content)).optional()
}

/// Forgets what a user looked at.
pub fn delete(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(uploaded_lists::table.find(user)))
}

/// Forgets what nobody took in since then.
pub fn purge(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(uploaded_lists::table.filter(uploaded_lists::created_at.lt(before))))
}
