//! `/api/v1/conversations`: direct messages, one entry for the same people in one thread.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Serialize;

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::account::Account as Shown;
use super::entities::id;
use super::entities::status::Status;
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadStatuses, WriteConversations};
use super::shown;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::conversation::Conversation as Known;
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::store::contributions::{self, Viewer};
use crate::store::conversations;
use crate::store::{Conn, Error, views};

/// The routes of conversations.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/conversations", get(index))
        .route("/api/v1/conversations/{id}", delete(remove))
        .route("/api/v1/conversations/{id}/read", post(read))
        .route("/api/v1/conversations/{id}/unread", post(unread))
}

/// A conversation as clients take it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Conversation {
    id: String,
    unread: bool,
    accounts: Vec<Shown>,
    last_status: Option<Status>,
}

/// Renders conversations of an account.
pub(super) fn rendered(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    known: &[Known],
) -> Result<Vec<Conversation>, Error> {
    let viewer = Viewer::Member(me);
    let ids: Vec<_> = known.iter().map(|one| one.last).collect();
    let heads = contributions::by_ids(conn, viewer, &ids)?;
    let partners = partners(conn, viewer, me, &heads)?;
    let everybody: Vec<Id<Account>> = partners.values().flatten().copied().collect();
    let people = shown::accounts_by_ids(conn, app, &everybody)?;
    let statuses = shown::statuses(conn, app, viewer, heads.into_iter().map(Found::from).collect())?;
    let conversation = |one: &Known| {
        let with = partners.get(&one.last.get()).map(Vec::as_slice).unwrap_or_default();
        let account = |with: &Id<Account>| people.iter().find(|account| account.id == with.to_string());
        Conversation {
            id: id(one.id.get()),
            unread: one.unread,
            accounts: with.iter().filter_map(account).cloned().collect(),
            last_status: statuses.iter().find(|status| status.id == one.last.to_string()).cloned(),
        }
    };
    Ok(known.iter().map(conversation).collect())
}

/// Who takes part beside the asking account, by the keys of the last messages. Who talks to
/// nobody talks to itself: clients want somebody to show.
fn partners(
    conn: &mut Conn,
    viewer: Viewer,
    me: Id<Account>,
    heads: &[Contribution],
) -> Result<HashMap<i64, Vec<Id<Account>>>, Error> {
    let views = views::load(conn, viewer, heads.to_vec())?;
    let mut partners = HashMap::new();
    for view in views {
        let everybody = [view.author.id].into_iter().chain(view.mentions.iter().map(|account| account.id));
        let mut with: Vec<Id<Account>> = Vec::new();
        for account in everybody.filter(|account| *account != me) {
            if !with.contains(&account) {
                with.push(account);
            }
        }
        if with.is_empty() {
            with.push(me);
        }
        partners.insert(view.head.id.get(), with);
    }
    Ok(partners)
}

/// `GET /api/v1/conversations`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadStatuses>,
    params: Params,
) -> Result<Response, ApiError> {
    let (page, me) = (paging::page(&params, 20, 40), caller.account.id);
    let listed = data.app.db.read(|conn| {
        let known = conversations::page(conn, me, page)?;
        let ends = paging::ends(known.iter().map(|one| one.last.get()));
        Ok((rendered(conn, &data.app, me, &known)?, ends))
    });
    let (conversations, ends) = listed.await?;
    Ok(paging::listed(&params, &conversations, ends, Newer::MinId))
}

fn one(conn: &mut Conn, me: Id<Account>, key: i64) -> Result<Known, Error> {
    conversations::one(conn, me, Id::new(key))?.ok_or_else(|| Refusal::NotFound.into())
}

/// `POST /api/v1/conversations/{id}/read`.
async fn read(
    data: Data<Federation>,
    caller: Allowed<WriteConversations>,
    PathId(key): PathId,
) -> Answer<Conversation> {
    marked(&data, caller.account.id, key, |conn, me, known| Ok(conversations::read(conn, me, known)?)).await
}

/// `POST /api/v1/conversations/{id}/unread`.
async fn unread(
    data: Data<Federation>,
    caller: Allowed<WriteConversations>,
    PathId(key): PathId,
) -> Answer<Conversation> {
    marked(&data, caller.account.id, key, |conn, me, known| Ok(conversations::unread(conn, me, known)?)).await
}

/// Notes something about a conversation, and shows it as it is then.
async fn marked(
    data: &Data<Federation>,
    me: Id<Account>,
    key: i64,
    mark: impl Fn(&mut Conn, Id<Account>, &Known) -> Result<usize, Error>,
) -> Answer<Conversation> {
    let shown = data.app.db.write(|tx| {
        let known = one(tx, me, key)?;
        mark(tx, me, &known)?;
        let known = one(tx, me, key)?;
        rendered(tx, &data.app, me, &[known])?.pop().ok_or_else(|| Refusal::NotFound.into())
    });
    Ok(Json(shown.await?))
}

/// `DELETE /api/v1/conversations/{id}`: put aside until somebody says more.
async fn remove(
    data: Data<Federation>,
    caller: Allowed<WriteConversations>,
    PathId(key): PathId,
) -> Answer<Empty> {
    let me = caller.account.id;
    let hidden = data.app.db.write(|tx| {
        let known = one(tx, me, key)?;
        conversations::hide(tx, me, &known)?;
        Ok(())
    });
    hidden.await?;
    Ok(Json(Empty))
}
