//! Organizations that are known here, and which questions each answered. No number says who is right.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::mastodon::answer::{Answer, ApiError};
use super::super::mastodon::caller::{Maybe, PathId};
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::entities::organization::organization;
use super::listed;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::store::{accounts, registers};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/organizations", get(index))
        .route("/api/plenum/v1/organizations/{id}", get(show))
}

/// `GET /api/plenum/v1/organizations`.
async fn index(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page) = (caller.viewer(), paging::page(&params, 40, 80));
    let found = data.app.db.read(|conn| {
        let known = registers::organizations(conn, page)?;
        let ids: Vec<Id<Account>> = known.iter().map(|one| one.id).collect();
        let answers = registers::answers_of(conn, viewer, &ids)?;
        Ok(known.iter().map(|one| (one.id.get(), organization(one, &answers))).collect::<Vec<_>>())
    });
    Ok(listed(&params, &found.await?))
}

/// Whether an account is an organization that nobody shut out.
pub(super) fn is_shown(account: &Account) -> bool {
    account.kind == AccountKind::Organization
        && account.state == AccountState::Active
        && account.standing != HostStanding::Suspended
}

/// `GET /api/plenum/v1/organizations/{id}`.
async fn show(data: Data<Federation>, caller: Maybe<ReadDebate>, PathId(key): PathId) -> Answer<Value> {
    let viewer = caller.viewer();
    let found = data.app.db.read(|conn| {
        let there = accounts::by_id(conn, Id::new(key))?.filter(is_shown).ok_or(Refusal::NotFound)?;
        Ok(organization(&there, &registers::answers_of(conn, viewer, &[there.id])?))
    });
    Ok(Json(found.await?))
}
