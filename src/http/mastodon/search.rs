//! `/api/v2/search`: accounts, contributions and hashtags, and what addresses mean.

use std::time::Duration;

use activitypub_federation::config::Data;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::time::timeout;

use super::answer::{Answer, ApiError};
use super::caller::Maybe;
use super::entities::account::Account as Shown;
use super::entities::status::Status;
use super::entities::tag::Tag;
use super::params::Params;
use super::scopes::ReadSearch;
use super::shown;
use crate::domain::account::Account;
use crate::domain::handle::Handle;
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::domain::uri::Uri;
use crate::federation::lookup::{self, Meant};
use crate::federation::{Federation, resolve};
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::search::{self as store, Scope, Seeker};
use crate::store::timelines::Tagged;
use crate::store::{accounts as known, contributions, hiding, tags, timelines};

/// How long a search waits for other servers; then it shows what is here.
const PATIENCE: Duration = Duration::from_secs(10);

/// The routes of searching.
pub(super) fn router() -> Router {
    Router::new().route("/api/v2/search", get(search))
}

/// What is searched for, and by whom.
pub(super) struct Asked {
    words: String,
    resolve: bool,
    following: bool,
    viewer: Viewer,
    limit: i64,
    offset: i64,
}

impl Asked {
    /// Reads it; only who is signed in makes us ask other servers.
    pub(super) fn read(
        params: &Params,
        me: Option<&Account>,
        default: i64,
        most: i64,
    ) -> Result<Self, ApiError> {
        let number = |name| params.number(name).unwrap_or(0);
        if number("limit") < 0 || number("offset") < 0 {
            return Err(ApiError::bad_request("limit and offset cannot be negative"));
        }
        let resolve = params.flag("resolve").unwrap_or(false);
        if me.is_none() && (resolve || number("offset") > 0) {
            let why = "This method requires an authenticated user";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, why));
        }
        let following = params.flag("following").unwrap_or(false);
        Ok(Self {
            words: params.required("q")?.trim().to_owned(),
            resolve,
            following: following && me.is_some(),
            viewer: me.map_or(Viewer::Anyone, |me| Viewer::Member(me.id)),
            limit: params.number("limit").filter(|limit| *limit > 0).unwrap_or(default).min(most),
            offset: number("offset").min(10_000),
        })
    }
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Search {
    accounts: Vec<Shown>,
    statuses: Vec<Status>,
    hashtags: Vec<Tag>,
}

/// `GET /api/v2/search`.
async fn search(data: Data<Federation>, caller: Maybe<ReadSearch>, params: Params) -> Answer<Search> {
    let asked = Asked::read(&params, caller.account(), 20, 40)?;
    let kind =
        params.text("type").filter(|kind| matches!(kind.as_str(), "accounts" | "statuses" | "hashtags"));
    let wants = |name: &str| kind.as_deref().is_none_or(|kind| kind == name);
    if let Some(uri) = Uri::parse(&asked.words) {
        // It is one thing, and there is no second page of it.
        let found = if asked.offset == 0 { address(&data, &asked, &uri).await? } else { Search::default() };
        return Ok(Json(Search {
            accounts: if wants("accounts") { found.accounts } else { Vec::new() },
            statuses: if wants("statuses") { found.statuses } else { Vec::new() },
            ..Search::default()
        }));
    }
    let mut found = Search::default();
    if wants("accounts") && !asked.words.starts_with('#') {
        found.accounts = accounts(&data, &asked).await?;
    }
    if wants("statuses") && Handle::parse(&asked.words).is_none() {
        found.statuses = statuses(&data, &asked, &params).await?;
    }
    if wants("hashtags") {
        found.hashtags = hashtags(&data, &asked).await?;
    }
    Ok(Json(found))
}

/// What another server answers, if it does so in time.
async fn soon<T, E>(asked: impl Future<Output = Result<T, E>>) -> Option<T> {
    timeout(PATIENCE, asked).await.ok()?.ok()
}

