//! Whose request it is, for everything that is counted by address (items 97 and 98), and whose token is none any more (item 86).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use diesel::{RunQueryDsl, sql_query};
use http_body_util::BodyExt;
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::network_rule::{Bar, NewNetworkRule, parse};
use plenum::domain::user::{Role, Roles};
use plenum::federation::Federation;
use plenum::http;
use plenum::services::{account_rules, network_rules, sign_ins, users};
use plenum::store::{self, Conn};
use serde_json::json;
use tower::ServiceExt;

use super::routes::{Door, routes};
use crate::harness::client::Client;
use crate::harness::world::{Instance, PASSWORD, World};

const PATH: &str = "/api/v1/instance/rules";

/// A login is closed; its account and what it said stay.
pub(crate) async fn closes(at: &Instance, name: &str) {
    let close = format!("UPDATE users SET disabled_at = 1 WHERE name = '{name}'");
    let db = at.app().db;
    let closed = db.write(|tx| match &mut **tx {
        Conn::Sqlite(conn) => Ok(sql_query(&close).execute(&mut **conn)?),
        Conn::Postgres(conn) => Ok(sql_query(&close).execute(&mut **conn)?),
    });
    assert_eq!(closed.await.unwrap(), 1);
}

/// Asks three times, each time with other words of the headers; the last answer.
async fn thrice(app: &Client, peer: &str, headers: impl Fn(u8) -> Vec<(&'static str, String)>) -> StatusCode {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut last = StatusCode::OK;
    for number in 1..=3 {
        let headers = headers(number);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        last = app.status_from(peer, Method::GET, PATH, &headers).await;
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn item_97_nobody_writes_their_own_address() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let fresh = async || north.stranger_with(|config| config.limits.requests = 2).await;
    let refused = StatusCode::TOO_MANY_REQUESTS;
    for name in ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"] {
        let invents = |number: u8| vec![(name, format!("198.51.100.{number}"))];
        assert_eq!(thrice(&fresh().await, "203.0.113.9:4000", invents).await, refused, "{name}");
    }
    // Through a proxy of ours only what the proxy itself added counts: the last address.
    let app = fresh().await;
    let invents = |number: u8| vec![("x-forwarded-for", format!("198.51.100.{number}, 203.0.113.9"))];
    assert_eq!(thrice(&app, "127.0.0.1:4000", invents).await, refused, "the first one is invented");
    let others = |number: u8| vec![("x-forwarded-for", format!("203.0.113.{}", 20 + number))];
    assert_eq!(
        thrice(&app, "127.0.0.1:4000", others).await,
        StatusCode::OK,
        "three readers behind the proxy"
    );
    let app = fresh().await;
    let mut last = StatusCode::OK;
    for end in 1..=3 {
        let peer: SocketAddr = format!("[2001:db8:0:1::{end}]:4000").parse().unwrap();
        last = app.status_from(peer, Method::GET, PATH, &[]).await;
    }
    assert_eq!(last, refused, "one network of IPv6 is one caller");
}

/// A socket that listens to both kinds of addresses writes the older ones in the newer form.
#[tokio::test(flavor = "multi_thread")]
async fn item_97_an_older_address_is_the_same_in_the_newer_form() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let network = parse("203.0.113.0/24").unwrap();
    let new = NewNetworkRule { network, bar: Bar::Everything, comment: String::new(), ends_at: None };
    let db = north.app().db;
    db.write(|tx| network_rules::put(tx, None, (None, &new), (&[], None))).await.unwrap();
    let app = north.stranger();
    let asks = async |peer: &str, hop: &str| {
        let headers = [("x-forwarded-for", hop)];
        app.status_from(peer.parse().unwrap(), Method::GET, "/about", &headers).await
    };
    let proxy = "[::ffff:127.0.0.1]:4000";
    assert_eq!(asks(proxy, "203.0.113.7").await, StatusCode::FORBIDDEN, "the proxy is believed");
    assert_eq!(asks(proxy, "::ffff:203.0.113.7").await, StatusCode::FORBIDDEN);
    assert_eq!(asks(proxy, "203.0.113.7, ::ffff:127.0.0.2").await, StatusCode::FORBIDDEN, "both of them");
    assert_eq!(asks(proxy, "203.0.114.7").await, StatusCode::OK);
    assert_eq!(asks("[::ffff:203.0.114.7]:4000", "203.0.113.7").await, StatusCode::OK, "nobody else is");

    let counted = north.stranger_with(|config| config.limits.requests = 2).await;
    let nothing = |_| Vec::new();
    let refused = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(thrice(&counted, "[::ffff:198.51.100.1]:4000", nothing).await, refused);
    assert_eq!(thrice(&counted, "198.51.100.1:4000", nothing).await, refused, "it is the same one");
    let one = |_| vec![("x-forwarded-for", "::ffff:198.51.100.1".to_owned())];
    assert_eq!(thrice(&counted, "127.0.0.1:4000", one).await, refused, "behind a proxy, too");
    let other = "[::ffff:198.51.100.2]:4000".parse().unwrap();
    assert_eq!(
        counted.status_from(other, Method::GET, PATH, &[]).await,
        StatusCode::OK,
        "and others are others"
    );
}

