//! What was put aside between this server and others, and trying one of it again or forgetting it.

use diesel::prelude::{Queryable, Selectable};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::deliveries::Delivery;
use super::host_health;
use super::jobs::StoredJob;
use super::tx::{Event, Tx};
use super::verbatim::{DELIVERIES_ASIDE, ITEMS_PARKED, JOBS_ASIDE};
use crate::clock::Timestamp;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::inbox::{InboxItem, InboxState};
use crate::domain::uri::Uri;
use crate::schema::{activities, deliveries, inbox_items, jobs};

/// One thing that was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A delivery to a server.
    Delivery(Id<Delivery>),
    /// A received activity that could not be applied.
    Item(Id<InboxItem>),
    /// A job that could not be done.
    Job(Id<StoredJob>),
}

/// A delivery that was put aside, with what it delivers.
#[derive(Clone, Debug, Queryable)]
pub struct Undelivered {
    /// Our key.
    pub id: Id<Delivery>,
    /// The activity.
    pub activity: Uri,
    /// What the activity is about.
    pub object: String,
    /// Where it was to go.
    pub inbox: Uri,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it failed last.
    pub error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// A job that was put aside.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Undone {
    /// Our key.
    pub id: Id<StoredJob>,
    /// What it does, to what.
    pub key: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it failed last.
    pub error: Option<String>,
}

/// Deliveries to a server that were put aside, the oldest first.
pub fn deliveries_of(conn: &mut Conn, host: Id<Host>, limit: i64) -> QueryResult<Vec<Undelivered>> {
    let query = deliveries::table
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .filter(deliveries::host_id.eq(host))
        .filter(deliveries::dead.eq(true))
        .order(deliveries::id)
        .limit(limit)
        .select((
            deliveries::id,
            activities::uri,
            activities::object_uri,
            deliveries::inbox,
            deliveries::attempts,
            deliveries::last_error,
            deliveries::created_at,
        ));
    run!(conn, load, query)
}

/// What came from a server and could not be applied, the oldest first.
pub fn items_of(conn: &mut Conn, host: Id<Host>, limit: i64) -> QueryResult<Vec<InboxItem>> {
    let query = inbox_items::table
        .filter(inbox_items::host_id.eq(host))
        .filter(ITEMS_PARKED)
        .order(inbox_items::id)
        .limit(limit);
    run!(conn, load, query.select(InboxItem::as_select()))
}

/// Jobs that could not be done, the oldest first.
pub fn undone(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Undone>> {
    let query = jobs::table.filter(JOBS_ASIDE).order(jobs::id).limit(limit);
    run!(conn, load, query.select(Undone::as_select()))
}

/// How many deliveries, received activities and jobs were put aside.
pub fn counts(conn: &mut Conn) -> QueryResult<(i64, i64, i64)> {
    let letters = deliveries::table.filter(DELIVERIES_ASIDE).count();
    let items = inbox_items::table.filter(ITEMS_PARKED).count();
    let undone = jobs::table.filter(JOBS_ASIDE).count();
    Ok((run!(conn, get_result, letters)?, run!(conn, get_result, items)?, run!(conn, get_result, undone)?))
}

/// Tries one of it again; 0 where it is not put aside any more.
pub fn take_up(tx: &mut Tx<'_>, piece: Piece) -> Result<usize, Error> {
    let now = tx.now;
    match piece {
        Piece::Delivery(id) => {
            let aside = || deliveries::table.find(id).filter(deliveries::dead.eq(true));
            let hosts: Vec<Id<Host>> = run!(tx, load, aside().select(deliveries::host_id))?;
            // It counts as queued now: otherwise the first failure would put it aside again.
            let again =
                (deliveries::dead.eq(false), deliveries::attempts.eq(0), deliveries::created_at.eq(now));
            let taken = run!(tx, execute, diesel::update(aside()).set(again))?;
            for host in hosts {
                host_health::revive(tx, host)?;
            }
            Ok(taken)
        }
        Piece::Item(id) => {
            let aside = inbox_items::table.find(id).filter(inbox_items::state.eq(InboxState::Parked));
            let again = (
                inbox_items::state.eq(InboxState::Waiting),
                inbox_items::attempts.eq(0),
                inbox_items::due_at.eq(now),
            );
            let taken = run!(tx, execute, diesel::update(aside).set(again))?;
            tx.after_commit(Event::Inbox);
            Ok(taken)
        }
        Piece::Job(id) => {
            let aside = jobs::table.find(id).filter(jobs::dead.eq(true));
            let again =
                (jobs::dead.eq(false), jobs::attempts.eq(0), jobs::due_at.eq(now), jobs::created_at.eq(now));
            let taken = run!(tx, execute, diesel::update(aside).set(again))?;
            tx.after_commit(Event::Jobs);
            Ok(taken)
        }
    }
}

/// Forgets one of it; 0 where it is not put aside any more.
pub fn forget(conn: &mut Conn, piece: Piece) -> QueryResult<usize> {
    match piece {
        Piece::Delivery(id) => {
            let aside = deliveries::table.find(id).filter(deliveries::dead.eq(true));
            run!(conn, execute, diesel::delete(aside))
        }
        Piece::Item(id) => {
            let aside = inbox_items::table.find(id).filter(inbox_items::state.eq(InboxState::Parked));
            run!(conn, execute, diesel::delete(aside))
        }
        Piece::Job(id) => {
            run!(conn, execute, diesel::delete(jobs::table.find(id).filter(jobs::dead.eq(true))))
        }
    }
}
