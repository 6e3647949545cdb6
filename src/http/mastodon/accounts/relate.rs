//! What one account does about another: follow, block, mute, note, recommend. All of it may be
//! repeated, and answers how the two stand afterwards.

use activitypub_federation::config::Data;
use axum::routing::post;
use axum::{Json, Router};

use super::super::answer::Answer;
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::relationship::{Relationship, relationship};
use super::super::params::Params;
use super::super::scopes::{WriteAccounts, WriteBlocks, WriteFollows, WriteMutes};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::id::Id;
use crate::domain::relation::FollowOptions;
use crate::federation::Federation;
use crate::services::relations;
use crate::store::{Conn, Error, Tx, accounts, relationships};
use crate::text::plain;

/// The longest note about an account in characters.
const LONGEST_NOTE: usize = 2000;
/// How long a mute may last: longer ones are for ever.
const LONGEST_MUTE: i64 = 100 * 365 * 24 * 3600;

/// The routes of what is done about an account.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/accounts/{id}/follow", post(follow))
        .route("/api/v1/accounts/{id}/unfollow", post(unfollow))
        .route("/api/v1/accounts/{id}/remove_from_followers", post(remove_from_followers))
        .route("/api/v1/accounts/{id}/block", post(block))
        .route("/api/v1/accounts/{id}/unblock", post(unblock))
        .route("/api/v1/accounts/{id}/mute", post(mute))
        .route("/api/v1/accounts/{id}/unmute", post(unmute))
        .route("/api/v1/accounts/{id}/note", post(note))
        .route("/api/v1/accounts/{id}/pin", post(endorse))
        .route("/api/v1/accounts/{id}/unpin", post(unendorse))
        .route("/api/v1/accounts/{id}/endorse", post(endorse))
        .route("/api/v1/accounts/{id}/unendorse", post(unendorse))
}

/// An account that something can be done about.
pub(super) fn present(conn: &mut Conn, key: i64) -> Result<Account, Error> {
    let account = accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
    if account.state == AccountState::Deleted {
        return Err(Refusal::Gone.into());
    }
    Ok(account)
}

/// Does it, and answers how the two stand then.
pub(in super::super) async fn act(
    data: &Data<Federation>,
    speaker: &Speaker,
    key: i64,
    deed: impl Fn(&mut Tx<'_>, &Account, &Account) -> Result<(), Error>,
) -> Answer<Relationship> {
    let me = &speaker.account;
    let stands = data.app.db.write(|tx| {
        let other = present(tx, key)?;
        deed(tx, me, &other)?;
        let now = tx.now;
        let stands = relationships::of(tx, me.id, &[other.id], now)?.remove(&other.id).unwrap_or_default();
        Ok(relationship(other.id, &stands))
    });
    Ok(Json(stands.await?))
}

/// `POST /api/v1/accounts/{id}/follow`, with `reblogs`, `notify` and `languages`; also changes them.
async fn follow(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Relationship> {
    let code =
        |code: &String| !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let options = FollowOptions {
        boosts: params.flag("reblogs"),
        notify: params.flag("notify"),
        languages: params
            .has("languages")
            .then(|| params.list("languages").into_iter().filter(code).take(50).collect()),
    };
    act(&data, &caller, key, |tx, me, other| relations::follow_with(tx, me, other, &options)).await
}

/// `POST /api/v1/accounts/{id}/unfollow`; takes a request back, too.
async fn unfollow(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::unfollow).await
}

/// `POST /api/v1/accounts/{id}/remove_from_followers`.
async fn remove_from_followers(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::remove_follower).await
}

/// `POST /api/v1/accounts/{id}/block`.
async fn block(
    data: Data<Federation>,
    caller: Allowed<WriteBlocks>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::block_from_here).await
}

/// `POST /api/v1/accounts/{id}/unblock`.
async fn unblock(
    data: Data<Federation>,
    caller: Allowed<WriteBlocks>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::unblock_from_here).await
}

/// `POST /api/v1/accounts/{id}/mute`, with `notifications` and `duration` in seconds (0: for ever).
async fn mute(
    data: Data<Federation>,
    caller: Allowed<WriteMutes>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Relationship> {
    let notifications = params.flag("notifications").unwrap_or(true);
    let seconds = params.number("duration").filter(|seconds| *seconds < LONGEST_MUTE);
    act(&data, &caller, key, |tx, me, other| relations::mute(tx, me, other, notifications, seconds)).await
}

/// `POST /api/v1/accounts/{id}/unmute`.
async fn unmute(
    data: Data<Federation>,
    caller: Allowed<WriteMutes>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::unmute).await
}

/// `POST /api/v1/accounts/{id}/note`, with `comment`; an empty one takes the note away.
async fn note(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Relationship> {
    let comment = params.text("comment").unwrap_or_default();
    if plain::length(&comment) > LONGEST_NOTE {
        let why = format!("is longer than {LONGEST_NOTE} characters");
        return Err(Refusal::invalid("comment", why).into());
    }
    act(&data, &caller, key, |tx, me, other| {
        Ok(relationships::put_note(tx, me.id, other.id, comment.trim()).map(|_| ())?)
    })
    .await
}

/// `POST /api/v1/accounts/{id}/endorse`, and `pin`, its older name.
async fn endorse(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, relations::endorse).await
}

/// `POST /api/v1/accounts/{id}/unendorse`, and `unpin`, its older name.
async fn unendorse(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Relationship> {
    act(&data, &caller, key, |tx, me, other| Ok(relationships::unendorse(tx, me.id, other.id).map(|_| ())?))
        .await
}
