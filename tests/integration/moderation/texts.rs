//! Rules about texts: what they catch waits and is not lost, and a wave is removed in one step.

use axum::http::StatusCode;
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::store::{audit, jobs};

use super::{presses, says, uri_of};
use crate::harness::browser::Browser;
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

/// Makes a rule in two steps; what is said between them.
async fn makes(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    let form = browser.open("/admin/rules/new").await;
    let asked = browser.send(&form, "main form", fields).await;
    let done = browser.send(&asked, "main form", &[]).await;
    assert!(done.says("Changed."), "{}", done.body);
    asked.body
}

/// Before the job that deletes has run: whoever edits such a text does not bring it back.
async fn edits_bring_nothing_back(world: &World, actor: &Actor, to: &Uri) {
    let north = world.at("north");
    let db = north.app().db;
    db.write(|tx| {
        let waiting: Vec<_> = jobs::all(tx)?.into_iter().map(|(id, _)| id).collect();
        Ok(jobs::delete(tx, &waiting)?)
    })
    .await
    .unwrap();
    for number in 0..10 {
        let mut edited = actor.reply(&number.to_string(), to, "Buy more honey.");
        edited["updated"] = serde_json::json!("2026-11-24T11:30:00Z");
        assert_eq!(actor.sends(north, &actor.does("Update", edited)), 202);
    }
    world.settle().await;
    for number in 0..10 {
        let uri = uri_of(&actor.note(&number.to_string(), ""));
        assert!(north.sees(&uri).await.is_none(), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_waits_and_goes_in_one_step() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let good = peers.person("good", "ana");
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        makes(&mut mona, &[("kind", "host-rate"), ("number", "5"), ("minutes", "10")]).await;
        let actors: Vec<_> = ["x1", "x2", "x3", "x4"].map(|name| peers.person("bad", name)).into();
        for number in 0..10 {
            for actor in &actors {
                let mut note = actor.reply(&number.to_string(), &bees, "Buy honey.");
                // The date is the sender's word; what counts is when it came.
                note["published"] = serde_json::json!(format!("2026-0{}-01T12:00:00Z", 1 + number % 9));
                assert_eq!(actor.sends(north, &actor.does("Create", note)), 202);
            }
        }
        assert_eq!(says(north, &good, "1", &bees), 202);
        world.settle().await;
        let thesis = "/statements/on-bees";
        let public = north.browser().open(thesis).await;
        assert_eq!(public.status, StatusCode::OK);
        assert!(north.sees(&uri_of(&good.note("1", ""))).await.is_some(), "nobody else is touched");
        let rules = mona.open("/admin/rules").await;
        assert!(rules.says("35 texts"), "all but the first five wait: {}", rules.body);
        assert!(mona.open("/admin/review").await.says("caught by a rule: What a server sends beyond 5"));
        let form = mona.open(&rules.attribute("tbody a", "href").unwrap()).await;
        let asked = mona.send(&form, "main form", &[("hours", "0")]).await;
        assert!(asked.says("Delete 35 texts?"), "{}", asked.body);
        assert!(mona.send(&asked, "main form", &[]).await.says("Removed."));
        assert!(mona.open("/admin/rules").await.says("nothing"));
        let form = mona.open(&format!("/admin/remove?by=host&of={}", peers.host("bad"))).await;
        let asked = mona.send(&form, "main form", &[("hours", "24")]).await;
        assert!(asked.says("Delete 5 texts?"), "{}", asked.body);
        mona.send(&asked, "main form", &[]).await;
        edits_bring_nothing_back(&world, &actors[0], &bees).await;
        let db = north.app().db;
        world.advance_hours(73);
        db.write(|tx| jobs::enqueue(tx, &Job::Expel { since: 1 }, tx.now)).await.unwrap();
        world.settle().await;
        assert_eq!(says(north, &actors[0], "0", &bees), 202);
        world.settle().await;
        assert!(north.sees(&uri_of(&actors[0].note("0", ""))).await.is_none(), "nothing comes again");
        let entries = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let removed: Vec<_> = entries.iter().filter(|entry| entry.action == "wave.remove").collect();
        assert_eq!(removed.iter().map(|entry| entry.detail.as_str()).collect::<Vec<_>>(), ["35", "5"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_links_and_first_texts_wait_and_can_be_let_in() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        let sends = |path: &str, text: &str| {
            assert_eq!(vic.sends(north, &vic.does("Create", vic.reply(path, &bees, text))), 202);
        };
        let shown = async |path: &str| north.sees(&uri_of(&vic.note(path, ""))).await.is_some();
        sends("0", "I sell cheap watches.");
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let told = makes(&mut admin, &[("kind", "words"), ("pattern", " Cheap* ")]).await;
        assert!(told.contains("1 of 1 text would have waited"), "tried against what came: {told}");
        makes(&mut admin, &[("kind", "link"), ("pattern", "https://shop.example/")]).await;
        assert!(shown("0").await, "what is here stays");
        let mut hidden = vic.reply("0h", &bees, "<p>Look!</p>");
        hidden["summary"] = serde_json::json!("c\u{2060}he\u{ad}ap things");
        assert_eq!(vic.sends(north, &vic.does("Create", hidden)), 202);
        world.settle().await;
        assert!(!shown("0h").await, "what nobody sees hides nothing");
        sends("1", "<p>CHEAPEST!</p>");
        sends("2", "<p><a href=\"https://www.shop.example/x\">look</a></p>");
        sends("3", "<p>cheese, and other.example</p>");
        world.settle().await;
        assert_eq!((shown("1").await, shown("2").await, shown("3").await), (false, false, true));
        let list = admin.open("/admin/review").await;
        let button = list.body.split("approve author ").nth(1).unwrap().split('"').next().unwrap().to_owned();
        presses(&mut admin, &list, &format!("approve author {button}"), &[]).await;
        assert!(shown("1").await && shown("2").await);
        sends("4", "cheap again");
        world.settle().await;
        assert!(!shown("4").await, "rules about texts hold for everybody");
        let mut later = vic.reply("3", &bees, "<p>cheap after all</p>");
        later["updated"] = serde_json::json!("2026-11-24T11:30:00Z");
        assert_eq!(vic.sends(north, &vic.does("Update", later)), 202);
        world.settle().await;
        assert!(!shown("3").await, "and for what is made of a text afterwards");
        let rules = admin.open("/admin/rules").await;
        let key = rules.attribute("tbody tr:first-child button", "value").unwrap();
        presses(&mut admin, &rules, &key, &[]).await;
        sends("5", "cheap once more");
        world.settle().await;
        assert!(shown("5").await, "the rule is gone");
        let rules = admin.open("/admin/rules").await;
        assert!(rules.says("A rule that was removed"), "what it caught still waits: {}", rules.body);
        let form = admin.open(&rules.attribute("tbody tr:last-child a", "href").unwrap()).await;
        let asked = admin.send(&form, "main form", &[("hours", "0")]).await;
        assert!(asked.says("Delete 2 texts?"), "{}", asked.body);
        assert!(admin.send(&asked, "main form", &[]).await.says("Removed."));
        assert!(!admin.open("/admin/rules").await.says("A rule that was removed"));
        makes(&mut admin, &[("kind", "first-time")]).await;
        let new = peers.person("b", "neu");
        assert_eq!((says(north, &new, "1", &bees), says(north, &vic, "6", &bees)), (202, 202));
        world.settle().await;
        assert!(north.sees(&uri_of(&new.note("1", ""))).await.is_none() && shown("6").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_would_hold_everything_is_refused() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut admin = north.signed_in("north_admin").await;
    let form = admin.open("/admin/rules/new").await;
    for (fields, why) in [
        ([("kind", "words"), ("pattern", "*")], "at least two letters"),
        ([("kind", "host-rate"), ("number", "0")], "“How many” is a number from 1"),
        ([("kind", "everything"), ("pattern", "x")], "Choose what the rule looks at"),
    ] {
        let refused = admin.send(&form, "main form", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says(why), "{why}: {}", refused.body);
    }
    let strange = admin.open("/admin/remove?by=host&of=never.example").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}

/// A rule that looks back further than those before it counts what came before it, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_longer_rate_counts_what_came_before_it() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        for path in ["1", "2", "3"] {
            assert_eq!(says(north, &vic, path, &bees), 202);
        }
        world.settle().await;
        world.advance_hours(2);
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        makes(&mut mona, &[("kind", "host-rate"), ("number", "50"), ("minutes", "10")]).await;
        makes(&mut mona, &[("kind", "host-rate"), ("number", "3"), ("minutes", "600")]).await;
        assert_eq!(says(north, &vic, "4", &bees), 202);
        world.settle().await;
        assert!(north.sees(&uri_of(&vic.note("4", ""))).await.is_none(), "it is the fourth within ten hours");
    })
    .await;
}
