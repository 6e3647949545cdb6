//! Two who write at once: nobody's words are overwritten unread, and nothing that was typed is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use axum::http::StatusCode;
use plenum::domain::uri::Addresses;
use plenum::domain::user::Role;
use plenum::services::drafts::{self, Written};
use plenum::services::{questions, statements};
use plenum::store::drafts::outlines;

use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_came_meanwhile_is_shown_beside_what_was_typed() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], plenum::domain::site::FederationMode::Open).await;
        let north = world.at("north");
        let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.advance_seconds(60);
        let mut browser = north.signed_in("north_admin").await;
        let form = browser.open("/statements/on-bees/revise").await;
        let typed = "We looked.\n\n## 1. Bees can count to four. {#k1}\n\nShown.";
        let fields = [("text", typed), ("reason", "We counted."), ("step", "preview")];
        let preview = browser.send(&form, "main form", &fields).await;
        assert_eq!(preview.status, StatusCode::OK);

        let user = north.admin().await;
        let other = statement("On bees").thesis("Bees can count to five.");
        let other = plenum::domain::statement::Draft {
            theses: other.theses.into_iter().map(|thesis| keyed(thesis, "k1")).collect(),
            ..other
        };
        let db = north.app().db;
        db.write(|tx| statements::revise(tx, &user, published.head.id, other.clone(), "Five."))
            .await
            .unwrap();
        let back = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(back.texts("#field-standing pre")[0].contains("Bees can count to five."));
        assert!(back.texts("#field-text")[0].contains("Bees can count to four."), "nothing typed is lost");
        assert_eq!(back.texts("#field-reason"), ["We counted."]);
        assert!(browser.open("/statements/on-bees").await.says("Version 2 of 2"), "nothing was published");
        // Who has seen it may send the words again.
        let preview = browser.send(&back, "main form", &[("step", "preview")]).await;
        let page = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
        assert!(page.says("Version 3 of 3") && page.says("Bees can count to four."));

        // A draft that was written before the version that stands now.
        world.advance_seconds(60);
        let form = browser.open("/statements/on-bees/revise").await;
        let fields = [("text", typed), ("reason", "Again."), ("step", "edit")];
        browser.send(&form, "main form", &fields).await;
        world.advance_seconds(60);
        db.write(|tx| statements::revise(tx, &user, published.head.id, other.clone(), "Six.")).await.unwrap();
        let form = browser.open("/statements/on-bees/revise").await;
        let fields = [("reason", "Again."), ("step", "preview")];
        assert_eq!(browser.send(&form, "main form", &fields).await.status, StatusCode::CONFLICT);
    })
    .await;
}

fn keyed(
    thesis: plenum::domain::statement::DraftThesis,
    key: &str,
) -> plenum::domain::statement::DraftThesis {
    plenum::domain::statement::DraftThesis { key: Some(key.to_owned()), ..thesis }
}

