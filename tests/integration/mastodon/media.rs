//! Files, as an app sends, describes, uses and removes them.

use axum::http::{Method, StatusCode};
use image::ImageFormat;
use plenum::domain::site::FederationMode;
use plenum::store::contributions::Viewer;
use plenum::store::page::Page;
use plenum::store::timelines::{self, OfAccount};
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};
use crate::media::{get, picture};

const ALL: &str = "read write follow";

async fn member(north: &Instance, name: &str) -> Client {
    north.person(name, &[]).await;
    north.client(name, ALL).await
}

async fn uploads(client: &Client) -> Value {
    let texts = [("description", "A bee\nin two lines"), ("focus", "0.5,-0.25")];
    let bytes = picture(ImageFormat::Png);
    client.send(Method::POST, "/api/v2/media", &texts, &[("file", &bytes)]).await.ok()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn path<'a>(file: &'a Value, north: &Instance) -> &'a str {
    file["url"].as_str().unwrap().strip_prefix(&north.origin()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_described_used_and_used_again() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, mal) = (member(north, "ada").await, member(north, "mal").await);
        let file = uploads(&ada).await;
        assert_eq!((&file["type"], &file["description"]), (&json!("image"), &json!("A bee\nin two lines")));
        let sizes = json!({ "width": 60, "height": 40, "size": "60x40", "aspect": 1.5 });
        assert_eq!(file["meta"]["original"], sizes);
        assert_eq!(file["meta"]["focus"], json!({ "x": 0.5, "y": -0.25 }));
        assert_eq!(get(north, path(&file, north), &[]).await.header("content-type"), "image/png");

        let place = format!("/api/v1/media/{}", id(&file));
        assert_eq!(id(&ada.get(&place).await.ok()), id(&file));
        let change = Some(json!({ "description": "Two bees" }));
        let changed = ada.ask(Method::PUT, &place, &[], change.clone()).await.ok();
        assert_eq!(changed["description"], "Two bees");
        assert_eq!(changed["meta"]["focus"]["x"], 0.5, "what is not said stays");
        for (method, body) in [(Method::GET, None), (Method::PUT, change), (Method::DELETE, None)] {
            assert_eq!(mal.ask(method, &place, &[], body).await.status, StatusCode::NOT_FOUND);
        }
        let theft = mal.post("/api/v1/statuses", json!({ "status": "x", "media_ids": [id(&file)] })).await;
        assert_ne!(theft.status, StatusCode::OK);

        let status = ada.post("/api/v1/statuses", json!({ "media_ids": [id(&file)] })).await.ok();
        assert_eq!(status["media_attachments"], json!([changed]));
        assert_eq!(ada.get(&place).await.status, StatusCode::NOT_FOUND, "it belongs to the status now");
        let silent = ada.ask(Method::PUT, &place, &[], Some(json!({ "description": "Four" }))).await;
        assert_eq!(silent.status, StatusCode::NOT_FOUND, "what is published changes with its status alone");
        let in_use = ada.ask(Method::DELETE, &place, &[], None).await.status;
        assert_eq!(in_use, StatusCode::UNPROCESSABLE_ENTITY);

        world.clock.advance(60);
        let at = format!("/api/v1/statuses/{}", id(&status));
        let edit = json!({
            "status": "",
            "media_ids": [id(&file)],
            "media_attributes": [{ "id": id(&file), "description": "Three bees", "focus": "0,0" }],
        });
        let edited = ada.ask(Method::PUT, &at, &[], Some(edit)).await.ok();
        assert_eq!(edited["media_attachments"][0]["description"], "Three bees");
        assert!(edited["edited_at"].is_string());
        let versions = ada.get(&format!("{at}/history")).await.ok();
        let said = |nth: usize| versions[nth]["media_attachments"][0]["description"].clone();
        assert_eq!((said(0), said(1)), (json!("Two bees"), json!("Three bees")), "each as it was");

        let deleted = ada.ask(Method::DELETE, &at, &[], None).await.ok();
        assert_eq!(get(north, path(&file, north), &[]).await.status, StatusCode::NOT_FOUND);
        let again = &deleted["media_attachments"][0];
        assert_eq!(get(north, path(again, north), &[]).await.status, StatusCode::OK);
        let status = ada.post("/api/v1/statuses", json!({ "media_ids": [id(again)] })).await.ok();
        let at = format!("/api/v1/statuses/{}?delete_media=true", id(&status));
        assert_eq!(ada.ask(Method::DELETE, &at, &[], None).await.ok()["media_attachments"], json!([]));
        assert_eq!(ada.get(&place).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_with_a_sentence() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let ada = member(north, "ada").await;
    let large = vec![0x42; 42 * 1024 * 1024];
    let files: [(&[u8], u16); 5] = [
        (b"<!doctype html><script>1</script>", 422),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
        (b"", 422),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 422),
        (&large, 413),
    ];
    for (bytes, status) in files {
        let reply = ada.send(Method::POST, "/api/v2/media", &[], &[("file", bytes)]).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.json);
        assert!(reply.json["error"].is_string());
    }
    for reply in [
        ada.send(Method::POST, "/api/v2/media", &[("file", "text")], &[]).await,
        ada.post("/api/v1/media", json!({ "file": "text" })).await,
    ] {
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.json);
    }
    let elsewhere = ada.send(Method::POST, "/api/v1/statuses", &[], &[("file", &large[..2_000_000])]).await;
    assert_eq!(elsewhere.status, StatusCode::PAYLOAD_TOO_LARGE, "files are sent to one place only");
    let many: Vec<String> = (1..=5).map(|id| id.to_string()).collect();
    let reply = ada.post("/api/v1/statuses", json!({ "status": "x", "media_ids": many })).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_need_their_scope() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    member(north, "ada").await;
    let bytes = picture(ImageFormat::Jpeg);
    for (client, status) in [
        (north.client("ada", "read write:statuses").await, 403),
        (north.stranger(), 401),
        (north.client("ada", "write:media").await, 200),
        (north.client("ada", "write").await, 200),
    ] {
        let reply = client.send(Method::POST, "/api/v1/media", &[], &[("file", &bytes)]).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timelines_show_only_what_has_files_when_asked_to() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let account = north.person("ada", &[]).await;
        let ada = north.client("ada", ALL).await;
        let file = uploads(&ada).await;
        let body = json!({ "status": "#bees", "media_ids": [id(&file)] });
        let shown = ada.post("/api/v1/statuses", body).await.ok();
        for _ in 0..30 {
            ada.post("/api/v1/statuses", json!({ "status": "#bees without a picture" })).await.ok();
        }
        for path in ["public", "public?local=true", "tag/bees"] {
            let with = if path.contains('?') { '&' } else { '?' };
            let path = format!("/api/v1/timelines/{path}{with}limit=5");
            assert_eq!(ada.get(&path).await.each("id").len(), 5);
            let listed = ada.get(&format!("{path}&only_media=true")).await.each("id");
            assert_eq!(listed, [id(&shown)], "{path}");
        }
        let page = Page { limit: 5, ..Page::default() };
        let wanted = OfAccount { only_media: true, ..OfAccount::default() };
        let viewer = Viewer::Member(account.id);
        let db = north.app().db;
        let found =
            db.read(|conn| Ok(timelines::of_account(conn, viewer, account.id, &wanted, &page)?)).await;
        let keys: Vec<String> = found.unwrap().iter().map(|one| one.key().to_string()).collect();
        assert_eq!(keys, [id(&shown)]);
    })
    .await;
}
