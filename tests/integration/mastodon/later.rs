//! What happens by itself later: polls end, mutes end, pages are seen to lead back.

use axum::http::Method;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use serde_json::{Value, json};

use super::member;
use crate::harness::client::Client;
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};

async fn told(client: &Client) -> Vec<Value> {
    let heard = client.get("/api/v1/notifications?types[]=poll").await.ok();
    heard.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_took_part_hears_that_a_poll_ended() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (_, ada) = member(north, "ada").await;
    let (_, bela) = member(north, "bela").await;
    let (_, cleo) = member(north, "cleo").await;
    let (_, dora) = member(south, "dora").await;
    let poll = json!({ "options": ["a", "b"], "expires_in": 600 });
    let asked = ada.post("/api/v1/statuses", json!({ "status": "which?", "poll": poll })).await.ok();
    let votes = format!("/api/v1/polls/{}/votes", asked["id"].as_str().unwrap());
    bela.post(&votes, json!({ "choices": [0] })).await.ok();
    let copy = resolve::contribution(&south.data(), asked["uri"].as_str().unwrap()).await.unwrap();
    dora.post(&format!("/api/v1/polls/{}/votes", copy.id), json!({ "choices": [1] })).await.ok();
    world.settle().await;
    assert!(told(&bela).await.is_empty() && told(&dora).await.is_empty(), "not before the end");
    world.advance_seconds(601);
    world.settle().await;
    for client in [&ada, &bela, &dora] {
        let heard = told(client).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["status"]["uri"], asked["uri"]);
        assert_eq!(heard[0]["account"]["username"], "ada");
        assert_eq!(heard[0]["status"]["poll"]["expired"], true);
    }
    assert!(told(&cleo).await.is_empty(), "who took no part hears nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_ends_when_its_time_is_over() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let path = format!("/api/v1/accounts/{}", bela_account.id);
        ada.post(&format!("{path}/follow"), json!({})).await.ok();
        bela.post("/api/v1/statuses", json!({ "status": "news" })).await.ok();
        let home = async || ada.get("/api/v1/timelines/home").await.ok().as_array().unwrap().len();
        assert_eq!(home().await, 1);
        ada.post(&format!("{path}/mute"), json!({ "duration": 300 })).await.ok();
        world.settle().await;
        assert_eq!(home().await, 0);
        world.advance_seconds(299);
        world.settle().await;
        assert_eq!(home().await, 0);
        world.advance_seconds(2);
        world.settle().await;
        assert_eq!(home().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leads_back_is_marked() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (account, ada) = member(north, "ada").await;
    let page = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n";
        Some(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
    };
    let [mine, others, silent] = ["mine", "others", "silent"].map(|name| peers.url(name, "/about"));
    let link = |url: &str| format!("<html><body><a rel=\"me\" href=\"{url}\">me</a></body></html>");
    peers.answer(&mine, page(&link(&account.url)));
    peers.answer(&others, page(&link(&account.url.replace("ada", "bela"))));
    let change = async |fields: Value| {
        let body = json!({ "fields_attributes": fields });
        ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(body)).await.ok();
        world.settle().await;
        let shown = ada.get(&format!("/api/v1/accounts/{}", account.id)).await.ok();
        shown["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["verified_at"].clone())
            .collect::<Vec<_>>()
    };
    let field = |name: &str, value: &str| json!({ "name": name, "value": value });
    let rows =
        json!([field("Me", &mine), field("Not me", &others), field("Gone", &silent), field("Town", "Hull")]);
    let verified = change(rows).await;
    assert_eq!(verified[0], "2026-11-24T12:00:00.000Z");
    assert_eq!(verified[1..], [Value::Null, Value::Null, Value::Null]);
    world.advance_seconds(3600);
    let verified = change(json!([field("Still me", &mine), field("New", &format!("{mine}?x"))])).await;
    assert_eq!(verified, [json!("2026-11-24T12:00:00.000Z"), Value::Null], "a row that stays needs no proof");
}
