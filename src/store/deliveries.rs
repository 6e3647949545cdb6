//! The queue of what has to reach other servers: one row per activity and inbox.
//!
//! Rows are inserted without asking the network anything. Workers take hosts, not rows
//! (`store::host_health`); of one host the rows go out in the order of their keys, and no row
//! overtakes an earlier one about the same thing.

use std::collections::HashMap;

use diesel::dsl::min;
use diesel::prelude::{Queryable, Selectable};
use diesel::sql_types::{Nullable, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, SelectableHelper, TextExpressionMethods,
};

use super::Error;
use super::activities::Activity;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::settings;
use super::tx::{Event, Tx};
use super::verbatim::DELIVERIES_ASIDE;
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountState};
use crate::domain::contribution::Contribution;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::domain::site::FederationMode;
use crate::domain::uri::Uri;
use crate::schema::{
    accounts, activities, boosts, contributions, deliveries, follows, hosts, likes, poll_votes, quotes,
};

diesel::define_sql_function! {
    /// SQL's COALESCE for an optional text and its stand-in.
    fn coalesce(first: Nullable<Text>, second: Text) -> Text;
}

diesel::define_sql_function! {
    /// The length of a text in bytes.
    fn octet_length(text: Text) -> Integer;
}

diesel::alias! {
    const HELD: Alias<Held> = deliveries as held;
    const HELD_ABOUT: Alias<HeldAbout> = activities as held_about;
    const ROOTS: Alias<Roots> = contributions as roots;
}

/// Rows of one host that are held in memory at a time, and how many bytes their activities may
/// have together: a hundred hosts with long texts must not fill a small machine.
const WINDOW: i64 = 100;
const WINDOW_BYTES: i64 = 1024 * 1024;

/// Rows that are written with one statement.
const AT_ONCE: usize = 1_000;

/// A delivery that waits.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Our key; deliveries to one host go out in this order.
    pub id: Id<Delivery>,
    /// The inbox.
    pub inbox: Uri,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub created_at: Timestamp,
}

/// The columns that every way to queue fills. Several accounts behind one inbox make one row: the
/// second meets the first and is dropped, which costs less than asking for distinct rows.
macro_rules! queue {
    ($tx:expr, $activity:expr, $inbox:expr, $recipients:expr) => {{
        let (activity, now): (Id<Activity>, Timestamp) = ($activity, $tx.now);
        let rows = $recipients
            .filter(accounts::state.eq(AccountState::Active))
            .filter(accounts::standing.ne(HostStanding::Suspended))
            .filter(hosts::standing.eq_any(served($tx)?))
            .select((
                activity.into_sql::<diesel::sql_types::BigInt>(),
                hosts::id,
                $inbox,
                0.into_sql::<diesel::sql_types::Integer>(),
                false.into_sql::<diesel::sql_types::Bool>(),
                now.into_sql::<diesel::sql_types::BigInt>(),
            ));
        let insert = diesel::insert_into(deliveries::table)
            .values(rows)
            .into_columns((
                deliveries::activity_id,
                deliveries::host_id,
                deliveries::inbox,
                deliveries::attempts,
                deliveries::dead,
                deliveries::created_at,
            ))
            .on_conflict_do_nothing();
        run!($tx, execute, insert)?;
        wake($tx, activity)
    }};
}

/// Which hosts we talk to at all.
fn served(conn: &mut Conn) -> QueryResult<Vec<HostStanding>> {
    Ok(match settings::get(conn)?.federation_mode {
        FederationMode::Allowlist => vec![HostStanding::Approved],
        FederationMode::Open | FederationMode::Quarantine => {
            vec![HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited]
        }
    })
}

/// Queues an activity for everyone elsewhere who follows `account`, once per inbox. A host that was
/// given up gets nothing new until it is heard of again.
pub fn to_followers(tx: &mut Tx<'_>, activity: Id<Activity>, account: Id<Account>) -> Result<(), Error> {
    queue!(
        tx,
        activity,
        coalesce(accounts::shared_inbox, accounts::inbox),
        follows::table
            .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(follows::followee_id.eq(account))
            .filter(follows::state.eq(FollowState::Accepted))
            .filter(hosts::failing_since.is_null().or(hosts::due_at.is_not_null()))
    )
}

/// Queues an activity for these accounts, as far as they live elsewhere.
pub fn to_accounts(tx: &mut Tx<'_>, activity: Id<Activity>, ids: &[Id<Account>]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    queue!(
        tx,
        activity,
        coalesce(accounts::shared_inbox, accounts::inbox),
        accounts::table
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(accounts::id.eq_any(ids.to_vec()))
    )
}

