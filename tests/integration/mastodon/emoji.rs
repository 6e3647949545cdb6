//! Custom emoji: ours in our texts, and those of others through us.

use axum::http::{Method, StatusCode};
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::media::Format;
use plenum::services::emojis::{self, Picture};
use serde_json::{Value, json};

use super::member;
use crate::harness::world::{Instance, World, on_each_engine};

/// The smallest PNG: one transparent dot.
pub(crate) const DOT: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0,
    1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0, 1, 0,
    0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

pub(super) async fn has_emoji(at: &Instance, shortcode: &str) -> String {
    let app = at.app();
    let file = app.storage.put(Format::Png, DOT.to_vec()).await.unwrap();
    let bytes = i64::try_from(DOT.len()).unwrap();
    let picture = Picture { file, media_type: "image/png".to_owned(), bytes };
    app.db.write(|tx| emojis::add(tx, shortcode, "animals", &picture)).await.unwrap().path()
}

fn named(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|emoji| emoji["shortcode"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_name_the_emoji_of_their_own_server() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        assert_eq!(north.stranger().get("/api/v1/custom_emojis").await.ok(), json!([]));
        let path = has_emoji(north, "bee").await;
        let rose = has_emoji(north, "rose").await;
        let db = north.app().db;
        let picture = Picture { file: "x".to_owned(), media_type: "image/png".to_owned(), bytes: 1 };
        assert!(db.write(|tx| emojis::add(tx, "no good", "", &picture)).await.is_err());
        let url = format!("{}{path}", north.origin());
        let all = north.stranger().get("/api/v1/custom_emojis").await.ok();
        let expected = json!({ "shortcode": "bee", "url": url, "static_url": url, "visible_in_picker": true,
            "category": "animals" });
        assert_eq!(all[0], expected);
        assert_eq!(named(&all), ["bee", "rose"]);

        let poll = json!({ "options": [":bee:", "b"], "expires_in": 600 });
        let body = json!({ "status": "a :rose: and :unknown:", "poll": poll });
        let status = ada.post("/api/v1/statuses", body).await.ok();
        assert_eq!(named(&status["emojis"]), ["bee", "rose"]);
        assert!(status["content"].as_str().unwrap().contains(":rose:"));
        let own = status["url"].as_str().unwrap().strip_prefix(&north.origin()).unwrap();
        let page = north.browser().open(own).await;
        let shown = ["src", "alt"].map(|name| page.attribute(".prose img.emoji", name));
        assert_eq!(shown, [Some(rose), Some(":rose:".to_owned())]);
        assert!(page.says(":unknown:") && !page.says(":rose:"));
        assert_eq!(status["account"]["emojis"], json!([]));
        assert_eq!(status["poll"]["emojis"][0]["shortcode"], "bee");
        let change = json!({ "display_name": "Ada :bee:", "note": ":rose:" });
        let method = Method::PATCH;
        let me = ada.ask(method, "/api/v1/accounts/update_credentials", &[], Some(change)).await.ok();
        assert_eq!(named(&me["emojis"]), ["bee", "rose"]);
        let path = format!("/api/v1/statuses/{}", status["id"].as_str().unwrap());
        assert_eq!(named(&ada.get(&path).await.ok()["account"]["emojis"]), ["bee", "rose"]);
        db.write(|tx| emojis::remove(tx, "bee")).await.unwrap();
        assert_eq!(named(&ada.get(&path).await.ok()["emojis"]), ["rose"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn emoji_travel_and_come_through_us() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (_, ada) = member(north, "ada").await;
    let (_, bela) = member(south, "bela").await;
    has_emoji(north, "bee").await;
    has_emoji(south, "rose").await;
    let change = json!({ "display_name": "Ada :bee:" });
    ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(change)).await.ok();
    let said = ada.post("/api/v1/statuses", json!({ "status": ":bee: and :rose:" })).await.ok();
    let copy = resolve::contribution(&south.data(), said["uri"].as_str().unwrap()).await.unwrap();
    let copy = bela.get(&format!("/api/v1/statuses/{}", copy.id)).await.ok();
    assert_eq!(named(&copy["emojis"]), ["bee"], "what ours is called so is another one");
    assert_eq!(named(&copy["account"]["emojis"]), ["bee"]);
    let emoji = &copy["emojis"][0];
    assert_eq!(emoji["visible_in_picker"], false);
    let url = emoji["url"].as_str().unwrap();
    let path = url.strip_prefix(&south.origin()).expect("readers are not sent elsewhere");
    let mut browser = south.browser();
    let picture = browser.once(Method::HEAD, path, None).await;
    assert_eq!(picture.status, StatusCode::OK);
    assert_eq!(picture.headers["content-type"], "image/png");
    assert!(picture.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let gone = browser.once(Method::HEAD, "/media/emoji/none", None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(named(&south.stranger().get("/api/v1/custom_emojis").await.ok()), ["rose"]);
}
