//! The description of our own API is true in both directions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::openapi::{DOCUMENT, operations, validator};
use crate::harness::world::World;
use crate::security::routes::{Door, routes};

/// What a token needs, as the description says it.
fn security(door: Door) -> Value {
    match door {
        Door::None => json!([]),
        Door::Open(scope) => json!([{}, { "oauth": [scope] }]),
        Door::User(scope) => json!([{ "oauth": [scope] }]),
        Door::App | Door::Own => panic!("no route of ours is open to apps by themselves"),
    }
}

#[test]
fn every_route_is_described_with_its_scope_and_no_other() {
    let ours = routes().into_iter().filter(|route| route.path.starts_with("/api/plenum/"));
    let routes: BTreeSet<String> =
        ours.map(|route| format!("{} {} {}", route.method, route.path, security(route.door))).collect();
    let said = operations().iter();
    let described: BTreeSet<String> =
        said.map(|one| format!("{} {} {}", one.method, one.path, one.described["security"])).collect();
    assert!(routes.len() > 20, "{routes:#?}");
    assert_eq!(routes, described);
    let scopes = DOCUMENT["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]["scopes"]
        .as_object()
        .unwrap();
    for scope in scopes.keys() {
        assert!(plenum::domain::scope::SCOPES.contains(&scope.as_str()), "{scope}");
    }
}

#[test]
fn every_part_of_a_path_is_a_parameter_and_every_schema_is_used() {
    let text = DOCUMENT.to_string();
    for one in operations() {
        let parameters = one.described["parameters"].as_array().cloned().unwrap_or_default();
        let of = |place: &str| {
            let these = parameters.iter().filter(|parameter| parameter["in"] == place);
            these.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let parts = one.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(of("path"), parts.map(str::to_owned).collect(), "{} {}", one.method, one.path);
    }
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name} is never answered");
    }
}

#[test]
fn the_description_finds_what_is_wrong() {
    let account = validator(&json!({ "$ref": "#/components/schemas/Account" }));
    let good = json!({
        "id": "7", "kind": "person", "uri": "https://a.example/x", "url": "https://a.example/x",
        "handle": "x@a.example", "name": "X", "here": true,
    });
    assert!(account.is_valid(&good));
    for (key, value) in [
        ("id", json!(7)),
        ("id", json!("seven")),
        ("kind", json!("bee")),
        ("uri", json!("/x")),
        ("here", Value::Null),
        ("rank", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!account.is_valid(&bad), "{bad}");
    }
    let mut less = good.clone();
    less.as_object_mut().unwrap().remove("name");
    assert!(!account.is_valid(&less));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served() {
    let world = World::of(["north"]).await;
    let served = world.at("north").stranger().get("/api/plenum/v1/openapi.json").await;
    assert_eq!(served.headers["content-type"], "application/json");
    assert_eq!(served.ok(), *DOCUMENT);
}
