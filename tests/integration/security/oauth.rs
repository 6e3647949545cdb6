//! Ways in that must stay shut, and ways in that must close (items 69, 77, 78, 80, 81, 84, 88 and 99).

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, StatusCode};
use plenum::domain::user::{Role, Roles};
use plenum::services::users;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::harness::browser::Page;
use crate::harness::client::Client;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, PASSWORD, World, password};

const BACK: &str = "https://app.example/back";

async fn register(app: &Client) -> Value {
    let body = json!({ "client_name": "Reader", "redirect_uris": BACK, "scopes": "read write" });
    app.post("/api/v1/apps", body).await.ok()
}

fn ask(credentials: &Value, redirect: &str, more: &[(&str, &str)]) -> String {
    let id = credentials["client_id"].as_str().unwrap();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", redirect),
        ("scope", "read"),
    ]);
    format!("/oauth/authorize?{}", query.extend_pairs(more).finish())
}

/// The code that a member lets an app have.
async fn code(north: &Instance, name: &str, credentials: &Value, voice: Option<String>) -> String {
    let mut browser = north.signed_in(name).await;
    let consent = browser.open(&ask(credentials, BACK, &[])).await;
    let (action, mut values) = consent.filled("main form");
    values.push(("decision".to_owned(), "allow".to_owned()));
    if let Some(voice) = voice {
        values.retain(|(name, _)| name != "account");
        values.push(("account".to_owned(), voice));
    }
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&values).finish();
    let answer = browser.once(Method::POST, &action, Some(body)).await;
    let address = answer.headers[LOCATION].to_str().unwrap();
    address.split_once("?code=").unwrap().1.to_owned()
}

