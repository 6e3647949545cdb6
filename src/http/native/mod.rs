//! The door for apps that know the debate: our own API, in our own words, under `/api/plenum/v1`.
//!
//! Callers, limits, errors and pages are those of the client API; what every route takes and answers
//! stands in `openapi.json`, which a test holds against the routes and against what they answer.

mod attributions;
mod bases;
mod comparisons;
mod completeness;
mod critiques;
mod description;
mod drafts;
mod entities;
mod events;
mod external_statements;
mod maps;
mod moves;
mod organizations;
mod positions;
mod questions;
mod registers;
mod sheets;
mod speaking;
mod statement_drafts;
mod statements;
mod versions;

use axum::Router;
use axum::response::Response;
use serde_json::Value;

use super::mastodon::answer::ApiError;
use super::mastodon::paging::{self, Newer};
use super::mastodon::params::Params;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::question::Qid;
use crate::domain::view::View;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, views};

/// Every route.
pub fn router() -> Router {
    Router::new()
        .merge(attributions::router())
        .merge(comparisons::router())
        .merge(completeness::router())
        .merge(critiques::router())
        .merge(description::router())
        .merge(events::router())
        .merge(external_statements::router())
        .merge(maps::router())
        .merge(moves::router())
        .merge(organizations::router())
        .merge(positions::router())
        .merge(questions::router())
        .merge(registers::router())
        .merge(statement_drafts::router())
        .merge(statements::router())
        .merge(versions::router())
}

/// The question that a path names.
fn named(qid: &str) -> Result<Qid, ApiError> {
    Qid::parse(qid).ok_or_else(ApiError::not_found)
}

/// The contribution with this key, if it is of one of these kinds and the viewer may see it.
fn one(conn: &mut Conn, viewer: Viewer, key: i64, kinds: &[Kind]) -> Result<View, Error> {
    use crate::domain::Refusal::NotFound;
    let head = contributions::by_id(conn, viewer, crate::domain::id::Id::new(key))?;
    let head = head.filter(|head| kinds.contains(&head.kind)).ok_or(NotFound)?;
    views::one(conn, viewer, head)?.ok_or_else(|| NotFound.into())
}

/// What these keys mean, in their order.
fn in_order(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[crate::domain::id::Id<Contribution>],
) -> Result<Vec<View>, Error> {
    let mut heads = contributions::by_ids(conn, viewer, ids)?;
    heads.sort_by_key(|head| ids.iter().position(|id| *id == head.id));
    Ok(views::load(conn, viewer, heads)?)
}

/// A page of contributions with its links.
fn listed(params: &Params, found: &[(i64, Value)]) -> Response {
    let ends = paging::ends(found.iter().map(|(key, _)| *key));
    let items: Vec<&Value> = found.iter().map(|(_, item)| item).collect();
    paging::listed(params, &items, ends, Newer::MinId)
}
