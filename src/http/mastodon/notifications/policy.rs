//! From whom an account wants to hear, and what was put aside because of it.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId};
use super::super::entities::notification as entity;
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{ReadNotifications, WriteNotifications};
use super::parties;
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notification::{Aside, Handling, Policy};
use crate::federation::Federation;
use crate::services::notifications as service;
use crate::store::{Conn, Error, Tx, notification_policies as store};

/// Requests of one call at most.
const BATCH: usize = 100;

/// The routes of the policy.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/notifications/policy", get(show_v1).patch(update_v1).put(update_v1))
        .route("/api/v2/notifications/policy", get(show).patch(update).put(update))
        .route("/api/v1/notifications/requests", get(requests))
        .route("/api/v1/notifications/requests/merged", get(merged))
        .route("/api/v1/notifications/requests/accept", post(accept_all))
        .route("/api/v1/notifications/requests/dismiss", post(dismiss_all))
        .route("/api/v1/notifications/requests/{id}", get(request))
        .route("/api/v1/notifications/requests/{id}/accept", post(accept))
        .route("/api/v1/notifications/requests/{id}/dismiss", post(dismiss))
}

type Form = fn(&Policy, &[Aside]) -> Value;

async fn shown_as(data: &Data<Federation>, me: Id<Account>, form: Form) -> Answer<Value> {
    let shown = data.app.db.read(|conn| Ok(form(&store::of(conn, me)?, &store::aside(conn, me)?)));
    Ok(Json(shown.await?))
}

/// `GET /api/v2/notifications/policy`.
async fn show(data: Data<Federation>, caller: Allowed<ReadNotifications>) -> Answer<Value> {
    shown_as(&data, caller.account.id, entity::policy).await
}

/// `GET /api/v1/notifications/policy`.
async fn show_v1(data: Data<Federation>, caller: Allowed<ReadNotifications>) -> Answer<Value> {
    shown_as(&data, caller.account.id, entity::policy_v1).await
}

/// `PATCH /api/v2/notifications/policy`; what is not sent stays as it is.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    params: Params,
) -> Answer<Value> {
    let me = caller.account.id;
    let read = |name: &str| match params.text(name).as_deref() {
        None | Some("") => Ok(None),
        Some(word) => {
            let unknown = || ApiError::invalid(format!("{name} is none of accept, filter, drop"));
            Handling::parse(word).map(Some).ok_or_else(unknown)
        }
    };
    let given = [
        read("for_not_following")?,
        read("for_not_followers")?,
        read("for_new_accounts")?,
        read("for_private_mentions")?,
        read("for_limited_accounts")?,
        read("for_bots")?,
    ];
    data.app.db.write(|tx| change(tx, me, given)).await?;
    shown_as(&data, me, entity::policy).await
}

/// `PATCH /api/v1/notifications/policy`: yes and no.
async fn update_v1(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    params: Params,
) -> Answer<Value> {
    let me = caller.account.id;
    let filter = |name| params.flag(name).map(|yes| if yes { Handling::Filter } else { Handling::Accept });
    let given = [
        filter("filter_not_following"),
        filter("filter_not_followers"),
        filter("filter_new_accounts"),
        filter("filter_private_mentions"),
        None,
        None,
    ];
    data.app.db.write(|tx| change(tx, me, given)).await?;
    shown_as(&data, me, entity::policy_v1).await
}

fn change(tx: &mut Tx<'_>, me: Id<Account>, given: [Option<Handling>; 6]) -> Result<(), Error> {
    let mut policy = store::of(tx, me)?;
    let fields = [
        &mut policy.not_following,
        &mut policy.not_followers,
        &mut policy.new_accounts,
        &mut policy.private_mentions,
        &mut policy.limited_accounts,
        &mut policy.bots,
    ];
    for (field, given) in fields.into_iter().zip(given) {
        *field = given.unwrap_or(*field);
    }
    service::choose(tx, me, &policy)
}

fn rendered(conn: &mut Conn, app: &App, me: Id<Account>, aside: &[Aside]) -> Result<Vec<Value>, Error> {
    let people = aside.iter().map(|one| one.from).collect();
    let about = aside.iter().filter_map(|one| one.about).collect();
    let parties = parties(conn, app, me, people, about)?;
    Ok(aside.iter().filter_map(|one| entity::request(one, &parties)).collect())
}

/// `GET /api/v1/notifications/requests`, by the key of the last notification of each.
async fn requests(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    params: Params,
) -> Result<Response, ApiError> {
    let (me, page) = (caller.account.id, paging::page(&params, 40, 80));
    let found = data.app.db.read(|conn| {
        let mut aside = store::aside(conn, me)?;
        aside.retain(|one| (page.above() + 1..page.below()).contains(&one.last_id.get()));
        let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
        if page.is_ascending() {
            aside.drain(..aside.len().saturating_sub(most));
        }
        aside.truncate(most);
        let ends = paging::ends(aside.iter().map(|one| one.last_id.get()));
        Ok((rendered(conn, &data.app, me, &aside)?, ends))
    });
    let (items, ends) = found.await?;
    Ok(paging::listed(&params, &items, ends, Newer::MinId))
}

/// `GET /api/v1/notifications/requests/{id}`.
async fn request(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    PathId(key): PathId,
) -> Answer<Value> {
    let me = caller.account.id;
    let found = data.app.db.read(|conn| {
        let mut aside = store::aside(conn, me)?;
        aside.retain(|one| one.from.get() == key);
        rendered(conn, &data.app, me, &aside)
    });
    found.await?.pop().map(Json).ok_or_else(ApiError::not_found)
}

/// `GET /api/v1/notifications/requests/merged`: accepted ones are shown at once.
async fn merged(_caller: Allowed<ReadNotifications>) -> Json<Value> {
    Json(json!({ "merged": true }))
}

async fn accepted(data: &Data<Federation>, me: Id<Account>, keys: &[i64]) -> Answer<Empty> {
    let from: Vec<Id<Account>> = keys.iter().copied().map(Id::new).collect();
    let permitted = data.app.db.write(|tx| service::let_through(tx, me, &from));
    permitted.await?;
    Ok(Json(Empty))
}

async fn dismissed(data: &Data<Federation>, me: Id<Account>, keys: &[i64]) -> Answer<Empty> {
    let from: Vec<Id<Account>> = keys.iter().copied().map(Id::new).collect();
    let dismissed = data.app.db.write(|tx| service::dismiss(tx, me, &from));
    dismissed.await?;
    Ok(Json(Empty))
}

/// `POST /api/v1/notifications/requests/{id}/accept`.
async fn accept(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    PathId(key): PathId,
) -> Answer<Empty> {
    accepted(&data, caller.account.id, &[key]).await
}

/// `POST /api/v1/notifications/requests/{id}/dismiss`.
async fn dismiss(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    PathId(key): PathId,
) -> Answer<Empty> {
    dismissed(&data, caller.account.id, &[key]).await
}

fn batch(params: &Params) -> Vec<i64> {
    params.ids("id").into_iter().take(BATCH).collect()
}

/// `POST /api/v1/notifications/requests/accept` with `id[]`.
async fn accept_all(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    params: Params,
) -> Answer<Empty> {
    accepted(&data, caller.account.id, &batch(&params)).await
}

/// `POST /api/v1/notifications/requests/dismiss` with `id[]`.
async fn dismiss_all(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    params: Params,
) -> Answer<Empty> {
    dismissed(&data, caller.account.id, &batch(&params)).await
}
