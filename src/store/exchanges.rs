//! How far this site and others agree about the positions on a question, and which they list.

use diesel::dsl::{exists, not};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::schema::{contributions, exchanges, listings};

/// The newest comparison with one site.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = exchanges, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Exchange {
    /// Of which question.
    pub qid: Qid,
    /// With whom.
    pub account_id: Id<Account>,
    /// The digest of what the site listed; blank where it did not answer.
    pub digest: String,
    /// Whether both listed the same afterwards.
    pub agrees: bool,
    /// Why it could not be asked.
    pub error: Option<String>,
    /// When.
    pub checked_at: Timestamp,
    /// The digest of the deletions that it knew; blank where it did not answer.
    pub deletions: String,
}

/// Keeps the newest comparison.
pub fn put(conn: &mut Conn, exchange: &Exchange) -> QueryResult<()> {
    let insert = diesel::insert_into(exchanges::table).values(exchange);
    let upsert = insert.on_conflict((exchanges::qid, exchanges::account_id)).do_update().set(exchange);
    run!(conn, execute, upsert)?;
    Ok(())
}

/// Lets the deletions that others know be read again: something came that one of them may know to be gone.
pub fn forget_deletions(conn: &mut Conn, qid: &Qid) -> QueryResult<usize> {
    let read = exchanges::table.filter(exchanges::qid.eq(qid)).filter(exchanges::deletions.ne(""));
    run!(conn, execute, diesel::update(read).set(exchanges::deletions.eq("")))
}

/// The comparisons of one question.
pub fn of(conn: &mut Conn, qid: &Qid) -> QueryResult<Vec<Exchange>> {
    let query = exchanges::table.filter(exchanges::qid.eq(qid)).order(exchanges::account_id);
    run!(conn, load, query.select(Exchange::as_select()))
}

/// Remembers which positions a site lists, in the place of what it listed before.
pub fn set_listed(conn: &mut Conn, qid: &Qid, site: Id<Account>, named: &[Uri]) -> QueryResult<()> {
    let before = listings::table.filter(listings::qid.eq(qid)).filter(listings::account_id.eq(site));
    run!(conn, execute, diesel::delete(before))?;
    let mut named = named.to_vec();
    named.sort_unstable();
    named.dedup();
    for uri in &named {
        let row = (listings::qid.eq(qid), listings::account_id.eq(site), listings::position_uri.eq(uri));
        // Another worker may have compared with the same site meanwhile.
        run!(conn, execute, diesel::insert_into(listings::table).values(row).on_conflict_do_nothing())?;
    }
    Ok(())
}

/// What one site listed on a question when it was last compared with.
pub fn listed_by(conn: &mut Conn, qid: &Qid, site: Id<Account>) -> QueryResult<Vec<Uri>> {
    let query = listings::table.filter(listings::qid.eq(qid)).filter(listings::account_id.eq(site));
    run!(conn, load, query.order(listings::position_uri).select(listings::position_uri))
}

/// Forgets what others listed on a question: everything on their lists is looked at anew.
pub fn look_again(conn: &mut Conn, qid: &Qid) -> QueryResult<usize> {
    let of = exchanges::table.filter(exchanges::qid.eq(qid));
    run!(conn, execute, diesel::update(of).set(exchanges::digest.eq("")))
}

/// How many positions on a question other sites list that are not here: nobody could prove them.
pub fn unproven(conn: &mut Conn, qid: &Qid) -> QueryResult<usize> {
    let here = exists(contributions::table.filter(contributions::uri.eq(listings::position_uri)));
    let query = listings::table.filter(listings::qid.eq(qid)).filter(not(here));
    let found: Vec<Uri> = run!(conn, load, query.select(listings::position_uri).distinct())?;
    Ok(found.len())
}

/// Which site lists which position on a question.
pub fn listed(conn: &mut Conn, qid: &Qid) -> QueryResult<Vec<(Id<Account>, Uri)>> {
    let query = listings::table
        .filter(listings::qid.eq(qid))
        .order((listings::position_uri, listings::account_id))
        .select((listings::account_id, listings::position_uri));
    run!(conn, load, query)
}
