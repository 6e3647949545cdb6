//! `/api/v1/instance` and `/api/v2/instance`: what this server is; open to everyone, because
//! signing in begins here.

use activitypub_federation::config::Data;
use axum::Json;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::answer::{Answer, ApiError};
use super::caller::Maybe;
use super::entities::account::account;
use super::entities::date;
use super::entities::instance::{self, Parts};
use super::scopes::Anything;
use crate::federation::Federation;
use crate::store::{account_views, accounts, contributions, host_rules, hosts, notices, settings};
use crate::text::{Markdown, markdown};

/// The routes of the instance.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/instance", get(v1))
        .route("/api/v2/instance", get(v2))
        .route("/api/v1/instance/extended_description", get(description))
        .route("/api/v1/instance/peers", get(peers))
        .route("/api/v1/instance/domain_blocks", get(domain_blocks))
        .route("/api/v1/instance/rules", get(rules))
        .route("/api/v1/instance/languages", get(languages))
}

async fn rendered(
    data: &Data<Federation>,
    render: impl FnOnce(&Parts<'_>) -> Value,
) -> Result<Response, ApiError> {
    let app = &data.app;
    let loaded = app.db.read(|conn| {
        let views = account_views::by_ids(conn, &[app.site.organization])?;
        let (posts, replies) = contributions::count_local(conn)?;
        let counted = (accounts::count_local_persons(conn)?, posts + replies, hosts::count(conn)?);
        Ok((settings::get(conn)?, notices::rules(conn)?, views, counted))
    });
    let (settings, rules, views, (users, contributions, hosts)) = loaded.await?;
    let push_key = super::push::server_key(app).await?;
    let organization = views.first().map(|view| account(view, &app.site));
    let parts = Parts {
        config: &app.config,
        site: &app.site,
        settings: &settings,
        rules: &rules,
        organization,
        users,
        contributions,
        hosts,
        push_key: &push_key,
    };
    let mut response = Json(render(&parts)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}

/// `GET /api/v1/instance`.
async fn v1(data: Data<Federation>) -> Result<Response, ApiError> {
    rendered(&data, instance::v1).await
}

/// `GET /api/v2/instance`.
async fn v2(data: Data<Federation>) -> Result<Response, ApiError> {
    rendered(&data, instance::instance).await
}

/// `GET /api/v1/instance/extended_description`.
async fn description(data: Data<Federation>) -> Answer<Value> {
    let settings = data.app.db.read(|conn| Ok(settings::get(conn)?)).await?;
    let html = markdown::render(&Markdown::new(settings.description));
    Ok(Json(json!({ "updated_at": date(data.app.clock().now()), "content": html.as_str() })))
}

/// `GET /api/v1/instance/peers`: the servers that ours exchanges with.
async fn peers(data: Data<Federation>) -> Answer<Vec<String>> {
    Ok(Json(data.app.db.read(|conn| Ok(hosts::names(conn, 5000)?)).await?))
}

/// `GET /api/v1/instance/domain_blocks`: the servers that are limited or suspended here.
async fn domain_blocks(data: Data<Federation>, _caller: Maybe<Anything>) -> Answer<Vec<Value>> {
    let rules = data.app.db.read(|conn| Ok(host_rules::public(conn, 50_000)?)).await?;
    Ok(Json(rules.iter().map(instance::domain_block).collect()))
}

/// `GET /api/v1/instance/rules`.
async fn rules(data: Data<Federation>) -> Answer<Vec<Value>> {
    let rules = data.app.db.read(|conn| Ok(notices::rules(conn)?)).await?;
    Ok(Json(rules.iter().map(instance::rule).collect()))
}

/// `GET /api/v1/instance/languages`.
async fn languages(data: Data<Federation>) -> Answer<Vec<Value>> {
    let settings = data.app.db.read(|conn| Ok(settings::get(conn)?)).await?;
    Ok(Json(settings.languages.iter().map(|code| json!({ "code": code, "name": code })).collect()))
}
