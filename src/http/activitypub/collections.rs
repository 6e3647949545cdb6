//! Collections and their pages.

use activitypub_federation::config::Data;
use axum::extract::{OriginalUri, Path, Query};
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, FRESH, PRIVATE, PUBLIC, document, viewer};
use super::contributions::current;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::store::activities::Activity;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, activities, pins, relations, revisions, statements, tags};
use crate::vocab::collection::{flat, page, paged};
use crate::vocab::object::hashtag;

/// Items on one page.
const PAGE: i64 = 40;
/// What the outbox of a Forum holds, unpaged: Lemmy reads it and cannot page.
const FLAT: i64 = 50;
/// How long a thesis stays out of `replies`: Mastodon pushes fetched replies that are younger
/// than six hours into home feeds.
const THESIS_QUIET_SECONDS: i64 = 6 * 3600;

/// Which page is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Cursor {
    /// Present on pages, absent on the entrance.
    page: Option<String>,
    /// Only what is older than this key.
    max_id: Option<i64>,
    /// Only what is newer than this key.
    min_id: Option<i64>,
}

async fn local(data: &Data<Federation>, name: &str) -> Result<Account, Answer> {
    let account = data.app.db.read(|conn| Ok(accounts::local_by_name(conn, name)?)).await?;
    // Like the account itself, which nobody gets while it is suspended.
    let shown = account.filter(|account| account.standing != HostStanding::Suspended);
    shown.ok_or_else(Answer::not_found)
}

/// The account whose collection is asked for. Who signs with a suspended server's key gets none: what
/// is open to everybody is still not handed to it under its own name.
async fn asked(data: &Data<Federation>, parts: &Parts, name: &str) -> Result<Account, Answer> {
    viewer(data, parts).await?;
    local(data, name).await
}