#[tokio::test(flavor = "multi_thread")]
async fn theses_are_not_all_withdrawn_because_a_mark_was_lost() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.advance_seconds(60);
    let mut browser = north.signed_in("north_admin").await;
    let form = browser.open("/statements/on-bees/revise").await;
    let markless = "## 1. Bees can count.\n\nTo four.";
    let fields = [("text", markless), ("reason", "Shorter."), ("step", "preview")];
    let back = browser.send(&form, "main form", &fields).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mistake = &back.texts("#mistake-text")[0];
    assert!(mistake.contains("{#k1} “Bees can count.”"), "{mistake}");
    assert!(back.texts("#field-text")[0].contains("To four."), "nothing typed is lost");
    let outlines = async || north.app().db.read(|conn| Ok(outlines(conn)?)).await.unwrap();
    assert!(outlines().await.is_empty(), "and nothing is kept");
    // With its mark it is the same thesis.
    let marked = "## 1. Bees can count. {#k1}\n\nTo four.";
    let preview = browser.send(&back, "main form", &[("text", marked), ("step", "preview")]).await;
    let page = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert!(page.says("Version 2 of 2"));
    assert_eq!(browser.open("/statements/on-bees/theses/k1").await.status, StatusCode::OK);
    // Whoever means it says so.
    world.advance_seconds(60);
    let form = browser.open("/statements/on-bees/revise").await;
    let back = browser.send(&form, "main form", &fields).await;
    let meant = [("new_theses", "yes"), ("step", "preview")];
    let preview = browser.send(&back, "main form", &meant).await;
    let page = browser.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert!(page.says("Version 3 of 3"));
    assert_eq!(browser.open("/statements/on-bees/theses/k2").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_two_keeps_the_words_of_both() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], plenum::domain::site::FederationMode::Open).await;
        let north = world.at("north");
        north.person("erik", &[Role::Editor]).await;
        let (mut one, mut other) = (north.signed_in("north_admin").await, north.signed_in("erik").await);
        let text = "We looked.\n\n## 1. Bees can count.\n\nTo four.";
        let fields =
            [("title", "On bees"), ("announcement", "What we counted."), ("text", text), ("step", "edit")];
        let page = one.open("/publish").await;
        let mine = one.send(&page, "main form", &fields).await;
        world.advance_seconds(60);
        let listed = one.open("/drafts").await;
        let draft = listed.attribute("main a[href^='/publish?draft=']", "href").unwrap();
        let theirs = other.open(&draft).await;
        let five = "We looked.\n\n## 1. Bees can count.\n\nTo five.";
        other.send(&theirs, "main form", &[("text", five), ("step", "edit")]).await;
        let six = "We looked.\n\n## 1. Bees can count.\n\nTo six.";
        let back = one.send(&mine, "main form", &[("text", six), ("step", "preview")]).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(back.texts("#field-standing pre")[0].contains("To five."));
        assert!(back.texts("#field-text")[0].contains("To six."));
        let kept = other.open(&draft).await;
        assert!(kept.texts("#field-text")[0].contains("To five."), "nothing was overwritten");
        world.advance_seconds(60);
        let preview = one.send(&back, "main form", &[("step", "preview")]).await;
        // Of two who publish it, the second is told.
        let same = one.send(&preview, "form.confirm", &[("step", "publish")]).await;
        assert!(same.says("Published.") && same.says("To six."));
        let twice = one.send(&preview, "form.confirm", &[("step", "publish")]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.says("was published or thrown away"), "{}", twice.texts("main").concat());
        assert_eq!(north.browser().open("/statements").await.texts("main h3").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_publish_one_draft_at_once_one_is_told() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], plenum::domain::site::FederationMode::Open).await;
        let north = world.at("north");
        let user = north.admin().await;
        let db = north.app().db;
        let markdown = "# On bees\n\n> What we counted.\n\n## 1. Bees can count.\n\nTo four.\n";
        let written = Written { title: "On bees", language: "en", markdown };
        let id = db.write(|tx| drafts::begin(tx, &user, None, written)).await.unwrap();
        let start = Arc::new(Barrier::new(2));
        #[expect(clippy::disallowed_methods, reason = "both have to be within their transactions")]
        let publish = || {
            let (db, user, start) = (north.app().db, user.clone(), Arc::clone(&start));
            let (alone, met) = (db.is_exclusive(), AtomicBool::new(false));
            tokio::spawn(async move {
                db.write(|tx| {
                    // SQLite lets the second begin only when the first is done.
                    if !alone && !met.swap(true, Ordering::SeqCst) {
                        start.wait();
                    }
                    drafts::publish(tx, &user, id, "", Addresses::default())
                })
                .await
            })
        };
        let (one, other) = tokio::join!(publish(), publish());
        let done = [one.unwrap(), other.unwrap()];
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
        let refused = done.into_iter().find_map(Result::err).unwrap();
        assert_eq!(refused.to_string(), "not found");
        assert_eq!(north.browser().open("/statements").await.texts("main h3").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_and_a_question_are_not_changed_unread() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], plenum::domain::site::FederationMode::Open).await;
        let north = world.at("north");
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let qid = qid_of(&question);
        let mut browser = north.signed_in("north_admin").await;
        // Taken by two at once.
        let form = browser.open(&format!("{PAGE}/position")).await;
        north.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
        let typed = [("certainty", "decided"), ("answer", "In part"), ("reasoning", "In the towns.")];
        let back = browser.send(&form, "main form", &typed).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        let now = back.texts("#field-standing")[0].clone();
        assert!(now.contains("version 1") && now.contains("We lack reports."), "{now}");
        assert_eq!(back.attribute("#field-answer", "value").as_deref(), Some("In part"));
        assert_eq!(back.texts("#field-reasoning"), ["In the towns."]);
        world.advance_seconds(60);
        let silent = browser.send(&back, "main form", &[]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "seen, and now it is a change");
        let done = browser.send(&silent, "main form", &[("reason", "Reports came.")]).await;
        assert!(done.says("In the towns."), "{}", done.texts("main").concat());
        // Changed by two at once; also where something else is wrong first.
        let form = browser.open(&format!("{PAGE}/position")).await;
        world.advance_seconds(60);
        north.answers(&qid, &answer("decided", "No", "It froze it."), "More reports.").await.unwrap();
        let again = [("reason", "Clearer."), ("certainty", "provisional")];
        let back = browser.send(&form, "main form", &again).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(back.texts("#field-standing")[0].contains("It froze it."));
        assert_eq!(north.stands(&qid).await[0].2, "No", "nothing was overwritten");

        let form = browser.open(&format!("{PAGE}/revise")).await;
        let user = north.admin().await;
        let draft = plenum::domain::question::DraftQuestion {
            wording: "Did it calm anything?".to_owned(),
            ..Default::default()
        };
        let id = question.head.id;
        let db = north.app().db;
        db.write(|tx| questions::revise(tx, &user, id, &draft, "Clearer.")).await.unwrap();
        let typed = [("scope", "Kazakhstan"), ("reason", "It has a place.")];
        let back = browser.send(&form, "main form", &typed).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(back.texts("#field-standing")[0].contains("Did it calm anything?"));
        assert_eq!(back.attribute("#field-scope", "value").as_deref(), Some("Kazakhstan"));
        world.advance_seconds(60);
        let done = browser.send(&back, "main form", &[]).await;
        assert!(done.says("Kazakhstan"), "{}", done.texts("main").concat());
    })
    .await;
}
