//! How an app gets in, through our page and back, and what it may do then.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::harness::client::Client;
use crate::harness::world::{Instance, PASSWORD, World, on_each_engine};

const BACK: &str = "com.tapbots.Ivory.10217:/request_token";
const VERIFIER: &str = "a verifier that is longer than forty-three characters";

async fn register(app: &Client, redirect: &str) -> Value {
    let body =
        json!({ "client_name": "Reader", "redirect_uris": redirect, "scopes": "read write push profile" });
    app.post("/api/v1/apps", body).await.ok()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn challenge() -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, VERIFIER.as_bytes()).as_ref())
}

fn page(pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/oauth/authorize/?{query}")
}

/// The address that a member's decision leads to.
async fn decides(north: &Instance, name: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let mut browser = north.signed_in(name).await;
    let consent = browser.open(path).await;
    assert_eq!(consent.status, StatusCode::OK, "{}", consent.body);
    let policy = consent.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("form-action") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!consent.headers.contains_key("cross-origin-opener-policy"));
    let (action, mut values) = consent.filled("main form");
    values.retain(|(key, _)| !fields.iter().any(|(name, _)| name == key));
    values.extend(fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&values).finish();
    let answer = browser.once(Method::POST, &action, Some(body)).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
    answer.headers[LOCATION].to_str().unwrap().to_owned()
}

