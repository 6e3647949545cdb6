//! How other servers are doing: when each is to be served, who serves it, since when it fails.
//!
//! Workers claim hosts: `hosts.due_at` says when a host is to be served, and moving it forward is
//! the lease. `leased_until` says that it is one, so that nobody mistakes it for a pause.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, SelectableHelper,
};

use super::conn::{Conn, run};
use super::tx::{Event, Tx};
use super::{Error, deliveries, jobs, successions};
use crate::clock::Timestamp;
use crate::domain::host::{Host, SignatureScheme};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::schema::hosts;

/// A host that fails is looked at again after this long at the latest when all of its rows are
/// given time: a new row must not wait for an old one.
const LONGEST_LOOK: i64 = 600;
/// Seconds after which a host that does not answer counts as away.
const AWAY: i64 = 120;

/// A host that belongs to whoever claimed it, for a while.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The host as it was then.
    pub host: Host,
    /// How long; also how the lease is told from a later one.
    pub until: Timestamp,
}

/// Takes up to `limit` hosts that are due, for as long as the lease lasts.
pub fn claim(tx: &mut Tx<'_>, limit: i64, lease_seconds: i64) -> Result<Vec<Lease>, Error> {
    let (now, until) = (tx.now, tx.now.plus_seconds(lease_seconds));
    let due = hosts::table.filter(hosts::due_at.le(now)).order((hosts::due_at, hosts::id)).limit(limit);
    let waiting: Vec<Host> = run!(tx, load, due.select(Host::as_select()))?;
    let mut claimed = Vec::new();
    for host in waiting {
        let free = hosts::table.filter(hosts::id.eq(host.id)).filter(hosts::due_at.le(now));
        let process = Some(tx.process.to_owned());
        let mine = (hosts::due_at.eq(until), hosts::leased_until.eq(until), hosts::leased_by.eq(process));
        if run!(tx, execute, diesel::update(free).set(mine))? > 0 {
            claimed.push(Lease { host, until });
        }
    }
    Ok(claimed)
}

/// When the next host is due; of one that is served at the moment, when its lease ends.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let query = hosts::table
        .filter(hosts::due_at.is_not_null())
        .order(hosts::due_at)
        .select(hosts::due_at.assume_not_null());
    run!(conn, first, query).optional()
}

/// What a worker learned about a host while it served it.
pub struct Visit<'a> {
    /// The host.
    pub host: Id<Host>,
    /// The lease under which it was served.
    pub lease: Timestamp,
    /// Whether anything was taken, or at least refused for good reason.
    pub progress: bool,
    /// When to come back after a failure, and what happened.
    pub trouble: Option<(Timestamp, &'a str)>,
    /// When to come back although the host did nothing wrong.
    pub pause: Option<Timestamp>,
    /// The signature it accepted, if it is another one than before.
    pub signature: Option<SignatureScheme>,
}

/// Lets go of a host: due again when its next row may go out, later after a failure, and not at
/// all when nothing waits.
pub fn release(tx: &mut Tx<'_>, visit: &Visit<'_>) -> Result<(), Error> {
    let (now, nobody): (_, Option<Timestamp>) = (tx.now, None);
    // First of all, because it locks the row: whoever queues for this host at the same moment waits
    // for us, or we wait and see its rows.
    let mine = hosts::table.find(visit.host).filter(hosts::leased_until.eq(visit.lease));
    let held = run!(
        tx,
        execute,
        diesel::update(mine).set((hosts::leased_until.eq(nobody), hosts::leased_by.eq(None::<String>)))
    )? > 0;
    note(tx, visit)?;
    if !held {
        // The lease ran out and somebody else serves the host: they say when it is due.
        return Ok(());
    }
    let host = || hosts::table.find(visit.host);
    let due = match (deliveries::next(tx, visit.host, now)?, visit.trouble) {
        (None, _) => None,
        (Some(_), Some((due, _))) => Some(due),
        (Some(next), None) => {
            let failures: i32 = run!(tx, first, host().select(hosts::failures))?;
            let look = now.plus_seconds(LONGEST_LOOK);
            let next = if failures > 0 { next.min(look) } else { next };
            Some(visit.pause.map_or(next, |pause| next.max(pause)))
        }
    };
    run!(tx, execute, diesel::update(host()).set(hosts::due_at.eq(due)))?;
    Ok(())
}

