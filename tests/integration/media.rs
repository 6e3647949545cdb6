//! Files between servers, and what we let others make of ours (`security`, items 54, 63, 75 and 90).

use std::io::Cursor;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use image::{DynamicImage, ImageFormat};
use plenum::domain::account::Account;
use plenum::domain::contribution::Visibility;
use plenum::domain::host::HostStanding;
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::media::{Media, MediaKind, Purpose, account_picture};
use plenum::domain::uri::Uri;
use plenum::domain::view::View;
use plenum::federation::resolve;
use plenum::http;
use plenum::media::Format;
use plenum::media::picture::Frame;
use plenum::services::media::{self, Description};
use plenum::services::{posts, relations};
use plenum::store::media::CachedFile;
use plenum::store::{self, Error, hosts, jobs};
use plenum::text::Markdown;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::Database;
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World, on_each_engine};
use crate::security::elsewhere::redirect;
use plenum::domain::site::FederationMode;

pub(crate) fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::new_rgb8(60, 40).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What a browser without an account gets.
pub(crate) async fn get(place: &Instance, path: &str, asked: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().uri(path);
    for (name, value) in asked {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = http::router(place.federation.clone()).oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    Answer { status, headers, body }
}

async fn upload(place: &Instance, account: &Account, bytes: Vec<u8>, words: &str) -> Media {
    let app = place.app();
    let kept = app.storage.take(bytes).await.unwrap().unwrap();
    let description =
        Description { text: Some(words.to_owned()), focus: Some((0.5, -0.25)), ..Description::default() };
    app.db.write(|tx| media::upload(tx, account, &kept, &description)).await.unwrap()
}

async fn posts(place: &Instance, author: &Account, files: &[Id<Media>]) -> Result<View, Error> {
    let post = posts::NewPost {
        markdown: Markdown::new("Look at this."),
        media: files.to_vec(),
        ..posts::NewPost::default()
    };
    place.app().db.write(|tx| posts::publish(tx, author, &post)).await
}

async fn row(place: &Instance, id: Id<Media>) -> Option<Media> {
    place.app().db.read(|conn| Ok(store::media::by_id(conn, id)?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_travels_with_its_post_and_readers_get_it_through_their_own_server() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let bela = north.person("bela", &[]).await;
    let reader = south.person("reader", &[]).await;
    let data = south.data();
    let known = resolve::account(&data, &format!("bela@{}", north.host)).await.unwrap();
    data.app.db.write(|tx| relations::follow(tx, &reader, &known)).await.unwrap();
    world.settle().await;

    let file = upload(north, &bela, picture(ImageFormat::Jpeg), "A bee <counting>").await;
    let view = posts(north, &bela, &[file.id]).await.unwrap();
    world.settle().await;

    let there = south.sees(&view.head.uri).await.expect("it arrived");
    let [copy] = there.media.as_slice() else { panic!("{:?}", there.media) };
    assert_eq!(copy.kind, MediaKind::Image);
    assert_eq!(copy.description, "A bee <counting>");
    assert_eq!((copy.width, copy.height), (Some(60), Some(40)));
    assert_eq!((copy.focus_x, copy.focus_y), (Some(0.5), Some(-0.25)));
    assert_eq!(copy.blurhash, view.media[0].blurhash);
    assert_eq!(copy.remote_url.as_deref(), Some(&*format!("{}{}", north.origin(), file.path())));
    assert!(!there.head.content.contains("<li>"), "it is no link in the text");

    let original = get(north, &file.path(), &[]).await;
    let through = get(south, &copy.path(), &[]).await;
    assert_eq!((through.status, &through.body), (StatusCode::OK, &original.body));
    assert_eq!(through.header("content-type"), "image/jpeg");
    north.goes_dark();
    assert_eq!(get(south, &copy.path(), &[]).await.body, original.body, "it was fetched once and kept");

    north.returns();
    let page = page_of(north, &view).await;
    assert!(page.contains("alt=\"A bee &#60;counting&#62;\""), "{page}");
}

async fn page_of(north: &Instance, view: &View) -> String {
    let path = view.head.uri.as_str().split_once(&north.host).unwrap().1;
    String::from_utf8(get(north, path, &[("accept", "text/html")]).await.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_served_inert_as_what_their_bytes_are() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    for text in ["<!doctype html><script>1</script>", "<svg xmlns='http://www.w3.org/2000/svg'/>", "{}", ""] {
        let taken = north.app().storage.take(text.as_bytes().to_vec()).await.unwrap();
        assert!(taken.is_err(), "{text}");
    }
    let mut polyglot = picture(ImageFormat::Png);
    polyglot.extend(br#"{"id":"https://north.example/c/1","type":"Note"}<script>"#);
    let file = upload(north, &bela, polyglot, "").await;
    assert!(file.path().len() > 40 && !file.path().contains(&file.id.to_string()), "{}", file.path());
    for path in [file.path(), file.preview_path().unwrap()] {
        let answer = get(north, &path, &[("accept", "application/activity+json")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("content-type").starts_with("image/"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox;"));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(!answer.body.windows(8).any(|window| window == b"<script>" || window == b"\"type\":\""));
    }
    let whole = get(north, &file.path(), &[]).await;
    let length = whole.body.len();
    for (range, status, expected) in [
        ("bytes=0-3", 206, &whole.body[..4]),
        ("bytes=4-", 206, &whole.body[4..]),
        ("bytes=-2", 206, &whole.body[length - 2..]),
        ("bytes=0-999999999", 206, &whole.body[..]),
        ("bytes=5-1", 200, &whole.body[..]),
        ("lines=1-2", 200, &whole.body[..]),
        ("bytes=0-1,3-4", 200, &whole.body[..]),
        ("bytes=99999999-", 416, &[]),
    ] {
        let answer = get(north, &file.path(), &[("range", range)]).await;
        assert_eq!(answer.status.as_u16(), status, "{range}");
        if status != 416 {
            assert_eq!(answer.body, expected, "{range}");
        }
    }
    let tag = whole.header("etag").to_owned();
    let again = get(north, &file.path(), &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let other = file.path().replace("original.png", "original.html");
    for path in [&*other, "/media/x/original.png", "/media/..%2f..%2fplenum.db/original.png", "/media/%00/a"]
    {
        assert_eq!(get(north, path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_the_files_of_others_and_a_file_stands_in_one_place() {
    on_each_engine(async |database: Database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (bela, mal) = (north.person("bela", &[]).await, north.person("mal", &[]).await);
        let mut files = Vec::new();
        for _ in 0..5 {
            files.push(upload(north, &bela, picture(ImageFormat::Png), "").await.id);
        }
        assert!(posts(north, &mal, &files[..1]).await.is_err());
        assert!(posts(north, &bela, &files).await.is_err(), "five are too many");
        let view = posts(north, &bela, &[files[2], files[0]]).await.unwrap();
        let order: Vec<_> = view.media.iter().map(|file| file.id).collect();
        assert_eq!(order, [files[2], files[0]]);
        assert!(posts(north, &bela, &files[..1]).await.is_err(), "it stands elsewhere already");
        let db = north.app().db;
        assert!(db.write(|tx| media::delete(tx, &bela, files[0])).await.is_err());
        assert!(db.write(|tx| media::delete(tx, &mal, files[1])).await.is_err());
        assert!(
            db.write(|tx| media::describe_loose(tx, &mal, files[1], &Description::default())).await.is_err()
        );
        let long = Description { text: Some("x".repeat(1501)), ..Description::default() };
        assert!(db.write(|tx| media::describe_loose(tx, &bela, files[1], &long)).await.is_err());
        db.write(|tx| media::delete(tx, &bela, files[1])).await.unwrap();
        assert_eq!(row(north, files[1]).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_gone_and_can_be_written_anew() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    let file = upload(north, &bela, picture(ImageFormat::Png), "").await;
    let view = posts(north, &bela, &[file.id]).await.unwrap();
    assert_eq!(get(north, &file.path(), &[]).await.status, StatusCode::OK);
    let db = north.app().db;
    db.write(|tx| posts::delete(tx, &bela, view.head.id)).await.unwrap();
    assert_eq!(get(north, &file.path(), &[]).await.status, StatusCode::NOT_FOUND);
    let waiting = row(north, file.id).await.unwrap();
    assert_eq!(get(north, &waiting.path(), &[]).await.status, StatusCode::OK, "its author can use it again");
    posts(north, &bela, &[file.id]).await.unwrap();

    // What nobody uses goes with its bytes.
    let unused = upload(north, &bela, picture(ImageFormat::Png), "").await;
    let bytes = unused.file.clone().unwrap();
    world.advance_hours(25);
    db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
    world.settle().await;
    assert_eq!(row(north, unused.id).await, None);
    assert_eq!(north.app().storage.length(&bytes).await.unwrap(), None);
    assert!(row(north, file.id).await.is_some(), "what is used stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_picture_is_kept_by_no_shared_cache() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    let file = upload(north, &bela, picture(ImageFormat::Png), "").await;
    assert!(get(north, &file.path(), &[]).await.header("cache-control").starts_with("private"));
    let post = posts::NewPost {
        media: vec![file.id],
        visibility: Visibility::Followers,
        ..posts::NewPost::default()
    };
    north.app().db.write(|tx| posts::publish(tx, &bela, &post)).await.unwrap();
    assert!(get(north, &file.path(), &[]).await.header("cache-control").starts_with("private"));
}

/// A note of a foreign server with files at these addresses.
async fn arrives(place: &Instance, peers: &Peers, path: &str, files: Value) -> Vec<Media> {
    let mal = peers.person("peer", "mal");
    let mut note = mal.note(path, "<p>Look</p>");
    note["attachment"] = files;
    peers.publish(&note);
    let data = place.data();
    resolve::contribution(&data, note["id"].as_str().unwrap()).await.unwrap();
    let uri = Uri::parse(note["id"].as_str().unwrap()).unwrap();
    place.sees(&uri).await.unwrap().media
}

fn document(url: &str, media_type: &str) -> Value {
    json!({ "type": "Document", "mediaType": media_type, "url": url, "name": "words" })
}

pub(crate) fn bytes(media_type: &str, body: &[u8]) -> Option<Vec<u8>> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\nContent-Type: {media_type}\r\n\r\n",
        body.len()
    );
    Some([head.as_bytes(), body].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_brings_pictures_and_nothing_else_from_nowhere_else() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let peers = Peers::new();
    let url = |path: &str| peers.url("files", path);
    peers.answer(&url("/good"), bytes("text/html", &picture(ImageFormat::Png)));
    peers.answer(&url("/html"), bytes("image/png", b"<!doctype html><script>1</script>"));
    peers.answer(&url("/svg"), bytes("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"));
    peers.answer(&url("/home"), Some(redirect(&format!("{}/media/x/original.png", north.origin()))));
    peers.answer(&url("/file"), Some(redirect("file:///etc/passwd")));
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x06\0\0\0".to_vec();
    huge.extend([0x40; 40]);
    peers.answer(&url("/huge"), bytes("image/png", &huge));
    let files = ["/good", "/html", "/svg", "/home"].map(|path| document(&url(path), "image/png"));
    let first = arrives(north, &peers, "1", json!(files)).await;
    let files = ["/file", "/huge", "/missing"].map(|path| document(&url(path), "image/png"));
    let second = arrives(north, &peers, "2", json!(files)).await;
    assert_eq!((first.len(), second.len()), (4, 3));
    let good = get(north, &first[0].path(), &[]).await;
    assert_eq!((good.status, good.header("content-type")), (StatusCode::OK, "image/png"));
    for file in first[1..].iter().chain(&second) {
        let answer = get(north, &file.path(), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{:?}", file.remote_url);
    }
    let asked = peers.requests();
    for file in &first[1..] {
        get(north, &file.path(), &[]).await;
    }
    assert_eq!(peers.requests(), asked, "what failed is not asked for again and again");
    for path in [
        "/media/proxy?url=http://files.localhost/",
        "/media/http%3A%2F%2Ffiles.localhost%2Fgood/original.png",
    ] {
        assert_eq!(get(north, path, &[]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(peers.requests(), asked, "nobody can send us to an address of their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_copy_goes_with_the_welcome_of_its_host() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let peers = Peers::new();
    let url = peers.url("files", "/good");
    peers.answer(&url, bytes("image/png", &picture(ImageFormat::Png)));
    let files = arrives(north, &peers, "1", json!([document(&url, "image/png")])).await;
    assert_eq!(get(north, &files[0].path(), &[]).await.status, StatusCode::OK);
    let db = north.app().db;
    let suspend = async |name: &str, standing| {
        let name = peers.host(name);
        db.write(|tx| {
            let host = hosts::ensure(tx, &name)?;
            Ok(hosts::set_standing(tx, host.id, standing)?)
        })
        .await
        .unwrap();
    };
    for name in ["peer", "files"] {
        suspend(name, HostStanding::Suspended).await;
        assert_eq!(get(north, &files[0].path(), &[]).await.status, StatusCode::NOT_FOUND, "{name}");
        suspend(name, HostStanding::Unknown).await;
        assert_eq!(get(north, &files[0].path(), &[]).await.status, StatusCode::OK, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_that_are_programs_stay_links() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let peers = Peers::new();
    let files = json!([
        document(&peers.url("files", "/a.svg"), "image/svg+xml"),
        document(&peers.url("files", "/a.pdf"), "application/pdf"),
        document("javascript:alert(1)", "image/png"),
        { "type": "Image", "url": peers.url("files", "/b.png"), "blurhash": "\"><script>", "width": -4, "height": 1e9 },
        "https://files.example/c.png",
        7,
    ]);
    let kept = arrives(north, &peers, "1", files).await;
    let [only] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((only.kind, only.width, only.blurhash.as_deref()), (MediaKind::Image, None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_shows_a_picture_here_and_elsewhere() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let bela = north.person("bela", &[]).await;
    let app = north.app();
    let frame = Frame { width: 40, height: 40 };
    let mut shown = bela.clone();
    for _ in 0..2 {
        let kept = app.storage.take_framed(picture(ImageFormat::Png), frame).await.unwrap().unwrap();
        shown = app.db.write(|tx| media::show(tx, &bela, Purpose::Avatar, Some(&kept))).await.unwrap();
    }
    let path = shown.icon_url.clone().unwrap().replace(&north.origin(), "");
    assert_eq!(get(north, &path, &[]).await.header("content-type"), "image/png");
    let first: Vec<Media> =
        app.db.read(|conn| Ok(store::media::of_account(conn, bela.id, Purpose::Avatar)?)).await.unwrap();
    assert_eq!(first.len(), 1, "the one before is thrown away");

    let data = south.data();
    let known = resolve::account(&data, &format!("bela@{}", north.host)).await.unwrap();
    assert_eq!(known.icon_url, shown.icon_url);
    let path = account_picture(&known, Purpose::Avatar, "").unwrap();
    assert_eq!(get(south, &path, &[]).await.status, StatusCode::OK);
    let wrong = format!("/media/accounts/{}/avatar/aaaaaaaaaaaaaaaa", known.id);
    assert_eq!(get(south, &wrong, &[]).await.status, StatusCode::NOT_FOUND);
    let none = app.db.write(|tx| media::show(tx, &bela, Purpose::Avatar, None)).await.unwrap();
    assert_eq!(none.icon_url, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_copies_give_way_when_they_take_too_much() {
    on_each_engine(async |database: Database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let app = north.app();
        for number in 0..5 {
            world.advance_seconds(1);
            let file = app.storage.put(Format::Png, picture(ImageFormat::Png)).await.unwrap();
            let copy = CachedFile {
                address: format!("address {number}"),
                media_type: "image/png".to_owned(),
                file,
                bytes: 100,
                fetched_at: app.clock().now(),
                host: None,
            };
            app.db.write(|tx| media::keep_copy(tx, &copy, Some(250))).await.unwrap();
        }
        let left = app.db.read(|conn| Ok(store::media::oldest_copies(conn, 10)?)).await.unwrap();
        let names: Vec<_> = left.iter().map(|copy| &*copy.address).collect();
        assert_eq!(names, ["address 3", "address 4"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_files_outlive_the_server_they_came_from() {
    on_each_engine(async |database: Database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let app = north.app();
        for server in ["dark", "lit"] {
            let owner = peers.actor(server, "org", "Organization");
            resolve::account(&north.data(), &owner.id).await.unwrap();
            let file = app.storage.put(Format::Png, picture(ImageFormat::Png)).await.unwrap();
            let copy = CachedFile {
                address: server.to_owned(),
                media_type: "image/png".to_owned(),
                file,
                bytes: 100,
                fetched_at: app.clock().now(),
                host: Some(peers.host(server)),
            };
            app.db.write(|tx| media::keep_copy(tx, &copy, Some(10_000))).await.unwrap();
        }
        peers.status(&peers.url("dark", "/users/org"), "503 Service Unavailable");
        let dark = Uri::parse(&peers.url("dark", "/users/org")).unwrap();
        assert!(resolve::refresh(&north.data(), &dark).await.is_err());
        world.advance_hours(24 * 30);
        app.db.write(|tx| media::purge(tx, 14)).await.unwrap();
        let left = app.db.read(|conn| Ok(store::media::oldest_copies(conn, 10)?)).await.unwrap();
        let names: Vec<_> = left.iter().map(|copy| &*copy.address).collect();
        assert_eq!(names, ["dark"], "what cannot be fetched again is kept");
        // Its server is back, and what it has need not be kept here.
        peers.publish(&peers.actor("dark", "org", "Organization").document());
        resolve::refresh(&north.data(), &dark).await.unwrap();
        app.db.write(|tx| media::purge(tx, 14)).await.unwrap();
        let left = app.db.read(|conn| Ok(store::media::oldest_copies(conn, 10)?)).await.unwrap();
        assert!(left.is_empty());
    })
    .await;
}
