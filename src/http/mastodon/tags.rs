//! `/api/v1/tags`, `/api/v1/followed_tags` and `/api/v1/featured_tags`: hashtags.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Json, Router};

use super::answer::{Answer, ApiError, Empty};
use super::caller::{Allowed, Maybe, PathId, Speaker};
use super::entities::tag::{self, FeaturedTag, Tag, Use};
use super::paging::{self, Newer};
use super::params::Params;
use super::scopes::{Anything, ReadAccounts, ReadFollows, WriteAccounts, WriteFollows};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::tags;
use crate::store::tags::{self as kept, Featured};
use crate::store::{Conn, Error, Tx, accounts};

/// The routes of hashtags.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/tags/{tag}", get(show))
        .route("/api/v1/tags/{tag}/follow", post(follow))
        .route("/api/v1/tags/{tag}/unfollow", post(unfollow))
        .route("/api/v1/tags/{tag}/feature", post(feature))
        .route("/api/v1/tags/{tag}/unfeature", post(unfeature))
        .route("/api/v1/followed_tags", get(followed))
        .route("/api/v1/featured_tags", get(own_featured).post(create_featured))
        .route("/api/v1/featured_tags/suggestions", get(suggestions))
        .route("/api/v1/featured_tags/{id}", delete(delete_featured))
        .route("/api/v1/accounts/{id}/featured_tags", get(featured))
}

/// Renders hashtags by their folded names, for who asks.
pub(super) fn rendered(
    conn: &mut Conn,
    app: &App,
    asker: Option<Id<Account>>,
    names: &[String],
) -> Result<Vec<Tag>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock().now();
    let mut uses: HashMap<String, Vec<Use>> = HashMap::new();
    for (name, account, at) in kept::uses(conn, names, tag::since(now))? {
        uses.entry(name).or_default().push((account.get(), at));
    }
    let chosen = match asker {
        Some(account) => Some(kept::chosen(conn, account, names)?),
        None => None,
    };
    let one = |name: &String| {
        let uses = uses.get(name).map(Vec::as_slice).unwrap_or_default();
        let shown = tag::tag(name, uses, now, &app.site);
        Tag {
            following: chosen.as_ref().map(|(followed, _)| followed.contains(name)),
            featuring: chosen.as_ref().map(|(_, featured)| featured.contains(name)),
            ..shown
        }
    };
    Ok(names.iter().map(one).collect())
}

fn one(conn: &mut Conn, app: &App, asker: Option<Id<Account>>, name: String) -> Result<Tag, Error> {
    rendered(conn, app, asker, &[name])?.pop().ok_or_else(|| Refusal::NotFound.into())
}

fn folded(name: &str) -> Result<String, ApiError> {
    tags::folded(name).ok_or_else(ApiError::not_found)
}

/// `GET /api/v1/tags/{tag}`: one that nobody used yet is a hashtag, too.
async fn show(data: Data<Federation>, caller: Maybe<Anything>, Path(name): Path<String>) -> Answer<Tag> {
    let (name, asker) = (folded(&name)?, caller.account().map(|account| account.id));
    Ok(Json(data.app.db.read(|conn| one(conn, &data.app, asker, name)).await?))
}

