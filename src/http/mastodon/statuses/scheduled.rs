//! `/api/v1/scheduled_statuses`: posts that wait for their time.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId};
use super::super::entities::media::media as shown;
use super::super::entities::quote::policy_word;
use super::super::entities::{date, id};
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{ReadStatuses, WriteStatuses};
use super::compose::when;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::media::Media;
use crate::federation::Federation;
use crate::services;
use crate::services::scheduled::Written;
use crate::store::scheduled::{self, Scheduled};
use crate::store::{Error, media};

/// The routes of posts for later.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/scheduled_statuses", get(index))
        .route("/api/v1/scheduled_statuses/{id}", get(show).put(update).patch(update).delete(cancel))
}

/// Renders a post for later.
pub(super) async fn scheduled_status(data: &Data<Federation>, row: &Scheduled) -> Result<Value, Error> {
    let shown = rendered(data, std::slice::from_ref(row)).await?;
    shown.into_iter().next().ok_or_else(|| Error::broken("a post for later was not rendered"))
}

/// Renders posts for later, with the files that wait with them.
async fn rendered(data: &Data<Federation>, rows: &[Scheduled]) -> Result<Vec<Value>, Error> {
    let written = |row: &Scheduled| {
        serde_json::from_str::<Written>(&row.params).map_err(|error| Error::broken(error.to_string()))
    };
    let written = rows.iter().map(written).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = written.iter().flat_map(Written::media).collect();
    let files = match ids.as_slice() {
        [] => Vec::new(),
        ids => data.app.db.read(|conn| Ok(media::by_ids(conn, ids)?)).await?,
    };
    let origin = &data.app.site.origin;
    Ok(rows.iter().zip(&written).map(|(row, written)| one(row, written, &files, origin)).collect())
}

fn one(row: &Scheduled, written: &Written, files: &[Media], origin: &str) -> Value {
    let media: Vec<String> = written.media_ids.iter().map(|media| id(*media)).collect();
    let poll = written.poll.as_ref().map(|poll| {
        json!({
            "options": poll.options,
            "expires_in": poll.lasts(),
            "multiple": poll.multiple,
            "hide_totals": poll.hides_totals,
        })
    });
    let beside = |key: &Id<Media>| files.iter().find(|file| file.id == *key).map(|file| shown(file, origin));
    json!({
        "id": id(row.id.get()),
        "scheduled_at": date(row.due_at),
        "params": {
            "text": written.text,
            "visibility": written.audience,
            "spoiler_text": written.spoiler_text,
            "sensitive": written.sensitive,
            "in_reply_to_id": written.in_reply_to_id.map(id),
            "media_ids": media,
            "poll": poll,
            "language": written.language,
            "quoted_status_id": written.quoted_status_id.map(id),
            "quote_approval_policy": written.quote_policy.map(policy_word),
            "application_id": written.app_id.unwrap_or(0),
            "scheduled_at": null,
            "idempotency": null,
            "with_rate_limit": false,
        },
        "media_attachments": written.media().iter().filter_map(beside).collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/scheduled_statuses`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<ReadStatuses>,
    params: Params,
) -> Result<Response, ApiError> {
    let page = paging::page(&params, 20, 40);
    let rows = data.app.db.read(|conn| Ok(scheduled::of(conn, caller.account.id, &page)?)).await?;
    let ends = paging::ends(rows.iter().map(|row| row.id.get()));
    let shown = rendered(&data, &rows).await?;
    Ok(paging::listed(&params, &shown, ends, Newer::MinId))
}

/// `GET /api/v1/scheduled_statuses/{id}`.
async fn show(data: Data<Federation>, caller: Allowed<ReadStatuses>, PathId(key): PathId) -> Answer<Value> {
    let row = data.app.db.read(|conn| Ok(scheduled::by_id(conn, Id::new(key))?)).await?;
    let row = row.filter(|row| row.account_id == caller.account.id).ok_or(Refusal::NotFound)?;
    Ok(Json(scheduled_status(&data, &row).await?))
}

/// `PUT /api/v1/scheduled_statuses/{id}`.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    let due = when(&params)?;
    let row = data.app.db.write(|tx| {
        let row = services::scheduled::own(tx, &caller.account, Id::new(key))?;
        match due {
            Some(due) => services::scheduled::reschedule(tx, &caller.account, row.id, due),
            None => Ok(row),
        }
    });
    Ok(Json(scheduled_status(&data, &row.await?).await?))
}

/// `DELETE /api/v1/scheduled_statuses/{id}`.
async fn cancel(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
) -> Result<Empty, ApiError> {
    data.app.db.write(|tx| services::scheduled::cancel(tx, &caller.account, Id::new(key))).await?;
    Ok(Empty)
}
