//! Frozen texts: every version of what was published, with the signed document.

use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::uri::{Addresses, Uri};
use crate::schema::{contributions, convictions, revisions};

/// One version of a contribution.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revisions, treat_none_as_default_value = false)]
pub struct Revision {
    /// Of what.
    pub contribution_id: Id<Contribution>,
    /// Number, from 1.
    pub revision: i32,
    /// When it became current.
    pub created_at: Timestamp,
    /// Title, plain text.
    pub title: Option<String>,
    /// Announcement or content warning.
    pub summary: Option<String>,
    /// Safe HTML.
    pub content: String,
    /// What the author typed; for a statement its whole Markdown form.
    pub markdown: Option<String>,
    /// Why it differs from the one before.
    pub reason: Option<String>,
    /// Whether the contribution stood with this version.
    pub state: State,
    /// The signed JSON document, word for word.
    pub document: Option<String>,
    /// `sha256-` digest of the document without its proof.
    pub digest: String,
    /// What convinced its author.
    pub convinced_by: Addresses,
}

/// Changes that are looked at for what a viewer may see of them.
const MOST_CONVINCED: i64 = 500;

/// Keeps a version. A version that is there already stays as it is.
pub fn insert(conn: &mut Conn, revision: &Revision) -> QueryResult<()> {
    let insert = diesel::insert_into(revisions::table).values(revision);
    if run!(conn, execute, insert.on_conflict_do_nothing())? == 0 {
        return Ok(());
    }
    for by in revision.convinced_by.all() {
        let row = (
            convictions::convinced_by.eq(by),
            convictions::contribution_id.eq(revision.contribution_id),
            convictions::revision.eq(revision.revision),
            convictions::created_at.eq(revision.created_at),
        );
        run!(conn, execute, diesel::insert_into(convictions::table).values(row))?;
    }
    Ok(())
}

/// Puts another document in the place of the one of a version, where the text stays the same.
pub fn set_document(
    conn: &mut Conn,
    id: Id<Contribution>,
    revision: i32,
    document: &str,
    digest: &str,
) -> QueryResult<usize> {
    let change = (revisions::document.eq(document), revisions::digest.eq(digest));
    run!(conn, execute, diesel::update(revisions::table.find((id, revision))).set(change))
}

/// Every version, oldest first.
pub fn of(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Revision>> {
    let query = revisions::table.filter(revisions::contribution_id.eq(id)).order(revisions::revision);
    run!(conn, load, query.select(Revision::as_select()))
}

/// How many versions are here.
pub fn count(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<i64> {
    run!(conn, get_result, revisions::table.filter(revisions::contribution_id.eq(id)).count())
}

/// What the newest versions say, without their documents.
pub fn contents(conn: &mut Conn, id: Id<Contribution>, limit: i64) -> QueryResult<Vec<String>> {
    let query = revisions::table
        .filter(revisions::contribution_id.eq(id))
        .order(revisions::revision.desc())
        .limit(limit)
        .select(revisions::content);
    run!(conn, load, query)
}

/// One version.
pub fn by_number(conn: &mut Conn, id: Id<Contribution>, revision: i32) -> QueryResult<Option<Revision>> {
    run!(conn, first, revisions::table.find((id, revision)).select(Revision::as_select())).optional()
}

/// The newest version.
pub fn newest(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Revision>> {
    let query = revisions::table.filter(revisions::contribution_id.eq(id)).order(revisions::revision.desc());
    run!(conn, first, query.select(Revision::as_select())).optional()
}

/// The signed documents that contributions at these addresses have now, of those that have one.
pub fn current_documents(conn: &mut Conn, uris: &[Uri]) -> QueryResult<HashMap<Uri, String>> {
    let now =
        contributions::id.eq(revisions::contribution_id).and(contributions::revision.eq(revisions::revision));
    let query = revisions::table
        .inner_join(contributions::table.on(now))
        .filter(contributions::uri.eq_any(uris.to_vec()))
        .select((contributions::uri, revisions::document));
    let rows: Vec<(Uri, Option<String>)> = run!(conn, load, query)?;
    Ok(rows.into_iter().filter_map(|(uri, document)| Some((uri, document?))).collect())
}

/// What the viewer may see that was changed because of something, each once with the latest version that
/// followed from it; the latest first.
pub fn convinced(
    conn: &mut Conn,
    viewer: Viewer,
    by: &Uri,
    limit: usize,
) -> QueryResult<Vec<(Contribution, i32)>> {
    let query = convictions::table
        .filter(convictions::convinced_by.eq(by))
        .group_by(convictions::contribution_id)
        .order((max(convictions::created_at).desc(), convictions::contribution_id))
        .limit(MOST_CONVINCED)
        .select((convictions::contribution_id, max(convictions::revision)));
    let latest: Vec<(Id<Contribution>, Option<i32>)> = run!(conn, load, query)?;
    let ids: Vec<Id<Contribution>> = latest.iter().map(|(id, _)| *id).collect();
    let heads = super::contributions::by_ids(conn, viewer, &ids)?;
    let head = |id| heads.iter().find(|head| head.id == id).cloned();
    let seen = latest.into_iter().filter_map(|(id, number)| Some((head(id)?, number?)));
    Ok(seen.take(limit).collect())
}

/// When each version of these became current, oldest first, without what they say.
pub fn moments(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<Vec<(Id<Contribution>, i32, Timestamp)>> {
    let query = revisions::table
        .filter(one_of(revisions::contribution_id, ids))
        .order((revisions::contribution_id, revisions::revision))
        .select((revisions::contribution_id, revisions::revision, revisions::created_at));
    run!(conn, load, query)
}

/// Removes every version of a deleted contribution.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(revisions::table.filter(revisions::contribution_id.eq(id))))
}