/// `GET /actors/{name}/outbox`: what the account published, newest first.
pub async fn outbox(
    data: Data<Federation>,
    Path(name): Path<String>,
    Query(cursor): Query<Cursor>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    let id = format!("{}/outbox", account.uri);
    let (whole, limit) = match account.kind {
        AccountKind::Forum => (true, FLAT),
        AccountKind::Person | AccountKind::Organization | AccountKind::Application | AccountKind::Service => {
            (false, PAGE)
        }
    };
    if !whole && cursor.page.is_none() {
        let total = data.app.db.read(|conn| Ok(activities::count_listed(conn, account.id)?)).await?;
        let first = format!("{id}?page=true");
        return Ok(document(&paged(&id, &account.uri, total, Some(&first)), FRESH));
    }
    let before = cursor.max_id.map(Id::new);
    let (rows, documents) = data
        .app
        .db
        .read(|conn| {
            let rows = activities::listed(conn, account.id, before, limit)?;
            let objects: Vec<Uri> = rows.iter().map(|row| row.object_uri.clone()).collect();
            Ok((rows, revisions::current_documents(conn, &objects)?))
        })
        .await?;
    let items: Vec<Value> =
        rows.iter().filter_map(|row| as_it_stands(row, documents.get(&row.object_uri))).collect();
    if whole {
        return Ok(document(&flat(&id, &account.uri, &items), FRESH));
    }
    let here =
        cursor.max_id.map_or_else(|| format!("{id}?page=true"), |at| format!("{id}?page=true&max_id={at}"));
    let more = rows.last().filter(|_| items.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = more.map(|row| format!("{id}?page=true&max_id={}", row.id));
    Ok(document(&page(&here, &id, &items, next.as_deref()), FRESH))
}

/// What was published, as it stands: whoever reads an outbox was not there when it was changed, and nobody tells
/// them again.
fn as_it_stands(row: &Activity, document: Option<&String>) -> Option<Value> {
    let mut activity: Value = serde_json::from_str(&row.body).ok()?;
    let published = activity.get("type").is_some_and(|kind| kind == "Create");
    let document = document.filter(|_| published).and_then(|text| serde_json::from_str(text).ok());
    if let (Some(document), Some(fields)) = (document, activity.as_object_mut()) {
        fields.insert("object".to_owned(), document);
    }
    Some(activity)
}

/// `GET /actor/outbox`: the instance actor says nothing.
pub async fn empty_outbox(data: Data<Federation>) -> Response {
    let owner = Uri::ours(&data.app.site.origin, "/actor");
    document(&flat(&format!("{owner}/outbox"), &owner, &[]), PUBLIC)
}

/// `GET /actors/{name}/followers`: how many; who they are is their own business.
pub async fn followers(
    data: Data<Federation>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    let total = data.app.db.read(|conn| Ok(relations::count_followers(conn, account.id)?)).await?;
    Ok(document(&paged(&format!("{}/followers", account.uri), &account.uri, total, None), FRESH))
}

/// `GET /actors/{name}/following`: how many.
pub async fn following(
    data: Data<Federation>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    let total = data.app.db.read(|conn| Ok(relations::count_following(conn, account.id)?)).await?;
    Ok(document(&paged(&format!("{}/following", account.uri), &account.uri, total, None), FRESH))
}

/// `GET /actors/{name}/featured`: what the account pinned, by address.
pub async fn featured(
    data: Data<Federation>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    let pinned = data.app.db.read(|conn| Ok(pins::of(conn, Viewer::Anyone, account.id)?)).await?;
    let items: Vec<Value> = pinned.iter().map(|head| json!(head.uri)).collect();
    Ok(document(&flat(&format!("{}/featured", account.uri), &account.uri, &items), FRESH))
}

/// `GET /actors/{name}/featured-tags`: the hashtags that the account shows.
pub async fn featured_tags(
    data: Data<Federation>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    let shown = data.app.db.read(|conn| Ok(tags::featured(conn, account.id)?)).await?;
    let items: Vec<Value> = shown.iter().map(|tag| hashtag(&data.app.site.origin, &tag.name)).collect();
    Ok(document(&flat(&format!("{}/featured-tags", account.uri), &account.uri, &items), FRESH))
}

/// `GET /actors/{name}/moderators`: who may moderate a Forum: its organization.
pub async fn moderators(
    data: Data<Federation>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let account = asked(&data, &parts, &name).await?;
    if account.kind != AccountKind::Forum {
        return Err(Answer::not_found());
    }
    let id = data.app.site.organization;
    let organization = data.app.db.read(|conn| Ok(accounts::by_id(conn, id)?)).await?;
    let items: Vec<Value> = organization.iter().map(|account| json!(account.uri)).collect();
    Ok(document(&flat(&format!("{}/moderators", account.uri), &account.uri, &items), PUBLIC))
}

/// Which part of a collection is asked for.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// How much it holds, and where it begins.
    Entrance,
    /// A page of it.
    After(Option<Id<Contribution>>),
}

/// What was asked for.
enum Loaded {
    Total(i64),
    Rows(Vec<Contribution>),
}

/// A contribution of ours and a part of what belongs to it.
struct Slice {
    head: Contribution,
    owner: Account,
    loaded: Loaded,
}

/// `…/replies`: what answers a contribution, oldest first, by address.
pub async fn replies(
    data: Data<Federation>,
    OriginalUri(at): OriginalUri,
    Query(cursor): Query<Cursor>,
    parts: Parts,
) -> Result<Response, Answer> {
    let quiet = data.app.clock().now().plus_seconds(-THESIS_QUIET_SECONDS);
    slice(&data, &parts, (at.path(), "/replies"), &cursor, |conn, viewer, head, part| match part {
        Part::Entrance => Ok(Loaded::Total(contributions::count_replies(conn, viewer, head.id)?)),
        Part::After(key) => {
            Ok(Loaded::Rows(heard(contributions::replies(conn, viewer, head.id, key, PAGE)?, quiet)))
        }
    })
    .await
}

/// `…/context`: the whole thread of a contribution, the first one first (FEP-7888).
pub async fn context(
    data: Data<Federation>,
    OriginalUri(at): OriginalUri,
    Query(cursor): Query<Cursor>,
    parts: Parts,
) -> Result<Response, Answer> {
    slice(&data, &parts, (at.path(), "/context"), &cursor, |conn, viewer, head, part| match part {
        Part::Entrance => Ok(Loaded::Total(contributions::count_thread(conn, viewer, head.thread_id)?)),
        Part::After(key) => Ok(Loaded::Rows(contributions::thread(conn, viewer, head.thread_id, key, PAGE)?)),
    })
    .await
}

