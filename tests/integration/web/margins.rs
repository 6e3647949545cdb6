//! Critiques beside the words that they are about, whatever kind of text these stand in.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::critique::{Intent, NewCritique};
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::http::web::present;
use plenum::services::posts::{self, NewPost};
use plenum::services::statements;
use plenum::text::Markdown;

use crate::federation::events::fact;
use crate::harness::Database;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn neighbours(database: Database) -> World {
    World::neighbours([Database::sqlite(), database], FederationMode::Open).await
}

/// Bela objects to these words.
async fn objects(site: &Instance, bela: &Account, to: &Uri, passage: &str) -> Uri {
    let text = format!("Who counted “{passage}”?");
    site.criticizes(bela, to, (Intent::Objection, passage), &text).await.unwrap().head.uri
}

/// The page of something as this site has it.
async fn path(site: &Instance, uri: &Uri) -> String {
    present::path(&site.sees(uri).await.expect("it is here"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_stands_beside_the_part_of_the_statement_that_it_is_about() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let mut draft = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
        draft.introduction = Markdown::new("We looked at forty hives. Some of them were empty.");
        draft.closing = Markdown::new("Some of them will be looked at again.");
        let published = north.publishes(draft).await.head.uri;
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        objects(south, &bela, &published, "forty hives").await;
        objects(south, &bela, &published, "bees can dance. is shown").await;
        // The same words stand in the introduction as well.
        let critique = NewCritique {
            intent: Intent::Objection,
            passage: "Some of them".to_owned(),
            prefix: String::new(),
            suffix: " will be looked at".to_owned(),
        };
        let post = NewPost {
            markdown: Markdown::new("Which ones?"),
            in_reply_to: Some(south.sees(&published).await.unwrap().head.id),
            language: "en".to_owned(),
            critique: Some(critique),
            ..NewPost::default()
        };
        south.app().db.write(|tx| posts::publish(tx, &bela, &post)).await.unwrap();
        world.settle().await;
        for site in [north, south] {
            let page = site.browser().open(&path(site, &published).await).await;
            let beside = |place: &str| page.texts(&format!("{place} blockquote"));
            assert_eq!(beside("[aria-label='In the margin of the introduction']"), ["forty hives"]);
            assert_eq!(beside("#k2 .beside"), ["bees can dance. is shown"], "{}", site.name);
            assert_eq!(beside("[aria-label='In the margin of the closing']"), ["Some of them"]);
            assert!(page.texts("#k1 .beside").is_empty() && page.texts(".margin").is_empty());
            let note = page.attribute("#k2 .note p a", "href").unwrap();
            assert!(page.texts(&note).concat().contains("Who counted “bees can dance. is shown”?"), "{note}");
        }
        world.advance_seconds(60);
        let mut next = statement("On bees").thesis("Bees can count.");
        next.theses[0].key = Some("k1".to_owned());
        let (user, db) = (north.admin().await, north.app().db);
        let id = north.sees(&published).await.unwrap().head.id;
        db.write(|tx| statements::revise(tx, &user, id, next.clone(), "We looked again.")).await.unwrap();
        let page = north.browser().open("/statements/on-bees").await;
        assert_eq!(page.texts(".margin .note").len(), 3, "words that it no longer has stand in no part");
        assert!(page.texts(".margin .note")[0].contains("refers to version 1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_events_and_critiques_have_a_margin_too() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks("Can bees count?", &["Yes", "No"]).await.head.uri;
        let event = north.records(&fact("The hive is opened.", "2022-01-05")).await.unwrap().head.uri;
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        let critique = objects(south, &bela, &question, " settled.").await;
        objects(south, &bela, &event, "is not known").await;
        objects(south, &bela, &critique, "Who counted").await;
        world.settle().await;
        for site in [north, south] {
            for (text, words) in
                [(&question, "settled."), (&event, "is not known"), (&critique, "Who counted")]
            {
                let page = site.browser().open(&path(site, text).await).await;
                assert_eq!(page.texts(".margin .note blockquote"), [words], "{}: {text}", site.name);
                assert_eq!(page.texts("link[href^='/assets/texts.css']").len(), 1, "it has its look");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critique_is_criticized_passage_by_passage() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let question = north.asks("Can bees count?", &["Yes", "No"]).await.head.uri;
    let bela = north.person("bela", &[]).await;
    objects(north, &bela, &question, "settled").await;
    north.replies(&bela, &question, "Ask the bees.").await;
    let mut admin = north.signed_in("north_admin").await;
    let page = admin.open(&path(north, &question).await).await;
    let ways = page.texts(".reply a[href$='#answer']");
    assert_eq!(ways, ["Criticize what bela says"], "a plain answer is simply answered");
    let way = page.attribute(".reply a[href$='#answer']", "href").unwrap();
    let critique = admin.open(way.split('#').next().unwrap()).await;
    assert!(critique.texts("#field-intent option").contains(&"an objection".to_owned()));
    assert_eq!(critique.texts("script[src^='/assets/passage.js']").len(), 1);
    let fields = [("intent", "objection"), ("passage", "Who counted bees?"), ("text", "Nobody said so.")];
    let missing = admin.send(&critique, "form[action='/reply']", &fields).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing.texts("#field-passage"), ["Who counted bees?"], "nothing typed is lost");
    let said = admin.send(&missing, "form[action='/reply']", &[("passage", "Who counted")]).await;
    assert_eq!(said.texts(".margin .note blockquote"), ["Who counted"]);
    assert_eq!(said.texts(".reply .tag"), ["an objection"]);
}
