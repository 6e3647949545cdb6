//! `/api/v1/notifications` and `/api/v2/notifications`.

mod grouped;
mod policy;

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::notification::{KINDS, Notification, Parties, kinds, notification, warning};
use super::entities::report::report;
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadNotifications, WriteNotifications};
use super::shown;
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::marker::Timeline;
use crate::domain::notification::Notification as Row;
use crate::domain::permission::Permission;
use crate::domain::report::{Report, Warning};
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::store::contributions::{self, Viewer};
use crate::store::notifications::{self as store, Wanted};
use crate::store::page::Page;
use crate::store::{Conn, Error, markers, reports, users, warnings};

/// Unread ones that are counted: what the client says, at least and at most.
const COUNTED: (i64, i64) = (100, 1000);

/// The routes of notifications.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/notifications", get(list))
        .route("/api/v1/notifications/clear", post(clear))
        .route("/api/v1/notifications/unread_count", get(unread))
        .route("/api/v1/notifications/dismiss", post(dismiss_by_param))
        .route("/api/v1/notifications/{id}", get(show))
        .route("/api/v1/notifications/{id}/dismiss", post(dismiss))
        .merge(grouped::router(post(clear)))
        .merge(policy::router())
}

/// Which notifications the parameters ask for.
fn wanted(params: &Params) -> Wanted {
    let named = params.list("types");
    let mut wanted = if named.is_empty() { KINDS.to_vec() } else { kinds(&named) };
    let unwanted = kinds(&params.list("exclude_types"));
    wanted.retain(|kind| !unwanted.contains(kind));
    Wanted {
        kinds: wanted,
        from: params.id("account_id").map(Id::new),
        filtered: params.flag("include_filtered").unwrap_or(false) || params.has("account_id"),
        nameless: false,
        without: Vec::new(),
    }
}

/// Loads accounts and contributions, the latter as far as the account that hears may see them.
fn parties(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    mut people: Vec<Id<Account>>,
    mut about: Vec<Id<Contribution>>,
) -> Result<Parties, Error> {
    people.sort_unstable();
    people.dedup();
    about.sort_unstable();
    about.dedup();
    let viewer = Viewer::Member(me);
    let heads = contributions::by_ids(conn, viewer, &about)?.into_iter().map(Found::from).collect();
    let statuses = shown::statuses(conn, app, viewer, heads)?;
    let accounts = shown::accounts_by_ids(conn, app, &people)?;
    Ok(Parties {
        accounts: accounts.into_iter().map(|account| (account.id.clone(), account)).collect(),
        statuses: statuses.into_iter().map(|status| (status.id.clone(), status)).collect(),
        ..Parties::default()
    })
}

/// The reports that moderators are told of.
fn reports_of(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    rows: &[Row],
) -> Result<HashMap<Id<Report>, Value>, Error> {
    let mut told = HashMap::new();
    if rows.iter().all(|row| row.report_id.is_none()) {
        return Ok(told);
    }
    let user = users::by_account(conn, me)?;
    if !user.is_some_and(|user| user.roles.may(Permission::Reports)) {
        return Ok(told);
    }
    for id in rows.iter().filter_map(|row| row.report_id) {
        let found = reports::by_id(conn, id)?.filter(|found| found.target_id != Some(me));
        let Some(found) = found else { continue };
        let target = shown::accounts_by_ids(conn, app, found.target_id.as_slice())?.pop();
        let about = contributions::by_uris(conn, Viewer::Member(me), &found.about())?;
        let about: Vec<Id<Contribution>> = about.into_iter().map(|head| head.id).collect();
        told.extend(target.map(|target| (id, report(&found, &about, &target))));
    }
    Ok(told)
}

/// The decisions about the account itself.
fn warnings_of(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    rows: &[Row],
) -> Result<HashMap<Id<Warning>, Value>, Error> {
    let mut told = HashMap::new();
    for id in rows.iter().filter_map(|row| row.warning_id) {
        let Some(found) = warnings::by_id(conn, id)?.filter(|found| found.account_id == me) else { continue };
        let target = shown::accounts_by_ids(conn, app, &[me])?.pop();
        told.extend(target.map(|target| (id, warning(&found, &target))));
    }
    Ok(told)
}

