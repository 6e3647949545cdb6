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

#[tokio::test(flavor = "multi_thread")]
async fn of_two_devices_in_one_moment_one_is_told_to_ask_again() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        let ada = north.client("ada", "read write").await;
        let marks = (1..=24).map(|place| {
            let (ada, body) = (ada.clone(), json!({ "home": { "last_read_id": place.to_string() } }));
            #[expect(clippy::disallowed_methods, reason = "devices do not wait for each other")]
            tokio::spawn(async move { ada.post(MARKERS, body).await })
        });
        let mut set = Vec::new();
        for mark in marks.collect::<Vec<_>>() {
            let reply = mark.await.unwrap();
            match reply.status {
                StatusCode::CONFLICT => assert!(reply.json["error"].as_str().unwrap().contains("again")),
                _ => set.push(reply.ok()["home"].clone()),
            }
        }
        // Each version was told to one device only.
        let mut versions: Vec<_> = set.iter().map(|home| home["version"].as_i64().unwrap()).collect();
        versions.sort_unstable();
        assert!(versions.iter().copied().eq(0..i64::try_from(set.len()).unwrap()), "{versions:?}");
        let kept = ada.get(&format!("{MARKERS}?timeline[]=home")).await.ok();
        assert!(set.contains(&kept["home"]), "{kept}");
    })
    .await;
}
