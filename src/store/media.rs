//! Files beside contributions and accounts, and the copies of what stands elsewhere.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, SelectableHelper,
};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::verbatim::Verbatim;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::media::{Media, Purpose};
use crate::schema::{cached_files, hosts, media};

/// What the index `media_waiting` says of [`Purpose::Attachment`].
const ATTACHED: Verbatim = Verbatim("media.purpose = 0");

/// Puts a file in.
pub fn insert(conn: &mut Conn, row: &Media) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(media::table).values(row))
}

/// The file with this key.
pub fn by_id(conn: &mut Conn, id: Id<Media>) -> QueryResult<Option<Media>> {
    run!(conn, first, media::table.find(id).select(Media::as_select())).optional()
}

/// The files with these keys, in no order.
pub fn by_ids(conn: &mut Conn, ids: &[Id<Media>]) -> QueryResult<Vec<Media>> {
    run!(conn, load, media::table.filter(one_of(media::id, ids)).select(Media::as_select()))
}

/// The file with this address.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Media>> {
    run!(conn, first, media::table.filter(media::name.eq(name)).select(Media::as_select())).optional()
}

/// The files of an account with this purpose.
pub fn of_account(conn: &mut Conn, account: Id<Account>, purpose: Purpose) -> QueryResult<Vec<Media>> {
    let query = media::table.filter(media::account_id.eq(account)).filter(media::purpose.eq(purpose));
    run!(conn, load, query.select(Media::as_select()))
}

/// The files beside these contributions, each list in its order.
pub fn of_contributions(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, Vec<Media>>> {
    let query = media::table.filter(one_of(media::contribution_id, ids)).order((
        media::contribution_id,
        media::rank,
        media::id,
    ));
    let rows: Vec<Media> = run!(conn, load, query.select(Media::as_select()))?;
    let mut lists: HashMap<Id<Contribution>, Vec<Media>> = HashMap::new();
    for row in rows {
        if let Some(id) = row.contribution_id {
            lists.entry(id).or_default().push(row);
        }
    }
    Ok(lists)
}

/// The files beside one contribution, in their order.
pub fn of(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Media>> {
    Ok(of_contributions(conn, &[id])?.remove(&id).unwrap_or_default())
}

/// Says what a file shows and where its middle is.
pub fn describe(
    conn: &mut Conn,
    id: Id<Media>,
    description: &str,
    focus: (Option<f64>, Option<f64>),
) -> QueryResult<usize> {
    let change = (media::description.eq(description), media::focus_x.eq(focus.0), media::focus_y.eq(focus.1));
    run!(conn, execute, diesel::update(media::table.find(id)).set(change))
}

/// Gives a file another small picture.
pub fn set_preview(
    conn: &mut Conn,
    id: Id<Media>,
    file: &str,
    (width, height): (i32, i32),
) -> QueryResult<usize> {
    let change = (media::preview.eq(file), media::preview_width.eq(width), media::preview_height.eq(height));
    run!(conn, execute, diesel::update(media::table.find(id)).set(change))
}

/// Places a file beside a contribution.
pub fn attach(
    conn: &mut Conn,
    id: Id<Media>,
    contribution: Id<Contribution>,
    rank: i32,
) -> QueryResult<usize> {
    let change = (media::contribution_id.eq(Some(contribution)), media::rank.eq(rank));
    run!(conn, execute, diesel::update(media::table.find(id)).set(change))
}

/// Takes a file away from its contribution; it gets another name, so that its old address is gone,
/// and waits from `now` on for something new to stand beside.
pub fn detach(conn: &mut Conn, id: Id<Media>, name: &str, now: Timestamp) -> QueryResult<usize> {
    let change = (
        media::contribution_id.eq(None::<Id<Contribution>>),
        media::name.eq(name),
        media::created_at.eq(now),
    );
    run!(conn, execute, diesel::update(media::table.find(id)).set(change))
}

/// Counts the waiting of a file from another moment on.
pub fn set_created_at(conn: &mut Conn, id: Id<Media>, at: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(media::table.find(id)).set(media::created_at.eq(at)))
}

/// Removes a row.
pub fn delete(conn: &mut Conn, id: Id<Media>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(media::table.find(id)))
}

/// Files that nothing was published with since `before`, at most `most`.
pub fn waiting(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<Vec<Media>> {
    let alone = media::contribution_id.is_null().and(ATTACHED);
    let query = media::table.filter(alone).filter(media::created_at.lt(before)).limit(most);
    run!(conn, load, query.select(Media::as_select()))
}

/// The copy of a file that stands elsewhere.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = cached_files)]
pub struct CachedFile {
    /// Digest of the address it was fetched from.
    pub address: String,
    /// What its bytes are.
    pub media_type: String,
    /// Where its bytes are kept.
    pub file: String,
    /// Its length.
    pub bytes: i64,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// The server of whoever it belongs to.
    pub host: Option<String>,
}

/// The copy of what stands at this address.
pub fn cached(conn: &mut Conn, address: &str) -> QueryResult<Option<CachedFile>> {
    run!(conn, first, cached_files::table.find(address).select(CachedFile::as_select())).optional()
}

/// Keeps a copy; returns the one whose place it took.
pub fn keep_cached(conn: &mut Conn, copy: &CachedFile) -> QueryResult<Option<CachedFile>> {
    let before = cached(conn, &copy.address)?;
    forget_cached(conn, &copy.address)?;
    run!(conn, execute, diesel::insert_into(cached_files::table).values(copy))?;
    Ok(before)
}

/// How many bytes all copies take.
pub fn cached_bytes(conn: &mut Conn) -> QueryResult<i64> {
    // The sum of BIGINT is a number of another type in PostgreSQL.
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(bytes), 0) AS BIGINT)");
    run!(conn, first, cached_files::table.select(sum))
}

/// The copies that were made first, at most `most`.
pub fn oldest_copies(conn: &mut Conn, most: i64) -> QueryResult<Vec<CachedFile>> {
    let query = cached_files::table.order((cached_files::fetched_at, cached_files::address)).limit(most);
    run!(conn, load, query.select(CachedFile::as_select()))
}

/// Forgets a copy.
pub fn forget_cached(conn: &mut Conn, address: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(cached_files::table.find(address)))
}

/// Copies that were made before `before`, at most `most`, and that could be made again: what belongs to a
/// server that does not answer is nowhere else.
pub fn old_copies(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<Vec<CachedFile>> {
    let dark = hosts::table
        .filter(hosts::failing_since.is_not_null().or(hosts::dark_since.is_not_null()))
        .select(hosts::name);
    let query = cached_files::table
        .filter(cached_files::fetched_at.lt(before))
        .filter(cached_files::host.is_null().or(cached_files::host.assume_not_null().ne_all(dark)))
        .limit(most);
    run!(conn, load, query.select(CachedFile::as_select()))
}
