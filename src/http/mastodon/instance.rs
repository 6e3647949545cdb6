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
use super::entities::account::{Account, account};
use super::entities::date;
use super::entities::instance::{self, Parts};
use super::params::Params;
use super::scopes::Anything;
use super::shown;
use crate::federation::Federation;
use crate::store::{account_views, accounts, hiding, host_rules, hosts, notices, profiles, settings};
use crate::text::language::Language;
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
        .route("/api/v1/instance/privacy_policy", get(privacy_policy))
        .route("/api/v1/instance/activity", get(activity))
        .route("/api/v1/directory", get(directory))
}

async fn rendered(
    data: &Data<Federation>,
    render: impl FnOnce(&Parts<'_>) -> Value,
) -> Result<Response, ApiError> {
    let app = &data.app;
    let numbers = app.usage().await?;
    let loaded = app.db.read(|conn| {
        let views = account_views::by_ids(conn, &[app.site.organization])?;
        let users = accounts::count_local_persons(conn)?;
        Ok((settings::get(conn)?, notices::rules(conn)?, views, users))
    });
    let (settings, rules, views, users) = loaded.await?;
    let push_key = super::push::server_key(app).await?;
    let organization = views.first().map(|view| account(view, &app.site));
    let parts = Parts {
        config: &app.config,
        site: &app.site,
        settings: &settings,
        rules: &rules,
        organization,
        users,
        active: numbers.month,
        contributions: numbers.posts + numbers.replies,
        hosts: numbers.hosts,
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
    let (settings, (at, _)) =
        data.app.db.read(|conn| Ok((settings::get(conn)?, settings::written_at(conn)?))).await?;
    let html = markdown::render(&Markdown::new(settings.description));
    Ok(Json(json!({ "updated_at": date(at), "content": html.as_str() })))
}

/// `GET /api/v1/instance/privacy_policy`: 404 as long as the admins wrote none.
async fn privacy_policy(data: Data<Federation>, _caller: Maybe<Anything>) -> Answer<Value> {
    let (settings, (_, at)) =
        data.app.db.read(|conn| Ok((settings::get(conn)?, settings::written_at(conn)?))).await?;
    let at = at.filter(|_| !settings.privacy.is_empty()).ok_or_else(ApiError::not_found)?;
    let html = markdown::render(&Markdown::new(settings.privacy));
    Ok(Json(json!({ "updated_at": date(at), "content": html.as_str() })))
}

/// `GET /api/v1/instance/activity`: by weeks. What is called logins are people who said something: who
/// only reads is not counted here.
async fn activity(data: Data<Federation>, _caller: Maybe<Anything>) -> Answer<Vec<Value>> {
    Ok(Json(data.app.usage().await?.weeks.iter().map(instance::week).collect()))
}

/// `GET /api/v1/directory`, with `local`, `order` (`active` or `new`), `limit` and `offset`.
async fn directory(data: Data<Federation>, caller: Maybe<Anything>, params: Params) -> Answer<Vec<Account>> {
    let (only_ours, newest) =
        (params.flag("local").unwrap_or(false), params.text("order").is_some_and(|order| order == "new"));
    let limit = params.number("limit").map_or(40, |limit| limit.saturating_abs().clamp(1, 80));
    let offset = params.number("offset").unwrap_or(0).clamp(0, 1000);
    let viewer = caller.viewer();
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let hidden = profiles::of(conn, organization)?.hides_collections;
        let organization = (!only_ours && !hidden).then_some(organization);
        let found = accounts::directory(conn, organization, newest, (limit, offset))?;
        let mut ids: Vec<_> = found.iter().map(|account| account.id).collect();
        let hidden = hiding::among(conn, viewer, &ids)?;
        ids.retain(|id| !hidden.contains(id));
        shown::accounts_by_ids(conn, &data.app, &ids)
    });
    Ok(Json(found.await?))
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

/// `GET /api/v1/instance/languages`: in what one may write here.
async fn languages(_caller: Maybe<Anything>) -> Json<Vec<Value>> {
    let entry = |language: Language| json!({ "code": language.as_str(), "name": language.english_name() });
    Json(Language::all().map(entry).collect())
}