fn heard(rows: Vec<Contribution>, quiet: Timestamp) -> Vec<Contribution> {
    let loud = |head: &Contribution| head.kind != Kind::Thesis || head.published_at <= quiet;
    rows.into_iter().filter(loud).collect()
}

/// What shared caches may keep of a list: only what everybody gets.
fn cache(viewer: Viewer) -> &'static str {
    if viewer == Viewer::Anyone { FRESH } else { PRIVATE }
}

async fn slice(
    data: &Data<Federation>,
    parts: &Parts,
    (path, end): (&str, &str),
    cursor: &Cursor,
    load: impl Fn(&mut Conn, Viewer, &Contribution, Part) -> Result<Loaded, Error>,
) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let cache = cache(viewer);
    let uri = Uri::ours(&data.app.site.origin, path.strip_suffix(end).unwrap_or(path));
    let part = match cursor.page {
        Some(_) => Part::After(cursor.min_id.map(Id::new)),
        None => Part::Entrance,
    };
    let slice = data.app.db.read(|conn| {
        let head = contributions::by_uri(conn, viewer, &uri)?.filter(|head| head.local);
        let head = head.ok_or(Refusal::NotFound)?;
        let owner = accounts::by_id(conn, head.author_id)?.ok_or(Refusal::NotFound)?;
        let loaded = load(conn, viewer, &head, part)?;
        Ok(Slice { head, owner, loaded })
    });
    let slice = slice.await?;
    let id = format!("{}{end}", slice.head.uri);
    let rows = match slice.loaded {
        Loaded::Total(total) => {
            let first = format!("{id}?page=true");
            return Ok(document(&paged(&id, &slice.owner.uri, total, Some(&first)), cache));
        }
        Loaded::Rows(rows) => rows,
    };
    let items: Vec<Value> = rows.iter().map(|head| json!(head.uri)).collect();
    let here =
        cursor.min_id.map_or_else(|| format!("{id}?page=true"), |at| format!("{id}?page=true&min_id={at}"));
    let full = items.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| full).map(|head| format!("{id}?page=true&min_id={}", head.id));
    Ok(document(&page(&here, &id, &items, next.as_deref()), cache))
}

/// `GET /s/{token}/theses`: every thesis of the current revision, whole and signed, in one answer.
pub async fn theses(
    data: Data<Federation>,
    Path(token): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    let viewer = viewer(&data, &parts).await?;
    let uri = Uri::ours(&data.app.site.origin, &format!("/s/{token}"));
    let found = data.app.db.read(|conn| {
        let head = contributions::by_uri(conn, viewer, &uri)?.ok_or(Refusal::NotFound)?;
        let owner = accounts::by_id(conn, head.author_id)?.ok_or(Refusal::NotFound)?;
        let mut items = Vec::new();
        for (thesis, parts) in statements::theses_of(conn, head.id)? {
            if !parts.withdrawn {
                items.push(serde_json::from_str(&current(conn, &thesis)?).unwrap_or(Value::Null));
            }
        }
        Ok((owner, items))
    });
    let (owner, items) = found.await?;
    Ok(document(&flat(&format!("{uri}/theses"), &owner.uri, &items), cache(viewer)))
}

/// `…/history`: the addresses of every revision of a document of record, oldest first.
pub async fn history(
    data: Data<Federation>,
    OriginalUri(at): OriginalUri,
    parts: Parts,
) -> Result<Response, Answer> {
    let viewer = viewer(&data, &parts).await?;
    let path = at.path().strip_suffix("/history").unwrap_or(at.path());
    let uri = Uri::ours(&data.app.site.origin, path);
    let found = data.app.db.read(|conn| {
        let head = contributions::by_uri(conn, viewer, &uri)?.filter(|head| head.local);
        let head = head.ok_or(Refusal::NotFound)?;
        let owner = accounts::by_id(conn, head.author_id)?.ok_or(Refusal::NotFound)?;
        Ok((owner, revisions::of(conn, head.id)?))
    });
    let (owner, revisions) = found.await?;
    let items: Vec<Value> =
        revisions.iter().map(|revision| json!(format!("{uri}/rev/{}", revision.revision))).collect();
    Ok(document(&flat(&format!("{uri}/history"), &owner.uri, &items), cache(viewer)))
}
