//! Accounts as moderators see them, and what they decide about them. Nobody waits for being let in here:
//! people join by invitation.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::admin::{AdminAccount, admin_account};
use super::super::entities::credentials::{ADMIN, MODERATING};
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{AdminReadAccounts, AdminWriteAccounts};
use super::may;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::report::Outcome;
use crate::domain::user::{Role, User};
use crate::federation::Federation;
use crate::services::{accounts as service, cases, sign_ins};
use crate::store::administered::{self, Wanted};
use crate::store::{Conn, Error, account_views, accounts, hosts, mail_addresses, users};

/// The routes of accounts.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/admin/accounts", get(list_v1))
        .route("/api/v2/admin/accounts", get(list))
        .route("/api/v1/admin/accounts/{id}", get(show).delete(remove))
        .route("/api/v1/admin/accounts/{id}/action", post(act))
        .route("/api/v1/admin/accounts/{id}/approve", post(nobody_waits))
        .route("/api/v1/admin/accounts/{id}/reject", post(nobody_waits))
        .route("/api/v1/admin/accounts/{id}/enable", post(enable))
        .route("/api/v1/admin/accounts/{id}/unsilence", post(unsilence))
        .route("/api/v1/admin/accounts/{id}/unsuspend", post(unsuspend))
        .route("/api/v1/admin/accounts/{id}/unsensitive", post(unsensitive))
}

/// Renders accounts for moderators, in this order.
pub(super) fn rendered(conn: &mut Conn, app: &App, ids: &[Id<Account>]) -> Result<Vec<Value>, Error> {
    let mut shown = Vec::with_capacity(ids.len());
    for view in account_views::by_ids(conn, ids)? {
        let user = if view.account.is_local() { users::by_account(conn, view.account.id)? } else { None };
        let entered = match &user {
            Some(user) => mail_addresses::of(conn, user.id)?,
            None => None,
        };
        let (user, entered) = (user.as_ref(), entered.as_ref());
        shown.push(admin_account(&AdminAccount { view: &view, user, entered, site: &app.site }));
    }
    Ok(shown)
}

/// The account with this key.
fn found(conn: &mut Conn, key: i64) -> Result<Account, Error> {
    Ok(accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?)
}

async fn shown(data: &Data<Federation>, key: i64) -> Answer<Value> {
    let shown = data.app.db.read(|conn| rendered(conn, &data.app, &[Id::new(key)])).await?;
    shown.into_iter().next().map(Json).ok_or_else(ApiError::not_found)
}

/// What is asked for, in the words of the second version.
struct Asked {
    origin: Option<String>,
    status: Option<String>,
    staff: bool,
}

/// The first version has a flag for each.
fn asked_v1(params: &Params) -> Asked {
    let named = |words: &[&str]| {
        let found = words.iter().find(|word| params.flag(word).unwrap_or(false));
        found.map(|word| (*word).to_owned())
    };
    let status = named(&["active", "pending", "disabled", "silenced", "suspended", "sensitized"]);
    Asked { origin: named(&["local", "remote"]), status, staff: params.flag("staff").unwrap_or(false) }
}

fn asked(params: &Params) -> Asked {
    let staff = params.text("permissions").is_some_and(|word| word == "staff");
    Asked { origin: params.text("origin"), status: params.text("status"), staff }
}

