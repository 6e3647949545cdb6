//! `/api/v1/push/subscription`: where an app that sleeps wants to hear of notifications.

use activitypub_federation::config::Data;
use axum::routing::get;
use axum::{Json, Router};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use serde_json::{Map, Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, Bearer};
use super::params::Params;
use super::scopes::Push;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::push::{ALERTS, Senders, Subscription};
use crate::federation::{Federation, push as sending};
use crate::services::push::{self, Wish};
use crate::store::push_subscriptions;

/// The routes of Web Push.
pub(super) fn router() -> Router {
    let subscription = get(show).post(create).put(update).patch(update).delete(remove);
    Router::new().route("/api/v1/push/subscription", subscription)
}

/// The key by which push services know this site, as clients write it.
pub(super) async fn server_key(app: &App) -> Result<String, ApiError> {
    let known = app.db.read(push_subscriptions::server_key).await?;
    match known {
        Some(key) => Ok(key.public()),
        None => Ok(app.db.write(push::server_key).await?.public()),
    }
}

/// `GET /api/v1/push/subscription`.
async fn show(data: Data<Federation>, caller: Allowed<Push>, bearer: Bearer) -> Answer<Value> {
    let hash = &caller.token_hash;
    let found = data.app.db.read(|conn| Ok(push_subscriptions::of_token(conn, hash)?)).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    answered(&data, &found, &bearer).await
}

/// `POST /api/v1/push/subscription`.
async fn create(
    data: Data<Federation>,
    caller: Allowed<Push>,
    bearer: Bearer,
    params: Params,
) -> Answer<Value> {
    let wish = wish(&data, &params)?;
    let (account, hash) = (caller.account.id, &caller.token_hash);
    let made = data.app.db.write(|tx| push::subscribe(tx, account, hash, &wish)).await?;
    answered(&data, &made, &bearer).await
}

/// `PUT /api/v1/push/subscription`: what is wanted, not where.
async fn update(
    data: Data<Federation>,
    caller: Allowed<Push>,
    bearer: Bearer,
    params: Params,
) -> Answer<Value> {
    let (alerts, policy) = (alerts(&params), policy(&params)?);
    let hash = &caller.token_hash;
    let changed = data.app.db.write(|tx| push::change(tx, hash, alerts.as_deref(), policy)).await?;
    answered(&data, &changed, &bearer).await
}

/// `DELETE /api/v1/push/subscription`.
async fn remove(data: Data<Federation>, caller: Allowed<Push>) -> Answer<Empty> {
    let hash = &caller.token_hash;
    data.app.db.write(|tx| Ok(push_subscriptions::delete(tx, hash)?)).await?;
    data.app.tokens.forget(hash);
    Ok(Json(Empty))
}

async fn answered(data: &Data<Federation>, subscription: &Subscription, bearer: &Bearer) -> Answer<Value> {
    data.app.tokens.remember(&subscription.token_hash, bearer.secret());
    let alerts: Map<String, Value> =
        ALERTS.into_iter().map(|alert| (alert.to_owned(), json!(subscription.wants(alert)))).collect();
    Ok(Json(json!({
        "id": subscription.id.get(),
        "endpoint": subscription.endpoint,
        "standard": subscription.standard,
        "alerts": alerts,
        "policy": subscription.policy.word(),
        "server_key": server_key(&data.app).await?,
    })))
}

fn wish(data: &Data<Federation>, params: &Params) -> Result<Wish, ApiError> {
    let subscription = params.map("subscription").unwrap_or_default();
    let keys = subscription.map("keys").unwrap_or_default();
    let endpoint = subscription.required("endpoint").map_err(|_| missing("subscription[endpoint]"))?;
    let refused = || {
        let why = "must be an https address of a push service that this server may reach";
        ApiError::from(Refusal::invalid("subscription[endpoint]", why))
    };
    let endpoint = sending::endpoint(data.egress.policy(), &endpoint).ok_or_else(refused)?;
    let key = |name: &str| keys.text(name).and_then(|text| bytes(&text)).unwrap_or_default();
    Ok(Wish {
        endpoint,
        p256dh: key("p256dh"),
        auth: key("auth"),
        standard: subscription.flag("standard").unwrap_or(false),
        alerts: alerts(params).unwrap_or_default(),
        policy: policy(params)?.unwrap_or_default(),
    })
}

fn missing(name: &'static str) -> ApiError {
    Refusal::invalid(name, "can't be blank").into()
}

/// The alerts that are switched on, if any are named at all.
fn alerts(params: &Params) -> Option<Vec<String>> {
    let alerts = params.map("data")?.map("alerts")?;
    let wanted = ALERTS.into_iter().filter(|alert| alerts.flag(alert).unwrap_or(false));
    Some(wanted.map(str::to_owned).collect())
}

/// From whom; some apps say it beside `data`, some within.
fn policy(params: &Params) -> Result<Option<Senders>, ApiError> {
    let word = params.map("data").and_then(|data| data.text("policy")).or_else(|| params.text("policy"));
    let unknown = || ApiError::from(Refusal::invalid("policy", "is all, followed, follower or none"));
    word.map(|word| Senders::parse(&word).ok_or_else(unknown)).transpose()
}

/// Base64 in any of its forms.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().as_bytes();
    [BASE64URL_NOPAD, BASE64URL, BASE64, BASE64_NOPAD].iter().find_map(|base| base.decode(text).ok())
}
