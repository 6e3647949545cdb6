//! Discovery: WebFinger, host-meta, NodeInfo.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::Answer;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::handle::Handle;
use crate::domain::site::{FederationMode, Site};
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::store::{Conn, Error, accounts, settings};

/// Discovery documents change rarely: three days, as the largest peer does.
const CACHE: &str = "max-age=259200, public";

/// `GET /.well-known/webfinger?resource=…` (RFC 7033).
///
/// Takes `acct:name@host`, an actor's identity or page, `acct:host@host` and the bare origin for
/// the instance actor (FEP-d556).
pub async fn webfinger(
    data: Data<Federation>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Answer> {
    let missing = || Answer::Refused(StatusCode::BAD_REQUEST, "the parameter resource is missing".to_owned());
    let resource = query.get("resource").ok_or_else(missing)?;
    let site = &data.app.site;
    let wanted = Wanted::parse(resource, site)?;
    let account = data.app.db.read(|conn| find(conn, site, &wanted)).await?;
    let account = account.ok_or_else(Answer::not_found)?;
    if account.state == AccountState::Deleted {
        return Err(Answer::Refused(StatusCode::GONE, "this account was deleted".to_owned()));
    }
    Ok(json_answer(&jrd(&account, site), "application/jrd+json"))
}

enum Wanted {
    Handle(Handle),
    Address(String),
    Instance,
}

impl Wanted {
    fn parse(resource: &str, site: &Site) -> Result<Self, Answer> {
        let bad = |why: &str| Answer::Refused(StatusCode::BAD_REQUEST, why.to_owned());
        if resource.trim_end_matches('/') == site.origin {
            return Ok(Self::Instance);
        }
        if resource.starts_with("http://") || resource.starts_with("https://") {
            return Uri::parse(resource)
                .map(|uri| Self::Address(uri.to_string()))
                .ok_or_else(|| bad("no URL"));
        }
        let instance = format!("acct:{0}@{0}", site.host);
        if resource.eq_ignore_ascii_case(&instance) {
            return Ok(Self::Instance);
        }
        let handle =
            Handle::parse(resource).ok_or_else(|| bad("resource is neither acct:name@host nor a URL"))?;
        Ok(Self::Handle(handle))
    }
}

fn find(conn: &mut Conn, site: &Site, wanted: &Wanted) -> Result<Option<Account>, Error> {
    let account = match wanted {
        Wanted::Instance => accounts::by_id(conn, site.instance)?,
        Wanted::Handle(handle) if handle.host == site.host => accounts::local_by_name(conn, &handle.name)?,
        Wanted::Handle(_) => None,
        Wanted::Address(address) => match address.strip_prefix(&format!("{}/@", site.origin)) {
            Some(name) => accounts::local_by_name(conn, name)?,
            None => match Uri::parse(address) {
                Some(uri) => accounts::by_uri(conn, &uri)?,
                None => None,
            },
        },
    };
    Ok(account.filter(Account::is_local))
}

fn jrd(account: &Account, site: &Site) -> Value {
    let mut links = vec![
        json!({ "rel": "self", "type": "application/activity+json", "href": account.uri }),
        json!({ "rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": account.url }),
    ];
    if account.kind != AccountKind::Application {
        let subscribe = format!("{}/authorize_interaction?uri={{uri}}", site.origin);
        let intent = format!("{}/authorize_interaction?uri={{object}}", site.origin);
        links.push(json!({ "rel": "http://ostatus.org/schema/1.0/subscribe", "template": subscribe }));
        links.push(json!({ "rel": "https://w3id.org/fep/3b86/Object", "template": intent }));
    }
    json!({
        "subject": format!("acct:{}", account.handle),
        "aliases": [account.url, account.uri],
        "links": links,
    })
}

/// `GET /.well-known/host-meta` (RFC 6415): where WebFinger is.
pub async fn host_meta(data: Data<Federation>) -> Response {
    let template = format!("{}/.well-known/webfinger?resource={{uri}}", data.app.site.origin);
    let xrd = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\
         <Link rel=\"lrdd\" template=\"{template}\"/></XRD>\n"
    );
    ([(CONTENT_TYPE, "application/xrd+xml; charset=utf-8"), (CACHE_CONTROL, CACHE)], xrd).into_response()
}

/// `GET /.well-known/nodeinfo` (FEP-0151).
pub async fn nodeinfo_links(data: Data<Federation>) -> Response {
    let link = |version: &str| {
        json!({
            "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"),
            "href": format!("{}/nodeinfo/{version}", data.app.site.origin),
        })
    };
    json_answer(&json!({ "links": [link("2.1"), link("2.0")] }), "application/json")
}

/// `GET /nodeinfo/2.0` and `/nodeinfo/2.1`.
pub async fn nodeinfo(data: Data<Federation>, Path(version): Path<String>) -> Result<Response, Answer> {
    if !matches!(version.as_str(), "2.0" | "2.1") {
        return Err(Answer::not_found());
    }
    let numbers = data.app.usage().await?;
    let (settings, users) = data
        .app
        .db
        .read(|conn| {
            let settings = settings::get(conn)?;
            let users = accounts::count_local_persons(conn)?;
            Ok((settings, users))
        })
        .await?;
    let mut software = json!({ "name": "plenum", "version": env!("CARGO_PKG_VERSION") });
    if let (Some(fields), "2.1") = (software.as_object_mut(), version.as_str()) {
        fields.insert("repository".to_owned(), json!(env!("CARGO_PKG_REPOSITORY")));
    }
    let document = json!({
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": { "inbound": [], "outbound": ["atom1.0"] },
        "openRegistrations": false,
        "usage": {
            "users": { "total": users, "activeMonth": numbers.month, "activeHalfyear": numbers.halfyear },
            "localPosts": numbers.posts,
            "localComments": numbers.replies,
        },
        "metadata": {
            "nodeName": settings.name,
            "nodeDescription": settings.description,
            "federation": { "enabled": settings.federation_mode != FederationMode::Allowlist },
            "plenum": { "v": 1 },
        },
    });
    let profile =
        format!("application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/{version}#\"");
    Ok(json_answer(&document, &profile))
}

fn json_answer(value: &Value, media_type: &str) -> Response {
    let headers = [(CONTENT_TYPE, media_type.to_owned()), (CACHE_CONTROL, CACHE.to_owned())];
    (headers, value.to_string()).into_response()
}
