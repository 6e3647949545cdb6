//! What is still to be done: questions without answers, and objections without replies.

use std::collections::HashSet;

use activitypub_federation::config::Data;
use axum::Router;
use axum::http::header::LINK;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::paging;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::questions::{shown, standing};
use super::sheets::{self, Format};
use super::{critiques, listed};
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::registers;

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
    let format = sheets::format(params)?;
    let page = page(params, format);
    let found = data.app.db.read(|conn| {
        let answers = match account {
            Some(account) => registers::answers_of(conn, viewer, &[account])?,
            None => registers::answers(conn, viewer)?,
        };
        let answered: HashSet<&Qid> = answers.iter().map(|answer| &answer.qid).collect();
        let copies = registers::copies(conn, viewer)?;
        let open = standing(&copies).into_iter();
        let open = open.filter(|copy| copy.state == State::Current && !answered.contains(&copy.qid));
        let ids = page.of(open.map(|copy| copy.id).collect(), |id| id.get());
        shown(conn, viewer, &ids)
    });
    Ok(answered(params, format, "unanswered", &QUESTION, &found.await?))
}

/// `GET /api/plenum/v1/registers/objections`: critiques of our texts that ask for an answer and have
/// none from us.
async fn objections(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, format) = (caller.viewer(), sheets::format(&params)?);
    let page = page(&params, format);
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let heads = registers::objections(conn, viewer, organization, page)?;
        critiques::shown(conn, viewer, heads)
    });
    Ok(answered(&params, format, "objections", &OBJECTION, &found.await?))
}

/// What a table says of a question.
const QUESTION: [(&str, &str); 7] = [
    ("qid", "/qid"),
    ("text", "/text"),
    ("language", "/language"),
    ("asked_by", "/asked_by"),
    ("scope", "/scope"),
    ("positions", "/positions_count"),
    ("address", "/url"),
];

/// What a table says of a critique.
const OBJECTION: [(&str, &str); 8] = [
    ("id", "/id"),
    ("intent", "/intent"),
    ("author", "/author/name"),
    ("handle", "/author/handle"),
    ("published_at", "/published_at"),
    ("answers", "/in_reply_to_id"),
    ("passage", "/passage/exact"),
    ("address", "/url"),
];

/// A table is whole as far as it may be; lists come in pages.
fn page(params: &Params, format: Format) -> Page {
    match format {
        Format::Json => paging::page(params, 20, 80),
        Format::Csv => paging::page(params, sheets::MOST, sheets::MOST),
    }
}

fn answered(
    params: &Params,
    format: Format,
    name: &str,
    columns: &[(&str, &str)],
    found: &[(i64, Value)],
) -> Response {
    match format {
        Format::Json => listed(params, found),
        Format::Csv => {
            // A table that ends before the list does says where it goes on.
            let mut sheet = sheets::of(name, columns, found.iter().map(|(_, item)| item));
            if let Some(link) = listed(params, found).headers_mut().remove(LINK) {
                sheet.headers_mut().insert(LINK, link);
            }
            sheet
        }
    }
}
