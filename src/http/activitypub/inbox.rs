//! Inboxes: the personal ones and the shared one are the same door.

use activitypub_federation::config::Data;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::answer::Answer;
use crate::federation::{Federation, inbox};

/// `POST /inbox`, `POST /actors/{name}/inbox`: 202 once the activity is committed.
pub async fn receive(data: Data<Federation>, parts: Parts, body: Bytes) -> Result<StatusCode, Answer> {
    inbox::receive(&data, &parts, body).await?;
    Ok(StatusCode::ACCEPTED)
}
