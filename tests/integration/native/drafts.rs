//! Drafts belong to the organization: editors write them together, publishers publish them, and nobody
//! else sees them.

use axum::http::{Method, StatusCode};
use plenum::domain::user::Role;
use serde_json::{Value, json};

use super::writing::{organization, pair};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::on_each_engine;

const API: &str = "/api/plenum/v1";

#[tokio::test(flavor = "multi_thread")]
async fn editors_write_a_draft_together_and_a_publisher_publishes_it() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.person("mila", &[Role::Editor]).await;
        north.person("otto", &[Role::Editor]).await;
        let scopes = "read:debate write:debate";
        let (mila, otto) = (north.client("mila", scopes).await, north.client("otto", scopes).await);
        let path = format!("{API}/drafts");
        let begun =
            mila.post(&path, json!({ "title": "On calm", "text": "## 1. It was not calm.\n" })).await.ok();
        assert_eq!((&begun["language"], &begun["revises_id"]), (&Value::Null, &Value::Null));
        let one = format!("{path}/{}", begun["id"].as_str().unwrap());
        world.advance_seconds(60);
        let whole = json!({
            "title": "On calm", "language": "en", "announcement": "What we found.",
            "text": "We looked.\n\n## 1. It was not calm.\n\nWe asked.\n",
        });
        let app = organization(north).await;
        let early = app.post(&format!("{one}/publish"), json!({})).await;
        assert!(
            early.json["details"]["language"].is_array(),
            "a draft need not be whole, a statement must: {}",
            early.json
        );
        let changed = otto.ask(Method::PUT, &one, &[], Some(whole)).await.ok();
        assert!(changed["markdown"].as_str().unwrap().contains("We looked."));
        assert_eq!(mila.get(&path).await.each("title"), ["On calm"]);
        world.settle().await;
        assert_eq!(
            south.stranger().get(&format!("{API}/statements")).await.ok(),
            json!([]),
            "it is nobody else's"
        );
        let refused = otto.post(&format!("{one}/publish"), json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let published = app.post(&format!("{one}/publish"), json!({})).await.ok();
        assert_eq!([&published["title"], &published["theses"][0]["key"]], ["On calm", "k1"]);
        assert_eq!(app.get(&one).await.status, StatusCode::NOT_FOUND, "the draft is gone");
        world.settle().await;
        assert_eq!(south.stranger().get(&format!("{API}/statements")).await.each("title"), ["On calm"]);

        // The next version is written in the same way.
        let body = json!({
            "title": "On calm", "language": "en", "announcement": "What we found.",
            "text": "## 1. It was calm. {#k1}\n", "revises_id": published["id"],
        });
        let next = mila.post(&path, body).await.ok();
        let next = format!("{path}/{}/publish", next["id"].as_str().unwrap());
        world.advance_seconds(60);
        let silent = app.post(&next, json!({})).await;
        assert!(silent.json["details"]["reason"].is_array(), "{}", silent.json);
        let revised = app.post(&next, json!({ "reason": "We were shown." })).await.ok();
        assert_eq!((&revised["id"], &revised["revision"]), (&published["id"], &json!(2)));
        assert_eq!(mila.get(&path).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_without_the_role_learn_nothing_of_drafts() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let scopes = "read:debate write:debate";
        north.person("mila", &[Role::Editor]).await;
        north.person("bela", &[Role::Moderator]).await;
        let (mila, bela) = (north.client("mila", scopes).await, north.client("bela", scopes).await);
        let path = format!("{API}/drafts");
        let draft = mila.post(&path, json!({ "title": "Secret" })).await.ok();
        let one = format!("{path}/{}", draft["id"].as_str().unwrap());
        let refused = [
            bela.get(&path).await,
            bela.get(&one).await,
            bela.post(&path, json!({ "title": "Mine" })).await,
            bela.ask(Method::PUT, &one, &[], Some(json!({ "title": "Mine" }))).await,
            bela.ask(Method::DELETE, &one, &[], None).await,
        ];
        for refused in refused {
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert!(!refused.json.to_string().contains("Secret"), "{}", refused.json);
        }
        assert_eq!(north.stranger().get(&one).await.status, StatusCode::UNAUTHORIZED);
        let foreign = organization(south).await;
        assert_eq!(foreign.get(&one).await.status, StatusCode::NOT_FOUND, "each server has its own");
        assert_eq!(mila.get(&one).await.ok(), draft, "nothing changed");

        // Only a statement of ours can be revised.
        let theirs = south.publishes(statement("Theirs").thesis("It was calm.")).await;
        world.settle().await;
        let theirs = north.sees(&theirs.head.uri).await.unwrap().head.id;
        for wrong in [theirs.to_string(), "7".to_owned()] {
            let refused = mila.post(&path, json!({ "title": "Mine", "revises_id": wrong })).await;
            assert!(refused.json["details"]["revises_id"].is_array(), "{}", refused.json);
        }
        mila.ask(Method::DELETE, &one, &[], None).await.ok();
        assert_eq!(mila.ask(Method::DELETE, &one, &[], None).await.status, StatusCode::NOT_FOUND);
        let gone = mila.ask(Method::PUT, &one, &[], Some(json!({ "title": "Back" }))).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "what was thrown away does not come back");
    })
    .await;
}
