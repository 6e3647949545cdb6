//! People between two servers: leaving to answer from home, arriving to follow.

use axum::http::StatusCode;

use crate::harness::people::{Drafting, statement};
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_finds_the_way_to_their_own_server_and_back() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let mut visitor = north.browser();
    let thesis = visitor.open("/statements/on-bees/theses/k1").await;
    let handle = format!("@south_admin@{}", south.host);
    let leave = visitor.send(&thesis, ".invitation form", &[("handle", &handle)]).await;
    assert_eq!(leave.texts("h1"), [format!("Go on at {}", south.host)]);
    let there = leave.attribute("a.button", "href").unwrap();
    let there =
        there.strip_prefix(&south.origin()).expect("the link leads to the visitor's server").to_owned();
    assert!(there.starts_with("/authorize_interaction?uri="), "{there}");
    let mut admin = south.signed_in("south_admin").await;
    let page = admin.open(&there).await;
    assert!(page.says("Bees can count."), "fetched and shown: {}", page.body);
    let page = admin.send(&page, ".invitation form", &[("text", "To four.")]).await;
    assert_eq!(page.status, StatusCode::OK);
    world.settle().await;
    assert!(north.browser().open("/statements/on-bees/theses/k1").await.says("To four."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_follows_another_organization() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let mut admin = south.signed_in("south_admin").await;
    let page = admin.open(&format!("/authorize_interaction?uri={}/actors/north", north.origin())).await;
    assert!(page.says("Follow Organization north"), "{}", page.body);
    let path = format!("/@{}", north.handle());
    let page = admin.open(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    let ask = admin.open(&page.attribute(".tools a", "href").unwrap()).await;
    admin.send(&ask, "main form", &[]).await;
    world.settle().await;
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    let page = admin.open(&path).await;
    let copy = page.attribute(".entry-title a", "href").expect("the statement arrived");
    let page = admin.open(&copy).await;
    assert_eq!(page.texts("h1"), ["On bees"]);
    assert!(page.texts(".origin")[0].contains(&north.host));
    let page = admin.open(&path).await;
    assert!(page.says("Followed by Organization south"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegate_who_arrives_with_a_question_adopts_and_answers_it() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let asked = north.asks("Can bees count?", &["Yes", "No"]).await.head.uri;
    south.person("bela", &[]).await;
    let mut visitor = north.browser();
    let question = visitor.open("/questions/can-bees-count").await;
    assert!(question.texts("#adopt-elsewhere")[0].contains("adopt this question there"));
    let signed_in = north.signed_in("north_admin").await.open("/questions/can-bees-count").await;
    assert!(signed_in.texts("#adopt-elsewhere").is_empty(), "who is at home needs no way there");
    let handle = format!("@south_admin@{}", south.host);
    let leave = visitor.send(&question, ".invitation form", &[("handle", &handle)]).await;
    let there = leave.attribute("a.button", "href").unwrap();
    let there = there.strip_prefix(&south.origin()).unwrap().to_owned();
    let mut admin = south.signed_in("south_admin").await;
    let page = admin.open(&there).await;
    assert_eq!(page.texts(".tools a"), ["Take a position", "Adopt this question"], "{}", page.body);
    let member = south.signed_in("bela").await.open(&there).await;
    assert!(member.says("Can bees count?") && member.texts(".tools a").is_empty(), "it is for publishers");
    let adopt = admin.open(&page.attribute(".tools a[href$='/adopt']", "href").unwrap()).await;
    let own = admin.send(&adopt, "main form", &[]).await;
    assert_eq!(own.texts("h1"), ["Can bees count?"]);
    let again = admin.open(&there).await;
    assert_eq!(again.texts(".tools a"), ["Take a position"], "one copy is enough");
    let stand = admin.open(&again.attribute(".tools a", "href").unwrap()).await;
    assert_eq!(stand.status, StatusCode::OK, "{asked}");
}
