//! What hangs on some servers, counted before a decision about them, and what waits between them and us.

use std::collections::HashSet;

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::domain::contribution::State;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::inbox::InboxState;
use crate::domain::reach::Reach;
use crate::domain::relation::FollowState;
use crate::domain::uri::Uri;
use crate::schema::{
    accounts, attributions, contributions, deliveries, follows, hosts, inbox_items, positions,
};

/// Counts what accounts gave besides contributions, and what their contributions are: adds it to a [`Reach`].
/// `$there` makes a query for the keys of the accounts.
macro_rules! particulars {
    ($conn:expr, $there:expr, $reach:expr) => {{
        use $crate::schema::{boosts, contributions, external_statements, likes, media, poll_votes};
        let there = $there;
        let listed = external_statements::table
            .inner_join(contributions::table)
            .filter(contributions::author_id.eq_any(there()))
            .filter(external_statements::listing.eq($crate::domain::position::Listing::Listed))
            .filter(external_statements::withdrawn_at.is_null());
        let files = media::table
            .filter(media::account_id.eq_any(there()))
            .filter(media::contribution_id.is_not_null());
        let liked = likes::table.filter(likes::account_id.eq_any(there()));
        let boosted = boosts::table.filter(boosts::account_id.eq_any(there()));
        let voted = poll_votes::table.filter(poll_votes::account_id.eq_any(there()));
        let reach: $crate::domain::reach::Reach = $reach;
        $crate::domain::reach::Reach {
            external: $crate::store::conn::run!($conn, get_result, listed.count())?,
            likes: $crate::store::conn::run!($conn, get_result, liked.count())?,
            boosts: $crate::store::conn::run!($conn, get_result, boosted.count())?,
            votes: $crate::store::conn::run!($conn, get_result, voted.count())?,
            files: $crate::store::conn::run!($conn, get_result, files.count())?,
            ..reach
        }
    }};
}
pub(super) use particulars;

/// How many answers were attributed here after a source on one of these servers.
fn attributed(conn: &mut Conn, ids: &[Id<Host>]) -> QueryResult<i64> {
    let sources =
        attributions::table.filter(attributions::withdrawn_at.is_null()).select(attributions::source_url);
    let sources: Vec<String> = run!(conn, load, sources)?;
    if sources.is_empty() {
        return Ok(0);
    }
    let names: Vec<String> =
        run!(conn, load, hosts::table.filter(one_of(hosts::id, ids)).select(hosts::name))?;
    let names: HashSet<String> = names.into_iter().collect();
    let there = |source: &&String| Uri::parse(source).is_some_and(|uri| names.contains(uri.host()));
    Ok(i64::try_from(sources.iter().filter(there).count()).unwrap_or(i64::MAX))
}

/// Counts what hangs on these servers.
pub fn of(conn: &mut Conn, on: &[Id<Host>]) -> QueryResult<Reach> {
    if on.is_empty() {
        return Ok(Reach::default());
    }
    let there = || accounts::table.filter(one_of(accounts::host_id, on));
    let shown = || {
        contributions::table
            .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
            .filter(one_of(accounts::host_id, on))
            .filter(contributions::state.ne(State::Deleted))
    };
    let followers = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(one_of(accounts::host_id, on))
        .filter(follows::state.eq(FollowState::Accepted));
    let followed = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(one_of(accounts::host_id, on))
        .filter(follows::state.eq(FollowState::Accepted));
    let positions = shown().inner_join(positions::table.on(positions::contribution_id.eq(contributions::id)));
    let queued = deliveries::table.filter(one_of(deliveries::host_id, on));
    let received = inbox_items::table
        .filter(one_of(inbox_items::host_id, on))
        .filter(inbox_items::state.eq(InboxState::Waiting));
    let attributed = attributed(conn, on)?;
    let counted = Reach {
        attributed,
        hosts: i64::try_from(on.len()).unwrap_or(i64::MAX),
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
        ..Reach::default()
    };
    Ok(particulars!(conn, || there().select(accounts::id), counted))
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
