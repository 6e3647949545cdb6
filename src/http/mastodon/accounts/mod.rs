//! `/api/v1/accounts`: reading accounts, finding them, and what they published.

mod credentials;
pub(super) mod relate;

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError};
use super::caller::{Allowed, Maybe, PathId};
use super::entities::account::Account as Shown;
use super::entities::relationship::{Relationship, relationship};
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{ReadAccounts, ReadFollows, ReadStatuses};
use super::search::{self, Asked};
use super::{shown, timelines as pages};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::handle::Handle;
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::federation::{Federation, counts};
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::relationships::Listed;
use crate::store::timelines::{self, OfAccount};
use crate::store::{Conn, Error, accounts, profiles, relations, relationships};

/// Accounts of one request at most.
const BATCH: usize = 40;
/// Familiar accounts that are named at most.
const FAMILIAR: i64 = 10;

/// The routes of accounts.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/accounts", get(batch).post(register))
        .route("/api/v1/accounts/lookup", get(lookup))
        .route("/api/v1/accounts/search", get(find))
        .route("/api/v1/accounts/relationships", get(stands))
        .route("/api/v1/accounts/familiar_followers", get(familiar))
        .route("/api/v1/accounts/{id}", get(show))
        .route("/api/v1/accounts/{id}/statuses", get(statuses))
        .route("/api/v1/accounts/{id}/followers", get(followers))
        .route("/api/v1/accounts/{id}/following", get(following))
        .route("/api/v1/accounts/{id}/endorsements", get(endorsements))
        .merge(relate::router())
        .merge(credentials::router())
}

/// `POST /api/v1/accounts`: people join by invitation, on a page.
async fn register() -> ApiError {
    ApiError::forbidden().because("people join this server by invitation: ask its moderators for one")
}

fn ids(params: &Params) -> Vec<Id<Account>> {
    params.ids("id").into_iter().take(BATCH).map(Id::new).collect()
}

/// `GET /api/v1/accounts/{id}`: where a member looks, the numbers of an account elsewhere are asked for.
async fn show(data: Data<Federation>, caller: Maybe<ReadAccounts>, PathId(key): PathId) -> Answer<Shown> {
    let found = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
        let shown = shown::accounts_by_ids(conn, &data.app, &[account.id])?.pop();
        Ok((account, shown.ok_or(Refusal::NotFound)?))
    });
    let (account, shown) = found.await?;
    if caller.account().is_some() {
        counts::ask_later(&data, &account).await?;
    }
    Ok(Json(shown))
}

/// `GET /api/v1/accounts?id[]=`.
async fn batch(data: Data<Federation>, _caller: Maybe<ReadAccounts>, params: Params) -> Answer<Vec<Shown>> {
    let ids = ids(&params);
    Ok(Json(data.app.db.read(|conn| shown::accounts_by_ids(conn, &data.app, &ids)).await?))
}

/// The account that a name or handle means, as far as it is known here.
fn named(conn: &mut Conn, host: &str, name: &str) -> Result<Option<Account>, Error> {
    let name = name.trim().trim_start_matches('@');
    let account = match Handle::parse(name) {
        Some(handle) if handle.host != host => accounts::by_handle(conn, &handle)?,
        Some(handle) => accounts::local_by_name(conn, &handle.name)?,
        None => accounts::local_by_name(conn, &name.to_ascii_lowercase())?,
    };
    Ok(account)
}

/// `GET /api/v1/accounts/lookup?acct=`: asks nobody else.
async fn lookup(data: Data<Federation>, _caller: Maybe<ReadAccounts>, params: Params) -> Answer<Shown> {
    let name = params.required("acct")?;
    let found = data.app.db.read(|conn| {
        let account = named(conn, &data.app.site.host, &name)?.ok_or(Refusal::NotFound)?;
        shown::accounts_by_ids(conn, &data.app, &[account.id])
    });
    found.await?.into_iter().next().map(Json).ok_or_else(ApiError::not_found)
}

/// `GET /api/v1/accounts/search`.
async fn find(data: Data<Federation>, caller: Allowed<ReadAccounts>, params: Params) -> Answer<Vec<Shown>> {
    let asked = Asked::read(&params, Some(&caller.account), 40, 80)?;
    Ok(Json(search::accounts(&data, &asked).await?))
}

/// `GET /api/v1/accounts/relationships?id[]=`.
async fn stands(
    data: Data<Federation>,
    caller: Allowed<ReadFollows>,
    params: Params,
) -> Answer<Vec<Relationship>> {
    let (me, ids, now) = (caller.account.id, ids(&params), data.app.clock().now());
    let all = data.app.db.read(|conn| {
        let known: Vec<_> = accounts::by_ids(conn, &ids)?.iter().map(|account| account.id).collect();
        Ok(relationships::of(conn, me, &known, now)?)
    });
    let all = all.await?;
    Ok(Json(ids.iter().filter_map(|id| Some(relationship(*id, all.get(id)?))).collect()))
}

