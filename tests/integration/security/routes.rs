//! Every route of the client API with what it asks of a token, and proof that none is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::{Method, StatusCode};
use plenum::services::users;
use serde_json::json;

use crate::harness::client::Client;
use crate::harness::world::{Instance, World};

/// `PATH METHOD,METHOD=DOOR …`, one path a line.
const TABLE: &str = include_str!("../../fixtures/routes.txt");
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What a route asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Nothing; a token is not looked at.
    None,
    /// Nothing; but a token that is sent must have the scope.
    Open(&'static str),
    /// A user's token with the scope.
    User(&'static str),
    /// Any token, also that of an app by itself.
    App,
    /// A stream: it has rules and stories of its own.
    Own,
}

/// One method of one path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) door: Door,
}

impl Route {
    /// The path with this in the place of everything in braces.
    pub(crate) fn with(&self, key: &str) -> String {
        fill(self.path, key)
    }
}

fn fill(path: &str, key: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { key } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The table.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for line in TABLE.lines() {
        let mut words = line.split(' ');
        let path = words.next().unwrap();
        for word in words {
            let (methods, door) = word.split_once('=').unwrap();
            let door = match door {
                "-" => Door::None,
                "app" => Door::App,
                "own" => Door::Own,
                word => word.strip_prefix('?').map_or(Door::User(word), Door::Open),
            };
            let methods = methods.split(',').map(|method| method.parse().unwrap());
            routes.extend(methods.map(|method| Route { method, path, door }));
        }
    }
    routes
}

fn paths_in(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths_in(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let mut literals = source.split('"').skip(1).step_by(2);
        found.extend(
            literals
                .by_ref()
                .filter(|text| {
                    let ours = ["/api/v", "/api/plenum/"].iter().any(|start| text.starts_with(start));
                    ours && !text.ends_with('/')
                })
                .map(str::to_owned),
        );
    }
}

#[test]
fn every_path_of_the_sources_stands_in_the_table() {
    let mut found = BTreeSet::new();
    paths_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/mastodon"), &mut found);
    assert!(found.len() > 100, "{found:?}");
    let known = found.len();
    paths_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/native"), &mut found);
    assert!(found.len() > known + 10, "{found:?}");
    let listed: BTreeSet<&str> = routes().iter().map(|route| route.path).collect();
    let missing: Vec<_> = found.iter().filter(|path| !listed.contains(&***path)).collect();
    assert!(missing.is_empty(), "add these to tests/fixtures/routes.txt: {missing:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_has_exactly_the_methods_of_the_table() {
    let world = World::of(["north"]).await;
    let mut listed: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    for route in routes() {
        listed.entry(route.path).or_default().push(route.method);
    }
    for (path, methods) in &listed {
        let app = world.at("north").stranger();
        for method in METHODS {
            let method: Method = method.parse().unwrap();
            let (status, _) = app.head_of(method.clone(), &fill(path, "7"), &[]).await;
            // Two patterns that meet at one address: the nearer one answers.
            let known = status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(known, methods.contains(&method), "{method} {path}: {status}");
        }
    }
}

/// Everything that this scope is not needed for: all the small scopes but this one.
fn all_but(scope: &str) -> String {
    let rest = plenum::domain::scope::SCOPES.iter().filter(|word| {
        let small = word.contains(':') || matches!(**word, "profile" | "push");
        let parent = scope == "read" && word.starts_with("read:");
        let either = scope == "profile" && matches!(**word, "profile" | "read:accounts");
        let above = scope.starts_with(&format!("{word}:"));
        small && !parent && !above && !either && **word != scope
    });
    rest.copied().collect::<Vec<_>>().join(" ")
}

async fn token(north: &Instance, scopes: &str) -> String {
    north.app().db.write(|tx| users::token(tx, "ada", false, scopes)).await.unwrap()
}

/// A token that speaks for an app only.
async fn app_token(app: &Client) -> String {
    let body = json!({ "client_name": "Bot", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write follow push profile" });
    let made = app.post("/api/v1/apps", body).await.ok();
    let body = json!({
        "grant_type": "client_credentials", "scope": "read write follow push profile",
        "client_id": made["client_id"], "client_secret": made["client_secret"],
    });
    app.post("/oauth/token", body).await.ok()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_79_every_route_asks_for_its_scope() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let robot = app_token(&north.stranger()).await;
    let mut findings = Vec::new();
    for route in routes() {
        let path = route.with("7");
        let ask = async |app: Client| {
            // A fresh server each time: this is not about how often one may ask.
            let reply = app.ask(route.method.clone(), &path, &[], None).await;
            (reply.status.as_u16(), reply.json["error"].as_str().unwrap_or_default().to_owned())
        };
        let (scope, user) = match route.door {
            Door::None | Door::Own => continue,
            Door::App => ("any", false),
            Door::Open(scope) => (scope, false),
            Door::User(scope) => (scope, true),
        };
        let mut expect = |who: &str, fits: bool, got: &(u16, String)| {
            if !fits {
                findings.push(format!("{} {}: {who} gets {got:?}", route.method, route.path));
            }
        };
        let got = ask(north.stranger()).await;
        let needs = user || route.door == Door::App;
        expect("without a token", if needs { got.0 == 401 } else { got.0 != 401 && got.0 != 403 }, &got);
        let got = ask(north.with_token("made-up")).await;
        expect("an invalid token", got.0 == 401, &got);
        let got = ask(north.with_token(&robot)).await;
        let alone = got.0 == 422 && got.1.contains("requires an authenticated user");
        // No app by itself has the scopes of moderators.
        let fits = match scope.starts_with("admin:") {
            true => got.0 == 403 && got.1.contains("outside the authorized scopes"),
            false => alone == user && got.0 != 401 && got.0 != 403,
        };
        expect("an app by itself", fits, &got);
        if scope == "any" {
            continue;
        }
        let got = ask(north.with_token(&token(north, &all_but(scope)).await)).await;
        expect("every other scope", got.0 == 403 && got.1.contains("outside the authorized scopes"), &got);
        let got = ask(north.with_token(&token(north, scope).await)).await;
        expect("its scope", got.0 != 401 && !got.1.contains("scopes") && got.0 < 500, &got);
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn item_79_no_scope_makes_an_admin() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let app = north.client("ada", "admin:read admin:write read write").await;
    for path in ["/api/v1/admin/accounts", "/api/v1/admin/reports", "/api/v2/admin/accounts"] {
        let status = app.get(path).await.status;
        assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status), "{path}: {status}");
    }
    let narrow = north.client("ada", "admin:read").await;
    assert_eq!(narrow.get("/api/v1/timelines/home").await.status, StatusCode::FORBIDDEN);
}
