//! Statements that say which questions they answer, on what they rest, and who signs them.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use plenum::services::interactions;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const TEXT: &str = "We looked for a long time.\n\n## 1. It did not.\n\nWe asked.\n";

async fn neighbours(database: Database) -> World {
    World::neighbours([Database::sqlite(), database], FederationMode::Quarantine).await
}

/// Publishes through the form what refers to this question, and returns its path.
async fn publishes(site: &Instance, qid: &str, signed_by: &str) -> String {
    let mut editor = site.signed_in(&format!("{}_admin", site.name)).await;
    let form = editor.open("/publish").await;
    let fields = [
        ("title", "On calm"),
        ("announcement", "What we found when we asked."),
        ("text", TEXT),
        ("question", qid),
        ("sources", "no address"),
        ("signatories", signed_by),
        ("step", "preview"),
    ];
    let wrong = editor.send(&form, "main form", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.texts("#mistake-sources")[0].contains("does not begin with a web address"));
    let chosen = wrong.attribute("#field-question option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some(qid), "nothing chosen is lost");
    let sources = "https://archive.example/report Report of the board\nhttps://archive.example/figures";
    let preview = editor.send(&wrong, "main form", &[("sources", sources), ("step", "preview")]).await;
    assert_eq!(preview.texts("#references .tied"), [ASKED]);
    assert_eq!(preview.texts("#references ol a"), ["Report of the board", "https://archive.example/figures"]);
    let published = editor.send(&preview, "form.confirm", &[("step", "publish")]).await;
    assert_eq!(published.texts("h1"), ["On calm"]);
    let path = published.path.split('?').next().unwrap().to_owned();
    let again = editor.open(&format!("{path}/revise")).await;
    let chosen = again.attribute("#field-question option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some(qid), "a revision starts from what was chosen");
    assert!(again.texts("#field-text")[0].starts_with("We looked"), "what is chosen is no text");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once() {
    let world = World::of(["north"]).await;
    let mut editor = world.at("north").signed_in("north_admin").await;
    let form = editor.open("/publish").await;
    let fields = [
        ("title", ""),
        ("announcement", "What we found when we asked."),
        ("text", "No thesis."),
        ("sources", "no address"),
        ("signatories", "Bela"),
        ("step", "preview"),
    ];
    let wrong = editor.send(&form, "main form", &fields).await;
    for field in ["title", "text", "sources", "signatories"] {
        assert_eq!(wrong.texts(&format!("#mistake-{field}")).len(), 1, "{field}");
    }
    assert_eq!(wrong.texts("#field-signatories"), ["Bela"], "it comes back as it was typed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_names_the_questions_it_answers_and_their_pages_list_it() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks(ASKED, &["Yes", "No"]).await;
        let asked = north.browser().open("/questions").await.attribute(".catalogue a", "href").unwrap();
        let other = north.asks("Who gave the order?", &[]).await;
        let elsewhere = format!("/q/{}", qid_of(&other));
        world.settle().await;
        let qid = qid_of(&question).to_string();
        let path = publishes(south, &qid, &north.handle()).await;
        world.settle().await;

        let page = north.browser().open(&asked).await;
        assert_eq!(
            page.texts("#statements .entry-title"),
            ["On calm"],
            "listed where it came from elsewhere"
        );
        let copy = south.sees(&question.head.uri).await.unwrap().head.id;
        let ours = south.browser().open(&format!("/questions/{copy}")).await;
        assert_eq!(ours.texts("#statements .entry-title"), ["On calm"], "and at home");
        let nothing = north.browser().open(&elsewhere).await;
        assert_eq!(nothing.texts("#statements .entry-title").len(), 0, "on no other question");

        let document = south.document(&path_of(south, &path).await).await;
        assert_eq!(document["plenum:qid"], json!([qid]));
        assert_eq!(document["plenum:signatories"], json!([north.organization().await.uri]));
        let hashtag = format!("#{}", qid_of(&question).hashtag());
        let tags = document["tag"].as_array().unwrap();
        assert!(tags.iter().any(|tag| tag["name"] == Value::String(hashtag.clone())), "{tags:?}");
        let content = document["content"].as_str().unwrap();
        assert!(content.contains(&format!("/q/{qid}")) && content.contains(&hashtag), "{content}");

        let said = south.browser().open(&path).await;
        assert!(said.texts("#references .hint")[0].contains("so the author says"));
        let copy = north.sees(&uri_of(south, &path).await).await.unwrap();
        let organization = north.organization().await;
        north.app().db.write(|tx| interactions::boost(tx, &organization, copy.head.id)).await.unwrap();
        world.settle().await;
        let confirmed = south.browser().open(&path).await;
        assert_eq!(confirmed.texts("#references .hint").len(), 0, "north handed it on under its own name");
        assert_eq!(confirmed.texts("#references ul a").len(), 1);
    })
    .await;
}

async fn uri_of(site: &Instance, path: &str) -> plenum::domain::uri::Uri {
    let page = site.browser().open(path).await;
    let uri = page.attribute("link[type='application/activity+json']", "href").unwrap();
    plenum::domain::uri::Uri::parse(&uri).unwrap()
}

async fn path_of(site: &Instance, path: &str) -> String {
    uri_of(site, path).await.as_str().strip_prefix(&site.origin()).unwrap().to_owned()
}
