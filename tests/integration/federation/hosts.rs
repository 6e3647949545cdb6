//! How other servers are doing, and who serves them: failures, leases, revival, and a clean stop.

use std::sync::Arc;

use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::jobs;
use plenum::store::host_health::{self, Visit};
use plenum::store::{deliveries, jobs as queue};
use tokio::sync::watch;

use super::sink::{Behind, Sink, follower, host, pending, sends};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_is_probed_with_one_row_and_then_gets_everything() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "one", "a").await;
    sink.answers(&[503]);
    world.settle().await;
    sends(north, "two", "b").await;
    world.settle().await;
    assert_eq!(sink.arrived(), ["one"], "nothing more before its time");
    sink.answers(&[503]);
    world.advance_seconds(40);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "two"], "one row is the probe, the one tried least");
    assert_eq!(host(north, &sink).await.failures, 2);
    world.advance_seconds(150);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "two", "one", "two"]);
    assert_eq!(host(north, &sink).await.failures, 0);
    assert_eq!(pending(north).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_decides_when_it_is_asked_again() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "one", "a").await;
    sink.answers_later(7_200);
    world.settle().await;
    world.advance_hours(1);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one"]);
    world.advance_seconds(3_601);
    world.settle().await;
    assert_eq!(sink.arrived(), ["one", "one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_host_is_given_up_after_a_week_and_delays_nobody() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (dead, alive) = (Sink::open("dead").await, Sink::open("alive").await);
    follower(north, &dead, "ana", Behind::Shared).await;
    follower(north, &alive, "bela", Behind::Shared).await;
    dead.answers(&[503; 64]);
    sends(north, "one", "a").await;
    world.settle().await;
    assert_eq!(alive.arrived(), ["one"]);
    for _ in 0..9 * 24 {
        world.advance_hours(1);
        world.settle().await;
    }
    assert_eq!(pending(north).await, 0, "given up and kept aside");
    let tries = dead.arrived().len();
    assert!((10..=20).contains(&tries), "{tries} tries in a week");
    sends(north, "two", "a").await;
    world.settle().await;
    assert_eq!(dead.arrived().len(), tries, "a dead host gets nothing new");
    assert_eq!(alive.arrived(), ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_a_worker_that_died_are_taken_by_another() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        sends(north, "one", "a").await;
        // A worker claims the host and is never heard of again.
        let claimed = north.app().db.write(|tx| host_health::claim(tx, 10, 300)).await.unwrap();
        assert_eq!(claimed.len(), 1);
        world.settle().await;
        assert!(sink.arrived().is_empty(), "the lease holds");
        world.advance_seconds(301);
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_lease_does_not_let_go_of_the_host() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        sends(north, "one", "a").await;
        let db = north.app().db;
        let first = db.write(|tx| host_health::claim(tx, 10, 60)).await.unwrap().remove(0);
        world.advance_seconds(61);
        let second = db.write(|tx| host_health::claim(tx, 10, 60)).await.unwrap().remove(0);
        let letting_go = |lease: &host_health::Lease| Visit {
            host: lease.host.id,
            lease: lease.until,
            progress: true,
            trouble: None,
            pause: None,
            signature: None,
        };
        db.write(|tx| host_health::release(tx, &letting_go(&first))).await.unwrap();
        world.settle().await;
        assert!(sink.arrived().is_empty(), "the second one still serves it");
        db.write(|tx| host_health::release(tx, &letting_go(&second))).await.unwrap();
        world.settle().await;
        assert_eq!(sink.arrived(), ["one"]);
    })
    .await;
}

/// A worker that finds nothing more and a service that queues something meet.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_while_a_host_is_let_go_is_not_forgotten() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        for number in 0..25 {
            let (early, late) = (format!("early-{number}"), format!("late-{number}"));
            sends(north, &early, &early).await;
            let work = north.work();
            sends(north, &late, &late).await;
            work.await.unwrap();
            world.settle().await;
            assert_eq!(pending(north).await, 0, "round {number}");
        }
        assert_eq!(sink.arrived().len(), 50);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_speaks_to_us_gets_what_waits_at_once() {
    let world = World::of(["north"]).await;
    let (north, sink) = (world.at("north"), Sink::open("sink").await);
    follower(north, &sink, "ana", Behind::Shared).await;
    sends(north, "one", "a").await;
    sink.answers(&[503; 6]);
    for _ in 0..6 {
        world.settle().await;
        world.advance_hours(2);
    }
    assert!(host(north, &sink).await.failures > 3, "it would be asked in hours");
    sink.recovers();
    let id = host(north, &sink).await.id;
    north.app().db.write(|tx| host_health::heard(tx, id)).await.unwrap();
    world.settle().await;
    assert_eq!(sink.arrived().last().map(String::as_str), Some("one"));
    assert_eq!(pending(north).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_was_given_up_is_asked_daily_and_comes_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        sends(north, "old", "a").await;
        sink.answers(&[503; 64]);
        for _ in 0..9 {
            world.settle().await;
            world.advance_hours(24);
        }
        sends(north, "missed", "b").await;
        world.settle().await;
        sink.recovers();
        let db = north.app().db;
        db.write(|tx| queue::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
        world.settle().await;
        sends(north, "new", "c").await;
        world.settle().await;
        assert_eq!(sink.arrived().last().map(String::as_str), Some("new"));
        assert!(!sink.arrived().contains(&"missed".to_owned()), "nothing old is sent after a revival");
        let id = host(north, &sink).await.id;
        db.write(|tx| deliveries::take_up(tx, id)).await.unwrap();
        world.settle().await;
        assert_eq!(sink.arrived().last().map(String::as_str), Some("old"), "unless somebody wants it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_host_delays_no_other() {
    let world = World::of(["north"]).await;
    let (north, silent, alive) = (world.at("north"), Sink::open("silent").await, Sink::open("alive").await);
    follower(north, &silent, "ana", Behind::Shared).await;
    follower(north, &alive, "bela", Behind::Shared).await;
    silent.falls_silent();
    let (stop, stopped) = watch::channel(false);
    let workers = jobs::start(north.federation.clone(), stopped);
    for number in 0..20 {
        sends(north, &format!("a-{number}"), &format!("a-{number}")).await;
    }
    alive.until(20).await;
    assert!(silent.arrived().len() <= 4, "and holds no more than its seats");
    silent.speaks();
    stop.send_replace(true);
    workers.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_is_on_its_way_and_gives_the_rest_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Arc::new(Sink::open("sink").await));
        follower(north, &sink, "ana", Behind::Shared).await;
        for number in 0..10 {
            sends(north, &format!("a-{number}"), "the-same").await;
        }
        sink.falls_silent();
        let (stop, stopped) = watch::channel(false);
        let workers = jobs::start(north.federation.clone(), stopped);
        sink.until(1).await;
        stop.send_replace(true);
        sink.speaks();
        workers.await.unwrap();
        assert_eq!(sink.arrived(), ["a-0"], "nothing new is begun");
        assert_eq!(pending(north).await, 9, "what arrived is written down");
        world.settle().await;
        assert_eq!(sink.arrived().len(), 10, "nobody holds the host, and nothing is sent twice");
    })
    .await;
}
