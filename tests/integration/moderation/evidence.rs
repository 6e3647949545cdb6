//! What moderators see beside what waits, and how they get through it.

use axum::http::StatusCode;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::services::host_lists::{self, NewList};
use plenum::services::hosts;
use plenum::store::accounts;
use plenum::store::reports::{self, NewReport};
use serde_json::{Value, json};

use super::host_lists::sent;
use super::{presses, says};
use crate::harness::Database;
use crate::harness::browser::Page;
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";

/// From now on a server says what it runs, and whether anybody may sign up.
fn describes(peers: &Peers, server: &str, open: Option<bool>) {
    let href = peers.url(server, "/nodeinfo/2.0");
    let links = json!({ "links": [{ "rel": SCHEMA, "href": href }] });
    let json = |document: &Value| Some(sent("application/json", &document.to_string()));
    peers.answer(&peers.url(server, "/.well-known/nodeinfo"), json(&links));
    let mut said = json!({ "software": { "name": "mastodon", "version": "4.5.0" } });
    if let Some(open) = open {
        said["openRegistrations"] = json!(open);
    }
    peers.answer(&href, json(&said));
}

/// A member reports an actor.
async fn reported(north: &Instance, by: &str, actor: &Actor) {
    let db = north.app().db;
    let done = db.write(|tx| {
        let reporter = accounts::local_by_name(tx, by)?.unwrap().id;
        let target = accounts::by_uri(tx, &actor.uri())?.unwrap().id;
        let uri = Uri::parse("https://north.example/reports/1").unwrap();
        let report = NewReport {
            uri: &uri,
            reporter,
            target: Some(target),
            content: "He insults us.",
            items: &[],
            category: "spam",
            rules: &[],
            forwarded: false,
        };
        reports::insert(tx, &report)
    });
    done.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_reads_what_is_known() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        for (server, open) in [("a", Some(true)), ("b", Some(false)), ("c", None)] {
            describes(&peers, server, open);
        }
        let [ana, cleo, dora] =
            [("a", "ana"), ("b", "cleo"), ("c", "dora")].map(|(server, name)| peers.person(server, name));
        for actor in [&ana, &cleo, &dora] {
            assert_eq!(says(north, actor, "1", &bees), 202);
        }
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        reported(north, "mona", &ana).await;
        let db = north.app().db;
        let mild = Decision { reject_media: true, ..Decision::default() };
        db.write(|tx| hosts::decide(tx, None, &peers.host("b"), &mild)).await.unwrap();
        let new = NewList {
            url: "https://lists.example/list.csv".to_owned(),
            title: "Gardeners".to_owned(),
            priority: 50,
            adopts: false,
        };
        let harsh = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        let listed = [(peers.host("a"), harsh)];
        db.write(|tx| {
            let list = host_lists::follow(tx, None, &new)?;
            host_lists::receive(tx, list, &listed)
        })
        .await
        .unwrap();
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/admin/review").await;
        let sections: Vec<String> = list.texts("main section");
        let [first, second, third] = sections.as_slice() else { panic!("{}", list.body) };
        for words in [
            "mastodon 4.5.0",
            "anybody may sign up there",
            "The list “Gardeners” says about",
            "suspend",
            "known here since 24 November 2026",
            "says it exists since",
            "1 report about it, 1 open",
        ] {
            assert!(first.contains(words), "{words}: {first}");
        }
        assert!(second.contains("sign-ups are closed") && second.contains("reject media"), "{second}");
        assert!(!second.contains("Gardeners") && !second.contains("report about it"), "{second}");
        assert!(third.contains("does not say who may sign up") && !third.contains("Rule about"), "{third}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_gets_through_the_list_with_the_keyboard() {
    let world = World::on([("north", Database::sqlite())], FederationMode::Quarantine).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
    let actors = [("a", "ana"), ("a", "bela"), ("b", "cleo"), ("c", "dora")]
        .map(|(server, name)| peers.person(server, name));
    for actor in &actors {
        assert_eq!(says(north, actor, "1", &bees), 202);
    }
    world.settle().await;
    north.person("mona", &[Role::Moderator]).await;
    let mut mona = north.signed_in("mona").await;
    let list = mona.open("/admin/review").await;
    let hosts: Vec<String> = list
        .html()
        .select(&scraper::Selector::parse("h2.group[id^=host-]").unwrap())
        .map(|head| head.attr("id").unwrap().to_owned())
        .collect();
    assert_eq!(hosts.len(), 3, "{}", list.body);
    let ways: Vec<String> = list
        .html()
        .select(&scraper::Selector::parse("section a[href^='#']").unwrap())
        .map(|way| way.attr("href").unwrap().to_owned())
        .collect();
    let [_, second, third] = hosts.as_slice() else { panic!() };
    assert_eq!(ways, [format!("#{second}"), format!("#{third}"), "#ticked".to_owned()]);
    assert!(list.body.contains("id=\"ticked\""));
    let part = list.body.split("class=\"part\"").nth(1).unwrap();
    assert!(part.find("approve author").unwrap() < part.find("<blockquote").unwrap(), "decide, then read on");
    let word = |page: &Page, nth: usize| {
        let button = page.body.split("value=\"approve author ").nth(nth).unwrap();
        format!("approve author {}", button.split('"').next().unwrap())
    };
    let csrf = list.attribute("main input[name=csrf]", "value").unwrap();
    let pressed = [("csrf", csrf.as_str()), ("do", "approve ticked")];
    let pressed = pressed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let nobody = mona.post("/admin/review", &pressed).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.says("Nobody is ticked"));
    assert_eq!(nobody.attribute(".ways a", "href").as_deref(), Some("/admin/review"), "and back to the list");
    let page = presses(&mut mona, &list, &word(&list, 1), &[]).await;
    assert!(page.path.ends_with(&format!("#{}", hosts[0])), "bela waits there: {}", page.path);
    let page = presses(&mut mona, &page, &word(&page, 1), &[]).await;
    assert!(page.path.ends_with(&format!("#{second}")), "the next one: {}", page.path);
    let last = page.body.split("value=\"reject host ").last().unwrap().split('"').next().unwrap();
    let page = presses(&mut mona, &page, &format!("reject host {last}"), &[]).await;
    assert!(!page.path.contains('#') && page.says("Rejected."), "there is none after it: {}", page.path);
    assert_eq!(page.texts("main section").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_rejected_before_is_known_when_they_say_more() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let (ana, bela) = (peers.person("a", "ana"), peers.person("a", "bela"));
        assert_eq!((says(north, &ana, "1", &bees), says(north, &bela, "1", &bees)), (202, 202));
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let button = |page: &Page, word: &str, nth: usize| {
            let key = page.body.split(&format!("value=\"{word} ")).nth(nth).unwrap();
            format!("{word} {}", key.split('"').next().unwrap())
        };
        let list = mona.open("/admin/review").await;
        assert!(!list.says("rejected before"), "{}", list.body);
        presses(&mut mona, &list, &button(&list, "reject author", 1), &[]).await;
        for (actor, path) in [(&ana, "2"), (&bela, "2")] {
            assert_eq!(says(north, actor, path, &bees), 202);
        }
        world.settle().await;
        let list = mona.open("/admin/review").await;
        let facts = list.texts(".part .facts");
        assert!(facts[0].contains("rejected before on 24 November 2026 by mona"), "{facts:?}");
        assert!(!facts[1].contains("rejected before"), "of her and of nobody else: {facts:?}");
        presses(&mut mona, &list, &button(&list, "reject host", 1), &[]).await;
        for (actor, path) in [(&ana, "3"), (&bela, "3")] {
            assert_eq!(says(north, actor, path, &bees), 202);
        }
        world.settle().await;
        let facts = mona.open("/admin/review").await.texts(".part .facts");
        assert!(facts[0].contains("by mona, 2 times in all") && facts[1].ends_with("by mona"), "{facts:?}");
        // The latest decision is the one about the whole server.
        let removed = mona.open("/admin/removed").await;
        presses(&mut mona, &removed, &removed.attribute("tbody button", "value").unwrap(), &[]).await;
        let facts = mona.open("/admin/review").await.texts(".part .facts");
        assert!(facts[0].ends_with("by mona") && !facts[1].contains("rejected before"), "{facts:?}");
        world.advance_hours(24 * 10);
        world.settle().await;
        let facts = mona.open("/admin/review").await.texts(".part .facts");
        assert!(facts[0].contains("rejected before on 24 November 2026"), "it outlives the texts: {facts:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_takes_back_that_a_whole_server_was_let_in() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let (ana, bela) = (peers.person("a", "ana"), peers.person("a", "bela"));
        let shown = async |actor: &Actor, path: &str| {
            let note = actor.note(path, "");
            north.sees(&Uri::parse(note["id"].as_str().unwrap()).unwrap()).await.is_some()
        };
        for actor in [&ana, &bela] {
            assert_eq!(says(north, actor, "1", &bees), 202);
        }
        world.settle().await;
        for name in ["mona", "nina"] {
            north.person(name, &[Role::Moderator]).await;
        }
        let (mut mona, mut nina) = (north.signed_in("mona").await, north.signed_in("nina").await);
        let list = mona.open("/admin/review").await;
        let host = list.attribute("button[value^='approve host']", "value").unwrap();
        let asked = presses(&mut mona, &list, &host, &[]).await;
        for words in [
            "2 contributions that wait for a moderator are shown now",
            "by 2 authors",
            "2 accounts there are known here",
        ] {
            assert!(asked.says(words), "{words}: {}", asked.body);
        }
        assert!(!shown(&ana, "1").await, "asking lets nobody in");
        mona.send(&asked, "main form", &[]).await;
        assert_eq!(says(north, &ana, "2", &bees), 202);
        world.settle().await;
        assert!(shown(&ana, "1").await && shown(&bela, "1").await && shown(&ana, "2").await);
        let list = nina.open("/admin/review").await;
        let way = list.attribute("main a[href$='/approved']", "href").unwrap();
        let approved = nina.open(&way).await;
        assert!(approved.says(&peers.host("a")) && approved.says("2 texts") && approved.says("mona"));
        let button = approved.attribute("tbody button", "value").unwrap();
        let done = presses(&mut nina, &approved, &button, &[]).await;
        assert!(done.says("No server was let in from there."), "{}", done.body);
        assert!(!shown(&ana, "1").await && !shown(&bela, "1").await, "they wait again");
        assert_eq!(says(north, &bela, "3", &bees), 202);
        world.settle().await;
        assert!(!shown(&bela, "3").await && nina.open("/admin/review").await.says("said 3"));
        let twice = presses(&mut nina, &approved, &button, &[]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
        // What an admin decides afterwards is the admin's.
        let list = mona.open("/admin/review").await;
        let asked = presses(&mut mona, &list, &host, &[]).await;
        mona.send(&asked, "main form", &[]).await;
        let ours = Decision { reject_reports: true, standing: HostStanding::Approved, ..Decision::default() };
        let db = north.app().db;
        db.write(|tx| hosts::decide(tx, None, &peers.host("a"), &ours)).await.unwrap();
        assert!(nina.open("/admin/review/approved").await.says("No server was let in from there."));
        assert!(shown(&bela, "3").await);
    })
    .await;
}
