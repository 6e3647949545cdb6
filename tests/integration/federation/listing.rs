//! Whose positions stand on the map by themselves, and what a change of that does for those that wait.

use plenum::domain::position::ListingPolicy;
use plenum::domain::question::Qid;
use plenum::domain::site::{FederationMode, Settings};
use plenum::services::settings as service;
use plenum::store::{positions, settings};

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::world::{Instance, World, on_each_engine};

/// From now on positions are listed so.
async fn lists(at: &Instance, listing_policy: ListingPolicy) {
    let db = at.app().db;
    let changed = db.write(|tx| {
        let now = settings::get(tx)?;
        service::change(tx, None, &Settings { listing_policy, ..now })
    });
    changed.await.unwrap();
}

/// How many positions are on the map.
async fn on_the_map(at: &Instance, qid: &Qid) -> usize {
    at.app().db.read(|conn| Ok(positions::members(conn, qid, false)?)).await.unwrap().len()
}

/// North asks, South answers; North lists like this and follows nobody.
async fn answered(database: Database, policy: ListingPolicy) -> (World, Qid) {
    let places = [("north", database), ("south", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    lists(north, policy).await;
    south.follows(north).await;
    world.settle().await;
    let qid = qid_of(&north.asks("Did the deployment stabilise the situation?", &["Yes", "No"]).await);
    world.settle().await;
    south.answers(&qid, &answer("decided", "No", "It froze it."), "").await.unwrap();
    world.settle().await;
    assert_eq!(north.stands(&qid).await.len(), 1, "it is here");
    assert_eq!(on_the_map(north, &qid).await, 0, "and waits");
    (world, qid)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_followed_is_listed_with_what_came_before() {
    on_each_engine(|database| async {
        let (world, qid) = answered(database, ListingPolicy::Followed).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.follows(south).await;
        world.settle().await;
        assert_eq!(on_the_map(north, &qid).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_policy_lists_what_waits_for_it() {
    on_each_engine(|database| async {
        let (world, qid) = answered(database, ListingPolicy::Manual).await;
        let (north, south) = (world.at("north"), world.at("south"));
        lists(north, ListingPolicy::Followed).await;
        assert_eq!(on_the_map(north, &qid).await, 0, "North follows nobody");
        lists(north, ListingPolicy::Manual).await;
        north.follows(south).await;
        world.settle().await;
        assert_eq!(on_the_map(north, &qid).await, 0, "here somebody decides about each");
        lists(north, ListingPolicy::Followed).await;
        assert_eq!(on_the_map(north, &qid).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_map_lists_all_that_waits() {
    on_each_engine(|database| async {
        let (world, qid) = answered(database, ListingPolicy::Manual).await;
        let north = world.at("north");
        lists(north, ListingPolicy::Open).await;
        assert_eq!(on_the_map(north, &qid).await, 1);
    })
    .await;
}
