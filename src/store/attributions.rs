//! Answers that somebody here found in a source.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::attribution::Attribution;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::schema::attributions;

/// Puts a new one in.
pub fn insert(conn: &mut Conn, attribution: &Attribution) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(attributions::table).values(attribution))
}

/// The one with this key, taken back or not.
pub fn by_id(conn: &mut Conn, id: Id<Attribution>) -> QueryResult<Option<Attribution>> {
    run!(conn, first, attributions::table.find(id).select(Attribution::as_select())).optional()
}

/// Those on a question, also those that were taken back: a map of an earlier day shows them.
pub fn on(conn: &mut Conn, qid: &Qid) -> QueryResult<Vec<Attribution>> {
    let query = attributions::table.filter(attributions::qid.eq(qid)).order(attributions::id);
    run!(conn, load, query.select(Attribution::as_select()))
}

/// Takes one back.
pub fn withdraw(conn: &mut Conn, id: Id<Attribution>, now: Timestamp) -> QueryResult<usize> {
    let row = diesel::update(attributions::table.find(id));
    run!(conn, execute, row.set(attributions::withdrawn_at.eq(Some(now))))
}
