//! Positions of organizations, what they rest on, and where they contradict themselves.

use std::collections::{HashMap, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::sql_types::{BigInt, Bool, Nullable};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::id::Id;
use crate::domain::position::{Listing, Position, PositionView};
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::schema::{contributions, equivocations, position_theses, positions, questions, revisions};

diesel::define_sql_function! {
    /// The first value that is not null.
    fn coalesce(first: Nullable<BigInt>, second: BigInt) -> BigInt;
}

/// Contradictions that are kept of one position.
const CONTRADICTIONS: usize = 5;

/// A position: its head and what it has besides.
pub type Row = (Contribution, Position);

/// What an organization gave out as a revision besides what we keep as that revision.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = equivocations)]
pub struct Equivocation {
    /// The position.
    pub contribution_id: Id<Contribution>,
    /// The number that both claim.
    pub revision: i32,
    /// Digest of the other text.
    pub digest: String,
    /// The other document, word for word.
    pub document: String,
    /// When we saw it.
    pub created_at: Timestamp,
}

/// Puts in what a new position has besides its head.
pub fn insert(conn: &mut Conn, position: &Position) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(positions::table).values(position))
}

/// Changes what a position has besides its head.
pub fn update(conn: &mut Conn, position: &Position) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(positions::table.find(position.contribution_id)).set(position))
}

/// Keeps the digest of the signed document.
pub fn set_digest(conn: &mut Conn, id: Id<Contribution>, digest: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(positions::table.find(id)).set(positions::digest.eq(digest)))
}

/// Says whether a position follows a version that is not here.
pub fn set_gap(conn: &mut Conn, id: Id<Contribution>, gap: bool) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(positions::table.find(id)).set(positions::gap.eq(gap)))
}

/// Puts a position on this site's map, or takes it off.
pub fn set_listing(conn: &mut Conn, id: Id<Contribution>, listing: Listing) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(positions::table.find(id)).set(positions::listing.eq(listing)))
}

/// Lists everything that waits.
pub fn list_waiting(conn: &mut Conn) -> QueryResult<usize> {
    let waiting = positions::table.filter(positions::listing.eq(Listing::Waiting));
    run!(conn, execute, diesel::update(waiting).set(positions::listing.eq(Listing::Listed)))
}

/// What a position has besides its head.
pub fn parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Position>> {
    run!(conn, first, positions::table.find(id).select(Position::as_select())).optional()
}

/// The position of one organization on one question, whatever its state: for the use cases that
/// change it.
pub fn of_account(conn: &mut Conn, qid: &Qid, account: Id<Account>) -> QueryResult<Option<Row>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::qid.eq(qid))
        .filter(positions::account_id.eq(account));
    run!(conn, first, query.select((Contribution::as_select(), Position::as_select()))).optional()
}

/// The positions on a question that the viewer may see, in the order in which they came.
pub fn on(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> QueryResult<Vec<Row>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::qid.eq(qid))
        .filter(visible_to(viewer))
        .order(contributions::id);
    run!(conn, load, query.select((Contribution::as_select(), Position::as_select())))
}

/// A position on the list that sites compare.
#[derive(Clone, Debug, Queryable)]
pub struct Member {
    /// Its key.
    pub id: Id<Contribution>,
    /// Its address.
    pub uri: Uri,
    /// Digest of the revision in force.
    pub digest: String,
}

/// The positions on a question that everyone sees, oldest first, without their texts: those on our
/// map, and `unlisted` ones too. Withdrawn ones are among them: that they were withdrawn is worth
/// knowing.
pub fn members(conn: &mut Conn, qid: &Qid, unlisted: bool) -> QueryResult<Vec<Member>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::qid.eq(qid))
        .filter(positions::listing.eq(Listing::Listed).or(unlisted.into_sql::<Bool>()))
        .filter(visible_to(Viewer::Anyone))
        .order(contributions::id)
        .select((contributions::id, contributions::uri, positions::digest));
    run!(conn, load, query)
}

/// The positions that are on the map and the viewer may see, the one that changed last first.
pub fn changed(conn: &mut Conn, viewer: Viewer, limit: i64) -> QueryResult<Vec<Row>> {
    let moved = coalesce(contributions::edited_at, contributions::published_at);
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::listing.eq(Listing::Listed))
        .filter(visible_to(viewer))
        .order((moved.desc(), contributions::id.desc()))
        .limit(limit);
    run!(conn, load, query.select((Contribution::as_select(), Position::as_select())))
}