fn said(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_gets_in_once_and_out_again() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let app = north.stranger();
        let credentials = register(&app, BACK).await;
        assert_eq!(credentials["redirect_uri"], BACK);
        assert!(credentials["website"].is_null() && credentials["id"].is_string());
        let (id, secret) = (text(&credentials["client_id"]), text(&credentials["client_secret"]));
        let challenge = challenge();
        let path = page(&[
            ("response_type", "code"),
            ("client_id", &id),
            ("redirect_uri", BACK),
            ("scope", "read write:statuses profile"),
            ("state", "a b"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let address = decides(north, "ada", &path, &[("decision", "allow")]).await;
        assert!(address.starts_with("com.tapbots.Ivory.10217:/request_token?code="), "{address}");
        assert_eq!(said(&address, "state").as_deref(), Some("a b"));
        let code = said(&address, "code").unwrap();
        let grant = |verifier: &str| {
            json!({ "grant_type": "authorization_code", "code": code, "client_id": id,
                "client_secret": secret, "redirect_uri": BACK, "code_verifier": verifier })
        };
        let wrong = app.post("/oauth/token", grant("another")).await;
        assert_eq!((wrong.status, &wrong.json["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
        let token = app.post("/oauth/token", grant(VERIFIER)).await.ok();
        assert_eq!(token["scope"], "read write:statuses profile");
        assert!(token["created_at"].is_i64() && token["token_type"] == "Bearer");
        let inside = north.with_token(token["access_token"].as_str().unwrap());
        let who = inside.get("/oauth/userinfo").await.ok();
        assert_eq!(who["preferred_username"], "ada");
        assert_eq!(inside.get("/api/v1/apps/verify_credentials").await.ok()["name"], "Reader");
        assert_eq!(inside.get("/api/v1/push/subscription").await.status, StatusCode::FORBIDDEN);
        let again = app.post("/oauth/token", grant(VERIFIER)).await;
        assert_eq!(again.json["error"], "invalid_grant");
        let ended = inside.get("/api/v1/preferences").await;
        assert_eq!(ended.status, StatusCode::UNAUTHORIZED, "a code that comes twice ends its token");
        assert_eq!(ended.json["error"], "The access token is invalid");
        let revoke = json!({ "client_id": id, "client_secret": secret, "token": "unknown" });
        assert_eq!(app.post("/oauth/revoke", revoke).await.ok(), json!({}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_to_an_address_that_was_not_registered() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.stranger();
    let credentials = register(&app, "https://phanpy.social").await;
    let id = text(&credentials["client_id"]);
    let mut browser = north.signed_in("ada").await;
    for redirect in ["https://phanpy.social/", "https://evil.example", ""] {
        let path = page(&[("response_type", "code"), ("client_id", &id), ("redirect_uri", redirect)]);
        let answer = browser.once(Method::GET, path.as_str(), None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{redirect}");
        assert!(!answer.headers.contains_key(LOCATION));
    }
    let ask = |scope: &str| {
        let pairs = [
            ("response_type", "code"),
            ("client_id", id.as_str()),
            ("redirect_uri", "https://phanpy.social"),
            ("scope", scope),
        ];
        page(&pairs)
    };
    let answer = browser.once(Method::GET, &ask("admin:read"), None).await;
    let address = answer.headers[LOCATION].to_str().unwrap();
    assert!(address.starts_with("https://phanpy.social?error=invalid_scope"), "{address}");
    let refused = decides(north, "ada", &ask("read"), &[("decision", "deny")]).await;
    assert_eq!(said(&refused, "error").as_deref(), Some("access_denied"));
    let other = json!({ "client_name": "x", "redirect_uris": "javascript:alert(1)" });
    assert_eq!(app.post("/api/v1/apps", other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(Url::parse(address).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_may_let_an_app_speak_for_the_organization_and_a_member_may_not() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[Role::Publisher]).await;
    north.person("bob", &[]).await;
    let organization = north.organization().await.id.to_string();
    let app = north.stranger();
    let credentials = register(&app, "urn:ietf:wg:oauth:2.0:oob").await;
    let (id, secret) = (text(&credentials["client_id"]), text(&credentials["client_secret"]));
    let path = page(&[
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
        ("scope", "read profile"),
    ]);
    let fields = [("account", organization.as_str()), ("decision", "allow")];
    let address = decides(north, "ada", &path, &fields).await;
    assert!(address.starts_with("/oauth/authorize/native?code="), "{address}");
    let shown = north.signed_in("ada").await.open(&address).await;
    let code = said(&address, "code").unwrap();
    assert!(shown.says(&code));
    let grant = json!({ "grant_type": "authorization_code", "code": code, "client_id": id,
        "client_secret": secret, "redirect_uri": "urn:ietf:wg:oauth:2.0:oob" });
    let token = app.post("/oauth/token", grant).await.ok();
    let inside = north.with_token(token["access_token"].as_str().unwrap());
    assert_eq!(inside.get("/oauth/userinfo").await.ok()["preferred_username"], "north");

    let mut bob = north.signed_in("bob").await;
    let consent = bob.open(&path).await;
    assert!(!consent.body.contains(&format!("value=\"{organization}\"")));
    let (action, mut values) = consent.filled("main form");
    values.retain(|(name, _)| name != "account");
    values.extend(fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(bob.post(&action, &values).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_by_itself_reads_what_is_public_and_speaks_for_nobody() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let app = north.stranger();
    let credentials = register(&app, BACK).await;
    let body = |secret: &Value| {
        json!({ "grant_type": "client_credentials", "client_id": credentials["client_id"],
            "client_secret": secret, "scope": "read" })
    };
    let wrong = app.post("/oauth/token", body(&json!("guess"))).await;
    assert_eq!((wrong.status, &wrong.json["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
    let token = app.post("/oauth/token", body(&credentials["client_secret"])).await.ok();
    let inside = north.with_token(token["access_token"].as_str().unwrap());
    assert_eq!(inside.get("/api/v1/apps/verify_credentials").await.ok()["name"], "Reader");
    inside.get("/api/v1/timelines/public").await.ok();
    assert_eq!(inside.get("/api/v1/preferences").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refresh = json!({ "grant_type": "password" });
    assert_eq!(app.post("/oauth/token", refresh).await.json["error"], "unsupported_grant_type");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_json_and_may_be_read_by_pages_elsewhere() {
    let world = World::of(["north"]).await;
    let app = world.at("north").stranger();
    for path in ["/api/v1/nowhere", "/api/v9", "/oauth/nothing", "/api/v1/instance/", "/api/v2/instance/"] {
        let answer = app.ask(Method::GET, path, &[("origin", "https://app.example")], None).await;
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
    }
    let v2 = app.get("/api/v2/instance").await.ok();
    assert!(v2["version"].as_str().unwrap().starts_with("4.") && v2["contact"]["email"].is_string());
    assert!(v2["configuration"]["statuses"]["max_characters"].is_u64());
    assert!(v2["contact"]["account"]["id"].is_string());
    let v1 = app.get("/api/v1/instance").await.ok();
    assert_eq!((v1["uri"].as_str(), v1["stats"]["user_count"].as_i64()), (v2["domain"].as_str(), Some(1)));
    for path in ["/api/v1/custom_emojis", "/api/v1/trends/tags", "/api/v1/trends/links"] {
        assert_eq!(app.get(path).await.ok(), json!([]), "{path}");
    }
    let metadata = app.get("/.well-known/oauth-authorization-server").await.ok();
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_can_have_the_member_asked_again() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let credentials = register(&north.stranger(), BACK).await;
    assert_eq!(credentials["vapid_key"].as_str().unwrap().len(), 87);
    let id = text(&credentials["client_id"]);
    let asked = [("response_type", "code"), ("client_id", &id), ("redirect_uri", BACK), ("state", "a b")];
    let mut browser = north.signed_in("ada").await;
    let at_once = browser.open(&page(&asked)).await;
    assert!(at_once.path.starts_with("/oauth/authorize"), "{}", at_once.path);
    for wish in ["true", "True", "1"] {
        let forced = page(&[&asked[..], &[("force_login", wish)]].concat());
        let question = browser.open(&forced).await;
        assert!(question.path.starts_with("/sign-in?"), "{}", question.path);
        let consent = browser.send(&question, "main form", &[("name", "ada"), ("password", PASSWORD)]).await;
        assert!(consent.path.starts_with("/oauth/authorize?"), "{}", consent.path);
        assert!(consent.says("Reader"));
        let (_, fields) = consent.filled("main form");
        assert!(fields.contains(&("state".to_owned(), "a b".to_owned())), "{fields:?}");
    }
    let unforced = page(&[&asked[..], &[("force_login", "false")]].concat());
    assert!(browser.open(&unforced).await.path.starts_with("/oauth/authorize"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_which_app_people_write_is_for_their_own_eyes() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.stranger();
    let body = json!({
        "client_name": "Reader", "redirect_uris": BACK, "scopes": ["read", "write"],
        "website": "https://reader.example",
    });
    let credentials = app.post("/api/v1/apps", body).await.ok();
    assert_eq!(credentials["scopes"], json!(["read", "write"]));
    let (id, secret) = (text(&credentials["client_id"]), text(&credentials["client_secret"]));
    let path = page(&[
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", BACK),
        ("scope", "read write"),
    ]);
    let address = decides(north, "ada", &path, &[("decision", "allow")]).await;
    let code = said(&address, "code").unwrap();
    let asked = json!({
        "grant_type": "authorization_code", "client_id": id, "client_secret": secret,
        "redirect_uri": BACK, "code": code,
    });
    let token = text(&app.post("/oauth/token", asked).await.ok()["access_token"]);
    let ada = north.with_token(&token);
    let said = ada.post("/api/v1/statuses", json!({ "status": "With an app" })).await.ok();
    let named = json!({ "name": "Reader", "website": "https://reader.example" });
    assert_eq!(said["application"], named);
    let seen = app.get(&format!("/api/v1/statuses/{}", text(&said["id"]))).await.ok();
    assert!(seen["application"].is_null());
    let own = ada.get(&format!("/api/v1/statuses/{}", text(&said["id"]))).await.ok();
    assert_eq!(own["application"], named);

    let console = north.client("ada", "read write").await;
    let said = console.post("/api/v1/statuses", json!({ "status": "Without one" })).await.ok();
    assert!(said["application"].is_null());
    assert!(console.get("/api/v1/apps/verify_credentials").await.ok()["name"].is_string());
}
