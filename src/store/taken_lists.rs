//! Lists of rules about servers that were taken in, and which of their rules are still as they came.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::tx::Tx;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::taken_list::{TakenList, TakenRule};
use crate::schema::{severed_follows, taken_lists, taken_rules, withheld_contributions};

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// Keeps a list and what came of it.
pub fn insert(conn: &mut Conn, list: &TakenList, rules: &[TakenRule]) -> QueryResult<()> {
    run!(conn, execute, diesel::insert_into(taken_lists::table).values(list))?;
    for some in rules.chunks(AT_ONCE) {
        run!(conn, execute, diesel::insert_into(taken_rules::table).values(some.to_vec()))?;
    }
    Ok(())
}

/// The list with this key.
pub fn by_id(conn: &mut Conn, id: Id<TakenList>) -> QueryResult<Option<TakenList>> {
    run!(conn, first, taken_lists::table.find(id).select(TakenList::as_select())).optional()
}

/// Lists that were taken in, the latest first.
pub fn page(conn: &mut Conn, page: &Page) -> QueryResult<Vec<TakenList>> {
    paged!(conn, page, taken_lists::table.select(TakenList::as_select()), taken_lists::id)
}

/// What came of a list, by name.
pub fn rules(conn: &mut Conn, id: Id<TakenList>) -> QueryResult<Vec<TakenRule>> {
    let query = taken_rules::table.filter(taken_rules::list_id.eq(id)).order(taken_rules::name);
    run!(conn, load, query.select(TakenRule::as_select()))
}

/// Notes that somebody decided about these names after the lists that named them.
pub fn changed(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    for some in names.chunks(AT_ONCE) {
        let rules = taken_rules::table
            .filter(taken_rules::name.eq_any(some.to_vec()))
            .filter(taken_rules::changed.eq(false));
        run!(conn, execute, diesel::update(rules).set(taken_rules::changed.eq(true)))?;
    }
    Ok(())
}

/// Notes that a list was taken back, once; how many that were.
pub fn take_back(tx: &mut Tx<'_>, id: Id<TakenList>) -> QueryResult<usize> {
    let now = tx.now;
    let list = taken_lists::table.filter(taken_lists::id.eq(id)).filter(taken_lists::taken_back_at.is_null());
    run!(tx, execute, diesel::update(list).set(taken_lists::taken_back_at.eq(Some(now))))
}

/// What rules about these servers hide and parted: how many contributions, and how many relations.
pub fn kept_aside(conn: &mut Conn, hosts: &[Id<Host>]) -> QueryResult<(i64, i64)> {
    let hidden = withheld_contributions::table.filter(one_of(withheld_contributions::host_id, hosts));
    let parted = severed_follows::table.filter(one_of(severed_follows::host_id, hosts));
    Ok((run!(conn, get_result, hidden.count())?, run!(conn, get_result, parted.count())?))
}
