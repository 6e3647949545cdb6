//! What servers sent that was not taken in: how much, and why.

use std::collections::BTreeMap;
use std::mem;

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use super::verbatim::Verbatim;
use super::{Error, hosts as known_hosts};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::rebuff::Rebuff;
use crate::schema::{accounts, contributions, follows, hosts, rebuffs};

/// One row: of which server, why, how often, and from when to when.
pub type Entry = (String, Rebuff, i64, Timestamp, Timestamp);
/// What is to be added, in the order in which it is written: two that write at once never wait for each
/// other in a circle.
pub(super) type Counts = BTreeMap<(Id<Host>, Rebuff), i64>;

/// After how long without any it is another time, and counted from one again.
const PAUSE: i64 = 24 * 3600;
/// What a partial index says; posts are not counted here.
const DEBATE: Verbatim = Verbatim("contributions.kind <> 0");

/// Counts one more; it is written down at the end of the unit of work.
pub fn count(tx: &mut Tx<'_>, host: Id<Host>, reason: Rebuff) {
    let times = tx.rebuffs.entry((host, reason)).or_default();
    *times = times.saturating_add(1);
}

/// Writes down what was counted in a unit of work.
pub(super) fn write_down(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now;
    for ((host, reason), times) in mem::take(&mut tx.rebuffs) {
        let row = rebuffs::table.find((host, reason));
        let over = row.filter(rebuffs::last_at.lt(now.plus_seconds(-PAUSE)));
        run!(tx, execute, diesel::delete(over))?;
        let values = (
            rebuffs::host_id.eq(host),
            rebuffs::reason.eq(reason),
            rebuffs::times.eq(times),
            rebuffs::first_at.eq(now),
            rebuffs::last_at.eq(now),
        );
        let more = (rebuffs::times.eq(rebuffs::times + times), rebuffs::last_at.eq(now));
        let insert = diesel::insert_into(rebuffs::table).values(values);
        let upsert = insert.on_conflict((rebuffs::host_id, rebuffs::reason)).do_update().set(more);
        run!(tx, execute, upsert)?;
    }
    Ok(())
}

/// Counts one of a server that is known here; names that nobody met are not counted.
pub fn note(tx: &mut Tx<'_>, host: &str, reason: Rebuff) -> Result<(), Error> {
    if let Some(host) = known_hosts::by_name(tx, host)? {
        count(tx, host.id, reason);
    }
    Ok(())
}

/// How much of these kinds came from some servers together since a moment, whatever dates it bears, of those whom nobody
/// here follows; not counted further than `most`.
pub fn arrived_from(
    conn: &mut Conn,
    hosts: &[Id<Host>],
    kinds: &[Kind],
    (since, most): (Timestamp, i64),
) -> QueryResult<usize> {
    let members = diesel::alias!(accounts as members);
    let ours = members.filter(members.field(accounts::host_id).is_null()).select(members.field(accounts::id));
    let followed = follows::table.filter(follows::follower_id.eq_any(ours)).select(follows::followee_id);
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(one_of(accounts::host_id, hosts))
        .filter(accounts::id.ne_all(followed))
        .filter(contributions::kind.eq_any(kinds.to_vec()))
        .filter(contributions::arrived_at.ge(since))
        .filter(DEBATE)
        .limit(most)
        .select(contributions::id);
    let found: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(found.len())
}

/// How much of these kinds came from one author since a moment; not counted further than `most`.
pub fn arrived_by(
    conn: &mut Conn,
    author: Id<Account>,
    kinds: &[Kind],
    (since, most): (Timestamp, i64),
) -> QueryResult<usize> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::kind.eq_any(kinds.to_vec()))
        .filter(contributions::arrived_at.ge(since))
        .filter(DEBATE)
        .limit(most)
        .select(contributions::id);
    let found: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(found.len())
}

/// All of them, the latest first.
pub fn all(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Entry>> {
    let query = rebuffs::table
        .inner_join(hosts::table.on(hosts::id.eq(rebuffs::host_id)))
        .order((rebuffs::last_at.desc(), hosts::name, rebuffs::reason))
        .limit(limit)
        .select((hosts::name, rebuffs::reason, rebuffs::times, rebuffs::first_at, rebuffs::last_at));
    run!(conn, load, query)
}

/// Forgets those that ended before `when`.
pub fn purge(conn: &mut Conn, when: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(rebuffs::table.filter(rebuffs::last_at.lt(when))))
}
