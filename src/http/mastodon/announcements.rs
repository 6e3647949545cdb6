//! `/api/v1/announcements`: what the admins tell the members.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::date;
use super::params::Params;
use super::scopes::{Anything, WriteAccounts, WriteFavourites};
use crate::domain::id::Id;
use crate::domain::notice::{Announcement, Reaction};
use crate::federation::Federation;
use crate::services::notices;
use crate::store::notices as kept;
use crate::text::{Markdown, markdown};

/// The routes of announcements.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/announcements", get(index))
        .route("/api/v1/announcements/{id}/dismiss", post(dismiss))
        .route("/api/v1/announcements/{id}/reactions/{name}", put(react).delete(unreact))
}

/// `GET /api/v1/announcements`: those that were read only where it is asked for.
async fn index(data: Data<Federation>, caller: Allowed<Anything>, params: Params) -> Answer<Vec<Value>> {
    let (me, now) = (caller.account.id, data.app.clock().now());
    let all = params.flag("with_dismissed").unwrap_or(false);
    let found = data.app.db.read(|conn| {
        let read = kept::read_by(conn, me)?;
        let mut announcements = kept::announcements(conn, now)?;
        announcements.retain(|one| all || !read.contains(&one.id));
        let ids: Vec<_> = announcements.iter().map(|one| one.id).collect();
        let reactions = kept::reactions(conn, me, &ids)?;
        let shown = announcements.iter().map(|one| rendered(one, read.contains(&one.id), &reactions));
        Ok(shown.collect::<Vec<_>>())
    });
    Ok(Json(found.await?))
}

/// Renders an announcement.
pub(super) fn rendered(announcement: &Announcement, read: bool, reactions: &[Reaction]) -> Value {
    let own = reactions.iter().filter(|reaction| reaction.announcement == announcement.id);
    let reactions: Vec<Value> = own
        .map(|reaction| json!({ "name": reaction.name, "count": reaction.count, "me": reaction.mine }))
        .collect();
    json!({
        "id": announcement.id.to_string(),
        "content": markdown::render(&Markdown::new(announcement.markdown.clone())).as_str(),
        "starts_at": announcement.starts_at.map(date),
        "ends_at": announcement.ends_at.map(date),
        "all_day": false,
        "published_at": date(announcement.published_at),
        "updated_at": date(announcement.published_at),
        "read": read,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": reactions,
    })
}

/// `POST /api/v1/announcements/{id}/dismiss`.
async fn dismiss(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Empty> {
    data.app.db.write(|tx| notices::dismiss(tx, &caller.account, Id::new(key))).await?;
    Ok(Json(Empty))
}

/// `PUT /api/v1/announcements/{id}/reactions/{name}`.
async fn react(
    data: Data<Federation>,
    caller: Allowed<WriteFavourites>,
    PathId(key): PathId,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Empty>, ApiError> {
    data.app.db.write(|tx| notices::react(tx, &caller.account, Id::new(key), &name)).await?;
    Ok(Json(Empty))
}

/// `DELETE /api/v1/announcements/{id}/reactions/{name}`.
async fn unreact(
    data: Data<Federation>,
    caller: Allowed<WriteFavourites>,
    PathId(key): PathId,
    Path((_, name)): Path<(String, String)>,
) -> Answer<Empty> {
    data.app.db.write(|tx| notices::unreact(tx, &caller.account, Id::new(key), &name)).await?;
    Ok(Json(Empty))
}
