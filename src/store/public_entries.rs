//! The part of the log that everybody may read: decisions that somebody chose to show, with their reasons.

use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::audit::Entry;
use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::schema::{audit_entries, public_entries};

/// An entry in the words for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = public_entries)]
pub struct PublicEntry {
    /// The entry of the log.
    pub entry_id: Id<Entry>,
    /// What was decided, about whom.
    pub what: String,
    /// Why.
    pub reason: String,
    /// When it was made public.
    pub created_at: Timestamp,
}

/// Shows an entry to everybody, in the place of what was shown of it before.
pub fn put(conn: &mut Conn, shown: &PublicEntry) -> QueryResult<usize> {
    delete(conn, shown.entry_id)?;
    run!(conn, execute, diesel::insert_into(public_entries::table).values(shown))
}

/// Shows an entry no longer.
pub fn delete(conn: &mut Conn, id: Id<Entry>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(public_entries::table.find(id)))
}

/// What everybody reads of an entry.
pub fn by_id(conn: &mut Conn, id: Id<Entry>) -> QueryResult<Option<PublicEntry>> {
    run!(conn, first, public_entries::table.find(id).select(PublicEntry::as_select())).optional()
}

/// Those of these entries that everybody may read.
pub fn among(conn: &mut Conn, ids: &[Id<Entry>]) -> QueryResult<Vec<Id<Entry>>> {
    let query = public_entries::table
        .filter(public_entries::entry_id.eq_any(ids.to_vec()))
        .select(public_entries::entry_id);
    run!(conn, load, query)
}

/// Whether everybody may read of an entry about this, such as the decision about a report.
pub fn tells_of(conn: &mut Conn, action: &str, subject: &str) -> QueryResult<bool> {
    let query = public_entries::table
        .inner_join(audit_entries::table.on(audit_entries::id.eq(public_entries::entry_id)))
        .filter(audit_entries::action.eq(action))
        .filter(audit_entries::subject.eq(subject));
    let count: i64 = run!(conn, get_result, query.count())?;
    Ok(count > 0)
}

/// What everybody may read, newest first: the entry, and when it was decided. Who decided is not part of it.
pub fn page(conn: &mut Conn, before: Id<Entry>, limit: i64) -> QueryResult<Vec<(PublicEntry, Timestamp)>> {
    let query = public_entries::table
        .inner_join(audit_entries::table.on(audit_entries::id.eq(public_entries::entry_id)))
        .filter(public_entries::entry_id.lt(before))
        .order(public_entries::entry_id.desc())
        .limit(limit);
    run!(conn, load, query.select((PublicEntry::as_select(), audit_entries::created_at)))
}
