//! Statements through our own API: published, revised, withdrawn, and read version by version.

use axum::http::{Method, StatusCode};
use plenum::domain::user::Role;
use plenum::services::users;
use serde_json::{Value, json};

use super::writing::{organization, pair};
use crate::harness::debate::qid_of;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::on_each_engine;

const API: &str = "/api/plenum/v1";

/// What an app sends: an answer to this question.
fn calm(qid: &str) -> Value {
    json!({
        "title": "On calm", "language": "en", "announcement": "What we found.",
        "text": "We looked.\n\n## 1. It was not calm.\n\nWe asked.\n",
        "questions": [qid], "sources": ["https://archive.example/report Report"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_publishes_revises_and_withdraws_a_statement() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = organization(north).await;
        let qid = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
        let path = format!("{API}/statements");
        let mut body = calm(&qid);
        body["signatories"] = json!([south.organization().await.uri.as_str()]);
        let published = app.post(&path, body.clone()).await.ok();
        assert_eq!(published["questions"][0]["qid"], json!(qid));
        assert_eq!(published["sources"][0]["title"], "Report");
        assert_eq!(published["signatories"][0]["confirmed"], json!(false), "South has not said so itself");
        assert_eq!(published["theses"][0]["key"], "k1");
        let one = format!("{path}/{}", published["id"].as_str().unwrap());
        let typed = app.get(&format!("{one}/source")).await.ok();
        assert!(typed["markdown"].as_str().unwrap().contains("## 1. It was not calm. {#k1}"));
        world.advance_seconds(60);
        body["text"] = json!("We looked again.\n\n## 1. It was calm. {#k1}\n\nWe asked more.\n");
        let silent = app.ask(Method::PUT, &one, &[], Some(body.clone())).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a revision says why");
        assert!(silent.json["details"]["reason"].is_array(), "{}", silent.json);
        body["reason"] = json!("We were shown the streets.");
        body["convinced_by"] = json!(["https://streets.example/1", "https://streets.example/2"]);
        let revised = app.ask(Method::PUT, &one, &[], Some(body)).await.ok();
        let by = json!(["https://streets.example/1", "https://streets.example/2"]);
        assert_eq!([&revised["revision"], &revised["convinced_by"]], [&json!(2), &by]);
        assert_eq!(revised["history"].as_array().unwrap().len(), 2);

        let versions = format!("{API}/contributions/{}/versions", published["id"].as_str().unwrap());
        let first = app.get(&format!("{versions}/1")).await.ok();
        assert_eq!((&first["digest"], &first["current"]), (&published["digest"], &json!(false)));
        assert_eq!(first["document"]["plenum:rev"], json!(1), "word for word as it was signed");
        let second = north.stranger().get(&format!("{versions}/2/changes")).await.ok();
        assert_eq!((&second["since"], &second["revision"]), (&json!(1), &json!(2)));
        let changed: Vec<_> =
            second["changes"].as_array().unwrap().iter().map(|one| &one["passage"]).collect();
        assert_eq!(changed, ["introduction", "k1"]);
        let gone = json!({ "fate": "removed", "text": "not " });
        assert!(second["changes"][1]["words"].as_array().unwrap().contains(&gone), "{second:#}");

        let retract = format!("{one}/retract");
        let withdrawn = app.post(&retract, json!({ "reason": "Too early." })).await.ok();
        assert_eq!(withdrawn["state"], "retracted");
        let twice = app.post(&retract, json!({ "reason": "Too early." })).await;
        assert_eq!(
            twice.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "what is withdrawn is not withdrawn again"
        );
        world.settle().await;
        let list = south.stranger().get(&format!("{API}/questions/{qid}/statements")).await.ok();
        assert_eq!((&list[0]["title"], &list[0]["state"]), (&json!("On calm"), &json!("retracted")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_statement_takes_the_place_of_one() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let app = organization(north).await;
        let [old, new] = ["On calm", "On calm again"].map(|title| statement(title).thesis("It was calm."));
        let (old, new) = (north.publishes(old).await, north.publishes(new).await);
        let path = format!("{API}/statements/{}/supersede", old.head.id);
        for (body, field) in [
            (json!({ "reason": "Better." }), "successor_id"),
            (json!({ "successor_id": old.head.id.to_string(), "reason": "Better." }), "successor"),
            (json!({ "successor_id": new.head.id.to_string() }), "reason"),
        ] {
            let refused = app.post(&path, body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.json["details"][field].is_array(), "{field}: {}", refused.json);
        }
        world.advance_seconds(60);
        let body = json!({ "successor_id": new.head.id.to_string(), "reason": "Better." });
        let done = app.post(&path, body).await.ok();
        let next = json!(new.head.uri.as_str());
        assert_eq!((&done["state"], &done["superseded_by"]), (&json!("superseded"), &next));
        world.settle().await;
        let there = south.sees(&old.head.uri).await.unwrap().head.id;
        let there = south.stranger().get(&format!("{API}/statements/{there}")).await.ok();
        assert_eq!((&there["state"], &there["superseded_by"]), (&json!("superseded"), &next));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_statement_is_said_at_its_field() {
    let world = pair(crate::harness::Database::sqlite()).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let app = organization(north).await;
    let qid = qid_of(&north.asks("Who decided this?", &[]).await).to_string();
    let path = format!("{API}/statements");
    let before = north.state_of_debate().await;
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(151))),
        ("language", json!("")),
        ("announcement", json!("x".repeat(481))),
        ("text", json!("No thesis at all.")),
        ("text", json!("## 1. Twice {#k1}\n\n## 2. Twice {#k1}\n")),
        ("text", json!("x".repeat(200_001))),
        ("questions", json!(["bciq"])),
        ("sources", json!(["Report 12"])),
        ("signatories", json!(["nobody"])),
        ("convinced_by", json!(["the streets"])),
    ] {
        let mut body = calm(&qid);
        body[field] = value;
        let refused = app.post(&path, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", refused.json);
        assert!(refused.json["details"][field].is_array(), "{field}: {}", refused.json);
    }
    // A member's own token, one without the role, a reader's: nobody of them speaks for the organization.
    let member = north.person("bela", &[Role::Publisher]).await;
    let own = north.app().db.write(|tx| users::token(tx, &member.name, false, "write:debate")).await;
    let own = north.with_token(&own.unwrap()).post(&path, calm(&qid)).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert_eq!(north.stranger().post(&path, calm(&qid)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(north.state_of_debate().await, before, "nothing changed and nothing was sent");

    // What somebody else said is not ours to change, and what is not there is nobody's.
    let theirs = south.publishes(statement("Theirs").thesis("It was calm.")).await;
    world.settle().await;
    let theirs = north.sees(&theirs.head.uri).await.unwrap().head.id;
    for deed in ["retract", "supersede"] {
        let body = json!({ "reason": "x", "successor_id": theirs.to_string() });
        let refused = app.post(&format!("{path}/{theirs}/{deed}"), body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{deed}");
    }
    let mut body = calm(&qid);
    body["reason"] = json!("x");
    let refused = app.ask(Method::PUT, &format!("{path}/{theirs}"), &[], Some(body)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get(&format!("{path}/{theirs}/source")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        app.post(&format!("{path}/7/retract"), json!({ "reason": "x" })).await.status,
        StatusCode::NOT_FOUND
    );
    let versions = format!("{API}/contributions/{theirs}/versions");
    for nothing in ["2", "0", "-1", "x", "2/changes"] {
        assert_eq!(
            app.get(&format!("{versions}/{nothing}")).await.status,
            StatusCode::NOT_FOUND,
            "{nothing}"
        );
    }
    let first = app.get(&format!("{versions}/1/changes")).await;
    assert!(first.json["details"]["since"].is_array(), "nothing stands before the first: {}", first.json);
}
