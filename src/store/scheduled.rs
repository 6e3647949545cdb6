//! Posts for later, and keys by which a client asks twice without posting twice.

use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::page::{Page, paged};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::{idempotency_keys, scheduled_posts};

/// How long a key is remembered.
const REMEMBERED_SECONDS: i64 = 3600;

/// A post that waits for its time.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = scheduled_posts)]
pub struct Scheduled {
    /// Our key.
    pub id: Id<Scheduled>,
    /// In whose name.
    pub account_id: Id<Account>,
    /// By whom.
    pub user_id: Id<User>,
    /// When.
    pub due_at: Timestamp,
    /// What, as JSON.
    pub params: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// What a client got when it asked with a key before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// A post.
    Posted(Id<Contribution>),
    /// A post for later.
    Scheduled(Id<Scheduled>),
}

/// Takes a key for an account; what was made with it before, if it is not new. A second
/// transaction with the same key waits here for the first.
pub fn claim(tx: &mut Tx<'_>, account: Id<Account>, key: &str) -> Result<Option<Earlier>, Error> {
    let old = tx.now.plus_seconds(-REMEMBERED_SECONDS);
    let over = idempotency_keys::table.filter(idempotency_keys::created_at.lt(old));
    run!(tx, execute, diesel::delete(over))?;
    let row = (
        idempotency_keys::account_id.eq(account),
        idempotency_keys::key.eq(key),
        idempotency_keys::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict((idempotency_keys::account_id, idempotency_keys::key))
        .do_nothing();
    if run!(tx, execute, insert)? > 0 {
        return Ok(None);
    }
    let query = idempotency_keys::table
        .find((account, key))
        .select((idempotency_keys::contribution_id, idempotency_keys::scheduled_id));
    type Made = (Option<Id<Contribution>>, Option<Id<Scheduled>>);
    let row: Option<Made> = run!(tx, first, query).optional()?;
    Ok(match row {
        Some((Some(id), _)) => Some(Earlier::Posted(id)),
        Some((None, Some(id))) => Some(Earlier::Scheduled(id)),
        Some((None, None)) | None => None,
    })
}

/// Remembers what was made with a key.
pub fn settle(conn: &mut Conn, account: Id<Account>, key: &str, made: Earlier) -> QueryResult<usize> {
    let (posted, scheduled) = match made {
        Earlier::Posted(id) => (Some(id), None),
        Earlier::Scheduled(id) => (None, Some(id)),
    };
    let change = (idempotency_keys::contribution_id.eq(posted), idempotency_keys::scheduled_id.eq(scheduled));
    run!(conn, execute, diesel::update(idempotency_keys::table.find((account, key))).set(change))
}

/// Keeps a post for later.
pub fn insert(conn: &mut Conn, scheduled: &Scheduled) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(scheduled_posts::table).values(scheduled))
}

/// What waits for an account, newest first.
pub fn of(conn: &mut Conn, account: Id<Account>, page: &Page) -> QueryResult<Vec<Scheduled>> {
    let of_account = || scheduled_posts::table.filter(scheduled_posts::account_id.eq(account));
    paged!(conn, page, of_account().select(Scheduled::as_select()), scheduled_posts::id)
}

/// How much waits for an account.
pub fn count(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    let query = scheduled_posts::table.filter(scheduled_posts::account_id.eq(account)).count();
    run!(conn, get_result, query)
}

/// A post for later.
pub fn by_id(conn: &mut Conn, id: Id<Scheduled>) -> QueryResult<Option<Scheduled>> {
    run!(conn, first, scheduled_posts::table.find(id).select(Scheduled::as_select())).optional()
}

/// Moves a post for later to another time.
pub fn set_due(conn: &mut Conn, id: Id<Scheduled>, due: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(scheduled_posts::table.find(id)).set(scheduled_posts::due_at.eq(due)))
}

/// Forgets a post for later.
pub fn delete(conn: &mut Conn, id: Id<Scheduled>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(scheduled_posts::table.find(id)))
}
