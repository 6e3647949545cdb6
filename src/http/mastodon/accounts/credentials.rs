//! The asking account itself: what it is, and changing that.

use activitypub_federation::config::Data;
use axum::routing::{delete, get, patch};
use axum::{Json, Router};

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, Speaker};
use super::super::entities::credentials::{CredentialAccount, credentials};
use super::super::entities::quote::parse_policy;
use super::super::entities::status::parse_visibility;
use super::super::media::refused;
use super::super::params::Params;
use super::super::scopes::{Profile, WriteAccounts};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::media::{AVATAR, HEADER, Kept, Purpose};
use crate::federation::Federation;
use crate::media::picture::Frame;
use crate::services::media;
use crate::services::profiles::{self as service, Change};
use crate::store::{Conn, Error, account_views, profiles, relationships};
use crate::text::language::Language;

/// The routes of the asking account.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/accounts/verify_credentials", get(verify))
        .route("/api/v1/accounts/update_credentials", patch(update).put(update))
        .route("/api/v1/profile/avatar", delete(no_avatar))
        .route("/api/v1/profile/header", delete(no_header))
}

fn shown(
    conn: &mut Conn,
    app: &App,
    speaker: &Speaker,
    account: Account,
) -> Result<CredentialAccount, Error> {
    let requests = relationships::count_requests(conn, account.id)?;
    let profile = profiles::of(conn, account.id)?;
    let view = account_views::one(conn, account)?.ok_or(Refusal::NotFound)?;
    Ok(credentials(&view, &profile, requests, &speaker.user, &app.site))
}

/// `GET /api/v1/accounts/verify_credentials`.
async fn verify(data: Data<Federation>, caller: Allowed<Profile>) -> Answer<CredentialAccount> {
    let account = &caller.account;
    Ok(Json(data.app.db.read(|conn| shown(conn, &data.app, &caller, account.clone())).await?))
}

/// `PATCH /api/v1/accounts/update_credentials`; what is not sent stays as it is.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    params: Params,
) -> Answer<CredentialAccount> {
    let change = change(&params)?;
    let avatar = picture(&data.app, &params, "avatar", AVATAR).await?;
    let header = picture(&data.app, &params, "header", HEADER).await?;
    let shown = data.app.db.write(|tx| {
        // The pictures first, so that others are told once, of everything.
        let pictures = [(Purpose::Avatar, &avatar), (Purpose::Header, &header)];
        for (purpose, kept) in pictures {
            if let Some(kept) = kept {
                media::show(tx, &caller.account, purpose, Some(kept))?;
            }
        }
        let account = service::change(tx, &caller.account, &change)?;
        shown(tx, &data.app, &caller, account)
    });
    Ok(Json(shown.await?))
}

async fn picture(app: &App, params: &Params, name: &str, frame: Frame) -> Result<Option<Kept>, ApiError> {
    let Some(file) = params.file(name).filter(|file| !file.bytes.is_empty()) else { return Ok(None) };
    Ok(Some(app.storage.take_framed(file.bytes.to_vec(), frame).await?.map_err(refused)?))
}

/// `DELETE /api/v1/profile/avatar`.
async fn no_avatar(data: Data<Federation>, caller: Allowed<WriteAccounts>) -> Answer<CredentialAccount> {
    hide(&data, &caller, Purpose::Avatar).await
}

/// `DELETE /api/v1/profile/header`.
async fn no_header(data: Data<Federation>, caller: Allowed<WriteAccounts>) -> Answer<CredentialAccount> {
    hide(&data, &caller, Purpose::Header).await
}

async fn hide(data: &Data<Federation>, caller: &Speaker, purpose: Purpose) -> Answer<CredentialAccount> {
    let shown = data.app.db.write(|tx| {
        let account = media::show(tx, &caller.account, purpose, None)?;
        let account = service::announce(tx, &account)?;
        shown(tx, &data.app, caller, account)
    });
    Ok(Json(shown.await?))
}

/// What is to be changed.
fn change(params: &Params) -> Result<Change, ApiError> {
    let source = params.map("source").unwrap_or_default();
    let visibility = match source.text("privacy").filter(|word| !word.is_empty()) {
        Some(word) => {
            let unknown =
                || Refusal::invalid("source[privacy]", "is none of public, unlisted, private, direct");
            Some(parse_visibility(&word).ok_or_else(unknown)?)
        }
        None => None,
    };
    let quote_policy = match source.text("quote_policy").filter(|word| !word.is_empty()) {
        Some(word) => {
            let unknown = || Refusal::invalid("source[quote_policy]", "is none of public, followers, nobody");
            Some(parse_policy(&word).ok_or_else(unknown)?)
        }
        None => None,
    };
    let rows = params.maps("fields_attributes");
    let row = |row: Params| (row.text("name").unwrap_or_default(), row.text("value").unwrap_or_default());
    Ok(Change {
        display_name: params.text("display_name"),
        note: params.text("note"),
        fields: params.has("fields_attributes").then(|| rows.into_iter().map(row).collect()),
        locked: params.flag("locked"),
        discoverable: params.flag("discoverable"),
        bot: params.flag("bot"),
        indexable: params.flag("indexable"),
        hides_collections: params.flag("hide_collections"),
        visibility,
        sensitive: source.flag("sensitive"),
        language: source
            .text("language")
            .map(|tag| Language::parse(&tag).map(|tag| tag.as_str().to_owned()).unwrap_or_default()),
        quote_policy,
        attribution_hosts: params.has("attribution_domains").then(|| params.list("attribution_domains")),
    })
}
