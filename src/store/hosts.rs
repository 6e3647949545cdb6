//! Servers we know.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::schema::hosts;

/// The host with this key.
pub fn by_id(conn: &mut Conn, id: Id<Host>) -> QueryResult<Option<Host>> {
    run!(conn, first, hosts::table.find(id).select(Host::as_select())).optional()
}

/// The host of this name.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Host>> {
    run!(conn, first, hosts::table.filter(hosts::name.eq(name)).select(Host::as_select())).optional()
}

/// The host of this name, made known if it was not.
pub fn ensure(tx: &mut Tx<'_>, name: &str) -> Result<Host, Error> {
    if let Some(host) = by_name(tx, name)? {
        return Ok(host);
    }
    let id: Id<Host> = tx.mint();
    let row = (
        hosts::id.eq(id),
        hosts::name.eq(name),
        hosts::standing.eq(HostStanding::default()),
        hosts::signature.eq(0_i16),
        hosts::failures.eq(0),
        hosts::created_at.eq(tx.now),
    );
    // Another process may have been faster; then its row is the host.
    let insert = diesel::insert_into(hosts::table).values(row).on_conflict(hosts::name).do_nothing();
    run!(tx, execute, insert)?;
    by_name(tx, name)?.ok_or_else(|| Error::broken("a host vanished while it was being made"))
}

/// Decides about a host.
pub fn set_standing(conn: &mut Conn, id: Id<Host>, standing: HostStanding) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(hosts::table.find(id)).set(hosts::standing.eq(standing)))
}

/// What we decided about this name: a suspension covers every name below it, so that a subdomain
/// is no way around.
pub fn standing_of(conn: &mut Conn, name: &str) -> QueryResult<HostStanding> {
    let mut names = vec![name.to_owned()];
    let mut rest = name;
    while let Some((_, parent)) = rest.split_once('.') {
        names.push(parent.to_owned());
        rest = parent;
    }
    let query = hosts::table.filter(hosts::name.eq_any(names)).select((hosts::name, hosts::standing));
    let known: Vec<(String, HostStanding)> = run!(conn, load, query)?;
    if known.iter().any(|(_, standing)| *standing == HostStanding::Suspended) {
        return Ok(HostStanding::Suspended);
    }
    let own = known.into_iter().find(|(known, _)| known == name);
    Ok(own.map_or_else(HostStanding::default, |(_, standing)| standing))
}

/// Notes what a host runs.
pub fn set_software(conn: &mut Conn, id: Id<Host>, software: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(hosts::table.find(id)).set(hosts::software.eq(Some(software))))
}

/// How many servers we know.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, hosts::table.count())
}

/// The names of servers that ours exchanges with.
pub fn names(conn: &mut Conn, limit: i64) -> QueryResult<Vec<String>> {
    let query = hosts::table
        .filter(hosts::standing.ne(HostStanding::Suspended))
        .order(hosts::name)
        .limit(limit)
        .select(hosts::name);
    run!(conn, load, query)
}
