//! Hashtags that are followed and shown.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::services::relations;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

const ALL: &str = "read write follow";
const HOME: &str = "/api/v1/timelines/home";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, ALL).await)
}

async fn says(client: &Client, body: Value) -> String {
    client.post("/api/v1/statuses", body).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_carries_a_followed_hashtag_is_at_home() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let before = says(&bela, json!({ "status": "early #Peace" })).await;
        let tag = ada.get("/api/v1/tags/PEACE").await.ok();
        assert_eq!((&tag["name"], &tag["following"]), (&json!("peace"), &json!(false)));
        assert_eq!(tag["history"].as_array().unwrap().len(), 7);
        assert_eq!(tag["history"][0], json!({ "day": "1795478400", "uses": "1", "accounts": "1" }));
        assert_eq!(tag["history"][6]["uses"], "0");
        assert_eq!(ada.get("/api/v1/tags/unheard").await.ok()["history"][0]["uses"], "0");
        assert_eq!(ada.get("/api/v1/tags/no%20tag").await.status, StatusCode::NOT_FOUND);
        let stranger = north.stranger().get("/api/v1/tags/peace").await.ok();
        assert!(stranger.get("following").is_none());
        assert_eq!(ada.get(HOME).await.ok(), json!([]));

        let followed = ada.post("/api/v1/tags/Peace/follow", json!({})).await.ok();
        assert_eq!(followed["following"], true);
        ada.post("/api/v1/tags/peace/follow", json!({})).await.ok();
        ada.post("/api/v1/tags/bread/follow", json!({})).await.ok();
        let mine = says(&ada, json!({ "status": "mine" })).await;
        let both = says(&bela, json!({ "status": "#peace and #bread" })).await;
        says(&bela, json!({ "status": "other #war" })).await;
        says(&bela, json!({ "status": "#peace, quietly", "visibility": "unlisted" })).await;
        assert_eq!(ada.get(HOME).await.each("id"), [both.clone(), mine.clone(), before.clone()]);
        let first = ada.get(&format!("{HOME}?limit=1")).await;
        let next = first.link("next").unwrap();
        assert_eq!(first.each("id"), [both.as_str()]);
        assert_eq!(ada.get(&next).await.each("id"), [mine.as_str()]);
        assert_eq!(ada.get(&format!("{HOME}?limit=1&min_id={before}")).await.each("id"), [mine.as_str()]);

        let list = ada.get("/api/v1/followed_tags?limit=1").await;
        let next = list.link("next").unwrap();
        assert_eq!(list.each("name"), ["bread"]);
        assert_eq!(ada.get(&next).await.each("name"), ["peace"]);
        assert_eq!(bela.get("/api/v1/followed_tags").await.ok(), json!([]));
        let db = north.app().db;
        db.write(|tx| relations::block_from_here(tx, &ada_account, &bela_account)).await.unwrap();
        assert_eq!(ada.get(HOME).await.each("id"), [mine.as_str()], "a hashtag opens nothing");
        db.write(|tx| relations::unblock_from_here(tx, &ada_account, &bela_account)).await.unwrap();
        ada.post("/api/v1/tags/bread/unfollow", json!({})).await.ok();
        let gone = ada.post("/api/v1/tags/peace/unfollow", json!({})).await.ok();
        assert_eq!(gone["following"], false);
        assert_eq!(ada.get(HOME).await.each("id"), [mine]);
        let narrow = north.client("ada", "read").await;
        assert_eq!(narrow.post("/api/v1/tags/x/follow", json!({})).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_shows_hashtags() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (account, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        for text in ["#bread", "#bread #peace", "#roses"] {
            says(&ada, json!({ "status": text })).await;
        }
        says(&ada, json!({ "status": "#bread", "visibility": "private" })).await;
        let featured = "/api/v1/featured_tags";
        let suggested = ada.get(&format!("{featured}/suggestions")).await.each("name");
        assert_eq!((suggested.len(), suggested[0].as_str()), (3, "bread"));
        let made = ada.post(featured, json!({ "name": "#Bread" })).await.ok();
        assert_eq!((&made["name"], &made["statuses_count"]), (&json!("bread"), &json!("2")));
        assert_eq!(made["last_status_at"], "2026-11-24");
        assert_eq!(ada.post(featured, json!({ "name": "bread" })).await.ok()["id"], made["id"], "once");
        let bad = ada.post(featured, json!({ "name": "not one" })).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let rose = ada.post("/api/v1/tags/unused/feature", json!({})).await.ok();
        assert_eq!(rose["featuring"], true);
        let of_ada = format!("/api/v1/accounts/{}/featured_tags", account.id);
        assert_eq!(north.stranger().get(&of_ada).await.each("name"), ["bread", "unused"]);
        let suggested = ada.get(&format!("{featured}/suggestions")).await.each("name");
        assert!(!suggested.contains(&"bread".to_owned()) && suggested.len() == 2);
        for number in 0..8 {
            ada.post(featured, json!({ "name": format!("tag{number}") })).await.ok();
        }
        let surplus = ada.post(featured, json!({ "name": "more" })).await;
        assert_eq!(surplus.status, StatusCode::UNPROCESSABLE_ENTITY);
        let one = format!("{featured}/{}", made["id"].as_str().unwrap());
        assert_eq!(bela.ask(Method::DELETE, &one, &[], None).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ada.ask(Method::DELETE, &one, &[], None).await.ok(), json!({}));
        ada.post("/api/v1/tags/unused/unfeature", json!({})).await.ok();
        assert_eq!(ada.get(featured).await.each("name")[0], "tag0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hashtags_of_a_profile_are_seen_from_other_servers() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (account, ada) = member(north, "ada").await;
        let (_, dora) = member(south, "dora").await;
        ada.post("/api/v1/featured_tags", json!({ "name": "bread" })).await.ok();
        let found = resolve::account(&south.data(), &account.handle).await.unwrap();
        let shown = async || {
            world.settle().await;
            dora.get(&format!("/api/v1/accounts/{}/featured_tags", found.id)).await.each("name")
        };
        dora.post(&format!("/api/v1/accounts/{}/follow", found.id), json!({})).await.ok();
        assert_eq!(shown().await, ["bread"], "what was there before");
        ada.post("/api/v1/tags/peace/feature", json!({})).await.ok();
        assert_eq!(shown().await, ["bread", "peace"]);
        ada.post("/api/v1/tags/bread/unfeature", json!({})).await.ok();
        assert_eq!(shown().await, ["peace"]);
    })
    .await;
}