/// The positions of one organization that the viewer may see, newest first.
pub fn by_account(conn: &mut Conn, viewer: Viewer, account: Id<Account>) -> QueryResult<Vec<Row>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::account_id.eq(account))
        .filter(visible_to(viewer))
        .order(contributions::id.desc());
    run!(conn, load, query.select((Contribution::as_select(), Position::as_select())))
}

/// The questions on which an organization has a standing position that the viewer may see.
pub fn answered_by(conn: &mut Conn, viewer: Viewer, account: Id<Account>) -> QueryResult<HashSet<Qid>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::account_id.eq(account))
        .filter(contributions::state.eq(State::Current))
        .filter(visible_to(viewer))
        .select(positions::qid);
    let qids: Vec<Qid> = run!(conn, load, query)?;
    Ok(qids.into_iter().collect())
}

/// Positions that wait for an editor to put them on the map, oldest first.
pub fn waiting(conn: &mut Conn, viewer: Viewer, limit: i64) -> QueryResult<Vec<Row>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(contributions::kind.eq(Kind::Position))
        .filter(positions::listing.eq(Listing::Waiting))
        .filter(visible_to(viewer))
        .order(contributions::id)
        .limit(limit);
    run!(conn, load, query.select((Contribution::as_select(), Position::as_select())))
}

/// Positions that rest on a thesis and the viewer may see.
pub fn citing(conn: &mut Conn, viewer: Viewer, thesis: &Uri) -> QueryResult<Vec<Row>> {
    let query = contributions::table
        .inner_join(positions::table)
        .inner_join(position_theses::table.on(position_theses::contribution_id.eq(contributions::id)))
        .filter(position_theses::thesis_uri.eq(thesis))
        .filter(positions::listing.eq(Listing::Listed))
        .filter(visible_to(viewer))
        .order(contributions::id);
    run!(conn, load, query.select((Contribution::as_select(), Position::as_select())))
}

/// The questions on which a statement sets out positions, the earliest known first.
pub fn set_out_by(conn: &mut Conn, statement: &Uri) -> QueryResult<Vec<Qid>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(contributions::kind.eq(Kind::Position))
        .filter(positions::statement_uri.eq(statement))
        .filter(visible_to(Viewer::Anyone))
        .order(contributions::id)
        .limit(10)
        .select(positions::qid);
    run!(conn, load, query)
}

