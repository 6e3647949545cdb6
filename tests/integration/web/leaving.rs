//! Taking an account along, and deleting it.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use image::ImageFormat;
use plenum::app::storage::Storage;
use plenum::domain::account::{Account, AccountState};
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::host::HostStanding;
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::http;
use plenum::services::{account_rules, archives, relations, sign_ins};
use plenum::store::{accounts, contributions, jobs, keys};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::Database;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, PASSWORD, World, on_each_engine};
use crate::media::picture;

/// The files in an archive.
pub(super) fn files(mut bytes: &[u8]) -> HashMap<String, Vec<u8>> {
    let mut files = HashMap::new();
    let text = |field: &[u8]| String::from_utf8_lossy(field).trim_end_matches('\0').to_owned();
    while bytes[0] != 0 {
        let length = usize::from_str_radix(&text(&bytes[124..135]), 8).unwrap();
        files.insert(text(&bytes[..100]), bytes[512..512 + length].to_vec());
        bytes = &bytes[512 + length.next_multiple_of(512)..];
    }
    assert_eq!(bytes.len(), 1024, "two blank blocks at its end");
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn members_take_along_what_they_said_and_whom_they_follow() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("anna", &[]).await;
        north.person("bela", &[]).await;
        let app = north.client("anna", "read write").await;
        let bytes = picture(ImageFormat::Png);
        let texts = [("description", "A bee")];
        let file = app.send(Method::POST, "/api/v2/media", &texts, &[("file", &bytes)]).await.ok();
        let body = json!({ "status": "Hello, bees.", "media_ids": [file["id"]] });
        let said = app.post("/api/v1/statuses", body).await.ok();
        app.post("/api/v1/statuses", json!({ "status": "For few.", "visibility": "direct" })).await.ok();
        let organization = north.organization().await;
        app.post(&format!("/api/v1/accounts/{}/follow", organization.id), json!({})).await.ok();
        let mut anna = north.signed_in("anna").await;
        assert_eq!(anna.open("/settings/archive").await.status, StatusCode::NOT_FOUND, "nobody asked yet");
        let page = anna.open("/settings/export").await;
        let archive = "form[action='/settings/archive']";
        let open = anna.send(&page, archive, &[("current", "guess")]).await;
        assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY, "not at an open browser");
        let asked = anna.send(&page, archive, &[("current", PASSWORD)]).await;
        assert!(asked.says("It is being made"), "{}", asked.body);
        world.settle().await;
        let page = anna.open("/settings/export").await;
        assert!(page.says("Download it"), "{}", page.body);
        let again = [page.filled("main form").1.swap_remove(0), ("current".to_owned(), PASSWORD.to_owned())];
        let again = anna.post("/settings/archive", &again).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "one a day");
        let (_, kind, bytes) = answer(north, "/settings/archive", &anna.cookie_header(), "*/*").await;
        assert_eq!(kind, "application/x-tar");
        let files = files(&bytes);
        let page: Value = serde_json::from_slice(&files["outbox/1.json"]).unwrap();
        let items = page["orderedItems"].as_array().unwrap();
        let objects: Vec<_> = items.iter().map(|item| item["object"]["content"].as_str().unwrap()).collect();
        assert!(objects[0].contains("Hello, bees.") && objects[1].contains("For few."), "{page}");
        assert_eq!(items[0]["object"]["id"], said["uri"]);
        let beside = items[0]["object"]["attachment"][0]["url"].as_str().unwrap();
        let name = beside.split_once("/media/").unwrap().1;
        assert!(!files[&format!("media/{name}")].is_empty(), "the picture under the name in the text");
        let follows = String::from_utf8(files["following_accounts.csv"].clone()).unwrap();
        assert!(follows.contains(&organization.handle), "{follows}");
        assert!(files.contains_key("actor.json") && files.contains_key("outbox.json"));
        let mut bela = north.signed_in("bela").await;
        assert_eq!(bela.open("/settings/archive").await.status, StatusCode::NOT_FOUND, "nobody else's");
        let out = AccountDecision { standing: HostStanding::Suspended, ..AccountDecision::default() };
        let (db, id) = (north.app().db, author_of(&said));
        db.write(|tx| account_rules::decide(tx, None, id, &out)).await.unwrap();
        world.advance_hours(25);
        world.settle().await;
        let page = anna.open("/settings/export").await;
        assert!(page.says("Download it") && !page.says("Bring a file"), "{}", page.body);
        let (status, ..) = answer(north, "/settings/archive", &anna.cookie_header(), "*/*").await;
        assert_eq!(status, StatusCode::OK, "also who is suspended");
        world.advance_hours(24 * 7);
        cleans_up(north).await;
        world.settle().await;
        assert_eq!(anna.open("/settings/archive").await.status, StatusCode::NOT_FOUND, "kept for a week");
    })
    .await;
}