/// Queues an activity for the servers of everyone who liked, boosted, quoted or answered a
/// contribution or chose in its poll.
pub fn to_readers(tx: &mut Tx<'_>, activity: Id<Activity>, read: Id<Contribution>) -> Result<(), Error> {
    macro_rules! queue_authors {
        ($reactions:expr, $author:expr) => {
            queue!(
                tx,
                activity,
                coalesce(accounts::shared_inbox, accounts::inbox),
                $reactions
                    .inner_join(accounts::table.on(accounts::id.eq($author)))
                    .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
                    .filter(hosts::failing_since.is_null().or(hosts::due_at.is_not_null()))
            )
        };
    }
    queue_authors!(likes::table.filter(likes::contribution_id.eq(read)), likes::account_id)?;
    queue_authors!(boosts::table.filter(boosts::contribution_id.eq(read)), boosts::account_id)?;
    queue_authors!(poll_votes::table.filter(poll_votes::contribution_id.eq(read)), poll_votes::account_id)?;
    let answers = contributions::table.filter(contributions::in_reply_to_id.eq(read));
    queue_authors!(answers, contributions::author_id)?;
    let quoting = contributions::table
        .inner_join(quotes::table.on(quotes::contribution_id.eq(contributions::id)))
        .filter(quotes::quoted_id.eq(read));
    queue_authors!(quoting, contributions::author_id)
}

/// Queues an activity for every server that we know and that was not given up, once for each: the one inbox for
/// all where there is one. However many inboxes a server names, it costs us one row.
pub fn to_everyone(tx: &mut Tx<'_>, activity: Id<Activity>) -> Result<(), Error> {
    let query = accounts::table
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::standing.ne(HostStanding::Suspended))
        .filter(hosts::standing.eq_any(served(tx)?))
        .filter(hosts::failing_since.is_null().or(hosts::due_at.is_not_null()))
        .group_by(hosts::id)
        .select((hosts::id, min(accounts::shared_inbox), min(accounts::inbox)));
    let inboxes: Vec<(Id<Host>, Option<String>, Option<String>)> = run!(tx, load, query)?;
    let now = tx.now;
    let row = |(host, shared, own): &(Id<Host>, Option<String>, Option<String>)| {
        Some((
            deliveries::activity_id.eq(activity),
            deliveries::host_id.eq(*host),
            deliveries::inbox.eq(shared.clone().or_else(|| own.clone())?),
            deliveries::attempts.eq(0),
            deliveries::dead.eq(false),
            deliveries::created_at.eq(now),
        ))
    };
    for some in inboxes.chunks(AT_ONCE) {
        let rows: Vec<_> = some.iter().filter_map(row).collect();
        run!(tx, execute, diesel::insert_into(deliveries::table).values(rows).on_conflict_do_nothing())?;
    }
    wake(tx, activity)
}

/// Queues an activity that concerns one account alone, for its own inbox: not every server looks
/// for a Follow or an Undo in the shared one. Sending it once more takes up what was put aside.
pub fn to_own_inbox(tx: &mut Tx<'_>, activity: Id<Activity>, id: Id<Account>) -> Result<(), Error> {
    let aside =
        deliveries::table.filter(deliveries::activity_id.eq(activity)).filter(deliveries::dead.eq(true));
    run!(tx, execute, diesel::delete(aside))?;
    queue!(
        tx,
        activity,
        accounts::inbox,
        accounts::table
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(accounts::id.eq(id))
    )
}

/// Of an activity that is too large to be embedded everywhere: keeps the rows to hosts that need
/// or understand it whole (`whole`), or those to all the others.
pub fn keep_large(tx: &mut Tx<'_>, uri: &Uri, whole: bool) -> Result<(), Error> {
    let embeds = || {
        let software = hosts::software.assume_not_null();
        let known = software.like("plenum%").or(software.like("lemmy%"));
        hosts::table.filter(hosts::software.is_not_null()).filter(known).select(hosts::id)
    };
    let activity = || activities::table.filter(activities::uri.eq(uri)).select(activities::id);
    let rows = || deliveries::table.filter(deliveries::activity_id.eq_any(activity()));
    if whole {
        run!(tx, execute, diesel::delete(rows().filter(deliveries::host_id.ne_all(embeds()))))?;
    } else {
        run!(tx, execute, diesel::delete(rows().filter(deliveries::host_id.eq_any(embeds()))))?;
    }
    Ok(())
}