/// Writes down how a host did.
fn note(tx: &mut Tx<'_>, visit: &Visit<'_>) -> Result<(), Error> {
    let now = tx.now;
    let host = || hosts::table.find(visit.host);
    if let Some(signature) = visit.signature {
        run!(tx, execute, diesel::update(host()).set(hosts::signature.eq(signature)))?;
    }
    if visit.progress {
        let nothing: Option<Timestamp> = None;
        let well = (
            hosts::failures.eq(0),
            hosts::failing_since.eq(nothing),
            hosts::dark_since.eq(nothing),
            hosts::last_success_at.eq(now),
        );
        run!(tx, execute, diesel::update(host()).set(well))?;
    }
    if let Some((_, why)) = visit.trouble {
        let ill = (hosts::failures.eq(hosts::failures + 1), hosts::last_error.eq(why));
        run!(tx, execute, diesel::update(host()).set(ill))?;
        let first = host().filter(hosts::failing_since.is_null());
        if run!(tx, execute, diesel::update(first).set(hosts::failing_since.eq(now)))? > 0 {
            went_away(tx, visit.host)?;
        }
    }
    Ok(())
}

/// A verified request came from a host: whatever we thought of it, it is alive.
pub fn heard(tx: &mut Tx<'_>, id: Id<Host>) -> Result<(), Error> {
    let now = tx.now;
    // Once a minute is enough, and spares a busy inbox a write per activity.
    let minute = now.plus_seconds(-60);
    let troubled = hosts::failures.gt(0).or(hosts::dark_since.is_not_null());
    let stale = hosts::table
        .filter(hosts::id.eq(id))
        .filter(hosts::last_seen_at.is_null().or(hosts::last_seen_at.lt(minute)).or(troubled));
    if run!(tx, execute, diesel::update(stale).set(hosts::last_seen_at.eq(now)))? == 0 {
        return Ok(());
    }
    revive(tx, id)
}

/// Thinks well of a host again: what waits for it goes out now, and it gets new rows. Who serves it
/// at the moment is not disturbed.
pub fn revive(tx: &mut Tx<'_>, id: Id<Host>) -> Result<(), Error> {
    let (now, nothing): (_, Option<Timestamp>) = (tx.now, None);
    let troubled = hosts::failures.gt(0).or(hosts::dark_since.is_not_null());
    let ill = hosts::table.filter(hosts::id.eq(id)).filter(troubled);
    let well = (hosts::failures.eq(0), hosts::failing_since.eq(nothing), hosts::dark_since.eq(nothing));
    run!(tx, execute, diesel::update(ill).set(well))?;
    let resting = hosts::table.filter(hosts::id.eq(id)).filter(hosts::leased_until.is_null());
    let resting = resting.filter(hosts::due_at.is_null().or(hosts::due_at.gt(now)));
    if let Some(next) = deliveries::next(tx, id, now)? {
        run!(tx, execute, diesel::update(resting).set(hosts::due_at.eq(next)))?;
        tx.after_commit(Event::Deliveries);
    }
    Ok(())
}

/// A host does not answer what it is asked. Only the first time is kept, and only of hosts that are known:
/// names that somebody invents leave nothing here.
pub fn went_dark(tx: &mut Tx<'_>, name: &str) -> Result<(), Error> {
    let lit = hosts::table.filter(hosts::name.eq(name)).filter(hosts::dark_since.is_null());
    let now = Some(tx.now);
    if run!(tx, execute, diesel::update(lit).set(hosts::dark_since.eq(now)))? == 0 {
        return Ok(());
    }
    let id: Id<Host> = run!(tx, first, hosts::table.filter(hosts::name.eq(name)).select(hosts::id))?;
    went_away(tx, id)
}

/// What follows where a host is not reachable: its organization may have another, and what was said to it in
/// the open goes to others, unless it comes back in a minute.
fn went_away(tx: &mut Tx<'_>, id: Id<Host>) -> Result<(), Error> {
    let due = tx.now.plus_seconds(AWAY);
    jobs::enqueue(tx, &Job::PassOn { host: id.get() }, due)?;
    successions::seek(tx, id)
}

/// A host answers what it is asked. Whether it takes what is sent to it is seen when something is sent.
pub fn lit(tx: &mut Tx<'_>, name: &str) -> Result<(), Error> {
    let (dark, nothing): (_, Option<Timestamp>) = (hosts::table.filter(hosts::name.eq(name)), None);
    run!(tx, execute, diesel::update(dark).set(hosts::dark_since.eq(nothing)))?;
    Ok(())
}

/// The hosts that were given up since `since`: they fail, and nothing waits for them any more.
pub fn given_up(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<Host>> {
    let query =
        hosts::table.filter(hosts::due_at.is_null()).filter(hosts::failing_since.gt(since)).order(hosts::id);
    run!(conn, load, query.select(Host::as_select()))
}
