//! What is to be deleted: out of sight at once, given back as long as it is not due, and then deleted
//! piece by piece.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, RunQueryDsl, SelectableHelper,
};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::condemnation::Condemnation;
use crate::domain::contribution::{Contribution, State, Visibility};
use crate::domain::id::Id;
use crate::domain::report::Report;
use crate::schema::{
    account_withheld, accounts, condemnations, contributions, expulsions, withheld_contributions,
};

/// Rows that are written with one statement.
const AT_ONCE: usize = 1_000;
/// What was said to more than a few, and may be read by everybody who reviews.
const OPEN: [Visibility; 3] = [Visibility::Public, Visibility::Unlisted, Visibility::Internal];
/// After how long what could not be deleted is tried again.
const AGAIN: i64 = 24 * 3600;

/// Takes contributions out of sight until they are deleted: when the decision is due, or at once where there
/// is none to take back.
pub fn condemn(conn: &mut Conn, ids: &[Id<Contribution>], by: Option<&Condemnation>) -> QueryResult<()> {
    if let Some(by) = by {
        run!(conn, execute, diesel::insert_into(condemnations::table).values(by))?;
    }
    for some in ids.chunks(AT_ONCE) {
        if by.is_none() {
            let known = expulsions::table.filter(one_of(expulsions::contribution_id, some));
            let at_once = expulsions::condemnation_id.eq(None::<Id<Condemnation>>);
            run!(conn, execute, diesel::update(known).set(at_once))?;
        }
        let rows: Vec<_> = states(conn, some)?
            .into_iter()
            .map(|(id, state)| {
                (
                    expulsions::contribution_id.eq(id),
                    expulsions::condemnation_id.eq(by.map(|by| by.id)),
                    expulsions::state.eq(Some(state)),
                )
            })
            .collect();
        let insert = diesel::insert_into(expulsions::table).values(rows).on_conflict_do_nothing();
        run!(conn, execute, insert)?;
        let shown = contributions::table.filter(one_of(contributions::id, some));
        run!(conn, execute, diesel::update(shown).set(contributions::state.eq(State::Withheld)))?;
        // No rule that is taken back brings it back.
        let of_host = withheld_contributions::table
            .filter(withheld_contributions::contribution_id.eq_any(some.to_vec()));
        run!(conn, execute, diesel::delete(of_host))?;
        let of_account =
            account_withheld::table.filter(account_withheld::contribution_id.eq_any(some.to_vec()));
        run!(conn, execute, diesel::delete(of_account))?;
    }
    Ok(())
}