/// How many positions on each question are on the map: current ones the viewer may see.
pub fn counts(conn: &mut Conn, viewer: Viewer) -> QueryResult<HashMap<Qid, i64>> {
    let query = contributions::table
        .inner_join(positions::table)
        .filter(positions::listing.eq(Listing::Listed))
        .filter(contributions::state.eq(State::Current))
        .filter(visible_to(viewer))
        .group_by(positions::qid)
        .select((positions::qid, count_star()));
    let rows: Vec<(Qid, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

/// One version of a position, as an entry in the list of what changed.
#[derive(Clone, Debug, Queryable)]
pub struct Move {
    /// The position.
    pub position: Id<Contribution>,
    /// Whose it is.
    pub account: Id<Account>,
    /// The number of the version.
    pub revision: i32,
    /// When.
    pub at: Timestamp,
    /// Whether the position stood with it.
    pub state: State,
    /// What it says in a line.
    pub title: Option<String>,
    /// What changed and why.
    pub reason: Option<String>,
    /// Its language.
    pub language: String,
}

/// The versions of the positions on a question that are on the map and the viewer may see, the latest
/// first: so many, after so many others.
pub fn moves(
    conn: &mut Conn,
    viewer: Viewer,
    qid: &Qid,
    until: Option<Timestamp>,
    (limit, offset): (i64, i64),
) -> QueryResult<Vec<Move>> {
    let query = contributions::table
        .inner_join(positions::table)
        .inner_join(revisions::table.on(revisions::contribution_id.eq(contributions::id)))
        .filter(positions::qid.eq(qid))
        .filter(positions::listing.eq(Listing::Listed))
        .filter(revisions::created_at.lt(until.unwrap_or(Timestamp(i64::MAX))))
        .filter(visible_to(viewer))
        .order((revisions::created_at.desc(), revisions::contribution_id, revisions::revision.desc()))
        .limit(limit)
        .offset(offset)
        .select((
            contributions::id,
            contributions::author_id,
            revisions::revision,
            revisions::created_at,
            revisions::state,
            revisions::title,
            revisions::reason,
            contributions::language,
        ));
    run!(conn, load, query)
}

/// Puts the theses a position rests on in the place of earlier ones.
pub fn set_theses(conn: &mut Conn, id: Id<Contribution>, theses: &[Uri]) -> QueryResult<()> {
    let earlier = position_theses::table.filter(position_theses::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(earlier))?;
    for (rank, thesis) in (1_i32..).zip(theses) {
        let row = (
            position_theses::contribution_id.eq(id),
            position_theses::thesis_uri.eq(thesis),
            position_theses::rank.eq(rank),
        );
        run!(conn, execute, diesel::insert_into(position_theses::table).values(row))?;
    }
    Ok(())
}

/// Keeps what contradicts a revision we have, and marks the position; a few of them say it all.
/// Returns whether it was kept.
pub fn equivocate(conn: &mut Conn, other: &Equivocation) -> QueryResult<bool> {
    let known = equivocations::table
        .filter(equivocations::contribution_id.eq(other.contribution_id))
        .select((equivocations::revision, equivocations::digest));
    let known: Vec<(i32, String)> = run!(conn, load, known)?;
    let same = |(revision, digest): &(i32, String)| *revision == other.revision && *digest == other.digest;
    if known.len() >= CONTRADICTIONS || known.iter().any(same) {
        return Ok(false);
    }
    run!(conn, execute, diesel::insert_into(equivocations::table).values(other))?;
    let position = diesel::update(positions::table.find(other.contribution_id));
    run!(conn, execute, position.set(positions::equivocal.eq(true)))?;
    Ok(true)
}

/// What contradicts the revisions of a position, oldest first.
pub fn equivocations(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Equivocation>> {
    let query = equivocations::table
        .filter(equivocations::contribution_id.eq(id))
        .order((equivocations::created_at, equivocations::revision));
    run!(conn, load, query.select(Equivocation::as_select()))
}

/// What hangs on these positions.
pub fn views(
    conn: &mut Conn,
    viewer: Viewer,
    heads: &[&Contribution],
) -> QueryResult<HashMap<Id<Contribution>, PositionView>> {
    let ids: Vec<Id<Contribution>> = heads.iter().map(|head| head.id).collect();
    let query = positions::table.filter(one_of(positions::contribution_id, &ids));
    let rows: Vec<Position> = run!(conn, load, query.select(Position::as_select()))?;
    let mut theses = theses_of(conn, &ids)?;
    let qids: Vec<Qid> = rows.iter().map(|position| position.qid.clone()).collect();
    let copies = super::questions::known_copies(conn, &qids)?;
    let questions = questions_of(conn, viewer, &ids)?;
    let views = rows.into_iter().map(|position| {
        let id = position.contribution_id;
        let asked = questions.get(&position.qid).map(Vec::as_slice).unwrap_or_default();
        let own = asked.iter().find(|copy| copy.author_id == position.account_id).or(asked.first());
        let view = PositionView {
            theses: theses.remove(&id).unwrap_or_default(),
            question: own.cloned().map(Box::new),
            copies: copies.get(&position.qid).cloned().unwrap_or_default(),
            position,
        };
        (id, view)
    });
    Ok(views.collect())
}

/// The theses that positions rest on, in their order.
pub fn theses_of(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, Vec<Uri>>> {
    let query = position_theses::table
        .filter(one_of(position_theses::contribution_id, ids))
        .order((position_theses::contribution_id, position_theses::rank))
        .select((position_theses::contribution_id, position_theses::thesis_uri));
    let pairs: Vec<(Id<Contribution>, Uri)> = run!(conn, load, query)?;
    let mut theses: HashMap<Id<Contribution>, Vec<Uri>> = HashMap::new();
    for (id, uri) in pairs {
        theses.entry(id).or_default().push(uri);
    }
    Ok(theses)
}

fn questions_of(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Qid, Vec<Contribution>>> {
    let asked =
        positions::table.filter(one_of(positions::contribution_id, ids)).select(positions::qid).distinct();
    let qids: Vec<Qid> = run!(conn, load, asked)?;
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq_any(qids))
        .filter(visible_to(viewer))
        .order((contributions::local.desc(), contributions::published_at, contributions::id));
    let rows: Vec<(Qid, Contribution)> =
        run!(conn, load, query.select((questions::qid, Contribution::as_select())))?;
    let mut questions: HashMap<Qid, Vec<Contribution>> = HashMap::new();
    for (qid, head) in rows {
        questions.entry(qid).or_default().push(head);
    }
    Ok(questions)
}

/// Removes what a deleted contribution had besides its head.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(
        conn,
        execute,
        diesel::delete(position_theses::table.filter(position_theses::contribution_id.eq(id)))
    )?;
    run!(conn, execute, diesel::delete(equivocations::table.filter(equivocations::contribution_id.eq(id))))?;
    run!(conn, execute, diesel::delete(positions::table.find(id)))
}
