//! How much a site is used, as everybody may know.

use axum::http::Method;
use plenum::domain::site::FederationMode;
use serde_json::json;

use super::member;
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn when_somebody_last_spoke_inside_is_told_to_nobody() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bea, other) = member(north, "bea").await;
        for one in [&app, &other] {
            let shown = json!({ "discoverable": true });
            one.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(shown)).await.ok();
        }
        other.post("/api/v1/statuses", json!({ "status": "In public" })).await.ok();
        let mut browser = north.signed_in("ada").await;
        let form = browser.open("/internal/new").await;
        browser.send(&form, "main form", &[("text", "Inside")]).await;
        app.post("/api/v1/statuses", json!({ "status": "For @bea", "visibility": "direct" })).await.ok();
        let stranger = north.stranger();
        let last = async |id: String| {
            stranger.get(&format!("/api/v1/accounts/{id}")).await.ok()["last_status_at"].clone()
        };
        assert_eq!(last(ada.id.to_string()).await, json!(null));
        assert_eq!(last(bea.id.to_string()).await, "2026-11-24");
        let order = stranger.get("/api/v1/directory?order=active").await.each("username");
        assert_eq!(order.first().map(String::as_str), Some("bea"), "{order:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_a_site_is_used_is_told_in_numbers_that_name_nobody() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        member(north, "bea").await;
        app.post("/api/v1/statuses", json!({ "status": "Here I am" })).await.ok();
        let stranger = north.stranger();
        let weeks = stranger.get("/api/v1/instance/activity").await.ok();
        assert_eq!(weeks.as_array().unwrap().len(), 12);
        // 24 November 2026 is a Tuesday.
        assert_eq!(weeks[0]["week"], "1795392000");
        assert_eq!((&weeks[0]["statuses"], &weeks[0]["logins"]), (&json!("1"), &json!("1")));
        assert_eq!(weeks[1]["statuses"], "0");
        assert_eq!(stranger.get("/api/v2/instance").await.ok()["usage"]["users"]["active_month"], 1);
        let usage = north.document("/nodeinfo/2.0").await["usage"]["users"].clone();
        assert_eq!((&usage["activeMonth"], &usage["activeHalfyear"]), (&json!(1), &json!(1)));
        app.post("/api/v1/statuses", json!({ "status": "And again" })).await.ok();
        let counted = async || stranger.get("/api/v1/instance/activity").await.ok()[0]["statuses"].clone();
        assert_eq!(counted().await, "1", "once an hour is enough");
        world.advance_hours(2);
        assert_eq!(counted().await, "2");
    })
    .await;
}
