//! Consents to quotes as documents: `GET /stamps/{token}`.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::request::Parts;
use axum::response::Response;

use super::answer::{Answer, FRESH, document, viewer};
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::services::quotes;

/// The consent at this address, for everyone: it names two addresses and says no more. One that was
/// taken back is not there.
pub async fn show(
    data: Data<Federation>,
    Path(token): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let uri = Uri::ours(&data.app.site.origin, &format!("/stamps/{token}"));
    let now = data.app.clock().now();
    let found = data.app.db.read(|conn| quotes::stamp(conn, &uri, now)).await?;
    Ok(document(&found.ok_or_else(Answer::not_found)?, FRESH))
}
