//! What many hand on stands once in home and lists, whichever way somebody reads them.

use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::{relations, users};
use serde_json::json;

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

const HOME: &str = "/api/v1/timelines/home";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn follow(north: &Instance, follower: &Account, followee: &Account) {
    north.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

async fn says(client: &Client, text: &str) -> String {
    client.post("/api/v1/statuses", json!({ "status": text })).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn boosts(client: &Client, post: &str) -> String {
    let boost = client.post(&format!("/api/v1/statuses/{post}/reblog"), json!({})).await.ok();
    boost["id"].as_str().unwrap().to_owned()
}

/// Every way of walking through a timeline shows the same.
async fn shows(app: &Client, path: &str, expected: &[&str]) {
    assert_eq!(app.get(&format!("{path}?limit=40")).await.each("id"), expected, "{path}");
    for (start, rel) in [("limit=1", "next"), ("limit=2", "next"), ("limit=1&min_id=1", "prev")] {
        let (mut seen, mut next) = (Vec::new(), Some(format!("{path}?{start}")));
        while let Some(page) = next.take() {
            let reply = app.get(&page).await;
            next = reply.link(rel);
            seen.push(reply.each("id"));
        }
        if rel == "prev" {
            seen.reverse();
        }
        assert_eq!(seen.concat(), expected, "{path}?{start}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_hand_on_stands_once_in_home_and_lists() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bela, bela_app) = member(north, "bela").await;
        let (cleo, cleo_app) = member(north, "cleo").await;
        let (_, dora_app) = member(north, "dora").await;
        follow(north, &ada, &bela).await;
        follow(north, &ada, &cleo).await;
        let list = app.post("/api/v1/lists", json!({ "title": "Press" })).await.ok();
        let on = json!({ "account_ids": [bela.id.to_string(), cleo.id.to_string()] });
        app.post(&format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap()), on).await.ok();
        let listed = format!("/api/v1/timelines/list/{}", list["id"].as_str().unwrap());

        let far = says(&dora_app, "Counting is a virtue").await;
        let near = says(&cleo_app, "Counting is a vice").await;
        let first = boosts(&bela_app, &far).await;
        let second = boosts(&cleo_app, &far).await;
        boosts(&bela_app, &near).await;
        boosts(&cleo_app, &near).await;
        let last = says(&bela_app, "We went on counting").await;
        for path in [HOME, &listed] {
            shows(&app, path, &[&last, &first, &near]).await;
        }
        // Who boosted stays in their own list of what they said and handed on.
        let theirs = format!("/api/v1/accounts/{}/statuses", cleo.id);
        assert_eq!(app.get(&theirs).await.each("id").len(), 3);

        // What is not shown hides nothing.
        let unheard = json!({ "reblogs": false });
        app.post(&format!("/api/v1/accounts/{}/follow", bela.id), unheard).await.ok();
        for path in [HOME, &listed] {
            shows(&app, path, &[&last, &second, &near]).await;
        }
        let heard = json!({ "reblogs": true });
        app.post(&format!("/api/v1/accounts/{}/follow", bela.id), heard).await.ok();
        bela_app.post(&format!("/api/v1/statuses/{far}/unreblog"), json!({})).await.ok();
        shows(&app, HOME, &[&last, &second, &near]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_on_again_much_later_stands_again() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bela, bela_app) = member(north, "bela").await;
        let (cleo, cleo_app) = member(north, "cleo").await;
        let (_, dora_app) = member(north, "dora").await;
        for other in [&bela, &cleo] {
            follow(north, &ada, other).await;
        }
        let (far, farther) = (says(&dora_app, "Read this").await, says(&dora_app, "And this").await);
        let early = boosts(&bela_app, &farther).await;
        let mut expected = vec![boosts(&bela_app, &far).await, early];
        for number in 0..39 {
            expected.insert(0, says(&bela_app, &format!("{number}")).await);
        }
        boosts(&cleo_app, &far).await;
        let again = boosts(&cleo_app, &farther).await;
        expected.insert(0, again);
        // The first of the same was the fortieth place below one of them, and is beyond that of the other.
        assert_eq!(app.get(&format!("{HOME}?limit=40")).await.each("id"), expected[..40]);
        let bottom = app.get(&format!("{HOME}?limit=40&min_id=1")).await.each("id");
        assert_eq!(bottom, expected[expected.len() - 40..]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_repeats_nothing_that_the_page_does_not() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bela, bela_app) = member(north, "bela").await;
        let (cleo, cleo_app) = member(north, "cleo").await;
        let (_, dora_app) = member(north, "dora").await;
        for other in [&bela, &cleo] {
            follow(north, &ada, other).await;
        }
        let token = north.app().db.write(|tx| users::token(tx, "ada", false, "read")).await.unwrap();
        let mut socket = north.socket(&token).await;
        socket.subscribes("user", json!({})).await;
        let far = says(&dora_app, "Counting is a virtue").await;
        let first = boosts(&bela_app, &far).await;
        boosts(&cleo_app, &far).await;
        let last = says(&cleo_app, "We went on counting").await;
        assert_eq!(socket.frame().await.2["id"], first.as_str());
        assert_eq!(socket.frame().await.2["id"], last.as_str());
        assert_eq!(app.get(HOME).await.each("id"), [last, first]);
    })
    .await;
}
