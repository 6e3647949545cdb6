//! Notifications in groups: likes and boosts of one contribution, new followers of one day.

use std::collections::HashSet;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::Allowed;
use super::super::entities::account::Account as Shown;
use super::super::entities::notification::{
    KINDS, NotificationGroup, group, group_key, kinds, lacks, severance, word,
};
use super::super::entities::status::Status;
use super::super::paging::{self, Ends, Newer};
use super::super::params::Params;
use super::super::scopes::{ReadNotifications, WriteNotifications};
use super::super::shown;
use super::{spoken_of, unread_rows, wanted};
use crate::app::App;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notification::{Notification as Row, NotificationKind};
use crate::federation::Federation;
use crate::store::notifications::{self as store, Bundle, Wanted};
use crate::store::page::Page;
use crate::store::{Conn, Error};

/// The newest rows by which a group is shown; it names fewer accounts.
const SHOWN: i64 = 20;
/// Accounts of a group that are listed.
const LISTED: i64 = 80;
/// Before a group has a key of its own it is named by its only row.
const ALONE: &str = "ungrouped-";

/// The routes of groups.
pub(super) fn router(clear: MethodRouter) -> Router {
    Router::new()
        .route("/api/v2/notifications", get(list))
        .route("/api/v2/notifications/clear", clear)
        .route("/api/v2/notifications/unread_count", get(unread))
        .route("/api/v2/notifications/{group}", get(show))
        .route("/api/v2/notifications/{group}/dismiss", post(dismiss))
        .route("/api/v2/notifications/{group}/accounts", get(accounts))
}

/// What a page of groups answers.
#[derive(Debug, Default, Serialize)]
struct GroupedNotificationsResults {
    accounts: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_accounts: Option<Vec<Value>>,
    statuses: Vec<Status>,
    notification_groups: Vec<NotificationGroup>,
}

/// The kinds that the client wants in groups.
fn grouped(params: &Params) -> Vec<NotificationKind> {
    let named = params.list("grouped_types");
    if named.is_empty() { KINDS.to_vec() } else { kinds(&named) }
}

/// Groups by their keys, each with its rows on a page, newest first.
type Heads = Vec<(String, Vec<Row>)>;

/// The newest row of each group of a page, and the rows of the page that belong to it; and whether
/// there may be more. A bundle that was found is left out of what is read next: nothing else stands
/// behind a text that a thousand people like.
fn heads(
    conn: &mut Conn,
    me: Id<Account>,
    mut wanted: Wanted,
    grouped: &[NotificationKind],
    page: &Page,
) -> Result<(Heads, bool), Error> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut found: Heads = Vec::new();
    let mut part = *page;
    while found.len() < limit {
        let mut rows = store::select(conn, me, &wanted, &part)?;
        let whole = rows.len() < limit;
        if page.is_ascending() {
            rows.reverse();
        }
        for row in rows {
            if page.is_ascending() {
                part.min_id = Some(row.id.get());
            } else {
                part.max_id = Some(row.id.get());
            }
            let key = group_key(&row, grouped);
            let full = found.len() >= limit;
            match found.iter_mut().find(|(known, _)| *known == key) {
                Some((_, rows)) => rows.push(row),
                None if full => break,
                None => {
                    wanted.without.extend(row.bundle.clone().filter(|bundle| *bundle == key));
                    found.push((key, vec![row]));
                }
            }
        }
        if whole && found.len() < limit {
            return Ok((ordered(found, page), false));
        }
    }
    Ok((ordered(found, page), true))
}

/// Newest first, within groups and among them.
fn ordered(mut found: Heads, page: &Page) -> Heads {
    if page.is_ascending() {
        found.iter_mut().for_each(|(_, rows)| rows.reverse());
        found.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.first().map(|row| row.id)));
    }
    found
}

/// A group with the newest of its rows and how many there are, up to the newest of the page.
type Whole<'a> = (&'a String, Vec<Row>, i64, &'a Vec<Row>);

