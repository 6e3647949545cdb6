//! What moderators remove of members: out of sight here and called back elsewhere at once, and shown here again
//! where an objection is granted in time.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::store;
use serde_json::json;

use super::presses;
use crate::harness::Database;
use crate::harness::browser::{Browser, Page};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// Bela answers a statement of north, Anna reports it, and mona removes it with a reason for everybody.
async fn is_removed(world: &World, bela: &Account, mona: &mut Browser) -> (Uri, Page) {
    let north = world.at("north");
    let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
    let said = north.replies(bela, &bees, "You are all drones.").await.head;
    world.settle().await;
    assert!(world.at("south").sees(&said.uri).await.is_some(), "it went out");
    let app = north.client("anna", "read write").await;
    let body = json!({ "account_id": bela.id.to_string(), "status_ids": [said.id.to_string()] });
    app.post("/api/v1/reports", body).await.ok();
    let list = mona.open("/admin/reports").await;
    let report = list.attribute("tbody a", "href").unwrap();
    let form = mona.open(&format!("{report}/decide")).await;
    let ruling = [("outcome", "remove"), ("text", "That is an insult."), ("public", "Insults.")];
    let asked = mona.send(&form, "main form", &ruling).await;
    assert!(mona.send(&asked, "main form", &[]).await.says("Changed."));
    world.settle().await;
    (said.uri, asked)
}

/// Opens what was decided about somebody last.
async fn decision(browser: &mut Browser) -> Page {
    let list = browser.open("/settings/decisions").await;
    let href = list.attribute("main a[href^='/settings/decisions/']", "href").unwrap();
    browser.open(&href).await
}

async fn objection(browser: &mut Browser) -> Page {
    let list = browser.open("/admin/appeals").await;
    let href = list.attribute("tbody a", "href").unwrap_or_else(|| panic!("{}", list.body));
    browser.open(&href).await
}

async fn people(north: &Instance) -> Account {
    north.person("anna", &[]).await;
    north.person("mona", &[Role::Moderator]).await;
    north.person("bela", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_granted_objection_shows_again_what_was_removed() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let account = people(north).await;
        let (mut mona, mut bela) = (north.signed_in("mona").await, north.signed_in("bela").await);
        let (uri, asked) = is_removed(&world, &account, &mut mona).await;
        assert!(asked.says("deleted after 3 days: 1 reported contribution"), "{}", asked.body);
        assert!(asked.says("delete their copies of 1 reported contribution"), "{}", asked.body);
        let path = uri.as_str().trim_start_matches(&north.origin()).to_owned();
        assert_eq!(bela.open(&path).await.status, StatusCode::GONE);
        let (status, _) =
            north.stranger().head_of(Method::GET, &path, &[("accept", "application/activity+json")]).await;
        assert_eq!(status, StatusCode::GONE, "other servers that ask are told the same");
        assert!(south.sees(&uri).await.is_none(), "called back at once");
        assert!(mona.open("/admin/removed").await.says("1 text"));

        let told = decision(&mut bela).await;
        assert!(told.says("until then it can be shown on this site again"), "{}", told.body);
        bela.send(&told, "main form", &[("appeal", "I meant the bees.")]).await;
        let own = objection(&mut mona).await;
        assert!(own.says("another moderator answers the objection"), "{}", own.body);
        assert!(own.attribute("main form[method=post]", "action").is_none(), "no button that fails");
        let mut admin = north.signed_in("north_admin").await;
        let page = objection(&mut admin).await;
        assert!(page.says("shown on this site again as soon as you agree"), "{}", page.body);
        assert!(presses(&mut admin, &page, "grant", &[("answer", "You are right.")]).await.says("Changed."));
        world.settle().await;
        assert!(north.sees(&uri).await.is_some(), "it is where it was");
        assert_eq!(bela.open(&path).await.status, StatusCode::OK);
        let told = decision(&mut bela).await;
        assert!(told.says("What was removed is shown on this site again; other servers"), "{}", told.body);
        let log = north.browser().open("/about/moderation").await;
        assert!(log.says("an objection was granted, and what was removed is shown on this site again"));
        assert!(mona.open("/admin/removed").await.says("Nothing was removed"));
        world.advance_hours(80);
        world.settle().await;
        assert!(north.sees(&uri).await.is_some(), "and it stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_by_then_is_promised_to_nobody() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let north = world.at("north");
        let account = people(north).await;
        let (mut mona, mut bela) = (north.signed_in("mona").await, north.signed_in("bela").await);
        let (uri, _) = is_removed(&world, &account, &mut mona).await;
        world.advance_hours(73);
        world.settle().await;
        let db = north.app().db;
        let gone = db.read(|conn| Ok(store::contributions::known(conn, &uri)?)).await.unwrap().unwrap();
        assert!(gone.content.is_empty(), "really deleted");
        let told = decision(&mut bela).await;
        assert!(told.says("is deleted, and cannot be shown again"), "{}", told.body);
        bela.send(&told, "main form", &[("appeal", "I meant the bees.")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = objection(&mut admin).await;
        assert!(page.says("brings nothing back") && page.says("Agree with the objection"), "{}", page.body);
        presses(&mut admin, &page, "grant", &[("answer", "You are right.")]).await;
        let log = north.browser().open("/about/moderation").await;
        assert!(log.says("an objection was granted, and what was removed is deleted"), "{}", log.body);
        assert!(!log.says("taken back"));
        assert!(decision(&mut bela).await.says("What was removed is deleted, and cannot be shown again."));
    })
    .await;
}

/// What is out of sight goes out in no other way, and nobody takes back what was decided about themselves.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_is_not_sent_again_by_its_author() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let north = world.at("north");
        let account = people(north).await;
        let mut mona = north.signed_in("mona").await;
        let (uri, _) = is_removed(&world, &account, &mut mona).await;
        let db = north.app().db;
        let id = db.read(|conn| Ok(store::contributions::known(conn, &uri)?)).await.unwrap().unwrap().id;
        let text = plenum::text::Markdown::new("You are all drones, still.");
        let tried =
            db.write(|tx| plenum::services::posts::edit(tx, &account, id, &text, &[]).map(drop)).await;
        assert!(tried.unwrap_err().to_string().contains("moderators removed this"));
        let open = db.read(|conn| Ok(store::condemnations::open(conn, world.clock.now())?)).await.unwrap();
        let own = db.read(|conn| Ok(store::users::by_account(conn, account.id)?)).await.unwrap().unwrap().id;
        let back = db
            .write(|tx| plenum::services::condemnations::take_back(tx, Some(own), open[0].id).map(drop))
            .await;
        assert!(back.unwrap_err().to_string().contains("nobody decides about themselves"));
        assert!(north.sees(&uri).await.is_none());
    })
    .await;
}
