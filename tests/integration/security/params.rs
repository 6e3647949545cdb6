//! Odd parameters on every route of the client API: a clear no, never a fault (items 59, 66 and 100).

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use plenum::domain::site::FederationMode;
use plenum::federation::Federation;
use plenum::http;
use plenum::services::users;
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use url::form_urlencoded::byte_serialize;

use super::routes::{Door, Route, routes};
use crate::harness::world::{Instance, World, on_each_engine};

/// Scopes that open everything.
const ALL: &str = "read write follow push profile";

/// What may stand where a key is expected, as it goes over the wire.
const KEYS: [&str; 14] = [
    "0",
    "-1",
    "abc",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
    "-9223372036854775808",
    "1.5",
    "%00",
    "%ff%fe",
    "%27%22%25_%5C",
    "$1",
    "%F0%9F%90%9D",
    "7%2F..%2F8",
];

/// Texts that have ended badly elsewhere.
const TEXTS: [&str; 16] = [
    "abc",
    "-1",
    "0",
    "1000000000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1e400",
    "",
    "%",
    "_\\%\\",
    "$1 ' \" ; -- \" OR 1=1",
    "a\u{0}b",
    "\u{202e}\u{200b}\u{feff}\u{e0001}",
    "\" AND NEAR( * ^ : ) NOT",
    "+275760-09-13T00:00:00.000Z",
];

/// Every name under which some route takes something.
const NAMES: [&str; 87] = [
    "limit",
    "offset",
    "max_id",
    "since_id",
    "min_id",
    "q",
    "acct",
    "type",
    "resolve",
    "following",
    "account_id",
    "id",
    "name",
    "title",
    "status",
    "status_id",
    "in_reply_to_id",
    "spoiler_text",
    "visibility",
    "language",
    "scheduled_at",
    "sensitive",
    "comment",
    "duration",
    "domain",
    "url",
    "choices",
    "category",
    "rule_ids",
    "status_ids",
    "media_ids",
    "account_ids",
    "timeline",
    "timelines",
    "types",
    "exclude_types",
    "any",
    "all",
    "none",
    "local",
    "only_media",
    "pinned",
    "tagged",
    "replies_policy",
    "exclusive",
    "context",
    "phrase",
    "keyword",
    "filter_action",
    "expires_in",
    "display_name",
    "note",
    "locked",
    "client_name",
    "redirect_uris",
    "redirect_uri",
    "scopes",
    "website",
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "description",
    "focus",
    "grouped_types",
    "group",
    "text",
    "intent",
    "passage",
    "prefix",
    "certainty",
    "answer",
    "answers",
    "reasoning",
    "statement",
    "theses",
    "adopted_on",
    "wording",
    "scope",
    "invited",
    "reason",
    "from",
    "origin",
    "listing",
    "organization",
    "as_of",
    "order",
];

/// Names of what has parts.
const GROUPS: [&str; 10] = [
    "poll",
    "source",
    "fields_attributes",
    "keywords_attributes",
    "media_attributes",
    "relations",
    "subscription",
    "data",
    "home",
    "notifications",
];

struct Answered {
    status: u16,
    body: String,
}

/// A server that does not count how often it is asked.
async fn patient(north: &Instance) -> Router {
    let mut app = north.app();
    let mut config = (*app.config).clone();
    config.limits.requests = 0;
    config.limits.uploads = 0;
    config.limits.deletions = 0;
    app.config = Arc::new(config);
    http::router(Federation::start(app).await.unwrap())
}

async fn ask(
    router: &Router,
    token: &str,
    method: &Method,
    path: &str,
    media: &str,
    body: Vec<u8>,
) -> Answered {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    if !media.is_empty() {
        request = request.header(CONTENT_TYPE, media);
    }
    let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answered { status: parts.status.as_u16(), body: String::from_utf8_lossy(&body).into_owned() }
}

/// Routes that answer at once, and without ending the token that asks.
fn asked() -> Vec<Route> {
    let open = |route: &Route| route.door != Door::Own && route.path != "/oauth/revoke";
    routes().into_iter().filter(open).collect()
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn look(&mut self, what: &str, route: &Route, answer: &Answered) {
        let health = route.path.ends_with("/health");
        if answer.status >= 500 || !(health || serde_json::from_str::<Value>(&answer.body).is_ok()) {
            let body: String = answer.body.chars().take(160).collect();
            self.0.push(format!("{} {} with {what}: {} {body}", route.method, route.path, answer.status));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0.join("\n"));
    }
}

