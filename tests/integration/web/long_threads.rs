//! More replies than one page shows: nothing of them is lost, and what is said of them is true.

use plenum::domain::account::Account;
use plenum::domain::contribution::Contribution;
use plenum::domain::critique::{Intent, NewCritique};
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::http::web::present;
use plenum::services::posts::{self, NewPost};
use plenum::store::Error;
use plenum::text::Markdown;

use crate::harness::Database;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};

/// More than a page has.
const MANY: usize = 205;

fn answer(to: Id<Contribution>, text: &str) -> NewPost {
    NewPost {
        markdown: Markdown::new(text),
        in_reply_to: Some(to),
        language: "en".to_owned(),
        ..NewPost::default()
    }
}

/// Bela says a lot about the same thing, the last of it a critique.
async fn says_a_lot(site: &Instance, bela: &Account, to: Id<Contribution>) {
    let critique = NewCritique {
        intent: Intent::Objection,
        passage: "Bees can count".to_owned(),
        prefix: String::new(),
        suffix: ".".to_owned(),
    };
    let db = site.app().db;
    let said = db.write(|tx| {
        for number in 1..MANY {
            posts::publish(tx, bela, &answer(to, &format!("Number {number}.")))?;
        }
        let last = NewPost { critique: Some(critique.clone()), ..answer(to, "The last of them.") };
        posts::publish(tx, bela, &last)?;
        Ok::<_, Error>(())
    });
    said.await.unwrap();
}

async fn path(site: &Instance, uri: &Uri) -> String {
    present::path(&site.sees(uri).await.expect("it is here"))
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_one_page_does_not_hold_stand_on_the_next() {
    let world = World::neighbours([Database::sqlite(), Database::sqlite()], FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    let (thesis, bela) = (thesis_of(&published, 1), south.person("bela", &[]).await);
    let copy = south.sees(&thesis).await.unwrap().head.id;
    says_a_lot(south, &bela, copy).await;
    world.advance_seconds(60);
    let official = south.organization().await;
    let db = south.app().db;
    db.write(|tx| posts::publish(tx, &official, &answer(copy, "We answer last."))).await.unwrap();

    let page = path(south, &thesis).await;
    let mut reader = south.browser();
    let first = reader.open(&page).await;
    assert_eq!(first.texts(".reply").len(), 200);
    assert!(first.texts(".reply")[0].contains("We answer last."), "organizations first");
    assert!(!first.says("every reply is here") && first.says("no reply is missing"), "what is said is true");
    assert_eq!(first.texts(".replies .pager a"), ["6 more, later →"]);
    let second = reader.open(&first.attribute(".replies a[rel=next]", "href").unwrap()).await;
    assert_eq!(second.texts(".reply").len(), 6);
    assert!(second.says("The last of them.") && second.says("Number 204."));
    assert!(!second.says("every reply is here"));
    assert_eq!(second.texts(".replies .pager a"), ["← Earlier replies"]);
    let back = reader.open(&second.attribute(".replies a[rel=prev]", "href").unwrap()).await;
    assert!(back.says("Number 1.") && !back.says("Number 204."));

    assert_eq!(first.texts(".margin .note blockquote"), ["Bees can count"], "wherever the critique stands");
    let note = first.attribute(".margin .note p a", "href").unwrap();
    let (there, fragment) = note.split_once('#').unwrap();
    assert!(reader.open(there).await.texts(&format!("#{fragment}"))[0].contains("The last of them."));

    let mut writer = south.signed_in("bela").await;
    let form = writer.open(&page).await;
    let said = writer.send(&form, "form[action='/reply']", &[("text", "One more.")]).await;
    assert!(said.texts(".reply").last().unwrap().contains("One more."), "whoever answers sees it");
    // The statement's own page begins with the beginning: none of it answers the statement itself.
    let whole = reader.open(&path(south, &published.head.uri).await).await;
    assert!(whole.texts(".reply").is_empty() && whole.texts(".replies .pager").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_names_what_it_answers_on_the_page_before() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let bela = north.person("bela", &[]).await;
    let thesis = north.sees(&thesis_of(&published, 1)).await.unwrap().head.id;
    let db = north.app().db;
    let said = db.write(|tx| {
        let first = posts::publish(tx, &bela, &answer(thesis, "Look here."))?.head.id;
        for number in 1..MANY {
            posts::publish(tx, &bela, &answer(first, &format!("Number {number}.")))?;
        }
        posts::publish(tx, &bela, &answer(thesis, "Something else."))
    });
    said.await.unwrap();
    let mut reader = north.browser();
    let first = reader.open("/statements/on-bees/theses/k1").await;
    assert!(!first.says("Something else."), "a branch is not torn apart for what came later");
    let second = reader.open(&first.attribute(".replies a[rel=next]", "href").unwrap()).await;
    assert_eq!(second.texts(".reply").len(), 6);
    assert_eq!(
        second.texts(".reply .answers a"),
        ["bela"; 5],
        "and whom the rest of a branch answers is said"
    );
    let above = second.attribute(".reply .answers a", "href").unwrap();
    let (page, fragment) = above.split_once('#').unwrap();
    assert!(reader.open(page).await.texts(&format!("#{fragment}"))[0].contains("Look here."));
}
