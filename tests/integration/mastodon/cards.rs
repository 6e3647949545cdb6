//! Cards: what a page says of itself stands beside the first link to it, and nobody's link is followed
//! that was not for everybody.

use axum::http::{Method, StatusCode};
use image::ImageFormat;
use plenum::domain::host::HostStanding;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::store::hosts;
use serde_json::{Value, json};

use super::member;
use crate::harness::client::Client;
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};
use crate::media::{bytes, get, picture};
use crate::security::elsewhere::response;

const HTML: &str = "Content-Type: text/html; charset=utf-8\r\n";

/// A page with everything that pages say of themselves.
fn page(peers: &Peers, path: &str, head: &str) -> String {
    let url = peers.url("pages", path);
    let html = format!("<!doctype html><html lang=en><head>{head}</head><body>x</body></html>");
    peers.answer(&url, Some(response("200 OK", HTML, &html)));
    url
}

const BEES: &str = "<title>old</title><meta property='og:title' content='Bees &amp; &lt;b&gt;wasps'>\
    <meta property='og:description' content='They count.'><meta property='og:image' content='/bee.png'>\
    <meta property='og:image:width' content='60'><meta property='og:image:height' content='40'>\
    <meta property='og:image:alt' content='A bee'><meta property='og:site_name' content='The Hive'>\
    <meta name='author' content='Ada'><meta property='article:published_time' content='2026-01-02T03:04:05+01:00'>";

