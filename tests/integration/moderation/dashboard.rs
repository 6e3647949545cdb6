//! Where admins begin: numbers beside what waits, and words for what is wrong.

use axum::http::{Method, StatusCode};
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::services::host_lists::{self, NewList};
use plenum::store::inbox_items::{self, NewItem};
use plenum::store::{audit, hosts, jobs};

use super::{presses, says};
use crate::federation::sink::{Behind, Sink, follower, pending, sends};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// A received activity that could not be applied.
async fn parks(north: &Instance, number: usize) {
    let db = north.app().db;
    let done = db.write(|tx| {
        let host = hosts::ensure(tx, "far.example")?;
        let uri = format!("https://far.example/activities/{number}");
        let body = "{\"type\":\"Create\",\"object\":{\"type\":\"Note\",\"id\":\"https://far.example/n/1\",\
                    \"content\":\"a secret\"}}";
        let item = NewItem::new(uri, None, Some(host.id), body.to_owned(), tx.now);
        inbox_items::insert(tx, &item)?;
        let now = tx.now;
        let stored = inbox_items::due(tx, now, 1)?.remove(0);
        inbox_items::fail(tx, &stored, "what it names is missing", None)?;
        Ok(())
    });
    done.await.unwrap();
}

/// A job that could not be done.
async fn fails_a_job(north: &Instance) {
    let db = north.app().db;
    let done = db.write(|tx| {
        let now = tx.now;
        jobs::enqueue(tx, &Job::FetchNodeInfo { host: "peer.example".to_owned() }, now)?;
        let held = jobs::claim(tx, 1, 60)?.remove(0);
        Ok(jobs::fail(tx, &held, "nobody there", None)?)
    });
    done.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_is_decided_one_by_one() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        sink.answers(&[403, 403]);
        sends(north, "one", "a").await;
        sends(north, "two", "b").await;
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let front = admin.open("/admin").await;
        assert!(front.says("put aside 2 deliveries"), "{}", front.body);
        let path = format!("/admin/federation/{}", sink.host);
        let all = admin.open("/admin/federation").await;
        assert_eq!(all.attribute("tbody a", "href"), Some(path.clone()));
        let page = admin.open(&path).await;
        assert_eq!(page.texts("tbody tr").len(), 2, "{}", page.body);
        let first = page.attribute("tbody button", "value").unwrap();
        assert!(first.starts_with("retry delivery "), "{first}");
        assert!(presses(&mut admin, &page, &first, &[]).await.says("Changed."));
        world.settle().await;
        assert_eq!(sink.arrived().last().map(String::as_str), Some("one"), "and not the other one");
        assert_eq!(pending(north).await, 0);
        let again = presses(&mut admin, &page, &first, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "it is not put aside any more");
        let page = admin.open(&path).await;
        let second = page.attribute("tbody button:last-of-type", "value").unwrap();
        presses(&mut admin, &page, &second, &[]).await;
        assert!(admin.open(&path).await.says("Nothing was put aside."));

        parks(north, 1).await;
        parks(north, 2).await;
        let path = "/admin/federation/far.example";
        let page = admin.open(path).await;
        assert!(page.says("Not applied: Create https://far.example/activities/1"), "{}", page.body);
        assert!(page.says("Note https://far.example/n/1") && !page.body.contains("a secret"));
        let first = page.attribute("tbody button:last-of-type", "value").unwrap();
        presses(&mut admin, &page, &first, &[]).await;
        assert_eq!(admin.open(path).await.texts("tbody tr").len(), 1);
        assert_eq!(admin.open("/admin/federation/nowhere.example").await.status, StatusCode::NOT_FOUND);

        fails_a_job(north).await;
        let page = admin.open("/admin/federation/jobs").await;
        assert!(page.says("nobody there") && page.says("peer.example"), "{}", page.body);
        let word = page.attribute("tbody button:last-of-type", "value").unwrap();
        presses(&mut admin, &page, &word, &[]).await;
        assert!(admin.open("/admin/federation/jobs").await.says("Everything was done."));
        let entries = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let told: Vec<_> = entries.iter().filter(|entry| entry.action.starts_with("queue.")).collect();
        let actions: Vec<&str> = told.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["queue.retry", "queue.give_up", "queue.give_up", "queue.give_up"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_page_counts_and_says_what_is_wrong() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        for path in ["1", "2"] {
            assert_eq!(says(north, &vic, path, &bees), 202);
        }
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let front = admin.open("/admin").await;
        let waits = front.texts(".waiting li");
        assert_eq!(waits, ["What waits for a moderator: 2 contributions"], "and no zeros: {}", front.body);
        assert_eq!(front.texts("main h2"), ["What waits for you", "What else you may decide"]);
        let others = front.texts("main .ways:not(.waiting) li");
        for page in ["Reports", "Objections to decisions", "Proposals of lists that are followed"] {
            assert!(others.iter().any(|line| line == page), "{page}: {others:?}");
        }
        assert!(front.texts(".flash, .notice.problem").is_empty(), "all is well: {}", front.body);
        let health = async |path: &str| north.browser().once(Method::GET, path, None).await;
        for path in ["/health", "/health/live", "/health/work"] {
            assert_eq!(health(path).await.status, StatusCode::OK, "{path}");
        }
        // Work that nobody does: a job, and a list that cannot be read.
        let db = north.app().db;
        let new = NewList {
            url: "https://lists.example/list.csv".to_owned(),
            title: "Gardeners".to_owned(),
            priority: 50,
            adopts: false,
        };
        db.write(|tx| {
            let list = host_lists::follow(tx, None, &new)?;
            host_lists::failed(tx, list, "nobody there")
        })
        .await
        .unwrap();
        world.advance_hours(3);
        let front = admin.open("/admin").await;
        assert!(front.says("The oldest job is 3 hours late."), "{}", front.body);
        assert!(front.says("The list “Gardeners” cannot be read."));
        let late = health("/health/work").await;
        assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!late.body.contains("job"), "strangers read no particulars: {}", late.body);
        assert_eq!(health("/health").await.status, StatusCode::OK, "it answers all the same");
        north.person("mona", &[Role::Moderator]).await;
        let front = north.signed_in("mona").await.open("/admin").await;
        assert!(front.says("waits for a moderator: 2") && !front.says("late") && !front.says("Gardeners"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_nobody_makes_is_said() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        world.settle().await;
        sends(north, "one", "a").await;
        world.advance_hours(3);
        let mut admin = north.signed_in("north_admin").await;
        let front = admin.open("/admin").await;
        assert!(front.says("the oldest delivery waits 3 hours"), "{}", front.body);
        let said = format!("The oldest delivery to a server that answers waits 3 hours: {}.", sink.host);
        assert!(front.says(&said) && admin.open("/admin/federation").await.says(&said));
        world.settle().await;
        assert!(!admin.open("/admin").await.says("waits 3 hours"));
    })
    .await;
}