/// Loads what notifications speak of.
fn spoken_of(conn: &mut Conn, app: &App, me: Id<Account>, rows: &[Row]) -> Result<Parties, Error> {
    let people = rows.iter().map(|row| row.from_id).collect();
    let about = rows.iter().filter_map(|row| row.contribution_id).collect();
    let reports = reports_of(conn, app, me, rows)?;
    let warnings = warnings_of(conn, app, me, rows)?;
    Ok(Parties { reports, warnings, ..parties(conn, app, me, people, about)? })
}

/// Renders notifications of one account, one by one.
pub(super) fn rendered(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    rows: &[Row],
) -> Result<Vec<Notification>, Error> {
    let parties = spoken_of(conn, app, me, rows)?;
    Ok(rows.iter().filter_map(|row| notification(row, &parties)).collect())
}

/// `GET /api/v1/notifications`.
async fn list(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    params: Params,
) -> Result<Response, ApiError> {
    let (me, page, wanted) = (caller.account.id, paging::page(&params, 40, 80), wanted(&params));
    let found = data.app.db.read(|conn| {
        let rows = store::select(conn, me, &wanted, &page)?;
        let ends = paging::ends(rows.iter().map(|row| row.id.get()));
        Ok((rendered(conn, &data.app, me, &rows)?, ends))
    });
    let (items, ends) = found.await?;
    Ok(paging::listed(&params, &items, ends, Newer::MinId))
}

/// `GET /api/v1/notifications/{id}`.
async fn show(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    PathId(key): PathId,
) -> Answer<Notification> {
    let me = caller.account.id;
    let found = data.app.db.read(|conn| {
        let row = store::by_id(conn, me, Id::new(key))?;
        rendered(conn, &data.app, me, row.as_slice())
    });
    found.await?.pop().map(Json).ok_or_else(ApiError::not_found)
}

/// `POST /api/v1/notifications/clear`.
async fn clear(data: Data<Federation>, caller: Allowed<WriteNotifications>) -> Answer<Empty> {
    data.app.db.write(|tx| Ok(store::clear(tx, caller.account.id)?)).await?;
    Ok(Json(Empty))
}

/// `POST /api/v1/notifications/{id}/dismiss`.
async fn dismiss(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    PathId(key): PathId,
) -> Answer<Empty> {
    data.app.db.write(|tx| Ok(store::delete(tx, caller.account.id, Id::new(key))?)).await?;
    Ok(Json(Empty))
}

/// `POST /api/v1/notifications/dismiss`, an older form with `id`.
async fn dismiss_by_param(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    params: Params,
) -> Answer<Empty> {
    let key = params.id("id").ok_or_else(ApiError::not_found)?;
    dismiss(data, caller, PathId(key)).await
}

/// Where the account has read to, and what is above it: at most as many rows as are counted.
fn unread_rows(conn: &mut Conn, me: Id<Account>, params: &Params) -> Result<(Vec<Row>, i64), Error> {
    let marker = markers::of(conn, me)?.into_iter().find(|one| one.timeline == Timeline::Notifications);
    let limit = params.number("limit").map_or(COUNTED.0, |limit| limit.clamp(1, COUNTED.1));
    let since = marker.map(|marker| marker.last_read_id);
    let page = Page { since_id: since, ..Page::first(COUNTED.1) };
    Ok((store::select(conn, me, &wanted(params), &page)?, limit))
}

/// `GET /api/v1/notifications/unread_count`.
async fn unread(data: Data<Federation>, caller: Allowed<ReadNotifications>, params: Params) -> Answer<Value> {
    let (rows, limit) = data.app.db.read(|conn| unread_rows(conn, caller.account.id, &params)).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX).min(limit);
    Ok(Json(json!({ "count": count })))
}
