//! What other servers are told of what members do in their apps, and what they are not told.

use axum::http::{Method, StatusCode};
use image::ImageFormat;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::store::contributions::Viewer;
use plenum::store::{Event, Gone};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;

use crate::harness::world::{Instance, World, on_each_engine};
use crate::media::picture;

async fn two(database: Database) -> World {
    World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await
}

/// The copy of a post on another site, as its path in the API there; `None` where it did not arrive.
async fn copy(site: &Instance, post: &Value) -> Option<String> {
    let uri = plenum::domain::uri::Uri::parse(post["uri"].as_str().unwrap()).unwrap();
    site.sees(&uri).await.map(|view| format!("/api/v1/statuses/{}", view.head.id))
}

fn path(post: &Value) -> String {
    format!("/api/v1/statuses/{}", post["id"].as_str().unwrap())
}

async fn document(site: &Instance, uri: &str) -> Value {
    let path = uri.strip_prefix(&site.origin()).unwrap();
    let accept = [("accept", "application/activity+json")];
    site.stranger().ask(Method::GET, path, &accept, None).await.ok()
}

async fn changes(app: &Client, change: Value) {
    app.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(change)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_for_later_keeps_its_picture_however_often_it_is_moved() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (_, ada) = member(world.at("north"), "ada").await;
        let bytes = picture(ImageFormat::Png);
        let file = ada.send(Method::POST, "/api/v2/media", &[], &[("file", &bytes)]).await.ok();
        let at = |days: i64| world.clock.now().plus_seconds(days * 24 * 3600).to_rfc3339();
        let post = json!({ "status": "a bee", "media_ids": [file["id"]], "scheduled_at": at(1) });
        let waiting = ada.post("/api/v1/statuses", post).await.ok();
        let later = format!("/api/v1/scheduled_statuses/{}", waiting["id"].as_str().unwrap());
        ada.ask(Method::PUT, &later, &[], Some(json!({ "scheduled_at": at(6) }))).await.ok();
        for _ in 0..13 {
            world.advance_hours(12);
            world.settle().await;
        }
        let home = ada.get("/api/v1/timelines/home").await.ok();
        assert_eq!(home[0]["content"], "<p>a bee</p>");
        assert_eq!(home[0]["media_attachments"][0]["id"], file["id"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_are_hidden_are_hidden_from_everybody() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let poll = json!({ "options": ["a", "b"], "expires_in": 600, "hide_totals": true });
        let asked = ada.post("/api/v1/statuses", json!({ "status": "which?", "poll": poll })).await.ok();
        let votes = format!("/api/v1/polls/{}/votes", asked["id"].as_str().unwrap());
        bela.post(&votes, json!({ "choices": [1] })).await.ok();
        let counts = async || {
            let said = document(north, asked["uri"].as_str().unwrap()).await;
            (said["oneOf"][1]["replies"]["totalItems"].clone(), said["votersCount"].clone())
        };
        assert_eq!(counts().await, (json!(0), json!(0)));
        world.advance_seconds(601);
        world.settle().await;
        assert_eq!(counts().await, (json!(1), json!(1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_edit_no_longer_names_hears_of_it_and_of_the_end() {
    on_each_engine(async |database| {
        let world = two(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, ada) = member(north, "ada").await;
        let (dora_account, dora) = member(south, "dora").await;
        let said = json!({ "status": format!("@{} a secrett", dora_account.handle), "visibility": "direct" });
        let letter = ada.post("/api/v1/statuses", said).await.ok();
        world.settle().await;
        let uri = plenum::domain::uri::Uri::parse(letter["uri"].as_str().unwrap()).unwrap();
        let found = south.view(Viewer::Member(dora_account.id), &uri).await.expect("it arrived");
        let there = format!("/api/v1/statuses/{}", found.head.id);
        world.clock.advance(60);
        let edited = ada.ask(Method::PUT, &path(&letter), &[], Some(json!({ "status": "a secret" }))).await;
        assert_eq!(edited.ok()["mentions"], json!([]));
        world.settle().await;
        let shown = dora.get(&there).await.ok();
        assert_eq!(shown["content"], "<p>a secret</p>");
        assert_eq!(dora.get("/api/v1/conversations").await.ok()[0]["last_status"]["id"], shown["id"]);
        ada.ask(Method::DELETE, &path(&letter), &[], None).await.ok();
        world.settle().await;
        assert_eq!(dora.get(&there).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_found_but_not_searched_is_told_apart() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (account, ada) = member(north, "ada").await;
    let (_, dora) = member(south, "dora").await;
    for indexable in [false, true] {
        changes(&ada, json!({ "discoverable": true, "indexable": indexable })).await;
        let said = document(north, account.uri.as_str()).await;
        assert_eq!((&said["discoverable"], &said["indexable"]), (&json!(true), &json!(indexable)));
        let fresh = plenum::federation::fetch::Budget::new(3);
        let (copy, _) = resolve::fresh(&south.data(), &account.uri, &fresh).await.unwrap();
        let shown = dora.get(&format!("/api/v1/accounts/{}", copy.id)).await.ok();
        assert_eq!(shown["indexable"], indexable);
    }
    let organization = north.organization().await;
    assert_eq!(document(north, organization.uri.as_str()).await["indexable"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_member_hears_what_others_answer_to_them() {
    on_each_engine(async |database| {
        let world = two(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ada_account, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, dora) = member(south, "dora").await;
        let known = resolve::account(&south.data(), &ada_account.handle).await.unwrap();
        dora.post(&format!("/api/v1/accounts/{}/follow", known.id), json!({})).await.ok();
        world.settle().await;
        let post = ada.post("/api/v1/statuses", json!({ "status": "I say so." })).await.ok();
        let answer = |visibility: &str| json!({ "status": "I doubt it.", "in_reply_to_id": post["id"], "visibility": visibility });
        let open = bela.post("/api/v1/statuses", answer("public")).await.ok();
        let narrow = bela.post("/api/v1/statuses", answer("private")).await.ok();
        world.settle().await;
        assert!(copy(south, &open).await.is_some(), "whoever follows the debate reads the answer");
        assert!(copy(south, &narrow).await.is_none(), "what is for followers of bela is not for others");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_let_in_when_an_account_decides_no_longer() {
    on_each_engine(async |database| {
        let world = two(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ada_account, ada) = member(north, "ada").await;
        let (_, dora) = member(south, "dora").await;
        changes(&ada, json!({ "locked": true })).await;
        let known = resolve::account(&south.data(), &ada_account.handle).await.unwrap();
        dora.post(&format!("/api/v1/accounts/{}/follow", known.id), json!({})).await.ok();
        world.settle().await;
        let relation = format!("/api/v1/accounts/relationships?id[]={}", known.id);
        assert_eq!(dora.get(&relation).await.ok()[0]["requested"], true);
        changes(&ada, json!({ "note": "Still locked" })).await;
        assert_eq!(ada.get("/api/v1/follow_requests").await.ok().as_array().unwrap().len(), 1);
        changes(&ada, json!({ "locked": false })).await;
        world.settle().await;
        assert_eq!(dora.get(&relation).await.ok()[0]["following"], true);
        assert_eq!(ada.get("/api/v1/follow_requests").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_cannot_keep_up_are_closed_and_not_left_with_gaps() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    member(north, "ada").await;
    let db = north.app().db;
    let token = db.write(|tx| plenum::services::users::token(tx, "ada", false, "read")).await.unwrap();
    let mut socket = north.socket(&token).await;
    socket.subscribes("public", json!({})).await;
    let by = north.organization().await.id;
    db.write(move |tx| {
        for key in 0..5_000 {
            tx.after_commit(Event::Gone(Gone { key, by, open: true }));
        }
        Ok(())
    })
    .await
    .unwrap();
    let end = loop {
        match socket.next().await {
            Some(Ok(Message::Text(_))) => {}
            end => break end,
        }
    };
    assert!(matches!(end, Some(Ok(Message::Close(_))) | None), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_poll_stands_is_told_and_can_be_asked() {
    on_each_engine(async |database| {
        let places = [("north", database), ("south", Database::sqlite()), ("east", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let [north, south, east] = ["north", "south", "east"].map(|name| world.at(name));
        let (ada_account, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, dora) = member(south, "dora").await;
        let (_, eve) = member(east, "eve").await;
        let known = resolve::account(&south.data(), &ada_account.handle).await.unwrap();
        dora.post(&format!("/api/v1/accounts/{}/follow", known.id), json!({})).await.ok();
        world.settle().await;
        let poll = json!({ "options": ["a", "b"], "expires_in": 3600 });
        let asked = ada.post("/api/v1/statuses", json!({ "status": "which?", "poll": poll })).await.ok();
        world.settle().await;
        let uri = asked["uri"].as_str().unwrap();
        let copies = [
            resolve::contribution(&south.data(), uri).await.unwrap().id,
            resolve::contribution(&east.data(), uri).await.unwrap().id,
        ];
        let votes = format!("/api/v1/polls/{}/votes", asked["id"].as_str().unwrap());
        bela.post(&votes, json!({ "choices": [1] })).await.ok();
        let stands = async |client: &Client, id: plenum::domain::id::Id<_>| {
            let path = format!("/api/v1/polls/{id}");
            client.get(&path).await.ok()["options"][1]["votes_count"].clone()
        };
        assert_eq!(stands(&eve, copies[1]).await, 1, "whoever asks is told");
        let shown = dora.get("/api/v1/timelines/home").await.ok();
        assert_eq!(shown[0]["poll"]["votes_count"], 0);
        world.advance_seconds(181);
        world.settle().await;
        let shown = dora.get("/api/v1/timelines/home").await.ok();
        assert_eq!(shown[0]["poll"]["votes_count"], 1, "whoever follows hears of it in minutes");
        assert_eq!(stands(&dora, copies[0]).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_alone_is_the_text_and_threads_ring_the_bell() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let bell = json!({ "notify": true });
        bela.post(&format!("/api/v1/accounts/{}/follow", ada_account.id), bell).await.ok();
        let first = json!({ "status": "", "spoiler_text": "Only a warning" });
        let first = ada.post("/api/v1/statuses", first).await.ok();
        assert_eq!(
            (&first["content"], &first["spoiler_text"]),
            (&json!("<p>Only a warning</p>"), &json!(""))
        );
        let more = json!({ "status": "And more.", "in_reply_to_id": first["id"] });
        let more = ada.post("/api/v1/statuses", more).await.ok();
        let other = bela.post("/api/v1/statuses", json!({ "status": "I ask" })).await.ok();
        let answer = json!({ "status": "I answer.", "in_reply_to_id": other["id"] });
        ada.post("/api/v1/statuses", answer).await.ok();
        let rung = bela.get("/api/v1/notifications?types[]=status").await.ok();
        let about: Vec<_> = rung.as_array().unwrap().iter().map(|one| &one["status"]["id"]).collect();
        assert_eq!(about, [&more["id"], &first["id"]]);
        let address = first["uri"].as_str().unwrap();
        let found = async |more: &str| {
            let query: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
            bela.get(&format!("/api/v2/search?q={query}{more}")).await.ok()["statuses"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(
            (found("").await, found("&type=accounts").await, found("&type=statuses&offset=1").await),
            (1, 0, 0)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_an_organization_leaves_its_forum() {
    on_each_engine(async |database| {
        let world = two(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (dora_account, dora) = member(south, "dora").await;
        let organization = resolve::account(&south.data(), &north.handle()).await.unwrap();
        let path = format!("/api/v1/accounts/{}", organization.id);
        dora.post(&format!("{path}/follow"), json!({})).await.ok();
        world.settle().await;
        let followed = format!("/api/v1/accounts/{}/following", dora_account.id);
        assert_eq!(dora.get(&followed).await.ok().as_array().unwrap().len(), 2, "its Forum as well");
        dora.post(&format!("{path}/unfollow"), json!({})).await.ok();
        world.settle().await;
        assert_eq!(dora.get(&followed).await.ok(), json!([]));
        let forum = north.app().site.forum;
        let app = north.app();
        let left = app.db.read(move |conn| Ok(plenum::store::relations::count_followers(conn, forum)?)).await;
        assert_eq!(left.unwrap(), 0, "its server hears of it");
    })
    .await;
}
