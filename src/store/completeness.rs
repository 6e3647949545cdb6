//! How much of what is elsewhere is here: catalogues of organizations, and threads.

use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use diesel::{OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::schema::{catalogues, thread_checks};

/// How far the publications of an organization have been fetched, from the newest to the oldest.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = catalogues, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Catalogue {
    /// Whose.
    pub account_id: Id<Account>,
    /// The page that comes next; `None` before the first one and after the last.
    pub next: Option<Uri>,
    /// Everything that was published since then is here.
    pub complete_to: Option<Timestamp>,
    /// How many publications were looked at.
    pub taken: i32,
    /// When the oldest one was reached.
    pub finished_at: Option<Timestamp>,
    /// When this was last worked on.
    pub updated_at: Timestamp,
}

/// The catalogue of an organization, once it was begun.
pub fn catalogue(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<Catalogue>> {
    run!(conn, first, catalogues::table.find(account).select(Catalogue::as_select())).optional()
}

/// Keeps how far a catalogue came.
pub fn put_catalogue(conn: &mut Conn, catalogue: &Catalogue) -> QueryResult<()> {
    let insert = diesel::insert_into(catalogues::table).values(catalogue);
    run!(conn, execute, insert.on_conflict(catalogues::account_id).do_update().set(catalogue))?;
    Ok(())
}

/// What the origin of a thread says to know of it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = thread_checks)]
pub struct ThreadCheck {
    /// The first contribution of the thread.
    pub contribution_id: Id<Contribution>,
    /// How many contributions the origin counts, the first one among them.
    pub claimed: i64,
    /// When it said so.
    pub checked_at: Timestamp,
}

/// The newest word of a thread's origin.
pub fn thread(conn: &mut Conn, root: Id<Contribution>) -> QueryResult<Option<ThreadCheck>> {
    run!(conn, first, thread_checks::table.find(root).select(ThreadCheck::as_select())).optional()
}

/// Keeps what a thread's origin says.
pub fn put_thread(conn: &mut Conn, check: &ThreadCheck) -> QueryResult<()> {
    let insert = diesel::insert_into(thread_checks::table).values(check);
    run!(conn, execute, insert.on_conflict(thread_checks::contribution_id).do_update().set(check))?;
    Ok(())
}