/// A form, sent from there with these headers; the status.
async fn posts(
    router: &Router,
    (peer, path): (&str, &str),
    (cookie, form): (&str, &str),
    headers: &[(&str, &str)],
) -> StatusCode {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = Request::builder().method(Method::POST).uri(path).extension(ConnectInfo(peer));
    request = request.header(COOKIE, cookie).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(form.to_owned())).unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}

/// What a browser has after it opened the page to sign in: its cookie, and the token of the form.
async fn welcome(router: &Router) -> (String, String) {
    let request = Request::builder().uri("/sign-in").header(ACCEPT, "text/html").body(Body::empty()).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let cookie = parts.headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let body = body.collect().await.unwrap().to_bytes();
    let page = String::from_utf8(body.to_vec()).unwrap();
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (cookie, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn items_97_and_98_doors_of_pages_are_counted_by_who_knocks() {
    let world = World::of(["north"]).await;
    let router = http::router(world.at("north").federation.clone());
    let (cookie, token) = welcome(&router).await;
    let refused = StatusCode::TOO_MANY_REQUESTS;
    // One name from one address has ten attempts, an address as many for five names.
    for (path, rest, most) in [
        ("/sign-in", "password=guess&name=nobody&x=", 10),
        ("/sign-in", "password=guess&name=nobody", 40),
        ("/interact", "uri=http://a.example/1&handle=x", 20),
    ] {
        for number in 0..=most {
            let form = format!("csrf={token}&{rest}{number}");
            let invented = [format!("198.51.100.{number}"), format!("for=198.51.100.{number}")];
            let headers = [
                ("x-forwarded-for", invented[0].as_str()),
                ("x-real-ip", invented[0].as_str()),
                ("forwarded", invented[1].as_str()),
            ];
            let status = posts(&router, ("203.0.113.9:4000", path), (&cookie, &form), &headers).await;
            assert_eq!(status == refused, number == most, "{path} {number}: {status}");
        }
        for spelled in [format!("{path}.json"), format!("{path}/"), format!("/{path}"), format!("{path}?x=1")]
        {
            let form = format!("csrf={token}&{rest}");
            let status = posts(&router, ("203.0.113.9:4000", &spelled), (&cookie, &form), &[]).await;
            let none = [refused, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
            assert!(none.contains(&status), "{spelled}: {status}");
        }
    }
    let form = format!("csrf={token}&uri=http://a.example/1&handle=x");
    let knocks = (0..60).map(|_| posts(&router, ("203.0.113.70:4000", "/interact"), (&cookie, &form), &[]));
    let answers = futures_util::future::join_all(knocks).await;
    assert_eq!(answers.iter().filter(|status| **status != refused).count(), 20, "all at once");
}

/// The same site behind a door that counts by itself, with one attempt for each name from each address.
async fn strict(at: &Instance) -> Router {
    let mut app = at.app();
    let mut config = (*app.config).clone();
    config.limits.sign_ins = 1;
    app.config = Arc::new(config);
    http::router(Federation::start(app).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn item_97_strangers_who_guess_lock_nobody_out() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    for name in ["ada", "bela"] {
        north.person(name, &[]).await;
    }
    let router = strict(north).await;
    let (cookie, token) = welcome(&router).await;
    let sends = async |peer: &str, path: &str, rest: &str| {
        let (peer, form) = (format!("{peer}:4000"), format!("csrf={token}&{rest}"));
        posts(&router, (&peer, path), (&cookie, &form), &[]).await
    };
    let right = PASSWORD.replace(' ', "+");
    let tries = async |peer: &str, name: &str, password: &str| {
        sends(peer, "/sign-in", &format!("name={name}&password={password}")).await
    };
    let (wrong, in_, refused) =
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::SEE_OTHER, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(tries("198.51.100.1", "ada", "guess").await, wrong);
    assert_eq!(tries("198.51.100.1", "ada", &right).await, refused, "their attempts are used up");
    assert_eq!(tries("198.51.100.1", "bela", &right).await, in_, "others at the same address get in");
    assert_eq!(tries("203.0.113.5", "ada", &right).await, in_, "and she does elsewhere");
    for number in 0..4 {
        assert_eq!(tries("198.51.100.1", &format!("nobody{number}"), "guess").await, wrong);
    }
    assert_eq!(tries("198.51.100.1", "bela", &right).await, refused, "one address guesses no more names");
    for number in 2..21 {
        assert_eq!(tries(&format!("198.51.100.{number}"), "ada", "guess").await, wrong, "{number}");
    }
    assert_eq!(tries("203.0.113.5", "ada", &right).await, refused, "nor do many addresses one name");
    let secret = north.app().db.write(|tx| sign_ins::link(tx, None, "ada")).await.unwrap();
    let path = format!("/password/{secret}");
    assert_eq!(sends("203.0.113.5", &path, "password=another+horse+battery").await, in_);
    assert_eq!(tries("203.0.113.5", "ada", "another+horse+battery").await, in_, "an admin lets her in");
    world.advance_seconds(301);
    assert_eq!(tries("198.51.100.1", "bela", &right).await, in_, "and five minutes let in everybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_95_nobody_raises_themselves() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mona = north.person("mona", &[Role::Moderator]).await;
    let app = north.client("mona", "read write follow admin:read admin:write").await;
    let wanted =
        json!({ "role": "admin", "roles": ["admin"], "role_id": "3", "source": { "role": "admin" } });
    app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(wanted)).await;
    let path = format!("/api/v1/admin/accounts/{}/action", mona.id);
    let own = app.post(&path, json!({ "type": "none", "role": "admin" })).await;
    assert!(!own.status.is_success(), "{}", own.json);
    let mut browser = north.signed_in("mona").await;
    let page = browser.open("/moderation").await;
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    let form = [("csrf".to_owned(), csrf), ("role".to_owned(), "admin".to_owned())];
    assert_eq!(browser.post("/admin/people/mona", &form).await.status, StatusCode::FORBIDDEN);
    // Nor by the voice of the organization, and nobody else by it.
    north.person("paul", &[Role::Publisher]).await;
    let db = north.app().db;
    let scopes = "read write follow admin:read admin:write";
    let token = db.write(|tx| users::token(tx, "paul", true, scopes)).await.unwrap();
    let voice = north.with_token(&token);
    let wanted = json!({ "role": "admin", "roles": ["admin"], "role_id": "3" });
    voice.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(wanted)).await;
    assert_eq!(voice.post(&path, json!({ "type": "silence" })).await.status, StatusCode::FORBIDDEN);
    assert_eq!(voice.get("/api/v1/admin/accounts").await.status, StatusCode::FORBIDDEN);
    let mut paul = north.signed_in("paul").await;
    let form = paul.open("/settings/password").await;
    let raised = [("role", "admin"), ("roles", "admin")];
    for (name, value) in raised {
        let mut typed = form.filled("main form").1;
        typed.push((name.to_owned(), value.to_owned()));
        for path in ["/settings/password", "/admin/people", "/admin/people/paul"] {
            assert!(!paul.post(path, &typed).await.status.is_success(), "{path} {name}");
        }
    }
    for (name, role) in [("mona", Role::Moderator), ("paul", Role::Publisher)] {
        let now = db.read(|conn| Ok(store::users::by_name(conn, name)?)).await.unwrap().unwrap();
        assert_eq!(now.roles, Roles::of(&[role]), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_98_other_spellings_are_counted_too() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let token = north.app().db.write(|tx| users::token(tx, "ada", false, "read write")).await.unwrap();
    let bearer = format!("Bearer {token}");
    let spellings = [
        (Method::POST, "/api/v2/media"),
        (Method::POST, "/api/v1/media"),
        (Method::POST, "/api/v2/media/"),
        (Method::POST, "/api/v2/media//"),
        (Method::POST, "/api/v2/media?x=1"),
    ];
    for (method, path) in spellings {
        let app = north.stranger_with(|config| config.limits.uploads = 1).await;
        let headers = [("authorization", bearer.as_str())];
        let (first, _) = app.head_of(Method::POST, "/api/v1/media", &headers).await;
        assert_ne!(first, StatusCode::TOO_MANY_REQUESTS);
        let (second, _) = app.head_of(method, path, &headers).await;
        assert_eq!(second, StatusCode::TOO_MANY_REQUESTS, "{path}");
    }
    let app = north.stranger_with(|config| config.limits.uploads = 1).await;
    for path in
        ["//api/v2/media", "/api//v2/media", "/api/v2/medi%61", "/api/v2/%2e/media", "/api/v2/media.json"]
    {
        let headers = [("authorization", bearer.as_str()), ("x-http-method-override", "POST")];
        for method in [Method::POST, Method::HEAD] {
            let (status, _) = app.head_of(method.clone(), path, &headers).await;
            let nothing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status);
            assert!(nothing, "{method} {path} is no other way to the same place: {status}");
        }
    }
}

/// Where somebody who is frozen says how far they have read, and which device is told of it.
const READING: [&str; 7] = [
    "/api/v1/markers",
    "/api/v1/notifications/clear",
    "/api/v1/notifications/dismiss",
    "/api/v1/notifications/{id}/dismiss",
    "/api/v1/push/subscription",
    "/api/v2/notifications/clear",
    "/api/v2/notifications/{group}/dismiss",
];

#[tokio::test(flavor = "multi_thread")]
async fn item_86_who_is_frozen_reads_by_every_route_and_writes_by_none() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, _) = (north.person("ada", &[]).await, north.person("bela", &[]).await);
    let all = "read write follow push profile";
    let token =
        async |name: &str| north.app().db.write(|tx| users::token(tx, name, false, all)).await.unwrap();
    let (frozen, free) = (north.with_token(&token("ada").await), north.with_token(&token("bela").await));
    let decision = AccountDecision { frozen: true, ..AccountDecision::default() };
    let db = north.app().db;
    db.write(|tx| account_rules::decide(tx, None, ada.id, &decision).map(drop)).await.unwrap();
    let mut findings = Vec::new();
    for route in routes() {
        if matches!(route.door, Door::None | Door::Own) {
            continue;
        }
        let path = route.with("7");
        let reply = frozen.ask(route.method.clone(), &path, &[], None).await;
        let told = reply.json["error"].as_str().is_some_and(|why| why.contains("frozen your account"));
        let reads = route.method.is_safe() || READING.contains(&route.path);
        let same = !route.method.is_safe() || reply.status == free.get(&path).await.status;
        if told == reads || !same || (told && reply.status != StatusCode::FORBIDDEN) {
            findings.push(format!("{} {}: {} {}", route.method, route.path, reply.status, reply.json));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn item_86_a_closed_login_opens_no_route() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let all = "read write follow push profile";
    let token = north.app().db.write(|tx| users::token(tx, "ada", false, all)).await.unwrap();
    let mut browser = north.signed_in("ada").await;
    north.with_token(&token).get("/api/v1/preferences").await.ok();
    closes(north, "ada").await;
    let mut findings = Vec::new();
    for route in routes() {
        if matches!(route.door, Door::None | Door::Own) {
            continue;
        }
        let reply = north.with_token(&token).ask(route.method.clone(), &route.with("7"), &[], None).await;
        let told = reply.json["error"] == "Your login is currently disabled";
        if reply.status != StatusCode::FORBIDDEN || !told {
            findings.push(format!("{} {}: {}", route.method, route.path, reply.status));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(north.upgrades(&format!("?access_token={token}"), &[]).await.is_err(), "no stream opens");
    assert!(browser.open("/notifications").await.path.starts_with("/sign-in"), "the session is over");
}
