//! Reports as moderators work through them. Nobody is shown one that is closed to them.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::admin::admin_report;
use super::super::entities::instance;
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{AdminReadReports, AdminWriteReports};
use super::super::shown;
use super::{accounts, may};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::report::Report;
use crate::domain::timeline::Found;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::services::cases::{self, Ruling};
use crate::services::reports::{self as filing, Category};
use crate::store::contributions::{self, Viewer};
use crate::store::reports::{self, Wanted};
use crate::store::{Conn, Error, Tx, notices, users};

/// The routes of reports.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/admin/reports", get(list))
        .route("/api/v1/admin/reports/{id}", get(show).put(change).patch(change))
        .route("/api/v1/admin/reports/{id}/assign_to_self", post(assign))
        .route("/api/v1/admin/reports/{id}/unassign", post(unassign))
        .route("/api/v1/admin/reports/{id}/resolve", post(resolve))
        .route("/api/v1/admin/reports/{id}/reopen", post(reopen))
}

/// The account of a moderator; `None` for somebody at the command line.
fn moderator(conn: &mut Conn, app: &App, id: Option<Id<User>>) -> Result<Option<Value>, Error> {
    let user = match id {
        Some(id) => users::by_id(conn, id)?,
        None => None,
    };
    let accounts: Vec<Id<Account>> = user.iter().map(|user| user.account_id).collect();
    Ok(accounts::rendered(conn, app, &accounts)?.pop())
}

/// Renders a report; `None` where the account that it is about is not known any more.
fn rendered(
    conn: &mut Conn,
    app: &App,
    reader: Id<Account>,
    report: &Report,
) -> Result<Option<Value>, Error> {
    let reporter = accounts::rendered(conn, app, &[report.reporter_id])?.pop();
    let target = accounts::rendered(conn, app, report.target_id.as_slice())?.pop();
    let (Some(reporter), Some(target)) = (reporter, target) else { return Ok(None) };
    let viewer = Viewer::Member(reader);
    let about = contributions::by_uris(conn, viewer, &report.about())?;
    let about = shown::statuses(conn, app, viewer, about.into_iter().map(Found::from).collect())?;
    let broken = super::super::entities::report::rules(report);
    let rules: Vec<Value> = notices::rules(conn)?
        .iter()
        .filter(|rule| broken.contains(&rule.id.to_string().as_str()))
        .map(instance::rule)
        .collect();
    let (assigned, closed_by) =
        (moderator(conn, app, report.assigned_id)?, moderator(conn, app, report.closed_by_id)?);
    Ok(Some(admin_report(report, (reporter, target), (assigned, closed_by), (about, rules))))
}

/// The report with this key, unless it is closed to whoever reads.
fn found(conn: &mut Conn, reader: &User, key: i64) -> Result<Report, Error> {
    let report = reports::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
    if filing::is_closed_to(conn, reader, &report)? { Err(Refusal::NotFound.into()) } else { Ok(report) }
}

async fn shown(data: &Data<Federation>, speaker: &Speaker, key: i64) -> Answer<Value> {
    let reader = &speaker.user;
    let shown = data.app.db.read(|conn| {
        let report = found(conn, reader, key)?;
        rendered(conn, &data.app, reader.account_id, &report)
    });
    shown.await?.map(Json).ok_or_else(ApiError::not_found)
}

/// Changes a report and shows it as it is then.
async fn changed(
    data: &Data<Federation>,
    speaker: &Speaker,
    key: i64,
    change: impl Fn(&mut Tx<'_>, Id<User>, &Report) -> Result<(), Error> + Send + Sync,
) -> Answer<Value> {
    may(speaker, Permission::Reports)?;
    let user = &speaker.user;
    let done = data.app.db.write(|tx| {
        let report = found(tx, user, key)?;
        change(tx, user.id, &report)
    });
    done.await?;
    shown(data, speaker, key).await
}

/// `GET /api/v1/admin/reports`: those that wait, or with `resolved` the others; of one `account_id`, or
/// about one `target_account_id`.
async fn list(
    data: Data<Federation>,
    caller: Allowed<AdminReadReports>,
    params: Params,
) -> Result<Response, ApiError> {
    may(&caller, Permission::Reports)?;
    let page = paging::page(&params, 100, 200);
    let reader = caller.user.account_id;
    let found = data.app.db.read(|conn| {
        let closed = filing::closed_to(conn, &caller.user)?;
        let wanted = Wanted {
            open: !params.flag("resolved").unwrap_or(false),
            closed: &closed,
            reporter: params.id("account_id").map(Id::new),
            target: params.id("target_account_id").map(Id::new),
        };
        let found = reports::page(conn, &wanted, &page)?;
        let mut shown = Vec::new();
        for report in &found {
            shown.extend(rendered(conn, &data.app, reader, report)?);
        }
        Ok((paging::ends(found.iter().map(|report| report.id.get())), shown))
    });
    let (ends, shown) = found.await?;
    Ok(paging::listed(&params, &shown, ends, Newer::MinId))
}

/// `GET /api/v1/admin/reports/{id}`.
async fn show(
    data: Data<Federation>,
    caller: Allowed<AdminReadReports>,
    PathId(key): PathId,
) -> Answer<Value> {
    may(&caller, Permission::Reports)?;
    shown(&data, &caller, key).await
}

/// `PUT /api/v1/admin/reports/{id}` with `category` and `rule_ids`.
async fn change(
    data: Data<Federation>,
    caller: Allowed<AdminWriteReports>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let bad = || ApiError::invalid("category is not included in the list");
    let category = params.text("category").map(|word| Category::parse(&word).ok_or_else(bad)).transpose()?;
    let rules: Option<Vec<_>> =
        params.has("rule_ids").then(|| params.ids("rule_ids").into_iter().map(Id::new).collect());
    changed(&data, &caller, key, |tx, user, report| {
        let category = category.or_else(|| Category::parse(&report.category)).unwrap_or_default();
        cases::describe(tx, Some(user), report.id, (category, rules.as_deref()))
    })
    .await
}

/// `POST /api/v1/admin/reports/{id}/assign_to_self`.
async fn assign(
    data: Data<Federation>,
    caller: Allowed<AdminWriteReports>,
    PathId(key): PathId,
) -> Answer<Value> {
    changed(&data, &caller, key, |tx, user, report| cases::assign(tx, Some(user), report.id, Some(user)))
        .await
}

/// `POST /api/v1/admin/reports/{id}/unassign`.
async fn unassign(
    data: Data<Federation>,
    caller: Allowed<AdminWriteReports>,
    PathId(key): PathId,
) -> Answer<Value> {
    changed(&data, &caller, key, |tx, user, report| cases::assign(tx, Some(user), report.id, None)).await
}

/// `POST /api/v1/admin/reports/{id}/resolve`: nothing has to be done (any more).
async fn resolve(
    data: Data<Federation>,
    caller: Allowed<AdminWriteReports>,
    PathId(key): PathId,
) -> Answer<Value> {
    changed(&data, &caller, key, |tx, user, report| match report.closed_at {
        Some(_) => Ok(()),
        None => cases::close(tx, Some(user), report.id, &Ruling::default()),
    })
    .await
}

/// `POST /api/v1/admin/reports/{id}/reopen`.
async fn reopen(
    data: Data<Federation>,
    caller: Allowed<AdminWriteReports>,
    PathId(key): PathId,
) -> Answer<Value> {
    changed(&data, &caller, key, |tx, user, report| cases::reopen(tx, Some(user), report.id)).await
}
