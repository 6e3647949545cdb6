//! Lists that are not believed, or not at once, and what whoever decides about their words has seen.

use axum::http::StatusCode;
use plenum::domain::host::HostStanding;
use plenum::domain::host_list::HostList;
use plenum::domain::host_rule::{Decision, HostRule};
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::federation::resolve;
use plenum::services::host_lists::{self, NewList};
use plenum::services::{hosts, relations};
use plenum::store::{audit, host_lists as store_lists, host_rules, relations as store_relations};

use super::host_lists::{agrees, button, file, reads, sent, standing_of};
use super::{presses, says};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const LIMIT: HostStanding = HostStanding::Limited;
const SUSPEND: HostStanding = HostStanding::Suspended;

async fn follow(north: &Instance, url: &str, priority: i32, adopts: bool) -> Id<HostList> {
    let new = NewList { url: url.to_owned(), title: "Gardeners".to_owned(), priority, adopts };
    north.app().db.write(|tx| host_lists::follow(tx, None, &new)).await.unwrap()
}

/// What the list says from now on: names, standings and reasons.
async fn hears(north: &Instance, list: Id<HostList>, rules: &[(&str, HostStanding, &str)]) {
    let rule = |(name, standing, reason): &(&str, HostStanding, &str)| {
        let public_comment = (*reason).to_owned();
        ((*name).to_owned(), Decision { standing: *standing, public_comment, ..Decision::default() })
    };
    let rules: Vec<_> = rules.iter().map(rule).collect();
    north.app().db.write(|tx| host_lists::receive(tx, list, &rules)).await.unwrap();
}

async fn rule(north: &Instance, name: &str) -> HostRule {
    north.app().db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await.unwrap().unwrap()
}

async fn actions(north: &Instance) -> Vec<String> {
    let entries = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
    entries.into_iter().map(|entry| entry.action).collect()
}

/// Somebody elsewhere follows the organization.
async fn follower(world: &World, peers: &Peers) -> Actor {
    let north = world.at("north");
    let vic = peers.person("far", "vic");
    let organization = north.organization().await;
    assert_eq!(vic.sends(north, &vic.does("Follow", organization.uri.as_str())), 202);
    world.settle().await;
    vic
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_is_no_list() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let url = peers.url("lists", "/list.csv");
        follow(north, &url, 50, true).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = "<!doctype html>\n<link href=\"https://cdn.example/x.css\">\npartner.example\n";
        let prose = "Our list\nis at https://lists.example/ now\npartner.example\n";
        for (media_type, text, why) in [
            ("text/html; charset=utf-8", "partner.example\n", "it is a web page"),
            ("text/plain", page, "it is a web page"),
            ("application/json", "[\"partner.example\"]", "it is a web page"),
            ("text/plain", prose, "2 of its 3 rows are no rules"),
        ] {
            peers.answer(&url, Some(sent(media_type, text)));
            reads(&world).await;
            let page = admin.open("/admin/hosts/lists").await;
            assert!(page.says(why), "{media_type}: {}", page.body);
            assert_eq!(standing_of(north, "partner.example").await, None, "{text}");
            assert_eq!(standing_of(north, "cdn.example").await, None, "{text}");
        }
        peers.answer(&url, Some(file("#domain,#severity\nbad.example,suspend\nex***le.org,suspend\n")));
        reads(&world).await;
        agrees(north).await;
        assert_eq!(standing_of(north, "bad.example").await, Some(SUSPEND), "a list is one");
    })
    .await;
}

