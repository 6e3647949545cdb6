//! `/api/v1/lists`: lists, who is on them, and their timelines.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::list::{self, List};
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadLists, WriteLists};
use super::shown;
use super::timelines::answered;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::lists::{self, Wish};
use crate::store::page::Page;
use crate::store::{accounts, lists as kept, timelines};

/// The routes of lists.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/lists", get(index).post(create))
        .route("/api/v1/lists/{id}", get(show).put(update).patch(update).delete(delete))
        .route("/api/v1/lists/{id}/accounts", get(members).post(add).delete(take_off))
        .route("/api/v1/timelines/list/{id}", get(timeline))
        .route("/api/v1/accounts/{id}/lists", get(with_account))
}

fn wish(params: &Params) -> Result<Wish, ApiError> {
    let replies = match params.text("replies_policy") {
        None => None,
        Some(word) => {
            let known = list::parse_replies(&word);
            Some(known.ok_or_else(|| ApiError::invalid("replies_policy is not included in the list"))?)
        }
    };
    Ok(Wish { title: params.text("title"), replies, exclusive: params.flag("exclusive") })
}

/// `GET /api/v1/lists`.
async fn index(data: Data<Federation>, caller: Allowed<ReadLists>) -> Answer<Vec<List>> {
    let lists = data.app.db.read(|conn| Ok(kept::of(conn, caller.account.id)?)).await?;
    Ok(Json(lists.iter().map(list::list).collect()))
}

/// `POST /api/v1/lists`.
async fn create(data: Data<Federation>, caller: Allowed<WriteLists>, params: Params) -> Answer<List> {
    let wish = wish(&params)?;
    let made = data.app.db.write(|tx| lists::make(tx, &caller.account, &wish)).await?;
    Ok(Json(list::list(&made)))
}

/// `GET /api/v1/lists/{id}`.
async fn show(data: Data<Federation>, caller: Allowed<ReadLists>, PathId(key): PathId) -> Answer<List> {
    let found = data.app.db.read(|conn| lists::own(conn, &caller.account, Id::new(key))).await?;
    Ok(Json(list::list(&found)))
}

/// `PUT /api/v1/lists/{id}`.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteLists>,
    PathId(key): PathId,
    params: Params,
) -> Answer<List> {
    let wish = wish(&params)?;
    let changed = data.app.db.write(|tx| lists::change(tx, &caller.account, Id::new(key), &wish)).await?;
    Ok(Json(list::list(&changed)))
}

/// `DELETE /api/v1/lists/{id}`.
async fn delete(data: Data<Federation>, caller: Allowed<WriteLists>, PathId(key): PathId) -> Answer<Empty> {
    data.app.db.write(|tx| lists::remove(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `GET /api/v1/lists/{id}/accounts`; `limit=0` asks for all of them.
async fn members(
    data: Data<Federation>,
    caller: Allowed<ReadLists>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let all = params.number("limit") == Some(0);
    let page = if all { Page::first(i64::MAX) } else { paging::page(&params, 40, 80) };
    let listed = data.app.db.read(|conn| {
        let list = lists::own(conn, &caller.account, Id::new(key))?;
        let members = kept::members(conn, list.id, page)?;
        let ids: Vec<Id<Account>> = members.iter().map(|account| account.id).collect();
        let ends = paging::ends(ids.iter().map(|id| id.get())).filter(|_| !all);
        Ok((shown::accounts_by_ids(conn, &data.app, &ids)?, ends))
    });
    let (accounts, ends) = listed.await?;
    Ok(paging::listed(&params, &accounts, ends, Newer::SinceId))
}

fn named(params: &Params) -> Result<Vec<Id<Account>>, ApiError> {
    let mut ids = params.ids("account_ids");
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(ApiError::bad_request("param is missing or the value is empty: account_ids"));
    }
    Ok(ids.into_iter().map(Id::new).collect())
}

/// `POST /api/v1/lists/{id}/accounts`.
async fn add(
    data: Data<Federation>,
    caller: Allowed<WriteLists>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Empty> {
    let ids = named(&params)?;
    data.app.db.write(|tx| lists::add(tx, &caller.account, Id::new(key), &ids)).await?;
    Ok(Json(Empty))
}

/// `DELETE /api/v1/lists/{id}/accounts`.
async fn take_off(
    data: Data<Federation>,
    caller: Allowed<WriteLists>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Empty> {
    let ids = named(&params)?;
    data.app.db.write(|tx| lists::take_off(tx, &caller.account, Id::new(key), &ids)).await?;
    Ok(Json(Empty))
}

/// `GET /api/v1/timelines/list/{id}`.
async fn timeline(
    data: Data<Federation>,
    caller: Allowed<ReadLists>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let owner = &caller.account;
    answered(&data, caller.viewer(), &params, |conn, page| {
        let list = lists::own(conn, owner, Id::new(key))?;
        Ok(timelines::listed(conn, &list, page)?)
    })
    .await
}

/// `GET /api/v1/accounts/{id}/lists`: those of the caller's lists on which an account is.
async fn with_account(
    data: Data<Federation>,
    caller: Allowed<ReadLists>,
    PathId(key): PathId,
) -> Answer<Vec<List>> {
    let found = data.app.db.read(|conn| {
        accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
        Ok(kept::with(conn, caller.account.id, Id::new(key))?)
    });
    Ok(Json(found.await?.iter().map(list::list).collect()))
}
