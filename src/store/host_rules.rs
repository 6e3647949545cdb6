//! Rules about servers, by name. What they mean for each server we know stands in `hosts`.

use std::collections::HashSet;

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension,
    QueryDsl, QueryResult, SelectableHelper, TextExpressionMethods,
};

use super::conn::{Conn, run};
use super::page::{Page, paged};
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::{HostRule, is_below, upwards};
use crate::domain::id::Id;
use crate::schema::{host_rules, hosts, sites};

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// The rule of this name.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<HostRule>> {
    run!(conn, first, host_rules::table.find(name).select(HostRule::as_select())).optional()
}

/// The rule that holds for a host of this name: the nearest one that covers it. One question to the
/// index, however many rules there are.
pub fn nearest(conn: &mut Conn, host: &str) -> QueryResult<Option<HostRule>> {
    let query = host_rules::table.filter(host_rules::name.eq_any(upwards(host)));
    let rules: Vec<HostRule> = run!(conn, load, query.select(HostRule::as_select()))?;
    Ok(rules.into_iter().filter(|rule| rule.covers(host)).max_by_key(|rule| rule.name.len()))
}

/// The rule that holds for a name where there is none of its own.
pub fn above(conn: &mut Conn, host: &str) -> QueryResult<Option<HostRule>> {
    let query =
        host_rules::table.filter(host_rules::name.eq_any(upwards(host))).filter(host_rules::name.ne(host));
    let rules: Vec<HostRule> = run!(conn, load, query.select(HostRule::as_select()))?;
    Ok(rules.into_iter().filter(|rule| rule.covers(host)).max_by_key(|rule| rule.name.len()))
}

/// The rules of these names.
pub fn among(conn: &mut Conn, names: &[String]) -> QueryResult<Vec<HostRule>> {
    let query = host_rules::table.filter(host_rules::name.eq_any(names.to_vec()));
    run!(conn, load, query.select(HostRule::as_select()))
}

/// Keeps a rule in the place of the one of the same name.
pub fn put(conn: &mut Conn, rule: &HostRule) -> QueryResult<usize> {
    touch(conn)?;
    run!(conn, execute, diesel::delete(host_rules::table.find(&rule.name)))?;
    run!(conn, execute, diesel::insert_into(host_rules::table).values(rule))
}

/// Keeps rules in the place of those of the same names.
pub fn put_all(conn: &mut Conn, rules: &[HostRule]) -> QueryResult<()> {
    let names: Vec<String> = rules.iter().map(|rule| rule.name.clone()).collect();
    delete_all(conn, &names)?;
    put_new(conn, rules)
}

/// Keeps rules about names of which there was none.
pub fn put_new(conn: &mut Conn, rules: &[HostRule]) -> QueryResult<()> {
    touch(conn)?;
    for some in rules.chunks(AT_ONCE) {
        run!(conn, execute, diesel::insert_into(host_rules::table).values(some.to_vec()))?;
    }
    Ok(())
}

/// Removes a rule.
pub fn delete(conn: &mut Conn, name: &str) -> QueryResult<usize> {
    touch(conn)?;
    run!(conn, execute, diesel::delete(host_rules::table.find(name)))
}

/// Removes the rules of these names.
pub fn delete_all(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    touch(conn)?;
    for some in names.chunks(AT_ONCE) {
        let rules = host_rules::table.filter(host_rules::name.eq_any(some.to_vec()));
        run!(conn, execute, diesel::delete(rules))?;
    }
    Ok(())
}

/// How often the rules, those about networks, and what holds for servers without a rule changed.
pub fn version(conn: &mut Conn) -> QueryResult<i64> {
    let found: Option<i64> = run!(conn, first, sites::table.select(sites::rules_version)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Notes that they changed: every process reads them again.
pub(super) fn touch(conn: &mut Conn) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(sites::table).set(sites::rules_version.eq(sites::rules_version + 1)))
}

/// What every rule says, without anything else.
pub fn standings(conn: &mut Conn) -> QueryResult<Vec<(String, HostStanding)>> {
    run!(conn, load, host_rules::table.select((host_rules::name, host_rules::standing)))
}

/// Every rule, by name.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<HostRule>> {
    run!(conn, load, host_rules::table.order(host_rules::name).select(HostRule::as_select()))
}

/// The rules that let in, or that keep out, each with the key of its server, the latest server first.
pub fn page(
    conn: &mut Conn,
    standings: &[HostStanding],
    page: &Page,
) -> QueryResult<Vec<(Id<Host>, HostRule)>> {
    let query = host_rules::table
        .inner_join(hosts::table.on(hosts::name.eq(host_rules::name)))
        .filter(host_rules::standing.eq_any(standings.to_vec()));
    paged!(conn, page, query.select((hosts::id, HostRule::as_select())), hosts::id)
}

/// The names of all rules.
pub fn names(conn: &mut Conn) -> QueryResult<HashSet<String>> {
    let names: Vec<String> = run!(conn, load, host_rules::table.select(host_rules::name))?;
    Ok(names.into_iter().collect())
}

/// The rules that everybody may know of, by name: who is limited or suspended here.
pub fn public(conn: &mut Conn, limit: i64) -> QueryResult<Vec<HostRule>> {
    let query = host_rules::table
        .filter(host_rules::standing.eq_any([HostStanding::Limited, HostStanding::Suspended]))
        .order(host_rules::name)
        .limit(limit);
    run!(conn, load, query.select(HostRule::as_select()))
}

/// The servers we know of this name and below it.
pub fn hosts_below(conn: &mut Conn, name: &str) -> QueryResult<Vec<Host>> {
    let query = hosts::table
        .filter(hosts::name.eq(name).or(hosts::name.like(format!("%.{}", escaped(name))).escape('\\')))
        .order(hosts::id);
    let found: Vec<Host> = run!(conn, load, query.select(Host::as_select()))?;
    Ok(found.into_iter().filter(|host| host.name == name || is_below(&host.name, name)).collect())
}

/// The keys of these servers: there may be very many of one owner.
pub fn ids_below(conn: &mut Conn, name: &str) -> QueryResult<Vec<Id<Host>>> {
    let query = hosts::table
        .filter(hosts::name.eq(name).or(hosts::name.like(format!("%.{}", escaped(name))).escape('\\')))
        .select(hosts::id);
    run!(conn, load, query)
}

/// Writes down what the rules mean for a server.
pub fn settle(
    conn: &mut Conn,
    host: Id<Host>,
    standing: HostStanding,
    reject_media: bool,
    reject_reports: bool,
) -> QueryResult<usize> {
    let change = (
        hosts::standing.eq(standing),
        hosts::reject_media.eq(reject_media),
        hosts::reject_reports.eq(reject_reports),
    );
    run!(conn, execute, diesel::update(hosts::table.find(host)).set(change))
}

/// The same for many servers of which the same holds.
pub fn settle_all(
    conn: &mut Conn,
    hosts: &[Id<Host>],
    standing: HostStanding,
    (reject_media, reject_reports): (bool, bool),
) -> QueryResult<()> {
    for some in hosts.chunks(AT_ONCE) {
        let change = (
            hosts::standing.eq(standing),
            hosts::reject_media.eq(reject_media),
            hosts::reject_reports.eq(reject_reports),
        );
        let rows = hosts::table.filter(hosts::id.eq_any(some.to_vec()));
        run!(conn, execute, diesel::update(rows).set(change))?;
    }
    Ok(())
}

/// A part of a name for `LIKE`, in which nothing stands for anything else.
pub(super) fn escaped(part: &str) -> String {
    part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