fn grant(credentials: &Value, code: &str, redirect: &str) -> Value {
    json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": redirect,
        "client_id": credentials["client_id"], "client_secret": credentials["client_secret"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn item_77_only_the_very_address_gets_the_code() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.stranger();
    let credentials = register(&app).await;
    let mut browser = north.signed_in("ada").await;
    let others = [
        "https://app.example/back/",
        "https://app.example/back/more",
        "https://app.example/back?x=1",
        "https://app.example/back#x",
        "https://app.example/",
        "https://app.example/back/../other",
        "https://ada@app.example/back",
        "https://app.example:8443/back",
        "http://app.example/back",
        "https://app.example.evil.example/back",
        "https://APP.example/back",
        "HTTPS://app.example/back",
        "//app.example/back",
        "evil:/back",
        "https://app.example/back\r\nx: y",
        "urn:ietf:wg:oauth:2.0:oob",
    ];
    for other in others {
        let page: Page = browser.once(Method::GET, &ask(&credentials, other, &[]), None).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{other}");
        assert!(!page.headers.contains_key(LOCATION), "{other}");
    }
    let code = code(north, "ada", &credentials, None).await;
    for other in others {
        let denied = app.post("/oauth/token", grant(&credentials, &code, other)).await;
        assert_eq!(denied.json["error"], "invalid_grant", "{other} at the second step");
    }
    app.post("/oauth/token", grant(&credentials, &code, BACK)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn item_78_a_code_is_for_one_app_and_ten_minutes() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.stranger();
    let (credentials, other) = (register(&app).await, register(&app).await);
    let first = code(north, "ada", &credentials, None).await;
    let stolen = app.post("/oauth/token", grant(&other, &first, BACK)).await;
    assert_eq!((stolen.status, &stolen.json["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    world.clock.advance(601);
    let late = app.post("/oauth/token", grant(&credentials, &first, BACK)).await;
    assert_eq!(late.json["error"], "invalid_grant", "it is over");
    let plain = code(north, "ada", &credentials, None).await;
    let mut downgraded = grant(&credentials, &plain, BACK);
    downgraded["code_verifier"] = json!("a verifier that is longer than forty-three characters");
    let denied = app.post("/oauth/token", downgraded).await;
    assert_eq!(denied.json["error"], "invalid_grant", "nobody asked with a challenge");
    app.post("/oauth/token", grant(&credentials, &plain, BACK)).await.ok();
    let mut browser = north.signed_in("ada").await;
    for method in ["plain", ""] {
        let more = [("code_challenge", "abc"), ("code_challenge_method", method)];
        let refused = browser.once(Method::GET, &ask(&credentials, BACK, &more), None).await;
        let address = refused.headers[LOCATION].to_str().unwrap();
        assert!(address.starts_with(&format!("{BACK}?error=invalid_request")), "{method}: {address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_80_no_answer_repeats_a_token() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let db = north.app().db;
    let token = db.write(|tx| users::token(tx, "ada", false, "read write")).await.unwrap();
    let app = north.stranger();
    for number in 0..3 {
        let body = json!({ "status": format!("number {number}"), "access_token": token });
        app.post("/api/v1/statuses", body).await.ok();
    }
    for name in ["access_token", "bearer_token"] {
        let paths = [
            "/api/v1/timelines/home?limit=1",
            "/api/v1/nowhere?x=1",
            "/api/v1/statuses/7?x=1",
            "/nowhere?x=1",
            "/sign-in?x=1",
        ];
        for path in paths {
            let asked = format!("{path}&{name}={token}");
            let headers = [("referer", asked.as_str())];
            let (status, headers) = app.head_of(Method::GET, &asked, &headers).await;
            assert!(!repeats(&headers, &token), "{asked}: {status} {headers:?}");
            let page = north.browser().open(&asked).await;
            assert!(!page.body.contains(&token), "{asked}: {}", page.body);
        }
    }
    let page = app.get(&format!("/api/v1/timelines/home?limit=1&bearer_token={token}")).await;
    assert!(
        page.link("next").is_some_and(|next| next.contains("limit=1")),
        "the page has links all the same"
    );
}

fn repeats(headers: &HeaderMap, token: &str) -> bool {
    headers.values().any(|value| String::from_utf8_lossy(value.as_bytes()).contains(token))
}

#[tokio::test(flavor = "multi_thread")]
async fn item_81_another_password_ends_what_was_open() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.stranger();
    let credentials = register(&app).await;
    let waiting = code(north, "ada", &credentials, None).await;
    let used = code(north, "ada", &credentials, None).await;
    let token = app.post("/oauth/token", grant(&credentials, &used, BACK)).await.ok();
    let inside = north.with_token(token["access_token"].as_str().unwrap());
    inside.get("/api/v1/preferences").await.ok();
    let mut browser = north.signed_in("ada").await;
    let other = password();
    north.app().db.write(|tx| users::set_password(tx, None, "ada", &other)).await.unwrap();
    assert_eq!(inside.get("/api/v1/preferences").await.status, StatusCode::UNAUTHORIZED);
    assert!(browser.open("/notifications").await.path.starts_with("/sign-in"), "the session is over");
    let late = app.post("/oauth/token", grant(&credentials, &waiting, BACK)).await;
    assert_eq!(late.json["error"], "invalid_grant", "a code from before buys nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_81_who_no_longer_publishes_no_longer_speaks_for_the_organization() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[Role::Publisher]).await;
    let app = north.stranger();
    let credentials = register(&app).await;
    let organization = Some(north.organization().await.id.to_string());
    let waiting = code(north, "ada", &credentials, organization.clone()).await;
    let used = code(north, "ada", &credentials, organization).await;
    let speaks = async |code: &str| {
        let token = app.post("/oauth/token", grant(&credentials, code, BACK)).await.json;
        let token = token["access_token"].as_str().unwrap_or("none").to_owned();
        (token.clone(), north.with_token(&token).get("/api/v1/preferences").await.status)
    };
    let (token, status) = speaks(&used).await;
    assert_eq!(status, StatusCode::OK);
    north.app().db.write(|tx| users::set_roles(tx, None, "ada", Roles::of(&[]))).await.unwrap();
    assert_eq!(north.with_token(&token).get("/api/v1/preferences").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(speaks(&waiting).await.1, StatusCode::UNAUTHORIZED, "nor with a code from before");
}

/// Every address that changes something for whoever holds the cookie.
const FORMS: [&str; 16] = [
    "/sign-out",
    "/settings/second-factor",
    "/settings/import",
    "/oauth/authorize",
    "/notifications/seen",
    "/reply",
    "/contributions/7/edit",
    "/contributions/7/delete",
    "/contributions/7/approve",
    "/threads/7/resync",
    "/@north/follow",
    "/publish",
    "/drafts/7/delete",
    "/statements/on-bees/revise",
    "/statements/on-bees/retract",
    "/statements/on-bees/supersede",
];

#[tokio::test(flavor = "multi_thread")]
async fn item_84_no_form_is_sent_from_elsewhere_and_no_page_is_framed() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let app = north.stranger();
    let credentials = register(&app).await;
    let mut browser = north.signed_in("north_admin").await;
    let cookies = browser.cookie_header();
    let home = browser.open("/").await;
    let csrf = home.attribute("input[name=csrf]", "value").unwrap();
    for path in FORMS {
        let page = browser.once(Method::POST, path, Some("text=x".to_owned())).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} without the token of the form");
        let good = format!("csrf={csrf}&text=x");
        for (name, value) in
            [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
        {
            let headers = [
                ("cookie", cookies.as_str()),
                (name, value),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            let (status, _) = app.head_with(Method::POST, path, &headers, &good).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} with {name}: {value}");
        }
        let headers = [("cookie", cookies.as_str()), ("content-type", "text/plain")];
        let (status, _) = app.head_with(Method::POST, path, &headers, &good).await;
        assert!(
            [StatusCode::FORBIDDEN, StatusCode::UNSUPPORTED_MEDIA_TYPE].contains(&status),
            "{path}: {status}"
        );
    }
    let asking = ask(&credentials, BACK, &[]);
    for path in [
        asking.as_str(),
        "/sign-in",
        "/settings/second-factor",
        "/settings/export",
        "/publish",
        "/moderation",
        "/",
        "/nowhere",
    ] {
        let page = browser.open(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_88_shared_caches_keep_nothing_of_members() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.client("ada", "read write").await;
    let post =
        app.post("/api/v1/statuses", json!({ "status": "for few", "visibility": "private" })).await.ok();
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    for asked in [path.as_str(), "/api/v1/timelines/public", "/api/v1/timelines/home"] {
        let reply = app.get(asked).await;
        assert_eq!(reply.headers["cache-control"], "private, no-store", "{asked}");
        assert!(reply.headers["vary"].to_str().unwrap().contains("Authorization"), "{asked}");
    }
    let url = post["url"].as_str().unwrap();
    let page = url.strip_prefix(&north.origin()).unwrap();
    let mut browser = north.signed_in("ada").await;
    for path in [page, "/", "/@ada"] {
        let shown = browser.open(path).await;
        assert_eq!(shown.headers["cache-control"], "private, no-store", "{path} for a member");
        assert!(shown.headers["vary"].to_str().unwrap().contains("Cookie"), "{path}");
        let stranger = north.browser().open(path).await;
        assert!(!stranger.body.contains("for few"), "{path} for a stranger");
        assert!(stranger.headers["vary"].to_str().unwrap().contains("Cookie"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_99_signing_in_leads_nowhere_else() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let mut browser = north.signed_in("ada").await;
    for away in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%2Fevil.example/..",
        "\t//evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "@evil.example",
    ] {
        let next: String = form_urlencoded::byte_serialize(away.as_bytes()).collect();
        let safe = |address: &str| {
            address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\t'])
        };
        // Who is signed in is led on at once; a stranger carries it along in the form.
        for asker in [&mut browser, &mut north.browser()] {
            let page = asker.once(Method::GET, &format!("/sign-in?next={next}"), None).await;
            let on = page.headers.get(LOCATION).map(|address| address.to_str().unwrap().to_owned());
            let on = on.or_else(|| page.attribute("input[name=next]", "value")).unwrap();
            assert!(safe(&on), "{away} leads to {on}");
        }
    }
    for path in ["//evil.example", "/%2Fevil.example", "//evil.example/..", "/web//evil.example"] {
        let page = browser.once(Method::GET, path, None).await;
        assert!(!page.headers.contains_key(LOCATION), "{path} leads to {:?}", page.headers.get(LOCATION));
    }
    assert_eq!(
        north.browser().sign_in("ada", PASSWORD, "/@ada").await.path,
        "/@ada",
        "a page of ours is found again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn item_69_nobody_fills_the_list_of_apps() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let many: Vec<String> = (0..10_000).map(|at| format!("app:/{at}")).collect();
    let huge = "x".repeat(900_000);
    for (name, redirect, website) in [
        (json!(huge), json!(BACK), json!(null)),
        (json!("x"), json!(format!("{BACK}/{huge}")), json!(null)),
        (json!("x"), json!(many), json!(null)),
        (json!("x"), json!(many.join("\n")), json!(null)),
        (json!("x"), json!(BACK), json!(format!("https://app.example/{huge}"))),
        (json!([["x"]]), json!({ "a": [BACK] }), json!(7)),
    ] {
        let body = json!({ "client_name": name, "redirect_uris": redirect, "website": website });
        let reply = north.stranger().post("/api/v1/apps", body).await;
        assert!(reply.status.is_client_error(), "{}", reply.status);
    }
    let larger = json!({ "client_name": "x".repeat(2_000_000), "redirect_uris": BACK });
    let refused = north.stranger().post("/api/v1/apps", larger).await.status;
    assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);

    let app = north.stranger();
    let body = || json!({ "client_name": "Reader", "redirect_uris": BACK });
    for _ in 0..60 {
        app.post("/api/v1/apps", body()).await.ok();
    }
    // A token that nobody looks at makes nobody another one.
    for app in [app.clone(), app.bearing("made up"), app.bearing("made up, too")] {
        assert_eq!(app.post("/api/v1/apps", body()).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    app.get("/api/v2/instance").await.ok();
    world.advance_seconds(601);
    app.post("/api/v1/apps", body()).await.ok();
}