/// Whoever takes a list over that takes effect without asking cuts off nobody with whom anything is shared,
/// nor many at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_cut_off_partners_waits_although_the_list_takes_effect() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = follower(&world, &peers).await;
        let far = peers.host("far");
        let list = follow(north, "https://a.example/1", 50, true).await;
        hears(north, list, &[("one.example", SUSPEND, "")]).await;
        agrees(north).await;
        for _ in 0..2 {
            let rules =
                [("one.example", SUSPEND, ""), ("two.example", SUSPEND, ""), (far.as_str(), SUSPEND, "")];
            hears(north, list, &rules).await;
            assert_eq!(standing_of(north, "two.example").await, Some(SUSPEND));
            assert_eq!(standing_of(north, &far).await, None, "somebody there follows us");
        }
        assert_eq!(says(north, &vic, "1", &bees), 202);
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says("Proposals of lists: 1") && page.says("1 follower there no longer follows"));
        let word = button(&page, "accept", &far);
        presses(&mut admin, &page, &word, &[]).await;
        assert_eq!(says(north, &vic, "2", &bees), 403);
        let many: Vec<String> = (0..30).map(|number| format!("bad{number}.example")).collect();
        let mut rules =
            vec![("one.example", SUSPEND, ""), ("two.example", SUSPEND, ""), (far.as_str(), SUSPEND, "")];
        rules.extend(many.iter().map(|name| (name.as_str(), SUSPEND, "")));
        hears(north, list, &rules).await;
        assert_eq!(standing_of(north, "bad3.example").await, None, "many at once");
        assert_eq!(standing_of(north, &far).await, Some(SUSPEND));
        assert!(admin.open("/admin/hosts/lists/drafts").await.says("Proposals of lists: 30"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_that_changed_since_the_page_is_refused() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let list = follow(north, "https://a.example/1", 50, false).await;
        hears(north, list, &[("loud.example", LIMIT, "")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        let word = button(&page, "accept", "loud.example");
        hears(north, list, &[("loud.example", SUSPEND, "")]).await;
        for word in [word.as_str(), "accept", "refuse"] {
            let late = presses(&mut admin, &page, word, &[]).await;
            assert_eq!(late.status, StatusCode::CONFLICT, "{word}: limited is what was shown");
        }
        assert_eq!(standing_of(north, "loud.example").await, None);
        let page = admin.open("/admin/hosts/lists/drafts").await;
        let word = button(&page, "refuse", "loud.example");
        assert!(presses(&mut admin, &page, &word, &[]).await.says("Nothing waits for you"));
        let page = admin.open("/admin/hosts/lists/refused").await;
        assert_eq!(page.texts("tbody th"), ["loud.example"]);
        assert!(presses(&mut admin, &page, "again loud.example", &[]).await.says("There is none"));
        assert!(admin.open("/admin/hosts/lists/drafts").await.says("Proposals of lists: 1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_changed_rule_cuts_off_is_counted() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        follower(&world, &peers).await;
        let far = peers.host("far");
        let list = follow(north, "https://a.example/1", 50, false).await;
        hears(north, list, &[(far.as_str(), LIMIT, "")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says("1 name would be limited") && !page.says("would be suspended"), "{}", page.body);
        presses(&mut admin, &page, "accept", &[]).await;
        hears(north, list, &[(far.as_str(), SUSPEND, "")]).await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says("Suspended, instead of: Limited"), "{}", page.body);
        assert!(page.says("1 name would be suspended") && page.says("1 follower there no longer follows"));
    })
    .await;
}

/// Reasons of lists are for those who decide; another reason is no other decision.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_says_the_same_in_other_words_asks_nobody() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let adopting = follow(north, "https://a.example/1", 50, true).await;
        let asking = follow(north, "https://a.example/2", 40, false).await;
        hears(north, adopting, &[("bad.example", SUSPEND, "Spam")]).await;
        hears(north, asking, &[("loud.example", LIMIT, "Noise")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        presses(&mut admin, &page, "accept", &[]).await;
        let before = (rule(north, "bad.example").await, rule(north, "loud.example").await);
        assert_eq!(before.0.private_comment, "list Gardeners: Spam");
        let decided = actions(north).await;
        hears(north, adopting, &[("bad.example", SUSPEND, "Spam, still")]).await;
        hears(north, asking, &[("loud.example", LIMIT, "")]).await;
        let after = (rule(north, "bad.example").await, rule(north, "loud.example").await);
        assert_eq!(after.0.private_comment, "list Gardeners: Spam, still");
        assert_eq!(after.1.private_comment, "list Gardeners");
        let silent = |rule: &HostRule| HostRule { private_comment: String::new(), ..rule.clone() };
        assert_eq!((silent(&before.0), silent(&before.1)), (silent(&after.0), silent(&after.1)));
        assert!(after.0.public_comment.is_empty(), "strangers' words are not ours");
        assert_eq!(actions(north).await[decided.len()..], ["list.reword", "list.reword"]);
        assert!(admin.open("/admin/hosts/lists/drafts").await.says("Nothing waits for you"));
    })
    .await;
}

/// A list that asks first silences none that does not, and what nobody agreed to holds for no moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_asks_leaves_what_holds_until_it_is_answered() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let adopting = follow(north, "https://a.example/1", 40, true).await;
        let asking = follow(north, "https://a.example/2", 60, false).await;
        hears(north, adopting, &[("kept.example", SUSPEND, "")]).await;
        agrees(north).await;
        hears(north, asking, &[("evil.example", LIMIT, "")]).await;
        hears(north, adopting, &[("evil.example", SUSPEND, ""), ("kept.example", SUSPEND, "")]).await;
        assert_eq!(standing_of(north, "evil.example").await, Some(SUSPEND));
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says("Limited, instead of: Suspended"), "{}", page.body);
        let kept = rule(north, "kept.example").await.decision();
        north.app().db.write(|tx| hosts::decide(tx, None, "kept.example", &kept).map(drop)).await.unwrap();
        let page = admin.open(&format!("/admin/hosts/lists/{adopting}/leave")).await;
        assert!(page.says("1 rule of it would be taken back"), "{}", page.body);
        admin.send(&page, "main form", &[]).await;
        assert_eq!(standing_of(north, "evil.example").await, None, "nobody agreed to the other list");
        assert_eq!(standing_of(north, "kept.example").await, Some(SUSPEND), "saved here, so it is ours");
        assert!(admin.open("/admin/hosts/lists/drafts").await.says("Proposals of lists: 1"));
        let page = admin.open(&format!("/admin/hosts/lists/{asking}")).await;
        admin.send(&page, "main form", &[("adopts", "yes")]).await;
        assert_eq!(standing_of(north, "evil.example").await, None, "what waited goes on waiting");
        hears(north, asking, &[("evil.example", LIMIT, ""), ("new.example", LIMIT, "")]).await;
        assert_eq!(standing_of(north, "new.example").await, Some(LIMIT));
        let page = admin.open(&format!("/admin/hosts/lists/{asking}/leave")).await;
        admin.send(&page, "main form", &[("rules", "keep")]).await;
        assert_eq!(standing_of(north, "new.example").await, Some(LIMIT), "it was kept");
    })
    .await;
}

