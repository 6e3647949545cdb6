//! The health of the exchange, and trying again what was put aside.

use plenum::domain::site::FederationMode;
use plenum::store::inbox_items::{self, NewItem};
use plenum::store::{audit, hosts};

use super::presses;
use crate::federation::sink::{Behind, Sink, follower, pending, sends};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_what_failed_and_sends_it_again() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink) = (world.at("north"), Sink::open("sink").await);
        follower(north, &sink, "ana", Behind::Shared).await;
        let mut admin = north.signed_in("north_admin").await;
        assert!(admin.open("/admin/federation").await.says("Every server answers"));
        sink.answers(&[403]);
        sends(north, "one", "a").await;
        world.settle().await;
        let page = admin.open("/admin/federation").await;
        assert!(page.says(&sink.host) && page.says("1: "), "{}", page.body);
        let button = page.attribute("tbody button", "value").unwrap();
        assert!(button.starts_with("retry "), "{button}");
        assert!(presses(&mut admin, &page, &button, &[]).await.says("Changed."));
        world.settle().await;
        assert_eq!(sink.arrived().last().map(String::as_str), Some("one"));
        assert_eq!(pending(north).await, 0);
        assert!(!admin.open("/admin/federation").await.says("1: "));
        let entries = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        assert_eq!(entries.last().unwrap().action, "queue.retry");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_applied_is_shown_and_can_be_given_up() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let db = north.app().db;
        db.write(|tx| {
            let host = hosts::ensure(tx, "far.example")?;
            let uri = "https://far.example/activities/1".to_owned();
            let item = NewItem::new(uri, None, Some(host.id), "{}".to_owned(), tx.now);
            inbox_items::insert(tx, &item)?;
            let now = tx.now;
            let stored = inbox_items::due(tx, now, 1)?.remove(0);
            inbox_items::fail(tx, &stored, "what it names is missing", None)?;
            Ok(())
        })
        .await
        .unwrap();
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/federation").await;
        assert!(page.says("1: what it names is missing"), "{}", page.body);
        assert!(page.says("https://far.example/activities/1"));
        let button = page.attribute("tbody button:last-of-type", "value").unwrap();
        assert!(button.starts_with("give-up "), "{button}");
        presses(&mut admin, &page, &button, &[]).await;
        assert!(admin.open("/admin/federation").await.says("Every server answers"));
        let parked = db.read(|conn| Ok(inbox_items::parked(conn, 9)?)).await.unwrap();
        assert!(parked.is_empty());
    })
    .await;
}
