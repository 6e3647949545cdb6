//! What readers without an account see.

use axum::http::StatusCode;
use plenum::services::statements;

use crate::harness::people::{Drafting, statement};
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_read_from_the_home_page_down_to_a_thesis() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.publishes(statement("On bees").thesis("Bees can count.").thesis("Bees can dance.")).await;
    let mut browser = north.browser();
    let home = browser.open("/").await;
    assert_eq!(home.texts(".card h3"), ["On bees"]);
    assert_eq!(home.headers["x-content-type-options"], "nosniff");
    assert!(home.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = browser.open(&home.attribute(".card h3 a", "href").unwrap()).await;
    assert_eq!(page.texts(".thesis .head"), ["Thesis 1Bees can count.", "Thesis 2Bees can dance."]);
    assert!(page.headers["link"].to_str().unwrap().contains("application/activity+json"));
    let thesis = browser.open(&page.attribute(".thesis a.number", "href").unwrap()).await;
    assert!(thesis.texts("h1")[0].ends_with("Bees can count."));
    let by_number = browser.open("/statements/on-bees/theses/2").await;
    assert!(by_number.texts("h1")[0].ends_with("Bees can dance."));
    let feed = browser.open("/feed").await;
    assert!(feed.headers["content-type"].to_str().unwrap().starts_with("application/atom+xml"));
    assert!(feed.body.contains("<title>On bees</title>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_others_have_a_list_of_their_own() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    north.follows(south).await;
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    assert!(
        north.browser().open("/statements?from=elsewhere").await.says("No statement of another organization")
    );
    world.settle().await;
    for number in 1..=21 {
        world.advance_seconds(60);
        south.publishes(statement(&format!("On ants, part {number}")).thesis("Ants can count.")).await;
    }
    world.settle().await;
    let mut browser = north.browser();
    let ours = browser.open("/statements").await;
    assert_eq!(
        (ours.texts("h1").concat().as_str(), ours.texts("main h3")),
        ("Our statements", vec!["On bees".to_owned()])
    );
    let others = browser.open(&ours.attribute("a[href*=elsewhere]", "href").unwrap()).await;
    assert_eq!(others.texts("main h3").len(), 20);
    assert!(others.texts("main .kicker")[0].contains("Organization south"), "each says whose it is");
    let rest = browser.open(&others.attribute(".pager a", "href").unwrap()).await;
    assert_eq!(rest.texts("main h3"), ["On ants, part 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_public_page_opens() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let thread = format!("/threads/{}", view.head.id);
    let mut browser = north.browser();
    let paths = [
        "/",
        "/statements",
        "/statements/on-bees",
        "/statements/on-bees/versions",
        "/statements/on-bees/versions/1",
        "/statements/on-bees/theses/k1",
        "/statements/on-bees/feed",
        "/@north",
        "/@north/feed",
        "/@north_forum",
        "/about",
        "/sign-in",
        "/feed",
        "/tags/bees",
        "/robots.txt",
        "/assets/plenum.css",
        "/assets/texts.css",
        &thread,
    ];
    for path in paths {
        assert_eq!(browser.open(path).await.status, StatusCode::OK, "{path}");
    }
    for path in [
        "/nothing",
        "/c/nothing",
        "/c/1",
        "/threads/1",
        "/@nobody",
        "/statements/x",
        "/statements/on-bees/versions/9",
    ] {
        let page = browser.open(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(page.texts("h1"), ["There is nothing at this address"], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_version_stays_readable_and_says_so() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let user = north.admin().await;
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.advance_seconds(60);
    let mut draft = statement("On bees").thesis("Bees can count to four.");
    draft.theses[0].key = Some("k1".to_owned());
    let db = north.app().db;
    db.write(|tx| statements::revise(tx, &user, view.head.id, draft.clone(), "We counted again."))
        .await
        .unwrap();
    let mut browser = north.browser();
    let current = browser.open("/statements/on-bees").await;
    assert!(current.texts(".thesis .head")[0].ends_with("Bees can count to four."));
    let earlier = browser.open("/statements/on-bees/versions/1").await;
    assert!(earlier.texts(".thesis .head")[0].ends_with("Bees can count."));
    assert!(earlier.texts(".standing")[0].starts_with("This is an earlier version."));
    let all = browser.open("/statements/on-bees/versions").await;
    assert_eq!(all.texts(".versions .tag"), ["In force", "Earlier version"]);
    db.write(|tx| statements::retract(tx, &user, view.head.id, "It was wrong.")).await.unwrap();
    let retracted = browser.open("/statements/on-bees").await;
    assert!(retracted.texts(".standing")[0].contains("It was wrong."));
}
