//! Texts of servers of other kinds beside questions: what waits, what is listed, what was.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::hosts;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::external_statement::{ExternalStatement, PublishedText};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::position::Listing;
use crate::domain::question::Qid;
use crate::schema::{accounts, contributions, external_statements};

type Row = (ExternalStatement, Contribution, Account);

/// Puts a new one in.
pub fn insert(conn: &mut Conn, statement: &ExternalStatement) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(external_statements::table).values(statement))
}

/// Changes whether and since when it is on the map.
pub fn update(conn: &mut Conn, statement: &ExternalStatement) -> QueryResult<usize> {
    let row = external_statements::table.find((statement.contribution_id, &statement.qid));
    let change = (
        external_statements::listing.eq(statement.listing),
        external_statements::listed_at.eq(statement.listed_at),
        external_statements::withdrawn_at.eq(statement.withdrawn_at),
    );
    run!(conn, execute, diesel::update(row).set(change))
}

/// What is known about a text and a question.
pub fn of(conn: &mut Conn, id: Id<Contribution>, qid: &Qid) -> QueryResult<Option<ExternalStatement>> {
    let query = external_statements::table.find((id, qid));
    run!(conn, first, query.select(ExternalStatement::as_select())).optional()
}

/// The texts that are or were on the map of a question, as far as the viewer may see them. Those of
/// suspended accounts and hosts are not among them.
pub fn on(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> QueryResult<Vec<PublishedText>> {
    let query = external_statements::table
        .inner_join(contributions::table)
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(external_statements::qid.eq(qid))
        .filter(external_statements::listed_at.is_not_null())
        .filter(contributions::state.eq(State::Current))
        .filter(accounts::standing.ne(HostStanding::Suspended))
        .filter(visible_to(viewer))
        .order(contributions::id);
    let rows: Vec<Row> = run!(
        conn,
        load,
        query.select((ExternalStatement::as_select(), Contribution::as_select(), Account::as_select()))
    )?;
    without_suspended(conn, rows)
}

/// The texts that wait for a moderator and the viewer may see, those first that were found first.
pub fn waiting(conn: &mut Conn, viewer: Viewer, limit: i64) -> QueryResult<Vec<PublishedText>> {
    let query = external_statements::table
        .inner_join(contributions::table)
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(external_statements::listing.eq(Listing::Waiting))
        .filter(contributions::state.eq(State::Current))
        .filter(accounts::standing.ne(HostStanding::Suspended))
        .filter(visible_to(viewer))
        .order((contributions::id, external_statements::qid))
        .limit(limit);
    let rows: Vec<Row> = run!(
        conn,
        load,
        query.select((ExternalStatement::as_select(), Contribution::as_select(), Account::as_select()))
    )?;
    without_suspended(conn, rows)
}

fn without_suspended(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<PublishedText>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = rows.iter().map(|(_, _, author)| author.uri.host()).collect();
    let suspended = hosts::suspended_among(conn, &names)?;
    let heard = rows.into_iter().filter(|(_, _, author)| !suspended.contains(author.uri.host()));
    Ok(heard.map(|(statement, head, author)| PublishedText { statement, head, author }).collect())
}

/// How many texts wait for a moderator.
pub fn count_waiting(conn: &mut Conn) -> QueryResult<i64> {
    let query = external_statements::table.filter(external_statements::listing.eq(Listing::Waiting));
    run!(conn, get_result, query.count())
}

/// How many of them on one question.
pub fn count_waiting_on(conn: &mut Conn, qid: &Qid) -> QueryResult<i64> {
    let query = external_statements::table
        .filter(external_statements::qid.eq(qid))
        .filter(external_statements::listing.eq(Listing::Waiting));
    run!(conn, get_result, query.count())
}

/// How many of them by one author.
pub fn count_waiting_by(conn: &mut Conn, author: Id<Account>) -> QueryResult<i64> {
    let query = external_statements::table
        .inner_join(contributions::table)
        .filter(contributions::author_id.eq(author))
        .filter(external_statements::listing.eq(Listing::Waiting));
    run!(conn, get_result, query.count())
}

/// How many of them from one server.
pub fn count_waiting_from(conn: &mut Conn, host: Id<Host>) -> QueryResult<i64> {
    let query = external_statements::table
        .inner_join(contributions::table)
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(accounts::host_id.eq(host))
        .filter(external_statements::listing.eq(Listing::Waiting));
    run!(conn, get_result, query.count())
}

/// Forgets a deleted text.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    let rows = external_statements::table.filter(external_statements::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(rows))
}
