//! The organizations whose positions are listed where the map is for chosen ones only.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::id::Id;
use crate::domain::position::Listing;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::schema::{accounts, listing_allowances, positions};

/// Whether an organization is on the list.
pub fn contains(conn: &mut Conn, uri: &Uri) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, listing_allowances::table.find(uri).count())?;
    Ok(count > 0)
}

/// The whole list.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Uri>> {
    let query = listing_allowances::table.order(listing_allowances::uri).select(listing_allowances::uri);
    run!(conn, load, query)
}

/// Puts an organization on the list.
pub fn add(tx: &mut Tx<'_>, uri: &Uri, user: Option<Id<User>>) -> Result<(), Error> {
    let row = (
        listing_allowances::uri.eq(uri),
        listing_allowances::user_id.eq(user.map(Id::get)),
        listing_allowances::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(listing_allowances::table).values(row))?;
    Ok(())
}

/// Lists what waits of the organizations on the list.
pub fn list_waiting(conn: &mut Conn) -> QueryResult<usize> {
    let chosen = accounts::table
        .inner_join(listing_allowances::table.on(listing_allowances::uri.eq(accounts::uri)))
        .select(accounts::id);
    let waiting = positions::table
        .filter(positions::listing.eq(Listing::Waiting))
        .filter(positions::account_id.eq_any(chosen));
    run!(conn, execute, diesel::update(waiting).set(positions::listing.eq(Listing::Listed)))
}

/// Takes an organization off the list. What is listed of it stays so.
pub fn remove(conn: &mut Conn, uri: &Uri) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(listing_allowances::table.find(uri)))
}
