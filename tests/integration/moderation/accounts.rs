//! Rules about single accounts: what they reach, how they stand beside rules about servers, and that they
//! can be taken back.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::contribution::Visibility;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::federation::resolve;
use plenum::services::posts::{self, NewPost};
use plenum::services::{self, cases, relations, statements, users};
use plenum::store::contributions::Viewer;
use plenum::store::{self, inbox_items};
use plenum::text::Markdown;
use serde_json::json;

use super::{decide, says, standing, uri_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, PASSWORD, World, on_each_engine};

/// Somebody of north follows somebody elsewhere, who accepts, and who follows the organization.
async fn befriends(world: &World, anna: &Account, vic: &Actor) -> Account {
    let north = world.at("north");
    let db = north.app().db;
    let far = resolve::account(&north.data(), &vic.id).await.unwrap();
    db.write(|tx| relations::follow(tx, anna, &far)).await.unwrap();
    let follow = db.read(|conn| Ok(store::relations::follow(conn, anna.id, far.id)?)).await.unwrap();
    assert_eq!(vic.sends(north, &vic.does("Accept", follow.unwrap().uri.as_str())), 202);
    let organization = north.organization().await;
    assert_eq!(vic.sends(north, &vic.does("Follow", organization.uri.as_str())), 202);
    world.settle().await;
    far
}

