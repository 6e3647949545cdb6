//! Rules about servers: `domain_blocks` keep out, `domain_allows` let in. Each is named by the key of its
//! server.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::admin::{domain_allow, domain_block, parse_severity};
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{
    AdminReadDomainAllows, AdminReadDomainBlocks, AdminWriteDomainAllows, AdminWriteDomainBlocks,
};
use super::may;
use crate::domain::Refusal;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::{self, Decision, HostRule};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::services::hosts as service;
use crate::store::{Conn, Error, Tx, host_rules, hosts};

/// Rules that keep out; those without a standing reject some things only.
const BLOCKS: [HostStanding; 3] = [HostStanding::Unknown, HostStanding::Limited, HostStanding::Suspended];
/// Rules that let in.
const ALLOWS: [HostStanding; 1] = [HostStanding::Approved];

/// The routes of rules about servers.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/admin/domain_blocks", get(blocks).post(block))
        .route("/api/v1/admin/domain_blocks/{id}", get(show_block).put(change).patch(change).delete(unblock))
        .route("/api/v1/admin/domain_allows", get(allows).post(allow))
        .route("/api/v1/admin/domain_allows/{id}", get(show_allow).delete(disallow))
}

type Form = fn(Id<Host>, &HostRule) -> Value;

async fn listed(
    data: &Data<Federation>,
    speaker: &Speaker,
    params: &Params,
    (standings, form): (&[HostStanding], Form),
) -> Result<Response, ApiError> {
    may(speaker, Permission::Hosts)?;
    let page = paging::page(params, 100, 200);
    let rules = data.app.db.read(|conn| Ok(host_rules::page(conn, standings, &page)?)).await?;
    let ends = paging::ends(rules.iter().map(|(id, _)| id.get()));
    let shown: Vec<Value> = rules.iter().map(|(id, rule)| form(*id, rule)).collect();
    Ok(paging::listed(params, &shown, ends, Newer::MinId))
}

/// The rule about the server with this key, if it is one of these.
fn rule(conn: &mut Conn, key: i64, standings: &[HostStanding]) -> Result<(Id<Host>, HostRule), Error> {
    let host = hosts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
    let rule = host_rules::by_name(conn, &host.name)?;
    let rule = rule.filter(|rule| standings.contains(&rule.standing)).ok_or(Refusal::NotFound)?;
    Ok((host.id, rule))
}

/// The rule of this name, as it was just written.
fn written(conn: &mut Conn, name: &str, form: Form) -> Result<Value, Error> {
    let gone = || Error::broken("a rule vanished while it was being written");
    let host = hosts::by_name(conn, name)?.ok_or_else(gone)?;
    let rule = host_rules::by_name(conn, name)?.ok_or_else(gone)?;
    Ok(form(host.id, &rule))
}

async fn shown(
    data: &Data<Federation>,
    speaker: &Speaker,
    key: i64,
    (standings, form): (&[HostStanding], Form),
) -> Answer<Value> {
    may(speaker, Permission::Hosts)?;
    let (id, rule) = data.app.db.read(|conn| rule(conn, key, standings)).await?;
    Ok(Json(form(id, &rule)))
}

async fn undone(
    data: &Data<Federation>,
    speaker: &Speaker,
    key: i64,
    standings: &[HostStanding],
) -> Answer<Empty> {
    may(speaker, Permission::Hosts)?;
    let undone = data.app.db.write(|tx| {
        let (_, rule) = rule(tx, key, standings)?;
        service::undo(tx, Some(speaker.user.id), &rule.name)
    });
    undone.await?;
    Ok(Json(Empty))
}

/// `GET /api/v1/admin/domain_blocks`.
async fn blocks(
    data: Data<Federation>,
    caller: Allowed<AdminReadDomainBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, (&BLOCKS, domain_block)).await
}

/// `GET /api/v1/admin/domain_blocks/{id}`.
async fn show_block(
    data: Data<Federation>,
    caller: Allowed<AdminReadDomainBlocks>,
    PathId(key): PathId,
) -> Answer<Value> {
    shown(&data, &caller, key, (&BLOCKS, domain_block)).await
}

/// What the parameters say, on top of what holds already.
fn decision(params: &Params, known: Decision) -> Result<Decision, Refusal> {
    let standing = match params.text("severity").filter(|word| !word.is_empty()) {
        Some(word) => parse_severity(&word)
            .ok_or_else(|| Refusal::invalid("severity", "is none of noop, silence, suspend"))?,
        None => known.standing,
    };
    let decision = Decision {
        standing,
        reject_media: params.flag("reject_media").unwrap_or(known.reject_media),
        reject_reports: params.flag("reject_reports").unwrap_or(known.reject_reports),
        public_comment: params.text("public_comment").unwrap_or(known.public_comment),
        private_comment: params.text("private_comment").unwrap_or(known.private_comment),
        obfuscate: params.flag("obfuscate").unwrap_or(known.obfuscate),
    };
    if decision.is_none() {
        return Err(Refusal::invalid("severity", "decides nothing: a server without a rule has none"));
    }
    Ok(decision)
}

