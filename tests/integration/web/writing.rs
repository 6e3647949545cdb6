//! Publishing, revising and withdrawing through the forms.

use axum::http::StatusCode;
use plenum::domain::user::Role;
use plenum::import::{self, Options};
use plenum::store::drafts;

use crate::harness::people::{Drafting, statement};
use crate::harness::world::World;

const TEXT: &str = "We looked for a long time.\n\n## 1. Bees can count.\n\nTo four.\n\n## 2. Bees can dance.\n\nIn eights.\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_published_from_the_form() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut browser = north.signed_in("north_admin").await;
    let page = browser.open("/publish").await;
    let empty = browser.send(&page, "main form", &[("title", "On bees"), ("step", "preview")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(empty.attribute("#field-title", "value").as_deref(), Some("On bees"), "nothing typed is lost");
    let fields =
        [("title", "On bees"), ("announcement", "What we counted."), ("text", TEXT), ("step", "preview")];
    let preview = browser.send(&page, "main form", &fields).await;
    assert_eq!(preview.texts("h1"), ["Preview: nothing is published yet"]);
    assert_eq!(preview.texts(".thesis .head").len(), 2);
    let db = north.app().db;
    let kept = db.read(|conn| Ok(drafts::outlines(conn)?)).await.unwrap();
    assert_eq!(kept.len(), 1, "the preview keeps a draft");
    assert!(browser.open("/").await.says("Nothing has been published yet."));
    let again = browser.open(&format!("/publish?draft={}", kept[0].id)).await;
    assert_eq!(again.attribute("#field-title", "value").as_deref(), Some("On bees"));
    assert!(again.texts("#field-text")[0].starts_with("We looked for a long time. ## 1. Bees can count."));
    let published = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert_eq!(published.texts("h1"), ["On bees"]);
    assert!(published.says("Published."));
    assert!(db.read(|conn| Ok(drafts::outlines(conn)?)).await.unwrap().is_empty(), "the draft did its work");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_was_not_sure_of_is_seen_before_it_is_published() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bytes = include_bytes!("../../fixtures/imports/library.txt");
    let found = import::read("library.txt", bytes, &Options::default()).unwrap();
    assert!(found.report.decisions.len() > 1, "{:#?}", found.report.decisions);
    let mut browser = north.signed_in("north_admin").await;
    let bring = browser.open("/publish/import").await;
    let empty = browser.send(&bring, "main form", &[("text", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.says("holds no text"), "{}", empty.body);
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let page = browser.send(&bring, "main form", &[("text", &text)]).await;
    assert_eq!(page.attribute("#field-title", "value"), Some(found.draft.title.clone()));
    let shown = page.texts("#decisions li");
    assert_eq!(shown.len(), found.report.decisions.len());
    for (shown, decision) in shown.iter().zip(&found.report.decisions) {
        assert!(shown.contains(&decision.place()) && shown.contains(&decision.reason), "{shown}");
    }
    let asking = page.texts("#asked li");
    let sentences: Vec<&str> = found.report.questions.iter().map(|question| question.text.as_str()).collect();
    assert!(sentences.contains(&"Who decides about the hours?") && asking == sentences, "{asking:?}");
    let first = page.attribute("#asked a", "href").unwrap();
    let form = browser.open(&first).await;
    assert_eq!(form.texts("#field-text"), [sentences[0]], "it only has to be sent");
    let again = browser.send(&form, "main form", &[]).await;
    assert!(again.says("Nothing is asked yet."), "{}", again.body);
    let asked = browser.send(&again, "main form", &[]).await;
    assert_eq!(asked.texts("h1"), [sentences[0]]);
    let fields = [("announcement", "When the library is open."), ("step", "preview")];
    let preview = browser.send(&page, "main form", &fields).await;
    assert_eq!(preview.texts("#decisions li"), shown, "also where it is confirmed");
    let back = browser.send(&preview, "form.confirm", &[("step", "edit")]).await;
    assert_eq!(back.texts("#decisions li"), shown);
    assert!(browser.open("/publish").await.texts("#decisions li").is_empty(), "only with their draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_names_what_an_editor_may_want_to_look_at_again() {
    let world = World::of(["north"]).await;
    let mut browser = world.at("north").signed_in("north_admin").await;
    let page = browser.open("/publish").await;
    let text =
        "## 1. Bees can count.\n\n## 2. Bees can dance.\n\nEvidence: We saw it.\n\n## 1. Bees can sing.";
    let fields =
        [("title", "On bees"), ("announcement", "What we counted."), ("text", text), ("step", "preview")];
    let remarks = browser.send(&page, "main form", &fields).await.texts(".remarks li");
    assert!(remarks.contains(&"Theses 1, 1 name no evidence.".to_owned()), "{remarks:?}");
    assert!(
        remarks.iter().any(|remark| remark.starts_with("More than one thesis has the number 1")),
        "{remarks:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_writes_but_does_not_publish() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("erik", &[Role::Editor]).await;
    let mut browser = north.signed_in("erik").await;
    let page = browser.open("/publish").await;
    let fields =
        [("title", "On bees"), ("announcement", "What we counted."), ("text", TEXT), ("step", "preview")];
    let preview = browser.send(&page, "main form", &fields).await;
    let refused = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        north.app().db.read(|conn| Ok(drafts::outlines(conn)?)).await.unwrap().len(),
        1,
        "nothing is lost"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_and_a_retraction_give_reasons() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.advance_seconds(60);
    let mut browser = north.signed_in("north_admin").await;
    let form = browser.open("/statements/on-bees/revise").await;
    let text = form.texts("#field-text")[0].clone();
    assert!(text.contains("Bees can count."), "{text}");
    let silent = browser.send(&form, "main form", &[("step", "preview")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("title", "On bees, again"), ("reason", "We counted again."), ("step", "preview")];
    let preview = browser.send(&form, "main form", &fields).await;
    let page = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert_eq!(page.texts("h1"), ["On bees, again"]);
    assert_eq!(page.texts(".thesis").len(), 1, "the thesis kept its key");
    assert!(page.says("Version 2 of 2"));
    let form = browser.open("/statements/on-bees/retract").await;
    let page = browser.send(&form, "main form", &[("reason", "It was wrong.")]).await;
    assert!(page.texts(".standing")[0].contains("It was wrong."));
}
