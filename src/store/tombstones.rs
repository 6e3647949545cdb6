//! Addresses of what was deleted, so that a late or repeated Create does not bring it back; and, of what
//! belongs to the debate, the signed word of who deleted it.

use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::contribution::Kind;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::schema::tombstones;

/// Deletions on one question by which sites compare what they know.
const MOST: i64 = 10_000;

/// What is kept of something that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tombstones, primary_key(uri), treat_none_as_null = true)]
pub struct Tombstone {
    /// Its address.
    pub uri: Uri,
    /// When it was deleted.
    pub created_at: Timestamp,
    /// What it was, where it belongs to the debate: such a mark is kept for good.
    pub kind: Option<Kind>,
    /// The question on which it was a position.
    pub qid: Option<Qid>,
    /// Digest of its last version.
    pub digest: Option<String>,
    /// The signed `Delete`, word for word.
    pub document: Option<String>,
}

/// Whether something of this address was deleted.
pub fn contains(conn: &mut Conn, uri: &Uri) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, tombstones::table.find(uri).count())?;
    Ok(count > 0)
}

/// Whether something of the debate had this address and was deleted.
pub fn of_debate(conn: &mut Conn, uri: &Uri) -> QueryResult<bool> {
    let marks = tombstones::table.find(uri).filter(tombstones::kind.is_not_null());
    let count: i64 = run!(conn, get_result, marks.count())?;
    Ok(count > 0)
}

/// Remembers that something of this address was deleted, by a mark that is forgotten in time.
pub fn insert(tx: &mut Tx<'_>, uri: &Uri) -> Result<(), Error> {
    let created_at = tx.now;
    let mark =
        Tombstone { uri: uri.clone(), created_at, kind: None, qid: None, digest: None, document: None };
    keep(tx, &mark)
}

/// The mark of this address.
pub fn by_uri(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Tombstone>> {
    run!(conn, first, tombstones::table.find(uri).select(Tombstone::as_select())).optional()
}

/// Keeps a mark. One that is there already stays, unless it knew nothing but the address.
pub fn keep(tx: &mut Tx<'_>, mark: &Tombstone) -> Result<(), Error> {
    let known = by_uri(tx, &mark.uri)?;
    if known.is_some_and(|known| known.kind.is_some() || mark.kind.is_none()) {
        return Ok(());
    }
    // Another worker may keep one of the same address meanwhile.
    let insert = diesel::insert_into(tombstones::table).values(mark);
    if mark.kind.is_none() {
        run!(tx, execute, insert.on_conflict_do_nothing())?;
    } else {
        run!(tx, execute, insert.on_conflict(tombstones::uri).do_update().set(mark))?;
    }
    Ok(())
}

/// Keeps the signed word of a deletion that is marked already: what is checked takes the place of what is not,
/// or of nothing.
pub fn prove(conn: &mut Conn, uri: &Uri, document: &str) -> QueryResult<usize> {
    let mark = tombstones::table.find(uri).filter(tombstones::kind.is_not_null());
    run!(conn, execute, diesel::update(mark).set(tombstones::document.eq(Some(document))))
}

/// The deleted positions on a question whose deletion can be proven, the latest first.
pub fn on(conn: &mut Conn, qid: &Qid, limit: i64) -> QueryResult<Vec<Tombstone>> {
    let query = tombstones::table
        .filter(tombstones::qid.eq(qid))
        .filter(tombstones::document.is_not_null())
        .order((tombstones::created_at.desc(), tombstones::uri))
        .limit(limit);
    run!(conn, load, query.select(Tombstone::as_select()))
}

/// The addresses of all of them, by which two sites compare what they know: the order in which each heard
/// of them has no part in it, nor in which of them are left out where there are too many.
pub fn addresses(conn: &mut Conn, qid: &Qid) -> QueryResult<Vec<Uri>> {
    let query = tombstones::table
        .filter(tombstones::qid.eq(qid))
        .filter(tombstones::document.is_not_null())
        .order(tombstones::uri)
        .limit(MOST)
        .select(tombstones::uri);
    run!(conn, load, query)
}

/// Forgets some of what was deleted before `when`, at most `most`, and does not belong to the debate: there sites compare what
/// they list, and whoever missed a deletion would bring the thing back.
pub fn purge(conn: &mut Conn, when: Timestamp, most: i64) -> QueryResult<usize> {
    let old = tombstones::table
        .filter(tombstones::created_at.lt(when))
        .filter(tombstones::kind.is_null())
        .limit(most)
        .select(tombstones::uri);
    let old: Vec<Uri> = run!(conn, load, old)?;
    run!(conn, execute, diesel::delete(tombstones::table.filter(tombstones::uri.eq_any(old))))
}