/// Whether anna follows the other, and the other the organization.
async fn related(north: &Instance, anna: &Account, far: &Account) -> (bool, bool) {
    let organization = north.organization().await;
    let db = north.app().db;
    let found = db.read(|conn| {
        let out = store::relations::follows(conn, anna.id, far.id)?;
        Ok((out, store::relations::follows(conn, far.id, organization.id)?))
    });
    found.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_account_is_gone_in_both_directions_and_comes_back_whole() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, mal) = (peers.person("a", "vic"), peers.person("a", "mal"));
        let anna = north.person("anna", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        assert_eq!((says(north, &vic, "1", &bees), says(north, &mal, "1", &bees)), (202, 202));
        world.settle().await;
        let far = befriends(&world, &anna, &vic).await;
        assert_eq!(related(north, &anna, &far).await, (true, true));
        assert_eq!(says(north, &vic, "2", &bees), 202);
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/admin/accounts?q=vic").await;
        let page = mona.open(&list.attribute("tbody a", "href").unwrap()).await;
        let fields =
            [("standing", "suspend"), ("public_comment", "Insults."), ("private_comment", "see chat")];
        let asked = mona.send(&page, "main form", &fields).await;
        for words in [
            "1 contribution disappears from this site, with 1 reply",
            "1 follower no longer follows it",
            "1 received activity",
        ] {
            assert!(asked.says(words), "{words}: {}", asked.body);
        }
        assert!(north.sees(&uri_of(&vic.note("1", ""))).await.is_some(), "not decided yet");
        assert!(mona.send(&asked, "main form", &[]).await.says("Changed."));
        let waiting = north.app().db.read(|conn| Ok(inbox_items::pending(conn)?)).await.unwrap();
        assert_eq!((related(north, &anna, &far).await, waiting), ((false, false), 0));
        for viewer in [Viewer::Anyone, Viewer::Member(anna.id)] {
            assert!(north.view(viewer, &uri_of(&vic.note("1", ""))).await.is_none(), "{viewer:?}");
        }
        assert!(north.sees(&uri_of(&mal.note("1", ""))).await.is_some(), "others of its server stay");
        assert_eq!((says(north, &vic, "3", &bees), says(north, &mal, "3", &bees)), (403, 202));
        let shown = north.stranger().get(&format!("/api/v1/accounts/{}", far.id)).await.ok();
        assert_eq!((&shown["suspended"], &shown["note"]), (&json!(true), &json!("")));
        let about = north.browser().open("/about/moderation").await;
        assert!(about.says("Insults.") && about.says("suspended") && !about.says("see chat"));
        let mut browser = north.signed_in("anna").await;
        assert!(browser.open("/settings/severed").await.says("one of the two accounts was suspended"));
        let file = browser.open("/settings/severed.csv").await.body;
        assert!(file.starts_with("account,other,other_uri,relation,severed_on,because_of"), "{file}");
        assert!(file.contains(",2026-11-24,account"), "{file}");
        decide(north, &far, &AccountDecision::default()).await;
        assert_eq!(related(north, &anna, &far).await, (true, true));
        assert!(north.sees(&uri_of(&vic.note("1", ""))).await.is_some());
        assert_eq!(says(north, &vic, "4", &bees), 202);
        world.settle().await;
        assert!(north.sees(&uri_of(&vic.note("4", ""))).await.is_some());
        assert!(north.sees(&uri_of(&vic.note("2", ""))).await.is_none(), "what was dropped is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_milder_rules_take_what_they_say_and_no_more() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let anna = north.person("anna", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        let shown = async |path: &str| {
            let uri = uri_of(&vic.note(path, ""));
            let member = north.view(Viewer::Member(anna.id), &uri).await.is_some();
            (north.sees(&uri).await.is_some(), member)
        };
        decide(north, &far, &standing(HostStanding::Limited)).await;
        assert_eq!(shown("1").await, (false, true), "at once");
        let told = north.stranger().get(&format!("/api/v1/accounts/{}", far.id)).await.ok();
        assert_eq!(told["limited"], json!(true));
        assert_eq!(says(north, &vic, "2", &bees), 202);
        world.settle().await;
        assert_eq!(shown("2").await, (false, true));
        let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
        decide(north, &far, &frozen).await;
        assert_eq!(shown("1").await, (true, true), "what is here stays");
        assert_eq!(says(north, &vic, "3", &bees), 403);
        let sensitive = AccountDecision { sensitive: true, ..AccountDecision::default() };
        decide(north, &far, &sensitive).await;
        assert_eq!(says(north, &vic, "4", &bees), 202);
        world.settle().await;
        let app = north.client("anna", "read").await;
        for path in ["1", "4"] {
            let uri = uri_of(&vic.note(path, ""));
            let id = north.view(Viewer::Member(anna.id), &uri).await.unwrap().head.id;
            let status = app.get(&format!("/api/v1/statuses/{id}")).await.ok();
            assert_eq!(status["sensitive"], json!(true), "{path}");
        }
        decide(north, &far, &AccountDecision::default()).await;
        let uri = uri_of(&vic.note("1", ""));
        let id = north.sees(&uri).await.unwrap().head.id;
        let status = app.get(&format!("/api/v1/statuses/{id}")).await.ok();
        assert_eq!(status["sensitive"], json!(false));
    })
    .await;
}

async fn decides_host(north: &Instance, name: &str, standing: HostStanding) {
    let decision = Decision { standing, ..Decision::default() };
    let db = north.app().db;
    db.write(|tx| services::hosts::decide(tx, None, name, &decision).map(drop)).await.unwrap();
}

