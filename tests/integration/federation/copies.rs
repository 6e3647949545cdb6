//! What this site keeps of others and hands on, and what it finds at others that nobody here has.

use axum::http::{Method, StatusCode};
use plenum::domain::contribution::Visibility;
use plenum::domain::question::Qid;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::federation::lookup::{self, Meant};
use plenum::services::posts::{self, NewPost};
use plenum::text::Markdown;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// What a stranger is answered at a door, with this address in it.
async fn door(at: &Instance, what: &str, uri: &str) -> StatusCode {
    let uri: String = byte_serialize(uri.as_bytes()).collect();
    at.stranger().head_of(Method::GET, &format!("/.well-known/plenum/{what}={uri}"), &[]).await.0
}

async fn says(at: &Instance, author: &plenum::domain::account::Account, visibility: Visibility) -> Uri {
    let post = NewPost {
        markdown: Markdown::new("Between us."),
        visibility,
        language: "en".to_owned(),
        ..NewPost::default()
    };
    at.app().db.write(|tx| posts::publish(tx, author, &post)).await.unwrap().head.uri
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_handed_out_of_what_everybody_may_read() {
    on_each_engine(|database| async {
        let world = World::listening([Database::sqlite(), database], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let bela = south.person("bela", &[]).await;
        let mut said = Vec::new();
        for visibility in
            [Visibility::Public, Visibility::Followers, Visibility::Mentioned, Visibility::Internal]
        {
            said.push(says(south, &bela, visibility).await);
        }
        let [open, followers, letter, inside] = &said[..] else { panic!("four") };
        world.settle().await;
        let uri = published.head.uri.as_str();
        assert_eq!(door(south, "copy?id", uri).await, StatusCode::OK);
        assert_eq!(door(south, "copy?rev=1&id", uri).await, StatusCode::OK);
        assert_eq!(
            door(south, "copy?rev=2&id", uri).await,
            StatusCode::NOT_FOUND,
            "there is no such version"
        );
        assert_eq!(door(south, "copy?rev=x&id", uri).await, StatusCode::BAD_REQUEST);
        assert_eq!(door(south, "copy?id", "no address").await, StatusCode::BAD_REQUEST);
        assert_eq!(door(south, "copy?id", "https://nowhere.example/s/1").await, StatusCode::NOT_FOUND);
        assert_eq!(door(south, "keys?actor", published.author.uri.as_str()).await, StatusCode::OK);
        assert_eq!(
            door(south, "keys?actor", "https://nowhere.example/actors/1").await,
            StatusCode::NOT_FOUND
        );
        // Who is here, and what is only for some, is nobody's business: before it is deleted and after.
        let hidden = [followers, letter, inside];
        for what in ["copy?id", "copy?rev=1&id", "keys?actor"] {
            assert_eq!(door(south, what, bela.uri.as_str()).await, StatusCode::NOT_FOUND, "{what}");
            for uri in hidden {
                assert_eq!(door(south, what, uri.as_str()).await, StatusCode::NOT_FOUND, "{what} {uri}");
            }
        }
        for uri in &said {
            let id = south.app().db.read(|conn| Ok(plenum::store::contributions::known(conn, uri)?)).await;
            let id = id.unwrap().unwrap().id;
            south.app().db.write(|tx| posts::delete(tx, &bela, id)).await.unwrap();
        }
        for what in ["copy?id", "copy?rev=1&id"] {
            assert_eq!(door(south, what, open.as_str()).await, StatusCode::GONE, "{what}");
            for uri in hidden {
                assert_eq!(door(south, what, uri.as_str()).await, StatusCode::NOT_FOUND, "{what} {uri}");
            }
        }
    })
    .await;
}

/// South carries a question of North's; West follows South and was away when both asked.
async fn unheard() -> (World, Qid, Uri) {
    let world = World::of(["north", "south", "west"]).await;
    let (north, south, west) = (world.at("north"), world.at("south"), world.at("west"));
    south.follows(north).await;
    west.follows(south).await;
    world.settle().await;
    west.goes_dark();
    let question = north.asks("Did the deployment stabilise the situation?", &["Yes", "No"]).await;
    let qid = qid_of(&question);
    world.settle().await;
    south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
    world.settle().await;
    west.returns();
    (world, qid, question.head.uri)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_here_carries_is_found_at_whom_we_follow() {
    for by_address in [false, true] {
        let (world, qid, origin) = unheard().await;
        let (north, south, west) = (world.at("north"), world.at("south"), world.at("west"));
        north.goes_dark();
        let carried = async || {
            let db = west.app().db;
            db.read(|conn| Ok(plenum::store::questions::is_carried(conn, &qid)?)).await.unwrap()
        };
        assert!(!carried().await, "West has never heard of it");
        let asked = if by_address { origin.as_str() } else { qid.as_str() };
        let found = lookup::anywhere(&west.data(), asked).await;
        let Ok(Meant::Contribution(head)) = found else { panic!("{asked}: {found:?}") };
        assert_eq!(head.uri, Uri::ours(&south.origin(), &format!("/q/{qid}")), "South's copy stands for it");
        west.adopts(&head.uri).await.expect("adopted");
        world.settle().await;
        assert_eq!(west.stands(&qid).await.len(), 1, "and with it comes who answered");
    }
    // What nobody carries is nowhere.
    let (world, _, _) = unheard().await;
    let unknown = format!("b{}", "a".repeat(57));
    assert!(lookup::anywhere(&world.at("west").data(), &unknown).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_adopts_what_its_search_found() {
    let (world, qid, origin) = unheard().await;
    let west = world.at("west");
    let db = west.app().db;
    let token = db.write(|tx| {
        plenum::services::users::token(tx, "west_admin", true, "read write read:debate write:debate")
    });
    let app = west.with_token(&token.await.unwrap());
    let address: String = byte_serialize(origin.as_str().as_bytes()).collect();
    let found = app.get(&format!("/api/v2/search?resolve=true&q={address}")).await.ok();
    assert_eq!(found["statuses"][0]["uri"], json!(origin), "{found:#}");
    let path = format!("/api/plenum/v1/questions/{qid}");
    let known = app.get(&path).await.ok();
    assert_eq!(known["adopted"], json!(false), "{known}");
    let adopted = app.post(&format!("{path}/adopt"), json!({ "wording": "Was it calm?" })).await.ok();
    assert_eq!(adopted["adopted"], json!(true));
    world.settle().await;
    let document = west.document(&format!("/q/{qid}")).await;
    assert_eq!(document["plenum:wording"], json!("Was it calm?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_adopts_what_is_only_elsewhere_by_an_address() {
    let (world, qid, origin) = unheard().await;
    let west = world.at("west");
    let app = crate::native::writing::organization(west).await;
    let path = format!("/api/plenum/v1/questions/{qid}/adopt");
    let missing = app.post(&path, json!({})).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "it is not here");
    let wrong = app.post(&path, json!({ "from": "https://nowhere.invalid/q/1" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.json);
    let adopted: Value = app.post(&path, json!({ "from": origin })).await.ok();
    assert_eq!((&adopted["adopted"], &adopted["qid"]), (&json!(true), &json!(qid.as_str())));
}