/// `None` where nobody can be meant: nobody's network or host is kept, and nobody waits.
fn wanted(conn: &mut Conn, app: &App, params: &Params, asked: &Asked) -> Result<Option<Wanted>, Error> {
    let said = |name: &str| params.text(name).unwrap_or_default();
    if ["ip", "invited_by"].into_iter().any(|name| !said(name).is_empty()) {
        return Ok(None);
    }
    let mut wanted = Wanted {
        handle: said("username").trim_start_matches('@').to_lowercase(),
        display_name: said("display_name"),
        ..Wanted::default()
    };
    match asked.origin.as_deref() {
        Some("local") => wanted.local = Some(true),
        Some("remote") => wanted.local = Some(false),
        Some(_) | None => {}
    }
    let host = said("by_domain").to_lowercase();
    if host == app.site.host {
        wanted.local = Some(true);
    } else if !host.is_empty() {
        let Some(host) = hosts::by_name(conn, &host)? else { return Ok(None) };
        wanted.host = Some(host.id);
    }
    match asked.status.as_deref() {
        Some("pending") => return Ok(None),
        Some("active") => {
            wanted.standings =
                Some(vec![HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited]);
        }
        Some("silenced") => wanted.standings = Some(vec![HostStanding::Limited]),
        Some("suspended") => wanted.standings = Some(vec![HostStanding::Suspended]),
        Some("sensitized") => wanted.sensitive = true,
        Some("disabled") => wanted.among = Some(with_login(conn, |user| user.disabled_at.is_some())?),
        Some(_) | None => {}
    }
    let roles = params.list("role_ids");
    if asked.staff || !roles.is_empty() {
        let any = asked.staff && roles.is_empty();
        let has = |user: &User, role: Role, key: &str| {
            user.roles.list().contains(&role) && (any || roles.iter().any(|wanted| wanted == key))
        };
        let staff =
            with_login(conn, |user| has(user, Role::Admin, ADMIN) || has(user, Role::Moderator, MODERATING))?;
        narrow(&mut wanted, staff);
    }
    let email = said("email");
    if !email.is_empty() {
        narrow(&mut wanted, mail_addresses::beginning_with(conn, &email)?);
    }
    Ok(Some(wanted))
}

/// Leaves of those who are wanted only these.
fn narrow(wanted: &mut Wanted, to: Vec<Id<Account>>) {
    let before = wanted.among.take();
    let both = to.into_iter().filter(|id| before.as_ref().is_none_or(|before| before.contains(id)));
    wanted.among = Some(both.collect());
}

fn with_login(conn: &mut Conn, fits: impl Fn(&User) -> bool) -> Result<Vec<Id<Account>>, Error> {
    Ok(users::all(conn)?.into_iter().filter(fits).map(|user| user.account_id).collect())
}

async fn listed(
    data: &Data<Federation>,
    speaker: &Speaker,
    params: &Params,
    asked: &Asked,
) -> Result<Response, ApiError> {
    may(speaker, Permission::Accounts)?;
    let page = paging::page(params, 100, 200);
    let found = data.app.db.read(|conn| {
        let Some(wanted) = wanted(conn, &data.app, params, asked)? else { return Ok(Vec::new()) };
        let ids: Vec<_> =
            administered::page(conn, &wanted, &page)?.iter().map(|account| account.id).collect();
        let shown = rendered(conn, &data.app, &ids)?;
        Ok(ids.into_iter().zip(shown).collect())
    });
    let found: Vec<(Id<Account>, Value)> = found.await?;
    let ends = paging::ends(found.iter().map(|(id, _)| id.get()));
    let shown: Vec<Value> = found.into_iter().map(|(_, shown)| shown).collect();
    Ok(paging::listed(params, &shown, ends, Newer::MinId))
}

/// `GET /api/v1/admin/accounts`.
async fn list_v1(
    data: Data<Federation>,
    caller: Allowed<AdminReadAccounts>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, &asked_v1(&params)).await
}

/// `GET /api/v2/admin/accounts`.
async fn list(
    data: Data<Federation>,
    caller: Allowed<AdminReadAccounts>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, &asked(&params)).await
}

/// `GET /api/v1/admin/accounts/{id}`.
async fn show(
    data: Data<Federation>,
    caller: Allowed<AdminReadAccounts>,
    PathId(key): PathId,
) -> Answer<Value> {
    may(&caller, Permission::Accounts)?;
    shown(&data, key).await
}

