//! `/api/v1/favourites`: what the account likes, in the order in which it did.

use activitypub_federation::config::Data;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::answer::ApiError;
use super::caller::Allowed;
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::ReadFavourites;
use super::shown;
use crate::federation::Federation;
use crate::store::timelines;

/// The route of this list.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/favourites", get(index))
}

/// `GET /api/v1/favourites`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadFavourites>,
    params: Params,
) -> Result<Response, ApiError> {
    let page = paging::page(&params, 20, 40);
    let listed = data.app.db.read(|conn| {
        let found = timelines::likes(conn, caller.account.id, &page)?;
        let ends = paging::ends(found.iter().map(|(key, _)| *key));
        let found = found.into_iter().map(|(_, one)| one).collect();
        Ok((shown::statuses(conn, &data.app, caller.viewer(), found)?, ends))
    });
    let (statuses, ends) = listed.await?;
    Ok(paging::listed(&params, &statuses, ends, Newer::MinId))
}
