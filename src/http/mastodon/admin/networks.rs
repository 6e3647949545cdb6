//! Rules about networks: `ip_blocks`.

use std::net::IpAddr;

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId};
use super::super::entities::admin::{ip_block, ip_severity, parse_ip_severity};
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{AdminReadIpBlocks, AdminWriteIpBlocks};
use super::may;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::network_rule::{self, Bar, NetworkRule, NewNetworkRule};
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::peer::Address;
use crate::services::network_rules as service;
use crate::store::{Conn, Error, network_rules};

/// The routes of rules about networks.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/admin/ip_blocks", get(index).post(make))
        .route("/api/v1/admin/ip_blocks/{id}", get(show).put(change).patch(change).delete(undo))
}

fn known(conn: &mut Conn, key: i64, now: Timestamp) -> Result<NetworkRule, Error> {
    Ok(network_rules::by_id(conn, Id::new(key), now)?.ok_or(Refusal::NotFound)?)
}

/// `GET /api/v1/admin/ip_blocks`.
async fn index(
    data: Data<Federation>,
    caller: Allowed<AdminReadIpBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    may(&caller, Permission::Settings)?;
    let (now, page) = (data.app.clock().now(), paging::page(&params, 100, 200));
    let rules = data.app.db.read(|conn| Ok(network_rules::page(conn, now, &page)?)).await?;
    let ends = paging::ends(rules.iter().map(|rule| rule.id.get()));
    let shown: Vec<Value> = rules.iter().map(ip_block).collect();
    Ok(paging::listed(&params, &shown, ends, Newer::MinId))
}

/// `GET /api/v1/admin/ip_blocks/{id}`.
async fn show(
    data: Data<Federation>,
    caller: Allowed<AdminReadIpBlocks>,
    PathId(key): PathId,
) -> Answer<Value> {
    may(&caller, Permission::Settings)?;
    let now = data.app.clock().now();
    Ok(Json(ip_block(&data.app.db.read(|conn| known(conn, key, now)).await?)))
}

/// What the parameters say, on top of what holds already.
fn read(params: &Params, known: Option<&NetworkRule>, now: Timestamp) -> Result<NewNetworkRule, Refusal> {
    let network = params.text("ip").or_else(|| known.map(|rule| rule.network.clone())).unwrap_or_default();
    let network = network_rule::parse(&network).map_err(|why| Refusal::invalid("ip", why))?;
    let bar = match params.text("severity").filter(|word| !word.is_empty()) {
        Some(word) => parse_ip_severity(&word),
        None => known.map(|rule| rule.bar),
    };
    let words = Bar::ALL.map(ip_severity).join(", ");
    let bar = bar.ok_or_else(|| Refusal::invalid("severity", format!("is none of {words}")))?;
    let comment = params.text("comment").or_else(|| known.map(|rule| rule.comment.clone()));
    let ends_at = match params.has("expires_in") {
        true => params.number("expires_in").filter(|some| *some > 0).map(|some| now.plus_seconds(some)),
        false => known.and_then(|rule| rule.ends_at),
    };
    Ok(NewNetworkRule { network, bar, comment: comment.unwrap_or_default(), ends_at })
}

/// Fields have other names here than on the page.
fn renamed(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::Invalid { field: "network", why }) => Refusal::invalid("ip", why).into(),
        other => other,
    }
}

async fn put(
    data: &Data<Federation>,
    caller: &Allowed<AdminWriteIpBlocks>,
    (key, params, own): (Option<i64>, &Params, Option<IpAddr>),
) -> Answer<Value> {
    may(caller, Permission::Settings)?;
    let proxies = &data.app.config.site.proxies;
    let written = data.app.db.write(|tx| {
        let now = tx.now;
        let rule = key.map(|key| known(tx, key, now)).transpose()?;
        let new = read(params, rule.as_ref(), now)?;
        service::put(tx, Some(caller.user.id), (rule.as_ref(), &new), (proxies, own)).map_err(renamed)
    });
    let rule = written.await?;
    data.app.networks.forget();
    Ok(Json(ip_block(&rule)))
}

/// `POST /api/v1/admin/ip_blocks`.
async fn make(
    data: Data<Federation>,
    Address(own): Address,
    caller: Allowed<AdminWriteIpBlocks>,
    params: Params,
) -> Answer<Value> {
    put(&data, &caller, (None, &params, own)).await
}

/// `PUT /api/v1/admin/ip_blocks/{id}`: what is not sent stays as it is.
async fn change(
    data: Data<Federation>,
    Address(own): Address,
    caller: Allowed<AdminWriteIpBlocks>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    put(&data, &caller, (Some(key), &params, own)).await
}

/// `DELETE /api/v1/admin/ip_blocks/{id}`.
async fn undo(
    data: Data<Federation>,
    caller: Allowed<AdminWriteIpBlocks>,
    PathId(key): PathId,
) -> Answer<Empty> {
    may(&caller, Permission::Settings)?;
    data.app.db.write(|tx| service::undo(tx, Some(caller.user.id), Id::new(key))).await?;
    data.app.networks.forget();
    Ok(Json(Empty))
}
