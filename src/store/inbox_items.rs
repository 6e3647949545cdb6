//! Received activities: kept before the sender is answered, applied in order, remembered for a while
//! so that none counts twice.

use diesel::prelude::Insertable;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::{Event, Tx};
use super::verbatim::{ITEMS_PARKED, ITEMS_SETTLED, ITEMS_WAITING};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::inbox::{InboxItem, InboxState};
use crate::schema::inbox_items;

/// A new row.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = inbox_items, treat_none_as_default_value = false)]
pub struct NewItem {
    /// The activity; unique.
    pub uri: String,
    /// Who signed the request.
    pub signer_id: Option<Id<Account>>,
    /// The server that brought it.
    pub host_id: Option<Id<Host>>,
    /// The activity as it came.
    pub body: String,
    /// Waiting.
    pub state: InboxState,
    /// None yet.
    pub attempts: i32,
    /// From when on it may be applied.
    pub due_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
}

impl NewItem {
    /// An activity that was just received.
    pub fn new(
        uri: String,
        signer: Option<Id<Account>>,
        host: Option<Id<Host>>,
        body: String,
        now: Timestamp,
    ) -> Self {
        let state = InboxState::Waiting;
        Self {
            uri,
            signer_id: signer,
            host_id: host,
            body,
            state,
            attempts: 0,
            due_at: now,
            received_at: now,
        }
    }
}

/// Keeps an item, unless the same activity came before; whether it is new.
pub fn insert(conn: &mut Conn, item: &NewItem) -> QueryResult<bool> {
    let insert =
        diesel::insert_into(inbox_items::table).values(item).on_conflict(inbox_items::uri).do_nothing();
    let new = run!(conn, execute, insert)?;
    Ok(new > 0)
}

/// What waits and is due, oldest first.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<InboxItem>> {
    let query = inbox_items::table
        .filter(ITEMS_WAITING)
        .filter(inbox_items::due_at.le(now))
        .order((inbox_items::due_at, inbox_items::id))
        .limit(limit);
    run!(conn, load, query.select(InboxItem::as_select()))
}

/// How many items are due, counted up to `most`.
pub fn count_due(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<usize> {
    let query = inbox_items::table
        .filter(ITEMS_WAITING)
        .filter(inbox_items::due_at.le(now))
        .order((inbox_items::due_at, inbox_items::id))
        .limit(most)
        .select(inbox_items::id);
    let due: Vec<Id<InboxItem>> = run!(conn, load, query)?;
    Ok(due.len())
}

/// When the next item that waits is due.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let query =
        inbox_items::table.filter(ITEMS_WAITING).order(inbox_items::due_at).select(inbox_items::due_at);
    run!(conn, first, query).optional()
}

/// Marks items as done and forgets their texts; returns how many were still waiting.
///
/// Whoever applies items calls this in the same transaction, and takes everything back when
/// somebody else was faster with one of them.
pub fn finish(conn: &mut Conn, ids: &[Id<InboxItem>]) -> QueryResult<usize> {
    let waiting = inbox_items::table
        .filter(inbox_items::id.eq_any(ids.to_vec()))
        .filter(inbox_items::state.eq(InboxState::Waiting));
    let nothing: Option<String> = None;
    let change =
        (inbox_items::state.eq(InboxState::Done), inbox_items::body.eq(""), inbox_items::error.eq(nothing));
    run!(conn, execute, diesel::update(waiting).set(change))
}

/// Puts an item off without counting an attempt: somebody fetches what it needs until then.
pub fn lease(conn: &mut Conn, id: Id<InboxItem>, until: Timestamp) -> QueryResult<bool> {
    let waiting = inbox_items::table.find(id).filter(inbox_items::state.eq(InboxState::Waiting));
    Ok(run!(conn, execute, diesel::update(waiting).set(inbox_items::due_at.eq(until)))? > 0)
}

/// Notes that an attempt failed; the next is due at `due`, or never.
pub fn fail(conn: &mut Conn, item: &InboxItem, why: &str, due: Option<Timestamp>) -> QueryResult<usize> {
    let waiting = inbox_items::table.find(item.id).filter(inbox_items::state.eq(InboxState::Waiting));
    let attempts = inbox_items::attempts.eq(item.attempts.saturating_add(1));
    let error = inbox_items::error.eq(Some(why.to_owned()));
    match due {
        Some(due) => {
            let change = (attempts, error, inbox_items::due_at.eq(due));
            run!(conn, execute, diesel::update(waiting).set(change))
        }
        None => {
            let change = (attempts, error, inbox_items::state.eq(InboxState::Parked));
            run!(conn, execute, diesel::update(waiting).set(change))
        }
    }
}

/// How many items wait.
pub fn pending(conn: &mut Conn) -> QueryResult<i64> {
    let query = inbox_items::table.filter(ITEMS_WAITING).count();
    run!(conn, get_result, query)
}

/// The items that were set aside, newest first.
pub fn parked(conn: &mut Conn, limit: i64) -> QueryResult<Vec<InboxItem>> {
    let query = inbox_items::table.filter(ITEMS_PARKED).order(inbox_items::id.desc()).limit(limit);
    run!(conn, load, query.select(InboxItem::as_select()))
}

/// Lets everything that was set aside be tried again now; returns how much that is.
pub fn take_up(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let aside = inbox_items::table.filter(ITEMS_PARKED);
    let again = (
        inbox_items::state.eq(InboxState::Waiting),
        inbox_items::attempts.eq(0),
        inbox_items::due_at.eq(tx.now),
    );
    let taken = run!(tx, execute, diesel::update(aside).set(again))?;
    tx.after_commit(Event::Inbox);
    Ok(taken)
}

/// Forgets some of what was done before `when`, at most `most`; returns how much that is.
pub fn purge(conn: &mut Conn, when: Timestamp, most: i64) -> QueryResult<usize> {
    let old = inbox_items::table
        .filter(ITEMS_SETTLED)
        .filter(inbox_items::received_at.lt(when))
        .limit(most)
        .select(inbox_items::id);
    let old: Vec<Id<InboxItem>> = run!(conn, load, old)?;
    run!(conn, execute, diesel::delete(inbox_items::table.filter(one_of(inbox_items::id, &old))))
}