fn whole<'a>(
    conn: &mut Conn,
    me: Id<Account>,
    found: &'a [(String, Vec<Row>)],
    filtered: bool,
) -> Result<Vec<Whole<'a>>, Error> {
    let up_to = found.iter().filter_map(|(_, rows)| rows.first()).map(|row| row.id.get()).max();
    let up_to = up_to.unwrap_or(0);
    let mut groups = Vec::with_capacity(found.len());
    for (name, rows) in found {
        let bundle = Bundle { account: me, name, up_to, filtered };
        let alone = name.starts_with(ALONE);
        let newest = if alone { Vec::new() } else { store::bundled(conn, bundle, SHOWN)? };
        groups.push(if newest.is_empty() {
            (name, rows.clone(), i64::try_from(rows.len()).unwrap_or(i64::MAX), rows)
        } else {
            (name, newest, store::bundle_size(conn, bundle)?, rows)
        });
    }
    Ok(groups)
}

/// Renders groups with everybody and everything they speak of.
fn rendered(
    conn: &mut Conn,
    app: &App,
    me: Id<Account>,
    found: &[(String, Vec<Row>)],
    (on_page, filtered): (bool, bool),
) -> Result<GroupedNotificationsResults, Error> {
    let groups = whole(conn, me, found, filtered)?;
    let shown: Vec<_> = groups
        .iter()
        .filter_map(|(key, rows, count, page)| group(key, rows, *count, on_page.then_some(page.as_slice())))
        .collect();
    let named: HashSet<&String> = shown.iter().flat_map(|group| &group.sample_account_ids).collect();
    let spoken: Vec<Row> = groups
        .iter()
        .flat_map(|(_, rows, ..)| rows)
        .filter(|row| named.contains(&row.from_id.to_string()))
        .cloned()
        .collect();
    let mut parties = spoken_of(conn, app, me, &spoken)?;
    let seen = |group: &NotificationGroup| {
        group.status_id.as_ref().is_none_or(|status| parties.statuses.contains_key(status))
    };
    let mut notification_groups: Vec<_> = shown.iter().filter(|group| seen(group)).cloned().collect();
    for group in &mut notification_groups {
        let newest = spoken.iter().find(|row| row.id.get() == group.most_recent_notification_id);
        group.report = newest.and_then(|row| parties.report(row));
        group.moderation_warning = newest.and_then(|row| parties.warning(row));
        group.event = newest.and_then(severance);
    }
    let whole = |group: &NotificationGroup| {
        let beside = group.report.as_ref().or(group.moderation_warning.as_ref()).or(group.event.as_ref());
        NotificationKind::ALL.into_iter().all(|kind| word(kind) != group.kind || !lacks(kind, beside))
    };
    notification_groups.retain(whole);
    let mut results =
        GroupedNotificationsResults { notification_groups, ..GroupedNotificationsResults::default() };
    for group in &results.notification_groups {
        results.statuses.extend(group.status_id.as_ref().and_then(|key| parties.statuses.remove(key)));
        let samples = group.sample_account_ids.iter();
        results.accounts.extend(samples.filter_map(|key| parties.accounts.remove(key)));
    }
    Ok(results)
}

/// What a client needs of accounts that it only shows in small.
fn small(account: &Shown) -> Value {
    json!({
        "id": account.id, "acct": account.acct, "locked": account.locked, "bot": account.bot,
        "url": account.url, "avatar": account.avatar, "avatar_static": account.avatar_static,
        "avatar_description": account.avatar_description,
    })
}

/// Keeps whole only the first account of each group, where the client asked so.
fn part(results: &mut GroupedNotificationsResults) {
    let whole: HashSet<String> = results
        .notification_groups
        .iter()
        .filter_map(|group| group.sample_account_ids.first().cloned())
        .collect();
    let (kept, others): (Vec<_>, Vec<_>) =
        results.accounts.drain(..).partition(|account| whole.contains(&account.id));
    results.accounts = kept;
    results.partial_accounts = Some(others.iter().map(small).collect());
}

