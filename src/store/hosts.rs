//! Servers we know.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{exists, not};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use super::{Error, host_rules};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::{self, Host, HostStanding};
use crate::domain::host_rule::Decision;
use crate::domain::id::Id;
use crate::schema::{accounts, hosts};

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// The host with this key.
pub fn by_id(conn: &mut Conn, id: Id<Host>) -> QueryResult<Option<Host>> {
    run!(conn, first, hosts::table.find(id).select(Host::as_select())).optional()
}

/// The host of this name.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Host>> {
    run!(conn, first, hosts::table.filter(hosts::name.eq(name)).select(Host::as_select())).optional()
}

/// Since when the servers of these accounts do not answer, for those that do not.
pub fn unreachable(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<HashMap<Id<Account>, Timestamp>> {
    let query = accounts::table
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(one_of(accounts::id, ids))
        .select((accounts::id, hosts::failing_since, hosts::dark_since));
    let rows: Vec<(Id<Account>, Option<Timestamp>, Option<Timestamp>)> = run!(conn, load, query)?;
    let away = |(id, failing, dark)| Some((id, host::unreachable_since(failing, dark)?));
    Ok(rows.into_iter().filter_map(away).collect())
}

/// The host of this name, made known if it was not.
pub fn ensure(tx: &mut Tx<'_>, name: &str) -> Result<Host, Error> {
    if let Some(host) = by_name(tx, name)? {
        return Ok(host);
    }
    let id: Id<Host> = tx.mint();
    let rule = host_rules::nearest(tx, name)?;
    let rule = rule.map(|rule| rule.decision()).unwrap_or_default();
    let row = (
        hosts::id.eq(id),
        hosts::name.eq(name),
        hosts::standing.eq(rule.standing),
        hosts::reject_media.eq(rule.reject_media),
        hosts::reject_reports.eq(rule.reject_reports),
        hosts::signature.eq(0_i16),
        hosts::failures.eq(0),
        hosts::created_at.eq(tx.now),
    );
    // Another process may have been faster; then its row is the host.
    let insert = diesel::insert_into(hosts::table).values(row).on_conflict(hosts::name).do_nothing();
    run!(tx, execute, insert)?;
    by_name(tx, name)?.ok_or_else(|| Error::broken("a host vanished while it was being made"))
}

/// Makes hosts of these names known, about each of which there is such a rule.
pub fn ensure_all(tx: &mut Tx<'_>, rules: &[(&str, &Decision)]) -> Result<(), Error> {
    for some in rules.chunks(AT_ONCE) {
        let names: Vec<String> = some.iter().map(|(name, _)| (*name).to_owned()).collect();
        let known: Vec<String> =
            run!(tx, load, hosts::table.filter(hosts::name.eq_any(names.clone())).select(hosts::name))?;
        let known: HashSet<String> = known.into_iter().collect();
        let mut rows = Vec::new();
        for (name, rule) in some.iter().filter(|(name, _)| !known.contains(*name)) {
            let id: Id<Host> = tx.mint();
            rows.push((
                hosts::id.eq(id),
                hosts::name.eq((*name).to_owned()),
                hosts::standing.eq(rule.standing),
                hosts::reject_media.eq(rule.reject_media),
                hosts::reject_reports.eq(rule.reject_reports),
                hosts::signature.eq(0_i16),
                hosts::failures.eq(0),
                hosts::created_at.eq(tx.now),
            ));
        }
        // Another process may have been faster; then its row is the host.
        run!(tx, execute, diesel::insert_into(hosts::table).values(rows).on_conflict_do_nothing())?;
    }
    Ok(())
}

/// Changes how a server stands, where no rule holds: it is let in because somebody here follows it.
pub fn set_standing(conn: &mut Conn, id: Id<Host>, standing: HostStanding) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(hosts::table.find(id)).set(hosts::standing.eq(standing)))
}

