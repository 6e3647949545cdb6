//! What pages say of themselves, and which contribution names which page.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper, select,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::card::Card;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::schema::{cards, contribution_cards, contributions};

/// What the page at this address said last.
pub fn by_url(conn: &mut Conn, url: &str) -> QueryResult<Option<Card>> {
    run!(conn, first, cards::table.filter(cards::url.eq(url)).select(Card::as_select())).optional()
}

/// The card whose picture has this address here.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Card>> {
    run!(conn, first, cards::table.filter(cards::name.eq(name)).select(Card::as_select())).optional()
}

/// The cards of these contributions, as far as their pages said something.
pub fn of(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<HashMap<Id<Contribution>, Card>> {
    let query = contribution_cards::table
        .inner_join(cards::table.on(cards::url.eq(contribution_cards::url)))
        .filter(one_of(contribution_cards::contribution_id, ids))
        .filter(cards::title.ne(""));
    let rows: Vec<(Id<Contribution>, Card)> =
        run!(conn, load, query.select((contribution_cards::contribution_id, Card::as_select())))?;
    Ok(rows.into_iter().collect())
}

/// Notes which page a contribution has a card of; `None` for none.
pub fn name(conn: &mut Conn, id: Id<Contribution>, url: &str) -> QueryResult<usize> {
    let row = (contribution_cards::contribution_id.eq(id), contribution_cards::url.eq(url));
    run!(conn, execute, diesel::insert_into(contribution_cards::table).values(row))
}

/// Removes what page a contribution names.
pub fn clear(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(contribution_cards::table.find(id)))
}

/// Whether something that everybody may read names this page.
pub fn is_wanted(conn: &mut Conn, url: &str) -> QueryResult<bool> {
    let naming = contribution_cards::table
        .inner_join(contributions::table.on(contributions::id.eq(contribution_cards::contribution_id)))
        .filter(contribution_cards::url.eq(url))
        .filter(visible_to(Viewer::Anyone));
    run!(conn, get_result, select(exists(naming)))
}

/// Keeps what a page says, in the place of what it said before.
pub fn put(conn: &mut Conn, card: &Card) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(cards::table.filter(cards::url.eq(&card.url))))?;
    run!(conn, execute, diesel::insert_into(cards::table).values(card)).map(drop)
}

/// Removes the cards that were asked for before, and that nothing names.
pub fn purge(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    let naming = contribution_cards::table.filter(contribution_cards::url.eq(cards::url));
    let old = cards::table.filter(cards::fetched_at.lt(before)).filter(not(exists(naming)));
    run!(conn, execute, diesel::delete(old))
}
