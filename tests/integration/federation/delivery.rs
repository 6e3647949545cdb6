//! What waits for other servers goes out in order, once, and survives whatever they do.

use plenum::domain::account::AccountState;
use plenum::domain::host::{HostStanding, SignatureScheme};
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::jobs::run_due;
use plenum::services;
use plenum::services::publish::{self, Recipients};
use plenum::store::{accounts, deliveries, hosts, jobs};
use serde_json::json;

use super::sink::{Behind, Sink, follower, host, pending, sends};
use crate::harness::Database;
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn followers_on_one_server_get_one_copy_in_order() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        follower(north, &sink, "bela", Behind::Shared).await;
        for name in ["one", "two", "three"] {
            sends(north, name, "the-same").await;
        }
        world.settle().await;
        assert_eq!(sink.arrived(), ["one", "two", "three"]);
        assert_eq!(pending(north).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_91_what_is_on_its_way_when_a_server_is_suspended_leaves_nothing_behind() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        for name in ["one", "two", "three"] {
            sends(north, name, "the-same").await;
        }
        // Gone: then its people are looked for, as long as we talk to their server.
        sink.answers(&[410]);
        sink.falls_silent();
        let db = north.app().db;
        let decides = async |standing| {
            let decision = Decision { standing, ..Decision::default() };
            db.write(|tx| services::hosts::decide(tx, None, &sink.host, &decision)).await.unwrap();
        };
        let suspended = async {
            sink.until(1).await;
            decides(HostStanding::Suspended).await;
            let waiting = pending(north).await;
            sink.speaks();
            waiting
        };
        let data = north.data();
        let (worked, waiting) = tokio::join!(run_due(&data), suspended);
        worked.unwrap();
        assert_eq!((sink.arrived(), waiting), (vec!["one".to_owned()], 0), "only what was under way arrives");
        assert_eq!(pending(north).await, 0);
        let left = db.read(|conn| Ok(jobs::all(conn)?)).await.unwrap();
        let about = left.iter().filter(|(_, job)| job.contains(&sink.host)).count();
        assert_eq!(about, 0, "nobody is looked for there: {left:?}");
        world.settle().await;
        decides(HostStanding::Unknown).await;
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"], "what was dropped does not come again");
        sends(north, "four", "the-same").await;
        world.settle().await;
        assert_eq!(sink.arrived(), ["one", "four"]);
    })
    .await;
}

