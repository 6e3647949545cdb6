//! What an app writes: in which format, and whether it is what its person meant.

use axum::http::{Method, StatusCode};
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::services::posts;
use plenum::text::Markdown;
use serde_json::{Value, json};

use super::member;
use crate::harness::world::{World, on_each_engine};

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_stays_in_the_format_in_which_it_was_written() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let marked = json!({ "status": "**yes**", "content_type": "text/markdown" });
        let marked = app.post("/api/v1/statuses", marked).await.ok();
        let typed = app.post("/api/v1/statuses", json!({ "status": "2*3*4 = 24" })).await.ok();
        assert_eq!(marked["content"], "<p><strong>yes</strong></p>");
        let change = async |status: &Value, body: Value| {
            world.advance_seconds(60);
            app.ask(Method::PUT, &format!("/api/v1/statuses/{}", id(status)), &[], Some(body)).await.ok()
        };
        // An app that knows nothing of formats corrects a word in what was written on the page.
        let corrected = change(&marked, json!({ "status": "**yes**, indeed" })).await;
        assert_eq!(corrected["content"], "<p><strong>yes</strong>, indeed</p>");
        let plain = change(&marked, json!({ "status": "**yes**", "content_type": "text/plain" })).await;
        assert_eq!(plain["content"], "<p>**yes**</p>");
        let db = north.app().db;
        let edited = db.write(|tx| {
            let markdown = Markdown::new("2*3*4 = 24, not 25");
            posts::edit(tx, &ada, Id::parse(id(&typed)).unwrap(), &markdown, &[])
        });
        assert_eq!(edited.await.unwrap().head.content, "<p>2*3*4 = 24, not 25</p>", "nor does the page");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_means_is_checked_before_it_is_said() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app) = member(north, "ada").await;
    let (bela, _) = member(north, "bela").await;
    let (cora, _) = member(north, "cora").await;
    let says = async |body: Value| app.post("/api/v1/statuses", body).await;
    let named = json!({ "status": "@bela and @cora, look", "allowed_mentions": [bela.id.to_string()] });
    let refused = says(named).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json["unexpected_accounts"][0]["id"], cora.id.to_string(), "{}", refused.json);
    let both = json!([bela.id.to_string(), cora.id.to_string()]);
    says(json!({ "status": "@bela and @cora, look", "allowed_mentions": both })).await.ok();
    let odd = says(json!({ "status": "My picture", "media_ids": ["undefined"] })).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "it would be missing");
    assert_eq!(says(json!({ "status": "Guten Tag", "language": "DE_at" })).await.ok()["language"], "de-AT");
    let later = says(json!({ "status": "Soon", "scheduled_at": "2026-11-25T12:00:00" })).await.ok();
    assert_eq!(later["scheduled_at"], "2026-11-25T12:00:00.000Z");
    let path = "/api/v1/accounts/update_credentials";
    let long = json!({ "display_name": "x".repeat(61) });
    let long = app.ask(Method::PATCH, path, &[], Some(long)).await;
    assert_eq!(long.json["details"]["display_name"][0]["error"], "ERR_TOO_LONG");
    let narrow = north.client("ada", "read:statuses").await;
    assert_eq!(narrow.get("/api/v1/tags/counting").await.ok()["name"], "counting");
}
