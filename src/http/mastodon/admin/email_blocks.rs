//! Mail addresses that nobody enters here: `email_domain_blocks` by their domain, `canonical_email_blocks` one by one.

use activitypub_federation::config::Data;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::admin::{canonical_email_block, email_domain_block};
use super::super::paging::{self, Newer};
use super::super::params::Params;
use super::super::scopes::{
    AdminReadCanonicalEmailBlocks, AdminReadEmailDomainBlocks, AdminWriteCanonicalEmailBlocks,
    AdminWriteEmailDomainBlocks,
};
use super::may;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::mail_block::{MailBlock, MailBlockKind, NewMailBlock};
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::services::mail_blocks as service;
use crate::store::{Conn, Error, mail_blocks};

/// The routes of blocks of mail addresses.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/admin/email_domain_blocks", get(domains).post(block_domain))
        .route("/api/v1/admin/email_domain_blocks/{id}", get(show_domain).delete(unblock_domain))
        .route("/api/v1/admin/canonical_email_blocks", get(addresses).post(block_address))
        .route("/api/v1/admin/canonical_email_blocks/test", post(test))
        .route("/api/v1/admin/canonical_email_blocks/{id}", get(show_address).delete(unblock_address))
}

fn shown(block: &MailBlock, now: Timestamp) -> Value {
    match block.kind {
        MailBlockKind::Domain => email_domain_block(block, now),
        MailBlockKind::Address => canonical_email_block(block),
    }
}

async fn listed(
    data: &Data<Federation>,
    speaker: &Speaker,
    params: &Params,
    kind: MailBlockKind,
) -> Result<Response, ApiError> {
    may(speaker, Permission::Settings)?;
    let page = paging::page(params, 100, 200);
    let blocks = data.app.db.read(|conn| Ok(mail_blocks::page(conn, &[kind], &page)?)).await?;
    let ends = paging::ends(blocks.iter().map(|block| block.id.get()));
    let now = data.app.clock().now();
    let shown: Vec<Value> = blocks.iter().map(|block| shown(block, now)).collect();
    Ok(paging::listed(params, &shown, ends, Newer::MinId))
}

/// The block with this key, if it is of this kind.
fn found(conn: &mut Conn, key: i64, kind: MailBlockKind) -> Result<MailBlock, Error> {
    let block = mail_blocks::by_id(conn, Id::new(key))?.filter(|block| block.kind == kind);
    Ok(block.ok_or(Refusal::NotFound)?)
}

async fn one(data: &Data<Federation>, speaker: &Speaker, key: i64, kind: MailBlockKind) -> Answer<Value> {
    may(speaker, Permission::Settings)?;
    let block = data.app.db.read(|conn| found(conn, key, kind)).await?;
    Ok(Json(shown(&block, data.app.clock().now())))
}

async fn added(data: &Data<Federation>, speaker: &Speaker, new: &NewMailBlock) -> Answer<Value> {
    let added = data.app.db.write(|tx| service::add(tx, Some(speaker.user.id), new));
    Ok(Json(shown(&added.await?, data.app.clock().now())))
}

async fn removed(data: &Data<Federation>, speaker: &Speaker, key: i64, kind: MailBlockKind) -> Answer<Empty> {
    may(speaker, Permission::Settings)?;
    let removed = data.app.db.write(|tx| {
        let block = found(tx, key, kind)?;
        service::remove(tx, Some(speaker.user.id), block.id)
    });
    removed.await?;
    Ok(Json(Empty))
}

/// `GET /api/v1/admin/email_domain_blocks`.
async fn domains(
    data: Data<Federation>,
    caller: Allowed<AdminReadEmailDomainBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, MailBlockKind::Domain).await
}

/// `GET /api/v1/admin/email_domain_blocks/{id}`.
async fn show_domain(
    data: Data<Federation>,
    caller: Allowed<AdminReadEmailDomainBlocks>,
    PathId(key): PathId,
) -> Answer<Value> {
    one(&data, &caller, key, MailBlockKind::Domain).await
}

/// `POST /api/v1/admin/email_domain_blocks`.
async fn block_domain(
    data: Data<Federation>,
    caller: Allowed<AdminWriteEmailDomainBlocks>,
    params: Params,
) -> Answer<Value> {
    may(&caller, Permission::Settings)?;
    let new = NewMailBlock::domain(&params.text("domain").unwrap_or_default());
    added(&data, &caller, &new.map_err(ApiError::invalid)?).await
}

/// `DELETE /api/v1/admin/email_domain_blocks/{id}`.
async fn unblock_domain(
    data: Data<Federation>,
    caller: Allowed<AdminWriteEmailDomainBlocks>,
    PathId(key): PathId,
) -> Answer<Empty> {
    removed(&data, &caller, key, MailBlockKind::Domain).await
}

/// `GET /api/v1/admin/canonical_email_blocks`.
async fn addresses(
    data: Data<Federation>,
    caller: Allowed<AdminReadCanonicalEmailBlocks>,
    params: Params,
) -> Result<Response, ApiError> {
    listed(&data, &caller, &params, MailBlockKind::Address).await
}

/// `GET /api/v1/admin/canonical_email_blocks/{id}`.
async fn show_address(
    data: Data<Federation>,
    caller: Allowed<AdminReadCanonicalEmailBlocks>,
    PathId(key): PathId,
) -> Answer<Value> {
    one(&data, &caller, key, MailBlockKind::Address).await
}

/// `POST /api/v1/admin/canonical_email_blocks`: by the address, which wins, or by its digest.
async fn block_address(
    data: Data<Federation>,
    caller: Allowed<AdminWriteCanonicalEmailBlocks>,
    params: Params,
) -> Answer<Value> {
    may(&caller, Permission::Settings)?;
    let new = match params.text("email").filter(|email| !email.is_empty()) {
        Some(email) => NewMailBlock::address(&email),
        None => NewMailBlock::digest(&params.text("canonical_email_hash").unwrap_or_default()),
    };
    added(&data, &caller, &new.map_err(ApiError::invalid)?).await
}

/// `POST /api/v1/admin/canonical_email_blocks/test`: the blocks of an address.
async fn test(
    data: Data<Federation>,
    caller: Allowed<AdminReadCanonicalEmailBlocks>,
    params: Params,
) -> Answer<Vec<Value>> {
    may(&caller, Permission::Settings)?;
    let new = NewMailBlock::address(&params.text("email").unwrap_or_default()).map_err(ApiError::invalid)?;
    let block = data.app.db.read(|conn| Ok(mail_blocks::same(conn, &new)?)).await?;
    Ok(Json(block.iter().map(canonical_email_block).collect()))
}

/// `DELETE /api/v1/admin/canonical_email_blocks/{id}`.
async fn unblock_address(
    data: Data<Federation>,
    caller: Allowed<AdminWriteCanonicalEmailBlocks>,
    PathId(key): PathId,
) -> Answer<Empty> {
    removed(&data, &caller, key, MailBlockKind::Address).await
}