/// Who wrote what an app got as a status.
fn author_of(status: &Value) -> Id<Account> {
    Id::parse(status["account"]["id"].as_str().unwrap()).unwrap()
}

/// A process that dies while it writes an archive leaves nothing behind for good.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_archive_that_was_begun_nothing_stays() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let app = north.app();
    let shelf = app.config.media.directory.join("archives");
    let kept = || std::fs::read_dir(&shelf).map_or(0, Iterator::count);
    let names = [Storage::name("archives", "tar"), Storage::name("archives", "tar")];
    for name in &names {
        app.db.write(|tx| archives::will_remove(tx, name)).await.unwrap();
    }
    let begun = app.storage.begin(&names[0]).await.unwrap();
    let mut whole = app.storage.begin(&names[1]).await.unwrap();
    whole.write(b"letters").await.unwrap();
    whole.finish().await.unwrap();
    std::mem::forget(begun);
    assert_eq!(kept(), 2, "one that was not finished, and one that nobody was told of");
    world.settle().await;
    assert_eq!(kept(), 2, "they may be in the making");
    world.advance_hours(25);
    world.settle().await;
    assert_eq!(kept(), 0);
}

/// What stands at a path, for whoever sends these cookies and wants this.
pub(super) async fn answer(
    north: &Instance,
    path: &str,
    cookies: &str,
    wanted: &str,
) -> (StatusCode, String, Vec<u8>) {
    let request =
        Request::get(path).header(COOKIE, cookies).header(ACCEPT, wanted).header("host", &north.host);
    let request = request.body(Body::empty()).unwrap();
    let answer = http::router(north.federation.clone()).oneshot(request).await.unwrap();
    let kind = answer.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let status = answer.status();
    (status, kind.unwrap_or_default(), answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

/// The regular work begins, and comes back every day.
async fn cleans_up(north: &Instance) {
    let db = north.app().db;
    db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
}

async fn known(at: &Instance, account: &Account) -> Account {
    at.app().db.read(|conn| Ok(accounts::by_uri(conn, &account.uri)?)).await.unwrap().unwrap()
}

/// Whether an account can still sign.
async fn signs(north: &Instance, account: &Account) -> bool {
    let all = north.app().db.read(|conn| Ok(keys::of_account(conn, account.id)?)).await.unwrap();
    all.iter().any(|key| key.private_key.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_is_gone_here_and_wherever_they_are_known() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (anna, sam) = (north.person("anna", &[]).await, south.person("sam", &[]).await);
        let far = resolve::account(&south.data(), &anna.handle).await.unwrap();
        south.app().db.write(|tx| relations::follow(tx, &sam, &far)).await.unwrap();
        world.settle().await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let said = north.replies(&anna, &bees, "To seven!").await.head.uri;
        world.settle().await;
        assert!(south.sees(&said).await.is_some());
        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open("/settings/leave").await;
        let kept = admin.send(&form, "main form", &[("current", PASSWORD)]).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "the last admin stays");
        let mut browser = north.signed_in("anna").await;
        let form = browser.open("/settings/leave").await;
        let wrong = browser.send(&form, "main form", &[("current", "guess")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(known(north, &anna).await.state, AccountState::Active, "nothing happened");
        cleans_up(north).await;
        south.goes_dark();
        let done = browser.send(&form, "main form", &[("current", PASSWORD)]).await;
        assert!(done.says("Your account is deleted."), "{}", done.body);
        assert!(north.sees(&said).await.is_none(), "out of sight at once");
        world.settle().await;
        assert_eq!(known(north, &anna).await.state, AccountState::Deleted);
        let left = north.app().db.read(|conn| Ok(contributions::all_of(conn, anna.id)?)).await.unwrap();
        assert!(left.is_empty(), "and deleted");
        for path in [anna.uri.as_str(), said.as_str()] {
            let path = path.strip_prefix(&north.origin()).unwrap();
            let (status, ..) = answer(north, path, "", "application/activity+json").await;
            assert_eq!(status, StatusCode::GONE, "{path}");
        }
        assert!(browser.open("/notifications").await.path.starts_with("/sign-in"));
        let opened = north.app().db.write(|tx| sign_ins::enable(tx, None, "anna")).await;
        assert!(opened.unwrap_err().to_string().contains("has left"), "no admin opens it again");
        let again = north.browser().sign_in("anna", PASSWORD, "/").await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody signs in with it");
        assert!(south.sees(&said).await.is_some(), "south was away");
        world.advance_hours(25);
        world.settle().await;
        assert!(signs(north, &anna).await, "something still has to be signed");
        south.returns();
        for _ in 0..3 {
            world.advance_hours(25);
            world.settle().await;
        }
        assert_eq!(known(south, &anna).await.state, AccountState::Deleted, "south heard of it");
        assert!(south.sees(&said).await.is_none());
        assert!(north.sees(&bees).await.is_some(), "what the organization said stays");
        assert!(!signs(north, &anna).await, "nothing has to be signed any more");
    })
    .await;
}