/// `POST …/approve` and `…/reject`.
async fn nobody_waits(caller: Allowed<AdminWriteAccounts>, _key: PathId) -> ApiError {
    let why = "people join by invitation, so nobody waits for being let in";
    may(&caller, Permission::Accounts).err().unwrap_or_else(|| ApiError::invalid(why))
}

/// `POST /api/v1/admin/accounts/{id}/action`: what is decided, told to the person where they are one of
/// ours. With `report_id` it is the answer to that report; else every report about the account that
/// waits is answered by it.
async fn act(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Empty> {
    may(&caller, Permission::Accounts)?;
    let text = params.text("text").unwrap_or_default();
    let outcome = match params.required("type")?.as_str() {
        "none" => Outcome::Warning,
        "sensitive" => Outcome::Sensitive,
        "silence" => Outcome::Limit,
        "suspend" => Outcome::Suspend,
        "disable" => {
            may(&caller, Permission::People)?;
            let closed = data.app.db.write(|tx| {
                let account = found(tx, key)?;
                let user = users::by_account(tx, account.id)?;
                let name =
                    user.ok_or_else(|| Refusal::invalid("type", "only people of this site sign in"))?;
                sign_ins::disable(tx, Some(&caller.user), &name.name, text.trim())
            });
            closed.await?;
            return Ok(Json(Empty));
        }
        _ => return Err(ApiError::invalid("type is none of none, sensitive, disable, silence, suspend")),
    };
    let report = params.id("report_id").map(Id::new);
    if report.is_none() && params.text("report_id").is_some_and(|typed| !typed.is_empty()) {
        return Err(ApiError::invalid("report_id is the key of no report"));
    }
    let acted = data.app.db.write(|tx| {
        let account = found(tx, key)?;
        cases::act(tx, Some(caller.user.id), &account, (outcome, &text), report)
    });
    acted.await?;
    Ok(Json(Empty))
}

/// Takes back what was decided about an account.
async fn take_back(data: &Data<Federation>, speaker: &Speaker, key: i64, outcome: Outcome) -> Answer<Value> {
    may(speaker, Permission::Accounts)?;
    let taken = data.app.db.write(|tx| {
        let account = found(tx, key)?;
        cases::take_back(tx, Some(speaker.user.id), &account, outcome)
    });
    taken.await?;
    shown(data, key).await
}

/// `POST /api/v1/admin/accounts/{id}/unsilence`.
async fn unsilence(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
) -> Answer<Value> {
    take_back(&data, &caller, key, Outcome::Limit).await
}

/// `POST /api/v1/admin/accounts/{id}/unsuspend`.
async fn unsuspend(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
) -> Answer<Value> {
    take_back(&data, &caller, key, Outcome::Suspend).await
}

/// `POST /api/v1/admin/accounts/{id}/unsensitive`.
async fn unsensitive(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
) -> Answer<Value> {
    take_back(&data, &caller, key, Outcome::Sensitive).await
}

/// `POST /api/v1/admin/accounts/{id}/enable`: opens a login again.
async fn enable(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
) -> Answer<Value> {
    may(&caller, Permission::People)?;
    let opened = data.app.db.write(|tx| {
        let account = found(tx, key)?;
        let user = users::by_account(tx, account.id)?.ok_or(Refusal::NotFound)?;
        if user.disabled_at.is_some() { sign_ins::enable(tx, Some(&caller.user), &user.name) } else { Ok(()) }
    });
    opened.await?;
    shown(&data, key).await
}

/// `DELETE /api/v1/admin/accounts/{id}`: deletes what is kept of a suspended account elsewhere. People of
/// this site delete their account themselves.
async fn remove(
    data: Data<Federation>,
    caller: Allowed<AdminWriteAccounts>,
    PathId(key): PathId,
) -> Answer<Empty> {
    may(&caller, Permission::Accounts)?;
    let removed = data.app.db.write(|tx| {
        let account = found(tx, key)?;
        service::purge(tx, Some(caller.user.id), &account)
    });
    removed.await?;
    Ok(Json(Empty))
}
