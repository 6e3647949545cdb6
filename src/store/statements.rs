//! Statements and their theses.

use diesel::prelude::{AsChangeset, Insertable};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::statement::{Statement, Thesis, ThesisKind};
use crate::domain::uri::{Addresses, Uri};
use crate::schema::{contributions, statements, theses};

/// The parts of a statement besides its head.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = statements, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct StatementParts {
    /// Safe HTML before the first thesis.
    pub introduction: String,
    /// Safe HTML after the last thesis.
    pub closing: String,
    /// Why it was revised, superseded or retracted.
    pub reason: Option<String>,
    /// The statement that takes its place.
    pub superseded_by: Option<Uri>,
    /// Digest of the signed document.
    pub digest: String,
    /// What convinced its author to change it.
    pub convinced_by: Addresses,
}

/// The parts of a thesis besides its head.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = theses)]
pub struct ThesisParts {
    /// The number people see.
    pub number: String,
    /// Place in the order of reading, from 1.
    pub rank: i32,
    /// What the thesis is.
    pub kind: ThesisKind,
    /// The sentence that can be quoted alone.
    pub head: String,
    /// Safe HTML of the explanation.
    pub body: String,
    /// Safe HTML about the limits of knowledge.
    pub limits: String,
    /// Safe HTML of evidence.
    pub evidence: String,
    /// Whether the current revision left it out.
    pub withdrawn: bool,
}

/// Statements that were published since a moment and the viewer may see, the earliest first.
pub fn since(
    conn: &mut Conn,
    viewer: Viewer,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::kind.eq(Kind::Statement))
        .filter(contributions::published_at.ge(since))
        .filter(visible_to(viewer))
        .order((contributions::published_at, contributions::id))
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Puts in what a new statement has besides its head.
pub fn insert(
    conn: &mut Conn,
    id: Id<Contribution>,
    slug: &str,
    parts: &StatementParts,
) -> QueryResult<usize> {
    let row = (statements::contribution_id.eq(id), statements::slug.eq(slug), parts);
    run!(conn, execute, diesel::insert_into(statements::table).values(row))
}

/// Changes what a statement has besides its head.
pub fn update(conn: &mut Conn, id: Id<Contribution>, parts: &StatementParts) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(statements::table.find(id)).set(parts))
}

/// Keeps the digest of the signed document.
pub fn set_digest(conn: &mut Conn, id: Id<Contribution>, digest: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(statements::table.find(id)).set(statements::digest.eq(digest)))
}

/// What a statement has besides its head.
pub fn parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Statement>> {
    run!(conn, first, statements::table.find(id).select(Statement::as_select())).optional()
}

/// The statement with this address, if the viewer may see it.
pub fn by_slug(conn: &mut Conn, viewer: Viewer, slug: &str) -> QueryResult<Option<Contribution>> {
    let query = contributions::table
        .inner_join(statements::table)
        .filter(statements::slug.eq(slug))
        .filter(visible_to(viewer));
    run!(conn, first, query.select(Contribution::as_select())).optional()
}

/// Whether an address is taken.
pub fn slug_taken(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    let query = statements::table.filter(statements::slug.eq(slug)).count();
    let count: i64 = run!(conn, get_result, query)?;
    Ok(count > 0)
}

/// The newest statements the viewer may see; `local` narrows to ours or to the others'.
pub fn newest(
    conn: &mut Conn,
    viewer: Viewer,
    local: bool,
    before: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::kind.eq(Kind::Statement))
        .filter(contributions::local.eq(local))
        .filter(contributions::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Puts in what a new thesis has besides its head.
pub fn insert_thesis(
    conn: &mut Conn,
    id: Id<Contribution>,
    statement: Id<Contribution>,
    key: &str,
    parts: &ThesisParts,
) -> QueryResult<usize> {
    let row =
        (theses::contribution_id.eq(id), theses::statement_id.eq(statement), theses::key.eq(key), parts);
    run!(conn, execute, diesel::insert_into(theses::table).values(row))
}

/// Changes what a thesis has besides its head.
pub fn update_thesis(conn: &mut Conn, id: Id<Contribution>, parts: &ThesisParts) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(theses::table.find(id)).set(parts))
}

/// Says whether the current revision leaves a thesis out.
pub fn set_withdrawn(conn: &mut Conn, id: Id<Contribution>, withdrawn: bool) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(theses::table.find(id)).set(theses::withdrawn.eq(withdrawn)))
}

/// What a thesis has besides its head.
pub fn thesis_parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Thesis>> {
    run!(conn, first, theses::table.find(id).select(Thesis::as_select())).optional()
}

/// Every thesis a statement ever had, with its head, in the order of reading.
pub fn theses_of(conn: &mut Conn, statement: Id<Contribution>) -> QueryResult<Vec<(Contribution, Thesis)>> {
    let query = theses::table
        .inner_join(contributions::table.on(contributions::id.eq(theses::contribution_id)))
        .filter(theses::statement_id.eq(statement))
        .order((theses::withdrawn, theses::rank, theses::contribution_id));
    run!(conn, load, query.select((Contribution::as_select(), Thesis::as_select())))
}

/// The thesis with this key, or with this number in the current revision.
pub fn thesis_by_key(
    conn: &mut Conn,
    statement: Id<Contribution>,
    key: &str,
) -> QueryResult<Option<(Contribution, Thesis)>> {
    let all = theses_of(conn, statement)?;
    let by_key = all.iter().position(|(_, thesis)| thesis.key == key);
    let by_number = || all.iter().position(|(_, thesis)| !thesis.withdrawn && thesis.number == key);
    Ok(by_key.or_else(by_number).and_then(|at| all.into_iter().nth(at)))
}