/// Of an activity that only our own kind understands: removes the rows to hosts that are known to
/// run something else.
pub fn keep_peers(tx: &mut Tx<'_>, uri: &Uri) -> Result<(), Error> {
    let others = hosts::software.assume_not_null().not_like("plenum%");
    let others = hosts::table.filter(hosts::software.is_not_null()).filter(others).select(hosts::id);
    let activity = activities::table.filter(activities::uri.eq(uri)).select(activities::id);
    let rows = deliveries::table
        .filter(deliveries::activity_id.eq_any(activity))
        .filter(deliveries::host_id.eq_any(others));
    run!(tx, execute, diesel::delete(rows))?;
    Ok(())
}

/// Makes the hosts of an activity due. A host that is given time after a failure keeps its own
/// time, and so does one that is being served: whoever serves it looks for new rows before letting
/// go.
fn wake(tx: &mut Tx<'_>, activity: Id<Activity>) -> Result<(), Error> {
    let now = tx.now;
    let waiting =
        || deliveries::table.filter(deliveries::activity_id.eq(activity)).select(deliveries::host_id);
    if let Conn::Postgres(conn) = &mut **tx {
        // A worker that lets go of a host right now either sees our rows, or is waited for here.
        // The order keeps two of us from waiting for each other.
        let hosts = hosts::table.filter(hosts::id.eq_any(waiting())).select(hosts::id).order(hosts::id);
        let _: Vec<Id<Host>> = hosts.for_no_key_update().load(&mut **conn)?;
    }
    let rested = hosts::due_at.gt(now).and(hosts::failures.eq(0)).and(hosts::leased_until.is_null());
    let idle = hosts::table
        .filter(hosts::id.eq_any(waiting()))
        .filter(hosts::due_at.is_null().or(rested.assume_not_null()));
    run!(tx, execute, diesel::update(idle).set(hosts::due_at.eq(now)))?;
    tx.after_commit(Event::Deliveries);
    Ok(())
}

/// The rows of a host that may go out: neither put aside nor given time, nor behind an earlier row
/// about the same thing that is given time.
macro_rules! ready {
    ($host:expr, $now:expr) => {{
        let (host, now): (Id<Host>, Timestamp) = ($host, $now);
        let held = HELD
            .inner_join(
                HELD_ABOUT.on(HELD_ABOUT.field(activities::id).eq(HELD.field(deliveries::activity_id))),
            )
            .filter(HELD.field(deliveries::host_id).eq(host))
            .filter(HELD.field(deliveries::due_at).gt(now))
            .select(HELD_ABOUT.field(activities::object_uri));
        deliveries::table
            .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
            .filter(deliveries::host_id.eq(host))
            .filter(deliveries::dead.eq(false))
            .filter(deliveries::due_at.is_null().or(deliveries::due_at.assume_not_null().le(now)))
            .filter(activities::object_uri.ne_all(held))
    }};
}

/// What waits for a host of what was said in the open as an answer, the newest first, and the address of the
/// beginning of each conversation.
pub fn replies_waiting(conn: &mut Conn, host: Id<Host>, limit: i64) -> QueryResult<Vec<(Id<Activity>, Uri)>> {
    let query = deliveries::table
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .inner_join(contributions::table.on(contributions::uri.eq(activities::object_uri)))
        .inner_join(ROOTS.on(ROOTS.field(contributions::id).eq(contributions::thread_id)))
        .filter(deliveries::host_id.eq(host))
        .filter(activities::listed.eq(true))
        .filter(contributions::thread_id.ne(contributions::id))
        .order(activities::id.desc())
        .limit(limit)
        .select((activities::id, ROOTS.field(contributions::uri)));
    run!(conn, load, query)
}

/// A window of what may go out to a host, in order; never empty when anything may.
pub fn waiting(conn: &mut Conn, host: Id<Host>, now: Timestamp) -> QueryResult<Vec<(Delivery, Activity)>> {
    let query = ready!(host, now).order(deliveries::id).limit(WINDOW);
    let rows: Vec<(Delivery, Id<Activity>, i32)> = run!(
        conn,
        load,
        query.select((Delivery::as_select(), activities::id, octet_length(activities::body)))
    )?;
    let mut bytes = 0;
    let fitting = rows.into_iter().take_while(|(_, _, length)| {
        let first = bytes == 0;
        bytes += i64::from(*length);
        first || bytes <= WINDOW_BYTES
    });
    let rows: Vec<(Delivery, Id<Activity>)> = fitting.map(|(row, activity, _)| (row, activity)).collect();
    let ids: Vec<Id<Activity>> = rows.iter().map(|(_, activity)| *activity).collect();
    let query = activities::table.filter(activities::id.eq_any(ids));
    let loaded: Vec<Activity> = run!(conn, load, query.select(Activity::as_select()))?;
    let loaded: HashMap<_, _> = loaded.into_iter().map(|activity| (activity.id, activity)).collect();
    let whole = |(row, id): (Delivery, Id<Activity>)| Some((row, loaded.get(&id)?.clone()));
    Ok(rows.into_iter().filter_map(whole).collect())
}

