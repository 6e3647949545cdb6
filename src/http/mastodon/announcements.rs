//! `/api/v1/announcements`: what the admins tell the members.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, PathId};
use super::entities::date;
use super::entities::emoji::emojis;
use super::params::Params;
use super::scopes::{Anything, WriteAccounts, WriteFavourites};
use crate::domain::emoji::{Emoji, shortcodes};
use crate::domain::id::Id;
use crate::domain::notice::{Announcement, Reaction};
use crate::domain::site::Site;
use crate::federation::Federation;
use crate::services::notices;
use crate::store::{self, notices as kept};
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
        let emoji = store::emojis::of_host(conn, "")?;
        let signs = Signs { reactions: &reactions, emoji: &emoji, site: &data.app.site };
        let shown = announcements.iter().map(|one| rendered(one, read.contains(&one.id), &signs));
        Ok(shown.collect::<Vec<_>>())
    });
    Ok(Json(found.await?))
}

/// What stands in and under announcements beside their words.
pub(super) struct Signs<'a> {
    /// What was answered to them.
    pub(super) reactions: &'a [Reaction],
    /// Our emoji.
    pub(super) emoji: &'a [Emoji],
    /// Where we are.
    pub(super) site: &'a Site,
}

impl Signs<'_> {
    /// One answer, with its picture where it is an emoji of ours.
    fn reaction(&self, reaction: &Reaction) -> Value {
        let mut shown = json!({ "name": reaction.name, "count": reaction.count, "me": reaction.mine });
        let emoji = self.emoji.iter().find(|emoji| emoji.shortcode == reaction.name);
        if let (Some(emoji), Some(fields)) = (emoji, shown.as_object_mut()) {
            let url = format!("{}{}", self.site.origin, emoji.path());
            fields.insert("url".to_owned(), json!(url));
            fields.insert("static_url".to_owned(), json!(url));
        }
        shown
    }

    /// Our emoji that a text names.
    fn named(&self, text: &str) -> Vec<Emoji> {
        let codes = shortcodes(text);
        self.emoji.iter().filter(|emoji| codes.contains(&emoji.shortcode.as_str())).cloned().collect()
    }
}

/// Renders an announcement.
pub(super) fn rendered(announcement: &Announcement, read: bool, signs: &Signs<'_>) -> Value {
    let own = signs.reactions.iter().filter(|reaction| reaction.announcement == announcement.id);
    let reactions: Vec<Value> = own.map(|reaction| signs.reaction(reaction)).collect();
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
        "emojis": emojis(&signs.named(&announcement.markdown), signs.site),
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
