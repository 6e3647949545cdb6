//! Who hears that a text changed or is gone: every server that has it because somebody there took it
//! up, whether or not anybody there follows its author.

use axum::http::{Method, StatusCode};
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use serde_json::json;

use crate::harness::Database;
use crate::harness::world::{World, on_each_engine};

const READERS: [&str; 4] = ["liking", "boosting", "quoting", "answering"];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_a_text_up_hears_what_becomes_of_it() {
    on_each_engine(async |database| {
        let places = READERS.map(|name| (name, Database::sqlite()));
        let places: Vec<_> = [("north", database)].into_iter().chain(places).collect();
        let world = World::on(places, FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let ada = north.client("ada", "read write").await;
        let said = json!({ "status": "The first words.", "quote_approval_policy": "public" });
        let post = ada.post("/api/v1/statuses", said).await.ok();
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
        let mut copies = Vec::new();
        for name in READERS {
            let site = world.at(name);
            site.person("bela", &[]).await;
            let bela = site.client("bela", "read write").await;
            let copy = resolve::contribution(&site.data(), post["uri"].as_str().unwrap()).await.unwrap();
            let there = format!("/api/v1/statuses/{}", copy.id);
            let (act, body) = match name {
                "liking" => (format!("{there}/favourite"), json!({})),
                "boosting" => (format!("{there}/reblog"), json!({})),
                "quoting" => {
                    let quote = json!({ "status": "See this.", "quoted_status_id": copy.id.to_string() });
                    ("/api/v1/statuses".to_owned(), quote)
                }
                _ => {
                    let id = copy.id.to_string();
                    let answer = json!({ "status": "I disagree.", "in_reply_to_id": id });
                    ("/api/v1/statuses".to_owned(), answer)
                }
            };
            bela.post(&act, body).await.ok();
            copies.push((name, bela, there));
        }
        world.settle().await;
        world.clock.advance(60);
        ada.ask(Method::PUT, &path, &[], Some(json!({ "status": "Better words." }))).await.ok();
        world.settle().await;
        for (name, bela, there) in &copies {
            let shown = bela.get(there).await.ok();
            assert!(shown["content"].as_str().unwrap().contains("Better words."), "{name}");
        }
        ada.ask(Method::DELETE, &path, &[], None).await.ok();
        world.settle().await;
        for (name, bela, there) in &copies {
            assert_eq!(bela.get(there).await.status, StatusCode::NOT_FOUND, "{name}");
        }
    })
    .await;
}
