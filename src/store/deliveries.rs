//! The queue of what has to reach other servers: one row per activity and inbox.
//!
//! Workers claim hosts, not rows: `hosts.due_at` says when a host is to be served, and moving it
//! forward is the lease. Rows are inserted without asking the network anything.

use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::{Nullable, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    QueryResult, SelectableHelper, TextExpressionMethods,
};

use super::Error;
use super::activities::Activity;
use super::conn::{Conn, run};
use super::tx::{Event, Tx};
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountState};
use crate::domain::host::{Host, HostStanding, SignatureScheme};
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::domain::uri::Uri;
use crate::schema::{accounts, activities, deliveries, follows, hosts};

diesel::define_sql_function! {
    /// SQL's COALESCE for an optional text and its stand-in.
    fn coalesce(first: Nullable<Text>, second: Text) -> Text;
}

/// After this long without success a host gets nothing new until it is heard of again.
const DORMANT_SECONDS: i64 = 7 * 24 * 3600;

/// A delivery that waits.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Our key; deliveries to one host go out in this order.
    pub id: Id<Delivery>,
    /// The inbox.
    pub inbox: Uri,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// The columns that every way to queue fills. Several accounts behind one inbox make one row: the
/// second meets the first and is dropped, which costs less than asking for distinct rows.
macro_rules! queue {
    ($tx:expr, $activity:expr, $recipients:expr) => {{
        let (activity, now): (Id<Activity>, Timestamp) = ($activity, $tx.now);
        let alive = now.plus_seconds(-DORMANT_SECONDS);
        let rows = $recipients
            .filter(accounts::state.eq(AccountState::Active))
            .filter(accounts::standing.ne(HostStanding::Suspended))
            .filter(hosts::standing.ne(HostStanding::Suspended))
            .filter(hosts::failing_since.is_null().or(hosts::failing_since.gt(alive)))
            .select((
                activity.into_sql::<diesel::sql_types::BigInt>(),
                hosts::id,
                coalesce(accounts::shared_inbox, accounts::inbox),
                0.into_sql::<diesel::sql_types::Integer>(),
                false.into_sql::<diesel::sql_types::Bool>(),
                now.into_sql::<diesel::sql_types::BigInt>(),
            ));
        let insert = diesel::insert_into(deliveries::table)
            .values(rows)
            .into_columns((
                deliveries::activity_id,
                deliveries::host_id,
                deliveries::inbox,
                deliveries::attempts,
                deliveries::dead,
                deliveries::created_at,
            ))
            .on_conflict_do_nothing();
        run!($tx, execute, insert)?;
        wake($tx, activity)
    }};
}

/// Queues an activity for everyone elsewhere who follows `account`, once per inbox.
pub fn to_followers(tx: &mut Tx<'_>, activity: Id<Activity>, account: Id<Account>) -> Result<(), Error> {
    queue!(
        tx,
        activity,
        follows::table
            .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(follows::followee_id.eq(account))
            .filter(follows::state.eq(FollowState::Accepted))
    )
}

/// Queues an activity for these accounts, as far as they live elsewhere.
pub fn to_accounts(tx: &mut Tx<'_>, activity: Id<Activity>, ids: &[Id<Account>]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    queue!(
        tx,
        activity,
        accounts::table
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(accounts::id.eq_any(ids.to_vec()))
    )
}

/// Of an activity that is too large to be embedded everywhere: keeps the rows to hosts that need
/// or understand it whole (`whole`), or those to all the others.
pub fn keep_large(tx: &mut Tx<'_>, uri: &Uri, whole: bool) -> Result<(), Error> {
    let embeds = || {
        let software = hosts::software.assume_not_null();
        let known = software.like("plenum%").or(software.like("lemmy%"));
        hosts::table.filter(hosts::software.is_not_null()).filter(known).select(hosts::id)
    };
    let activity = || activities::table.filter(activities::uri.eq(uri)).select(activities::id);
    let rows = || deliveries::table.filter(deliveries::activity_id.eq_any(activity()));
    if whole {
        run!(tx, execute, diesel::delete(rows().filter(deliveries::host_id.ne_all(embeds()))))?;
    } else {
        run!(tx, execute, diesel::delete(rows().filter(deliveries::host_id.eq_any(embeds()))))?;
    }
    Ok(())
}

/// Makes the hosts of an activity due. A host that is being served, or that is given time after a
/// failure, keeps its own time: whoever serves it looks for new rows before letting go.
fn wake(tx: &mut Tx<'_>, activity: Id<Activity>) -> Result<(), Error> {
    let now = tx.now;
    let waiting = deliveries::table.filter(deliveries::activity_id.eq(activity)).select(deliveries::host_id);
    let idle = hosts::table.filter(hosts::due_at.is_null()).filter(hosts::id.eq_any(waiting));
    run!(tx, execute, diesel::update(idle).set(hosts::due_at.eq(now)))?;
    tx.after_commit(Event::Deliveries);
    Ok(())
}

/// Takes up to `limit` hosts that are due, for as long as the lease lasts.
pub fn claim(tx: &mut Tx<'_>, limit: i64, lease_seconds: i64) -> Result<Vec<Host>, Error> {
    let (now, until) = (tx.now, tx.now.plus_seconds(lease_seconds));
    let due = hosts::table.filter(hosts::due_at.le(now)).order((hosts::due_at, hosts::id)).limit(limit);
    let waiting: Vec<Host> = run!(tx, load, due.select(Host::as_select()))?;
    let mut claimed = Vec::new();
    for host in waiting {
        let free = hosts::table.filter(hosts::id.eq(host.id)).filter(hosts::due_at.le(now));
        if run!(tx, execute, diesel::update(free).set(hosts::due_at.eq(until)))? > 0 {
            claimed.push(host);
        }
    }
    Ok(claimed)
}

