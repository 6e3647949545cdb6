//! Favourite, boost, bookmark, mute and pin, and taking that back. All of it may be repeated.

use activitypub_federation::config::Data;
use axum::Json;

use super::super::answer::Answer;
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::status::Status;
use super::super::params::Params;
use super::super::scopes::{WriteAccounts, WriteBookmarks, WriteFavourites, WriteMutes, WriteStatuses};
use super::super::shown;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::services::{interactions, saved};
use crate::store::interactions as kept;
use crate::store::{Error, Tx};

/// Something an account does with a contribution.
type Deed = fn(&mut Tx<'_>, &Account, Id<Contribution>) -> Result<(), Error>;

/// Does it, and answers with the contribution as it is now. A key of a boost means what it hands on.
async fn act(data: &Data<Federation>, speaker: &Speaker, key: i64, deed: Deed) -> Answer<Status> {
    let viewer = speaker.viewer();
    let status = data.app.db.write(|tx| {
        let head = shown::meant(tx, viewer, key)?;
        deed(tx, &speaker.account, head.id)?;
        shown::status(tx, &data.app, viewer, head)
    });
    Ok(Json(status.await?))
}

/// `POST /api/v1/statuses/{id}/favourite`.
pub(super) async fn favourite(
    data: Data<Federation>,
    caller: Allowed<WriteFavourites>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, interactions::like).await
}

/// `POST /api/v1/statuses/{id}/unfavourite`.
pub(super) async fn unfavourite(
    data: Data<Federation>,
    caller: Allowed<WriteFavourites>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, interactions::unlike).await
}

/// Whether a boost may have the audience that the app asks for. A boost is for whom the boosted is for:
/// one for fewer would be shown to more than its author was told, so it is refused.
fn audience(params: &Params, boosted: &Contribution) -> Result<(), Refusal> {
    let Some(word) = params.text("visibility").filter(|word| !word.is_empty()) else { return Ok(()) };
    match (word.as_str(), boosted.visibility) {
        ("public" | "unlisted", _) | ("private", Visibility::Followers) => Ok(()),
        ("private", _) => {
            let why = "a boost of what everybody may see is shown to everybody here";
            Err(Refusal::invalid("visibility", why))
        }
        _ => Err(Refusal::invalid("visibility", "is none of public, unlisted, private")),
    }
}

/// `POST /api/v1/statuses/{id}/reblog`, with `visibility`: answers with the boost, a status of its own.
pub(super) async fn reblog(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Status> {
    let (viewer, account) = (caller.viewer(), &caller.account);
    let status = data.app.db.write(|tx| {
        let head = shown::meant(tx, viewer, key)?;
        audience(&params, &head)?;
        interactions::boost(tx, account, head.id)?;
        let boost = kept::boost_of(tx, account.id, head.id)?.ok_or(Refusal::NotFound)?;
        shown::status(tx, &data.app, viewer, Found { head, boost: Some(boost) })
    });
    Ok(Json(status.await?))
}

/// `POST /api/v1/statuses/{id}/unreblog`: answers with the original.
pub(super) async fn unreblog(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, interactions::unboost).await
}

/// `POST /api/v1/statuses/{id}/bookmark`.
pub(super) async fn bookmark(
    data: Data<Federation>,
    caller: Allowed<WriteBookmarks>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::bookmark).await
}

/// `POST /api/v1/statuses/{id}/unbookmark`.
pub(super) async fn unbookmark(
    data: Data<Federation>,
    caller: Allowed<WriteBookmarks>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::unbookmark).await
}

/// `POST /api/v1/statuses/{id}/mute`.
pub(super) async fn mute(
    data: Data<Federation>,
    caller: Allowed<WriteMutes>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::mute_thread).await
}

/// `POST /api/v1/statuses/{id}/unmute`.
pub(super) async fn unmute(
    data: Data<Federation>,
    caller: Allowed<WriteMutes>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::unmute_thread).await
}

/// `POST /api/v1/statuses/{id}/pin`.
pub(super) async fn pin(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::pin).await
}

/// `POST /api/v1/statuses/{id}/unpin`.
pub(super) async fn unpin(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Status> {
    act(&data, &caller, key, saved::unpin).await
}
