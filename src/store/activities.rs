//! What we sent: each activity once, word for word.

use diesel::dsl::{exists, not};
use diesel::prelude::{Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use super::verbatim::Verbatim;
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::schema::{accounts, activities, contributions, deliveries};

/// What the index `contributions_deleted` says of those that are [`State::Deleted`].
const DELETED: Verbatim = Verbatim("contributions.state = 3");

/// An activity that left, or is about to.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = activities)]
pub struct Activity {
    /// Our key.
    pub id: Id<Activity>,
    /// Its address.
    pub uri: Uri,
    /// Who did it.
    pub account_id: Id<Account>,
    /// The JSON text.
    pub body: String,
    /// What it is about; activities about the same thing arrive in order.
    pub object_uri: Uri,
    /// Whether it stands in the public outbox.
    pub listed: bool,
}

/// A new row.
pub struct NewActivity {
    /// Its address.
    pub uri: Uri,
    /// Who does it.
    pub account_id: Id<Account>,
    /// The JSON text, sent as it is.
    pub body: String,
    /// What it is about.
    pub object_uri: Uri,
    /// Whether it stands in the public outbox.
    pub listed: bool,
}

/// Keeps an activity.
pub fn insert(tx: &mut Tx<'_>, new: NewActivity) -> Result<Id<Activity>, Error> {
    let id: Id<Activity> = tx.mint();
    let row = (
        activities::id.eq(id),
        activities::uri.eq(new.uri),
        activities::account_id.eq(new.account_id),
        activities::body.eq(new.body),
        activities::object_uri.eq(new.object_uri),
        activities::listed.eq(new.listed),
        activities::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(activities::table).values(row))?;
    Ok(id)
}

/// The activity with this address.
pub fn by_uri(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Activity>> {
    run!(conn, first, activities::table.filter(activities::uri.eq(uri)).select(Activity::as_select()))
        .optional()
}

/// What stands in public outboxes: nothing by whoever is suspended, nor about what is deleted or out of sight.
macro_rules! shown {
    () => {{
        let hidden = contributions::table
            .filter(contributions::uri.eq(activities::object_uri))
            .filter(contributions::state.eq_any([State::Held, State::Withheld, State::Deleted]));
        let suspended = accounts::table
            .filter(accounts::id.eq(activities::account_id))
            .filter(accounts::standing.eq(HostStanding::Suspended));
        activities::table
            .filter(activities::listed.eq(true))
            .filter(not(exists(hidden)))
            .filter(not(exists(suspended)))
    }};
}

/// The activity with this address, if it stands in a public outbox.
pub fn public(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Activity>> {
    run!(conn, first, shown!().filter(activities::uri.eq(uri)).select(Activity::as_select())).optional()
}

/// The public outbox of an account, newest first.
pub fn listed(
    conn: &mut Conn,
    account: Id<Account>,
    before: Option<Id<Activity>>,
    limit: i64,
) -> QueryResult<Vec<Activity>> {
    let query = shown!()
        .filter(activities::account_id.eq(account))
        .filter(activities::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .order(activities::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Activity::as_select()))
}

/// How many stand in the public outbox.
pub fn count_listed(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    run!(conn, get_result, shown!().filter(activities::account_id.eq(account)).count())
}

/// Forgets some of what told of contributions that are deleted, at most `most`, once nothing of it can be sent
/// any more: it has the whole text in it. Returns how much that is.
pub fn forget_gone(conn: &mut Conn, most: i64) -> QueryResult<usize> {
    let gone = contributions::table.filter(DELETED).select(contributions::uri);
    let sending = deliveries::table.filter(deliveries::activity_id.eq(activities::id));
    let over = activities::table
        .filter(activities::object_uri.eq_any(gone))
        .filter(not(exists(sending)))
        .limit(most)
        .select(activities::id);
    let over: Vec<Id<Activity>> = run!(conn, load, over)?;
    run!(conn, execute, diesel::delete(activities::table.filter(one_of(activities::id, &over))))
}

/// Takes an object's activities out of the public outbox, because it is gone.
pub fn unlist(conn: &mut Conn, object: &Uri) -> QueryResult<usize> {
    let about = activities::table.filter(activities::object_uri.eq(object));
    run!(conn, execute, diesel::update(about).set(activities::listed.eq(false)))
}
