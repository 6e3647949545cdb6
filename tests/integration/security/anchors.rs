//! Critiques from other servers whose passages never stood anywhere.

use plenum::domain::critique::{Hold, Intent};
use plenum::domain::view::Body;
use serde_json::{Value, json};

use crate::harness::papers::{THEN, note, tells, uri};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_passage_that_never_stood_there_is_left_out_and_what_is_said_stays() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.person("b", "mal");
    let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
    let thesis = thesis_of(&published, 1);
    let before = north.sees(&thesis).await.unwrap();
    let critique = |number: u32, anchor: Value| {
        let mut critique = note(&author, &peers.url("b", &format!("/c/{number}")), THEN);
        critique["inReplyTo"] = json!(thesis);
        critique["plenum:kind"] = json!("Critique");
        critique["plenum:intent"] = json!("objection");
        critique["plenum:anchor"] = anchor;
        critique
    };
    let never =
        json!({ "plenum:exact": "Bees can fly", "plenum:rev": 1, "plenum:start": 4, "plenum:end": 9 });
    let far =
        json!({ "plenum:exact": "Bees can count", "plenum:rev": 1, "plenum:start": -7, "plenum:end": 1e300 });
    let long = json!({ "plenum:exact": "x".repeat(100_000), "plenum:rev": 1 });
    let shapeless = json!(["Bees can count"]);
    let wanted = [
        (never, Hold::Whole, ""),
        (far, Hold::Placed, "Bees can count"),
        (long, Hold::Whole, ""),
        (shapeless, Hold::Whole, ""),
    ];
    for (number, (anchor, hold, exact)) in (1..).zip(wanted) {
        let document = critique(number, anchor);
        tells(&world, &author, north, "Create", &document).await;
        let view = north.sees(&uri(&document)).await.expect("what is said stays");
        let Body::Critique(kept) = view.body else { panic!("a critique") };
        assert_eq!(
            (kept.intent, kept.hold, kept.exact.as_str()),
            (Intent::Objection, hold, exact),
            "{number}"
        );
    }
    let page = north.signed_in("north_admin").await.open("/admin/federation").await;
    assert!(
        page.says("quotes passages that never stood where it says: 1 passage not taken in"),
        "{}",
        page.body
    );
    let after = north.sees(&thesis).await.unwrap();
    assert_eq!((after.head.content, after.head.revision), (before.head.content, before.head.revision));
    // One about a version that has not come is about the whole, and is not shown at a place.
    let later = critique(9, json!({ "plenum:exact": "Bees can fly", "plenum:rev": 9 }));
    tells(&world, &author, north, "Create", &later).await;
    let Body::Critique(kept) = north.sees(&uri(&later)).await.unwrap().body else { panic!("a critique") };
    assert_eq!(kept.hold, Hold::Whole);
}
