//! Lists that are followed: proposals, priorities, and what a list takes back.

use axum::http::StatusCode;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::services::host_lists::{self, NewList};
use plenum::services::{hosts, listed_rules};
use plenum::store::host_rules;

use super::{presses, says};
use crate::harness::browser::Page;
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

pub(super) async fn standing_of(north: &Instance, name: &str) -> Option<HostStanding> {
    let rule = north.app().db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await.unwrap();
    rule.map(|rule| rule.standing)
}

pub(super) async fn reads(world: &World) {
    let db = world.at("north").app().db;
    db.write(host_lists::ask_all).await.unwrap();
    world.settle().await;
}

/// An admin agrees to all that waits: what a list says at first waits always.
pub(super) async fn agrees(north: &Instance) {
    let db = north.app().db;
    let all = db.write(|tx| {
        let drafts = listed_rules::drafts_to_decide(tx)?.new;
        listed_rules::accept(tx, None, &drafts)
    });
    all.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_proposes_and_what_it_takes_back_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("bad", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let (bad, url) = (peers.host("bad"), peers.url("lists", "/list.csv"));
        let list = format!("#domain,#severity,#public_comment\n{bad},suspend,Spam\nloud.example,silence,\n");
        peers.answer(&url, Some(file(&list)));
        let mut admin = north.signed_in("north_admin").await;
        let form = admin.open("/admin/hosts/lists/new").await;
        let wrong = admin.send(&form, "main form", &[("url", "nowhere"), ("adopts", "no")]).await;
        assert_eq!((wrong.status, wrong.texts(".mistake").len()), (StatusCode::UNPROCESSABLE_ENTITY, 2));
        let fields = [("url", url.as_str()), ("title", "Gardeners"), ("adopts", "no")];
        assert!(admin.send(&form, "main form", &fields).await.says("Gardeners"));
        world.settle().await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(
            page.says("Proposals of lists: 2") && page.says("1 server of them sent anything"),
            "{}",
            page.body
        );
        assert_eq!(says(north, &vic, "2", &bees), 202, "nothing holds yet");
        let word = button(&page, "refuse", "loud.example");
        presses(&mut admin, &page, &word, &[]).await;
        let stale = presses(&mut admin, &page, "accept", &[]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "one of them is decided by now");
        let page = admin.open("/admin/hosts/lists/drafts").await;
        let page = presses(&mut admin, &page, "accept", &[]).await;
        assert!(page.says("Nothing waits for you"), "{}", page.body);
        assert_eq!(says(north, &vic, "3", &bees), 403);
        assert_eq!(standing_of(north, "loud.example").await, None, "nobody wanted that");
        reads(&world).await;
        assert!(
            admin.open("/admin/hosts/lists/drafts").await.says("Nothing waits for you"),
            "and is not asked again"
        );
        peers.answer(&url, Some(file("")));
        reads(&world).await;
        assert_eq!(says(north, &vic, "4", &bees), 403, "an empty file takes nothing back");
        assert!(admin.open("/admin/hosts/lists").await.says("there is no rule in it"));
        peers.answer(&url, Some(file("#domain,#severity\nother.example,suspend\n")));
        reads(&world).await;
        assert_eq!(standing_of(north, &bad).await, None, "the list took it back");
        assert_eq!(says(north, &vic, "5", &bees), 202);
    })
    .await;
}

/// What the button of a row sends.
pub(super) fn button(page: &Page, word: &str, name: &str) -> String {
    let begins = format!("main button[value^='{word} {name} ']");
    page.attribute(&begins, "value").unwrap()
}

pub(super) fn file(text: &str) -> Vec<u8> {
    sent("text/csv", text)
}

pub(super) fn sent(media_type: &str, text: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    [head.as_bytes(), text.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_weighed_and_rules_of_ours_stay() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let db = north.app().db;
        let own = Decision { standing: HostStanding::Limited, ..Decision::default() };
        db.write(|tx| hosts::decide(tx, None, "own.example", &own)).await.unwrap();
        let follow = async |url: &str, priority: i32| {
            let new = NewList { url: url.to_owned(), title: "A list".to_owned(), priority, adopts: true };
            db.write(|tx| host_lists::follow(tx, None, &new)).await.unwrap()
        };
        let (mild, strict) =
            (follow("https://a.example/1", 60).await, follow("https://a.example/2", 40).await);
        let says = async |list, rules: &[(&str, HostStanding)]| {
            let rules: Vec<(String, Decision)> = rules
                .iter()
                .map(|(name, standing)| {
                    ((*name).to_owned(), Decision { standing: *standing, ..Decision::default() })
                })
                .collect();
            db.write(|tx| host_lists::receive(tx, list, &rules)).await.unwrap();
        };
        let (limit, suspend) = (HostStanding::Limited, HostStanding::Suspended);
        says(strict, &[("both.example", suspend), ("one.example", suspend), ("own.example", suspend)]).await;
        assert_eq!(standing_of(north, "both.example").await, None, "nobody has seen this list yet");
        agrees(north).await;
        assert_eq!(standing_of(north, "both.example").await, Some(suspend));
        assert_eq!(standing_of(north, "own.example").await, Some(limit), "ours stays");
        says(mild, &[("both.example", limit)]).await;
        agrees(north).await;
        assert_eq!(standing_of(north, "both.example").await, Some(limit), "the weightier list is right");
        says(mild, &[("third.example", limit)]).await;
        assert_eq!(standing_of(north, "both.example").await, Some(suspend), "the other one still says it");
        let gone = db.write(|tx| host_lists::leave(tx, None, strict, false)).await.unwrap();
        assert_eq!(gone, 2);
        assert_eq!(standing_of(north, "one.example").await, None);
        assert_eq!(standing_of(north, "own.example").await, Some(limit));
        assert_eq!(standing_of(north, "third.example").await, Some(limit));
    })
    .await;
}

