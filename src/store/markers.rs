//! How far accounts have read.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::marker::{Marker, Timeline};
use crate::schema::markers;

/// The markers of an account.
pub fn of(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Marker>> {
    let query = markers::table.filter(markers::account_id.eq(account));
    run!(conn, load, query.select(Marker::as_select()))
}

/// Sets a marker; `None` when another device set it in the same moment.
pub fn put(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    timeline: Timeline,
    last_read: i64,
) -> QueryResult<Option<Marker>> {
    let before = of(tx, account)?.into_iter().find(|marker| marker.timeline == timeline);
    let version = before.as_ref().map_or(0, |marker| marker.version.saturating_add(1));
    let marker = Marker { timeline, last_read_id: last_read, version, updated_at: tx.now };
    let new = (
        markers::last_read_id.eq(last_read),
        markers::version.eq(version),
        markers::updated_at.eq(marker.updated_at),
    );
    let written = match before {
        Some(before) => {
            let same = markers::table
                .filter(markers::account_id.eq(account))
                .filter(markers::timeline.eq(timeline))
                .filter(markers::version.eq(before.version));
            run!(tx, execute, diesel::update(same).set(new))?
        }
        None => {
            let row = (markers::account_id.eq(account), markers::timeline.eq(timeline), new);
            run!(tx, execute, diesel::insert_into(markers::table).values(row).on_conflict_do_nothing())?
        }
    };
    Ok((written > 0).then_some(marker))
}