/// What shrinks, be it at once or step by step, is believed when somebody says that exactly this is right.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_which_most_is_gone_is_right_if_somebody_says_so() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let url = peers.url("lists", "/list.csv");
        follow(north, &url, 50, true).await;
        let names: Vec<String> = (0..20).map(|number| format!("bad{number}.example\n")).collect();
        let left = async |count: usize| {
            peers.answer(&url, Some(file(&names[..count].concat())));
            reads(&world).await;
            standing_of(north, "bad7.example").await
        };
        assert_eq!(left(20).await, None, "nobody has seen this list yet");
        agrees(north).await;
        assert_eq!(left(20).await, Some(SUSPEND));
        assert_eq!(left(12).await, Some(SUSPEND));
        assert_eq!(left(7).await, Some(SUSPEND), "a third of what it was, in two steps");
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists").await;
        assert!(page.says("7 of the 20 rules that it had within a month are left"), "{}", page.body);
        let word = page.attribute("main button[value^='believe ']", "value").unwrap();
        presses(&mut admin, &page, &word, &[]).await;
        world.settle().await;
        assert_eq!(standing_of(north, "bad7.example").await, None);
        assert_eq!(standing_of(north, "bad6.example").await, Some(SUSPEND));
        let late = presses(&mut admin, &page, &word, &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
    })
    .await;
}

