//! What is on its way between this server and others, host by host.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::{count_star, max, min};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::{Event, Tx};
use super::verbatim::{DELIVERIES_ASIDE, ITEMS_PARKED};
use crate::clock::Timestamp;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::inbox::InboxState;
use crate::schema::{deliveries, hosts, inbox_items};

/// How a server is doing, and what waits between it and us.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The server.
    pub host: Host,
    /// Deliveries that wait, and since when the oldest does.
    pub waiting: (i64, Option<Timestamp>),
    /// Deliveries that were put aside, and the last reason.
    pub aside: (i64, Option<String>),
    /// Received activities that could not be applied, and the last reason.
    pub parked: (i64, Option<String>),
}

type Counted<T> = (Id<Host>, i64, Option<T>);

/// Every server that fails or for which something waits or was put aside, by name.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Queue>> {
    let waiting = deliveries::table
        .filter(deliveries::dead.eq(false))
        .group_by(deliveries::host_id)
        .select((deliveries::host_id, count_star(), min(deliveries::created_at)));
    let waiting: Vec<Counted<Timestamp>> = run!(conn, load, waiting)?;
    let aside = deliveries::table.filter(DELIVERIES_ASIDE).group_by(deliveries::host_id).select((
        deliveries::host_id,
        count_star(),
        max(deliveries::last_error),
    ));
    let aside: Vec<Counted<String>> = run!(conn, load, aside)?;
    let parked = inbox_items::table.filter(ITEMS_PARKED).group_by(inbox_items::host_id).select((
        inbox_items::host_id,
        count_star(),
        max(inbox_items::error),
    ));
    let parked: Vec<(Option<Id<Host>>, i64, Option<String>)> = run!(conn, load, parked)?;
    let waiting: HashMap<_, _> =
        waiting.into_iter().map(|(host, count, first)| (host, (count, first))).collect();
    let aside: HashMap<_, _> = aside.into_iter().map(|(host, count, why)| (host, (count, why))).collect();
    let parked: HashMap<_, _> =
        parked.into_iter().filter_map(|(host, count, why)| Some((host?, (count, why)))).collect();
    let concerned: Vec<Id<Host>> = waiting.keys().chain(aside.keys()).chain(parked.keys()).copied().collect();
    let troubled = hosts::failing_since.is_not_null().or(hosts::dark_since.is_not_null());
    let query = hosts::table.filter(one_of(hosts::id, &concerned).or(troubled));
    let found: Vec<Host> = run!(conn, load, query.select(Host::as_select()))?;
    let queue = |host: Host| {
        let queue = Queue {
            waiting: waiting.get(&host.id).copied().unwrap_or_default(),
            aside: aside.get(&host.id).cloned().unwrap_or_default(),
            parked: parked.get(&host.id).cloned().unwrap_or_default(),
            host,
        };
        (queue.host.name.clone(), queue)
    };
    Ok(found.into_iter().map(queue).collect::<BTreeMap<_, _>>().into_values().collect())
}

/// Since when the oldest delivery to a server waits that answers, and to which.
pub fn oldest(conn: &mut Conn) -> QueryResult<Option<(String, Timestamp)>> {
    let query = deliveries::table
        .inner_join(hosts::table.on(hosts::id.eq(deliveries::host_id)))
        .filter(deliveries::dead.eq(false))
        .filter(hosts::failing_since.is_null())
        .filter(hosts::dark_since.is_null())
        .order((deliveries::created_at, deliveries::id))
        .select((hosts::name, deliveries::created_at));
    run!(conn, first, query).optional()
}

/// Lets what a server sent and could not be applied be tried again; returns how much that is.
pub fn take_up_parked(tx: &mut Tx<'_>, host: Id<Host>) -> Result<usize, Error> {
    let aside = inbox_items::table.filter(ITEMS_PARKED).filter(inbox_items::host_id.eq(host));
    let again = (
        inbox_items::state.eq(InboxState::Waiting),
        inbox_items::attempts.eq(0),
        inbox_items::due_at.eq(tx.now),
    );
    let taken = run!(tx, execute, diesel::update(aside).set(again))?;
    tx.after_commit(Event::Inbox);
    Ok(taken)
}

/// Forgets what was put aside for a server and what could not be applied from it.
pub fn forget_aside(conn: &mut Conn, host: Id<Host>) -> QueryResult<(usize, usize)> {
    let dead = deliveries::table.filter(deliveries::host_id.eq(host)).filter(deliveries::dead.eq(true));
    let parked = inbox_items::table.filter(ITEMS_PARKED).filter(inbox_items::host_id.eq(host));
    Ok((run!(conn, execute, diesel::delete(dead))?, run!(conn, execute, diesel::delete(parked))?))
}
