//! What hangs on some servers, counted before a decision about them, and what waits between them and us.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::domain::contribution::State;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::inbox::InboxState;
use crate::domain::reach::Reach;
use crate::domain::relation::FollowState;
use crate::schema::{accounts, contributions, deliveries, follows, inbox_items, positions};

/// Counts what hangs on these servers.
pub fn of(conn: &mut Conn, hosts: &[Id<Host>]) -> QueryResult<Reach> {
    if hosts.is_empty() {
        return Ok(Reach::default());
    }
    let there = || accounts::table.filter(one_of(accounts::host_id, hosts));
    let shown = || {
        contributions::table
            .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
            .filter(one_of(accounts::host_id, hosts))
            .filter(contributions::state.ne(State::Deleted))
    };
    let followers = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(one_of(accounts::host_id, hosts))
        .filter(follows::state.eq(FollowState::Accepted));
    let followed = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(one_of(accounts::host_id, hosts))
        .filter(follows::state.eq(FollowState::Accepted));
    let positions = shown().inner_join(positions::table.on(positions::contribution_id.eq(contributions::id)));
    let queued = deliveries::table.filter(one_of(deliveries::host_id, hosts));
    let received = inbox_items::table
        .filter(one_of(inbox_items::host_id, hosts))
        .filter(inbox_items::state.eq(InboxState::Waiting));
    Ok(Reach {
        hosts: i64::try_from(hosts.len()).unwrap_or(i64::MAX),
        accounts: run!(conn, get_result, there().count())?,
        followers: run!(conn, get_result, followers.count())?,
        followed: run!(conn, get_result, followed.count())?,
        contributions: run!(conn, get_result, shown().count())?,
        held: run!(conn, get_result, shown().filter(contributions::state.eq(State::Held)).count())?,
        replies: run!(
            conn,
            get_result,
            shown().filter(contributions::in_reply_to_uri.is_not_null()).count()
        )?,
        positions: run!(conn, get_result, positions.count())?,
        deliveries: run!(conn, get_result, queued.filter(deliveries::dead.eq(false)).count())?,
        received: run!(conn, get_result, received.count())?,
    })
}

/// Drops what waits for these servers, and what came from them and was not applied yet.
pub fn drop_waiting(conn: &mut Conn, hosts: &[Id<Host>]) -> QueryResult<(usize, usize)> {
    let queued = deliveries::table.filter(one_of(deliveries::host_id, hosts));
    let outgoing = run!(conn, execute, diesel::delete(queued))?;
    let unapplied = inbox_items::state.eq(InboxState::Waiting).or(inbox_items::state.eq(InboxState::Parked));
    let received = inbox_items::table.filter(one_of(inbox_items::host_id, hosts)).filter(unapplied);
    let incoming = run!(conn, execute, diesel::delete(received))?;
    Ok((outgoing, incoming))
}