async fn token(north: &Instance) -> String {
    north.app().db.write(|tx| users::token(tx, "ada", false, ALL)).await.unwrap()
}

/// A member with one thing of each kind, so that keys lead somewhere; the key of her post.
async fn populated(north: &Instance) -> String {
    north.person("ada", &[]).await;
    let app = north.client("ada", ALL).await;
    let post = app.post("/api/v1/statuses", json!({ "status": "hello #bees" })).await.ok();
    let key = post["id"].as_str().unwrap().to_owned();
    app.post("/api/v1/lists", json!({ "title": "Some" })).await.ok();
    let filter = json!({ "title": "f", "context": ["home"], "keywords_attributes": [{ "keyword": "x" }] });
    app.post("/api/v2/filters", filter).await.ok();
    app.post(&format!("/api/v1/statuses/{key}/bookmark"), json!({})).await.ok();
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn item_66_odd_keys_and_numbers() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let key = populated(north).await;
        let (token, router) = (token(north).await, patient(north).await);
        let mut faults = Faults::default();
        for route in asked() {
            if route.path.contains('{') {
                for odd in KEYS {
                    let answer = ask(&router, &token, &route.method, &route.with(odd), "", Vec::new()).await;
                    faults.look(odd, &route, &answer);
                }
            }
            if route.method != Method::GET {
                continue;
            }
            for text in TEXTS {
                let odd: String = byte_serialize(text.as_bytes()).collect();
                let query: Vec<String> = NAMES.iter().map(|name| format!("{name}={odd}")).collect();
                let listed: Vec<String> = NAMES.iter().map(|name| format!("{name}[]={odd}")).collect();
                for query in [query.join("&"), listed.join("&")] {
                    let path = format!("{}?{query}", route.with(&key));
                    let answer = ask(&router, &token, &route.method, &path, "", Vec::new()).await;
                    faults.look(text, &route, &answer);
                }
            }
            let many = vec!["id[]=7"; 500].join("&");
            for query in
                [many.as_str(), "id[]=%ED%A0%80&q=%ED%A0%80", "&&&=&[]=&[[[=1&a[b=1&]=2", "limit[a]=1&q[]=x"]
            {
                let path = format!("{}?{query}", route.with(&key));
                let answer = ask(&router, &token, &route.method, &path, "", Vec::new()).await;
                faults.look(query.split_at(query.len().min(30)).0, &route, &answer);
            }
        }
        faults.none();
    })
    .await;
}

