//! Histories with holes: what is asked for, what is kept, and where asking ends.

use plenum::store;

use crate::harness::debate::{position_of, qid_of};
use crate::harness::papers::{chain, hands_out, tells, uri};
use crate::harness::peer::Peers;
use crate::harness::world::{Instance, World};

const ASKED: &str = "Did the deployment stabilise the situation?";

/// How many requests for something somebody handed out came so far.
fn copies_asked(peers: &Peers) -> usize {
    peers.requests_like("/.well-known/plenum/copy?rev=")
}

async fn versions(
    at: &Instance,
    key: plenum::domain::id::Id<plenum::domain::contribution::Contribution>,
) -> i64 {
    at.app().db.read(|conn| Ok(store::revisions::count(conn, key)?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_is_deeper_than_what_is_kept_is_not_asked_for_without_end() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let (id, now) = (peers.url("b", "/p/1"), north.app().clock().now());
    let chain = chain((&id, &author, &qid), 131, now, |number| format!("Answer {number}"));
    for (number, version) in (1..).zip(&chain) {
        hands_out(&peers, "b", number, version);
    }
    tells(&world, &author, north, "Create", &chain[0]).await;
    tells(&world, &author, north, "Update", &chain[129]).await;
    let kept = north.sees(&uri(&chain[0])).await.unwrap();
    let position = position_of(&kept);
    assert_eq!((kept.head.revision, position.equivocal), (130, false));
    assert!(position.gap, "what is not here is said not to be here");
    assert_eq!(versions(north, kept.head.id).await, 100, "as many as are kept of one text");
    let asked = copies_asked(&peers);
    assert!((98..=100).contains(&asked), "{asked} requests");
    // The next version does not begin anew.
    tells(&world, &author, north, "Update", &chain[130]).await;
    assert_eq!(north.sees(&uri(&chain[0])).await.unwrap().head.revision, 131);
    assert!(copies_asked(&peers) <= asked + 1, "{} requests", copies_asked(&peers));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_contradicts_ours_throughout_is_asked_for_once() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let (id, now) = (peers.url("b", "/p/1"), north.app().clock().now());
    let told = chain((&id, &liar, &qid), 59, now, |number| format!("Yes {number}"));
    let other = chain((&id, &liar, &qid), 60, now, |number| format!("No {number}"));
    for (number, version) in (1..).zip(&other) {
        hands_out(&peers, "b", number, version);
    }
    tells(&world, &liar, north, "Create", &told[0]).await;
    for version in &told[1..] {
        tells(&world, &liar, north, "Update", version).await;
    }
    assert_eq!(copies_asked(&peers), 0, "nothing was missing so far");
    tells(&world, &liar, north, "Update", &other[59]).await;
    let kept = north.sees(&uri(&told[0])).await.unwrap();
    let position = position_of(&kept);
    assert_eq!((kept.head.revision, position.gap, position.equivocal), (60, true, true));
    assert_eq!(copies_asked(&peers), 50);
    world.advance_hours(2);
    world.settle().await;
    assert_eq!(copies_asked(&peers), 50, "what brought nothing is not asked for again");
    // Readers of the page and apps see that the author said two things.
    let page = north.browser().open(&format!("/positions/{}", kept.head.id)).await;
    assert!(page.says("different texts"), "{}", page.body);
    let read = north.stranger().get(&format!("/api/plenum/v1/positions/{}", kept.head.id)).await.ok();
    assert!(!read["equivocations"].as_array().unwrap().is_empty(), "{read}");
}