/// When a row of this host may go out next: now, later, or never, because nothing waits.
pub fn next(conn: &mut Conn, host: Id<Host>, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let ready: Option<Id<Delivery>> =
        run!(conn, first, ready!(host, now).select(deliveries::id)).optional()?;
    if ready.is_some() {
        return Ok(Some(now));
    }
    let later = deliveries::table
        .filter(deliveries::host_id.eq(host))
        .filter(deliveries::due_at.gt(now))
        .select(min(deliveries::due_at));
    run!(conn, get_result, later)
}

/// Whether a row still waits to be sent: rules and second thoughts drop rows.
pub fn waits(conn: &mut Conn, id: Id<Delivery>) -> QueryResult<bool> {
    let query = deliveries::table.find(id).filter(deliveries::dead.eq(false)).select(deliveries::id);
    let found: Option<Id<Delivery>> = run!(conn, first, query).optional()?;
    Ok(found.is_some())
}

/// These arrived.
pub fn finish(conn: &mut Conn, ids: &[Id<Delivery>]) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(deliveries::table.filter(deliveries::id.eq_any(ids.to_vec()))))
}

/// Why a row did not arrive, and what becomes of it.
pub struct Failure<'a> {
    /// The status, if there was an answer.
    pub status: Option<i32>,
    /// One line.
    pub error: &'a str,
    /// Never again: kept for people to look at and to send again.
    pub dead: bool,
    /// Not before this; at once when `None`.
    pub due_at: Option<Timestamp>,
}

/// This one did not arrive.
pub fn fail(conn: &mut Conn, id: Id<Delivery>, failure: &Failure<'_>) -> QueryResult<usize> {
    let change = (
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::last_status.eq(failure.status),
        deliveries::last_error.eq(failure.error),
        deliveries::dead.eq(failure.dead),
        deliveries::due_at.eq(failure.due_at.filter(|_| !failure.dead)),
    );
    run!(conn, execute, diesel::update(deliveries::table.find(id)).set(change))
}

/// Puts aside what was queued for a host up to `until`.
pub fn put_aside(conn: &mut Conn, host: Id<Host>, until: Timestamp, error: &str) -> QueryResult<usize> {
    let old = deliveries::table
        .filter(deliveries::host_id.eq(host))
        .filter(deliveries::dead.eq(false))
        .filter(deliveries::created_at.le(until));
    let never: Option<Timestamp> = None;
    let change = (deliveries::dead.eq(true), deliveries::last_error.eq(error), deliveries::due_at.eq(never));
    run!(conn, execute, diesel::update(old).set(change))
}

/// Sends again what was put aside for a host; returns how much that is.
pub fn take_up(tx: &mut Tx<'_>, host: Id<Host>) -> Result<usize, Error> {
    let now = tx.now;
    let aside = deliveries::table.filter(deliveries::host_id.eq(host)).filter(deliveries::dead.eq(true));
    // They count as queued now: otherwise the first failure would put them aside again.
    let change = (deliveries::dead.eq(false), deliveries::attempts.eq(0), deliveries::created_at.eq(now));
    let taken = run!(tx, execute, diesel::update(aside).set(change))?;
    if taken > 0 {
        super::host_health::revive(tx, host)?;
    }
    Ok(taken)
}

/// What was put aside, host by host: its name, how much, and the last reason.
pub fn aside(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, i64, Option<String>)>> {
    let query = deliveries::table
        .inner_join(hosts::table.on(hosts::id.eq(deliveries::host_id)))
        .filter(DELIVERIES_ASIDE)
        .group_by((hosts::id, hosts::name))
        .order(hosts::name)
        .limit(limit)
        .select((hosts::name, diesel::dsl::count(deliveries::id), diesel::dsl::max(deliveries::last_error)));
    run!(conn, load, query)
}

/// Forgets some of what was put aside and queued before `when`, at most `most`; returns how much that is.
pub fn purge(conn: &mut Conn, when: Timestamp, most: i64) -> QueryResult<usize> {
    let old = deliveries::table
        .filter(DELIVERIES_ASIDE)
        .filter(deliveries::created_at.lt(when))
        .limit(most)
        .select(deliveries::id);
    let old: Vec<Id<Delivery>> = run!(conn, load, old)?;
    run!(conn, execute, diesel::delete(deliveries::table.filter(one_of(deliveries::id, &old))))
}

/// How many deliveries wait, those put aside left out.
pub fn pending(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, deliveries::table.filter(deliveries::dead.eq(false)).count())
}