/// Every name with this value, and every group with it in its parts.
fn everything(value: &Value) -> Value {
    let inner = json!({
        "options": [value, value], "expires_in": value, "multiple": value, "keyword": value, "name": value,
        "value": value, "privacy": value, "language": value, "endpoint": value, "last_read_id": value,
        "keys": { "p256dh": value, "auth": value }, "alerts": { "mention": value }, "policy": value, "id": value,
        "_destroy": value, "whole_word": value,
    });
    let mut body: Map<String, Value> = NAMES.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
    for name in GROUPS {
        let group = if name.ends_with("attributes") { json!([inner, inner]) } else { inner.clone() };
        body.insert(name.to_owned(), group);
    }
    Value::Object(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn item_100_odd_texts_in_every_field() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let key = populated(north).await;
        let (token, router) = (token(north).await, patient(north).await);
        let mut values: Vec<Value> = TEXTS.iter().map(|text| json!(text)).collect();
        values.extend([
            json!(null),
            json!([]),
            json!({}),
            json!([[["x"]]]),
            json!(-1),
            json!(1.5e300),
            json!(true),
        ]);
        values.push(json!(u64::MAX));
        values.push(json!("x".repeat(4_000)));
        let mut faults = Faults::default();
        for route in asked().iter().filter(|route| route.method != Method::GET) {
            for value in &values {
                let body = everything(value).to_string().into_bytes();
                let path = route.with(&key);
                let answer = ask(&router, &token, &route.method, &path, "application/json", body).await;
                let shown: String = value.to_string().chars().take(40).collect();
                faults.look(&shown, route, &answer);
            }
            for text in TEXTS {
                let odd: String = byte_serialize(text.as_bytes()).collect();
                let mut pairs: Vec<String> = NAMES.iter().map(|name| format!("{name}={odd}")).collect();
                pairs.extend(
                    GROUPS.iter().map(|name| format!("{name}[0][name]={odd}&{name}[options][]={odd}")),
                );
                let body = pairs.join("&").into_bytes();
                let form = "application/x-www-form-urlencoded";
                let answer = ask(&router, &token, &route.method, &route.with(&key), form, body).await;
                faults.look(text, route, &answer);
            }
        }
        faults.none();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_59_bodies_that_are_no_json() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let key = populated(north).await;
    let (token, router) = (token(north).await, patient(north).await);
    let deep = format!("{{\"status\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let long = format!("{{\"id\":[{}1]}}", "1,".repeat(400_000));
    let bodies: [(&str, Vec<u8>, bool); 9] = [
        ("10,000 levels", deep.into_bytes(), true),
        ("a long list", long.into_bytes(), false),
        ("a number beyond all numbers", b"{\"status\":1e400,\"limit\":1e400}".to_vec(), true),
        ("half a surrogate", b"{\"status\":\"\\ud800\"}".to_vec(), true),
        ("no UTF-8", b"{\"status\":\"\xff\xfe\"}".to_vec(), true),
        ("a zero", b"{\"status\":\"a\\u0000b\",\"title\":\"a\\u0000b\",\"q\":\"\\u0000\"}".to_vec(), false),
        ("half a document", b"{\"status\":".to_vec(), true),
        ("a list", b"[1,2,3]".to_vec(), false),
        ("2 MB", vec![b' '; 2 * 1024 * 1024], false),
    ];
    let mut faults = Faults::default();
    for route in asked().iter().filter(|route| route.method != Method::GET) {
        for (what, body, broken) in &bodies {
            let path = route.with(&key);
            let answer = ask(&router, &token, &route.method, &path, "application/json", body.clone()).await;
            faults.look(what, route, &answer);
            let reads = route.path == "/api/v1/statuses" || route.path == "/api/v1/lists";
            if *broken && reads && answer.status != 400 {
                faults.0.push(format!("{} {} takes {what}: {}", route.method, route.path, answer.status));
            }
        }
        let parts = b"--e\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nx".to_vec();
        for media in [
            "multipart/form-data",
            "multipart/form-data; boundary=e",
            "text/plain",
            "a/b;;;=\"",
            "application/xml",
        ] {
            let answer = ask(&router, &token, &route.method, &route.with(&key), media, parts.clone()).await;
            faults.look(media, route, &answer);
        }
    }
    faults.none();
}

#[tokio::test(flavor = "multi_thread")]
async fn item_66_limits_are_clamped_and_lost_cursors_harmless() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.client("ada", ALL).await;
    let mut keys = Vec::new();
    for number in 0..45 {
        let post =
            app.post("/api/v1/statuses", json!({ "status": format!("hello {number} #bees") })).await.ok();
        keys.push(post["id"].as_str().unwrap().to_owned());
    }
    let lists = ["/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/bees"];
    for list in lists {
        for (limit, most) in
            [("1000000000", 40), ("9223372036854775808", 40), ("abc", 20), ("0", 20), ("-1", 40), ("", 20)]
        {
            let found = app.get(&format!("{list}?limit={limit}")).await.ok();
            let found = found.as_array().unwrap().len();
            assert!((1..=most).contains(&found), "{list} with {limit}: {found}");
        }
    }
    let gone = &keys[20];
    app.ask(Method::DELETE, &format!("/api/v1/statuses/{gone}"), &[], None).await.ok();
    for list in lists {
        let older = app.get(&format!("{list}?max_id={gone}&limit=1")).await.each("id");
        assert_eq!(older, [keys[19].clone()], "{list}");
        let newer = app.get(&format!("{list}?min_id={gone}&limit=1")).await.each("id");
        assert_eq!(newer, [keys[21].clone()], "{list}");
    }
}
