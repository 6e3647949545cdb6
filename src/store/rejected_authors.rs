//! Authors whose texts a moderator rejected while they waited.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::condemnation::Condemnation;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::rejected_authors;

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// When somebody was rejected last, by whom (`None` for someone at the command line), and how often in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// When it was last.
    pub at: Timestamp,
    /// Who decided it then.
    pub by: Option<Id<User>>,
    /// How often.
    pub times: i64,
}

/// Notes that a decision rejected these.
pub fn insert(
    tx: &mut Tx<'_>,
    condemnation: Id<Condemnation>,
    user: Option<Id<User>>,
    authors: &[Id<Account>],
) -> QueryResult<()> {
    let now = tx.now;
    for some in authors.chunks(AT_ONCE) {
        let row = |author: &Id<Account>| {
            (
                rejected_authors::account_id.eq(*author),
                rejected_authors::condemnation_id.eq(condemnation),
                rejected_authors::user_id.eq(user),
                rejected_authors::created_at.eq(now),
            )
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        run!(tx, execute, diesel::insert_into(rejected_authors::table).values(rows))?;
    }
    Ok(())
}

/// A decision was taken back: it rejected nobody.
pub fn forget(conn: &mut Conn, condemnation: Id<Condemnation>) -> QueryResult<usize> {
    let rows = rejected_authors::table.filter(rejected_authors::condemnation_id.eq(condemnation));
    run!(conn, execute, diesel::delete(rows))
}

/// Which of these were rejected before.
pub fn among(conn: &mut Conn, authors: &[Id<Account>]) -> QueryResult<HashMap<Id<Account>, Rejection>> {
    let query = rejected_authors::table
        .filter(one_of(rejected_authors::account_id, authors))
        .order(rejected_authors::condemnation_id)
        .select((rejected_authors::account_id, rejected_authors::created_at, rejected_authors::user_id));
    let rows: Vec<(Id<Account>, Timestamp, Option<Id<User>>)> = run!(conn, load, query)?;
    let mut among = HashMap::new();
    for (author, at, by) in rows {
        let known = among.entry(author).or_insert(Rejection { at, by, times: 0 });
        *known = Rejection { at, by, times: known.times.saturating_add(1) };
    }
    Ok(among)
}
