//! Filters with their words and contributions.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::filter::{Filter, FilterChange, FilterRow, Filtered, Keyword};
use crate::domain::id::Id;
use crate::schema::{filter_contributions, filter_keywords, filters};

/// The filters of an account in the order in which they were made.
pub fn of(conn: &mut Conn, owner: Id<Account>) -> QueryResult<Vec<Filter>> {
    let query = filters::table.filter(filters::account_id.eq(owner)).order(filters::id);
    let rows: Vec<FilterRow> = run!(conn, load, query.select(FilterRow::as_select()))?;
    complete(conn, rows)
}

/// A filter, if it belongs to this account.
pub fn by_id(conn: &mut Conn, owner: Id<Account>, id: Id<Filter>) -> QueryResult<Option<Filter>> {
    let query = filters::table.find(id).filter(filters::account_id.eq(owner));
    let row: Option<FilterRow> = run!(conn, first, query.select(FilterRow::as_select())).optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

fn complete(conn: &mut Conn, rows: Vec<FilterRow>) -> QueryResult<Vec<Filter>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let words = filter_keywords::table.filter(filter_keywords::filter_id.eq_any(ids.clone()));
    let words = words.order(filter_keywords::id);
    let words: Vec<Keyword> = run!(conn, load, words.select(Keyword::as_select()))?;
    let single = filter_contributions::table.filter(filter_contributions::filter_id.eq_any(ids));
    let single = single.order(filter_contributions::id);
    let single: Vec<Filtered> = run!(conn, load, single.select(Filtered::as_select()))?;
    let complete = |row: FilterRow| Filter {
        keywords: words.iter().filter(|word| word.filter_id == row.id).cloned().collect(),
        contributions: single.iter().filter(|one| one.filter_id == row.id).cloned().collect(),
        row,
    };
    Ok(rows.into_iter().map(complete).collect())
}

/// Makes a filter without words.
pub fn insert(tx: &mut Tx<'_>, owner: Id<Account>, filter: &FilterChange) -> Result<Id<Filter>, Error> {
    let id: Id<Filter> = tx.mint();
    let row = (
        filters::id.eq(id),
        filters::account_id.eq(owner),
        filters::title.eq(&filter.title),
        filters::contexts.eq(filter.contexts),
        filters::action.eq(filter.action),
        filters::expires_at.eq(filter.expires_at),
        filters::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(filters::table).values(row))?;
    Ok(id)
}

/// Changes the head of a filter.
pub fn update(conn: &mut Conn, id: Id<Filter>, change: &FilterChange) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(filters::table.find(id)).set(change))
}

/// Removes a filter with all it holds.
pub fn delete(conn: &mut Conn, id: Id<Filter>) -> QueryResult<usize> {
    let words = filter_keywords::table.filter(filter_keywords::filter_id.eq(id));
    run!(conn, execute, diesel::delete(words))?;
    let single = filter_contributions::table.filter(filter_contributions::filter_id.eq(id));
    run!(conn, execute, diesel::delete(single))?;
    run!(conn, execute, diesel::delete(filters::table.find(id)))
}

/// A word of a filter of this account.
pub fn keyword(conn: &mut Conn, owner: Id<Account>, id: Id<Keyword>) -> QueryResult<Option<Keyword>> {
    let query = filter_keywords::table
        .inner_join(filters::table.on(filters::id.eq(filter_keywords::filter_id)))
        .filter(filter_keywords::id.eq(id))
        .filter(filters::account_id.eq(owner));
    run!(conn, first, query.select(Keyword::as_select())).optional()
}

/// Adds a word to a filter.
pub fn insert_keyword(
    tx: &mut Tx<'_>,
    filter: Id<Filter>,
    keyword: &str,
    whole_word: bool,
) -> Result<Keyword, Error> {
    let word = Keyword { id: tx.mint(), filter_id: filter, keyword: keyword.to_owned(), whole_word };
    let row = (
        filter_keywords::id.eq(word.id),
        filter_keywords::filter_id.eq(filter),
        filter_keywords::keyword.eq(keyword),
        filter_keywords::whole_word.eq(whole_word),
    );
    run!(tx, execute, diesel::insert_into(filter_keywords::table).values(row))?;
    Ok(word)
}

/// Changes a word.
pub fn update_keyword(conn: &mut Conn, word: &Keyword) -> QueryResult<usize> {
    let change =
        (filter_keywords::keyword.eq(&word.keyword), filter_keywords::whole_word.eq(word.whole_word));
    run!(conn, execute, diesel::update(filter_keywords::table.find(word.id)).set(change))
}

/// Removes a word.
pub fn delete_keyword(conn: &mut Conn, id: Id<Keyword>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(filter_keywords::table.find(id)))
}

/// A single contribution of a filter of this account.
pub fn single(conn: &mut Conn, owner: Id<Account>, id: Id<Filtered>) -> QueryResult<Option<Filtered>> {
    let query = filter_contributions::table
        .inner_join(filters::table.on(filters::id.eq(filter_contributions::filter_id)))
        .filter(filter_contributions::id.eq(id))
        .filter(filters::account_id.eq(owner));
    run!(conn, first, query.select(Filtered::as_select())).optional()
}

/// Puts a contribution on a filter; the row that is there when it was there already.
pub fn insert_single(
    tx: &mut Tx<'_>,
    filter: Id<Filter>,
    contribution: Id<Contribution>,
) -> Result<Filtered, Error> {
    let query = filter_contributions::table
        .filter(filter_contributions::filter_id.eq(filter))
        .filter(filter_contributions::contribution_id.eq(contribution));
    if let Some(known) = run!(tx, first, query.select(Filtered::as_select())).optional()? {
        return Ok(known);
    }
    let single = Filtered { id: tx.mint(), filter_id: filter, contribution_id: contribution };
    let row = (
        filter_contributions::id.eq(single.id),
        filter_contributions::filter_id.eq(filter),
        filter_contributions::contribution_id.eq(contribution),
    );
    run!(tx, execute, diesel::insert_into(filter_contributions::table).values(row))?;
    Ok(single)
}

/// Takes a contribution off a filter.
pub fn delete_single(conn: &mut Conn, id: Id<Filtered>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(filter_contributions::table.find(id)))
}
