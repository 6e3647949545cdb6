//! `/api/v1/apps`: apps register themselves before anybody signs in.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};

use super::answer::{Answer, ApiError};
use super::caller::Caller;
use super::entities::application::{
    Application, CredentialApplication, application, command_line, credentials,
};
use super::params::Params;
use super::push;
use crate::domain::scope::Scopes;
use crate::federation::Federation;
use crate::http::extract::peer::Peer;
use crate::http::throttle::Throttle;
use crate::services::oauth::{self, NewApp};
use crate::store;

/// Registrations from one address in five minutes. Apps behind one address share it.
const REGISTRATIONS: u32 = 300;

/// The routes of apps.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/apps", post(create))
        .route("/api/v1/apps/verify_credentials", get(verify))
        .layer(Extension(Arc::new(Throttle::default())))
}

/// `POST /api/v1/apps`.
async fn create(
    data: Data<Federation>,
    Extension(throttle): Extension<Arc<Throttle>>,
    Peer(peer): Peer,
    params: Params,
) -> Answer<CredentialApplication> {
    let now = data.app.clock().now();
    if throttle.try_count(&peer, REGISTRATIONS, now).is_err() {
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests"));
    }
    let new = NewApp {
        name: params.text("client_name").unwrap_or_default(),
        redirect_uris: params
            .list("redirect_uris")
            .iter()
            .flat_map(|text| text.split_whitespace())
            .map(str::to_owned)
            .collect(),
        scopes: Scopes::parse(&params.list("scopes").join(" ")),
        website: params.text("website"),
    };
    let (app, secret) = data.app.db.write(|tx| oauth::register(tx, &new)).await?;
    Ok(Json(credentials(&app, secret, push::server_key(&data.app).await?)))
}

/// `GET /api/v1/apps/verify_credentials`: the app of any valid token.
async fn verify(data: Data<Federation>, caller: Caller) -> Answer<Application> {
    let found = data.app.db.read(|conn| {
        let app = store::oauth::app_of(conn, &caller.token_hash)?.flatten();
        Ok(match app {
            Some(id) => store::oauth::app_by_id(conn, id)?,
            None => None,
        })
    });
    let (found, key) = (found.await?, push::server_key(&data.app).await?);
    let app =
        found.map_or_else(|| command_line(&caller.scopes, key.clone()), |app| application(&app, key.clone()));
    Ok(Json(app))
}
