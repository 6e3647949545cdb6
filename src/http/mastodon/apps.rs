//! `/api/v1/apps`: apps register themselves before anybody signs in.

use activitypub_federation::config::Data;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::answer::Answer;
use super::caller::Caller;
use super::entities::application::{
    Application, CredentialApplication, application, command_line, credentials,
};
use super::params::Params;
use super::push;
use crate::domain::scope::Scopes;
use crate::federation::Federation;
use crate::services::oauth::{self, NewApp};
use crate::store;

/// The routes of apps.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/apps", post(create)).route("/api/v1/apps/verify_credentials", get(verify))
}

/// `POST /api/v1/apps`.
async fn create(data: Data<Federation>, params: Params) -> Answer<CredentialApplication> {
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