async fn says(app: &Client, text: &str, visibility: &str) -> String {
    let body = json!({ "status": text, "visibility": visibility });
    app.post("/api/v1/statuses", body).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn card(app: &Client, id: &str) -> Value {
    let status = app.get(&format!("/api/v1/statuses/{id}")).await.ok();
    let card = app.get(&format!("/api/v1/statuses/{id}/card")).await.ok();
    let expected = if status["card"].is_null() { json!({}) } else { status["card"].clone() };
    assert_eq!(card, expected, "both say the same");
    status["card"].clone()
}

/// What is due now, and what waits its turn.
async fn later(world: &World) {
    world.settle().await;
    world.advance_seconds(61);
    world.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_link_has_a_card() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let peers = Peers::new();
        let url = page(&peers, "/bees", BEES);
        peers.answer(&peers.url("pages", "/bee.png"), bytes("image/png", &picture(ImageFormat::Png)));
        let public = says(&ada, &format!("@bela look at {url}#part"), "public").await;
        assert_eq!(card(&ada, &public).await, Value::Null, "nobody waits for the other server");
        world.settle().await;
        let shown = card(&north.stranger(), &public).await;
        let image = shown["image"].as_str().unwrap().strip_prefix(&north.origin()).unwrap();
        let expected = json!({
            "url": url, "title": "Bees & <b>wasps", "description": "They count.", "type": "link",
            "author_name": "Ada", "author_url": "", "provider_name": "The Hive", "provider_url": "",
            "html": "", "width": 60, "height": 40, "image": format!("{}{image}", north.origin()),
            "image_description": "A bee", "embed_url": "", "blurhash": null, "language": "en",
            "published_at": "2026-01-02T02:04:05.000Z",
            "authors": [{ "name": "Ada", "url": "", "account": null }],
        });
        assert_eq!(shown, expected);
        let answer = get(north, image, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
        assert_eq!(get(north, "/media/cards/other", &[]).await.status, StatusCode::NOT_FOUND);

        let asked = peers.requests_for("pages", "/bees");
        let again = says(&bela, &url, "unlisted").await;
        assert_eq!(card(&ada, &again).await["title"], "Bees & <b>wasps", "it is known already");
        let linked = format!("/api/v1/timelines/link?url={}", url.replace(':', "%3A").replace('/', "%2F"));
        let found = north.stranger().get(&linked).await.ok();
        let ids: Vec<&str> =
            found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&*public], "what is unlisted stands nowhere");
        assert_eq!(ada.get("/api/v1/timelines/link").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let boost = bela.post(&format!("/api/v1/statuses/{public}/reblog"), json!({})).await.ok();
        assert_eq!(boost["reblog"]["card"]["url"], url.as_str());
        world.settle().await;
        assert_eq!(peers.requests_for("pages", "/bees"), asked);

        world.advance_seconds(60);
        let path = format!("/api/v1/statuses/{public}");
        ada.ask(Method::PUT, &path, &[], Some(json!({ "status": "no link" }))).await.ok();
        assert_eq!(card(&ada, &public).await, Value::Null);
        world.advance_hours(15 * 24);
        page(&peers, "/bees", "<title>Only wasps</title>");
        says(&ada, &url, "public").await;
        world.settle().await;
        assert_eq!(card(&ada, &again).await["title"], "Only wasps", "after two weeks it is asked again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_not_for_everybody_is_not_followed() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, ada) = member(north, "ada").await;
    member(north, "bela").await;
    let peers = Peers::new();
    let url = page(&peers, "/bees", BEES);
    for visibility in ["private", "direct"] {
        let id = says(&ada, &format!("@bela {url}"), visibility).await;
        later(&world).await;
        assert_eq!(card(&ada, &id).await, Value::Null);
    }
    let gone = says(&ada, &url, "public").await;
    ada.ask(Method::DELETE, &format!("/api/v1/statuses/{gone}"), &[], None).await.ok();
    let poll = json!({ "status": url, "poll": { "options": ["a", "b"], "expires_in": 600 } });
    ada.post("/api/v1/statuses", poll).await.ok();
    later(&world).await;
    assert_eq!(peers.requests(), 0);
    // Another's card shows nothing of it, either.
    let public = says(&ada, &url, "public").await;
    world.settle().await;
    assert!(card(&ada, &public).await.is_object());
    let private = says(&ada, &format!("@bela {url}"), "direct").await;
    assert_eq!(card(&ada, &private).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_says_nothing_has_no_card() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, ada) = member(north, "ada").await;
    let peers = Peers::new();
    let mut ids = Vec::new();
    for (path, answer) in [
        ("/blank", Some(response("200 OK", HTML, "<p>x</p>"))),
        ("/text", Some(response("200 OK", "Content-Type: text/plain\r\n", "<title>x</title>"))),
        ("/missing", Some(response("404 Not Found", HTML, "<title>x</title>"))),
        ("/home", Some(response("302 Found", &format!("Location: {}/about\r\n", north.origin()), ""))),
        ("/huge", Some(response("200 OK", HTML, &format!("<title>x</title>{}", "x".repeat(1_100_000))))),
    ] {
        let url = peers.url("pages", path);
        peers.answer(&url, answer);
        ids.push(says(&ada, &url, "public").await);
    }
    ids.push(says(&ada, &format!("{}/about", north.origin()), "public").await);
    ids.push(says(&ada, "http://127.0.0.1:1/ http://[::1]/ http://localhost/", "public").await);
    let suspended = page(&peers, "/bees", BEES);
    let host = peers.host("pages");
    later(&world).await;
    let set = north.app().db;
    set.write(|tx| {
        let host = hosts::ensure(tx, &host)?;
        Ok(hosts::set_standing(tx, host.id, HostStanding::Suspended)?)
    })
    .await
    .unwrap();
    ids.push(says(&ada, &suspended, "public").await);
    later(&world).await;
    for id in ids {
        assert_eq!(card(&ada, &id).await, Value::Null);
    }
    assert_eq!(peers.requests_for("pages", "/bees"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_elsewhere_names_the_page() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let peers = Peers::new();
    let vic = peers.person("v", "vic");
    let (first, meant) =
        (page(&peers, "/first", "<title>First</title>"), page(&peers, "/meant", "<title>Meant</title>"));
    let oembed = json!({ "title": "Told", "author_name": "Ada", "html": "<script>1</script>" }).to_string();
    let told = page(&peers, "/told", "<link rel=alternate type=application/json+oembed href=/oembed>");
    peers.answer(
        &peers.url("pages", "/oembed"),
        Some(response("200 OK", "Content-Type: application/json\r\n", &oembed)),
    );
    let arrives = async |path: &str, link: &str, attachment: Value| {
        let mut note = vic.note(path, &format!("<p><a href=\"{link}\">a page</a></p>"));
        note["attachment"] = attachment;
        peers.publish(&note);
        let found = resolve::contribution(&north.data(), note["id"].as_str().unwrap()).await.unwrap();
        later(&world).await;
        card(&north.stranger(), &found.id.to_string()).await
    };
    let link = json!([{ "type": "Link", "href": meant, "mediaType": "text/html" }]);
    assert_eq!(arrives("1", &first, link).await["title"], "Meant");
    assert_eq!(peers.requests_for("pages", "/first"), 0);
    assert_eq!(arrives("2", &first, json!([])).await["title"], "First");
    let shown = arrives("3", &told, json!([])).await;
    assert_eq!(
        (&shown["title"], &shown["author_name"], &shown["html"]),
        (&json!("Told"), &json!("Ada"), &json!(""))
    );
    let file =
        json!([{ "type": "Document", "mediaType": "image/png", "url": peers.url("pages", "/bee.png") }]);
    assert_eq!(arrives("4", &first, file).await, Value::Null, "a picture takes its place");
}
