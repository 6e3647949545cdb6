//! One activity at its own address.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::request::Parts;
use axum::response::Response;

use super::answer::{Answer, PUBLIC, text, viewer};
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::store::activities;

/// `GET /activities/{token}`: only what stands in a public outbox.
pub async fn show(
    data: Data<Federation>,
    Path(token): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let uri = Uri::ours(&data.app.site.origin, &format!("/activities/{token}"));
    let found = data.app.db.read(|conn| Ok(activities::public(conn, &uri)?)).await?;
    match found {
        Some(activity) => Ok(text(activity.body, PUBLIC)),
        None => Err(Answer::not_found()),
    }
}