fn named(tx: &Tx<'_>, params: &Params) -> Result<String, Error> {
    let typed = params.text("domain").unwrap_or_default();
    if typed.trim().is_empty() {
        return Err(Refusal::invalid("domain", "can't be blank").into());
    }
    let name = host_rule::name(&typed, &tx.site()?.host);
    Ok(name.map_err(|why| Refusal::invalid("domain", why))?)
}

/// The rule that makes a new one about this name superfluous, or that has to be changed instead.
fn in_the_way(conn: &mut Conn, name: &str, new: &Decision) -> Result<Option<HostRule>, Error> {
    let rule = host_rules::nearest(conn, name)?.filter(|rule| rule.standing != HostStanding::Approved);
    let covers = |rule: &HostRule| {
        rule.standing == HostStanding::Suspended
            || rule.standing >= new.standing
                && rule.reject_media >= new.reject_media
                && rule.reject_reports >= new.reject_reports
    };
    Ok(rule.filter(|rule| rule.name == name || covers(rule)))
}

/// `POST /api/v1/admin/domain_blocks`.
async fn block(
    data: Data<Federation>,
    caller: Allowed<AdminWriteDomainBlocks>,
    params: Params,
) -> Answer<Value> {
    may(&caller, Permission::Hosts)?;
    let new = decision(&params, Decision { standing: HostStanding::Limited, ..Decision::default() })?;
    let made = data.app.db.write(|tx| {
        let name = named(tx, &params)?;
        if let Some(known) = in_the_way(tx, &name, &new)? {
            return Ok(Err(written(tx, &known.name, domain_block)?));
        }
        service::decide(tx, Some(caller.user.id), &name, &new)?;
        Ok(Ok(written(tx, &name, domain_block)?))
    });
    let refused = |known: Value| {
        let why = "a rule about this server, or about those above it, keeps it out already: change that one";
        ApiError::invalid(why).beside("existing_domain_block", known)
    };
    made.await?.map(Json).map_err(refused)
}

/// `PUT /api/v1/admin/domain_blocks/{id}`: what is not sent stays as it is.
async fn change(
    data: Data<Federation>,
    caller: Allowed<AdminWriteDomainBlocks>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Value> {
    may(&caller, Permission::Hosts)?;
    let changed = data.app.db.write(|tx| {
        let (_, known) = rule(tx, key, &BLOCKS)?;
        let new = decision(&params, known.decision())?;
        service::decide(tx, Some(caller.user.id), &known.name, &new)?;
        written(tx, &known.name, domain_block)
    });
    Ok(Json(changed.await?))
}

/// `DELETE /api/v1/admin/domain_blocks/{id}`.
async fn unblock(
    data: Data<Federation>,
    caller: Allowed<AdminWriteDomainBlocks>,
    PathId(key): PathId,
) -> Answer<Empty> {
    undone(&data, &caller, key, &BLOCKS).await
}

/// `GET /api/v1/admin/domain_allows`.
async fn allows(
    data: Data<Federation>,
    caller: Allowed<AdminReadDomainAllows>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, (&ALLOWS, domain_allow)).await
}

/// `GET /api/v1/admin/domain_allows/{id}`.
async fn show_allow(
    data: Data<Federation>,
    caller: Allowed<AdminReadDomainAllows>,
    PathId(key): PathId,
) -> Answer<Value> {
    shown(&data, &caller, key, (&ALLOWS, domain_allow)).await
}

/// `POST /api/v1/admin/domain_allows`: one that is there already is answered as it is.
async fn allow(
    data: Data<Federation>,
    caller: Allowed<AdminWriteDomainAllows>,
    params: Params,
) -> Answer<Value> {
    may(&caller, Permission::Hosts)?;
    let made = data.app.db.write(|tx| {
        let name = named(tx, &params)?;
        match host_rules::by_name(tx, &name)? {
            Some(known) if known.standing == HostStanding::Approved => {}
            Some(_) => {
                let why = "is kept out by a rule: take that one back first";
                return Err(Refusal::invalid("domain", why).into());
            }
            None => {
                let allowed = Decision { standing: HostStanding::Approved, ..Decision::default() };
                service::decide(tx, Some(caller.user.id), &name, &allowed)?;
            }
        }
        written(tx, &name, domain_allow)
    });
    Ok(Json(made.await?))
}

/// `DELETE /api/v1/admin/domain_allows/{id}`.
async fn disallow(
    data: Data<Federation>,
    caller: Allowed<AdminWriteDomainAllows>,
    PathId(key): PathId,
) -> Answer<Empty> {
    undone(&data, &caller, key, &ALLOWS).await
}