/// A rule about an account and one about its server hold beside each other, whichever came and went first.
#[tokio::test(flavor = "multi_thread")]
async fn rules_about_an_account_and_its_server_hold_beside_each_other() {
    for (host_first, host_first_back) in [(true, true), (true, false), (false, true), (false, false)] {
        let world = World::of(["north"]).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let anna = north.person("anna", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let far = befriends(&world, &anna, &vic).await;
        let (own, whole) = (standing(HostStanding::Suspended), peers.host("a"));
        let told = format!("server first: {host_first}, given back first: {host_first_back}");
        if host_first {
            decides_host(north, &whole, HostStanding::Suspended).await;
            decide(north, &far, &own).await;
        } else {
            decide(north, &far, &own).await;
            decides_host(north, &whole, HostStanding::Suspended).await;
        }
        if host_first_back {
            decides_host(north, &whole, HostStanding::Unknown).await;
        } else {
            decide(north, &far, &AccountDecision::default()).await;
        }
        let seen = async || north.sees(&uri_of(&vic.note("1", ""))).await.is_some();
        assert!(!seen().await, "{told}: the other rule holds");
        assert_eq!(says(north, &vic, "2", &bees), 403, "{told}");
        assert_eq!(related(north, &anna, &far).await, (false, false), "{told}");
        if host_first_back {
            decide(north, &far, &AccountDecision::default()).await;
        } else {
            decides_host(north, &whole, HostStanding::Unknown).await;
        }
        assert!(seen().await, "{told}: both are gone");
        assert_eq!(says(north, &vic, "3", &bees), 202, "{told}");
        assert_eq!(related(north, &anna, &far).await, (true, true), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_member_reads_why_objects_and_is_heard() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let bela = north.person("bela", &[]).await;
        let app = north.client("bela", "read write").await;
        assert_eq!(app.post("/api/v1/statuses", json!({ "status": "before" })).await.status, StatusCode::OK);
        let mut browser = north.signed_in("bela").await;
        let frozen = AccountDecision {
            frozen: true,
            public_comment: "Insulted others.".to_owned(),
            ..AccountDecision::default()
        };
        decide(north, &bela, &frozen).await;
        let refused = app.post("/api/v1/statuses", json!({ "status": "after" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let shown = browser.open("/notifications").await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.says("have frozen your account") && shown.says("“Insulted others.”"), "{}", shown.body);
        let one = browser.open(&shown.attribute(".notice a", "href").unwrap()).await;
        assert!(one.says("Insulted others."), "{}", one.body);
        let sent = super::presses(&mut browser, &one, "appeal", &[("appeal", "I was quoting.")]).await;
        assert!(sent.says("have not answered yet") && sent.says("I was quoting."), "{}", sent.body);
        assert_eq!(sent.texts("main textarea").len(), 0, "once");
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/admin/appeals").await;
        let appeal = mona.open(&list.attribute("tbody a", "href").unwrap()).await;
        assert!(appeal.says("I was quoting.") && appeal.says("Insulted others."));
        let done = super::presses(&mut mona, &appeal, "grant", &[("answer", "You are right.")]).await;
        assert!(done.says("None waits"), "{}", done.body);
        let log = north.browser().open("/about/moderation").await;
        let granted = "an objection was granted, and this is taken back: frozen";
        assert!(log.says(granted) && !log.says("You are right."), "the decision stood there: {}", log.body);
        assert!(browser.open("/settings/decisions").await.status == StatusCode::OK);
        let again = app.post("/api/v1/statuses", json!({ "status": "again" })).await;
        assert_eq!(again.status, StatusCode::OK, "the token works again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_frozen_reads_what_members_read_and_sends_nothing() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let anna = north.person("anna", &[]).await;
        let paul = north.person("paul", &[Role::Publisher, Role::Moderator]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let db = north.app().db;
        let inside = NewPost {
            markdown: Markdown::new("Between us: ants can count, too."),
            visibility: Visibility::Internal,
            ..NewPost::default()
        };
        let inside = db.write(|tx| posts::publish(tx, &anna, &inside)).await.unwrap().head;
        let mut open = north.signed_in("paul").await;
        let form = open.open(&format!("/reply?to={}", bees.head.uri)).await;
        let own = db.write(|tx| users::token(tx, "paul", true, "read write")).await.unwrap();
        let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
        decide(north, &paul, &frozen).await;
        let mut anew = north.browser();
        let page = anew.sign_in("paul", PASSWORD, "/internal").await;
        assert!(page.says("ants can count") && page.says("have frozen your account"), "{}", page.body);
        assert_eq!(page.texts("nav a").iter().filter(|way| *way == "Administration").count(), 0);
        assert_eq!(
            anew.open("/admin").await.status,
            StatusCode::FORBIDDEN,
            "as a member, not as a moderator"
        );
        assert_eq!(anew.open("/publish").await.status, StatusCode::FORBIDDEN);
        let thread = anew.open(&format!("/threads/{}", inside.id)).await;
        assert_eq!((thread.status, thread.texts("main form").len()), (StatusCode::OK, 0), "{}", thread.body);
        let mut typed = form.filled("main form").1;
        typed.retain(|(name, _)| name != "text");
        typed.push(("text".to_owned(), "They cannot.".to_owned()));
        let refused = open.post("/reply", &typed).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.says("nothing was published or changed"), "{}", refused.body);
        let app = north.client("paul", "read write").await;
        let read = app.get(&format!("/api/v1/statuses/{}", inside.id)).await.ok();
        assert!(read["content"].as_str().unwrap().contains("ants can count"), "{read}");
        let refused = app.post("/api/v1/statuses", json!({ "status": "no" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.json["error"].as_str().unwrap().contains("/settings/decisions"), "{}", refused.json);
        let voice = north.with_token(&own).get("/api/v1/accounts/verify_credentials").await;
        assert_eq!(voice.status, StatusCode::FORBIDDEN, "the organization's voice is not theirs for now");
        let user = db.read(|conn| Ok(store::users::by_name(conn, "paul")?)).await.unwrap().unwrap();
        let said = db.write(|tx| statements::publish(tx, &user, statement("No").thesis("No."))).await;
        assert!(said.is_err(), "nor at a terminal");
        assert!(app.get("/api/v1/timelines/home").await.ok().as_array().unwrap().is_empty());
        decide(north, &paul, &AccountDecision::default()).await;
        let page = open.open("/notifications").await;
        assert!(!page.says("have frozen") && page.texts("nav a").contains(&"Administration".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_before_somebody_is_frozen_is_what_happens() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    let mut admin = north.signed_in("north_admin").await;
    let path = format!("/admin/accounts/{}", bela.id);
    let page = admin.open(&path).await;
    let asked = admin.send(&page, "main form", &[("frozen", "yes")]).await;
    assert!(asked.says("goes on reading everything that members read"), "{}", asked.body);
    assert!(asked.says("so do all relations") && !asked.says("given back"), "{}", asked.body);
    admin.send(&asked, "main form", &[]).await;
    let page = admin.open(&path).await;
    let asked = admin.send(&page, "main form", &[("frozen", "no")]).await;
    assert!(
        asked.says("may publish, answer and follow again") && !asked.says("given back"),
        "{}",
        asked.body
    );
    let asked = admin.send(&page, "main form", &[("standing", "suspend")]).await;
    admin.send(&asked, "main form", &[]).await;
    let page = admin.open(&path).await;
    let asked = admin.send(&page, "main form", &[("standing", "none")]).await;
    assert!(asked.says("given back") && asked.says("goes on reading"), "{}", asked.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_rules_about_themselves_an_admin_or_the_organization() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mona = north.person("mona", &[Role::Moderator]).await;
    let admin = north.admin().await.account_id;
    let organization = north.organization().await.id;
    let mut browser = north.signed_in("mona").await;
    for (id, why) in [(mona.id, "themselves"), (admin, "an admin"), (organization, "voice of the site")] {
        let page = browser.open(&format!("/admin/accounts/{id}")).await;
        let asked = browser.send(&page, "main form", &[("standing", "suspend")]).await;
        let refused = browser.send(&asked, "main form", &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{why}");
        assert!(refused.says(why), "{}", refused.body);
        let rule = north.app().db.read(|conn| Ok(store::account_rules::of(conn, id)?)).await.unwrap();
        assert_eq!(rule, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_change_nothing_is_not_decided() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    let mut admin = north.signed_in("north_admin").await;
    let path = format!("/admin/accounts/{}", bela.id);
    let page = admin.open(&path).await;
    let refused = admin.send(&page, "main form", &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "there is no rule to take back");
    assert!(refused.says("nothing would change"), "{}", refused.body);
    let frozen = [("frozen", "yes")];
    let asked = admin.send(&page, "main form", &frozen).await;
    assert!(asked.says("frozen?"), "{}", asked.body);
    admin.send(&asked, "main form", &[]).await;
    let page = admin.open(&path).await;
    let refused = admin.send(&page, "main form", &[]).await;
    assert!(refused.says("nothing would change"), "it is frozen already: {}", refused.body);
    let asked = admin.send(&page, "main form", &[("frozen", "no")]).await;
    assert!(asked.says("take every rule back?"), "{}", asked.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_gone_for_others_and_comes_back() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let bela = north.person("bela", &[]).await;
    let app = north.client("bela", "read write").await;
    let said = app.post("/api/v1/statuses", json!({ "status": "hello" })).await.ok();
    let path = said["uri"].as_str().unwrap().strip_prefix(&north.origin()).unwrap().to_owned();
    let actor = bela.uri.as_str().strip_prefix(&north.origin()).unwrap().to_owned();
    world.settle().await;
    assert_eq!(north.browser().open(&path).await.status, StatusCode::OK);
    decide(north, &bela, &standing(HostStanding::Suspended)).await;
    assert_eq!(north.browser().open(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(north.browser().open("/@bela").await.status, StatusCode::NOT_FOUND);
    assert!(resolve::account(&south.data(), &format!("{}{actor}", north.origin())).await.is_err());
    decide(north, &bela, &AccountDecision::default()).await;
    assert_eq!(north.browser().open(&path).await.status, StatusCode::OK);
    assert_eq!(app.post("/api/v1/statuses", json!({ "status": "back" })).await.status, StatusCode::OK);
    decide(north, &bela, &standing(HostStanding::Limited)).await;
    let quiet = app.post("/api/v1/statuses", json!({ "status": "quiet" })).await.ok();
    assert_eq!(quiet["visibility"], json!("unlisted"));
}

/// An account may name the inbox of its whole server as its own: what waits for others there stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_others_behind_the_same_inbox_is_not_dropped() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, ana) = (peers.person("a", "vic"), peers.person("a", "ana"));
        for actor in [&vic, &ana] {
            let mut document = actor.document();
            let shared = peers.url("a", "/inbox");
            document["inbox"] = if actor.name == "vic" { json!(shared) } else { document["inbox"].clone() };
            if actor.name == "ana" {
                document["endpoints"] = json!({ "sharedInbox": shared });
            }
            peers.publish(&document);
        }
        let organization = north.organization().await;
        for actor in [&vic, &ana] {
            assert_eq!(actor.sends(north, &actor.does("Follow", organization.uri.as_str())), 202);
        }
        world.settle().await;
        north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let waiting = async || {
            let db = north.app().db;
            db.read(|conn| Ok(store::deliveries::pending(conn)?)).await.unwrap()
        };
        let before = waiting().await;
        assert!(before > 0);
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        decide(north, &far, &standing(HostStanding::Suspended)).await;
        assert_eq!(waiting().await, before, "ana still hears of it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_an_objection_was_granted_is_public_where_somebody_wants_it() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (db, frozen) = (north.app().db, AccountDecision { frozen: true, ..AccountDecision::default() });
        for (name, button, public) in [("bela", "grant", false), ("carl", "grant publicly", true)] {
            let account = north.person(name, &[]).await;
            decide(north, &account, &frozen).await;
            let told = db.read(|conn| Ok(store::warnings::of(conn, account.id, 1)?)).await.unwrap().remove(0);
            db.write(|tx| cases::appeal(tx, &account, told.id, "I was quoting.")).await.unwrap();
            let mut admin = north.signed_in("north_admin").await;
            let page = admin.open(&format!("/admin/appeals/{}", told.id)).await;
            super::presses(&mut admin, &page, button, &[("answer", "You are right.")]).await;
            let now = db.read(|conn| Ok(store::accounts::by_id(conn, account.id)?)).await.unwrap().unwrap();
            assert!(!now.frozen, "{name}");
            let log = north.browser().open("/about/moderation").await;
            assert_eq!(
                log.says(&format!("{}: an objection was granted", account.handle)),
                public,
                "{}",
                log.body
            );
        }
    })
    .await;
}
