//! Statements travel, are answered thesis by thesis, revised and withdrawn.

use plenum::domain::contribution::{Kind, State};
use plenum::domain::site::FederationMode;
use plenum::domain::view::Body;
use plenum::services::statements;
use plenum::store::contributions::Viewer;
use plenum::store::page::Page;
use plenum::store::timelines;

use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{World, on_each_engine};
use crate::harness::{Database, databases};

async fn three_that_follow_each_other() -> World {
    let world = World::of(["north", "south", "east"]).await;
    for (one, other) in [("south", "north"), ("east", "north"), ("north", "south"), ("east", "south")] {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_receives_a_statement_whole() {
    on_each_engine(|database| async {
        let world = World::listening([Database::sqlite(), database], FederationMode::Quarantine).await;
        let draft = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
        let published = world.at("north").publishes(draft).await;
        world.settle().await;
        let copy = world.at("south").sees(&published.head.uri).await.expect("the statement arrived");
        assert_eq!(copy.head.kind, Kind::Statement);
        assert_eq!(copy.head.title.as_deref(), Some("On bees"));
        assert_eq!(copy.head.language, "en");
        let (
            Body::Statement { statement: ours, theses: here, .. },
            Body::Statement { statement, theses, .. },
        ) = (&published.body, &copy.body)
        else {
            panic!("both are statements");
        };
        assert_eq!(statement.digest, ours.digest);
        assert_eq!(statement.introduction, ours.introduction);
        let texts = |theses: &[plenum::domain::view::ThesisView]| -> Vec<(String, String, String)> {
            let text = |part: &plenum::domain::view::ThesisView| {
                (part.thesis.number.clone(), part.thesis.head.clone(), part.thesis.body.clone())
            };
            theses.iter().map(text).collect()
        };
        assert_eq!(texts(theses), texts(here));
    })
    .await;
    assert!(!databases().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_a_thesis_is_the_same_everywhere() {
    let world = three_that_follow_each_other().await;
    let published =
        world.at("north").publishes(statement("On bees").thesis("Bees can count.").thesis("To four.")).await;
    world.settle().await;
    let second = thesis_of(&published, 2);
    let bela = world.at("south").person("bela", &[]).await;
    let objection = world.at("south").replies(&bela, &second, "To **five**, if you ask me.").await;
    world.settle().await;
    let north = world.at("north").organization().await;
    world.at("north").replies(&north, &objection.head.uri, "Show us the fifth.").await;
    world.settle().await;
    let thread = world.at("north").thread(&published.head.uri).await;
    assert_eq!(thread.len(), 5, "{thread:#?}");
    for name in ["south", "east"] {
        assert_eq!(world.at(name).thread(&published.head.uri).await, thread, "{name} has the same thread");
        let copy = world.at(name).sees(&objection.head.uri).await.expect("the objection is here");
        assert_eq!(copy.head.in_reply_to_uri.as_ref(), Some(&second));
        assert!(copy.head.content.contains("<strong>five</strong>"), "{}", copy.head.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_keeps_the_earlier_text_and_reaches_followers() {
    let world = three_that_follow_each_other().await;
    let published =
        world.at("north").publishes(statement("On bees").thesis("Bees can count.").thesis("To four.")).await;
    world.settle().await;
    world.advance_seconds(60);
    let (north, id) = (world.at("north"), published.head.id);
    let user = north.admin().await;
    let db = north.app().db;
    let revised = db.write(|tx| {
        let mut draft = statements::draft_of(tx, id)?;
        draft.theses.remove(0);
        draft.theses[0].head = "To five.".to_owned();
        statements::revise(tx, &user, id, draft, "We counted again.")
    });
    let revised = revised.await.unwrap();
    assert_eq!(revised.head.revision, 2);
    assert_eq!(revised.head.language, "en", "a revision is written in the same language");
    world.settle().await;
    let copy = world.at("south").sees(&published.head.uri).await.unwrap();
    let Body::Statement { statement, theses, .. } = &copy.body else { panic!("a statement") };
    assert_eq!(copy.head.revision, 2);
    assert_eq!(statement.reason.as_deref(), Some("We counted again."));
    assert_eq!(theses.iter().map(|part| part.thesis.head.as_str()).collect::<Vec<_>>(), ["To five."]);
    assert_eq!(theses[0].thesis.key, "k2", "the key of a thesis is permanent");
    let first = thesis_of(&published, 1);
    assert!(world.at("north").sees(&first).await.is_some(), "a withdrawn thesis stays readable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retraction_stays_readable_with_its_reason() {
    let world = three_that_follow_each_other().await;
    let published = world.at("north").publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    world.advance_seconds(60);
    let (user, id) = (world.at("north").admin().await, published.head.id);
    let app = world.at("north").app();
    app.db.write(|tx| statements::retract(tx, &user, id, "Somebody else had counted.")).await.unwrap();
    world.settle().await;
    for name in ["north", "south", "east"] {
        let copy = world.at(name).sees(&published.head.uri).await.expect("it stays readable");
        assert_eq!(copy.head.state, State::Retracted, "{name}");
        let Body::Statement { statement, .. } = &copy.body else { panic!("a statement") };
        assert_eq!(statement.reason.as_deref(), Some("Somebody else had counted."));
        assert!(copy.head.content.contains("Retracted."));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_wait_in_quarantine_until_a_moderator_lets_them_in() {
    let places = ["north", "south"].map(|name| (name, Database::sqlite()));
    let world = World::on(places, FederationMode::Quarantine).await;
    // South follows North; North knows nobody at South.
    world.at("south").follows(world.at("north")).await;
    world.settle().await;
    let published = world.at("north").publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    let bela = world.at("south").person("bela", &[]).await;
    let reply = world.at("south").replies(&bela, &thesis_of(&published, 1), "Really?").await;
    world.settle().await;
    let north = world.at("north");
    assert!(north.sees(&reply.head.uri).await.is_none(), "the public does not see it");
    let member = Viewer::Member(north.organization().await.id);
    let held = north.view(member, &reply.head.uri).await.expect("members see it");
    assert_eq!(held.head.state, State::Held);
    let author = held.head.author_id;

    // What a member wants to read is not yet what the site shows to everybody.
    let (anna, organization) = (north.person("anna", &[]).await, north.organization().await);
    let db = north.app().db;
    db.write(|tx| {
        let author = plenum::store::accounts::by_id(tx, author)?.unwrap();
        plenum::services::relations::follow(tx, &anna, &organization)?;
        plenum::services::relations::follow(tx, &anna, &author)
    })
    .await
    .unwrap();
    world.settle().await;
    let later = world.at("south").replies(&bela, &thesis_of(&published, 1), "I insist.").await;
    world.settle().await;
    assert!(north.sees(&later.head.uri).await.is_none(), "nobody approved its author");
    let home = db.read(|conn| Ok(timelines::home(conn, anna.id, &Page::first(20))?)).await.unwrap();
    assert_eq!(home.iter().filter(|one| one.head.uri == later.head.uri).count(), 1, "who follows reads it");
    north.app().db.write(|tx| plenum::services::held::approve(tx, author)).await.unwrap();
    assert!(north.sees(&reply.head.uri).await.is_some(), "the public sees it now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_dark_has_everything_when_it_returns() {
    let world = three_that_follow_each_other().await;
    world.at("south").goes_dark();
    let published = world.at("north").publishes(statement("On bees").thesis("Bees can count.")).await;
    let ada = world.at("north").person("ada", &[]).await;
    world.settle().await;
    let reply = world.at("north").replies(&ada, &thesis_of(&published, 1), "To four.").await;
    world.advance_hours(30);
    world.settle().await;
    assert!(world.at("east").sees(&reply.head.uri).await.is_some(), "the others go on");
    world.at("south").returns();
    world.advance_hours(24);
    world.settle().await;
    assert_eq!(
        world.at("south").thread(&published.head.uri).await,
        world.at("north").thread(&published.head.uri).await
    );
}
