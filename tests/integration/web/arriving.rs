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
