//! Frozen texts: every version of what was published, with the signed document.

use diesel::dsl::max;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::schema::{contributions, revisions};

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
    pub convinced_by: Option<Uri>,
}

/// Keeps a version. A version that is there already stays as it is.
pub fn insert(conn: &mut Conn, revision: &Revision) -> QueryResult<()> {
    let insert = diesel::insert_into(revisions::table).values(revision);
    run!(conn, execute, insert.on_conflict_do_nothing())?;
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

/// What the viewer may see that was changed because of something, each once with the latest version that
/// followed from it; the latest first.
pub fn convinced(
    conn: &mut Conn,
    viewer: Viewer,
    by: &Uri,
    limit: i64,
) -> QueryResult<Vec<(Contribution, i32)>> {
    let query = revisions::table
        .inner_join(contributions::table.on(contributions::id.eq(revisions::contribution_id)))
        .filter(revisions::convinced_by.eq(by))
        .filter(visible_to(viewer))
        .group_by(revisions::contribution_id)
        .order((max(revisions::created_at).desc(), revisions::contribution_id))
        .limit(limit)
        .select((revisions::contribution_id, max(revisions::revision)));
    let latest: Vec<(Id<Contribution>, Option<i32>)> = run!(conn, load, query)?;
    let ids: Vec<Id<Contribution>> = latest.iter().map(|(id, _)| *id).collect();
    let heads = super::contributions::by_ids(conn, viewer, &ids)?;
    let head = |id| heads.iter().find(|head| head.id == id).cloned();
    Ok(latest.into_iter().filter_map(|(id, number)| Some((head(id)?, number?))).collect())
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
