//! Going on with what was written: nothing is lost on the way, and nobody's words are overwritten unread.

use axum::http::{Method, StatusCode};
use plenum::domain::position::ListingPolicy;
use plenum::domain::site::{FederationMode, Settings};
use plenum::domain::user::Role;
use plenum::services::settings as service;
use plenum::store::settings;
use serde_json::{Value, json};

use super::writing::{organization, pair};
use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::papers::{copy, core_of, question, tells};
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};

const API: &str = "/api/plenum/v1";
const TEXT: &str = "We looked.\n\nFor *long*.\n\n## 1. It was not calm.\n\nWe asked.\n\nLimits: Not everybody.\n\n\
    ## 2. It was loud.\n\nWe heard it.\n\n## Closing\n\nMore will follow.";

/// What an app sends to publish a statement.
fn calm(qid: &str) -> Value {
    json!({
        "title": "On calm", "language": "en", "announcement": "What we found.", "text": TEXT,
        "questions": [qid], "sources": ["https://archive.example/report Report"],
    })
}

/// What is sent to write the same once more.
fn again(source: &Value) -> Value {
    let names = ["title", "language", "announcement", "text", "questions", "sources", "signatories"];
    names.iter().map(|name| ((*name).to_owned(), source[*name].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_and_sent_back_changes_nothing() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let app = organization(north).await;
        let qid = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
        let published = app.post(&format!("{API}/statements"), calm(&qid)).await.ok();
        let id = published["id"].as_str().unwrap();
        let source = app.get(&format!("{API}/statements/{id}/source")).await.ok();
        assert_eq!(
            (&source["title"], &source["announcement"]),
            (&json!("On calm"), &json!("What we found."))
        );
        assert!(
            source["text"]
                .as_str()
                .unwrap()
                .starts_with("We looked.\n\nFor *long*.\n\n## 1. It was not calm. {#k1}")
        );
        world.advance_seconds(60);
        let mut body = again(&source);
        body["reason"] = json!("We read it once more.");
        let revised = app.ask(Method::PUT, &format!("{API}/statements/{id}"), &[], Some(body)).await.ok();
        for field in ["title", "summary", "questions", "sources", "theses", "introduction", "closing"] {
            assert_eq!(revised[field], published[field], "{field}");
        }
        let changes = format!("{API}/contributions/{id}/versions/2/changes");
        assert_eq!(app.get(&changes).await.ok()["changes"], json!([]));

        // The same of a draft.
        let drafts = format!("{API}/drafts");
        let draft = app.post(&drafts, calm(&qid)).await.ok();
        let one = format!("{drafts}/{}", draft["id"].as_str().unwrap());
        let changed = app.ask(Method::PUT, &one, &[], Some(again(&draft))).await.ok();
        assert_eq!((&changed["markdown"], &changed["text"]), (&draft["markdown"], &draft["text"]));
        assert_eq!(changed["sources"], json!(["https://archive.example/report Report"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn theses_are_not_withdrawn_all_at_once_by_mistake() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let app = organization(north).await;
        let qid = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
        let published = app.post(&format!("{API}/statements"), calm(&qid)).await.ok();
        let id = published["id"].as_str().unwrap();
        let path = format!("{API}/statements/{id}");
        world.advance_seconds(60);
        let mut body = calm(&qid);
        body["reason"] = json!("Other words.");
        let refused = app.ask(Method::PUT, &path, &[], Some(body.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.json["error"].as_str().unwrap().contains("keeps none of the theses"),
            "{}",
            refused.json
        );
        let mut draft = body.clone();
        draft["revises_id"] = json!(id);
        draft.as_object_mut().unwrap().remove("reason");
        let begun = app.post(&format!("{API}/drafts"), draft).await.ok();
        let publish = format!("{API}/drafts/{}/publish", begun["id"].as_str().unwrap());
        let refused = app.post(&publish, json!({ "reason": "Other words." })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.json);
        assert_eq!(app.get(&path).await.ok()["revision"], json!(1), "nothing changed");
        body["new_theses"] = json!(true);
        let meant = app.ask(Method::PUT, &path, &[], Some(body)).await.ok();
        let keys: Vec<_> = meant["theses"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
        assert_eq!(keys, ["k3", "k4"], "who means it gets new ones");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_write_at_once_do_not_overwrite_each_other() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let app = organization(north).await;
        let qid = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
        let published = app.post(&format!("{API}/statements"), calm(&qid)).await.ok();
        let id = published["id"].as_str().unwrap();
        let path = format!("{API}/statements/{id}");
        let source = app.get(&format!("{path}/source")).await.ok();
        let mut draft = again(&source);
        draft["revises_id"] = json!(id);
        let begun = app.post(&format!("{API}/drafts"), draft).await.ok();
        world.advance_seconds(60);
        let write = async |reason: &str, base: &Value| {
            let mut body = again(&source);
            body["reason"] = json!(reason);
            body["base_revision"] = base.clone();
            app.ask(Method::PUT, &path, &[], Some(body)).await
        };
        assert_eq!(write("First.", &source["revision"]).await.ok()["revision"], json!(2));
        world.advance_seconds(60);
        let late = write("Second.", &source["revision"]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.json["error_description"].as_str().unwrap().contains("base_revision 2"),
            "{}",
            late.json
        );
        // A draft that was begun before is not published over it, either.
        let publish = format!("{API}/drafts/{}/publish", begun["id"].as_str().unwrap());
        let late = app.post(&publish, json!({ "reason": "Third." })).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.json);
        let meant = app.post(&publish, json!({ "reason": "Third.", "base_revision": 2 })).await.ok();
        assert_eq!(meant["revision"], json!(3));

        let positions = format!("{API}/questions/{qid}/positions");
        let open = json!({ "certainty": "undecided", "limits": "Reports.", "base_revision": 0 });
        let first = app.post(&positions, open).await.ok();
        assert_eq!(first["revision"], json!(1));
        world.advance_seconds(60);
        let next =
            json!({ "certainty": "decided", "answer": "Nobody", "reason": "Papers.", "base_revision": 0 });
        let late = app.post(&positions, next).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.json);
        assert_eq!(app.get(&positions).await.ok()[0]["revision"], json!(1), "nothing changed");

        north.person("mila", &[Role::Editor]).await;
        north.person("otto", &[Role::Editor]).await;
        let scopes = "read:debate write:debate";
        let (mila, otto) = (north.client("mila", scopes).await, north.client("otto", scopes).await);
        let draft = mila.post(&format!("{API}/drafts"), json!({ "title": "On noise" })).await.ok();
        let one = format!("{API}/drafts/{}", draft["id"].as_str().unwrap());
        world.advance_seconds(60);
        let change = |title: &str| Some(json!({ "title": title, "base_updated_at": draft["updated_at"] }));
        mila.ask(Method::PUT, &one, &[], change("On much noise")).await.ok();
        let late = otto.ask(Method::PUT, &one, &[], change("On silence")).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.json);
        assert_eq!(otto.get(&one).await.ok()["title"], json!("On much noise"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_on_the_map_stands_beside_nobody() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let db = north.app().db;
        let manual = db.write(|tx| {
            let now = settings::get(tx)?;
            service::change(tx, None, &Settings { listing_policy: ListingPolicy::Manual, ..now })
        });
        manual.await.unwrap();
        let qid = qid_of(&north.asks("Who decided this?", &[]).await);
        world.settle().await;
        north.answers(&qid, &answer("decided", "Nobody", "Papers."), "").await.unwrap();
        let theirs = south.answers(&qid, &answer("decided", "Somebody", "Other papers."), "").await.unwrap();
        world.settle().await;
        let theirs = north.sees(&theirs.head.uri).await.unwrap().author.id;
        let ours = north.organization().await.id;
        let path = format!("{API}/compare?qid={qid}&organizations[]={ours}&organizations[]={theirs}");
        let refused = north.stranger().get(&path).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.json);
        let page = format!("/compare?q={qid}&o={},{}", north.handle(), south.handle());
        assert!(!north.browser().open(&page).await.says("Somebody"));
        // Who keeps the map compares before deciding.
        north.person("mara", &[Role::Moderator]).await;
        let mara = north.client("mara", "read:debate").await;
        assert_eq!(mara.get(&path).await.ok()["columns"].as_array().unwrap().len(), 2);
        assert!(north.signed_in("mara").await.open(&page).await.says("Somebody"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_says_where_it_goes_on_and_the_catalogue_counts_questions() {
    on_each_engine(async |database: Database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        // One question that many carry, and an older one.
        let asker = peers.actor("a", "mal", "Organization");
        let (old, _) = question(&peers, "a", &asker, "What happened first?");
        tells(&world, &asker, north, "Create", &old).await;
        world.advance_seconds(60);
        let popular = qid_of(&north.asks("What happened then?", &[]).await);
        let core = core_of(north, &popular).await;
        for server in ["b", "c", "d"] {
            let carrier = peers.actor(server, "org", "Organization");
            let mut copy = copy(&peers, server, &carrier, (&core, &popular));
            copy["published"] = json!("2026-11-24T12:00:30Z");
            tells(&world, &carrier, north, "Create", &copy).await;
        }
        let organization = north.organization().await.id;
        let db = north.app().db;
        let all = db.read(|conn| {
            let viewer = plenum::store::contributions::Viewer::Anyone;
            plenum::http::web::handlers::questions::all(conn, viewer, organization, 2)
        });
        let texts: Vec<_> = all.await.unwrap().iter().map(|known| known.link().label).collect();
        assert_eq!(
            texts,
            ["What happened then?", "What happened first?"],
            "copies do not push questions out"
        );

        let path = format!("{API}/registers/unanswered?format=csv&limit=1");
        let (status, headers) = north.stranger().head_of(Method::GET, &path, &[]).await;
        assert_eq!(status, StatusCode::OK);
        let next = headers["link"].to_str().unwrap();
        assert!(next.contains("rel=\"next\"") && next.contains("format=csv"), "{next}");
    })
    .await;
}