/// What an admin took back does not come back with the next reading, what waits for consent waits also where
/// it changes a rule, and a list of which most is suddenly gone is not believed.
#[tokio::test(flavor = "multi_thread")]
async fn lists_propose_changes_and_do_not_bring_back_what_was_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let db = north.app().db;
        let follow = async |url: &str, adopts: bool| {
            let new = NewList { url: url.to_owned(), title: "A list".to_owned(), priority: 50, adopts };
            db.write(|tx| host_lists::follow(tx, None, &new)).await.unwrap()
        };
        let says = async |list, rules: &[(String, HostStanding)]| {
            let rule = |(name, standing): &(String, HostStanding)| {
                (name.clone(), Decision { standing: *standing, ..Decision::default() })
            };
            let rules: Vec<(String, Decision)> = rules.iter().map(rule).collect();
            db.write(|tx| host_lists::receive(tx, list, &rules)).await.unwrap();
        };
        let (limit, suspend) = (HostStanding::Limited, HostStanding::Suspended);
        let many: Vec<_> = (0..30).map(|number| (format!("bad{number}.example"), suspend)).collect();
        let trusted = follow("https://a.example/1", true).await;
        says(trusted, &many).await;
        agrees(north).await;
        assert_eq!(standing_of(north, "bad7.example").await, Some(suspend));
        db.write(|tx| hosts::undo(tx, None, "bad7.example")).await.unwrap();
        says(trusted, &many).await;
        assert_eq!(standing_of(north, "bad7.example").await, None, "an admin took it back");
        says(trusted, &many[..3]).await;
        assert_eq!(standing_of(north, "bad20.example").await, Some(suspend), "most of it is gone at once");
        let mut admin = north.signed_in("north_admin").await;
        assert!(admin.open("/admin/hosts/lists").await.says("27 of its 30 rules are gone at once"));
        assert_eq!(db.write(|tx| host_lists::leave(tx, None, trusted, false)).await.unwrap(), 29);
        assert_eq!(standing_of(north, "bad20.example").await, None);

        let asked = follow("https://a.example/2", false).await;
        says(asked, &[("loud.example".to_owned(), limit)]).await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        presses(&mut admin, &page, "accept", &[]).await;
        assert_eq!(standing_of(north, "loud.example").await, Some(limit));
        world.clock.advance(1);
        says(asked, &[("loud.example".to_owned(), suspend)]).await;
        assert_eq!(standing_of(north, "loud.example").await, Some(limit), "nobody has agreed to that");
        let late = presses(&mut admin, &page, "accept", &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "what was on the page is not what the list says now");
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says("Suspended, instead of: Limited"), "{}", page.body);
        let word = button(&page, "accept", "loud.example");
        presses(&mut admin, &page, &word, &[]).await;
        assert_eq!(standing_of(north, "loud.example").await, Some(suspend));
        says(asked, &[("other.example".to_owned(), limit)]).await;
        assert_eq!(standing_of(north, "loud.example").await, None, "it is still the rule of the list");
    })
    .await;
}

/// Another process decides: what this one keeps in memory is good only as long as nothing changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_another_process_holds_at_once() {
    on_each_engine(|database| async {
        let url = database.url();
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let other = plenum::store::Db::open(&url, None, 2, world.clock.clone()).await.unwrap();
        other.set_site((*north.app().site).clone());
        let decides = async |standing| {
            let decision = Decision { standing, ..Decision::default() };
            other.write(|tx| hosts::decide(tx, None, &peers.host("a"), &decision)).await.unwrap();
        };
        decides(HostStanding::Suspended).await;
        assert_eq!(says(north, &vic, "2", &bees), 403);
        decides(HostStanding::Unknown).await;
        assert_eq!(says(north, &vic, "3", &bees), 202);
    })
    .await;
}
