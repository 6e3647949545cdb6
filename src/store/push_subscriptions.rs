//! Where apps that sleep want to hear of notifications, and the key by which their services know us.

use diesel::dsl::max;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::Tx;
use super::{Error, jobs};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::notification::{Notification, NotificationKind};
use crate::domain::push::{ServerKey, Subscription, alert};
use crate::schema::{push_keys, push_subscriptions};

const ONLY: i16 = 1;

/// The private key of the site, if it was made.
pub fn server_key(conn: &mut Conn) -> Result<Option<ServerKey>, Error> {
    let query = push_keys::table.find(ONLY).select(push_keys::private_key);
    let pkcs8: Option<Vec<u8>> = run!(conn, first, query).optional()?;
    let read =
        |pkcs8: Vec<u8>| ServerKey::from_pkcs8(&pkcs8).map_err(|error| Error::broken(error.to_string()));
    pkcs8.map(read).transpose()
}

/// Keeps a private key for the site, unless there is one.
pub fn insert_server_key(tx: &mut Tx<'_>, pkcs8: &[u8]) -> QueryResult<usize> {
    let row = (push_keys::id.eq(ONLY), push_keys::private_key.eq(pkcs8), push_keys::created_at.eq(tx.now));
    run!(tx, execute, diesel::insert_into(push_keys::table).values(row).on_conflict_do_nothing())
}

/// The subscription of a token.
pub fn of_token(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<Subscription>> {
    let query = push_subscriptions::table.filter(push_subscriptions::token_hash.eq(token_hash));
    run!(conn, first, query.select(Subscription::as_select())).optional()
}

/// The subscription with this key.
pub fn by_id(conn: &mut Conn, id: Id<Subscription>) -> QueryResult<Option<Subscription>> {
    run!(conn, first, push_subscriptions::table.find(id).select(Subscription::as_select())).optional()
}

/// Keeps a subscription in place of the token's earlier one, under a small key of its own.
pub fn put(tx: &mut Tx<'_>, mut subscription: Subscription) -> QueryResult<Subscription> {
    delete(tx, &subscription.token_hash)?;
    let newest = push_subscriptions::table.select(max(push_subscriptions::id));
    let newest: Option<i64> = run!(tx, get_result, newest)?;
    let mut id = newest.unwrap_or(0);
    loop {
        // Where another process took the same key, the next is free.
        id = id.saturating_add(1);
        subscription.id = Id::new(id);
        let insert =
            diesel::insert_into(push_subscriptions::table).values(&subscription).on_conflict_do_nothing();
        if run!(tx, execute, insert)? > 0 {
            return Ok(subscription);
        }
    }
}

/// Changes what of a subscription may change: what is wanted, and from whom.
pub fn update(conn: &mut Conn, subscription: &Subscription) -> QueryResult<usize> {
    let change = (
        push_subscriptions::alerts.eq(&subscription.alerts),
        push_subscriptions::policy.eq(subscription.policy),
    );
    run!(conn, execute, diesel::update(push_subscriptions::table.find(subscription.id)).set(change))
}

/// Removes the subscription of a token.
pub fn delete(conn: &mut Conn, token_hash: &str) -> QueryResult<usize> {
    let one = push_subscriptions::table.filter(push_subscriptions::token_hash.eq(token_hash));
    run!(conn, execute, diesel::delete(one))
}

/// Has a notification sent to the apps of its account that want such ones.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    kind: NotificationKind,
    notification: Id<Notification>,
) -> Result<(), Error> {
    let query = push_subscriptions::table.filter(push_subscriptions::account_id.eq(account));
    let subscriptions: Vec<Subscription> = run!(tx, load, query.select(Subscription::as_select()))?;
    let now = tx.now;
    for subscription in subscriptions.iter().filter(|one| one.wants(alert(kind))) {
        let job = Job::Push { subscription: subscription.id.get(), notification: notification.get() };
        jobs::enqueue(tx, &job, now)?;
    }
    Ok(())
}
