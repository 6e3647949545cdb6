//! How posts of ours were written: as plain text or as Markdown, and with which app.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::oauth::ClientApp;
use crate::domain::timeline::Tool;
use crate::schema::{contributions, oauth_apps};

/// Notes how a post was written.
pub fn set(
    conn: &mut Conn,
    id: Id<Contribution>,
    plain: bool,
    app: Option<Id<ClientApp>>,
) -> QueryResult<usize> {
    let row = diesel::update(contributions::table.find(id));
    run!(conn, execute, row.set((contributions::plain.eq(Some(plain)), contributions::app_id.eq(app))))
}

/// Notes how the text of a post is meant from now on.
pub fn set_plain(conn: &mut Conn, id: Id<Contribution>, plain: bool) -> QueryResult<usize> {
    run!(
        conn,
        execute,
        diesel::update(contributions::table.find(id)).set(contributions::plain.eq(Some(plain)))
    )
}

/// Whether the text of a post is plain, and not Markdown; `None` where it was never noted.
pub fn is_plain(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<bool>> {
    let plain: Option<Option<bool>> =
        run!(conn, first, contributions::table.find(id).select(contributions::plain)).optional()?;
    Ok(plain.flatten())
}

/// The apps with which these were written, as far as they were written with one.
pub fn tools(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<HashMap<Id<Contribution>, Tool>> {
    let query = contributions::table
        .inner_join(oauth_apps::table.on(contributions::app_id.eq(oauth_apps::id.nullable())))
        .filter(one_of(contributions::id, ids))
        .select((contributions::id, oauth_apps::name, oauth_apps::website));
    let rows: Vec<(Id<Contribution>, String, Option<String>)> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(|(id, name, website)| (id, Tool { name, website })).collect())
}
