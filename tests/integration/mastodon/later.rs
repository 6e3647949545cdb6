//! What happens by itself later: polls end, mutes end, pages are seen to lead back.

use axum::http::{Method, StatusCode};
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::store::relations;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};

/// A page whose owner is at this address.
fn page_to(url: &str) -> Option<Vec<u8>> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n";
    let body = format!("<html><body><a rel=\"me\" href=\"{url}\">me</a></body></html>");
    Some(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

async fn proven(client: &Client, path: &str) -> Vec<Value> {
    let shown = client.get(path).await.ok();
    let fields = shown["fields"].as_array().unwrap();
    fields.iter().map(|field| field["verified_at"].clone()).collect()
}

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
async fn a_poll_runs_longer_and_keeps_its_votes() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (_, ada) = member(north, "ada").await;
        let (_, dora) = member(south, "dora").await;
        let poll = json!({ "options": ["a", "b"], "expires_in": 600 });
        let asked = ada.post("/api/v1/statuses", json!({ "status": "which?", "poll": poll })).await.ok();
        let path = format!("/api/v1/statuses/{}", asked["id"].as_str().unwrap());
        let copy = resolve::contribution(&south.data(), asked["uri"].as_str().unwrap()).await.unwrap();
        dora.post(&format!("/api/v1/polls/{}/votes", copy.id), json!({ "choices": [1] })).await.ok();
        world.settle().await;
        let edit = async |poll: Value| {
            let edit = json!({ "status": "which?", "poll": poll });
            ada.ask(Method::PUT, &path, &[], Some(edit)).await
        };
        let too_short = edit(json!({ "options": ["a", "b"], "expires_in": 10 })).await;
        assert_eq!(too_short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let as_before = edit(json!({ "options": ["a", "b"] })).await.ok();
        assert_eq!(as_before["poll"]["expires_at"], asked["poll"]["expires_at"]);
        let terms = json!({ "options": ["a", "b"], "expires_in": 3600, "hide_totals": true });
        let longer = edit(terms).await.ok();
        assert_ne!(longer["poll"]["expires_at"], asked["poll"]["expires_at"]);
        assert_eq!(longer["edited_at"], Value::Null, "its words are the same");
        world.settle().await;
        let there = dora.get(&format!("/api/v1/polls/{}", copy.id)).await.ok();
        assert_eq!(there["expires_at"], longer["poll"]["expires_at"]);
        assert_eq!(there["own_votes"], json!([1]));
        world.advance_seconds(601);
        world.settle().await;
        assert!(told(&ada).await.is_empty() && told(&dora).await.is_empty(), "it goes on");
        world.advance_seconds(3600);
        world.settle().await;
        assert_eq!((told(&ada).await.len(), told(&dora).await.len()), (1, 1));
        let ended = ada.get(&path).await.ok();
        assert_eq!(ended["poll"]["options"][1]["votes_count"], 1);
    })
    .await;
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
    let [mine, others, silent] = ["mine", "others", "silent"].map(|name| peers.url(name, "/about"));
    peers.answer(&mine, page_to(&account.url));
    peers.answer(&others, page_to(&account.url.replace("ada", "bela")));
    let change = async |fields: Value| {
        let body = json!({ "fields_attributes": fields });
        ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(body)).await.ok();
        world.settle().await;
        proven(&ada, &format!("/api/v1/accounts/{}", account.id)).await
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

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leads_back_to_somebody_elsewhere_is_marked() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (me, ada) = member(north, "ada").await;
        let peers = Peers::new();
        let bela = peers.person("b", "bela");
        let mine = peers.url("web", "/bela");
        let others = peers.url("web", "/somebody");
        peers.answer(&mine, page_to(&bela.id));
        peers.answer(&others, page_to("https://else.example/"));
        let row = |name: &str, to: &str| {
            let value = format!("<a href=\"{to}\" rel=\"me\">{to}</a>");
            json!({ "type": "PropertyValue", "name": name, "value": value })
        };
        let mut document = bela.document();
        document["attachment"] = json!([row("Web", &mine), row("Not mine", &others)]);
        peers.publish(&document);
        let account = resolve::account(&north.data(), &bela.id).await.unwrap();
        let path = format!("/api/v1/accounts/{}", account.id);
        world.settle().await;
        assert_eq!(peers.requests_for("web", "/bela"), 0, "nobody here reads it");
        ada.post(&format!("{path}/follow"), json!({})).await.ok();
        world.settle().await;
        let (me, them) = (me.id, account.id);
        let follow = north.app().db.read(move |conn| Ok(relations::follow(conn, me, them)?)).await.unwrap();
        assert_eq!(bela.sends(north, &bela.does("Accept", follow.unwrap().uri.as_str())), 202);
        world.settle().await;
        assert_eq!(proven(&ada, &path).await, [json!("2026-11-24T12:00:00.000Z"), Value::Null]);
        // What it says next is looked at once more, and what stays keeps its mark.
        document["attachment"] = json!([row("Home", &mine), row("Also", &format!("{mine}?also"))]);
        peers.publish(&document);
        peers.answer(&format!("{mine}?also"), page_to(&bela.id));
        assert_eq!(bela.sends(north, &bela.does("Update", document)), 202);
        world.settle().await;
        world.advance_seconds(700);
        world.settle().await;
        let verified = proven(&ada, &path).await;
        assert_eq!(verified[0], "2026-11-24T12:00:00.000Z");
        assert!(verified[1].is_string(), "{verified:?}");
    })
    .await;
}
