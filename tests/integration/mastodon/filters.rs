//! Filters of both versions, and what they say about statuses.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::relations;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

const ALL: &str = "read write follow";
const V2: &str = "/api/v2/filters";
const V1: &str = "/api/v1/filters";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, ALL).await)
}

async fn says(client: &Client, body: Value) -> Value {
    client.post("/api/v1/statuses", body).await.ok()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn refuses_what_is_no_filter(ada: &Client) {
    for bad in [
        json!({ "title": "x" }),
        json!({ "title": "", "context": ["home"] }),
        json!({ "title": "x", "context": ["moon"] }),
        json!({ "title": "x", "context": ["home"], "filter_action": "burn" }),
        json!({ "title": "x", "context": ["home"], "keywords_attributes": [{ "keyword": " " }] }),
    ] {
        assert_eq!(ada.post(V2, bad.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    assert_eq!(ada.get(V2).await.ok(), json!([]), "what was refused left nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_made_changed_and_removed() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        refuses_what_is_no_filter(&ada).await;
        let body = json!({
            "title": "Rent", "context": ["home", "thread"], "filter_action": "hide", "expires_in": "3600",
            "keywords_attributes": [{ "keyword": "rent", "whole_word": "0" }, { "keyword": "lease" }],
        });
        let made = ada.post(V2, body).await.ok();
        assert_eq!(made["context"], json!(["home", "thread"]));
        assert_eq!(made["expires_at"], "2026-11-24T13:00:00.000Z");
        assert_eq!(made["filter_action"], "hide");
        assert_eq!(made["keywords"][0]["whole_word"], false);
        assert_eq!(made["keywords"][1]["whole_word"], true);
        assert_eq!(made["statuses"], json!([]));
        let path = format!("{V2}/{}", id(&made));
        let change = json!({
            "title": "Homes", "expires_in": "",
            "keywords_attributes": { "0": { "id": id(&made["keywords"][0]), "_destroy": "true" },
                "1": { "id": id(&made["keywords"][1]), "keyword": "flat" } },
        });
        let changed = ada.ask(Method::PUT, &path, &[], Some(change)).await.ok();
        assert_eq!((&changed["title"], &changed["expires_at"]), (&json!("Homes"), &Value::Null));
        assert_eq!(
            (&changed["filter_action"], &changed["context"]),
            (&made["filter_action"], &made["context"])
        );
        assert_eq!(changed["keywords"].as_array().unwrap().len(), 1);
        assert_eq!(changed["keywords"][0]["keyword"], "flat");
        assert_eq!(ada.get(&path).await.ok(), changed);

        let word = ada.post(&format!("{path}/keywords"), json!({ "keyword": "house" })).await.ok();
        assert_eq!(ada.get(&format!("{path}/keywords")).await.each("keyword"), ["flat", "house"]);
        let word_path = format!("{V2}/keywords/{}", id(&word));
        let change = Some(json!({ "whole_word": false }));
        assert_eq!(ada.ask(Method::PUT, &word_path, &[], change).await.ok()["whole_word"], false);
        assert_eq!(ada.get(&word_path).await.ok()["keyword"], "house");

        let foreign =
            [path.clone(), format!("{path}/keywords"), format!("{path}/statuses"), word_path.clone()];
        for foreign in foreign {
            assert_eq!(bela.get(&foreign).await.status, StatusCode::NOT_FOUND, "{foreign}");
        }
        assert_eq!(bela.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bela.ask(Method::DELETE, &word_path, &[], None).await.status, StatusCode::NOT_FOUND);
        let narrow = north.client("ada", "read:lists write:lists").await;
        assert_eq!(narrow.get(V2).await.status, StatusCode::FORBIDDEN);
        assert_eq!(narrow.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::FORBIDDEN);

        assert_eq!(ada.ask(Method::DELETE, &word_path, &[], None).await.ok(), json!({}));
        assert_eq!(ada.ask(Method::DELETE, &path, &[], None).await.ok(), json!({}));
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_say_which_filters_match() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        let follow = north.app().db.write(|tx| relations::follow(tx, &ada_account, &bela_account)).await;
        follow.unwrap();
        let words = json!({
            "title": "Money", "context": ["home"], "filter_action": "warn", "expires_in": 3600,
            "keywords_attributes": [{ "keyword": "Rent" }, { "keyword": "#tax" }, { "keyword": "vote me" }],
        });
        let filter = ada.post(V2, words).await.ok();
        let plain = says(&bela, json!({ "status": "The current parents" })).await;
        let loud = says(&bela, json!({ "status": "The RENT is due", "spoiler_text": "#tax" })).await;
        let poll = json!({ "options": ["Vote me", "b"], "expires_in": 3600 });
        let poll = says(&bela, json!({ "status": "?", "poll": poll })).await;
        let single = json!({ "title": "That one", "context": ["public"], "filter_action": "hide" });
        let single = ada.post(V2, single).await.ok();
        let singles = format!("{V2}/{}/statuses", id(&single));
        let listed = ada.post(&singles, json!({ "status_id": id(&plain) })).await.ok();
        assert_eq!(listed["status_id"], plain["id"]);
        assert_eq!(ada.post(&singles, json!({ "status_id": id(&plain) })).await.ok(), listed, "once");
        assert_eq!(ada.post(&singles, json!({ "status_id": "7" })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ada.get(&singles).await.each("status_id"), [id(&plain)]);

        let seen = async |client: &Client, status: &Value| {
            client.get(&format!("/api/v1/statuses/{}", id(status))).await.ok()["filtered"].clone()
        };
        let matched = seen(&ada, &loud).await;
        assert_eq!(matched[0]["keyword_matches"], json!(["Rent", "#tax"]));
        assert_eq!(matched[0]["filter"]["id"], filter["id"]);
        assert_eq!(matched[0]["filter"]["filter_action"], "warn");
        assert!(matched[0]["filter"].get("keywords").is_none());
        assert_eq!(matched[0]["status_matches"], Value::Null);
        assert_eq!(matched.as_array().unwrap().len(), 1);
        assert_eq!(seen(&ada, &poll).await[0]["keyword_matches"], json!(["vote me"]));
        let matched = seen(&ada, &plain).await;
        assert_eq!(matched[0]["filter"]["title"], "That one");
        assert_eq!(matched[0]["status_matches"], json!([id(&plain)]));
        assert_eq!(seen(&bela, &loud).await, json!([]), "whose filter it is not");
        let stranger = north.stranger().get(&format!("/api/v1/statuses/{}", id(&loud))).await.ok();
        assert!(stranger.get("filtered").is_none());

        let home = ada.get("/api/v1/timelines/home").await.ok();
        let counts: Vec<usize> =
            home.as_array().unwrap().iter().map(|one| one["filtered"].as_array().unwrap().len()).collect();
        assert_eq!(counts, [1, 1, 1], "what a filter hides is hidden by the client");
        let far = says(&cora, json!({ "status": "Rent is theft" })).await;
        bela.post(&format!("/api/v1/statuses/{}/reblog", id(&far)), json!({})).await.ok();
        let boost = ada.get("/api/v1/timelines/home?limit=1").await.ok()[0].clone();
        assert_eq!(boost["filtered"], boost["reblog"]["filtered"]);
        assert_eq!(boost["filtered"].as_array().unwrap().len(), 1);

        let listed = format!("{V2}/statuses/{}", id(&listed));
        assert_eq!(bela.get(&listed).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ada.ask(Method::DELETE, &listed, &[], None).await.ok(), json!({}));
        assert_eq!(seen(&ada, &plain).await, json!([]));
        world.clock.advance(3600);
        assert_eq!(seen(&ada, &loud).await, json!([]), "its time is over");
        assert_eq!(ada.get(V2).await.ok().as_array().unwrap().len(), 2, "and it can be renewed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_clients_see_every_word_as_a_filter() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        assert_eq!(ada.post(V1, json!({ "phrase": "x" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let body = json!({ "phrase": "rent", "context": "home", "irreversible": true, "whole_word": false });
        let made = ada.post(V1, body).await.ok();
        let expected = json!({ "id": id(&made), "phrase": "rent", "context": ["home"], "whole_word": false,
            "expires_at": null, "irreversible": true });
        assert_eq!(made, expected);
        let filter = ada.get(V2).await.ok()[0].clone();
        assert_eq!((&filter["title"], &filter["filter_action"]), (&json!("rent"), &json!("hide")));
        let path = format!("{V1}/{}", id(&made));
        let change = json!({ "phrase": "lease", "context": ["home", "public"], "expires_in": 60 });
        let changed = ada.ask(Method::PUT, &path, &[], Some(change)).await.ok();
        assert_eq!((&changed["phrase"], &changed["irreversible"]), (&json!("lease"), &json!(true)));
        assert_eq!(changed["expires_at"], "2026-11-24T12:01:00.000Z");

        let keywords = format!("{V2}/{}/keywords", id(&filter));
        ada.post(&keywords, json!({ "keyword": "flat" })).await.ok();
        assert_eq!(ada.get(V1).await.each("phrase"), ["lease", "flat"]);
        let refused = ada.ask(Method::PUT, &path, &[], Some(json!({ "irreversible": false }))).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let word = Some(json!({ "phrase": "home" }));
        assert_eq!(ada.ask(Method::PUT, &path, &[], word).await.ok()["phrase"], "home");
        assert_eq!(bela.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bela.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::NOT_FOUND);

        assert_eq!(ada.ask(Method::DELETE, &path, &[], None).await.ok(), json!({}));
        let rest = ada.get(V1).await.ok();
        assert_eq!(rest[0]["phrase"], "flat");
        ada.ask(Method::DELETE, &format!("{V1}/{}", id(&rest[0])), &[], None).await.ok();
        assert_eq!(ada.get(V2).await.ok(), json!([]), "nothing is left of it");
    })
    .await;
}
