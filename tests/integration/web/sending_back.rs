//! Forms that come back: with what was typed, and with what was wrong, at its field.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::site::FederationMode;
use plenum::services::account_rules;

use crate::harness::browser::{Browser, Page};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// What a form says that came back: its status, what was wrong, and what stands in a field.
fn came_back(page: &Page, field: &str) -> (StatusCode, Vec<String>, String) {
    let (_, fields) = page.filled("main form[method=post]");
    let typed = fields.into_iter().find(|(name, _)| name == field).map(|(_, value)| value);
    (page.status, page.texts(".notice.problem li"), typed.unwrap_or_default())
}

/// Sends a form without some of its fields.
async fn sends_without(browser: &mut Browser, page: &Page, missing: &str) -> Page {
    let (action, mut fields) = page.filled("main form[method=post]");
    fields.retain(|(name, _)| name != missing);
    browser.post(&action, &fields).await
}

async fn freezes(north: &Instance, account: &Account) {
    let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
    let db = north.app().db;
    db.write(|tx| account_rules::decide(tx, None, account.id, &frozen).map(drop)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_tells_every_mistake_and_its_field() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let mut ada = north.signed_in("ada").await;
    let form = ada.open("/settings/password").await;
    let wrong = ada.send(&form, "main form", &[("current", "wrong"), ("password", "tiny")]).await;
    let said = ["This is not your password.", "“The new one” has 4 characters; use at least 10."];
    assert_eq!(wrong.texts(".notice.problem li"), said, "{}", wrong.body);
    assert_eq!(wrong.texts(".mistake"), said, "each at its field");
    let form = ada.open("/settings/leave").await;
    let wrong = ada.send(&form, "main form", &[("current", "wrong")]).await;
    assert_eq!(wrong.texts(".mistake"), ["This is not your password."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_reads_all_that_is_wrong_at_once() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut admin = north.signed_in("north_admin").await;
    let people = admin.open("/admin/people").await;
    let handed = admin.send(&people, "main form[method=post]", &[("do", "invite")]).await;
    let link = handed.texts("main p").into_iter().find(|text| text.contains("/invite/")).unwrap();
    let mut guest = north.browser();
    let form = guest.open(link.trim_start_matches(&north.origin())).await;
    let typed = [("name", "A B"), ("display_name", "Ada"), ("password", "tiny")];
    let back = guest.send(&form, "main form", &typed).await;
    assert_eq!(
        back.texts(".mistake"),
        [
            "“Name”: use 3 to 30 of the characters a-z, 0-9 and _.",
            "“Password” has 4 characters; use at least 10."
        ],
        "{}",
        back.body
    );
    assert_eq!(came_back(&back, "display_name").2, "Ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let bela = north.person("bela", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head;
        let mut ada = {
            north.person("ada", &[]).await;
            north.signed_in("ada").await
        };
        let long = "bees ".repeat(300);
        let form = ada.open(&format!("/contributions/{}/report", bees.id)).await;
        let back = ada.send(&form, "main form", &[("comment", &long), ("category", "spam")]).await;
        let (status, said, typed) = came_back(&back, "comment");
        assert_eq!((status, typed.trim()), (StatusCode::UNPROCESSABLE_ENTITY, long.trim()));
        assert_eq!(said, ["“What should the moderators know?” Your answer is longer than 1000 characters."]);
        assert_eq!(back.attribute("input[name=category][checked]", "value").as_deref(), Some("spam"));
        let sent = ada.send(&back, "main form", &[("comment", "Look at this.")]).await;
        assert!(sent.says("Look at this."), "it can be mended: {}", sent.body);

        let form = ada.open("/@bela/hide").await;
        let back = sends_without(&mut ada, &form, "deed").await;
        assert_eq!(
            (back.status, back.texts(".mistake")),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["Choose what is to be done.".to_owned()],)
        );
        // Who may not object with nothing reads why beside the field.
        freezes(north, &bela).await;
        let mut bela = north.signed_in("bela").await;
        let list = bela.open("/settings/decisions").await;
        let form = bela.open(&list.attribute("main .ways a", "href").unwrap()).await;
        let back = bela.send(&form, "main form[method=post]", &[("do", "appeal"), ("appeal", "  ")]).await;
        let (status, said, _) = came_back(&back, "appeal");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            said,
            ["“Do you object?” Your answer is empty: write at least a sentence."],
            "{}",
            back.body
        );
        assert_eq!(back.texts(".mistake").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_elsewhere_keep_what_they_typed() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let mut reader = north.browser();
    let uri = bees.head.uri.to_string();
    let typed = [("handle".to_owned(), "not an address".to_owned()), ("uri".to_owned(), uri.clone())];
    let back = reader.post("/interact", &typed).await;
    let (status, said, typed) = came_back(&back, "handle");
    assert_eq!((status, typed.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "not an address"));
    assert!(said.concat().contains("looks like an e-mail address"), "{}", back.body);
    assert_eq!(came_back(&back, "uri").2, uri, "and what it is about");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_do_not_write_twice() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("bela", &[]).await;
    let mut admin = north.signed_in("north_admin").await;
    let log = admin.open("/admin/log").await;
    let entry = admin.open(&log.attribute("tbody a[href^='/admin/log/']", "href").unwrap()).await;
    let (action, mut fields) = entry.filled("main form[method=post]");
    fields.retain(|(name, _)| name != "shown" && name != "reason");
    fields.push(("reason".to_owned(), "So that everybody knows.".to_owned()));
    let back = admin.post(&action, &fields).await;
    let (status, said, typed) = came_back(&back, "reason");
    assert_eq!((status, typed.trim()), (StatusCode::UNPROCESSABLE_ENTITY, "So that everybody knows."));
    assert_eq!(said, ["Choose who may read the entry."]);
}
