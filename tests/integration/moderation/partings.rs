//! Relations that a suspension ended, and what people decided for themselves meanwhile.

use plenum::domain::account::Account;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::federation::resolve;
use plenum::services::{hosts, relations};
use plenum::store;
use serde_json::json;

use super::{decide, standing};
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World, on_each_engine};

/// Two people follow each other.
async fn befriends(world: &World, ours: &Account, theirs: &Actor) -> Account {
    let north = world.at("north");
    let db = north.app().db;
    let far = resolve::account(&north.data(), &theirs.id).await.unwrap();
    db.write(|tx| relations::follow(tx, ours, &far)).await.unwrap();
    let follow = db.read(|conn| Ok(store::relations::follow(conn, ours.id, far.id)?)).await.unwrap();
    assert_eq!(theirs.sends(north, &theirs.does("Accept", follow.unwrap().uri.as_str())), 202);
    assert_eq!(theirs.sends(north, &theirs.does("Follow", ours.uri.as_str())), 202);
    world.settle().await;
    assert_eq!(ties(north, ours, &far).await, (true, true));
    far
}

/// Whether ours follows theirs, and theirs ours.
async fn ties(north: &Instance, ours: &Account, theirs: &Account) -> (bool, bool) {
    let db = north.app().db;
    let found = db.read(|conn| {
        let out = store::relations::follow(conn, ours.id, theirs.id)?.is_some();
        Ok((out, store::relations::follow(conn, theirs.id, ours.id)?.is_some()))
    });
    found.await.unwrap()
}

/// Anna, Bela and Carl, and this stranger: each of the three follows them, and is followed back.
async fn friends(world: &World, stranger: &Actor) -> ([Account; 3], Account) {
    let (mut ours, mut far) = (Vec::new(), None);
    for name in ["anna", "bela", "carl"] {
        let person = world.at("north").person(name, &[]).await;
        far = Some(befriends(world, &person, stranger).await);
        ours.push(person);
    }
    (ours.try_into().unwrap(), far.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_or_muted_meanwhile_is_not_brought_together_again() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, db) = (peers.person("a", "vic"), north.app().db);
        let ([anna, bela, carl], far) = friends(&world, &vic).await;
        let suspended = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        db.write(|tx| hosts::decide(tx, None, &peers.host("a"), &suspended)).await.unwrap();
        assert_eq!(ties(north, &anna, &far).await, (false, false));
        db.write(|tx| relations::block_from_here(tx, &anna, &far)).await.unwrap();
        db.write(|tx| relations::mute_host(tx, &bela, &peers.host("a"))).await.unwrap();
        db.write(|tx| hosts::undo(tx, None, &peers.host("a"))).await.unwrap();
        assert_eq!(ties(north, &anna, &far).await, (false, false), "she blocked them");
        assert_eq!(ties(north, &bela, &far).await, (false, false), "he wants nothing of that server");
        assert_eq!(ties(north, &carl, &far).await, (true, true), "and he does");

        // The same where the account alone was suspended.
        db.write(|tx| relations::unmute_host(tx, &bela, &peers.host("a"))).await.unwrap();
        befriends(&world, &bela, &vic).await;
        decide(north, &far, &standing(HostStanding::Suspended)).await;
        db.write(|tx| relations::mute_host(tx, &bela, &peers.host("a"))).await.unwrap();
        decide(north, &far, &standing(HostStanding::Unknown)).await;
        assert_eq!(ties(north, &bela, &far).await, (false, false));
        assert_eq!(ties(north, &carl, &far).await, (true, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_relations_of_an_account_part_and_come_back_as_far_as_they_may() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, db) = (peers.person("a", "vic"), north.app().db);
        let ([anna, bela, carl], far) = friends(&world, &vic).await;
        decide(north, &far, &standing(HostStanding::Suspended)).await;
        for ours in [&anna, &bela, &carl] {
            assert_eq!(ties(north, ours, &far).await, (false, false));
        }
        let told = north.client("carl", "read").await.get("/api/v1/notifications").await.ok();
        let told = told.as_array().unwrap().iter().find(|one| one["type"] == "severed_relationships");
        let told = &told.unwrap()["event"];
        assert_eq!((&told["followers_count"], &told["following_count"]), (&json!(1), &json!(1)), "{told}");
        db.write(|tx| relations::block_from_here(tx, &anna, &far)).await.unwrap();
        decide(north, &far, &standing(HostStanding::Unknown)).await;
        assert_eq!(ties(north, &anna, &far).await, (false, false), "she blocked them");
        assert_eq!(ties(north, &bela, &far).await, (true, true));
        assert_eq!(ties(north, &carl, &far).await, (true, true));
        let waiting = db.read(|conn| Ok(store::account_rules::parted_on(conn, far.host_id.unwrap())?));
        assert_eq!(waiting.await.unwrap(), [], "nothing is kept aside that came back or never will");
    })
    .await;
}
