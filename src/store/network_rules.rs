//! Rules about networks.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};

use super::conn::{Conn, run};
use super::host_rules::touch;
use super::page::{Page, paged};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::network_rule::NetworkRule;
use crate::schema::network_rules;

/// Every rule that is not over, the latest first.
pub fn all(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<NetworkRule>> {
    let query = network_rules::table
        .filter(network_rules::ends_at.is_null().or(network_rules::ends_at.gt(now)))
        .order(network_rules::id.desc());
    run!(conn, load, query.select(NetworkRule::as_select()))
}

/// The same, page by page.
pub fn page(conn: &mut Conn, now: Timestamp, page: &Page) -> QueryResult<Vec<NetworkRule>> {
    let query =
        network_rules::table.filter(network_rules::ends_at.is_null().or(network_rules::ends_at.gt(now)));
    paged!(conn, page, query.select(NetworkRule::as_select()), network_rules::id)
}

/// The rule with this key, unless it is over.
pub fn by_id(conn: &mut Conn, id: Id<NetworkRule>, now: Timestamp) -> QueryResult<Option<NetworkRule>> {
    let query = network_rules::table
        .find(id)
        .filter(network_rules::ends_at.is_null().or(network_rules::ends_at.gt(now)));
    run!(conn, first, query.select(NetworkRule::as_select())).optional()
}

/// The rule about exactly this network.
pub fn by_network(conn: &mut Conn, network: &str) -> QueryResult<Option<NetworkRule>> {
    let query = network_rules::table.filter(network_rules::network.eq(network));
    run!(conn, first, query.select(NetworkRule::as_select())).optional()
}

/// How many there are.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, network_rules::table.count())
}

/// Keeps a rule in the place of the one with the same key.
pub fn put(conn: &mut Conn, rule: &NetworkRule) -> QueryResult<usize> {
    delete(conn, rule.id)?;
    run!(conn, execute, diesel::insert_into(network_rules::table).values(rule))
}

/// Removes a rule.
pub fn delete(conn: &mut Conn, id: Id<NetworkRule>) -> QueryResult<usize> {
    touch(conn)?;
    run!(conn, execute, diesel::delete(network_rules::table.find(id)))
}

/// Removes the rules that are over.
pub fn expire(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(network_rules::table.filter(network_rules::ends_at.le(now))))
}
