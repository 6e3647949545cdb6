//! What is still to be done: questions without answers, and objections without replies.

use std::collections::HashSet;

use activitypub_federation::config::Data;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::questions::{shown, standing};
use super::{critiques, listed};
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::store::contributions::Viewer;
use crate::store::registers::{self, Answered};

pub(super) fn router() -> Router {
    Router::new()
        .route("/api/plenum/v1/registers/unanswered-by-us", get(unanswered_by_us))
        .route("/api/plenum/v1/registers/unanswered", get(unanswered))
        .route("/api/plenum/v1/registers/objections", get(objections))
}

/// `GET /api/plenum/v1/registers/unanswered-by-us`: questions on which our organization has no
/// position. Undecided is one.
async fn unanswered_by_us(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let organization = data.app.site.organization;
    without(&data, caller.viewer(), &params, Some(organization)).await
}

/// `GET /api/plenum/v1/registers/unanswered`: questions on which nobody has one.
async fn unanswered(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    without(&data, caller.viewer(), &params, None).await
}

/// Standing questions without a position of this account, or of anybody.
async fn without(
    data: &Data<Federation>,
    viewer: Viewer,
    params: &Params,
    account: Option<Id<Account>>,
) -> Result<Response, ApiError> {
    let page = paging::page(params, 20, 80);
    let found = data.app.db.read(|conn| {
        let counts = |answer: &&Answered| account.is_none_or(|account| account == answer.account_id);
        let answers = registers::answers(conn, viewer)?;
        let answered: HashSet<&Qid> = answers.iter().filter(counts).map(|answer| &answer.qid).collect();
        let copies = registers::copies(conn, viewer)?;
        let open = standing(&copies).into_iter();
        let open = open.filter(|copy| copy.state == State::Current && !answered.contains(&copy.qid));
        let ids = page.of(open.map(|copy| copy.id).collect(), |id| id.get());
        shown(conn, viewer, &ids)
    });
    Ok(listed(params, &found.await?))
}

/// `GET /api/plenum/v1/registers/objections`: critiques of our texts that ask for an answer and have
/// none from us.
async fn objections(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, page) = (caller.viewer(), paging::page(&params, 20, 80));
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let heads = registers::objections(conn, viewer, organization, page)?;
        critiques::shown(conn, viewer, heads)
    });
    Ok(listed(&params, &found.await?))
}
