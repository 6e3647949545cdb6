//! Our actors as documents.

use activitypub_federation::config::Data;
use axum::http::request::Parts;
use axum::response::Response;

use super::answer::{Answer, PUBLIC, document, viewer};
use crate::domain::Refusal;
use crate::domain::account::AccountState;
use crate::domain::host::HostStanding;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::services::profiles;
use crate::store::accounts;

/// `GET /actor`: the instance actor. It is served to everyone, signed or not: two servers that
/// both insist on signatures could otherwise never begin.
pub async fn instance(data: Data<Federation>) -> Result<Response, Answer> {
    let id = data.app.site.instance;
    let found = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, id)?.ok_or(Refusal::NotFound)?;
        profiles::document(conn, &account)
    });
    Ok(document(&found.await?, PUBLIC))
}

/// The document of an Organization, a Forum or a Person of ours.
pub async fn actor(data: &Data<Federation>, parts: &Parts, name: &str) -> Result<Response, Answer> {
    viewer(data, parts).await?;
    let found = data.app.db.read(|conn| {
        let account = accounts::local_by_name(conn, name)?;
        if account.is_none() {
            let uri = Uri::ours(&data.app.site.origin, &format!("/actors/{}", name.to_ascii_lowercase()));
            let gone = accounts::by_uri(conn, &uri)?;
            if gone.is_some_and(|account| account.state == AccountState::Deleted) {
                return Err(Refusal::Gone.into());
            }
        }
        let shown = account.filter(|account| account.standing != HostStanding::Suspended);
        let account = shown.ok_or(Refusal::NotFound)?;
        profiles::document(conn, &account)
    });
    Ok(document(&found.await?, PUBLIC))
}
