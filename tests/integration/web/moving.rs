//! Members take their relations to another server, and bring them from one.

use axum::http::StatusCode;
use plenum::services::relations;
use serde_json::json;

use crate::harness::client::Client;
use crate::harness::world::{Instance, World};

const FILES: [&str; 6] = [
    "following_accounts.csv",
    "blocked_accounts.csv",
    "muted_accounts.csv",
    "blocked_domains.csv",
    "lists.csv",
    "bookmarks.csv",
];

async fn files(at: &Instance, name: &str) -> Vec<String> {
    let mut browser = at.signed_in(name).await;
    let mut files = Vec::new();
    for file in FILES {
        let page = browser.open(&format!("/settings/export/{file}")).await;
        assert_eq!(page.status, StatusCode::OK, "{file}");
        assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8");
        assert!(page.headers["content-disposition"].to_str().unwrap().contains(file));
        files.push(page.body);
    }
    files
}

async fn bring(at: &Instance, name: &str, fields: &[(&str, &str)]) -> crate::harness::browser::Page {
    let mut browser = at.signed_in(name).await;
    let page = browser.open("/settings/export").await;
    browser.send(&page, "form[action='/settings/import']", fields).await
}

async fn id_of(client: &Client, handle: &str) -> String {
    let path = format!("/api/v1/accounts/search?q={handle}&resolve=true");
    client.get(&path).await.ok()[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_takes_everything_along() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    for name in ["bela", "cleo", "dora"] {
        south.person(name, &[]).await;
    }
    north.person("ada", &[]).await;
    let ada = north.client("ada", "read write follow").await;
    let bela = south.client("bela", "read write").await;
    let said = bela.post("/api/v1/statuses", json!({ "status": "worth keeping" })).await.ok();
    let [bela, cleo, dora] = ["bela", "cleo", "dora"].map(|name| format!("{name}@{}", south.host));
    let mut ids = Vec::new();
    for handle in [&bela, &cleo, &dora] {
        ids.push(id_of(&ada, handle).await);
    }
    let options = json!({ "reblogs": false, "languages": ["en", "de"] });
    ada.post(&format!("/api/v1/accounts/{}/follow", ids[0]), options).await.ok();
    world.settle().await;
    ada.post(&format!("/api/v1/accounts/{}/block", ids[1]), json!({})).await.ok();
    ada.post(&format!("/api/v1/accounts/{}/mute", ids[2]), json!({ "notifications": false })).await.ok();
    ada.post("/api/v1/domain_blocks", json!({ "domain": "loud.example" })).await.ok();
    let list = ada.post("/api/v1/lists", json!({ "title": "Press, \"free\"" })).await.ok();
    let members = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
    ada.post(&members, json!({ "account_ids": [ids[0]] })).await.ok();
    let found = format!("/api/v2/search?resolve=true&q={}", said["uri"].as_str().unwrap());
    let found = ada.get(&found).await.ok();
    let kept = found["statuses"][0]["id"].as_str().unwrap();
    ada.post(&format!("/api/v1/statuses/{kept}/bookmark"), json!({})).await.ok();

    let expected = [
        format!("Account address,Show boosts,Notify on new posts,Languages\n{bela},false,false,\"en, de\"\n"),
        format!("{cleo}\n"),
        format!("Account address,Hide notifications\n{dora},false\n"),
        "loud.example\n".to_owned(),
        format!("\"Press, \"\"free\"\"\",{bela}\n"),
        format!("{}\n", said["uri"].as_str().unwrap()),
    ];
    let written = files(north, "ada").await;
    assert_eq!(written, expected);

    north.person("eva", &[]).await;
    for (file, text) in FILES.iter().zip(&written) {
        let page = bring(north, "eva", &[("table", file), ("file", text)]).await;
        assert_eq!(page.status, StatusCode::OK, "{file}");
        assert!(page.says("Your file is read."), "{file}");
    }
    world.settle().await;
    assert_eq!(files(north, "eva").await, expected, "and it is all there again");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_taken_along_and_the_organization_has_lists_of_its_own() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    north.person("eva", &[]).await;
    let ada = north.client("ada", "read write").await;
    let filter = json!({
        "title": "Sport", "context": ["home", "public"], "filter_action": "hide",
        "keywords_attributes": [{ "keyword": "goal", "whole_word": true }],
    });
    ada.post("/api/v2/filters", filter).await.ok();
    let mut browser = north.signed_in("ada").await;
    let file = browser.open("/settings/export/filters.json").await.body;
    let written: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(written["custom_filters"][0]["keywords_attributes"][0]["keyword"], "goal");
    for _ in 0..2 {
        let page = bring(north, "eva", &[("table", ""), ("file", &file)]).await;
        assert!(page.says("Your file is read."), "{}", page.body);
    }
    let eva = north.client("eva", "read write").await;
    let taken = eva.get("/api/v2/filters").await.ok();
    assert_eq!(taken.as_array().unwrap().len(), 1, "the same filter is not made twice");
    assert_eq!((&taken[0]["title"], &taken[0]["filter_action"]), (&json!("Sport"), &json!("hide")));
    assert_eq!(taken[0]["keywords"][0]["whole_word"], true);
    let odd = r#"{ "custom_filters": [{ "title": "x", "context": ["attic"] }] }"#;
    let odd = bring(north, "eva", &[("table", ""), ("file", odd)]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.says("attic"), "{}", odd.body);

    let organization = north.organization().await;
    let cleo = north.person("cleo", &[]).await;
    north.app().db.write(|tx| relations::follow(tx, &organization, &cleo)).await.unwrap();
    let theirs = format!("/settings/export/following_accounts.csv?account={}", organization.id);
    assert_eq!(browser.open(&theirs).await.status, StatusCode::FORBIDDEN);
    let mut admin = north.signed_in("north_admin").await;
    assert!(admin.open(&theirs).await.body.contains("cleo@"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_adds_or_replaces() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let ada = north.person("ada", &[]).await;
    let bela = north.person("bela", &[]).await;
    north.person("cleo", &[]).await;
    let db = north.app().db;
    db.write(|tx| relations::follow(tx, &ada, &bela)).await.unwrap();
    let head = "Account address,Show boosts,Notify on new posts,Languages\n";
    let row = |name: &str| format!("{name}@{},true,false,\n", north.host);
    let other = format!("{head}{}nobody@nowhere,true,false,\n\n@@@,,,\n", row("cleo"));
    bring(north, "ada", &[("table", ""), ("file", &other)]).await;
    world.settle().await;
    let both = format!("{head}{}{}", row("cleo"), row("bela"));
    assert_eq!(files(north, "ada").await[0], both, "what cannot be found stops nothing");
    let page = bring(north, "ada", &[("table", ""), ("file", &other), ("mode", "overwrite")]).await;
    assert_eq!(page.status, StatusCode::OK);
    world.settle().await;
    assert_eq!(files(north, "ada").await[0], format!("{head}{}", row("cleo")));

    // A file of this server names its own people without the host: they stay where they are.
    let app = north.client("ada", "read write").await;
    let cleo = app.get("/api/v1/accounts/lookup?acct=cleo").await.ok()["id"].clone();
    let list = app.post("/api/v1/lists", json!({ "title": "Press" })).await.ok()["id"].clone();
    let members = format!("/api/v1/lists/{}/accounts", list.as_str().unwrap());
    app.post(&members, json!({ "account_ids": [cleo] })).await.ok();
    for (table, file) in [("", format!("{head}Cleo,true,false,\n")), ("lists.csv", "Press,Cleo\n".to_owned())]
    {
        bring(north, "ada", &[("table", table), ("file", &file), ("mode", "overwrite")]).await;
        assert_eq!(app.get(&members).await.each("username"), ["cleo"], "{table}");
    }

    let unknown = bring(north, "ada", &[("table", ""), ("file", "cleo\n")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = bring(north, "ada", &[("table", "lists.csv"), ("file", " \n")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut stranger = north.browser();
    let page = stranger.open("/settings/export/lists.csv").await;
    assert!(!page.body.contains("cleo") && page.texts("h1") == ["Sign in"]);
    let forged = stranger.post("/settings/import", &[("file".to_owned(), other)]).await;
    assert!(forged.status.is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn item_70_a_file_has_a_limit_of_its_own() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let before = north.state().await;
    // Longer than any other form may be, and still read.
    let rows = |number: usize| format!("ada@{}.example\n", "x".repeat(60)).repeat(number);
    let page = bring(north, "ada", &[("table", "blocked_domains.csv"), ("file", &rows(19_000))]).await;
    assert!(page.says("Your file is read."), "{}", page.body);
    let many = "ada@a.example\n".repeat(20_001);
    let page =
        bring(north, "ada", &[("table", "lists.csv"), ("file", &many.replace('\n', ",b@c.example\n"))]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("This file has 20001 rows; up to 20000 are read. Split it."));
    let page = bring(north, "ada", &[("table", "lists.csv"), ("file", &"x".repeat(5 * 1024 * 1024))]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.says("This is larger than what the server takes at once."), "{}", page.body);
    world.settle().await;
    assert_eq!(north.state().await, before, "nobody was asked or followed");
}
