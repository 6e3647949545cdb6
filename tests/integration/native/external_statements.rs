//! Texts of servers of other kinds beside a question: a moderator decides with an app.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::store::audit;
use serde_json::{Value, json};

use super::writing::organization;
use crate::federation::external_statements::article;
use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::peer::Peers;
use crate::harness::world::{World, on_each_engine};

const API: &str = "/api/plenum/v1";
const SCOPES: &str = "read:debate write:debate";

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_decides_with_an_app() {
    on_each_engine(async |database: Database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let one = qid_of(&north.asks("Who decided this?", &[]).await);
        let other = qid_of(&north.asks("And why?", &[]).await);
        let blog = peers.person("blog", "ada");
        north.reads(&blog).await;
        let mut both = article(&blog, "1", "On deciding", &[one.hashtag(), other.hashtag()]);
        both["published"] = json!("2026-11-24T08:00:00Z");
        let single = article(&blog, "2", "On reasons", &[other.hashtag()]);
        for text in [&both, &single] {
            assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
        }
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mona = north.client("mona", SCOPES).await;
        let list = format!("{API}/external-statements");
        let waiting = mona.get(&list).await.ok();
        let names = |found: &Value| {
            let found = found.as_array().unwrap().iter();
            found.map(|text| text["contribution"]["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&waiting), ["On reasons", "On deciding"], "each once, the newest first");
        let asked: Vec<_> =
            waiting[1]["questions"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
        assert!(asked.contains(&json!("Who decided this?")) && asked.contains(&json!("And why?")));
        assert_eq!(names(&mona.get(&format!("{list}?qid={one}")).await.ok()), ["On deciding"]);
        let first = mona.get(&format!("{list}?limit=1")).await;
        let next = first.link("next").unwrap();
        assert_eq!(names(&mona.get(&next).await.ok()), ["On deciding"]);

        let key = waiting[1]["contribution"]["id"].as_str().unwrap();
        let beside = format!("{API}/questions/{one}/external-statements/{key}");
        let decided = mona.post(&format!("{beside}/list"), json!({})).await.ok();
        assert_eq!((&decided["listing"], &decided["withdrawn_at"]), (&json!("listed"), &Value::Null));
        let map = async || north.stranger().get(&format!("{API}/questions/{one}/map")).await.ok();
        assert_eq!(map().await["external_statements"][0]["title"], "On deciding");
        let twice = mona.post(&format!("{beside}/list"), json!({})).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twice.json);
        let elsewhere = format!("{API}/questions/{other}/external-statements/{key}");
        let refused = mona.post(&format!("{elsewhere}/refuse"), json!({})).await.ok();
        assert_eq!(refused["listing"], "unlisted");
        assert_eq!(names(&mona.get(&list).await.ok()), ["On reasons"]);

        world.advance_seconds(60);
        let silent = mona.post(&format!("{beside}/withdraw"), json!({ "reason": " " })).await;
        assert!(silent.json["details"]["reason"].is_array(), "{}", silent.json);
        let reason = json!({ "reason": "It is about other decisions." });
        let gone = mona.post(&format!("{beside}/withdraw"), reason).await.ok();
        assert!(gone["withdrawn_at"].is_string() && gone["listing"] == "unlisted", "{gone}");
        assert_eq!(map().await["external_statements"], json!([]));
        let log = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        assert!(log.last().unwrap().detail.contains("It is about other decisions."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_decides_or_sees_what_waits() {
    let world = World::on([("north", Database::sqlite())], FederationMode::Open).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let qid = qid_of(&north.asks("Who decided this?", &[]).await);
    let blog = peers.person("blog", "ada");
    north.reads(&blog).await;
    let text = article(&blog, "1", "On deciding", &[qid.hashtag()]);
    assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
    world.settle().await;
    let key = north.sees(&Uri::parse(text["id"].as_str().unwrap()).unwrap()).await.unwrap().head.id;
    north.person("bela", &[Role::Editor, Role::Archivist]).await;
    let bela = north.client("bela", SCOPES).await;
    let list = format!("{API}/external-statements");
    assert_eq!(bela.get(&list).await.status, StatusCode::FORBIDDEN);
    assert_eq!(north.stranger().get(&list).await.status, StatusCode::UNAUTHORIZED);
    for deed in ["list", "refuse", "withdraw"] {
        let path = format!("{API}/questions/{qid}/external-statements/{key}/{deed}");
        let body = || json!({ "reason": "Because." });
        assert_eq!(bela.post(&path, body()).await.status, StatusCode::FORBIDDEN, "{deed}");
        assert_eq!(north.stranger().post(&path, body()).await.status, StatusCode::UNAUTHORIZED, "{deed}");
    }
    // Administrators may do everything, also with a token of the organization.
    let app = organization(north).await;
    assert_eq!(app.get(&list).await.ok().as_array().unwrap().len(), 1, "it still waits");
    for wrong in ["7", "x", "-1"] {
        let path = format!("{API}/questions/{qid}/external-statements/{wrong}/list");
        assert_eq!(app.post(&path, json!({})).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let wrong = app.get(&format!("{list}?qid=bees")).await;
    assert!(wrong.json["details"]["qid"].is_array(), "{}", wrong.json);
}