/// Lists are read at night, and what they do is in nobody's name: admins find it where they begin, and in the log.
#[tokio::test(flavor = "multi_thread")]
async fn admins_read_what_lists_did_without_asking() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let list = follow(north, "https://a.example/1", 50, true).await;
        let seen = ("seen.example", LIMIT, "");
        hears(north, list, &[seen]).await;
        agrees(north).await;
        hears(north, list, &[seen, ("one.example", SUSPEND, ""), ("two.example", SUSPEND, "")]).await;
        world.advance_hours(24);
        hears(north, list, &[seen, ("one.example", LIMIT, "")]).await;
        hears(north, list, &[seen, ("one.example", LIMIT, "")]).await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin").await;
        let first =
            "24 November 2026, 12:00 UTC, the list Gardeners: new rules: 2, changed: 0, taken back: 0";
        let second =
            "25 November 2026, 12:00 UTC, the list Gardeners: new rules: 0, changed: 1, taken back: 1";
        assert!(page.says(first) && page.says(second), "{}", page.body);
        assert_eq!(page.body.matches("the list Gardeners").count(), 2, "nothing of the third reading");
        let log = admin.open("/admin/log?q=list.").await;
        for action in ["list.decide", "list.undo", "list.read"] {
            assert!(log.says(action), "{action}: {}", log.body);
        }
        let by_lists = log.texts("tbody td").iter().filter(|cell| *cell == "a list").count();
        assert_eq!(by_lists, 6, "{}", log.body);
        north.person("mona", &[Role::Moderator]).await;
        let page = north.signed_in("mona").await.open("/admin").await;
        assert!(!page.says("Gardeners"), "it is for who decides about servers");
        world.advance_hours(24 * 8);
        assert!(!admin.open("/admin").await.says("Gardeners"), "it is no news any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cuts_off_partners_waits_also_when_another_list_lets_go() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let partner = peers.host("far");
        let strict = follow(north, "https://a.example/strict", 40, true).await;
        let mild = follow(north, "https://a.example/mild", 60, true).await;
        hears(north, mild, &[(&partner, LIMIT, "loud")]).await;
        hears(north, strict, &[("other.example", SUSPEND, "")]).await;
        agrees(north).await;
        hears(north, strict, &[(&partner, SUSPEND, "bad")]).await;
        assert_eq!(standing_of(north, &partner).await, Some(LIMIT), "the weightier list is right");
        let (anna, vic) = (north.person("anna", &[]).await, peers.person("far", "vic"));
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        let db = north.app().db;
        db.write(|tx| relations::follow(tx, &anna, &far)).await.unwrap();
        let follow = db.read(|conn| Ok(store_relations::follow(conn, anna.id, far.id)?)).await.unwrap();
        assert_eq!(vic.sends(north, &vic.does("Accept", follow.unwrap().uri.as_str())), 202);
        world.settle().await;
        db.write(|tx| host_lists::leave(tx, None, mild, false)).await.unwrap();
        assert_ne!(standing_of(north, &partner).await, Some(SUSPEND), "somebody here follows them by now");
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/lists/drafts").await;
        assert!(page.says(&partner) && page.says("Suspended"), "{}", page.body);
        hears(north, strict, &[(&partner, SUSPEND, "bad")]).await;
        assert_ne!(standing_of(north, &partner).await, Some(SUSPEND), "nor with the next reading");
        let word = button(&page, "accept", &partner);
        presses(&mut admin, &page, &word, &[]).await;
        assert_eq!(standing_of(north, &partner).await, Some(SUSPEND), "somebody has agreed");
        hears(north, strict, &[(&partner, SUSPEND, "very bad")]).await;
        assert_eq!(standing_of(north, &partner).await, Some(SUSPEND));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_believed_once_is_not_believed_for_ever() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let list = follow(north, "https://a.example/1", 50, true).await;
        let names: Vec<String> = (0..20).map(|number| format!("bad{number}.example")).collect();
        let some = |count: usize| -> Vec<(&str, HostStanding, &str)> {
            names.iter().take(count).map(|name| (name.as_str(), SUSPEND, "")).collect()
        };
        hears(north, list, &some(20)).await;
        agrees(north).await;
        hears(north, list, &some(6)).await;
        assert_eq!(standing_of(north, "bad9.example").await, Some(SUSPEND), "most of it is gone at once");
        let db = north.app().db;
        let doubted = db.read(|conn| Ok(store_lists::by_id(conn, list)?)).await.unwrap().unwrap().doubted;
        let word = doubted.unwrap();
        db.write(|tx| host_lists::believe(tx, None, list, &word)).await.unwrap();
        hears(north, list, &some(6)).await;
        assert_eq!(standing_of(north, "bad9.example").await, None, "an admin said that it is right");
        hears(north, list, &some(20)).await;
        assert_eq!(standing_of(north, "bad9.example").await, Some(SUSPEND));
        hears(north, list, &some(6)).await;
        assert_eq!(standing_of(north, "bad9.example").await, Some(SUSPEND), "that was another time");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_encrypted_whoever_follows_them() {
    on_each_engine(|database| async {
        let url = database.url();
        let world = World::on([("north", database)], FederationMode::Open).await;
        let other = plenum::store::Db::open(&url, None, 2, world.clock.clone()).await.unwrap();
        let mut site = (*world.at("north").app().site).clone();
        site.origin = "https://north.example".to_owned();
        other.set_site(site);
        let tries = async |url: &str| {
            let new =
                NewList { url: url.to_owned(), title: "Gardeners".to_owned(), priority: 50, adopts: true };
            other.write(|tx| host_lists::follow(tx, None, &new)).await
        };
        let refused = tries("http://a.example/list").await.unwrap_err().to_string();
        assert!(refused.contains("https://"), "{refused}");
        assert!(tries("https://a.example/list").await.is_ok());
    })
    .await;
}
