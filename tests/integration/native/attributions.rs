//! What organizations without a server said, entered and taken back by an app.

use axum::http::StatusCode;
use plenum::domain::user::Role;
use serde_json::{Value, json};

use super::writing::pair;
use crate::harness::debate::qid_of;
use crate::harness::world::on_each_engine;

const API: &str = "/api/plenum/v1";

fn weavers() -> Value {
    json!({
        "name": "Union of Weavers", "answer": "Nobody", "certainty": "decided", "stated_on": "2022-01",
        "quotation": "Nobody asked us.", "source_title": "Report 12", "source_url": "https://archive.example/12",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archivist_enters_what_others_said_and_takes_it_back() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let qid = qid_of(&north.asks("Who decided this?", &["Nobody"]).await);
        north.person("aron", &[Role::Archivist]).await;
        let aron = north.client("aron", "read:debate write:debate").await;
        let path = format!("{API}/questions/{qid}/attributions");
        let entered = aron.post(&path, weavers()).await.ok();
        assert_eq!([&entered["name"], &entered["answer"]], ["Union of Weavers", "Nobody"]);
        assert!(!entered.to_string().contains("aron"), "who entered it stands in the log only");
        let stranger = north.stranger();
        assert_eq!(stranger.get(&path).await.ok()[0], entered);
        let map = format!("{API}/questions/{qid}/map");
        assert_eq!(stranger.get(&map).await.ok()["positions"][0]["source"], "attributed");

        let one = format!("{API}/attributions/{}", entered["id"].as_str().unwrap());
        world.advance_seconds(60);
        let gone = aron.post(&format!("{one}/withdraw"), json!({})).await.ok();
        assert!(gone["withdrawn_at"].is_string());
        let twice = aron.post(&format!("{one}/withdraw"), json!({})).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(stranger.get(&path).await.ok(), json!([]));
        assert_eq!(stranger.get(&one).await.ok(), gone, "the map of an earlier day still names it");
        assert_eq!(stranger.get(&map).await.ok()["positions"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_proves_it_is_demanded_and_the_role_too() {
    on_each_engine(async |database| {
        let world = pair(database).await;
        let north = world.at("north");
        let qid = qid_of(&north.asks("Who decided this?", &[]).await);
        north.person("aron", &[Role::Archivist]).await;
        north.person("bela", &[Role::Editor, Role::Moderator]).await;
        let scopes = "read:debate write:debate";
        let (aron, bela) = (north.client("aron", scopes).await, north.client("bela", scopes).await);
        let path = format!("{API}/questions/{qid}/attributions");
        for (field, value) in [
            ("name", json!("")),
            ("answer", json!("")),
            ("certainty", json!("sure")),
            ("stated_on", json!("31.02.2022")),
            ("quotation", json!("x".repeat(1001))),
            ("source_title", json!("")),
            ("source_url", json!("javascript:alert(1)")),
        ] {
            let mut body = weavers();
            body[field] = value;
            let refused = aron.post(&path, body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.json["details"][field].is_array(), "{field}: {}", refused.json);
        }
        assert_eq!(bela.post(&path, weavers()).await.status, StatusCode::FORBIDDEN);
        let unknown = qid.as_str().replace(|c: char| c.is_ascii_digit(), "2");
        let nowhere = format!("{API}/questions/{unknown}/attributions");
        assert_eq!(aron.post(&nowhere, weavers()).await.status, StatusCode::NOT_FOUND);
        assert_eq!(aron.get(&nowhere).await.status, StatusCode::NOT_FOUND);
        assert_eq!(aron.get(&path).await.ok(), json!([]), "nothing was entered");
        let entered = aron.post(&path, weavers()).await.ok();
        let one = format!("{API}/attributions/{}", entered["id"].as_str().unwrap());
        assert_eq!(bela.post(&format!("{one}/withdraw"), json!({})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(aron.get(&one).await.ok(), entered);
        assert_eq!(aron.get(&format!("{API}/attributions/7")).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
