//! What arrives late: it stands where it was said, and is told as far as it is news.

use axum::http::Method;
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::store;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World, on_each_engine};

/// A member follows somebody elsewhere and wants to hear of everything; the other one accepts.
async fn listens(north: &Instance, app: &Client, me: &Account, vic: &Actor) -> Account {
    let far = resolve::account(&north.data(), &vic.id).await.unwrap();
    app.post(&format!("/api/v1/accounts/{}/follow", far.id), json!({ "notify": true })).await.ok();
    let db = north.app().db;
    let follow = db.read(|conn| Ok(store::relations::follow(conn, me.id, far.id)?)).await.unwrap();
    assert_eq!(vic.sends(north, &vic.does("Accept", follow.unwrap().uri.as_str())), 202);
    far
}

fn said(vic: &Actor, path: &str, published: &str, text: &str) -> Value {
    let mut note = vic.note(path, &format!("<p>{text}</p>"));
    note["published"] = json!(published);
    note
}

async fn texts(app: &Client, path: &str) -> Vec<String> {
    app.get(path).await.each("content").iter().map(|text| text.replace(['<', '>', '/', 'p'], "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_late_stands_where_it_was_said_and_is_no_news() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (ada, app) = member(north, "ada").await;
        let vic = peers.person("a", "vic");
        let far = listens(north, &app, &ada, &vic).await;
        world.settle().await;
        app.post("/api/v1/statuses", json!({ "status": "mine" })).await.ok();
        world.clock.advance(600);
        for (path, published, text) in [
            ("1", "2026-11-24T12:05:00Z", "now"),
            ("2", "2026-10-01T12:00:00Z", "autumn"),
            ("3", "2026-11-23T12:00:00Z", "yesterday"),
            ("4", "2025-02-01T12:00:00Z", "winter"),
            ("5", "2026-11-23T12:00:00Z", "yesterday, too"),
        ] {
            let note = said(&vic, path, published, text);
            assert_eq!(vic.sends(north, &vic.does("Create", note)), 202);
            world.settle().await;
        }
        let order = ["now", "mine", "yesterday, too", "yesterday", "autumn", "winter"];
        assert_eq!(texts(&app, "/api/v1/timelines/home").await, order);
        let theirs = format!("/api/v1/accounts/{}/statuses", far.id);
        assert_eq!(texts(&app, &theirs).await, ["now", "yesterday, too", "yesterday", "autumn", "winter"]);
        assert_eq!(
            app.get(&format!("/api/v1/accounts/{}", far.id)).await.ok()["last_status_at"],
            "2026-11-24"
        );
        // A key is a moment, so an app can ask for the time that it wants.
        let october = 1_790_812_800_000_i64 << 16;
        assert_eq!(texts(&app, &format!("/api/v1/timelines/home?max_id={october}")).await, ["winter"]);
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["status"], "only what is new");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_named_lately_is_told_and_who_was_named_long_ago_is_not() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (ada, app) = member(north, "ada").await;
    let vic = peers.person("a", "vic");
    for (path, published) in [("1", "2026-11-18T12:00:00Z"), ("2", "2026-11-01T12:00:00Z")] {
        let mut note = said(&vic, path, published, "@ada look");
        note["tag"] = json!([{ "type": "Mention", "href": ada.uri.as_str(), "name": "@ada" }]);
        note["cc"] = json!([ada.uri.as_str()]);
        assert_eq!(vic.sends(north, &vic.does("Create", note)), 202);
        world.settle().await;
    }
    let told = app.get("/api/v1/notifications").await.ok();
    let when: Vec<&Value> = told.as_array().unwrap().iter().map(|one| &one["status"]["created_at"]).collect();
    assert_eq!(when, [&json!("2026-11-18T12:00:00.000Z")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_shows_first_is_shown_first_everywhere() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ada, app) = member(north, "ada").await;
        let (sonja, her) = member(south, "sonja").await;
        let mut posts = Vec::new();
        for text in ["one", "two", "three", "four"] {
            world.clock.advance(1);
            let status = her.post("/api/v1/statuses", json!({ "status": text })).await.ok();
            posts.push(status["id"].as_str().unwrap().to_owned());
        }
        let does = async |post: usize, verb: &str| {
            world.clock.advance(1);
            her.post(&format!("/api/v1/statuses/{}/{verb}", posts[post]), json!({})).await.ok();
            world.settle().await;
        };
        does(2, "pin").await;
        does(0, "pin").await;
        let far = resolve::account(&north.data(), sonja.uri.as_str()).await.unwrap();
        app.post(&format!("/api/v1/accounts/{}/follow", far.id), json!({})).await.ok();
        world.settle().await;
        let first = format!("/api/v1/accounts/{}/statuses?pinned=true", far.id);
        let own = format!("/api/v1/accounts/{}/statuses?pinned=true", sonja.id);
        assert_eq!(texts(&her, &own).await, ["one", "three"], "what was pinned last is first");
        assert_eq!(texts(&app, &first).await, ["one", "three"]);
        does(3, "pin").await;
        does(2, "unpin").await;
        assert_eq!(texts(&app, &first).await, ["four", "one"]);

        // Nobody else says what she shows first, and she cannot show what others said.
        let mal = Peers::new().person("a", "mal");
        let list = sonja.featured.as_ref().unwrap().to_string();
        let mut add = mal.does("Add", ada.uri.as_str());
        add["target"] = json!(list);
        assert_eq!(mal.sends(north, &add), 202);
        world.settle().await;
        assert_eq!(texts(&app, &first).await, ["four", "one"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_author_blocks_reacts_to_nothing() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app) = member(north, "ada").await;
    let (bela, hers) = member(north, "bela").await;
    let poll = json!({ "options": ["a", "b"], "expires_in": 600 });
    let post = app.post("/api/v1/statuses", json!({ "status": "Which?", "poll": poll })).await.ok();
    app.post(&format!("/api/v1/accounts/{}/block", bela.id), json!({})).await.ok();
    let (id, poll) = (post["id"].as_str().unwrap(), post["poll"]["id"].as_str().unwrap());
    for path in [format!("statuses/{id}/favourite"), format!("statuses/{id}/reblog")] {
        let answer = hers.post(&format!("/api/v1/{path}"), json!({})).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let vote = hers.post(&format!("/api/v1/polls/{poll}/votes"), json!({ "choices": [0] })).await;
    assert_eq!(vote.status, 404);
    let after = app.get(&format!("/api/v1/statuses/{id}")).await.ok();
    assert_eq!((&after["favourites_count"], &after["reblogs_count"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_names_somebody_new_tells_them_once() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (ada, app) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        let post = bela.post("/api/v1/statuses", json!({ "status": "@cora hello" })).await.ok();
        for text in ["@cora and @ada hello", "@cora and @ada, hello again"] {
            world.clock.advance(5);
            let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
            bela.ask(Method::PUT, &path, &[], Some(json!({ "status": text }))).await.ok();
        }
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["mention"]);
        assert_eq!(cora.get("/api/v1/notifications").await.each("type"), ["mention"]);

        let vic = peers.person("a", "vic");
        let mut note = vic.note("1", "<p>hello</p>");
        assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
        world.settle().await;
        note["updated"] = json!("2026-11-24T11:30:00Z");
        note["content"] = json!("<p>@ada hello</p>");
        note["tag"] = json!([{ "type": "Mention", "href": ada.uri.as_str(), "name": "@ada" }]);
        // Somebody knows the note already, or nobody here would hear of the edit.
        for _ in 0..2 {
            assert_eq!(vic.sends(north, &vic.does("Update", note.clone())), 202);
            world.settle().await;
        }
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["mention", "mention"]);
    })
    .await;
}