/// Long texts for many hosts must not fill the memory of a small machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_holds_a_mebibyte_of_a_host_at_most() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        let organization = north.organization().await;
        let db = north.app().db;
        for number in 0..30 {
            let activity = json!({
                "id": format!("{}/activities/{number}", north.origin()),
                "type": "Create",
                "object": { "content": "x".repeat(50_000) },
            });
            let object = Uri::ours(&north.origin(), &format!("/c/{number}"));
            let to = Recipients { followers_of: vec![organization.id], ..Recipients::default() };
            db.write(|tx| publish::send(tx, &organization, &activity, &object, true, &to)).await.unwrap();
        }
        let id = host(north, &sink).await.id;
        let window = db.read(|conn| Ok(deliveries::waiting(conn, id, north.app().clock().now())?));
        let window = window.await.unwrap();
        let bytes: usize = window.iter().map(|(_, activity)| activity.body.len()).sum();
        assert!((900_000..=1024 * 1024).contains(&bytes), "{bytes} bytes in {} rows", window.len());
        world.settle().await;
        assert_eq!(sink.arrived().len(), 30, "the rest follows");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_blocks_nothing() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    for (name, status) in [("gone", 410), ("forbidden", 403), ("large", 413)] {
        sends(north, name, "a").await;
        sink.answers(&[status]);
    }
    sends(north, "fine", "a").await;
    world.settle().await;
    assert_eq!(sink.arrived(), ["gone", "forbidden", "large", "fine"]);
    assert_eq!(pending(north).await, 0);
    assert_eq!(host(north, &sink).await.failures, 0, "an answer is a sign of life");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_signature_is_tried_once_and_remembered() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "one", "a").await;
    sink.answers(&[401]);
    world.settle().await;
    assert_eq!(sink.forms(), [false, true]);
    assert_eq!(host(north, &sink).await.signature, SignatureScheme::Rfc9421);
    sends(north, "two", "a").await;
    world.settle().await;
    assert_eq!(sink.forms(), [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_host_gets_nothing_that_waited_and_costs_nothing() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        sends(north, "one", "a").await;
        let id = host(north, &sink).await.id;
        let db = north.app().db;
        db.write(|tx| Ok(hosts::set_standing(tx, id, HostStanding::Suspended)?)).await.unwrap();
        world.settle().await;
        assert!(sink.arrived().is_empty());
        assert_eq!(host(north, &sink).await.due_at, None, "it is not asked for again and again");
        db.write(|tx| Ok(hosts::set_standing(tx, id, HostStanding::Approved)?)).await.unwrap();
        let aside = db.read(|conn| Ok(deliveries::aside(conn, 10)?)).await.unwrap();
        assert_eq!((aside[0].0.as_str(), aside[0].1), (sink.host.as_str(), 1), "people see what it missed");
        db.write(|tx| deliveries::take_up(tx, id)).await.unwrap();
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_list_sends_to_nobody_else() {
    let world = World::on([("north", Database::sqlite())], FederationMode::Allowlist).await;
    let (north, listed, stranger) = (world.at("north"), Sink::open("sink").await, Sink::open("else").await);
    follower(north, &listed, "ana", Behind::Shared).await;
    follower(north, &stranger, "bela", Behind::Shared).await;
    let id = host(north, &listed).await.id;
    let db = north.app().db;
    db.write(|tx| Ok(hosts::set_standing(tx, id, HostStanding::Approved)?)).await.unwrap();
    sends(north, "one", "a").await;
    world.settle().await;
    assert_eq!(listed.arrived(), ["one"]);
    assert!(stranger.arrived().is_empty());
}

/// 500 may mean the row or the host: other rows tell which.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisonous_row_keeps_its_own_time_while_the_others_go_through() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sink.stumbles_over("poison");
    sends(north, "poison", "a").await;
    sends(north, "behind", "a").await;
    for number in 0..30 {
        sends(north, &format!("fine-{number}"), &format!("b-{number}")).await;
        world.settle().await;
        assert!(sink.arrived().contains(&format!("fine-{number}")), "at once");
        world.advance_seconds(150);
    }
    assert!(!sink.arrived().contains(&"behind".to_owned()), "nothing overtakes what it is about");
    // The last try lies up to a day and a fifth behind the week: times between tries vary.
    for hour in 0..9 * 24 {
        world.advance_hours(1);
        if hour % 24 == 0 {
            sends(north, &format!("daily-{hour}"), &format!("c-{hour}")).await;
        }
        world.settle().await;
    }
    let arrived = sink.arrived();
    for number in 0..30 {
        let name = format!("fine-{number}");
        assert_eq!(arrived.iter().filter(|seen| **seen == name).count(), 1, "{name} of {arrived:?}");
    }
    let tries = arrived.iter().filter(|seen| *seen == "poison").count();
    assert!((10..=20).contains(&tries), "{tries} tries in a week");
    assert_eq!(
        arrived.iter().filter(|seen| *seen == "behind").count(),
        1,
        "held until the other was put aside"
    );
    assert_eq!(pending(north).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lonely_poisonous_row_keeps_new_ones_away_for_minutes_only() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sink.stumbles_over("poison");
    sends(north, "poison", "a").await;
    for _ in 0..48 {
        world.settle().await;
        world.advance_hours(1);
    }
    world.settle().await;
    sends(north, "fine", "b").await;
    world.advance_seconds(601);
    world.settle().await;
    assert!(sink.arrived().contains(&"fine".to_owned()));
    assert_eq!(host(north, &sink).await.failures, 0);
}

/// GoToSocial and Lemmy know one form: they answer 401 to the other, whatever is in it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_of_one_signature_cannot_read_is_not_tried_for_a_week() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "odd", "a").await;
    sink.answers(&[400, 401]);
    world.settle().await;
    assert_eq!(pending(north).await, 0);
    let known = host(north, &sink).await;
    assert_eq!((known.failures, known.signature), (0, SignatureScheme::Cavage));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_an_answer() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "one", "a").await;
    sink.answers_without_end();
    world.settle().await;
    assert_eq!(pending(north).await, 0);
    assert_eq!(sink.arrived(), ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_inbox_is_gone_is_asked_for_and_gone() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        let ana = follower(north, &sink, "ana", Behind::Own).await;
        sends(north, "one", "a").await;
        sink.answers(&[410]);
        world.settle().await;
        let db = north.app().db;
        let known = db.read(|conn| Ok(accounts::by_id(conn, ana.id)?.unwrap())).await.unwrap();
        assert_eq!(known.state, AccountState::Deleted);
        sends(north, "two", "b").await;
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_one_account_goes_to_its_own_inbox_and_in_order() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    let ana = follower(north, &sink, "ana", Behind::Shared).await;
    let organization = north.organization().await;
    let db = north.app().db;
    for _ in 0..8 {
        db.write(|tx| services::relations::follow(tx, &organization, &ana)).await.unwrap();
        db.write(|tx| services::relations::unfollow(tx, &organization, &ana)).await.unwrap();
    }
    world.settle().await;
    let expected = ["Follow", "Undo"].map(|kind| (kind.to_owned(), "/users/ana/inbox".to_owned()));
    assert_eq!(sink.kinds(), vec![expected; 8].concat());
}
