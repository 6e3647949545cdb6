//! Statements that are not published yet.

use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::drafts;

/// A draft of the organization. Never federated, never counted, never in a feed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = drafts, treat_none_as_default_value = false)]
pub struct StoredDraft {
    /// Our key.
    pub id: Id<StoredDraft>,
    /// Who began it; `None` for an import at the command line.
    pub user_id: Option<Id<User>>,
    /// The statement it revises.
    pub revises_id: Option<Id<Contribution>>,
    /// Title, plain text.
    pub title: String,
    /// BCP 47 tag.
    pub language: String,
    /// The whole statement in its Markdown form.
    pub markdown: String,
    /// What an importer was uncertain of, JSON.
    pub report: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

/// A draft in a list: without its text, which may be long.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = drafts)]
pub struct Outline {
    /// Our key.
    pub id: Id<StoredDraft>,
    /// The statement it revises.
    pub revises_id: Option<Id<Contribution>>,
    /// Title, plain text.
    pub title: String,
    /// BCP 47 tag.
    pub language: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

/// Keeps a new draft.
pub fn insert(conn: &mut Conn, draft: &StoredDraft) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(drafts::table).values(draft))
}

/// Changes the text of a draft.
pub fn update(
    conn: &mut Conn,
    id: Id<StoredDraft>,
    (title, language, markdown): (&str, &str, &str),
    now: Timestamp,
) -> QueryResult<usize> {
    let change = (
        drafts::title.eq(title),
        drafts::language.eq(language),
        drafts::markdown.eq(markdown),
        drafts::updated_at.eq(now),
    );
    run!(conn, execute, diesel::update(drafts::table.find(id)).set(change))
}

/// The draft with this key.
pub fn by_id(conn: &mut Conn, id: Id<StoredDraft>) -> QueryResult<Option<StoredDraft>> {
    run!(conn, first, drafts::table.find(id).select(StoredDraft::as_select())).optional()
}

/// Every draft, the one changed last first.
pub fn outlines(conn: &mut Conn) -> QueryResult<Vec<Outline>> {
    let query = drafts::table.order((drafts::updated_at.desc(), drafts::id));
    run!(conn, load, query.select(Outline::as_select()))
}

/// The draft of the next version of a statement, the one changed last where there are several.
pub fn of_next(conn: &mut Conn, statement: Id<Contribution>) -> QueryResult<Option<StoredDraft>> {
    let query = drafts::table.filter(drafts::revises_id.eq(statement));
    let query = query.order((drafts::updated_at.desc(), drafts::id));
    run!(conn, first, query.select(StoredDraft::as_select())).optional()
}

/// Removes a draft, for example because it was published.
pub fn delete(conn: &mut Conn, id: Id<StoredDraft>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(drafts::table.find(id)))
}
