//! Positions that their authors deleted, at sites that were away when they did.

use plenum::domain::question::Qid;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::federation::{exchange, lookup};
use plenum::store::{exchanges, revisions};
use serde_json::json;

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::peer::{Actor, PUBLIC, Peers};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";

/// North asks, South carries the question as well.
async fn two(database: Database) -> (World, Qid) {
    let world = World::neighbours([Database::sqlite(), database], FederationMode::Open).await;
    let question = world.at("north").asks(ASKED, &["Yes", "No"]).await;
    world.settle().await;
    world.at("south").adopts(&question.head.uri).await.expect("adopted");
    world.settle().await;
    (world, qid_of(&question))
}

/// An organization elsewhere takes a position on the question, and tells these sites.
async fn takes(world: &World, peers: &Peers, author: &Actor, qid: &Qid, tells: &[&Instance]) -> Uri {
    let id = peers.url("b", &format!("/q/{qid}/position"));
    let position = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "plenum": "urn:plenum:v1#" }],
        "id": id,
        "type": "Note",
        "attributedTo": author.id,
        "content": "<p>We say so.</p>",
        "published": "2026-11-24T11:00:00Z",
        "updated": "2026-11-24T11:00:00Z",
        "to": [PUBLIC],
        "plenum:kind": "Position",
        "plenum:qid": qid.as_str(),
        "plenum:certainty": "decided",
        "plenum:answer": { "en": "Perhaps" },
        "plenum:rev": 1,
    });
    let now = tells[0].app().clock().now();
    let create = author.does("Create", author.prove(&position, now));
    for site in tells {
        assert_eq!(author.sends(site, &create), 202);
    }
    world.settle().await;
    Uri::parse(&id).unwrap()
}

async fn passes(world: &World, days: i64) {
    for _ in 0..days {
        world.advance_hours(24);
        world.settle().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_a_deletion_hears_of_it_from_whoever_did_not() {
    on_each_engine(|database| async {
        let (world, qid) = two(database).await;
        let (north, south, peers) = (world.at("north"), world.at("south"), Peers::new());
        let author = peers.actor("b", "mal", "Organization");
        south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
        let gone = takes(&world, &peers, &author, &qid, &[north, south]).await;
        assert_eq!((north.stands(&qid).await.len(), south.stands(&qid).await.len()), (2, 2));

        // South is away when the author deletes its position, and nobody tells it afterwards.
        south.goes_dark();
        let object = json!({ "id": gone, "type": "Tombstone" });
        let now = north.app().clock().now();
        let delete = author.prove(&author.does("Delete", object), now);
        assert_eq!(author.sends(north, &delete), 202);
        world.settle().await;
        assert_eq!(north.stands(&qid).await.len(), 1, "North heard it");
        passes(&world, 10).await;
        south.returns();
        assert_eq!(south.stands(&qid).await.len(), 2);
        passes(&world, 1).await;
        assert_eq!(south.stands(&qid).await.len(), 1, "South has the author's own word from North");
        assert!(south.sees(&gone).await.is_none());

        // The mark stays for whoever comes later, word for word.
        passes(&world, 40).await;
        for site in [north, south] {
            let list = site.document(&format!("/q/{qid}/deletions")).await;
            assert_eq!(list["orderedItems"], json!([delete]), "{}", site.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_not_kept_again_when_it_comes_late() {
    on_each_engine(|database| async {
        let (world, qid) = two(database).await;
        let (south, peers) = (world.at("south"), Peers::new());
        let author = peers.actor("b", "mal", "Organization");
        let gone = takes(&world, &peers, &author, &qid, &[south]).await;
        let key = south.sees(&gone).await.unwrap().head.id;
        let object = json!({ "id": gone, "type": "Tombstone" });
        let now = south.app().clock().now();
        assert_eq!(author.sends(south, &author.prove(&author.does("Delete", object), now)), 202);
        world.settle().await;
        let db = south.app().db;
        let versions = async || db.read(|conn| Ok(revisions::count(conn, key)?)).await.unwrap();
        assert_eq!(versions().await, 0);
        takes(&world, &peers, &author, &qid, &[south]).await;
        assert!(south.sees(&gone).await.is_none());
        assert_eq!(versions().await, 0, "nothing of it is kept unseen");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_was_heard_of_before_its_object_counts_all_the_same() {
    on_each_engine(|database| async {
        let places = [("north", Database::sqlite()), ("south", Database::sqlite()), ("west", database)];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south, west, peers) =
            (world.at("north"), world.at("south"), world.at("west"), Peers::new());
        south.follows(north).await;
        world.settle().await;
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        world.settle().await;
        let qid = qid_of(&question);
        let copy = south.adopts(&question.head.uri).await.expect("adopted").head.uri;
        world.settle().await;
        let author = peers.actor("b", "mal", "Organization");
        let gone = takes(&world, &peers, &author, &qid, &[north, south]).await;
        // South misses the deletion, and West comes before South hears of it.
        south.goes_dark();
        let object = json!({ "id": gone, "type": "Tombstone" });
        let now = north.app().clock().now();
        assert_eq!(author.sends(north, &author.prove(&author.does("Delete", object), now)), 202);
        world.settle().await;
        peers.status(&gone.to_string(), "503 Service Unavailable");
        lookup::anywhere(&west.data(), question.head.uri.as_str()).await.expect("North's copy");
        west.adopts(&question.head.uri).await.expect("adopted");
        exchange::reconcile(&west.data(), &qid).await.unwrap();
        let marks = west.app().db.read(|conn| Ok(exchanges::of(conn, &qid)?)).await.unwrap();
        assert!(marks.iter().any(|mark| !mark.deletions.is_empty()), "West has read what North knows");
        south.returns();
        world.advance_seconds(120);
        lookup::anywhere(&west.data(), copy.as_str()).await.expect("South's copy");
        exchange::reconcile(&west.data(), &qid).await.unwrap();
        south.goes_dark();
        world.advance_seconds(120);
        exchange::reconcile(&west.data(), &qid).await.unwrap();
        assert!(
            west.sees(&gone).await.is_none(),
            "South, which missed it, handed it on; North, which did not, is heard"
        );
        let list = west.document(&format!("/q/{qid}/deletions")).await;
        assert_eq!(list["orderedItems"].as_array().unwrap().len(), 1, "it was here, and is known to be gone");
    })
    .await;
}
