//! `/api/v1/markers`: how far an account has read, for all its devices.

use std::collections::BTreeMap;

use activitypub_federation::config::Data;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::answer::{Answer, ApiError};
use super::caller::Allowed;
use super::entities::{date, id};
use super::params::Params;
use super::scopes::{ReadStatuses, WriteStatuses};
use crate::domain::Refusal;
use crate::domain::marker::{self, Timeline};
use crate::federation::Federation;
use crate::services::notifications;
use crate::store::{Error, markers};

/// The routes of markers.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/markers", get(index).post(create))
}

/// A marker as clients take it.
#[derive(Clone, Debug, Serialize)]
struct Marker {
    last_read_id: String,
    version: i32,
    updated_at: String,
}

/// Markers by the names of their timelines.
type Markers = BTreeMap<&'static str, Marker>;

const TIMELINES: [(&str, Timeline); 2] =
    [("home", Timeline::Home), ("notifications", Timeline::Notifications)];

fn rendered(markers: &[marker::Marker]) -> Markers {
    let name = |timeline| TIMELINES.iter().find(|(_, known)| *known == timeline).map(|(name, _)| *name);
    let one = |marker: &marker::Marker| {
        let shown = Marker {
            last_read_id: id(marker.last_read_id),
            version: marker.version,
            updated_at: date(marker.updated_at),
        };
        Some((name(marker.timeline)?, shown))
    };
    markers.iter().filter_map(one).collect()
}

/// `GET /api/v1/markers`. What was never set stands at the start: some clients break where it is missing.
async fn index(data: Data<Federation>, caller: Allowed<ReadStatuses>, params: Params) -> Answer<Markers> {
    let wanted = params.list("timeline");
    let mut known = data.app.db.read(|conn| Ok(markers::of(conn, caller.account.id)?)).await?;
    for (_, timeline) in TIMELINES {
        if known.iter().all(|marker| marker.timeline != timeline) {
            let updated_at = caller.account.created_at;
            known.push(marker::Marker { timeline, last_read_id: 0, version: 0, updated_at });
        }
    }
    let mut shown = rendered(&known);
    shown.retain(|name, _| wanted.iter().any(|wanted| wanted == name));
    Ok(Json(shown))
}

/// `POST /api/v1/markers`: answers with those that were set.
async fn create(data: Data<Federation>, caller: Allowed<WriteStatuses>, params: Params) -> Answer<Markers> {
    let mut wanted = Vec::new();
    for (name, timeline) in TIMELINES {
        let Some(group) = params.map(name) else { continue };
        let last = group.id("last_read_id");
        wanted.push((timeline, last.ok_or_else(|| ApiError::invalid("last_read_id is no id"))?));
    }
    let set = data.app.db.write(|tx| {
        let put = |&(timeline, last): &(Timeline, i64)| match timeline {
            Timeline::Home => notifications::mark(tx, caller.account.id, timeline, last),
            Timeline::Notifications => notifications::read_up_to(tx, caller.account.id, last),
        };
        wanted.iter().map(put).collect::<Result<Vec<_>, _>>()
    });
    match set.await {
        Ok(set) => Ok(Json(rendered(&set))),
        Err(Error::Refused(Refusal::Conflict(why))) => Err(ApiError::new(StatusCode::CONFLICT, why)),
        Err(error) => Err(error.into()),
    }
}
