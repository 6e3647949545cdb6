//! What critiques mean to do, and the passages they are about.

use std::collections::HashMap;

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::critique::{Critique, Hold, Intent};
use crate::domain::id::Id;
use crate::schema::{accounts, contributions, critiques};

/// Puts in what a new critique has besides its head.
pub fn insert(conn: &mut Conn, critique: &Critique) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(critiques::table).values(critique))
}

/// Changes what a critique has besides its head.
pub fn update(conn: &mut Conn, critique: &Critique) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(critiques::table.find(critique.contribution_id)).set(critique))
}

/// What a critique has besides its head.
pub fn parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Critique>> {
    run!(conn, first, critiques::table.find(id).select(Critique::as_select())).optional()
}

/// What these critiques have besides their heads.
pub fn of(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<HashMap<Id<Contribution>, Critique>> {
    let query = critiques::table.filter(one_of(critiques::contribution_id, ids));
    let rows: Vec<Critique> = run!(conn, load, query.select(Critique::as_select()))?;
    Ok(rows.into_iter().map(|critique| (critique.contribution_id, critique)).collect())
}

/// The newest critiques of one contribution, whoever sees them: for the use case that places them anew.
pub fn all_of(conn: &mut Conn, target: Id<Contribution>, limit: i64) -> QueryResult<Vec<Critique>> {
    let query = critiques::table
        .inner_join(contributions::table.on(contributions::id.eq(critiques::contribution_id)))
        .filter(contributions::in_reply_to_id.eq(target))
        .filter(contributions::state.ne(State::Deleted))
        .order(critiques::contribution_id.desc())
        .limit(limit);
    run!(conn, load, query.select(Critique::as_select()))
}

/// Critiques of passages of these contributions that the viewer may see, with who wrote them, in the
/// order of the text.
pub fn beside(
    conn: &mut Conn,
    viewer: Viewer,
    targets: &[Id<Contribution>],
    limit: i64,
) -> QueryResult<Vec<(Contribution, Critique, Account)>> {
    let targets: Vec<Option<Id<Contribution>>> = targets.iter().copied().map(Some).collect();
    let query = contributions::table
        .inner_join(critiques::table)
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(contributions::in_reply_to_id.eq_any(targets))
        .filter(contributions::state.eq(State::Current))
        .filter(critiques::hold.ne(Hold::Whole))
        .filter(visible_to(viewer))
        .order((critiques::hold, critiques::start, contributions::id))
        .limit(limit);
    run!(conn, load, query.select((Contribution::as_select(), Critique::as_select(), Account::as_select())))
}

/// Critiques with one of these intents, in threads that the viewer may see, newest first; each with
/// what it answers.
pub fn newest(
    conn: &mut Conn,
    viewer: Viewer,
    intents: &[Intent],
    limit: i64,
) -> QueryResult<Vec<(Contribution, Critique)>> {
    let query = contributions::table
        .inner_join(critiques::table)
        .filter(contributions::kind.eq(Kind::Critique))
        .filter(critiques::intent.eq_any(intents.to_vec()))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select((Contribution::as_select(), Critique::as_select())))
}

/// Removes what a deleted contribution had besides its head.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(critiques::table.find(id)))
}