/// Makes hosts due that a worker held which is no more. Only where no other process can hold any.
pub fn resume(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now;
    let held = hosts::table.filter(hosts::due_at.gt(now)).filter(hosts::failures.eq(0));
    run!(tx, execute, diesel::update(held).set(hosts::due_at.eq(now)))?;
    Ok(())
}

/// What waits for a host, in order.
pub fn waiting(conn: &mut Conn, host: Id<Host>, limit: i64) -> QueryResult<Vec<(Delivery, Activity)>> {
    let query = deliveries::table
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .filter(deliveries::host_id.eq(host))
        .filter(deliveries::dead.eq(false))
        .order(deliveries::id)
        .limit(limit);
    run!(conn, load, query.select((Delivery::as_select(), Activity::as_select())))
}

/// These arrived.
pub fn finish(conn: &mut Conn, ids: &[Id<Delivery>]) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids.to_vec()))))
}

/// This one did not arrive. A dead one is kept for people to look at and to send again.
pub fn fail(
    conn: &mut Conn,
    id: Id<Delivery>,
    status: Option<i32>,
    error: &str,
    dead: bool,
) -> QueryResult<usize> {
    let change = (
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::last_status.eq(status),
        deliveries::last_error.eq(error),
        deliveries::dead.eq(dead),
    );
    run!(conn, execute, diesel::update(deliveries::table.find(id)).set(change))
}

/// What a worker learned about a host while it served it.
pub struct Visit<'a> {
    /// The host.
    pub host: Id<Host>,
    /// Whether anything was accepted or at least answered sensibly.
    pub success: bool,
    /// When to come back after a failure, and what happened.
    pub failure: Option<(Timestamp, &'a str)>,
    /// The signature it accepted, if it is another one than before.
    pub signature: Option<SignatureScheme>,
}

/// Lets go of a host: due again at once when rows wait, later after a failure, else not at all.
pub fn release(tx: &mut Tx<'_>, visit: &Visit<'_>) -> Result<(), Error> {
    let now = tx.now;
    let host = || hosts::table.find(visit.host);
    if let Some(signature) = visit.signature {
        run!(tx, execute, diesel::update(host()).set(hosts::signature.eq(signature)))?;
    }
    if visit.success {
        let nothing: Option<Timestamp> = None;
        let well = (hosts::failures.eq(0), hosts::failing_since.eq(nothing), hosts::last_success_at.eq(now));
        run!(tx, execute, diesel::update(host()).set(well))?;
    }
    let due = match visit.failure {
        Some((due, error)) => {
            let ill = (hosts::failures.eq(hosts::failures + 1), hosts::last_error.eq(error));
            run!(tx, execute, diesel::update(host()).set(ill))?;
            let first = host().filter(hosts::failing_since.is_null());
            run!(tx, execute, diesel::update(first).set(hosts::failing_since.eq(now)))?;
            Some(due)
        }
        None => waits(tx, visit.host)?.then_some(now),
    };
    run!(tx, execute, diesel::update(host()).set(hosts::due_at.eq(due)))?;
    Ok(())
}

fn waits(conn: &mut Conn, host: Id<Host>) -> QueryResult<bool> {
    let query =
        deliveries::table.filter(deliveries::host_id.eq(host)).filter(deliveries::dead.eq(false)).count();
    run!(conn, get_result, query).map(|count: i64| count > 0)
}

/// Gives up what waited longer than `since`; the host is not tried again until it is heard of.
pub fn give_up(tx: &mut Tx<'_>, host: Id<Host>, since: Timestamp, error: &str) -> Result<usize, Error> {
    let old = deliveries::table
        .filter(deliveries::host_id.eq(host))
        .filter(deliveries::dead.eq(false))
        .filter(deliveries::created_at.le(since));
    Ok(run!(
        tx,
        execute,
        diesel::update(old).set((deliveries::dead.eq(true), deliveries::last_error.eq(error)))
    )?)
}

/// A verified request came from a host: whatever we thought of it, it is alive.
pub fn heard(tx: &mut Tx<'_>, id: Id<Host>) -> Result<(), Error> {
    let now = tx.now;
    // Once a minute is enough, and spares a busy inbox a write per activity.
    let minute = now.plus_seconds(-60);
    let stale = hosts::table
        .filter(hosts::id.eq(id))
        .filter(hosts::last_seen_at.is_null().or(hosts::last_seen_at.lt(minute)).or(hosts::failures.gt(0)));
    if run!(tx, execute, diesel::update(stale).set(hosts::last_seen_at.eq(now)))? == 0 {
        return Ok(());
    }
    let nothing: Option<Timestamp> = None;
    let ill = hosts::table.filter(hosts::id.eq(id)).filter(hosts::failures.gt(0));
    let well = (hosts::failures.eq(0), hosts::failing_since.eq(nothing));
    if run!(tx, execute, diesel::update(ill).set(well))? > 0 && waits(tx, id)? {
        run!(tx, execute, diesel::update(hosts::table.find(id)).set(hosts::due_at.eq(now)))?;
        tx.after_commit(Event::Deliveries);
    }
    Ok(())
}

/// How many deliveries wait, dead ones left out.
pub fn pending(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, deliveries::table.filter(deliveries::dead.eq(false)).count())
}

/// When the next host is due.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let query = hosts::table.select(diesel::dsl::min(hosts::due_at));
    run!(conn, get_result, query)
}