/// What stands at an address, alone in its list. What cannot be had is not found; that is no error.
async fn address(data: &Data<Federation>, asked: &Asked, uri: &Uri) -> Result<Search, ApiError> {
    let (app, viewer) = (&data.app, asked.viewer);
    let here = app.db.read(|conn| lookup::known(conn, &app.site.origin, viewer, uri)).await?;
    let meant = match here {
        None if asked.resolve => soon(lookup::anywhere(data, uri.as_str())).await,
        here => here,
    };
    let found = app.db.read(|conn| {
        let mut found = Search::default();
        match meant {
            Some(Meant::Account(account)) => {
                found.accounts = shown::accounts_by_ids(conn, app, &[account.id])?;
            }
            Some(Meant::Contribution(head)) => {
                let heads = contributions::by_ids(conn, viewer, &[head.id])?;
                let heads = heads.into_iter().map(Found::from).collect();
                found.statuses = shown::statuses(conn, app, viewer, heads)?;
            }
            None => {}
        }
        Ok(found)
    });
    Ok(found.await?)
}

/// Accounts: the one that is called exactly so first, asked for elsewhere where that is wanted.
pub(super) async fn accounts(data: &Data<Federation>, asked: &Asked) -> Result<Vec<Shown>, ApiError> {
    let app = &data.app;
    let exact = match Handle::parse(&asked.words) {
        Some(handle) if handle.host == app.site.host => {
            app.db.read(|conn| Ok(known::local_by_name(conn, &handle.name)?)).await?
        }
        Some(handle) if asked.resolve => soon(resolve::account(data, &handle.to_string())).await,
        Some(handle) => app.db.read(|conn| Ok(known::by_handle(conn, &handle)?)).await?,
        None => None,
    };
    let exact = exact.filter(|_| asked.offset == 0 && !asked.following);
    let found = app.db.read(|conn| {
        let mut ids: Vec<_> = exact.iter().map(|account| account.id).collect();
        let seeker = Seeker { viewer: asked.viewer, following: asked.following };
        let others = store::accounts(conn, &asked.words, seeker, asked.limit, asked.offset)?;
        ids.extend(
            others
                .iter()
                .map(|account| account.id)
                .filter(|id| exact.as_ref().is_none_or(|one| one.id != *id)),
        );
        let hidden = hiding::among(conn, asked.viewer, &ids)?;
        ids.retain(|id| !hidden.contains(id) || exact.as_ref().is_some_and(|one| one.id == *id));
        ids.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
        shown::accounts_by_ids(conn, app, &ids)
    });
    Ok(found.await?)
}

async fn statuses(data: &Data<Federation>, asked: &Asked, params: &Params) -> Result<Vec<Status>, ApiError> {
    let page = Page { max_id: params.id("max_id"), min_id: params.id("min_id"), ..Page::first(asked.limit) };
    let scope = Scope { author: params.id("account_id").map(Id::new), offset: asked.offset, page };
    let viewer = asked.viewer;
    let tag = hashtag(&asked.words).filter(|_| scope.author.is_none() && scope.offset == 0);
    let found = data.app.db.read(|conn| {
        let heads = store::contributions(conn, viewer, &asked.words, &scope)?;
        let mut found = hiding::sift(conn, viewer, heads.into_iter().map(Found::from).collect())?;
        if let Some(tag) = tag {
            // What carries a hashtag need not have it in its words: the answers to a question do not.
            let wanted = Tagged { any: vec![tag], ..Tagged::default() };
            found.extend(timelines::tagged(conn, viewer, &wanted, &scope.page)?);
            found.sort_by_key(|one| std::cmp::Reverse(one.key()));
            found.dedup_by_key(|one| one.key());
            found.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
        }
        shown::statuses(conn, &data.app, viewer, found)
    });
    Ok(found.await?)
}

/// The hashtag that somebody searches for, folded, if it is one and nothing else.
fn hashtag(words: &str) -> Option<String> {
    let tag = words.strip_prefix('#')?;
    let one = !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    one.then(|| tag.to_lowercase())
}

async fn hashtags(data: &Data<Federation>, asked: &Asked) -> Result<Vec<Tag>, ApiError> {
    let start = asked.words.trim_start_matches('#').to_lowercase();
    if start.is_empty() || start.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    let found = data.app.db.read(|conn| {
        let names = tags::beginning(conn, &start, asked.limit, asked.offset)?;
        super::tags::rendered(conn, &data.app, asked.viewer.account(), &names)
    });
    Ok(found.await?)
}
