//! How far an account has read, on all its devices.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use serde_json::json;

use crate::harness::world::{World, on_each_engine};

const MARKERS: &str = "/api/v1/markers";

#[tokio::test(flavor = "multi_thread")]
async fn markers_are_kept_per_timeline() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("bela", &[]).await;
        let ada = north.client("ada", "read write").await;
        let both = format!("{MARKERS}?timeline[]=home&timeline[]=notifications&timeline[]=moon");
        let first = ada.get(&both).await.ok();
        assert_eq!(first["home"]["last_read_id"], "0");
        assert_eq!(first["notifications"]["version"], 0);
        assert_eq!(ada.get(MARKERS).await.ok(), json!({}));

        let set = ada.post(MARKERS, json!({ "home": { "last_read_id": "123" } })).await.ok();
        let expected = json!({ "home":
            { "last_read_id": "123", "version": 0, "updated_at": "2026-11-24T12:00:00.000Z" } });
        assert_eq!(set, expected, "only what was set");
        world.clock.advance(1);
        let path = format!("{MARKERS}?home[last_read_id]=456&notifications[last_read_id]=7");
        let set = ada.post(&path, json!({})).await.ok();
        assert_eq!((&set["home"]["version"], &set["home"]["last_read_id"]), (&json!(1), &json!("456")));
        assert_eq!(
            ada.get(&format!("{MARKERS}?timeline=notifications")).await.ok()["notifications"],
            set["notifications"]
        );
        let bad = ada.post(MARKERS, json!({ "home": { "last_read_id": "x" } })).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ada.get(&both).await.ok()["home"]["last_read_id"], "456");

        let bela = north.client("bela", "read").await;
        assert_eq!(bela.get(&both).await.ok()["home"]["last_read_id"], "0");
        assert_eq!(bela.post(MARKERS, json!({})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(north.stranger().get(&both).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}
