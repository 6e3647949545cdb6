//! Direct messages, and hosts that somebody wants nothing of.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::services::relations;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World, on_each_engine};

const ALL: &str = "read write follow";
const LIST: &str = "/api/v1/conversations";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, ALL).await)
}

async fn whispers(client: &Client, text: &str, to: Option<&Value>) -> Value {
    let to = to.map(|status| status["id"].clone());
    let body = json!({ "status": text, "visibility": "direct", "in_reply_to_id": to });
    client.post("/api/v1/statuses", body).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_some_is_said_to_nobody_else() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, cleo) = member(north, "cleo").await;
        let open = ada.post("/api/v1/statuses", json!({ "status": "In public" })).await.ok();
        let aside = whispers(&bela, "@cleo do you believe her?", Some(&open)).await;
        let path = format!("/api/v1/statuses/{}", aside["id"].as_str().unwrap());
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ada.get(LIST).await.ok(), json!([]));
        assert_eq!(ada.get("/api/v1/notifications").await.ok(), json!([]));
        assert_eq!(cleo.get(&path).await.ok()["in_reply_to_id"], open["id"]);
        assert_eq!(aside["mentions"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_messages_are_conversations() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, cleo) = member(north, "cleo").await;
        let first = whispers(&ada, "@bela hello", None).await;
        world.clock.advance(1);
        let other = whispers(&cleo, "@ada and I?", None).await;
        world.clock.advance(1);
        let answer = whispers(&bela, "@ada yes", Some(&first)).await;
        bela.post("/api/v1/statuses", json!({ "status": "@ada in public" })).await.ok();

        let all = ada.get(LIST).await.ok();
        assert_eq!(all.as_array().unwrap().len(), 2);
        assert_eq!(all[0]["last_status"]["id"], answer["id"]);
        assert_eq!(all[0]["accounts"][0]["acct"], "bela");
        assert_eq!(all[0]["accounts"].as_array().unwrap().len(), 1);
        assert_eq!((&all[0]["unread"], &all[1]["unread"]), (&json!(true), &json!(true)));
        assert_eq!(all[1]["last_status"]["id"], other["id"]);
        let page = ada.get(&format!("{LIST}?limit=1")).await;
        let next = page.link("next").unwrap();
        assert_eq!(page.ok()[0]["id"], all[0]["id"]);
        assert_eq!(ada.get(&next).await.ok()[0]["id"], all[1]["id"]);
        let above = format!("{LIST}?min_id={}", other["id"].as_str().unwrap());
        assert_eq!(ada.get(&above).await.each("id"), [all[0]["id"].as_str().unwrap()]);

        let own = bela.get(LIST).await.ok();
        assert_eq!((&own[0]["unread"], own.as_array().unwrap().len()), (&json!(false), 1));
        assert_eq!(cleo.get(LIST).await.ok().as_array().unwrap().len(), 1);

        let path = format!("{LIST}/{}", all[0]["id"].as_str().unwrap());
        let read = ada.post(&format!("{path}/read"), json!({})).await.ok();
        assert_eq!((&read["unread"], &read["last_status"]["id"]), (&json!(false), &answer["id"]));
        for (verb, unread) in [("unread", true), ("unread", true), ("read", false)] {
            let marked = ada.post(&format!("{path}/{verb}"), json!({})).await.ok();
            assert_eq!(marked["unread"], unread, "{verb}");
            assert_eq!(cleo.post(&format!("{path}/{verb}"), json!({})).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(cleo.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::NOT_FOUND);
        let narrow = north.client("ada", "read").await;
        assert_eq!(narrow.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::FORBIDDEN);

        assert_eq!(ada.ask(Method::DELETE, &path, &[], None).await.ok(), json!({}));
        assert_eq!(ada.get(LIST).await.each("id"), [all[1]["id"].as_str().unwrap()]);
        world.clock.advance(1);
        whispers(&bela, "@ada still there?", Some(&answer)).await;
        let again = ada.get(LIST).await.ok();
        assert_eq!((&again[0]["id"], &again[0]["unread"]), (&all[0]["id"], &json!(true)));
        let unwanted = format!("/api/v1/accounts/{}/mute", other["account"]["id"].as_str().unwrap());
        ada.post(&unwanted, json!({})).await.ok();
        assert_eq!(
            ada.get(LIST).await.each("id"),
            [all[0]["id"].as_str().unwrap()],
            "a mute counts here, too"
        );
        whispers(&cleo, "to myself", None).await;
        assert_eq!(cleo.get(LIST).await.ok()[0]["accounts"][0]["acct"], "cleo");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_under_one_post_are_a_conversation_with_each_who_writes() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (_, cleo) = member(north, "cleo").await;
        let open = ada.post("/api/v1/statuses", json!({ "status": "Write to us" })).await.ok();
        let of_bela = whispers(&bela, "@ada I do", Some(&open)).await;
        let of_cleo = whispers(&cleo, "@ada and I", Some(&open)).await;
        let of_all = whispers(&bela, "@ada @cleo let us meet", Some(&of_bela)).await;

        let all = ada.get(LIST).await.ok();
        let last = |place: usize| all[place]["last_status"]["id"].clone();
        assert_eq!(all.as_array().unwrap().len(), 3);
        assert_eq!([last(0), last(1), last(2)], [&of_all, &of_cleo, &of_bela].map(|one| one["id"].clone()));
        let with: Vec<usize> =
            all.as_array().unwrap().iter().map(|one| one["accounts"].as_array().unwrap().len()).collect();
        assert_eq!(with, [2, 1, 1]);
        assert_eq!(bela.get(LIST).await.each("id").len(), 2);
        assert_eq!(cleo.get(LIST).await.each("id").len(), 2);

        // What is done to one of them is done to no other.
        let path = |place: usize| format!("{LIST}/{}", all[place]["id"].as_str().unwrap());
        let read = ada.post(&format!("{}/read", path(1)), json!({})).await.ok();
        assert_eq!(read["accounts"][0]["acct"], "cleo");
        let unread = ada.get(LIST).await.ok();
        assert_eq!([0, 1, 2].map(|place: usize| unread[place]["unread"] == true), [true, false, true]);
        assert_eq!(ada.ask(Method::DELETE, &path(0), &[], None).await.ok(), json!({}));
        let left = [1, 2].map(|place: usize| all[place]["id"].as_str().unwrap());
        assert_eq!(ada.get(LIST).await.each("id"), left);

        // An answer belongs to those it is for, and a conversation stays when its first letter goes.
        let answer = whispers(&ada, "@bela good", Some(&of_bela)).await;
        let gone = format!("/api/v1/statuses/{}", of_bela["id"].as_str().unwrap());
        bela.ask(Method::DELETE, &gone, &[], None).await.ok();
        let again = ada.get(LIST).await.ok();
        assert_eq!((&again[0]["id"], &again[0]["last_status"]["id"]), (&all[2]["id"], &answer["id"]));
        assert_eq!(again[1]["id"], all[1]["id"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_noted_of_a_thread_stays_when_its_beginning_arrives() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (ada_account, ada) = member(north, "ada").await;
        let vic = peers.person("a", "vic");
        let letter = |path: &str, text: &str| {
            let mut note = vic.note(path, text);
            note["to"] = json!([ada_account.uri.as_str()]);
            note["cc"] = json!([]);
            note["tag"] = json!([{ "type": "Mention", "href": ada_account.uri.as_str(), "name": "@ada" }]);
            note
        };
        let first = letter("1", "<p>first</p>");
        let mut second = letter("2", "<p>second</p>");
        second["inReplyTo"] = first["id"].clone();
        second["published"] = json!("2026-11-24T11:30:00Z");
        assert_eq!(vic.sends(north, &vic.does("Create", second)), 202);
        world.settle().await;
        let known = ada.get(LIST).await.ok()[0].clone();
        assert_eq!(known["last_status"]["in_reply_to_id"], Value::Null, "it is not here yet");
        let path = format!("{LIST}/{}/read", known["id"].as_str().unwrap());
        assert_eq!(ada.post(&path, json!({})).await.ok()["unread"], false);
        let status = known["last_status"]["id"].as_str().unwrap();
        ada.post(&format!("/api/v1/statuses/{status}/mute"), json!({})).await.ok();

        assert_eq!(vic.sends(north, &vic.does("Create", first)), 202);
        world.settle().await;
        let status = ada.get(&format!("/api/v1/statuses/{status}")).await.ok();
        assert!(status["in_reply_to_id"].is_string(), "now it is");
        assert_eq!(status["muted"], true);
        let all = ada.get(LIST).await.ok();
        assert_eq!(all.as_array().unwrap().len(), 1);
        assert_eq!((&all[0]["unread"], &all[0]["last_status"]["id"]), (&json!(false), &status["id"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_from_an_unwanted_host() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (ada_account, ada) = member(north, "ada").await;
    let bela_account = south.person("bela", &[]).await;
    let bela = south.client("bela", ALL).await;
    let handle = format!("bela@{}", south.host);
    let seen = resolve::account(&north.data(), &handle).await.unwrap();
    north.app().db.write(|tx| relations::follow(tx, &ada_account, &seen)).await.unwrap();
    let ada_there = resolve::account(&south.data(), &format!("ada@{}", north.host)).await.unwrap();
    south.app().db.write(|tx| relations::follow(tx, &bela_account, &ada_there)).await.unwrap();
    world.settle().await;
    bela.post("/api/v1/statuses", json!({ "status": "news" })).await.ok();
    world.settle().await;
    assert_eq!(ada.get("/api/v1/timelines/home").await.ok().as_array().unwrap().len(), 1);

    let blocks = "/api/v1/domain_blocks";
    assert_eq!(ada.post(blocks, json!({})).await.status, StatusCode::BAD_REQUEST);
    for bad in ["no host/", "", north.host.as_str()] {
        let answer = ada.post(blocks, json!({ "domain": bad })).await;
        assert!(answer.status.is_client_error(), "{bad}");
    }
    assert_eq!(ada.post(blocks, json!({ "domain": south.host.to_uppercase() })).await.ok(), json!({}));
    assert_eq!(ada.get(blocks).await.ok(), json!([south.host]));
    assert_eq!(ada.get("/api/v1/timelines/home").await.ok(), json!([]));
    world.settle().await;
    let followers = format!("/api/v1/accounts/{}/followers", ada_account.id);
    assert_eq!(ada.get(&followers).await.ok(), json!([]), "its accounts follow no longer");
    let cleo = member(north, "cleo").await.1;
    assert_eq!(cleo.get(blocks).await.ok(), json!([]));
    let narrow = north.client("ada", "write:lists read:lists").await;
    assert_eq!(narrow.get(blocks).await.status, StatusCode::FORBIDDEN);

    let body = Some(json!({ "domain": south.host }));
    assert_eq!(ada.ask(Method::DELETE, blocks, &[], body).await.ok(), json!({}));
    assert_eq!(ada.get(blocks).await.ok(), json!([]));
    let home = ada.get("/api/v1/timelines/home").await.ok();
    assert_eq!(home, json!([]), "what ended does not come back by itself");
}