/// Something an account does with a hashtag.
type Deed = fn(&mut Tx<'_>, &Account, &str) -> Result<(), Error>;

async fn act(data: &Data<Federation>, speaker: &Speaker, name: &str, deed: Deed) -> Answer<Tag> {
    let name = folded(name)?;
    let shown = data.app.db.write(|tx| {
        deed(tx, &speaker.account, &name)?;
        one(tx, &data.app, Some(speaker.account.id), name.clone())
    });
    Ok(Json(shown.await?))
}

/// `POST /api/v1/tags/{tag}/follow`.
async fn follow(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    Path(name): Path<String>,
) -> Answer<Tag> {
    act(&data, &caller, &name, tags::follow).await
}

/// `POST /api/v1/tags/{tag}/unfollow`.
async fn unfollow(
    data: Data<Federation>,
    caller: Allowed<WriteFollows>,
    Path(name): Path<String>,
) -> Answer<Tag> {
    act(&data, &caller, &name, tags::unfollow).await
}

/// `POST /api/v1/tags/{tag}/feature`.
async fn feature(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    Path(name): Path<String>,
) -> Answer<Tag> {
    act(&data, &caller, &name, tags::feature).await
}

/// `POST /api/v1/tags/{tag}/unfeature`.
async fn unfeature(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    Path(name): Path<String>,
) -> Answer<Tag> {
    act(&data, &caller, &name, tags::unfeature).await
}

/// `GET /api/v1/followed_tags`.
async fn followed(
    data: Data<Federation>,
    caller: Allowed<ReadFollows>,
    params: Params,
) -> Result<Response, ApiError> {
    let (page, me) = (paging::page(&params, 100, 200), caller.account.id);
    let listed = data.app.db.read(|conn| {
        let rows = kept::followed(conn, me, page)?;
        let ends = paging::ends(rows.iter().map(|(key, _)| *key));
        let names: Vec<String> = rows.into_iter().map(|(_, name)| name).collect();
        Ok((rendered(conn, &data.app, Some(me), &names)?, ends))
    });
    let (tags, ends) = listed.await?;
    Ok(paging::listed(&params, &tags, ends, Newer::SinceId))
}

fn shown(app: &App, featured: &Featured) -> FeaturedTag {
    tag::featured(featured.id, &featured.name, featured.count, featured.last, &app.site)
}

/// `GET /api/v1/featured_tags`.
async fn own_featured(data: Data<Federation>, caller: Allowed<ReadAccounts>) -> Answer<Vec<FeaturedTag>> {
    let found = data.app.db.read(|conn| Ok(kept::featured(conn, caller.account.id)?)).await?;
    Ok(Json(found.iter().map(|one| shown(&data.app, one)).collect()))
}

/// `GET /api/v1/accounts/{id}/featured_tags`.
async fn featured(
    data: Data<Federation>,
    _caller: Maybe<ReadAccounts>,
    PathId(key): PathId,
) -> Answer<Vec<FeaturedTag>> {
    let found = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, Id::new(key))?.ok_or(Refusal::NotFound)?;
        Ok(kept::featured(conn, account.id)?)
    });
    Ok(Json(found.await?.iter().map(|one| shown(&data.app, one)).collect()))
}

/// `POST /api/v1/featured_tags`.
async fn create_featured(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    params: Params,
) -> Answer<FeaturedTag> {
    let name = tags::folded(&params.required("name")?);
    let name = name.ok_or_else(|| ApiError::invalid("name is no hashtag"))?;
    let made = data.app.db.write(|tx| {
        tags::feature(tx, &caller.account, &name)?;
        let all = kept::featured(tx, caller.account.id)?;
        all.into_iter().find(|one| one.name == name).ok_or_else(|| Refusal::NotFound.into())
    });
    Ok(Json(shown(&data.app, &made.await?)))
}

/// `DELETE /api/v1/featured_tags/{id}`.
async fn delete_featured(
    data: Data<Federation>,
    caller: Allowed<WriteAccounts>,
    PathId(key): PathId,
) -> Answer<Empty> {
    let removed = data.app.db.write(|tx| {
        let all = kept::featured(tx, caller.account.id)?;
        let meant = all.into_iter().find(|one| one.id == key).ok_or(Refusal::NotFound)?;
        tags::unfeature(tx, &caller.account, &meant.name)
    });
    removed.await?;
    Ok(Json(Empty))
}

/// `GET /api/v1/featured_tags/suggestions`: what the account used most and does not show yet.
async fn suggestions(data: Data<Federation>, caller: Allowed<ReadAccounts>) -> Answer<Vec<Tag>> {
    let me = caller.account.id;
    let found = data.app.db.read(|conn| {
        let featured = kept::featured(conn, me)?;
        let most = i64::try_from(tags::MOST_FEATURED + featured.len()).unwrap_or(i64::MAX);
        let mut names = kept::used_by(conn, me, most)?;
        names.retain(|name| featured.iter().all(|one| one.name != *name));
        names.truncate(tags::MOST_FEATURED);
        rendered(conn, &data.app, Some(me), &names)
    });
    Ok(Json(found.await?))
}
