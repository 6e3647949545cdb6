//! `/api/v1/media` and `/api/v2/media`: files for statuses.
//!
//! A file is taken within its request: who gets an answer has a file that is ready. Apps that ask
//! again whether it is (`GET`) hear so.

use activitypub_federation::config::Data;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::media::{MediaAttachment, media};
use super::params::Params;
use super::scopes::WriteMedia;
use crate::app::App;
use crate::domain::id::Id;
use crate::domain::media::{Kept, KeptPreview};
use crate::federation::Federation;
use crate::media::{MediaError, focus};
use crate::services::media::{self as files, Description};

/// The routes of files.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/media", post(create))
        .route("/api/v2/media", post(create))
        .route("/api/v1/media/{id}", get(show).put(update).patch(update).delete(remove))
}

/// `POST /api/v2/media`: a file, what it shows, and where its middle is.
async fn create(
    data: Data<Federation>,
    caller: Allowed<WriteMedia>,
    params: Params,
) -> Answer<MediaAttachment> {
    let file = params.file("file").ok_or_else(|| ApiError::invalid("File can't be blank"))?;
    let kept = data.app.storage.take(file.bytes.to_vec()).await?.map_err(refused)?;
    let description = description(&data.app, &params).await;
    let uploaded = match description {
        Ok(description) => {
            data.app.db.write(|tx| files::upload(tx, &caller.account, &kept, &description)).await
        }
        Err(error) => {
            discard(&data.app, &kept, None).await;
            return Err(error);
        }
    };
    match uploaded {
        Ok(row) => Ok(Json(media(&row, &data.app.site.origin))),
        Err(error) => {
            discard(&data.app, &kept, None).await;
            Err(error.into())
        }
    }
}

/// `GET /api/v1/media/{id}`: whether a file is ready. What stands beside a status is found there.
async fn show(
    data: Data<Federation>,
    caller: Allowed<WriteMedia>,
    PathId(key): PathId,
) -> Answer<MediaAttachment> {
    let row = data.app.db.write(|tx| files::own(tx, &caller.account, Id::new(key))).await?;
    if row.contribution_id.is_some() {
        return Err(ApiError::not_found());
    }
    Ok(Json(media(&row, &data.app.site.origin)))
}

/// `PUT /api/v1/media/{id}`: says something else about a file that stands beside nothing yet.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteMedia>,
    PathId(key): PathId,
    params: Params,
) -> Answer<MediaAttachment> {
    let description = description(&data.app, &params).await?;
    let changed =
        data.app.db.write(|tx| files::describe_loose(tx, &caller.account, Id::new(key), &description));
    Ok(Json(media(&changed.await?, &data.app.site.origin)))
}

/// `DELETE /api/v1/media/{id}`: throws a file away that stands beside nothing.
async fn remove(data: Data<Federation>, caller: Allowed<WriteMedia>, PathId(key): PathId) -> Answer<Empty> {
    data.app.db.write(|tx| files::delete(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty {}))
}

/// What a request says about a file.
async fn description(app: &App, params: &Params) -> Result<Description, ApiError> {
    let preview = match params.file("thumbnail") {
        Some(file) => Some(app.storage.take_preview(file.bytes.to_vec()).await?.map_err(refused)?),
        None => None,
    };
    Ok(Description {
        text: params.text("description"),
        focus: params.text("focus").as_deref().and_then(focus),
        preview,
    })
}

/// Bytes that no row names go at once; if that fails they are only a waste.
async fn discard(app: &App, kept: &Kept, preview: Option<&KeptPreview>) {
    let small = kept.preview.iter().chain(preview).map(|preview| &preview.file);
    for file in small.chain([&kept.file]) {
        if let Err(error) = app.storage.delete(file).await {
            tracing::warn!(%error, file, "a file that nobody needs could not be removed");
        }
    }
}

/// What a client hears about a file that is not taken.
pub(super) fn refused(error: MediaError) -> ApiError {
    ApiError::invalid(format!("File {}", sentence(&error)))
}

fn sentence(error: &MediaError) -> String {
    match error {
        MediaError::Unknown => {
            "has contents that are not what they are reported to be or not supported".to_owned()
        }
        other => format!("cannot be taken: {other}"),
    }
}