/// `GET /api/v2/notifications`.
async fn list(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    params: Params,
) -> Result<Response, ApiError> {
    let partial = match params.text("expand_accounts").as_deref() {
        None | Some("" | "full") => false,
        Some("partial_avatars") => true,
        Some(_) => return Err(ApiError::bad_request("expand_accounts is none of full, partial_avatars")),
    };
    let (me, page) = (caller.account.id, paging::page(&params, 40, 80));
    let (wanted, grouped) = (wanted(&params), grouped(&params));
    let found = data.app.db.read(|conn| {
        let (found, more) = heads(conn, me, wanted.clone(), &grouped, &page)?;
        let ends = paging::ends(found.iter().filter_map(|(_, rows)| rows.first()).map(|row| row.id.get()));
        let ends = if more { ends } else { ends.map(Ends::last) };
        Ok((rendered(conn, &data.app, me, &found, (true, wanted.filtered))?, ends))
    });
    let (mut results, ends) = found.await?;
    if partial {
        part(&mut results);
    }
    Ok(paging::listed_as(&params, &results, ends, Newer::MinId))
}

/// `GET /api/v2/notifications/unread_count`: groups, not rows.
async fn unread(data: Data<Federation>, caller: Allowed<ReadNotifications>, params: Params) -> Answer<Value> {
    let grouped = grouped(&params);
    let (rows, limit) = data.app.db.read(|conn| unread_rows(conn, caller.account.id, &params)).await?;
    let groups: HashSet<String> = rows.iter().map(|row| group_key(row, &grouped)).collect();
    let count = i64::try_from(groups.len()).unwrap_or(i64::MAX).min(limit);
    Ok(Json(json!({ "count": count })))
}

/// The rows of a group, the newest first.
fn members(conn: &mut Conn, me: Id<Account>, key: &str) -> Result<Vec<Row>, Error> {
    if let Some(alone) = key.strip_prefix(ALONE) {
        let row = match alone.parse() {
            Ok(id) => store::by_id(conn, me, Id::new(id))?,
            Err(_) => None,
        };
        return Ok(row.into_iter().collect());
    }
    let bundle = Bundle { account: me, name: key, up_to: i64::MAX, filtered: true };
    Ok(store::bundled(conn, bundle, LISTED)?)
}

/// `GET /api/v2/notifications/{group}`.
async fn show(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    Path(key): Path<String>,
) -> Answer<GroupedNotificationsResults> {
    let me = caller.account.id;
    let found = data.app.db.read(|conn| {
        let found = [(key.clone(), members(conn, me, &key)?)];
        rendered(conn, &data.app, me, &found, (false, true))
    });
    let results = found.await?;
    if results.notification_groups.is_empty() { Err(ApiError::not_found()) } else { Ok(Json(results)) }
}

/// `GET /api/v2/notifications/{group}/accounts`.
async fn accounts(
    data: Data<Federation>,
    caller: Allowed<ReadNotifications>,
    Path(key): Path<String>,
) -> Answer<Vec<Shown>> {
    let me = caller.account.id;
    let found = data.app.db.read(|conn| {
        let ids: Vec<_> = members(conn, me, &key)?.iter().map(|row| row.from_id).collect();
        shown::accounts_by_ids(conn, &data.app, &ids)
    });
    Ok(Json(found.await?))
}

/// `POST /api/v2/notifications/{group}/dismiss`.
async fn dismiss(
    data: Data<Federation>,
    caller: Allowed<WriteNotifications>,
    Path(key): Path<String>,
) -> Answer<Empty> {
    let me = caller.account.id;
    let dismissed = data.app.db.write(|tx| {
        match key.strip_prefix(ALONE).map(str::parse) {
            Some(Ok(id)) => store::delete(tx, me, Id::new(id))?,
            Some(Err(_)) => 0,
            None => store::delete_bundle(tx, me, &key)?,
        };
        Ok(())
    });
    dismissed.await?;
    Ok(Json(Empty))
}
