//! Lists of rules that this site follows, what they say, and what was made of it.

use std::collections::HashSet;

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::host::HostStanding;
use crate::domain::host_list::{HostList, ListEntry, ListedRule};
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::schema::{
    accounts, contributions, follows, host_list_entries, host_lists, hosts, listed_rules, positions,
};

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

/// Notes that a list was read, or why it could not be; `doubted` is the digest of what was not believed.
pub fn checked(
    tx: &mut Tx<'_>,
    id: Id<HostList>,
    error: Option<&str>,
    doubted: Option<&str>,
) -> QueryResult<usize> {
    let now = tx.now;
    let change =
        (host_lists::checked_at.eq(Some(now)), host_lists::error.eq(error), host_lists::doubted.eq(doubted));
    run!(tx, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// Notes how many rules a list has at most.
pub fn measured(tx: &mut Tx<'_>, id: Id<HostList>, most: i32) -> QueryResult<usize> {
    let change = (host_lists::most.eq(most), host_lists::most_at.eq(Some(tx.now)));
    run!(tx, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// Notes what somebody said is right.
pub fn believe(conn: &mut Conn, id: Id<HostList>, digest: &str) -> QueryResult<usize> {
    let change = host_lists::believed.eq(Some(digest));
    run!(conn, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// Changes how much a list counts, and whether it asks.
pub fn change(conn: &mut Conn, id: Id<HostList>, priority: i32, adopts: bool) -> QueryResult<usize> {
    let change = (host_lists::priority.eq(priority), host_lists::adopts.eq(adopts));
    run!(conn, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// What a list says goes on waiting, as far as nobody took it over.
pub fn hold_back(conn: &mut Conn, id: Id<HostList>) -> QueryResult<usize> {
    let taken = listed_rules::table
        .filter(listed_rules::list_id.eq(Some(id)))
        .filter(listed_rules::refused.eq(false))
        .select(listed_rules::name);
    let entries = host_list_entries::table
        .filter(host_list_entries::list_id.eq(id))
        .filter(host_list_entries::name.ne_all(taken));
    run!(conn, execute, diesel::update(entries).set(host_list_entries::waits.eq(true)))
}

/// What a list says about these names waits no longer.
pub fn let_go(conn: &mut Conn, id: Id<HostList>, names: &[String]) -> QueryResult<()> {
    for some in names.chunks(AT_ONCE) {
        let entries = host_list_entries::table
            .filter(host_list_entries::list_id.eq(id))
            .filter(host_list_entries::name.eq_any(some.to_vec()));
        run!(conn, execute, diesel::update(entries).set(host_list_entries::waits.eq(false)))?;
    }
    Ok(())
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
pub fn entries(conn: &mut Conn) -> QueryResult<Vec<ListEntry>> {
    let query = host_list_entries::table
        .inner_join(host_lists::table.on(host_lists::id.eq(host_list_entries::list_id)))
        .order((host_lists::priority.desc(), host_lists::id, host_list_entries::name));
    run!(conn, load, query.select(ListEntry::as_select()))
}

/// What one list says.
pub fn entries_of(conn: &mut Conn, id: Id<HostList>) -> QueryResult<Vec<ListEntry>> {
    let query = host_list_entries::table.filter(host_list_entries::list_id.eq(id));
    run!(conn, load, query.select(ListEntry::as_select()))
}

/// How many entries each list has.
pub fn count(conn: &mut Conn, id: Id<HostList>) -> QueryResult<i64> {
    let query = host_list_entries::table.filter(host_list_entries::list_id.eq(id)).count();
    run!(conn, get_result, query)
}

/// What was noted about names.
pub fn listed(conn: &mut Conn) -> QueryResult<Vec<ListedRule>> {
    run!(conn, load, listed_rules::table.order(listed_rules::name).select(ListedRule::as_select()))
}

/// What was noted about a name.
pub fn listed_of(conn: &mut Conn, name: &str) -> QueryResult<Option<ListedRule>> {
    run!(conn, first, listed_rules::table.find(name).select(ListedRule::as_select())).optional()
}

/// The names about which nobody wants to be asked again, after this one.
pub fn refused(conn: &mut Conn, after: &str, limit: i64) -> QueryResult<Vec<ListedRule>> {
    let query = listed_rules::table
        .filter(listed_rules::refused.eq(true))
        .filter(listed_rules::name.gt(after))
        .order(listed_rules::name)
        .limit(limit);
    run!(conn, load, query.select(ListedRule::as_select()))
}

/// Notes that a rule came from a list, or that nobody wants to be asked about its name again.
pub fn mark(tx: &mut Tx<'_>, rule: &ListedRule) -> QueryResult<()> {
    mark_all(tx, std::slice::from_ref(rule))
}

/// Notes this about these names, in the place of what was noted.
pub fn mark_all(tx: &mut Tx<'_>, rules: &[ListedRule]) -> QueryResult<()> {
    let now = tx.now;
    let row = |rule: &ListedRule| {
        (
            listed_rules::name.eq(rule.name.clone()),
            listed_rules::list_id.eq(rule.list_id),
            listed_rules::refused.eq(rule.refused),
            listed_rules::created_at.eq(now),
        )
    };
    for some in rules.chunks(AT_ONCE) {
        let names: Vec<String> = some.iter().map(|rule| rule.name.clone()).collect();
        unmark_all(tx, &names)?;
        let rows: Vec<_> = some.iter().map(row).collect();
        run!(tx, execute, diesel::insert_into(listed_rules::table).values(rows))?;
    }
    Ok(())
}

/// Forgets what was noted about these names.
pub fn unmark_all(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    for some in names.chunks(AT_ONCE) {
        let rules = listed_rules::table.filter(listed_rules::name.eq_any(some.to_vec()));
        run!(conn, execute, diesel::delete(rules))?;
    }
    Ok(())
}

/// The rules that came from a list belong to this site from now on; how many.
pub fn keep_all(conn: &mut Conn, id: Id<HostList>) -> QueryResult<usize> {
    let rules = listed_rules::table
        .filter(listed_rules::list_id.eq(Some(id)))
        .filter(listed_rules::refused.eq(false));
    run!(conn, execute, diesel::delete(rules))
}

/// Forgets from which list a name that nobody wants to be asked about came: the list is gone.
pub fn forget_list(conn: &mut Conn, id: Id<HostList>) -> QueryResult<usize> {
    let rules = listed_rules::table.filter(listed_rules::list_id.eq(Some(id)));
    run!(conn, execute, diesel::update(rules).set(listed_rules::list_id.eq(None::<Id<HostList>>)))
}

/// What lists say about these names: the name, what is said, and what the list is called.
pub fn naming(conn: &mut Conn, names: &[String]) -> QueryResult<Vec<(String, HostStanding, String)>> {
    let query = host_list_entries::table
        .inner_join(host_lists::table.on(host_lists::id.eq(host_list_entries::list_id)))
        .filter(host_list_entries::name.eq_any(names.to_vec()))
        .order((host_lists::priority.desc(), host_lists::id))
        .select((host_list_entries::name, host_list_entries::standing, host_lists::title));
    run!(conn, load, query)
}

/// Whether any list says anything about a name.
pub fn says(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let query = host_list_entries::table.filter(host_list_entries::name.eq(name));
    run!(conn, get_result, diesel::select(diesel::dsl::exists(query)))
}

/// Forgets what was noted about a name.
pub fn unmark(conn: &mut Conn, name: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(listed_rules::table.find(name)))
}

/// What somebody once said of a list that was not believed counts no longer.
pub fn doubt_again(conn: &mut Conn, id: Id<HostList>) -> QueryResult<usize> {
    let change = host_lists::believed.eq(None::<String>);
    run!(conn, execute, diesel::update(host_lists::table.find(id)).set(change))
}

/// The servers on which something here hangs: somebody there follows an account of ours or is followed by
/// one, or answered a question.
pub fn tied(conn: &mut Conn) -> QueryResult<HashSet<String>> {
    let there = || accounts::table.inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())));
    let accepted = || follows::table.filter(follows::state.eq(FollowState::Accepted));
    let (followers, followed) =
        (accepted().select(follows::follower_id), accepted().select(follows::followee_id));
    let answered = contributions::table
        .inner_join(positions::table.on(positions::contribution_id.eq(contributions::id)))
        .select(contributions::author_id);
    let following = there().filter(accounts::id.eq_any(followers)).select(hosts::name).distinct();
    let followed = there().filter(accounts::id.eq_any(followed)).select(hosts::name).distinct();
    let answering = there().filter(accounts::id.eq_any(answered)).select(hosts::name).distinct();
    let mut names: Vec<String> = run!(conn, load, following)?;
    let followed: Vec<String> = run!(conn, load, followed)?;
    let answering: Vec<String> = run!(conn, load, answering)?;
    names.extend(followed.into_iter().chain(answering));
    Ok(names.into_iter().collect())
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
