//! From what was found to what a client sees: loading, filtering and rendering in one place.

use crate::app::App;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::filter::Filter;
use crate::domain::id::Id;
use crate::domain::timeline::{Found, Line};
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, account_views, filters, lines, timelines};

use super::entities::account::{self, accounts};
use super::entities::filter;
use super::entities::quote::Quote;
use super::entities::status::{self, Status};

/// Renders a page of what was found.
pub fn statuses(conn: &mut Conn, app: &App, viewer: Viewer, found: Vec<Found>) -> Result<Vec<Status>, Error> {
    let lines = lines::load(conn, viewer, found)?;
    let mut statuses = status::statuses(&lines, &app.site, app.clock().now());
    let filters = match viewer.account() {
        Some(account) if !lines.is_empty() => filters::of(conn, account)?,
        Some(_) | None => Vec::new(),
    };
    if !filters.is_empty() {
        for (line, status) in lines.iter().zip(&mut statuses) {
            filtered(&filters, line, status, app.clock().now());
        }
    }
    Ok(statuses)
}

/// Says which filters of the asking account match; of a boost, that is what it hands on.
fn filtered(filters: &[Filter], line: &Line, status: &mut Status, now: Timestamp) {
    let results = filter::results(filters, line, now);
    // What is quoted matches for itself: apps fold it away within the other one.
    let quoted = line.quote.as_ref().and_then(|quote| quote.quoted.as_deref());
    let within = quoted.map(|quoted| filter::results(filters, quoted, now));
    let mark = |status: &mut Status| {
        let inner = status.quote.as_mut().and_then(Quote::status_mut);
        if let (Some(inner), Some(within)) = (inner, &within) {
            inner.filtered = Some(within.clone());
        }
    };
    if let Some(original) = &mut status.reblog {
        original.filtered = Some(results.clone());
        mark(original);
    }
    mark(status);
    status.filtered = Some(results);
}

/// Renders one thing that was found.
pub fn status(conn: &mut Conn, app: &App, viewer: Viewer, found: impl Into<Found>) -> Result<Status, Error> {
    statuses(conn, app, viewer, vec![found.into()])?.pop().ok_or_else(|| Refusal::NotFound.into())
}

/// Renders the contribution or boost with this key, if the viewer may see it.
pub fn status_by_key(conn: &mut Conn, app: &App, viewer: Viewer, key: i64) -> Result<Status, Error> {
    let found = timelines::find(conn, viewer, key)?.ok_or(Refusal::NotFound)?;
    status(conn, app, viewer, found)
}

/// The contribution that a key means: its own, or what the boost with this key hands on.
pub fn meant(conn: &mut Conn, viewer: Viewer, key: i64) -> Result<Contribution, Error> {
    let found = timelines::find(conn, viewer, key)?.ok_or(Refusal::NotFound)?;
    Ok(found.head)
}

/// Renders accounts by their keys, in this order.
pub fn accounts_by_ids(
    conn: &mut Conn,
    app: &App,
    ids: &[Id<Account>],
) -> Result<Vec<account::Account>, Error> {
    let views = account_views::by_ids(conn, ids)?;
    Ok(accounts(&views, &app.site))
}
