//! Who comes late, and what came before it could be whole.

use plenum::domain::content_rule::{NewRule, RuleKind};
use plenum::domain::position::DraftPosition;
use plenum::domain::site::FederationMode;
use plenum::domain::view::View;
use plenum::http::web::present;
use plenum::services::{content_rules, questions, relations, statements};
use plenum::store;
use plenum::store::contributions::Viewer;
use plenum::text::Markdown;

use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World, on_each_engine};

const DAY: i64 = 24 * 3600;

fn stands(certainty: &str, answer: &str) -> DraftPosition {
    DraftPosition {
        certainty: certainty.to_owned(),
        answer: answer.to_owned(),
        reasoning: Markdown::new("We read the minutes."),
        ..DraftPosition::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_late_gets_what_stands_now() {
    on_each_engine(|database| Box::pin(follows_late(database))).await;
}

async fn follows_late(database: Database) {
    let places = [("north", database), ("south", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let changed = changes_its_texts(&world, north).await;
    south.follows(north).await;
    world.settle().await;
    for (view, words) in
        changed.iter().zip(["Bees can dance.", "We found the letter.", "It asked for two things."])
    {
        let copy = south.sees(&view.head.uri).await.unwrap();
        let page = south.browser().open(&present::path(&copy)).await;
        assert!(page.says(words), "{words} {}", page.texts("main").concat());
    }
    let statement = south.sees(&changed[0].head.uri).await.unwrap();
    assert!(south.browser().open(&present::path(&statement)).await.says("Version 2 of 2"));
}

/// A statement and a position get a second version, and a question is withdrawn.
async fn changes_its_texts(world: &World, north: &Instance) -> [View; 3] {
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let asked = north.asks("Who gave the order?", &["Yes", "No"]).await;
    let regretted = north.asks("Was it calm?", &[]).await;
    let position = north.answers(&qid_of(&asked), &stands("undecided", ""), "").await.unwrap();
    world.advance_seconds(DAY);
    let mut next = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
    next.theses[0].key = Some("k1".to_owned());
    let (user, db) = (north.admin().await, north.app().db);
    let (id, gone) = (published.head.id, regretted.head.id);
    db.write(|tx| statements::revise(tx, &user, id, next.clone(), "We watched them.")).await.unwrap();
    north.answers(&qid_of(&asked), &stands("decided", "Yes"), "We found the letter.").await.unwrap();
    db.write(|tx| questions::retract(tx, &user, gone, "It asked for two things.")).await.unwrap();
    world.settle().await;
    [published, position, regretted]
}

#[tokio::test(flavor = "multi_thread")]
async fn theses_that_nobody_had_are_asked_for_again() {
    let world = World::of(["north", "south", "east"]).await;
    let (north, south, east) = (world.at("north"), world.at("south"), world.at("east"));
    south.follows(north).await;
    east.follows(north).await;
    world.settle().await;
    let published = north.publishes(statement("On bees").thesis("Bees count.").thesis("Bees dance.")).await;
    // It tells of it, and is gone before anybody asks for more.
    assert!(north.work().await.unwrap() > 0);
    north.goes_dark();
    world.settle().await;
    let copy = south.sees(&published.head.uri).await.unwrap();
    let page = south.browser().open(&present::path(&copy)).await;
    assert!(page.says("2 of the theses are not here yet"), "{}", page.texts("main").concat());
    let list = south.browser().open("/statements?from=elsewhere").await;
    assert!(list.says("On bees") && !list.says("no theses"), "{}", list.texts("main").concat());
    north.returns();
    world.advance_hours(1);
    world.settle().await;
    // Nobody opened anything there.
    assert!(east.sees(&thesis_of(&published, 2)).await.is_some());
    let page = south.browser().open(&present::path(&copy)).await;
    assert!(page.says("Bees dance.") && !page.says("not here yet"), "{}", page.texts("main").concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_shown_once_the_organization_follows() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Quarantine).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (bela, carl) = (north.person("bela", &[]).await, south.person("carl", &[]).await);
        let (db, data) = (north.app().db, north.data());
        let words = NewRule { kind: RuleKind::Words, pattern: "watches".to_owned(), number: 0, minutes: 0 };
        db.write(|tx| content_rules::make(tx, None, &words)).await.unwrap();
        let there = plenum::federation::resolve::account(&data, &south.handle()).await.unwrap();
        db.write(|tx| relations::follow(tx, &bela, &there)).await.unwrap();
        world.settle().await;
        south.follows(north).await;
        let ours = north.publishes(statement("On wasps").thesis("Wasps can count.")).await.head.uri;
        let published = south.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.settle().await;
        south.replies(&carl, &ours, "Cheap watches.").await;
        let reply = south.replies(&carl, &ours, "They can.").await;
        world.settle().await;
        let reader = Viewer::Member(bela.id);
        let path = present::path(&north.view(reader, &published.head.uri).await.unwrap());
        assert_eq!(north.browser().open(&path).await.status.as_u16(), 404, "it waits");
        let mut member = north.signed_in("bela").await;
        assert!(member.open(&path).await.says("It waits for a moderator."));

        let mut admin = north.signed_in("north_admin").await;
        let ask = admin.open(&format!("/@{}/follow", south.handle())).await;
        assert!(
            ask.says("3 texts from there that wait now are shown, too."),
            "{}",
            ask.texts("main").concat()
        );
        admin.send(&ask, "main form", &[]).await;
        world.settle().await;
        let page = north.browser().open(&path).await;
        assert!(page.says("Bees can count."), "{}", page.texts("main").concat());
        let page = north.browser().open("/statements/on-wasps").await;
        assert!(page.says("They can."), "{}", page.texts("main").concat());
        assert!(!page.says("Cheap watches."), "a rule caught it, and nobody looked at it");
        let waiting = db.read(|conn| Ok(store::held::count(conn, reader)?));
        assert_eq!(waiting.await.unwrap(), 1);
        assert!(north.sees(&reply.head.uri).await.is_some());
    })
    .await;
}
