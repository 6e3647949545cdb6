//! Servers that send more questions than anybody could read: how many were not taken in.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::schema::{accounts, contributions, hosts, question_floods};

/// What was not taken in: of which server, how many questions, and from when to when.
pub type Flood = (String, i64, Timestamp, Timestamp);

/// How many questions of a server came here since a moment, whatever dates they bear; not counted further
/// than `most`.
pub fn arrived_from(conn: &mut Conn, host: Id<Host>, since: Timestamp, most: i64) -> QueryResult<usize> {
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(accounts::host_id.eq(host))
        .filter(contributions::kind.eq(Kind::Question))
        .filter(contributions::arrived_at.ge(since))
        .limit(most)
        .select(contributions::id);
    let found: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(found.len())
}

/// One more was not taken in.
pub fn note(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    let now = tx.now;
    let more = (question_floods::dropped.eq(question_floods::dropped + 1), question_floods::last_at.eq(now));
    if run!(tx, execute, diesel::update(question_floods::table.find(host)).set(more))? == 0 {
        let row = (
            question_floods::host_id.eq(host),
            question_floods::dropped.eq(1_i64),
            question_floods::first_at.eq(now),
            question_floods::last_at.eq(now),
        );
        run!(tx, execute, diesel::insert_into(question_floods::table).values(row))?;
    }
    Ok(())
}

/// All of them, the latest first.
pub fn all(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Flood>> {
    let query = question_floods::table
        .inner_join(hosts::table.on(hosts::id.eq(question_floods::host_id)))
        .order((question_floods::last_at.desc(), hosts::name))
        .limit(limit)
        .select((hosts::name, question_floods::dropped, question_floods::first_at, question_floods::last_at));
    run!(conn, load, query)
}

/// Forgets those that ended before `when`.
pub fn purge(conn: &mut Conn, when: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(question_floods::table.filter(question_floods::last_at.lt(when))))
}
