//! `/api/plenum/v1/questions/{qid}/map`: the same rows that the page shows.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::named;
use super::sheets::{self, Format};
use crate::domain::Refusal;
use crate::domain::date::Day;
use crate::domain::map::Order;
use crate::federation::Federation;
use crate::http::web::map_files;
use crate::services::maps;
use crate::store::questions;

pub(super) fn router() -> Router {
    Router::new().route("/api/plenum/v1/questions/{qid}/map", get(show))
}

/// The day whose end is looked at, and the order of the rows.
fn wanted(params: &Params) -> Result<(Option<Day>, Order), ApiError> {
    let word = |name: &str| params.text(name).filter(|text| !text.trim().is_empty());
    let as_of = match word("as_of") {
        Some(text) => {
            let why = format!("“{text}” is no day; write it as 2022-01-05");
            Some(Day::parse(text.trim()).ok_or_else(|| Refusal::invalid("as_of", why))?)
        }
        None => None,
    };
    let order = match word("order") {
        Some(word) => {
            let unknown = || ApiError::invalid("order is not included in the list");
            Order::parse(&word).ok_or_else(unknown)?
        }
        None => Order::default(),
    };
    Ok((as_of, order))
}

/// `GET /api/plenum/v1/questions/{qid}/map`.
async fn show(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    Path(qid): Path<String>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, qid, (as_of, order)) = (caller.viewer(), named(&qid)?, wanted(&params)?);
    let format = sheets::format(&params)?;
    let found = data.app.db.read(|conn| {
        let (head, question) =
            questions::carried(conn, viewer, &qid)?.into_iter().next().ok_or(Refusal::NotFound)?;
        let proposed = questions::views(conn, &[head.id])?.remove(&head.id);
        let proposed = proposed.map(|view| view.answers).unwrap_or_default();
        let mut map = maps::of(conn, viewer, &qid, &proposed, as_of)?;
        map.sort(order);
        Ok((question, map))
    });
    let (question, map) = found.await?;
    Ok(match format {
        Format::Json => Json(map_files::json(&question, &map, as_of)).into_response(),
        Format::Csv => map_files::csv_file(&question.qid.hashtag(), map_files::csv(&map)),
    })
}