/// `GET /api/v1/accounts/familiar_followers?id[]=`.
async fn familiar(
    data: Data<Federation>,
    caller: Allowed<ReadFollows>,
    params: Params,
) -> Answer<Vec<Value>> {
    let (me, ids) = (caller.account.id, ids(&params));
    let all = data.app.db.read(|conn| {
        let mut all = Vec::new();
        for account in accounts::by_ids(conn, &ids)? {
            let found = match profiles::of(conn, account.id)?.hides_collections {
                true => Vec::new(),
                false => relationships::familiar(conn, me, account.id, FAMILIAR)?,
            };
            let found: Vec<_> = found.iter().map(|account| account.id).collect();
            let found = shown::accounts_by_ids(conn, &data.app, &found)?;
            all.push(json!({ "id": account.id.to_string(), "accounts": found }));
        }
        Ok(all)
    });
    Ok(Json(all.await?))
}

/// `GET /api/v1/accounts/{id}/statuses`.
async fn statuses(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, account) = (caller.viewer(), Id::new(key));
    let asked = |name| params.flag(name).unwrap_or(false);
    let wanted = OfAccount {
        no_replies: asked("exclude_replies"),
        no_boosts: asked("exclude_reblogs"),
        no_direct: asked("exclude_direct"),
        only_media: asked("only_media"),
        tagged: params.text("tagged").map(|tag| tag.trim_start_matches('#').to_lowercase()),
    };
    let pinned = asked("pinned");
    pages::answered(&data, viewer, &params, |conn, page| {
        accounts::by_id(conn, account)?.ok_or(Refusal::NotFound)?;
        if !pinned {
            return Ok(timelines::of_account(conn, viewer, account, &wanted, page)?);
        }
        // All of them fit on the first page; a link to a next one leads nowhere.
        match page.max_id.or(page.min_id).or(page.since_id) {
            None => Ok(timelines::pinned(conn, viewer, account)?),
            Some(_) => Ok(Vec::new()),
        }
    })
    .await
}

/// `GET /api/v1/accounts/{id}/followers`.
async fn followers(
    data: Data<Federation>,
    caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, agreed) = (caller.viewer(), FollowState::Accepted);
    around(&data, viewer, key, &params, |conn, account, page| {
        Ok(relationships::followers(conn, viewer, account, agreed, page)?)
    })
    .await
}

/// `GET /api/v1/accounts/{id}/following`.
async fn following(
    data: Data<Federation>,
    caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let viewer = caller.viewer();
    around(&data, viewer, key, &params, |conn, account, page| {
        Ok(relationships::following(conn, viewer, account, page)?)
    })
    .await
}

/// `GET /api/v1/accounts/{id}/endorsements`.
async fn endorsements(
    data: Data<Federation>,
    caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let viewer = caller.viewer();
    around(&data, viewer, key, &params, |conn, account, page| {
        Ok(relationships::endorsed(conn, viewer, account, page)?)
    })
    .await
}

/// Accounts around the one with this key; none where it hides them, except from itself. Whom a member
/// follows is nobody's business outside, unless they want to be found.
async fn around(
    data: &Data<Federation>,
    viewer: Viewer,
    key: i64,
    params: &Params,
    find: impl FnOnce(&mut Conn, Id<Account>, Page) -> Result<Vec<Listed>, Error>,
) -> Result<Response, ApiError> {
    listed(data, params, |conn, page| {
        let account = accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
        if !shows_others(conn, viewer, &account)? {
            return Ok(Vec::new());
        }
        find(conn, account.id, page)
    })
    .await
}

fn shows_others(conn: &mut Conn, viewer: Viewer, account: &Account) -> Result<bool, Error> {
    let quiet = account.is_local() && account.kind == AccountKind::Person && !account.discoverable;
    let asking = match viewer {
        Viewer::Member(me) if me == account.id => return Ok(true),
        Viewer::Member(me) => Some(me),
        Viewer::Anyone | Viewer::Remote(_) if quiet => return Ok(false),
        Viewer::Anyone | Viewer::Remote(_) => None,
    };
    if account.is_barred() || profiles::of(conn, account.id)?.hides_collections {
        return Ok(false);
    }
    let blocked = |me| relations::blocks(conn, account.id, me);
    Ok(!asking.map(blocked).transpose()?.unwrap_or(false))
}

/// A page of accounts with its links.
pub(super) async fn listed(
    data: &Data<Federation>,
    params: &Params,
    find: impl FnOnce(&mut Conn, Page) -> Result<Vec<Listed>, Error>,
) -> Result<Response, ApiError> {
    let page = paging::page(params, 40, 80);
    let found = data.app.db.read(|conn| {
        let rows = find(conn, page)?;
        let ids: Vec<_> = rows.iter().map(|(_, account)| account.id).collect();
        let ends = paging::ends(rows.iter().map(|(key, _)| *key));
        Ok((shown::accounts_by_ids(conn, &data.app, &ids)?, ends))
    });
    let (accounts, ends) = found.await?;
    Ok(paging::listed(params, &accounts, ends, Newer::SinceId))
}