/// Which of these nobody has condemned yet.
pub fn free(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<Vec<Id<Contribution>>> {
    let known = expulsions::table.filter(one_of(expulsions::contribution_id, ids));
    let known: Vec<Id<Contribution>> = run!(conn, load, known.select(expulsions::contribution_id))?;
    let known: HashSet<Id<Contribution>> = known.into_iter().collect();
    Ok(ids.iter().copied().filter(|id| !known.contains(id)).collect())
}

/// In which state these would be if no rule hid them.
fn states(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<HashMap<Id<Contribution>, State>> {
    let own = contributions::table.filter(one_of(contributions::id, ids));
    let own = own.select((contributions::id, contributions::state));
    let mut states: Vec<(Id<Contribution>, State)> = run!(conn, load, own)?;
    let of_account = account_withheld::table.filter(one_of(account_withheld::contribution_id, ids));
    let of_account = of_account.select((account_withheld::contribution_id, account_withheld::state));
    let of_account: Vec<(Id<Contribution>, State)> = run!(conn, load, of_account)?;
    states.extend(of_account);
    let of_host = withheld_contributions::table.filter(one_of(withheld_contributions::contribution_id, ids));
    let of_host = of_host.select((withheld_contributions::contribution_id, withheld_contributions::state));
    let of_host: Vec<(Id<Contribution>, State)> = run!(conn, load, of_host)?;
    states.extend(of_host);
    Ok(states.into_iter().collect())
}

/// Some of what is due, for whoever deletes it: on PostgreSQL nobody else is handed the same meanwhile. What
/// could not be deleted is tried again a day later.
pub fn due(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Id<Contribution>>> {
    let (now, again) = (tx.now, tx.now.plus_seconds(-AGAIN));
    let decided = condemnations::table.filter(condemnations::due_at.le(now)).select(condemnations::id);
    let query = expulsions::table
        .filter(
            expulsions::condemnation_id.is_null().or(expulsions::condemnation_id.eq_any(decided.nullable())),
        )
        .filter(expulsions::failed_at.is_null().or(expulsions::failed_at.lt(again)))
        .order(expulsions::contribution_id)
        .limit(limit)
        .select(expulsions::contribution_id);
    match &mut **tx {
        Conn::Sqlite(conn) => query.load(&mut **conn),
        Conn::Postgres(conn) => query.for_update().skip_locked().load(&mut **conn),
    }
}

/// These are deleted.
pub fn forget(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<usize> {
    let done = expulsions::table.filter(one_of(expulsions::contribution_id, ids));
    run!(conn, execute, diesel::delete(done))
}

/// One could not be deleted.
pub fn fail(tx: &mut Tx<'_>, id: Id<Contribution>, why: &str) -> QueryResult<usize> {
    let change = (expulsions::failed_at.eq(Some(tx.now)), expulsions::why.eq(Some(why)));
    run!(tx, execute, diesel::update(expulsions::table.find(id)).set(change))
}

/// What could not be deleted: its address, and why.
pub fn failed(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, Option<String>)>> {
    let query = expulsions::table
        .inner_join(contributions::table.on(contributions::id.eq(expulsions::contribution_id)))
        .filter(expulsions::failed_at.is_not_null())
        .order(expulsions::contribution_id)
        .limit(limit)
        .select((contributions::url, expulsions::why));
    run!(conn, load, query)
}

/// Forgets decisions of which nothing is left.
pub fn forget_done(tx: &mut Tx<'_>) -> QueryResult<usize> {
    let now = tx.now;
    let left = expulsions::table
        .filter(expulsions::condemnation_id.is_not_null())
        .select(expulsions::condemnation_id.assume_not_null());
    let done =
        condemnations::table.filter(condemnations::due_at.le(now)).filter(condemnations::id.ne_all(left));
    run!(tx, execute, diesel::delete(done))
}

/// The decisions that can be taken back, the latest first.
pub fn open(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Condemnation>> {
    let query = condemnations::table.filter(condemnations::due_at.gt(now)).order(condemnations::id.desc());
    run!(conn, load, query.select(Condemnation::as_select()))
}

/// The decisions in answer to a report that can be taken back.
pub fn open_of_report(
    conn: &mut Conn,
    report: Id<Report>,
    now: Timestamp,
) -> QueryResult<Vec<Id<Condemnation>>> {
    let query = condemnations::table
        .filter(condemnations::report_id.eq(report))
        .filter(condemnations::due_at.gt(now))
        .order(condemnations::id)
        .select(condemnations::id);
    run!(conn, load, query)
}

/// When something is deleted that was taken out of sight by a decision.
pub fn due_of(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Timestamp>> {
    let query = expulsions::table
        .inner_join(condemnations::table.on(expulsions::condemnation_id.eq(condemnations::id.nullable())))
        .filter(expulsions::contribution_id.eq(id))
        .select(condemnations::due_at);
    run!(conn, first, query).optional()
}

/// Whether something of ours is gone for whoever asks: deleted, or to be deleted.
pub fn is_gone(conn: &mut Conn, head: &Contribution) -> QueryResult<bool> {
    if head.state != State::Withheld || !head.local {
        return Ok(head.state == State::Deleted);
    }
    let count: i64 = run!(conn, get_result, expulsions::table.find(head.id).count())?;
    Ok(count > 0)
}

/// Some of the texts that a decision took out of sight and that are there still: whose they are, their title
/// and what they say. Letters are left out: whoever reviews was not among those they were written to.
pub fn texts(
    conn: &mut Conn,
    id: Id<Condemnation>,
    limit: i64,
) -> QueryResult<Vec<(String, Option<String>, String)>> {
    let query = expulsions::table
        .inner_join(contributions::table.on(contributions::id.eq(expulsions::contribution_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(expulsions::condemnation_id.eq(id))
        .filter(contributions::state.eq(State::Withheld))
        .filter(contributions::visibility.eq_any(OPEN))
        .order(expulsions::contribution_id)
        .limit(limit)
        .select((accounts::handle, contributions::title, contributions::content));
    run!(conn, load, query)
}

/// One of them.
pub fn by_id(conn: &mut Conn, id: Id<Condemnation>) -> QueryResult<Option<Condemnation>> {
    run!(conn, first, condemnations::table.find(id).select(Condemnation::as_select())).optional()
}

/// Gives back what a decision took out of sight, except what was deleted meanwhile, and forgets it; whose
/// that is, and how much.
pub fn give_back(conn: &mut Conn, id: Id<Condemnation>) -> QueryResult<(BTreeSet<Id<Account>>, usize)> {
    let rows = expulsions::table
        .filter(expulsions::condemnation_id.eq(id))
        .select((expulsions::contribution_id, expulsions::state));
    let rows: Vec<(Id<Contribution>, Option<State>)> = run!(conn, load, rows)?;
    let mut by_state: Vec<(State, Vec<Id<Contribution>>)> = Vec::new();
    for (id, state) in rows {
        let state = state.unwrap_or(State::Held);
        match by_state.iter_mut().find(|(known, _)| *known == state) {
            Some((_, ids)) => ids.push(id),
            None => by_state.push((state, vec![id])),
        }
    }
    let (mut authors, mut given) = (BTreeSet::new(), 0);
    for (state, ids) in by_state {
        for some in ids.chunks(AT_ONCE) {
            let hidden = || {
                contributions::table
                    .filter(one_of(contributions::id, some))
                    .filter(contributions::state.eq(State::Withheld))
            };
            let whose: Vec<Id<Account>> =
                run!(conn, load, hidden().select(contributions::author_id).distinct())?;
            authors.extend(whose);
            given += run!(conn, execute, diesel::update(hidden()).set(contributions::state.eq(state)))?;
            forget(conn, some)?;
        }
    }
    run!(conn, execute, diesel::delete(condemnations::table.find(id)))?;
    Ok((authors, given))
}
