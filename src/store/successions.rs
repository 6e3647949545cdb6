//! Who confirms where organizations go on, and what they said.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::Tx;
use super::{Error, jobs};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::succession::{Guarantor, KEPT_SECONDS, Succession};
use crate::domain::uri::Uri;
use crate::schema::{accounts, guarantors, successions};

/// How long a server may be away before others are asked about it, in seconds.
const PATIENCE_SECONDS: i64 = 3600;

/// Whose word counts about an account: whom it names, and for a while whom it named.
pub fn guarantors_of(conn: &mut Conn, id: Id<Account>, now: Timestamp) -> QueryResult<Vec<Guarantor>> {
    let forgotten = now.plus_seconds(-KEPT_SECONDS);
    let query = guarantors::table
        .filter(guarantors::account_id.eq(id))
        .filter(guarantors::dropped_at.is_null().or(guarantors::dropped_at.gt(forgotten)))
        .order(guarantors::uri);
    run!(conn, load, query.select(Guarantor::as_select()))
}

/// Whom an account names now.
pub fn named_by(conn: &mut Conn, id: Id<Account>) -> QueryResult<Vec<Guarantor>> {
    let query = guarantors::table
        .filter(guarantors::account_id.eq(id))
        .filter(guarantors::dropped_at.is_null())
        .order(guarantors::uri);
    run!(conn, load, query.select(Guarantor::as_select()))
}

/// Keeps whom an account names now.
pub fn name_guarantors(tx: &mut Tx<'_>, id: Id<Account>, named: &[Uri], needed: i32) -> Result<(), Error> {
    let now = tx.now;
    let known = named_by(tx, id)?;
    if known.iter().map(|one| (&one.uri, one.needed)).eq(named.iter().map(|uri| (uri, needed))) {
        return Ok(());
    }
    let theirs = || guarantors::table.filter(guarantors::account_id.eq(id));
    let gone =
        theirs().filter(guarantors::uri.ne_all(named.to_vec())).filter(guarantors::dropped_at.is_null());
    run!(tx, execute, diesel::update(gone).set(guarantors::dropped_at.eq(Some(now))))?;
    run!(tx, execute, diesel::delete(theirs().filter(guarantors::uri.eq_any(named.to_vec()))))?;
    for uri in named {
        let row = Guarantor { account_id: id, uri: uri.clone(), needed, dropped_at: None };
        run!(tx, execute, diesel::insert_into(guarantors::table).values(row))?;
    }
    Ok(())
}

/// What was said about an account.
pub fn of(conn: &mut Conn, id: Id<Account>) -> QueryResult<Vec<Succession>> {
    let query = successions::table.filter(successions::account_id.eq(id)).order(successions::guarantor);
    run!(conn, load, query.select(Succession::as_select()))
}

/// Keeps what a guarantor says now, in the place of what it said before.
pub fn put(tx: &mut Tx<'_>, said: &Succession) -> Result<(), Error> {
    remove(tx, said.account_id, &said.guarantor)?;
    run!(tx, execute, diesel::insert_into(successions::table).values(said))?;
    Ok(())
}

/// Forgets what a guarantor said.
pub fn remove(conn: &mut Conn, id: Id<Account>, guarantor: &Uri) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(successions::table.find((id, guarantor))))
}

/// The account speaks for itself again.
pub fn forget(conn: &mut Conn, id: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(successions::table.filter(successions::account_id.eq(id))))
}

/// The accounts of a server that named guarantors and did not go on elsewhere.
fn guaranteed(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<Id<Account>>> {
    let query = accounts::table
        .filter(accounts::host_id.eq(host))
        .filter(accounts::moved_to.is_null())
        .filter(accounts::id.eq_any(guarantors::table.select(guarantors::account_id)))
        .select(accounts::id);
    run!(conn, load, query)
}

/// A server does not answer any more: before long, those are asked who may know where its organizations go
/// on.
pub fn seek(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    let due = tx.now.plus_seconds(PATIENCE_SECONDS);
    for account in guaranteed(tx, host)? {
        jobs::enqueue(tx, &Job::SeekSuccessor { account: account.get(), due: due.0 }, due)?;
    }
    Ok(())
}