/// What we decided about this name. A server we know carries what the rules mean for it; for any
/// other the nearest rule counts, so that a new name below a suspended one is no way around.
pub fn standing_of(conn: &mut Conn, name: &str) -> QueryResult<HostStanding> {
    let query = hosts::table.filter(hosts::name.eq(name)).select(hosts::standing);
    let known: Option<HostStanding> = run!(conn, first, query).optional()?;
    match known {
        Some(standing) => Ok(standing),
        None => Ok(host_rules::nearest(conn, name)?.map(|rule| rule.standing).unwrap_or_default()),
    }
}

/// Since when the host of this name is not reachable.
pub fn unreachable_since(conn: &mut Conn, name: &str) -> QueryResult<Option<Timestamp>> {
    let query = hosts::table.filter(hosts::name.eq(name)).select((hosts::failing_since, hosts::dark_since));
    let known: Option<(Option<Timestamp>, Option<Timestamp>)> = run!(conn, first, query).optional()?;
    Ok(known.and_then(|(failing, dark)| host::unreachable_since(failing, dark)))
}

/// Since when the host of this name does not answer what it is asked.
pub fn dark_since(conn: &mut Conn, name: &str) -> QueryResult<Option<Timestamp>> {
    let query = hosts::table.filter(hosts::name.eq(name)).select(hosts::dark_since);
    let known: Option<Option<Timestamp>> = run!(conn, first, query).optional()?;
    Ok(known.flatten())
}

/// Every host.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Host>> {
    run!(conn, load, hosts::table.order(hosts::id).select(Host::as_select()))
}

/// The hosts with these keys, in no order.
pub fn by_ids(conn: &mut Conn, ids: &[Id<Host>]) -> QueryResult<Vec<Host>> {
    run!(conn, load, hosts::table.filter(one_of(hosts::id, ids)).select(Host::as_select()))
}

/// Those of these names that are suspended.
pub fn suspended_among(conn: &mut Conn, names: &[&str]) -> QueryResult<HashSet<String>> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let query = hosts::table
        .filter(hosts::name.eq_any(names))
        .filter(hosts::standing.eq(HostStanding::Suspended))
        .select(hosts::name);
    let suspended: Vec<String> = run!(conn, load, query)?;
    Ok(suspended.into_iter().collect())
}

/// Notes what a host runs, and whether it lets anybody sign up.
pub fn describe(
    conn: &mut Conn,
    id: Id<Host>,
    software: &str,
    open_sign_ups: Option<bool>,
) -> QueryResult<usize> {
    let change = (hosts::software.eq(Some(software)), hosts::open_sign_ups.eq(open_sign_ups));
    run!(conn, execute, diesel::update(hosts::table.find(id)).set(change))
}

/// The servers about which nobody here decided, and those that are only limited: an allowlist leaves
/// them out.
pub fn not_allowed(conn: &mut Conn) -> QueryResult<Vec<Id<Host>>> {
    let open = [HostStanding::Unknown, HostStanding::Limited];
    run!(conn, load, hosts::table.filter(hosts::standing.eq_any(open)).filter(met()).select(hosts::id))
}

/// Somebody on the server is known here: what there is only a rule about was never met.
#[diesel::dsl::auto_type]
pub(super) fn met() -> _ {
    exists(accounts::table.filter(accounts::host_id.eq(hosts::id.nullable())))
}

/// The servers of which nobody is known here.
pub fn strangers(conn: &mut Conn) -> QueryResult<HashSet<Id<Host>>> {
    let ids: Vec<Id<Host>> = run!(conn, load, hosts::table.filter(not(met())).select(hosts::id))?;
    Ok(ids.into_iter().collect())
}

/// How many servers ours exchanges with.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    let query = hosts::table.filter(hosts::standing.lt(HostStanding::Limited)).filter(met());
    run!(conn, get_result, query.count())
}

/// The names of servers that ours exchanges with.
pub fn names(conn: &mut Conn, limit: i64) -> QueryResult<Vec<String>> {
    let query = hosts::table
        .filter(hosts::standing.lt(HostStanding::Limited))
        .filter(met())
        .order(hosts::name)
        .limit(limit)
        .select(hosts::name);
    run!(conn, load, query)
}
