//! Rooms of the internal space: members open them, talk there, and nobody outside knows that they are there.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::store::{audit, deliveries};

use crate::harness::browser::{Browser, Page};
use crate::harness::world::{Instance, World, on_each_engine};

async fn waiting(north: &Instance) -> i64 {
    north.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap()
}

/// Opens a room; its page.
async fn opens(browser: &mut Browser, title: &str) -> Page {
    let form = browser.open("/internal/rooms/new").await;
    browser.send(&form, "main form", &[("title", title)]).await
}

/// The titles of the rooms, in the order of the list.
async fn rooms(browser: &mut Browser) -> Vec<String> {
    browser.open("/internal").await.texts("main .rooms a")
}

async fn refuses_odd_titles(browser: &mut Browser) {
    let refused = opens(browser, "   ").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("Say in a few words"), "{}", refused.body);
    let long = opens(browser, &"x".repeat(101)).await;
    assert!(long.says("at most 100 characters"), "{}", long.body);
}

async fn is_unknown_outside(north: &Instance, paths: [&str; 2]) {
    for path in paths {
        let visitor = north.browser().open(path).await;
        assert!(visitor.path.starts_with("/sign-in") && !visitor.says("waterworks"), "{}", visitor.path);
    }
}

/// What was written down of rooms.
async fn log(north: &Instance) -> Vec<String> {
    let log = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
    log.into_iter().map(|entry| entry.action).filter(|word| word.starts_with("room.")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_gather_in_rooms_what_belongs_together() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("anna", &[]).await;
        north.person("bela", &[]).await;
        north.person("mona", &[Role::Moderator]).await;
        let (mut anna, mut bela) = (north.signed_in("anna").await, north.signed_in("bela").await);
        let before = waiting(north).await;
        refuses_odd_titles(&mut anna).await;
        let room = opens(&mut anna, "The  waterworks").await;
        assert!(room.says("The waterworks") && room.says("Opened by anna"), "{}", room.body);
        world.advance_seconds(60);
        opens(&mut bela, "Summer meeting").await;
        assert_eq!(rooms(&mut anna).await, ["Summer meeting", "The waterworks"]);

        let blank = anna.send(&room, "main form", &[("text", " ")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.advance_seconds(60);
        let said = anna.send(&room, "main form", &[("text", "A zqroom plan.")]).await;
        assert!(said.says("Only members of this site") && said.says("Room: The waterworks"), "{}", said.body);
        assert_eq!(rooms(&mut bela).await, ["The waterworks", "Summer meeting"], "what is new comes first");
        world.advance_seconds(60);
        anna.send(&room, "main form", &[("text", "A second zqroom plan.")]).await;
        world.advance_seconds(60);
        let reply = said.attribute("main input[name=in_reply_to]", "value").unwrap();
        let reply = format!("/reply?to={reply}");
        let form = bela.open(&reply).await;
        bela.send(&form, "main form", &[("text", "I agree with zqroom.")]).await;
        let list = bela.open("/internal").await;
        assert!(list.says("2 conversations, the latest by bela"), "{}", list.body);
        let page = bela.open(&room.path).await;
        let heads = page.texts("main .entry .excerpt");
        assert_eq!(heads, ["A zqroom plan.", "A second zqroom plan."], "where somebody answered last");
        assert!(page.says("Answered last by bela"), "{}", page.body);

        // Who opened it and moderators keep it; nobody outside knows that it is there.
        let change = format!("{}/change", room.path);
        assert!(!page.says("Rename or close"));
        assert_eq!(bela.open(&change).await.status, StatusCode::FORBIDDEN);
        let sent = bela.post(&change, &page.filled("main form").1[..1]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        is_unknown_outside(north, [&room.path, &change]).await;
        let form = anna.open(&change).await;
        let renamed = anna.send(&form, "main form", &[("title", "Water"), ("state", "open")]).await;
        assert!(renamed.says("Changed.") && renamed.says("Water"), "{}", renamed.body);
        let mut mona = north.signed_in("mona").await;
        let form = mona.open(&change).await;
        let closed = mona.send(&form, "main form", &[("state", "closed")]).await;
        assert!(closed.says("It is closed") && closed.texts("main textarea").is_empty(), "{}", closed.body);
        let late = anna.send(&room, "main form", &[("text", "A late plan.")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        let form = anna.open(&reply).await;
        assert!(anna.send(&form, "main form", &[("text", "It goes on.")]).await.status.is_success());
        assert_eq!(rooms(&mut anna).await, ["Summer meeting", "Water"], "closed ones at the end");
        assert_eq!(bela.open("/internal/rooms/1").await.status, StatusCode::NOT_FOUND);
        assert_eq!(waiting(north).await, before, "nothing was sent");
        assert_eq!(log(north).await, ["room.open", "room.open", "room.rename", "room.close"]);
    })
    .await;
}
