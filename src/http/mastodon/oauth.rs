//! The endpoints of OAuth 2 that apps call themselves; the page that people see is `web::authorize`.

use activitypub_federation::config::Data;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::Allowed;
use super::params::Params;
use super::scopes::ProfileOnly;
use crate::domain::oauth::ClientApp;
use crate::domain::scope::{SCOPES, Scopes};
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::services::oauth::{self, Denied, Issued};

/// The routes of OAuth.
pub(super) fn router() -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/oauth/userinfo", get(userinfo).post(userinfo))
        .route("/.well-known/oauth-authorization-server", get(metadata))
}

/// An error in the form of RFC 6749, section 5.2.
fn error(status: StatusCode, code: &str, why: &str) -> ApiError {
    ApiError::new(status, code).because(why)
}

fn denied(denied: Denied) -> ApiError {
    let (status, code) = match denied {
        Denied::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
        Denied::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
        Denied::UnauthorizedClient => (StatusCode::FORBIDDEN, "unauthorized_client"),
    };
    error(status, code, &denied.to_string())
}

/// The app that calls, by its credentials in the body or in the header.
async fn client(
    data: &Data<Federation>,
    headers: &HeaderMap,
    params: &Params,
) -> Result<ClientApp, ApiError> {
    let (id, secret) = basic(headers).unwrap_or_else(|| {
        let field = |name| params.text(name).unwrap_or_default();
        (field("client_id"), field("client_secret"))
    });
    let found = data.app.db.read(|conn| oauth::authenticate(conn, &id, &secret)).await?;
    let why = "Client authentication failed: the app is unknown or its secret is wrong.";
    found.ok_or_else(|| error(StatusCode::UNAUTHORIZED, "invalid_client", why))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (kind, encoded) = value.split_once(' ')?;
    if !kind.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(encoded.trim().as_bytes()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// `POST /oauth/token`.
async fn token(data: Data<Federation>, headers: HeaderMap, params: Params) -> Answer<Value> {
    let bad = |code, why| Err(error(StatusCode::BAD_REQUEST, code, why));
    let grant = params.text("grant_type").unwrap_or_default();
    if !matches!(grant.as_str(), "authorization_code" | "client_credentials" | "") {
        return bad("unsupported_grant_type", "This server takes authorization_code and client_credentials.");
    }
    let app = client(&data, &headers, &params).await?;
    let issued = match grant.as_str() {
        "authorization_code" => {
            let (Some(code), Some(redirect)) = (params.text("code"), params.text("redirect_uri")) else {
                return bad("invalid_request", "The parameters code and redirect_uri are needed.");
            };
            let verifier = params.text("code_verifier");
            data.app.db.write(|tx| oauth::exchange(tx, &app, &code, &redirect, verifier.as_deref())).await?
        }
        "client_credentials" => {
            let asked = params.text("scope").filter(|scope| !scope.trim().is_empty());
            let asked = asked.map_or_else(Scopes::read, |scope| Scopes::parse(&scope));
            data.app.db.write(|tx| oauth::app_token(tx, &app, &asked)).await?
        }
        _ => return bad("invalid_request", "The parameter grant_type is missing."),
    };
    let Issued { token, scopes, created_at } = issued.map_err(denied)?;
    Ok(Json(json!({
        "access_token": token,
        "token_type": "Bearer",
        "scope": scopes.to_string(),
        "created_at": created_at.seconds(),
    })))
}

/// `POST /oauth/revoke` (RFC 7009).
async fn revoke(data: Data<Federation>, headers: HeaderMap, params: Params) -> Answer<Empty> {
    let app = client(&data, &headers, &params).await?;
    let token = params.text("token").unwrap_or_default();
    data.app.db.write(|tx| oauth::revoke(tx, &app, &token)).await?.map_err(denied)?;
    Ok(Json(Empty))
}

/// `GET /oauth/userinfo`: who the token speaks for.
async fn userinfo(data: Data<Federation>, caller: Allowed<ProfileOnly>) -> Answer<Value> {
    let origin = &data.app.site.origin;
    let account = &caller.account;
    let picture = account.icon_url.clone().unwrap_or_else(|| format!("{origin}/assets/avatar.png"));
    Ok(Json(json!({
        "iss": format!("{origin}/"),
        "sub": Uri::as_str(&account.uri),
        "name": account.title(),
        "preferred_username": account.name,
        "profile": account.url,
        "picture": picture,
    })))
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
async fn metadata(data: Data<Federation>) -> Json<Value> {
    let origin = &data.app.site.origin;
    Json(json!({
        "issuer": format!("{origin}/"),
        "authorization_endpoint": format!("{origin}/oauth/authorize"),
        "token_endpoint": format!("{origin}/oauth/token"),
        "revocation_endpoint": format!("{origin}/oauth/revoke"),
        "userinfo_endpoint": format!("{origin}/oauth/userinfo"),
        "app_registration_endpoint": format!("{origin}/api/v1/apps"),
        "service_documentation": "https://docs.joinmastodon.org/",
        "scopes_supported": SCOPES.as_slice(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }))
}
