//! Lists of rules that this site follows, what they say, and what was made of it.

use std::collections::HashSet;

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::host_list::{HostList, ListEntry};
use crate::domain::id::Id;
use crate::schema::{accounts, contributions, host_list_entries, host_lists, hosts, listed_rules};

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// Every list, the one that counts most first.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<HostList>> {
    let query = host_lists::table.order((host_lists::priority.desc(), host_lists::id));
    run!(conn, load, query.select(HostList::as_select()))
}

/// The list with this key.
pub fn by_id(conn: &mut Conn, id: Id<HostList>) -> QueryResult<Option<HostList>> {
    run!(conn, first, host_lists::table.find(id).select(HostList::as_select())).optional()
}

/// Keeps a list.
pub fn insert(conn: &mut Conn, list: &HostList) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(host_lists::table).values(list))
}

/// Removes a list and what it says.
pub fn delete(conn: &mut Conn, id: Id<HostList>) -> QueryResult<usize> {
    let entries = host_list_entries::table.filter(host_list_entries::list_id.eq(id));
    run!(conn, execute, diesel::delete(entries))?;
    run!(conn, execute, diesel::delete(host_lists::table.find(id)))
}

/// Notes that a list was read, or why it could not be.
pub fn checked(tx: &mut Tx<'_>, id: Id<HostList>, error: Option<&str>) -> QueryResult<usize> {
    let change = (host_lists::checked_at.eq(Some(tx.now)), host_lists::error.eq(error));
    run!(tx, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// Puts what a list says now in the place of what it said before.
pub fn replace(conn: &mut Conn, id: Id<HostList>, entries: &[ListEntry]) -> QueryResult<()> {
    let old = host_list_entries::table.filter(host_list_entries::list_id.eq(id));
    run!(conn, execute, diesel::delete(old))?;
    for some in entries.chunks(AT_ONCE) {
        run!(conn, execute, diesel::insert_into(host_list_entries::table).values(some.to_vec()))?;
    }
    Ok(())
}

/// What all lists say, those that count most first.
pub fn entries(conn: &mut Conn) -> QueryResult<Vec<(ListEntry, bool)>> {
    let query = host_list_entries::table
        .inner_join(host_lists::table.on(host_lists::id.eq(host_list_entries::list_id)))
        .order((host_lists::priority.desc(), host_lists::id, host_list_entries::name));
    run!(conn, load, query.select((ListEntry::as_select(), host_lists::adopts)))
}

/// The names about which a list says something.
pub fn names(conn: &mut Conn, id: Id<HostList>) -> QueryResult<HashSet<String>> {
    let query = host_list_entries::table.filter(host_list_entries::list_id.eq(id));
    let names: Vec<String> = run!(conn, load, query.select(host_list_entries::name))?;
    Ok(names.into_iter().collect())
}

/// How many entries each list has.
pub fn count(conn: &mut Conn, id: Id<HostList>) -> QueryResult<i64> {
    let query = host_list_entries::table.filter(host_list_entries::list_id.eq(id)).count();
    run!(conn, get_result, query)
}

/// The names of rules that came from lists, or with `refused` of those that admins did not want.
pub fn listed(conn: &mut Conn, refused: bool) -> QueryResult<HashSet<String>> {
    let query = listed_rules::table.filter(listed_rules::refused.eq(refused)).select(listed_rules::name);
    let names: Vec<String> = run!(conn, load, query)?;
    Ok(names.into_iter().collect())
}

/// Notes that a rule came from a list, or that it is not wanted.
pub fn mark(tx: &mut Tx<'_>, name: &str, refused: bool) -> QueryResult<usize> {
    unmark(tx, name)?;
    let row =
        (listed_rules::name.eq(name), listed_rules::refused.eq(refused), listed_rules::created_at.eq(tx.now));
    run!(tx, execute, diesel::insert_into(listed_rules::table).values(row))
}

/// Notes that these rules came from lists; nothing is noted about the names yet.
pub fn mark_listed(tx: &mut Tx<'_>, names: &[String]) -> QueryResult<()> {
    let now = tx.now;
    let row = |name: &String| {
        (
            listed_rules::name.eq(name.clone()),
            listed_rules::refused.eq(false),
            listed_rules::created_at.eq(now),
        )
    };
    for some in names.chunks(AT_ONCE) {
        let rows: Vec<_> = some.iter().map(row).collect();
        run!(tx, execute, diesel::insert_into(listed_rules::table).values(rows))?;
    }
    Ok(())
}

/// Whether any list says anything about a name.
pub fn says(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let query = host_list_entries::table.filter(host_list_entries::name.eq(name));
    run!(conn, get_result, diesel::select(diesel::dsl::exists(query)))
}

/// When any list was read last: what they propose is the same as long as this is.
pub fn read_last(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    run!(conn, get_result, host_lists::table.select(diesel::dsl::max(host_lists::checked_at)))
}

/// Forgets what was noted about a name.
pub fn unmark(conn: &mut Conn, name: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(listed_rules::table.find(name)))
}

/// How many contributions arrived from each server that sent anything since then.
pub fn recent(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<(String, i64)>> {
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(contributions::arrived_at.ge(since))
        .group_by(hosts::id)
        .select((diesel::dsl::max(hosts::name), diesel::dsl::count_star()));
    let rows: Vec<(Option<String>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().filter_map(|(name, count)| Some((name?, count))).collect())
}
