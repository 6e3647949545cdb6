//! How much is here, and asking for the rest.

use axum::http::StatusCode;
use plenum::domain::trust::Trust;
use plenum::domain::user::Role;
use serde_json::{Value, json};

use super::writing::{organization, pair};
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::on_each_engine;

const API: &str = "/api/plenum/v1";

#[tokio::test(flavor = "multi_thread")]
async fn an_app_sees_what_is_missing_and_asks_for_it() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let published = south.publishes(statement("On bees").thesis("Bees can count.")).await;
        let qid = qid_of(&south.asks("Why?", &[]).await);
        world.settle().await;
        let head = north.sees(&published.head.uri).await.unwrap().head;
        let stranger = north.stranger();
        let catalogue = format!("{API}/organizations/{}/catalogue", head.author_id);
        let known = stranger.get(&catalogue).await.ok();
        assert_eq!(known["state"], "finished", "South was followed: {known}");
        let own = north.organization().await.id;
        let own = format!("{API}/organizations/{own}");
        assert_eq!(stranger.get(&format!("{own}/catalogue")).await.ok()["state"], "whole");

        // What South says while nobody hears it is fetched when somebody asks, and South is not asked to say
        // it once more: what comes is fetched, not delivered.
        north.person("mara", &[Role::Moderator]).await;
        north.person("bela", &[]).await;
        let scopes = "read:debate write:debate";
        let (mara, bela) = (north.client("mara", scopes).await, north.client("bela", scopes).await);
        let mila = south.person("mila", &[]).await;
        world.advance_seconds(60);
        north.goes_dark();
        let unheard = south.publishes(statement("On wasps").thesis("Wasps can count.")).await.head.uri;
        let said = south.replies(&mila, &published.head.uri, "To five!").await.head.uri;
        let position =
            south.answers(&qid, &answer("undecided", "", "We do not know."), "").await.unwrap().head.uri;
        world.settle().await;
        north.returns();
        world.settle().await;
        let trust = async |uri| north.sees(uri).await.map(|view| view.head.trust);
        for uri in [&unheard, &said, &position] {
            assert_eq!(trust(uri).await, None, "{uri}");
        }

        let resync = format!("{API}/organizations/{}/resync", head.author_id);
        let refused = bela.post(&resync, json!({})).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.json["error_description"].as_str().unwrap().contains("role"));
        let ours = mara.post(&format!("{own}/resync"), json!({})).await;
        assert_eq!(ours.status, StatusCode::UNPROCESSABLE_ENTITY, "ours is whole");

        let thread = format!("{API}/contributions/{}", head.id);
        let complete = format!("{thread}/completeness");
        assert_eq!(stranger.get(&complete).await.ok()["here"], json!(false));
        bela.post(&format!("{thread}/resync"), json!({})).await.ok();
        world.settle().await;
        assert_eq!(trust(&said).await, Some(Some(Trust::Fetched)));
        let checked = stranger.get(&complete).await.ok();
        assert_eq!((checked["checked_at"].is_string(), &checked["missing"]), (true, &json!(0)));

        bela.post(&format!("{API}/questions/{qid}/resync"), json!({})).await.ok();
        world.settle().await;
        assert_eq!(trust(&position).await, Some(Some(Trust::Proven)), "South's list has it whole and signed");

        assert_eq!(trust(&unheard).await, None);
        mara.post(&resync, json!({})).await.ok();
        world.settle().await;
        assert_eq!(trust(&unheard).await, Some(Some(Trust::Fetched)));
        let again = stranger.get(&catalogue).await.ok();
        assert!(again["updated_at"].as_str() > known["updated_at"].as_str(), "{again}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_for_strangers_or_for_what_is_not_there() {
    let world = pair(crate::harness::Database::sqlite()).await;
    let north = world.at("north");
    let app = organization(north).await;
    let unknown = format!("b{}", "a".repeat(57));
    for (path, status) in [
        ("contributions/7/resync".to_owned(), StatusCode::NOT_FOUND),
        ("organizations/7/resync".to_owned(), StatusCode::NOT_FOUND),
        (format!("questions/{unknown}/resync"), StatusCode::NOT_FOUND),
    ] {
        let path = format!("{API}/{path}");
        assert_eq!(app.post(&path, Value::Null).await.status, status, "{path}");
        assert_eq!(north.stranger().post(&path, json!({})).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["contributions/7/completeness", "organizations/7/catalogue"] {
        assert_eq!(app.get(&format!("{API}/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
