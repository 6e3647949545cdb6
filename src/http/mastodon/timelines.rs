//! `/api/v1/timelines`: home, public, by hashtag, by link.

use activitypub_federation::config::Data;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;

use super::answer::ApiError;
use super::caller::{Allowed, Maybe};
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::ReadStatuses;
use super::shown;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::timelines::{self, Public, Tagged};
use crate::store::{Conn, Error};

/// The routes of timelines.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/timelines/home", get(home))
        .route("/api/v1/timelines/public", get(public))
        .route("/api/v1/timelines/tag/{tag}", get(tag))
        .route("/api/v1/timelines/link", get(link))
}

/// A page of statuses with its links.
pub(super) async fn answered(
    data: &Data<Federation>,
    viewer: Viewer,
    params: &Params,
    find: impl FnOnce(&mut Conn, &Page) -> Result<Vec<Found>, Error>,
) -> Result<Response, ApiError> {
    let page = paging::page(params, 20, 40);
    let listed = data.app.db.read(|conn| {
        let found = find(conn, &page)?;
        let ends = paging::ends(found.iter().map(Found::key));
        Ok((shown::statuses(conn, &data.app, viewer, found)?, ends))
    });
    let (statuses, ends) = listed.await?;
    Ok(paging::listed(params, &statuses, ends, Newer::MinId))
}

/// `GET /api/v1/timelines/home`.
async fn home(
    data: Data<Federation>,
    caller: Allowed<ReadStatuses>,
    params: Params,
) -> Result<Response, ApiError> {
    let me = caller.account.id;
    answered(&data, caller.viewer(), &params, |conn, page| Ok(timelines::home(conn, me, page)?)).await
}

/// `GET /api/v1/timelines/public`.
async fn public(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, wanted) =
        (caller.viewer(), Public { local: side(&params), only_media: only_media(&params) });
    answered(&data, viewer, &params, |conn, page| Ok(timelines::public(conn, viewer, wanted, page)?)).await
}

/// `GET /api/v1/timelines/tag/{tag}`.
async fn tag(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    Path(tag): Path<String>,
    params: Params,
) -> Result<Response, ApiError> {
    let folded = |name: &String| name.trim_start_matches('#').to_lowercase();
    let mut any: Vec<String> = params.list("any").iter().map(folded).collect();
    any.push(folded(&tag));
    let wanted = Tagged {
        any,
        all: params.list("all").iter().map(folded).collect(),
        none: params.list("none").iter().map(folded).collect(),
        local: side(&params),
        only_media: only_media(&params),
    };
    let viewer = caller.viewer();
    answered(&data, viewer, &params, |conn, page| Ok(timelines::tagged(conn, viewer, &wanted, page)?)).await
}

/// `GET /api/v1/timelines/link`: the public posts that show the card of a page.
async fn link(
    data: Data<Federation>,
    caller: Maybe<ReadStatuses>,
    params: Params,
) -> Result<Response, ApiError> {
    let Some(url) = params.text("url").filter(|url| !url.is_empty()) else {
        return Err(ApiError::invalid("Url can't be blank"));
    };
    let viewer = caller.viewer();
    answered(&data, viewer, &params, |conn, page| Ok(timelines::linked(conn, viewer, &url, page)?)).await
}

fn only_media(params: &Params) -> bool {
    params.flag("only_media").unwrap_or(false)
}

/// Whether only ours or only the others' are wanted.
fn side(params: &Params) -> Option<bool> {
    let asked = |name| params.flag(name).unwrap_or(false);
    match (asked("local"), asked("remote")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (true, true) | (false, false) => None,
    }
}
